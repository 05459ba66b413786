"""What is live and not ours stays: out of the diff, in the list, with its reason."""

from __future__ import annotations

import pytest

from psfdns.diagnostics import Severity
from psfdns.plans.host import Foreign
from psfdns.plans.make import plan_live_zone
from psfdns.plans.ownership import divide, own_part
from psfdns.plans.plan import ZonePlan
from psfdns.records import Alias, RRset, RRsetKey
from psfdns.settings import Apex, ZoneSettings
from tests.plans.samples import AUTHORITY, ORIGIN, desired, live, plan_of, settings, with_rrsets, zone


def keys(plan: ZonePlan) -> list[str]:
    return [f"{change.action} {change.key}" for change in plan.changes]


def foreign(plan: ZonePlan) -> dict[str, str]:
    return {str(item.key): item.reason for item in plan.foreign}


def test_the_apex_soa_and_ns_appear_nowhere_while_they_are_route_53s() -> None:
    other = [f"{ORIGIN} 300 SOA a. b. 2 1 1 1 1", f"{ORIGIN} 300 NS elsewhere.example."]
    plan = plan_of(AUTHORITY, other)
    assert (plan.changes, plan.foreign, plan.live_rrset_count, plan.desired_rrset_count) == ((), (), 0, 0)
    assert plan.desired_digest == plan.live_digest


def test_an_ns_below_the_apex_is_ours() -> None:
    plan = plan_of(AUTHORITY, ["child.example.org. 300 NS ns.example."])
    assert keys(plan) == ["create child.example.org. NS"]


def test_a_managed_apex_is_compared() -> None:
    other = [f"{ORIGIN} 900 SOA {AUTHORITY[0].split('SOA ')[1]}", f"{ORIGIN} 300 NS elsewhere.example."]
    plan = plan_of(AUTHORITY, other, of=settings(apex=Apex.MANAGED))
    assert keys(plan) == ["update example.org. NS"]


@pytest.mark.parametrize("pattern", ["**.dyn A", "** A", "*.dyn *"])
def test_what_a_pattern_ignores_is_listed_and_kept(pattern: str) -> None:
    plan = plan_of(["a.dyn.example.org. 60 A 192.0.2.7"], [], of=settings(ignore=[pattern]))
    assert plan.changes == ()
    assert foreign(plan) == {"a.dyn.example.org. A": f'ignored by "{pattern}"'}
    assert plan.live_rrset_count == 0


def test_what_no_pattern_ignores_is_deleted_when_no_file_has_it() -> None:
    plan = plan_of(["a.dyn.example.org. 60 AAAA 2001:db8::1"], [], of=settings(ignore=["**.dyn A"]))
    assert keys(plan) == ["delete a.dyn.example.org. AAAA"]


def test_our_acme_answers_are_ours_to_leave_alone() -> None:
    answers = ['_acme-challenge.example.org. 60 TXT "x"', '_acme-challenge.www.example.org. 60 TXT "y"']
    plan = plan_of(answers, [])
    assert plan.changes == ()
    assert sorted(foreign(plan)) == [line.split(" 60 ")[0] + " TXT" for line in answers]


def test_an_acme_name_of_another_type_or_in_the_file_is_an_ordinary_record_set() -> None:
    before = [
        "_acme-challenge.example.org. 60 CNAME a.example.",
        '_acme-challenge.www.example.org. 60 TXT "y"',
    ]
    plan = plan_of(before, ['_acme-challenge.www.example.org. 60 TXT "z"'])
    assert keys(plan) == [
        "delete _acme-challenge.example.org. CNAME",
        "update _acme-challenge.www.example.org. TXT",
    ]
    assert plan.foreign == ()


def test_what_cannot_be_expressed_is_kept_with_the_codecs_reason() -> None:
    policy = Foreign(RRsetKey("www.example.org.", "A"), "made by a traffic policy")
    apex = Foreign(RRsetKey(ORIGIN, "NS"), "unreadable")
    want = desired()
    assert want.zone is not None
    plan = plan_live_zone(want, want.zone, live(foreign=(policy, apex)))
    assert plan.foreign == (policy,)


@pytest.mark.parametrize(
    ("line", "rival"),
    [
        ("www.example.org. 300 A 192.0.2.1", RRsetKey("www.example.org.", "A")),
        ("www.example.org. 300 CNAME a.example.", RRsetKey("www.example.org.", "A")),
        ('www.example.org. 300 TXT "x"', RRsetKey("www.example.org.", "CNAME", "one")),
    ],
)
def test_a_file_that_declares_what_it_may_not_change_is_an_error_at_its_line(
    line: str, rival: RRsetKey
) -> None:
    want = desired("a.example.org. 300 A 192.0.2.1", line)
    assert want.zone is not None
    plan = plan_live_zone(want, want.zone, live(foreign=(Foreign(rival, "made by a traffic policy"),)))
    (finding,) = plan.findings
    assert (plan.action.value, plan.changes) == ("error", ())
    assert (finding.code, finding.severity, str(finding.span)) == (
        "foreign-record",
        Severity.ERROR,
        "zones/psf/example.org.zone:2",
    )
    assert str(rival) in finding.summary


@pytest.mark.parametrize("before", [None, [], ["www.example.org. 60 A 192.0.2.1"]])
def test_a_file_that_declares_what_it_ignores_is_an_error_whether_it_is_live_or_not(
    before: list[str] | None,
) -> None:
    plan = plan_of(before, ["www.example.org. 60 A 192.0.2.1"], of=settings(ignore=["www *"]))
    assert (plan.action.value, plan.changes) == ("error", ())
    assert [finding.code for finding in plan.findings] == ["ignored-record"]
    assert str(plan.findings[0].span) == "zones/psf/example.org.zone:1"


def test_a_foreign_member_of_a_routing_group_does_not_forbid_the_others() -> None:
    rival = Foreign(RRsetKey("www.example.org.", "A", "theirs"), "geoproximity we cannot write")
    ours = RRset(RRsetKey("www.example.org.", "A", "ours"), 300, ("192.0.2.1",))
    parts = divide(desired=with_rrsets(zone(), ours), live=live(foreign=(rival,)), settings=ZoneSettings())
    assert parts.findings == ()


def test_an_alias_to_the_zones_own_id_is_an_alias_to_itself() -> None:
    def alias(zone_id: str) -> RRset:
        return RRset(RRsetKey("a.example.org.", "A"), None, (), Alias("b.example.org.", zone_id, False))

    own = own_part(with_rrsets(zone(), alias("Z1")), ZoneSettings(), hosted_id="Z1")
    other = own_part(with_rrsets(zone(), alias("Z2")), ZoneSettings(), hosted_id="Z1")
    assert list(own.rrsets.values()) == [alias("$self")]
    assert list(other.rrsets.values()) == [alias("Z2")]
