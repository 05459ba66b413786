"""Accounts to test against: the sandbox in memory, moto, and an API whose answers get lost."""

from __future__ import annotations

import datetime
import random
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.aws import AwsApi, open_route53
from psfdns.budget import UNLIMITED, Budget, Rates
from psfdns.errors import HostError
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.plan import Change, Plan, Setting, ZonePlan
from psfdns.records import SELF_ZONE, Alias, RRset, RRsetKey
from psfdns.route53.apply import Conditions, Outcome, Progress, apply_plan
from psfdns.route53.host import THREADS, fetch_zone, list_zones
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.throttle import Throttle

ORIGIN = "zone.example."


class Time:
    """A clock that only sleeping moves, shared by threads and by the sandbox."""

    def __init__(self) -> None:
        self.now = 0.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds

    def date(self) -> datetime.datetime:
        return datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC) + datetime.timedelta(seconds=self.now)


@dataclass
class Account:
    """A sandbox account and a way to it."""

    time: Time
    sandbox: Sandbox
    budget: Budget
    api: AwsApi
    reports: list[Progress] = field(default_factory=list)

    def apply(
        self,
        *zones: ZonePlan,
        live: Iterable[LiveZone] = (),
        api: Any = None,
        wait: bool = True,
        comment: str = "a test",
        threads: int = THREADS,
    ) -> Outcome:
        conditions = Conditions(
            comment, self.budget.pause, self.time.clock, self.reports.append, wait=wait, threads=threads
        )
        by_id = {zone.hosted.id: zone for zone in live}
        return apply_plan(api or self.api, Plan("sandbox", zones), by_id, conditions)

    def create(self, *rrsets: RRset, origin: str = ORIGIN) -> LiveZone:
        """A new zone with these record sets, as it is read afterwards."""
        self.apply(new_zone(*rrsets, origin=origin))
        return self.read(origin)

    def read(self, origin: str = ORIGIN) -> LiveZone:
        (hosted,) = [zone for zone in list_zones(self.api) if zone.name == origin]
        return fetch_zone(self.api, hosted)

    def rrsets(self, origin: str = ORIGIN) -> dict[RRsetKey, RRset]:
        """What is there, without the apex SOA and NS."""
        return {
            key: rrset
            for key, rrset in self.read(origin).zone.rrsets.items()
            if not (key.name == origin and key.type in {"SOA", "NS"})
        }


def open_account(rates: Rates = UNLIMITED, *, throttle: Throttle | None = None, **settings: Any) -> Account:
    time = Time()
    sandbox = Sandbox(
        None,
        clock=time.date,
        throttle=throttle,
        randomness=random.Random(1),
        **{"insync_after": 30.0, **settings},
    )
    budget = Budget(rates, clock=time.clock, sleep=time.sleep)
    return Account(time, sandbox, budget, open_route53(budget=budget, threads=8, attach=sandbox.attach))


def address(name: str, *values: str, ttl: int = 300) -> RRset:
    return RRset(RRsetKey(f"{name}.{ORIGIN}", "A"), ttl, tuple(sorted(values or ("192.0.2.1",))))


def alias(name: str, target: str) -> RRset:
    to = Alias(f"{target}.{ORIGIN}", SELF_ZONE, evaluate_target_health=False)
    return RRset(RRsetKey(f"{name}.{ORIGIN}", "A"), None, alias=to)


def new_zone(*rrsets: RRset, origin: str = ORIGIN, view: str | None = None, **settings: str) -> ZonePlan:
    wanted = {"tags": "psfdns:tenant=example", **settings}
    return ZonePlan(
        origin,
        view,
        None,
        "example",
        "vpcs" in settings,
        tuple(Change(None, rrset) for rrset in rrsets),
        tuple(Setting(name, None, value) for name, value in wanted.items()),
    )


def changed_zone(live: LiveZone, *changes: Change, settings: tuple[Setting, ...] = ()) -> ZonePlan:
    return ZonePlan(live.hosted.name, None, live.hosted.id, "example", live.hosted.private, changes, settings)


class UnsteadyApi:
    """Another API, some of whose answers are lost: the request is made, or not, and HostError comes back.

    `faults` maps (action, how often it was called) to "lost" (made, no answer), "cut" (not made, no
    answer), or a function that is called instead.
    """

    def __init__(self, api: Any, faults: Mapping[tuple[str, int], str | Callable[..., Any]]) -> None:
        self._api = api
        self._faults = dict(faults)
        self._lock = threading.Lock()
        self.calls: list[str] = []

    def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
        with self._lock:
            self.calls.append(action)
            fault = self._faults.get((action, self.calls.count(action)))
        if fault is None:
            return self._api.call(action, doing, **parameters)
        if callable(fault):
            return fault(self._api, doing, parameters)
        if fault == "lost":
            self._api.call(action, doing, **parameters)
        raise HostError("Route 53", doing, "cannot be reached: a test", retryable=True, uncertain=True)


def sent_twice(action: str) -> Callable[..., Any]:
    """What botocore does when an answer is lost: the same request again; the second answer is what we see."""

    def call(api: Any, doing: str, parameters: Mapping[str, Any]) -> Any:
        api.call(action, doing, **parameters)
        try:
            return api.call(action, doing, **parameters)
        except HostError as error:
            error.attempts = 2
            raise

    return call


def row(zone_id: str, name: str, reference: str = "test") -> HostedZone:
    return HostedZone(
        zone_id, name, private=False, caller_reference=reference, comment=None, record_set_count=2
    )
