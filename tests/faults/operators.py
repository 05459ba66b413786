"""Two operators with plans of their own on one zone, whose writes meet in an order that a seed decides."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.errors import StalePlanError
from psfdns.plans.diff import diff_zones
from psfdns.plans.host import LiveZone
from psfdns.plans.plan import Plan, ZonePlan
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.route53.apply import Conditions, ZoneOutcome, apply_plan
from psfdns.routing import Weighted
from tests.route53.accounts import ORIGIN, Account, address, alias, changed_zone, new_zone


class Turnstile:
    """Lets one operator at a time through to a write, by lot, once each other one waits or has ended."""

    def __init__(self, names: Iterable[str], chance: random.Random) -> None:
        self._chance = chance
        self._running = set(names)
        self._waiting: set[str] = set()
        self._chosen: str | None = None
        self._turn = threading.Condition()
        self.order: list[str] = []

    def enter(self, name: str) -> None:
        """Wait for one's turn."""
        with self._turn:
            self._waiting.add(name)
            self._choose()
            assert self._turn.wait_for(lambda: self._chosen == name, timeout=30)
            self._waiting.discard(name)
            self._chosen = None
            self.order.append(name)

    def leave(self, name: str) -> None:
        """Take no more turns."""
        with self._turn:
            self._running.discard(name)
            self._choose()

    def _choose(self) -> None:
        if self._chosen is None and self._waiting and self._waiting == self._running:
            self._chosen = self._chance.choice(sorted(self._waiting))
            self._turn.notify_all()


@dataclass
class Operator:
    """One of them: an API whose writes pass the turnstile, and what came of the plan."""

    name: str
    account: Account
    turnstile: Turnstile
    zone: ZonePlan
    live: Mapping[str, LiveZone]
    outcome: ZoneOutcome | None = None

    def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
        """As Api.call."""
        if action.startswith(("Change", "Create", "Update")):
            self.turnstile.enter(self.name)
        return self.account.api.call(action, doing, **parameters)

    def run(self) -> None:
        """Apply the plan; its conflicts stand in the outcome."""
        conditions = Conditions(self.name, lambda _: None, lambda: 0.0, lambda _: None, wait=False, threads=1)
        try:
            plan = Plan("sandbox", (self.zone,))
            (self.outcome,) = apply_plan(self, plan, self.live, conditions).zones
        finally:
            self.turnstile.leave(self.name)

    @property
    def told(self) -> set[RRsetKey]:
        """The record sets named to the operator as changed by someone else."""
        assert self.outcome is not None
        errors = self.outcome.errors
        return {key for error in errors if isinstance(error, StalePlanError) for key in error.keys}


def race(account: Account, chance: random.Random, *plans: ZonePlan, live: LiveZone | None) -> list[Operator]:
    """Carry out the plans at the same moment."""
    names = [f"operator {number}" for number in range(len(plans))]
    turnstile = Turnstile(names, chance)
    by_id = {live.hosted.id: live} if live is not None else {}
    operators = [
        Operator(name, account, turnstile, plan, by_id) for name, plan in zip(names, plans, strict=True)
    ]
    threads = [threading.Thread(target=operator.run) for operator in operators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return operators


def random_zone(chance: random.Random) -> Zone:
    """A few addresses, a weighted group, an alias."""
    names = [name for name in "abcdefgh" if chance.random() < 0.7]
    rrsets = [address(name, f"192.0.2.{chance.randrange(1, 4)}") for name in names]
    for identifier in ("one", "two"):
        if chance.random() < 0.7:
            key = RRsetKey(f"w.{ORIGIN}", "A", identifier)
            weight = Weighted(chance.randrange(1, 4))
            rrsets.append(RRset(key, 60, ("192.0.2.9",), routing=weight))
    if any(rrset.name == f"a.{ORIGIN}" for rrset in rrsets) and chance.random() < 0.7:
        rrsets.append(alias("to", "a"))
    return Zone(ORIGIN, {rrset.key: rrset for rrset in rrsets})


def judge_race(before: Mapping[RRsetKey, RRset], operators: list[Operator], account: Account) -> list[str]:
    """What is wrong with how the race ended: nothing, if no update was lost in silence."""
    after = account.rrsets()
    wanted = [{change.key: change for change in operator.zone.changes} for operator in operators]
    wrong = [
        f"{key} is what nobody wanted: {after.get(key)}"
        for key in {*before, *after, *wanted[0], *wanted[1]}
        if after.get(key)
        not in [before.get(key), *(changes[key].after for changes in wanted if key in changes)]
    ]
    for operator, changes in zip(operators, wanted, strict=True):
        lost = [key for key, change in changes.items() if after.get(key) != change.after]
        wrong += _judge_operator(operator, changes.keys(), lost)
    return wrong


def _judge_operator(operator: Operator, wanted: Collection[RRsetKey], lost: list[RRsetKey]) -> Iterator[str]:
    """`lost` are the record sets that are not in the end as the operator wanted them."""
    outcome = operator.outcome
    assert outcome is not None
    if lost and not outcome.errors:
        yield f"{operator.name} was told that all went well, but lost {lost}"
    if outcome.errors and not operator.told:
        yield f"{operator.name} got another error: {outcome.errors}"
    if not operator.told <= set(wanted):
        yield f"{operator.name} was told of record sets of no concern: {operator.told}"
    if outcome.applied > len(wanted) - len(lost):
        yield f"{operator.name} was told of {outcome.applied} changes, but lost {lost}"


def race_on_live_zone(account: Account, chance: random.Random) -> tuple[list[str], list[Operator]]:
    """Both have read the same zone, and want something else of it."""
    start = random_zone(chance)
    live = account.create(*start.rrsets.values())
    own = Zone(ORIGIN, account.rrsets())
    plans = [changed_zone(live, *diff_zones(desired=random_zone(chance), live=own)) for _ in range(2)]
    operators = race(account, chance, *plans, live=live)
    return judge_race(own.rrsets, operators, account), operators


def race_on_new_zone(account: Account, chance: random.Random) -> tuple[list[str], list[Operator]]:
    """Both want the zone made, with other contents."""
    plans = [new_zone(*random_zone(chance).rrsets.values()) for _ in range(2)]
    operators = race(account, chance, *plans, live=None)
    return judge_race({}, operators, account), operators
