from __future__ import annotations

import threading
from typing import Any

import pytest

from psfdns.budget import Rates
from psfdns.diagnostics import Span
from psfdns.errors import HostError, StalePlanError, StoppedError, UnpackableError
from psfdns.plans.diff import diff_zones
from psfdns.plans.match import caller_reference
from psfdns.plans.plan import Change, Setting
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.route53.host import list_zones
from psfdns.routing import Weighted
from psfdns.sandbox.throttle import Throttle
from tests.route53.accounts import (
    ORIGIN,
    Account,
    UnsteadyApi,
    address,
    alias,
    changed_zone,
    new_zone,
    open_account,
    sent_twice,
)


@pytest.fixture
def account() -> Account:
    return open_account()


def upsert(account: Account, zone_id: str, name: str, value: str) -> None:
    """Another writer, who asks nobody."""
    rrset = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}]}
    change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
    account.api.call("ChangeResourceRecordSets", "meddle", HostedZoneId=zone_id, ChangeBatch=change)


def test_a_new_zone_is_made_with_everything_that_belongs_to_it(account: Account) -> None:
    delegation_set = account.api.call("CreateReusableDelegationSet", "test", CallerReference="x")[
        "DelegationSet"
    ]
    plan = new_zone(
        address("www"),
        alias("a", "www"),
        comment="made from files",
        delegation_set=delegation_set["Id"].rpartition("/")[2],
    )
    (zone,) = account.apply(plan).zones
    assert zone.errors == []
    assert zone.is_created
    assert zone.name_servers == tuple(sorted(f"{name}." for name in delegation_set["NameServers"]))
    assert (zone.applied, zone.batches, zone.insync) == (2, 1, True)
    (hosted,) = list_zones(account.api)
    assert (hosted.id, hosted.comment) == (zone.hosted_id, "made from files")
    assert hosted.caller_reference == caller_reference(
        account="sandbox", name=ORIGIN, view=None, generation=0
    )
    tags = account.api.call("ListTagsForResource", "test", ResourceType="hostedzone", ResourceId=hosted.id)
    assert tags["ResourceTagSet"]["Tags"] == [{"Key": "psfdns:tenant", "Value": "example"}]
    assert set(account.rrsets()) == {RRsetKey(f"www.{ORIGIN}", "A"), RRsetKey(f"a.{ORIGIN}", "A")}


def test_a_private_zone_is_made_with_all_its_vpcs(account: Account) -> None:
    plan = new_zone(address("www"), view="internal", vpcs="us-east-1:vpc-0123 us-west-2:vpc-4567")
    (zone,) = account.apply(plan).zones
    assert zone.errors == []
    assert zone.name_servers == ()
    answer = account.api.call("GetHostedZone", "test", Id=zone.hosted_id)
    assert [vpc["VPCId"] for vpc in answer["VPCs"]] == ["vpc-0123", "vpc-4567"]


def test_a_plan_of_every_kind_of_change_ends_at_what_is_wanted(account: Account) -> None:
    def weighted(name: str, weight: int, ttl: int) -> RRset:
        return RRset(RRsetKey(f"w.{ORIGIN}", "A", name), ttl, ("192.0.2.1",), routing=Weighted(weight))

    cname = RRset(RRsetKey(f"swap.{ORIGIN}", "CNAME"), 300, ("x.example.net.",))
    before = [
        address("gone"),
        address("new"),
        cname,
        alias("a", "gone"),
        weighted("1", 1, 60),
        weighted("2", 1, 60),
    ]
    after = [
        address("new", "192.0.2.9"),
        address("swap"),
        alias("a", "b"),
        address("b"),
        weighted("1", 2, 300),
    ]
    live = account.create(*before)
    own = Zone(ORIGIN, account.rrsets())
    desired = Zone(ORIGIN, {rrset.key: rrset for rrset in after})
    plan = changed_zone(live, *diff_zones(desired=desired, live=own))
    (zone,) = account.apply(plan, live=[live]).zones
    assert zone.errors == []
    assert account.rrsets() == desired.rrsets


def test_a_managed_apex_is_taken_over_and_changed_without_ever_being_gone(account: Account) -> None:
    def authority(kind: str, value: str, ttl: int) -> RRset:
        return RRset(RRsetKey(ORIGIN, kind), ttl, (value,))

    wanted = [
        authority("NS", "ns1.example.net.", 86400),
        authority("SOA", "ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300", 900),
    ]
    live = account.create(*wanted)
    assert [live.zone.rrsets[rrset.key] for rrset in wanted] == wanted
    new = authority("NS", "ns2.example.net.", 3600)
    (zone,) = account.apply(changed_zone(live, Change(wanted[0], new)), live=[live]).zones
    assert zone.errors == []
    assert account.read().zone.rrsets[new.key] == new


