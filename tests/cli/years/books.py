"""What a CA counts by itself: Let's Encrypt's limits (letsencrypt.org/docs/rate-limits), in sliding windows.

It shares nothing with the room that is tried: a name's registered domain is its last two labels here.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

HOUR = datetime.timedelta(hours=1)
WEEK = datetime.timedelta(days=7)
KNOWN_FOR = datetime.timedelta(days=120)
MOST_ORDERS, MOST_OF_DOMAIN, MOST_OF_SET, MOST_FAILURES = 300, 50, 5, 5

Times = list[datetime.datetime]
Limit = tuple[str, Times, int, datetime.timedelta]


def registered(name: str) -> str:
    return ".".join(name.split(".")[-2:])


@dataclass
class Books:
    """The moments at which something counted; `exceeded` are the orders that had to be refused."""

    orders: Times = field(default_factory=list)
    domains: defaultdict[str, Times] = field(default_factory=lambda: defaultdict(list))
    sets: defaultdict[frozenset[str], Times] = field(default_factory=lambda: defaultdict(list))
    failures: defaultdict[str, Times] = field(default_factory=lambda: defaultdict(list))
    exceeded: list[str] = field(default_factory=list)

    def is_known(self, names: Iterable[str], now: datetime.datetime) -> bool:
        """Whether a certificate of just these names is a renewal."""
        return any(each > now - KNOWN_FOR for each in self.sets[frozenset(names)])

    def refusal(self, names: Iterable[str], now: datetime.datetime) -> tuple[str, datetime.datetime] | None:
        """Which limit an order that is not exempt meets, and until when."""
        limits = list(self._limits(frozenset(names), now))
        full = [(what, times[-most] + within) for what, times, most, within in limits if len(times) >= most]
        return max((each for each in full if each[1] > now), default=None, key=lambda each: each[1])

    def _limits(self, wanted: frozenset[str], now: datetime.datetime) -> Iterator[Limit]:
        yield "set", self.sets[wanted], MOST_OF_SET, WEEK
        for name in sorted({each.removeprefix("*.") for each in wanted}):
            yield f"failures of {name}", self.failures[name], MOST_FAILURES, HOUR
        if not self.is_known(wanted, now):
            yield "orders", self.orders, MOST_ORDERS, 3 * HOUR
            for domain in sorted({registered(each) for each in wanted}):
                yield f"domain {domain}", self.domains[domain], MOST_OF_DOMAIN, WEEK

    def note_order(self, names: Iterable[str], now: datetime.datetime) -> None:
        if not self.is_known(names, now):
            self.orders.append(now)

    def note_issued(self, names: Iterable[str], now: datetime.datetime) -> None:
        wanted = frozenset(names)
        if not self.is_known(wanted, now):
            for domain in {registered(each) for each in wanted}:
                self.domains[domain].append(now)
        self.sets[wanted].append(now)

    def note_failure(self, name: str, now: datetime.datetime) -> None:
        self.failures[name].append(now)
