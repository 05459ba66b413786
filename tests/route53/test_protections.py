"""Protections at Route 53: set with a zone, lifted for a change and put back, and what goes wrong then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from psfdns.diagnostics import Diagnostic
from psfdns.errors import HostError, ProtectedError, StalePlanError
from psfdns.plans.host import LiveZone, Protection
from psfdns.plans.plan import Change, Setting, ZonePlan
from psfdns.records import RRset, RRsetKey
from psfdns.route53.host import Route53Host
from psfdns.route53.protections import Protections, fetch_protections
from tests.route53.accounts import (
    ORIGIN,
    Account,
    UnsteadyApi,
    address,
    changed_zone,
    new_zone,
    open_account,
    sent_twice,
)

OURS = 'psfdns: protect = "www A"'
NAME = f"www.{ORIGIN}"
WWW, NEW = address("www", "192.0.2.1"), address("www", "192.0.2.2")
SET = Setting(f"protection {NAME} A", None, OURS)
LIST, CREATE, DELETE, CHANGE = (
    "ListResourceRecordSetProtections",
    "CreateResourceRecordSetProtections",
    "DeleteResourceRecordSetProtections",
    "ChangeResourceRecordSets",
)


@pytest.fixture
def account() -> Account:
    return open_account()


def protected_zone(account: Account, comment: str = OURS) -> LiveZone:
    live = account.create(WWW)
    _protections(account, live).add([Protection(NAME, "A", comment)])
    return known(account)


def known(account: Account) -> LiveZone:
    live = account.read()
    return replace(live, protections=fetch_protections(account.api, live.hosted))


def _protections(account: Account, live: LiveZone, api: Any = None) -> Protections:
    return Protections(api or account.api, live.hosted, account.budget.pause)


def change(live: LiveZone, before: RRset | None = WWW, after: RRset | None = NEW) -> ZonePlan:
    return changed_zone(live, Change(before, after))


def test_a_changed_set_is_unlocked_changed_and_locked_again(account: Account) -> None:
    live = protected_zone(account)
    api = UnsteadyApi(account.api, {})

    (outcome,) = account.apply(change(live), live=[live], api=api, wait=False).zones

    assert outcome.errors == []
    assert api.calls == [DELETE, CHANGE, CREATE]
    assert account.rrsets()[NEW.key].values == NEW.values
    assert known(account).protections == live.protections


def test_a_change_that_fails_leaves_the_set_locked(account: Account) -> None:
    live = protected_zone(account)
    stale = changed_zone(live, Change(address("www", "192.0.2.9"), NEW))
    stale_live = replace(live, spelled={NEW.key: {**live.spelled[NEW.key], "TTL": 1}})

    (outcome,) = account.apply(stale, live=[stale_live]).zones

    assert [type(error) for error in outcome.errors] == [StalePlanError]
    assert known(account).protections == live.protections


def test_what_cannot_be_put_back_is_said_beside_the_reason(account: Account) -> None:
    live = protected_zone(account)
    api = UnsteadyApi(account.api, {(CHANGE, 1): "cut", (CREATE, 1): "cut"})

    (outcome,) = account.apply(change(live), live=[live], api=api).zones

    assert [error.summary.split(": ")[1] for error in outcome.errors] == [
        f"set protections of {ORIGIN}",
        f"change {ORIGIN}",
    ]
    assert known(account).protections == ()


@pytest.mark.parametrize("fault", ["lost", sent_twice(DELETE)])
def test_a_lost_answer_to_unlocking_is_no_failure(account: Account, fault: str | Callable[..., Any]) -> None:
    live = protected_zone(account)
    api = UnsteadyApi(account.api, {(DELETE, 1): fault})

    (outcome,) = account.apply(change(live), live=[live], api=api).zones

    assert outcome.errors == []
    assert known(account).protections == live.protections


@pytest.mark.parametrize("fault", ["lost", sent_twice(CREATE)])
def test_a_lost_answer_to_locking_is_no_failure(account: Account, fault: str | Callable[..., Any]) -> None:
    live = account.create(WWW)
    api = UnsteadyApi(account.api, {(CREATE, 1): fault})

    (outcome,) = account.apply(changed_zone(live, settings=(SET,)), live=[live], api=api).zones

    assert outcome.errors == []
    assert known(account).protections == (Protection(NAME, "A", OURS),)


def test_a_new_zone_is_locked_when_it_is_filled(account: Account) -> None:
    plan = new_zone(WWW)

    (outcome,) = account.apply(replace(plan, settings=(*plan.settings, SET))).zones

    assert outcome.errors == []
    assert known(account).protections == (Protection(NAME, "A", OURS),)


def test_an_account_without_protections_gets_its_new_zone_all_the_same(account: Account) -> None:
    plan = new_zone(WWW)
    api = UnsteadyApi(account.api, {(CREATE, 1): _denied})

    (outcome,) = account.apply(replace(plan, settings=(*plan.settings, SET)), api=api).zones

    assert outcome.errors == []
    assert WWW.key in account.rrsets()


def test_a_live_zone_that_may_not_be_locked_is_an_error(account: Account) -> None:
    live = account.create(WWW)
    api = UnsteadyApi(account.api, {(CREATE, 1): _denied})

    (outcome,) = account.apply(changed_zone(live, settings=(SET,)), live=[live], api=api).zones

    assert ["AccessDenied" in error.summary for error in outcome.errors] == [True]


def _denied(api: Any, doing: str, parameters: Any) -> Any:
    del api, parameters
    raise HostError("Route 53", doing, "not allowed (AccessDenied)", code="AccessDenied")


def test_a_lock_of_ours_that_nobody_asks_for_is_taken_away(account: Account) -> None:
    live = protected_zone(account)
    away = Setting(SET.name, OURS, None)

    account.apply(changed_zone(live, settings=(away,)), live=[live])

    assert known(account).protections == ()


def test_another_s_lock_stays_and_is_named_with_its_comment(account: Account) -> None:
    live = protected_zone(account, "ask Ada")

    (outcome,) = account.apply(change(live), live=[live]).zones

    (error,) = outcome.errors
    assert isinstance(error, ProtectedError)
    assert error.keys == (NEW.key,)
    assert "ask Ada" in error.summary
    assert "leaves it alone" in (error.hint or "")
    assert known(account).protections == live.protections


def test_a_lock_of_ours_that_was_not_seen_says_what_to_do(account: Account) -> None:
    live = replace(protected_zone(account), protections=None)

    (outcome,) = account.apply(change(live), live=[live]).zones

    (error,) = outcome.errors
    assert isinstance(error, ProtectedError)
    assert "run psfdns apply again" in (error.hint or "")


def test_the_word_in_a_name_or_a_value_is_no_lock(account: Account) -> None:
    live = account.create(address("protected"))
    beside = RRset(RRsetKey(f"protected.{ORIGIN}", "CNAME"), 300, (f"protections.{ORIGIN}",))
    text = RRset(RRsetKey(f"text.{ORIGIN}", "TXT"), 300, ("protected",))

    for change in (Change(None, address("protected", "192.0.2.7")), Change(None, beside), Change(None, text)):
        (outcome,) = account.apply(changed_zone(live, change), live=[live]).zones
        assert [type(error) for error in outcome.errors] in ([StalePlanError], [HostError])


def test_many_are_set_and_read_in_hundreds_and_three_hundreds(account: Account) -> None:
    live = account.create(WWW)
    many = [Protection(f"n{number:03}.{ORIGIN}", "A", None) for number in range(350)]
    api = UnsteadyApi(account.api, {})

    _protections(account, live, api).add(many)
    found = fetch_protections(api, live.hosted)
    _protections(account, live, api).remove(found)

    assert list(found) == many
    assert api.calls == [CREATE] * 4 + [LIST] * 2 + [DELETE] * 4
    assert known(account).protections == ()


def test_what_others_did_meanwhile_counts_as_done(account: Account) -> None:
    live = account.create(WWW)
    one, two = (Protection(f"{name}.{ORIGIN}", "A", OURS) for name in ("one", "two"))
    _protections(account, live).add([one])

    _protections(account, live).add([one, two])
    assert known(account).protections == (one, two)

    _protections(account, live).remove([one])
    _protections(account, live).remove([one, two])
    assert known(account).protections == ()


def test_a_zone_that_is_busy_is_waited_for_and_other_refusals_are_not(account: Account) -> None:
    live = account.create(WWW)

    def busy(api: Any, doing: str, parameters: Any) -> Any:
        del api, parameters
        raise HostError("Route 53", doing, "busy", code="PriorRequestNotComplete")

    before = account.time.now
    api = UnsteadyApi(account.api, {(CREATE, 1): busy, (CREATE, 2): busy})
    _protections(account, live, api).add([Protection(NAME, "A", None)])
    assert account.time.now - before == 5

    for fault in (_denied, "cut"):
        api = UnsteadyApi(account.api, {(DELETE, 1): fault})
        with pytest.raises(HostError):
            _protections(account, live, api).remove([Protection(NAME, "A", None)])
    assert known(account).protections == (Protection(NAME, "A", None),)


def test_where_they_are_not_offered_one_zone_is_asked_and_none_after_it(account: Account) -> None:
    first = account.create(WWW)
    api = UnsteadyApi(account.api, {(LIST, 1): _denied})
    host = Route53Host(api, look_up_account=lambda: None, threads=1)

    listed = host.look_at_protections([first.hosted, replace(first.hosted, id="Z2")])

    assert all(isinstance(found, Diagnostic) for found in listed.values())
    assert list(listed) == [first.hosted.id, "Z2"]
    assert api.calls == [LIST]