def test_what_another_writer_changed_is_named_and_left_alone(account: Account) -> None:
    live = account.create(address("a"), address("b"), address("c"))
    upsert(account, live.hosted.id, f"a.{ORIGIN}", "203.0.113.1")
    upsert(account, live.hosted.id, f"new.{ORIGIN}", "203.0.113.2")
    plan = changed_zone(
        live,
        Change(address("a"), address("a", "192.0.2.9")),
        Change(address("b"), address("b", "192.0.2.9")),
        Change(None, address("new")),
    )
    (zone,) = account.apply(plan, live=[live]).zones
    (error,) = zone.errors
    assert isinstance(error, StalePlanError)
    assert error.keys == (RRsetKey(f"a.{ORIGIN}", "A"), RRsetKey(f"new.{ORIGIN}", "A"))
    now = account.rrsets()
    assert now[RRsetKey(f"a.{ORIGIN}", "A")].values == ("203.0.113.1",)
    assert now[RRsetKey(f"b.{ORIGIN}", "A")].values == ("192.0.2.1",), "the batch was refused as a whole"
    assert (zone.applied, zone.batches) == (0, 0)


def test_a_record_set_that_is_gone_already_is_a_conflict_too(account: Account) -> None:
    live = account.create(address("a"), address("b"))
    gone = changed_zone(live, Change(address("a"), None))
    assert account.apply(gone, live=[live]).zones[0].errors == []
    (zone,) = account.apply(gone, live=[live]).zones
    assert [str(key) for error in zone.errors for key in error.keys] == [f"a.{ORIGIN} A"]  # type: ignore[attr-defined]


def test_another_refusal_names_the_line_that_it_is_about(account: Account) -> None:
    span = Span("zones/example/zone.example.zone", 12, 12)
    bad = RRset(RRsetKey(ORIGIN, "CNAME"), 300, ("x.example.net.",), spans=(span,))
    (zone,) = account.apply(new_zone(address("www"), bad)).zones
    (error,) = zone.errors
    assert isinstance(error, HostError)
    assert "CNAME" in error.summary
    assert error.summary.endswith("at zones/example/zone.example.zone:12")


def test_one_failing_zone_stops_no_other(account: Account) -> None:
    bad = RRset(RRsetKey("bad.example.", "CNAME"), 300, ("x.example.net.",))
    outcome = account.apply(new_zone(bad, origin="bad.example."), new_zone(address("www")))
    assert [bool(zone.errors) for zone in outcome.zones] == [True, False]
    assert account.rrsets()


def test_too_big_a_change_is_refused_before_anything_is_done(account: Account) -> None:
    big = RRset(RRsetKey(f"big.{ORIGIN}", "TXT"), 300, tuple(f'"{n:04}{"x" * 200}"' for n in range(200)))
    sent = account.budget.sent
    with pytest.raises(UnpackableError):
        account.apply(new_zone(address("www"), origin="other.example."), new_zone(big))
    assert account.budget.sent == sent


def test_a_lost_answer_to_a_batch_is_recognised_as_our_own_success(account: Account) -> None:
    live = account.create(address("a"))
    for kind in ("lost", sent_twice("ChangeResourceRecordSets")):
        api = UnsteadyApi(account.api, {("ChangeResourceRecordSets", 1): kind})
        live = account.read()
        old = live.zone.rrsets[RRsetKey(f"a.{ORIGIN}", "A")]
        new = address("a", "192.0.2.8" if kind == "lost" else "192.0.2.9")
        (zone,) = account.apply(changed_zone(live, Change(old, new)), live=[live], api=api).zones
        assert zone.errors == []
        assert (zone.applied, zone.lost_ids, zone.change_ids, zone.insync) == (1, 1, [], None)
        assert account.rrsets()[new.key] == new


def test_a_batch_that_was_never_made_is_an_error(account: Account) -> None:
    live = account.create(address("a"))
    api = UnsteadyApi(account.api, {("ChangeResourceRecordSets", 1): "cut"})
    plan = changed_zone(live, Change(address("a"), None))
    (zone,) = account.apply(plan, live=[live], api=api).zones
    assert [type(error) for error in zone.errors] == [HostError]
    assert "ListResourceRecordSets" in api.calls


