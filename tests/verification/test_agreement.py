"""What the sandbox answers for any zone agrees with the plan that led there, and another zone does not."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given

from psfdns.plans.diff import diff_zones
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.plan import Change, ZonePlan
from psfdns.records import RRset, Zone
from psfdns.rrsets import to_api
from psfdns.sandbox import zones as sandbox_zones
from psfdns.sandbox.dns_inquiry import DnsInquiry
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.sandbox import Sandbox
from psfdns.verification.questions import questions_for
from psfdns.verification.verify import Dns, Verdict, ZoneCheck, verify_zones
from tests.strategies import ORIGIN, ZONE_ID, zones

SERVERS = ("ns-1.awsdns-01.com.", "ns-2.awsdns-02.net.")


def usable(zone: Zone) -> Zone:
    """Without aliases, whose answer is their target's matter, and what no hosted zone can lose or hold."""
    kinds: dict[tuple[str, str], type] = {}
    kept = {}
    for key, each in zone.rrsets.items():
        if each.alias or key.type == "SOA" or (key.name, key.type) == (ORIGIN, "NS"):
            continue
        # One policy at a name and type.
        if kinds.setdefault((key.name, key.type), type(each.routing)) is type(each.routing):
            kept[key] = each
    return Zone(zone.origin, kept)


def verdict_on(changes: Iterable[Change], before: Zone, served: Iterable[RRset]) -> Verdict:
    sandbox = Sandbox(None)
    hosted = sandbox_zones.HostedZone(ZONE_ID, ORIGIN, "for a test", private=False, name_servers=SERVERS)
    first = sandbox_zones.first_record_sets(ORIGIN, SERVERS)
    api = [*first, *(to_api(each, zone_id=ZONE_ID) for each in served)]
    sandbox.cloud.store.store_zone(hosted, RecordSets.of(api))
    inquiry = DnsInquiry(sandbox.cloud)
    live = LiveZone(HostedZone(ZONE_ID, ORIGIN, False, "", None, 0), before, {})
    plan = ZonePlan(ORIGIN, None, ZONE_ID, "one", private=False, changes=tuple(changes))
    check = ZoneCheck(ORIGIN, ORIGIN, SERVERS, questions_for(plan, live))
    time = iter(range(0, 10_000, 20))
    dns = Dns(inquiry.find_addresses, inquiry.ask_many, lambda _: None, lambda: float(next(time)))
    return verify_zones([check], dns)[ORIGIN]


@given(before=zones(), after=zones())
def test_an_apply_that_arrived_is_verified(before: Zone, after: Zone) -> None:
    before, after = usable(before), usable(after)
    changes = diff_zones(desired=after, live=before)
    assert verdict_on(changes, before, after.rrsets.values()) == Verdict(True)


@given(after=zones())
def test_an_apply_that_did_not_arrive_is_not(after: Zone) -> None:
    after = usable(after)
    # What lies below a delegation, or beside none for everywhere else, may go unanswered.
    plain = [each for each in after.rrsets.values() if each.routing is None]
    cuts = {each.name for each in plain if each.type == "NS"}
    missing = [
        each for each in plain if not any(each.name == cut or each.name.endswith(f".{cut}") for cut in cuts)
    ]
    kept = [each for each in after.rrsets.values() if each not in missing]
    verdict = verdict_on([Change(None, each) for each in missing], Zone(ORIGIN, {}), kept)
    wildcards = {each.name for each in kept if each.name.startswith("*")}
    if missing and not wildcards:
        assert verdict.verified is False
        named = {(each.name, each.type) for each in verdict.differences}
        assert named == {(each.name, each.type) for each in missing}
