"""What we rely on Route 53 to do, asked of everything that stands in for it.

Moto is right about the ordinary road and wrong about most refusals; where it is wrong the test is expected
to fail there, strictly, so that a moto that learns better is noticed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from psfdns.aws import open_route53
from psfdns.budget import UNLIMITED, Budget
from psfdns.errors import HostError, StalePlanError
from psfdns.plans.diff import diff_zones
from psfdns.plans.host import LiveZone
from psfdns.plans.plan import Change, Plan, ZonePlan
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.route53.apply import Conditions, Outcome, apply_plan
from psfdns.route53.host import fetch_zone, list_zones
from psfdns.routing import Weighted
from psfdns.sandbox.sandbox import Sandbox
from tests.route53.accounts import ORIGIN, Time, address, changed_zone, new_zone

Test = Callable[..., None]


class Ground:
    """An account somewhere, and what is done there."""

    def __init__(self, attach: Callable[[Any], None], time: Time) -> None:
        self.time = time
        self.budget = Budget(UNLIMITED, clock=time.clock, sleep=time.sleep)
        self.api = open_route53(budget=self.budget, threads=1, attach=attach)

    def apply(self, plan: ZonePlan, *live: LiveZone) -> Outcome:
        conditions = Conditions("a test", self.budget.pause, self.time.clock, lambda _: None, threads=1)
        by_id = {zone.hosted.id: zone for zone in live}
        return apply_plan(self.api, Plan("account", (plan,)), by_id, conditions)

    def read(self) -> LiveZone:
        return fetch_zone(self.api, next(zone for zone in list_zones(self.api) if zone.name == ORIGIN))

    def create(self, *rrsets: RRset) -> LiveZone:
        assert self.apply(new_zone(*rrsets)).zones[0].errors == []
        return self.read()

    def own(self) -> dict[RRsetKey, RRset]:
        live = self.read().zone.rrsets
        return {
            key: rrset
            for key, rrset in live.items()
            if (key.name, key.type) != (ORIGIN, "NS") and key.type != "SOA"
        }


WRONG_IN_MOTO: dict[str, str] = {}
"""Test -> what moto does instead."""


def moto_is_wrong(reason: str) -> Callable[[Test], Test]:
    def note(test: Test) -> Test:
        WRONG_IN_MOTO[test.__name__] = reason
        return test

    return note


@pytest.fixture(params=["sandbox", "moto"])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    reason = WRONG_IN_MOTO.get(request.function.__name__)
    if reason is not None and request.param == "moto":
        request.applymarker(pytest.mark.xfail(strict=True, reason=f"moto: {reason}"))
    time = Time()
    if request.param == "sandbox":
        yield Ground(Sandbox(None, clock=time.date, randomness=random.Random(1)).attach, time)
        return
    with mock_aws():
        yield Ground(lambda _: None, time)


def test_what_is_created_is_read_back(ground: Ground) -> None:
    weighted = [
        RRset(RRsetKey(f"w.{ORIGIN}", "A", name), 60, ("192.0.2.1",), routing=Weighted(weight))
        for name, weight in (("one", 0), ("two", 255))
    ]
    text = RRset(RRsetKey(f"t.{ORIGIN}", "TXT"), 60, ('"a\\228\\"\\\\b" "; c"',))
    wanted = [address("a"), address("*", "192.0.2.2", "192.0.2.1"), *weighted, text]
    ground.create(*wanted)
    assert ground.own() == {rrset.key: rrset for rrset in wanted}


def test_a_zone_of_several_pages_is_read_whole(ground: Ground) -> None:
    wanted = [address(f"h{number}") for number in range(650)]
    ground.create(*wanted)
    assert ground.own() == {rrset.key: rrset for rrset in wanted}


def test_changes_end_at_what_is_wanted(ground: Ground) -> None:
    cname = RRset(RRsetKey(f"s.{ORIGIN}", "CNAME"), 60, ("x.example.net.",))
    live = ground.create(address("gone"), address("changed"), cname)
    wanted = {
        rrset.key: rrset for rrset in (address("changed", "192.0.2.9", ttl=60), address("s"), address("new"))
    }
    changes = diff_zones(desired=Zone(ORIGIN, wanted), live=Zone(ORIGIN, ground.own()))
    (zone,) = ground.apply(changed_zone(live, *changes), live).zones
    assert zone.errors == []
    assert ground.own() == wanted


def test_tags_and_comments_are_kept(ground: Ground) -> None:
    ground.apply(new_zone(comment="words"))
    (hosted,) = list_zones(ground.api)
    assert hosted.comment == "words"
    tags = ground.api.call("ListTagsForResource", "test", ResourceType="hostedzone", ResourceId=hosted.id)
    assert tags["ResourceTagSet"]["Tags"] == [{"Key": "psfdns:tenant", "Value": "example"}]


@moto_is_wrong("a DELETE matches whatever was once written")
def test_an_update_of_what_has_changed_since_is_refused(ground: Ground) -> None:
    live = ground.create(address("a"))
    newer = changed_zone(live, Change(address("a"), address("a", "203.0.113.1")))
    assert ground.apply(newer, live).zones[0].errors == []
    (zone,) = ground.apply(changed_zone(live, Change(address("a"), address("a", "192.0.2.9"))), live).zones
    assert [type(error) for error in zone.errors] == [StalePlanError]
    assert ground.own()[RRsetKey(f"a.{ORIGIN}", "A")].values == ("203.0.113.1",)


@moto_is_wrong("a CREATE with other values makes a second record set of the name and type")
def test_a_create_of_what_exists_is_refused(ground: Ground) -> None:
    live = ground.create(address("a"))
    (zone,) = ground.apply(changed_zone(live, Change(None, address("a", "192.0.2.9"))), live).zones
    assert [type(error) for error in zone.errors] == [StalePlanError]


@moto_is_wrong("a DELETE of what is gone is accepted")
def test_a_delete_of_what_is_gone_is_refused(ground: Ground) -> None:
    live = ground.create(address("a"))
    gone = changed_zone(live, Change(address("a"), None))
    assert ground.apply(gone, live).zones[0].errors == []
    (zone,) = ground.apply(gone, live).zones
    assert [type(error) for error in zone.errors] == [StalePlanError]


@moto_is_wrong("the changes before the failing one stay")
def test_a_refused_batch_leaves_no_trace(ground: Ground) -> None:
    live = ground.create()
    outside = RRset(RRsetKey("elsewhere.test.", "A"), 60, ("192.0.2.1",))
    (zone,) = ground.apply(changed_zone(live, Change(None, address("a")), Change(None, outside)), live).zones
    assert [type(error) for error in zone.errors] == [HostError]
    assert ground.own() == {}


@moto_is_wrong("deleting one member of a group deletes every record set with that identifier")
def test_a_member_of_a_group_is_deleted_alone(ground: Ground) -> None:
    def member(name: str) -> RRset:
        return RRset(RRsetKey(f"{name}.{ORIGIN}", "A", "one"), 60, ("192.0.2.1",), routing=Weighted(1))

    live = ground.create(member("a"), member("b"))
    ground.apply(changed_zone(live, Change(member("a"), None)), live)
    assert set(ground.own()) == {member("b").key}


@moto_is_wrong("a CallerReference may be used again, which makes a second zone")
def test_a_zone_is_not_made_twice(ground: Ground) -> None:
    ground.create(address("a"))
    assert ground.apply(new_zone(address("a"))).zones[0].errors == []
    assert len(list_zones(ground.api)) == 1


@moto_is_wrong("every change is INSYNC at once, under one and the same id")
def test_a_change_is_pending_at_first_and_has_an_id_of_its_own(ground: Ground) -> None:
    (zone,) = ground.apply(new_zone(address("a"))).zones
    assert len(set(zone.change_ids)) == 2
    assert ground.time.now > 0


@moto_is_wrong("a CNAME may stand beside other record sets")
def test_a_cname_beside_others_is_refused(ground: Ground) -> None:
    cname = RRset(RRsetKey(f"a.{ORIGIN}", "CNAME"), 60, ("x.example.net.",))
    (zone,) = ground.apply(new_zone(address("a"), cname)).zones
    assert [type(error) for error in zone.errors] == [HostError]
