"""Whoever must not write any more writes nothing: asked before each write, for new zones and live ones."""

from __future__ import annotations

import pytest

from psfdns.errors import LockLostError
from psfdns.plans.plan import Change, Plan, Setting, ZonePlan
from psfdns.route53.apply import Conditions, apply_plan
from tests.route53.accounts import Account, address, changed_zone, new_zone, open_account

MANY = tuple(address(f"h{number}") for number in range(1200))
"""More than one request takes."""


def writes(account: Account) -> int:
    return sum(
        count for action, count in account.budget.sent.items() if not action.startswith(("List", "Get"))
    )


def apply_until(account: Account, zone: ZonePlan, allowed: int) -> tuple[int, bool]:
    """The writes that were sent, and whether the zone was refused any."""
    asked = 0

    def may_go_on() -> None:
        nonlocal asked
        asked += 1
        if asked > allowed:
            raise LockLostError("no more")

    live = {} if zone.hosted_id is None else {zone.hosted_id: account.read()}
    conditions = Conditions(
        "a test", account.budget.pause, account.time.clock, lambda _: None, wait=False, may_go_on=may_go_on
    )
    before = writes(account)
    (outcome,) = apply_plan(account.api, Plan("sandbox", (zone,)), live, conditions).zones
    return writes(account) - before, any(isinstance(error, LockLostError) for error in outcome.errors)


@pytest.mark.parametrize("allowed", [0, 1, 2, 3])
def test_a_new_zone_is_made_as_far_as_it_may(allowed: int) -> None:
    assert apply_until(open_account(), new_zone(*MANY), allowed) == (allowed, True)


@pytest.mark.parametrize("allowed", [0, 1, 2])
def test_a_live_zone_is_changed_as_far_as_it_may(allowed: int) -> None:
    account = open_account()
    live = account.create()
    changes = tuple(Change(None, rrset) for rrset in MANY)
    zone = changed_zone(live, *changes, settings=(Setting("comment", None, "new"),))
    assert apply_until(account, zone, allowed) == (allowed, True)


def test_whoever_may_go_on_comes_to_the_end() -> None:
    assert apply_until(open_account(), new_zone(*MANY), 100) == (4, False)
