"""Deleting a hosted zone at Route 53: all of it, in order, and what stops it on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from psfdns.errors import HostError, LockLostError, StalePlanError
from psfdns.journal.recorder import Fate
from psfdns.plans.host import LiveZone, Protection
from psfdns.plans.plan import Change
from psfdns.records import RRset
from psfdns.route53.deletion import Deleted, Deletion, look_at_signing
from psfdns.route53.host import list_zones
from psfdns.route53.protections import Protections, fetch_protections
from tests.route53.accounts import (
    ORIGIN,
    Account,
    UnsteadyApi,
    address,
    alias,
    changed_zone,
    open_account,
    sent_twice,
)

CHANGE, REMOVE = "ChangeResourceRecordSets", "DeleteHostedZone"


@dataclass
class Notes:
    """A journal in memory: (step, fate) of each request."""

    batches: Mapping[str, int] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)

    def start(self, batches: Mapping[str, int]) -> None:
        self.batches = batches

    def begin(self, zone: str, step: str, changes: Sequence[Change] = ()) -> int:
        assert zone == ORIGIN
        self.steps.append(f"{step} {len(changes)}" if changes else step)
        return len(self.steps)

    def end(self, number: int, fate: Fate, details: Mapping[str, Any]) -> None:
        assert number == len(self.steps)
        del details
        self.fates.append(fate)


@pytest.fixture
def account() -> Account:
    return open_account()


def delete(
    account: Account,
    live: LiveZone,
    *,
    api: Any = None,
    notes: Notes | None = None,
    may_go_on: Callable[[], None] = lambda: None,
) -> Deleted:
    deletion = Deletion(api or account.api, notes or Notes(), "a test", account.budget.pause, may_go_on)
    return deletion.delete(live, label=ORIGIN)


def exists(account: Account) -> bool:
    return any(zone.name == ORIGIN for zone in list_zones(account.api))


def test_protections_then_record_sets_then_the_zone_go_each_a_step(account: Account) -> None:
    live = account.create(address("a"), alias("b", "a"), RRset(address("c").key, 60, ("192.0.2.3",)))
    lock = Protection(f"a.{ORIGIN}", "A", "psfdns: protect")
    Protections(account.api, live.hosted, account.budget.pause).add([lock])
    notes = Notes()

    done = delete(account, replace(live, protections=(lock,)), notes=notes)

    assert done.error is None
    assert (done.planned, done.record_sets, done.batches, len(done.change_ids)) == (3, 3, 1, 2)
    assert notes.steps == ["unprotect", "batch 3", "delete-zone"]
    assert notes.batches == {ORIGIN: 1}
    assert not exists(account)


def test_an_empty_zone_is_just_deleted(account: Account) -> None:
    notes = Notes()
    assert delete(account, account.create(), notes=notes).error is None
    assert notes.steps == ["delete-zone"]


def test_more_than_one_request_holds_goes_in_several(account: Account) -> None:
    live = account.create(*(address(f"n{number}") for number in range(1200)))
    assert delete(account, live).batches == 2
    assert not exists(account)


def test_what_somebody_changed_meanwhile_stops_it_with_nothing_lost(account: Account) -> None:
    live = account.create(address("a"), address("b"))
    change = Change(address("b"), address("b", "192.0.2.77"))
    account.apply(changed_zone(live, change), live=[live])

    done = delete(account, live)

    assert isinstance(done.error, StalePlanError)
    assert len(account.rrsets()) == 2
    assert exists(account)


def test_a_record_set_that_is_new_since_keeps_the_zone(account: Account) -> None:
    live = account.create(address("a"))
    account.apply(changed_zone(live, Change(None, address("new"))), live=[live])

    done = delete(account, live)

    assert isinstance(done.error, HostError)
    assert done.error.code == "HostedZoneNotEmpty"
    assert [key.name for key in account.rrsets()] == [f"new.{ORIGIN}"]


@pytest.mark.parametrize(
    ("action", "fault"),
    [(CHANGE, "lost"), (CHANGE, sent_twice(CHANGE)), (REMOVE, "lost"), (REMOVE, sent_twice(REMOVE))],
)
def test_a_lost_answer_is_recognised(account: Account, action: str, fault: Any) -> None:
    live = account.create(address("a"))
    notes = Notes()

    done = delete(account, live, api=UnsteadyApi(account.api, {(action, 1): fault}), notes=notes)

    assert done.error is None
    assert Fate.RECOGNISED in notes.fates
    assert not exists(account)


def test_a_deletion_that_may_not_have_happened_is_looked_up(account: Account) -> None:
    live = account.create()
    lost = delete(account, live, api=UnsteadyApi(account.api, {(REMOVE, 1): "lost"}))
    assert (lost.error, lost.change_ids) == (None, [])

    live = account.create()
    cut = delete(account, live, api=UnsteadyApi(account.api, {(REMOVE, 1): "cut"}))
    assert isinstance(cut.error, HostError)
    assert exists(account)

    blind = UnsteadyApi(account.api, {(REMOVE, 1): "lost", ("ListHostedZones", 1): "cut"})
    assert isinstance(delete(account, live, api=blind).error, HostError)


def test_a_zone_that_is_busy_is_waited_for(account: Account) -> None:
    live = account.create()

    def busy(api: Any, doing: str, parameters: Any) -> Any:
        del api, parameters
        raise HostError("Route 53", doing, "busy", code="PriorRequestNotComplete")

    before = account.time.now
    assert delete(account, live, api=UnsteadyApi(account.api, {(REMOVE, 1): busy})).error is None
    assert account.time.now - before == 1

    live = account.create()
    always = UnsteadyApi(account.api, {(REMOVE, number): busy for number in range(1, 5)})
    assert isinstance(delete(account, live, api=always).error, HostError)


def test_a_zone_that_others_deleted_is_an_error(account: Account) -> None:
    live = account.create()
    account.api.call(REMOVE, "a test", Id=live.hosted.id)
    done = delete(account, live)
    assert isinstance(done.error, HostError)
    assert done.error.code == "NoSuchHostedZone"


def test_nothing_is_sent_once_the_lock_is_lost(account: Account) -> None:
    live = account.create(address("a"))
    api = UnsteadyApi(account.api, {})
    answers = iter([None])

    def may_go_on() -> None:
        if next(answers, "lost") is not None:
            raise LockLostError("somebody else has it")

    done = delete(account, live, api=api, may_go_on=may_go_on)

    assert isinstance(done.error, LockLostError)
    assert api.calls == [CHANGE]
    assert exists(account)


def test_others_protections_are_left_alone(account: Account) -> None:
    live = account.create()
    lock = Protection(ORIGIN, "NS", "theirs")
    Protections(account.api, live.hosted, account.budget.pause).add([lock])

    done = delete(account, replace(live, protections=(lock,)))

    assert isinstance(done.error, HostError)
    assert fetch_protections(account.api, live.hosted) == (lock,)


def test_signing_and_keys_are_told_in_words(account: Account) -> None:
    live = account.create()
    assert look_at_signing(account.api, live.hosted) is None

    def signed(*_: Any) -> Any:
        return {"Status": {"ServeSignature": "SIGNING"}, "KeySigningKeys": [{"Name": "one"}]}

    api = UnsteadyApi(account.api, {("GetDNSSEC", 1): signed})
    said = look_at_signing(api, live.hosted)
    assert said == "its state is SIGNING; it has key-signing keys: one"
    assert look_at_signing(api, replace(live.hosted, private=True)) is None
