"""What goes wrong over the years, drawn from a seed: for each run of cron the conditions that it meets."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

START = datetime.datetime(2028, 3, 1, tzinfo=datetime.UTC)
DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
EXTRA = "extra"


@dataclass(frozen=True)
class Wanted:
    """A certificate as the files want it: `extra` is a name that they want at times."""

    name: str
    names: tuple[str, ...]
    profile: str
    deploys: bool

    def names_at(self, changes: int) -> tuple[str, ...]:
        return (*self.names, f"{EXTRA}-{self.name}") if changes % 2 else self.names


@dataclass(frozen=True)
class Event:
    """`kind` from `begin` to `end`; `touched` are the certificates that it is about."""

    kind: str
    begin: datetime.datetime
    end: datetime.datetime
    touched: frozenset[str] = frozenset()
    seconds: int = 0

    def covers(self, when: datetime.datetime) -> bool:
        return self.begin <= when < self.end


@dataclass(frozen=True)
class Run:
    """One run of cron; `offset` is how wrong the machine's clock is, `kill_at` the step that it dies at."""

    number: int
    at: datetime.datetime
    events: tuple[Event, ...] = ()
    offset: datetime.timedelta = datetime.timedelta()
    kill_at: int | None = None
    fraction: float = 0.0
    """What is drawn at random in it."""

    def has(self, *kinds: str) -> bool:
        return any(each.kind in kinds for each in self.events)

    def first(self, *kinds: str) -> Event | None:
        return next((each for each in self.events if each.kind in kinds), None)

    def touched(self, kind: str) -> frozenset[str]:
        return frozenset(name for each in self.events if each.kind == kind for name in each.touched)


@dataclass(frozen=True)
class History:
    """All that will happen."""

    wanted: tuple[Wanted, ...]
    runs: tuple[Run, ...]
    events: tuple[Event, ...] = field(default=())


OUTAGES = ("refused", "hang", "broken", "busy", "limited", "slow")
DNS = ("bogus", "denied", "away", "stale", "blind")
ADVICE = ("no-advice", "earlier", "past", "future", "revoked", "replaced")
ADDED = ("undelegated", "unseen")
"""What may be wrong with a name for days after it was added: there is no CNAME, or the CA finds no proof."""
CALM = frozenset({*ADVICE, *ADDED, "noise", "renamed", "undeliverable"})
"""What a run meets that is killed, or whose clock is wrong."""
LENGTHS = (6 * HOUR, 14 * HOUR, 30 * HOUR, 3 * DAY, 5 * DAY)
RATES = {
    **dict.fromkeys(OUTAGES, 0.9),
    **dict.fromkeys(DNS, 0.8),
    **dict.fromkeys(ADVICE, 0.5),
    "noise": 6.0,
    "disk-full": 0.6,
    "undeliverable": 1.0,
    "renamed": 1.5,
    "kill": 3.0,
    "clock": 0.7,
    "burst": 1.0,
}
"""How often in a hundred days."""
SOME = frozenset({"bogus", "earlier", "past", "future", "revoked", "renamed"})
"""Those that touch a part of the certificates."""


def draw_history(seed: int, *, count: int, days: int) -> History:
    """All of it, from the seed alone."""
    chance = random.Random(f"{seed}:{count}:{days}")
    wanted = tuple(_draw_wanted(number, count) for number in range(count))
    events = tuple(_draw_events(chance, days, wanted))
    events += tuple(_draw_added(random.Random(f"added:{seed}:{count}:{days}"), events))
    return History(wanted, tuple(_draw_runs(chance, days, events)), events)


def _draw_wanted(number: int, count: int) -> Wanted:
    profile = "shortlived" if number % 8 == 3 else "classic" if number % 8 in {1, 6} else "tlsserver"
    domain = "example.org" if number < count * 6 // 10 else ("example.com", "example.net")[number % 2]
    name = f"w{number}.{domain}"
    names = (name, f"*.{name}") if number % 5 == 0 else (name,)
    return Wanted(name, names, profile, number % 3 == 0)


def _draw_events(chance: random.Random, days: int, wanted: tuple[Wanted, ...]) -> Iterator[Event]:
    for kind, rate in RATES.items():
        if kind in {"kill", "clock", "burst"}:
            continue
        for _ in range(_how_many(chance, rate * days / 100)):
            begin = START + chance.random() * days * DAY
            share = chance.choice((0.05, 0.3, 1.0)) if kind in SOME else 0.0
            touched = frozenset(each.name for each in wanted if chance.random() < share)
            yield Event(kind, begin, begin + _length(chance, kind), touched, _seconds(chance))


def _draw_added(chance: random.Random, events: Iterable[Event]) -> Iterator[Event]:
    """Of a few at a time the CA refuses a name: more would be more orders than it takes."""
    for each in events:
        if each.kind == "renamed" and chance.random() < 0.7:
            kind = chance.choice(ADDED)
            touched = sorted(each.touched)
            few = touched if kind == "undelegated" else chance.sample(touched, min(len(touched), 12))
            length = chance.choice((3 * DAY, 12 * DAY, 50 * DAY))
            yield Event(kind, each.begin, each.begin + length, frozenset(few))


def _length(chance: random.Random, kind: str) -> datetime.timedelta:
    if kind == "earlier":
        return 40 * DAY
    if kind == "future":
        return chance.choice((10 * DAY, 60 * DAY))
    if kind == "renamed":
        return 10000 * DAY
    # A CA revokes after a day, or after five (CA/Browser Forum Baseline Requirements §4.9.1.1).
    return chance.choice((DAY, 5 * DAY)) if kind == "revoked" else chance.choice(LENGTHS)


def _seconds(chance: random.Random) -> int:
    """A Retry-After: of seconds, of hours, and one that is a mistake."""
    return chance.choice((5, 20, 600, 3 * 3600, 26 * 3600, 25 * 24 * 3600))


def _how_many(chance: random.Random, mean: float) -> int:
    whole = int(mean)
    return whole + (chance.random() < mean - whole)


def _draw_runs(chance: random.Random, days: int, events: tuple[Event, ...]) -> Iterator[Run]:
    """Twice a day with jitter; at times somebody tries again and again within an hour."""
    for number, at in enumerate(_times(chance, days)):
        now_on = tuple(each for each in events if each.covers(at))
        calm = tuple(each for each in now_on if each.kind in CALM)
        what = chance.random() * 200
        offset, kill_at = datetime.timedelta(), None
        if what < RATES["kill"]:
            kill_at, now_on = int(10 ** (chance.random() * 3.2)), calm
        elif what < RATES["kill"] + RATES["clock"]:
            offset, now_on = chance.choice((400 * DAY, 3 * DAY, -30 * DAY)), calm
        yield Run(number, at, now_on, offset, kill_at, chance.random())


def _times(chance: random.Random, days: int) -> Iterable[datetime.datetime]:
    for day in range(days):
        for hour in (3, 15):
            at = START + day * DAY + hour * HOUR + chance.random() * HOUR
            yield at
            if chance.random() * 200 < RATES["burst"]:
                yield from (at + minutes * HOUR / 60 for minutes in range(25, 25 + 5 * 7, 5))