def test_where_reading_again_fails_too_the_first_error_is_told(account: Account) -> None:
    live = account.create(address("a"))
    api = UnsteadyApi(
        account.api, {("ChangeResourceRecordSets", 1): "lost", ("ListResourceRecordSets", 1): "cut"}
    )
    (zone,) = account.apply(changed_zone(live, Change(address("a"), None)), live=[live], api=api).zones
    (error,) = zone.errors
    assert error.summary.startswith(f"Route 53: change {ORIGIN}: ")


def test_an_apex_that_moved_since_it_was_read_is_left_alone(account: Account) -> None:
    def servers(value: str) -> RRset:
        return RRset(RRsetKey(ORIGIN, "NS"), 86400, (value,))

    live = account.create(servers("ns1.example.net."))
    rrset = {"Name": ORIGIN, "Type": "NS", "TTL": 60, "ResourceRecords": [{"Value": "ns9.example.net."}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
    account.api.call("ChangeResourceRecordSets", "meddle", HostedZoneId=live.hosted.id, ChangeBatch=batch)
    plan = changed_zone(live, Change(servers("ns1.example.net."), servers("ns2.example.net.")))
    (zone,) = account.apply(plan, live=[live]).zones
    (error,) = zone.errors
    assert isinstance(error, StalePlanError)
    assert error.keys == (RRsetKey(ORIGIN, "NS"),)
    assert account.read().zone.rrsets[RRsetKey(ORIGIN, "NS")].values == ("ns9.example.net.",)


def test_a_conflict_after_a_resend_is_still_a_conflict(account: Account) -> None:
    live = account.create(address("a"))

    def meddled(api: Any, doing: str, parameters: dict[str, Any]) -> Any:
        upsert(account, live.hosted.id, f"a.{ORIGIN}", "203.0.113.1")
        try:
            return api.call("ChangeResourceRecordSets", doing, **parameters)
        except HostError as error:
            error.attempts = 2
            raise

    api = UnsteadyApi(account.api, {("ChangeResourceRecordSets", 1): meddled})
    plan = changed_zone(live, Change(address("a"), address("a", "192.0.2.9")))
    (zone,) = account.apply(plan, live=[live], api=api).zones
    assert [type(error) for error in zone.errors] == [StalePlanError]
    assert account.rrsets()[RRsetKey(f"a.{ORIGIN}", "A")].values == ("203.0.113.1",)


@pytest.mark.parametrize("fault", ["lost", sent_twice("CreateHostedZone")])
def test_a_lost_answer_to_a_creation_makes_no_second_zone(account: Account, fault: Any) -> None:
    api = UnsteadyApi(account.api, {("CreateHostedZone", 1): fault})
    (zone,) = account.apply(new_zone(address("www")), api=api).zones
    assert zone.errors == []
    assert [hosted.id for hosted in list_zones(account.api)] == [zone.hosted_id]
    assert len(zone.name_servers) == 4
    assert RRsetKey(f"www.{ORIGIN}", "A") in account.rrsets()


def test_a_creation_that_was_never_made_is_an_error(account: Account) -> None:
    api = UnsteadyApi(account.api, {("CreateHostedZone", 1): "cut"})
    (zone,) = account.apply(new_zone(address("www")), api=api).zones
    assert [type(error) for error in zone.errors] == [HostError]
    assert not zone.is_created


def test_another_run_that_made_the_same_zone_is_joined(account: Account) -> None:
    account.create(address("www"), address("mine"))
    (zone,) = account.apply(new_zone(address("www"), address("mine"), address("more"))).zones
    assert zone.errors == []
    assert (zone.applied, zone.batches) == (3, 1)
    assert len(list_zones(account.api)) == 1


def test_a_zone_that_was_deleted_is_made_again_under_the_next_reference(account: Account) -> None:
    for _ in range(2):
        live = account.create()
        account.api.call("DeleteHostedZone", "test", Id=live.hosted.id)
    (zone,) = account.apply(new_zone(address("www"))).zones
    assert zone.errors == []
    (hosted,) = list_zones(account.api)
    assert hosted.caller_reference == caller_reference(
        account="sandbox", name=ORIGIN, view=None, generation=2
    )


def test_a_creation_that_is_refused_is_an_error_and_not_tried_again(account: Account) -> None:
    (zone,) = account.apply(new_zone(origin="com.")).zones
    assert [getattr(error, "code", None) for error in zone.errors] == ["InvalidDomainName"]
    assert account.budget.sent == {"CreateHostedZone": 1}


def test_a_zone_whose_references_are_all_used_up_is_an_error(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.route53.create.GENERATIONS", 2)
    for _ in range(2):
        live = account.create()
        account.api.call("DeleteHostedZone", "test", Id=live.hosted.id)
    (zone,) = account.apply(new_zone()).zones
    assert [error.summary for error in zone.errors] == [
        f"Route 53: create {ORIGIN}: all 2 references for this zone have been used"
    ]


def test_a_zone_without_tags_asks_for_none(account: Account) -> None:
    assert account.apply(new_zone(tags="")).zones[0].errors == []
    assert "ChangeTagsForResource" not in account.budget.sent


def test_a_zone_of_the_name_that_somebody_else_made_is_never_taken_for_ours(account: Account) -> None:
    live = account.create()
    account.api.call("DeleteHostedZone", "test", Id=live.hosted.id)
    account.api.call("CreateHostedZone", "test", Name=ORIGIN, CallerReference="by hand")
    (zone,) = account.apply(new_zone(address("www"))).zones
    assert zone.errors == []
    by_reference = {hosted.caller_reference: hosted for hosted in list_zones(account.api)}
    assert by_reference["by hand"].record_set_count == 2
    assert zone.hosted_id != by_reference["by hand"].id


def test_a_zone_without_its_tags_is_filled_all_the_same_and_the_error_told(account: Account) -> None:
    def denied(api: Any, doing: str, parameters: dict[str, Any]) -> Any:
        raise HostError("Route 53", doing, "not allowed", code="AccessDenied")

    api = UnsteadyApi(account.api, {("ChangeTagsForResource", 1): denied})
    (zone,) = account.apply(new_zone(address("www")), api=api).zones
    assert [error.summary for error in zone.errors] == [f"Route 53: tag {ORIGIN}: not allowed"]
    assert zone.applied == 1


def test_a_zone_whose_tagging_was_cut_stays_empty_so_that_the_next_apply_knows(account: Account) -> None:
    api = UnsteadyApi(account.api, {("ChangeTagsForResource", 1): "cut"})
    (zone,) = account.apply(new_zone(address("www")), api=api).zones
    assert [error.summary for error in zone.errors] == [f"Route 53: tag {ORIGIN}: cannot be reached: a test"]
    assert zone.applied == 0
    assert account.rrsets() == {}


def test_a_comment_is_changed_where_the_plan_says_so(account: Account) -> None:
    live = account.create()
    account.apply(changed_zone(live, settings=(Setting("comment", None, "new words"),)), live=[live])
    assert list_zones(account.api)[0].comment == "new words"


def test_batches_of_a_zone_follow_each_other_and_zones_run_together() -> None:
    account = open_account()
    under_way: dict[str, int] = {}
    most: dict[str, int] = {"zones": 0}
    lock = threading.Lock()
    together = threading.Barrier(2, timeout=10)

    class Watch:
        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            zone = parameters.get("HostedZoneId")
            if action != "ChangeResourceRecordSets" or zone is None:
                return account.api.call(action, doing, **parameters)
            with lock:
                under_way[zone] = under_way.get(zone, 0) + 1
                most["zones"] = max(most["zones"], sum(1 for number in under_way.values() if number))
                most[zone] = max(most.get(zone, 0), under_way[zone])
            if len(parameters["ChangeBatch"]["Changes"]) == 1000:
                together.wait()
            try:
                return account.api.call(action, doing, **parameters)
            finally:
                with lock:
                    under_way[zone] -= 1

    def full(origin: str) -> list[RRset]:
        return [RRset(RRsetKey(f"h{n}.{origin}", "A"), 300, ("192.0.2.1",)) for n in range(2000)]

    outcome = account.apply(
        *(new_zone(*full(origin), origin=origin) for origin in ("a.example.", "b.example.")), api=Watch()
    )
    assert [zone.batches for zone in outcome.zones] == [2, 2]
    assert [zone.errors for zone in outcome.zones] == [[], []]
    assert most["zones"] == 2
    assert {most[zone.hosted_id or ""] for zone in outcome.zones} == {1}


def test_a_zone_that_is_still_busy_is_waited_for(account: Account) -> None:
    live = account.create(address("a"))
    answers = [0]

    def busy(api: Any, doing: str, parameters: dict[str, Any]) -> Any:
        del api, parameters
        answers[0] += 1
        raise HostError(
            "Route 53", doing, "busy", code="PriorRequestNotComplete", retryable=True, attempts=10
        )

    faults = {("ChangeResourceRecordSets", n): busy for n in (1, 2, 3)}
    api = UnsteadyApi(account.api, faults)
    (zone,) = account.apply(changed_zone(live, Change(address("a"), None)), live=[live], api=api).zones
    assert (zone.errors, answers[0]) == ([], 3)
    always = UnsteadyApi(account.api, {("ChangeResourceRecordSets", n): busy for n in range(1, 20)})
    (zone,) = account.apply(changed_zone(live, Change(None, address("a"))), live=[live], api=always).zones
    assert [error.summary for error in zone.errors] == [f"Route 53: change {ORIGIN}: busy"]


def test_all_zones_are_waited_for_together_with_few_requests(account: Account) -> None:
    outcome = account.apply(*(new_zone(origin=f"z{n}.example.") for n in range(20)))
    assert all(zone.insync for zone in outcome.zones)
    assert outcome.wait_error is None
    assert 30 <= account.time.now <= 40
    assert account.budget.sent["GetChange"] <= 20 + 5 * 9
    assert account.reports[-1].insync == account.reports[-1].submitted == 20


def test_waiting_can_be_left_out(account: Account) -> None:
    outcome = account.apply(new_zone(address("www")), wait=False)
    assert outcome.zones[0].insync is None
    assert "GetChange" not in account.budget.sent


def test_waiting_ends_after_ten_minutes() -> None:
    account = open_account(insync_after=10_000.0)
    outcome = account.apply(new_zone(address("www")))
    assert outcome.zones[0].insync is False
    assert outcome.zones[0].errors == []
    assert account.time.now == pytest.approx(600, abs=10)


def test_a_failing_wait_is_told_once(account: Account) -> None:
    api = UnsteadyApi(account.api, {("GetChange", 1): "cut"})
    outcome = account.apply(new_zone(address("www")), api=api)
    assert isinstance(outcome.wait_error, HostError)
    assert outcome.zones[0].errors == []
    assert outcome.zones[0].insync is False


def test_after_a_stop_what_was_applied_is_told_and_nothing_more_is_sent(account: Account) -> None:
    hosts = [RRset(RRsetKey(f"h{n}.{ORIGIN}", "A"), 300, ("192.0.2.1",)) for n in range(2500)]

    def stopped(api: Any, doing: str, parameters: dict[str, Any]) -> Any:
        answer = api.call("ChangeResourceRecordSets", doing, **parameters)
        account.budget.stop()
        return answer

    api = UnsteadyApi(account.api, {("ChangeResourceRecordSets", 2): stopped})
    outcome = account.apply(new_zone(*hosts), api=api)
    (zone,) = outcome.zones
    assert (zone.batches, zone.batches_planned) == (2, 3)
    assert zone.applied == pytest.approx(1667, abs=2)
    assert [type(error) for error in zone.errors] == [StoppedError]
    assert isinstance(outcome.wait_error, StoppedError)
    assert account.budget.sent["ChangeResourceRecordSets"] == 2


def test_loading_a_big_zone_stays_below_the_limits_of_the_service() -> None:
    throttle = Throttle()
    account = open_account(Rates(), throttle=throttle)
    hosts = [RRset(RRsetKey(f"h{n}.{ORIGIN}", "A"), 300, ("192.0.2.1",)) for n in range(3000)]
    zones = [new_zone(*hosts), *(new_zone(origin=f"z{n}.example.") for n in range(60))]
    # On this clock one thread's sleep makes another's request late by seconds, and they arrive together.
    outcome = account.apply(*zones, threads=1)
    assert [zone.errors for zone in outcome.zones] == [[]] * 61
    assert throttle.refused == 0
    assert account.budget.sent["ChangeResourceRecordSets"] == 3


def test_the_comment_is_kept_with_the_change_and_cut_to_what_is_allowed(account: Account) -> None:
    sent: list[str] = []

    class Watch:
        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            if action == "ChangeResourceRecordSets":
                sent.append(parameters["ChangeBatch"]["Comment"])
            return account.api.call(action, doing, **parameters)

    account.apply(new_zone(address("www")), api=Watch(), comment="x" * 300)
    assert sent == ["x" * 256]
