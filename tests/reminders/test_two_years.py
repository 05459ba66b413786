"""Two years of daily runs over three hundred domains, with everything that goes wrong: each message once.

What is expected is worked out apart from the room that is tried: from the days of a domain's life, threshold by
threshold, without a memory of what was said.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.reminders.book import Book, book_from_json, book_to_json
from psfdns.reminders.due import Roads, decide, mark
from psfdns.reminders.ending import Ending, Kind, Policy, Renewing, Stage
from psfdns.reminders.look import look

START = datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
THRESHOLDS = (60, 30, 14, 7, 3, 1, 0)
ROADS = Roads(True, ("staff:1",))
DAY = datetime.timedelta(days=1)

Message = tuple[int, str, str, str, str]
"""Day of the run, domain, channel, end, and what was said."""


@dataclass(frozen=True)
class Life:
    """A domain over the days of a run: its end in days from the start, day by day, and what is known of it."""

    name: str
    ends: tuple[int, ...]
    automatic: bool = False
    short: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()
    hold: int = 0
    redemption: int = 0

    def stage(self, day: int) -> Stage:
        over = day - self.ends[day]
        if over <= 0:
            return Stage.RUNNING
        return Stage.HOLD if over <= self.hold else Stage.REDEMPTION

    def ending(self, day: int) -> Ending:
        now = START + day * DAY
        if day in self.unknown:
            return Ending(Kind.DOMAIN, self.name, None, (f"{self.name}@x.example",), "t", unknown="away")
        renewing = Renewing.BY_HAND
        if self.automatic:
            renewing = Renewing.UNPAID if day in self.short else Renewing.AUTOMATIC
        end = START.date() + self.ends[day] * DAY
        to = (f"{self.name}@x.example",)
        return Ending(Kind.DOMAIN, self.name, end, to, "t", self.stage(day), renewing, now)


@dataclass
class World:
    """The lives, and on which days a channel accepts nothing."""

    lives: list[Life]
    days: int
    broken: Callable[[int, str], bool] = field(default=lambda day, channel: False)


def simulate(world: World, *, restart_every: int = 7) -> list[Message]:
    """Run it day by day; now and then the book comes back from the disk."""
    book, heard = Book(), []
    for day in range(world.days):
        now = START + day * DAY
        endings = look([life.ending(day) for life in world.lives], book, now=now, liaisons={})
        for _ in range(2 if day % 5 == 0 else 1):
            # A second run on a day says nothing but what failed in the first.
            for due in decide(endings, book, ROADS, Policy(), now=now):
                if world.broken(day, due.channel):
                    continue
                mark(due, book, at=now.isoformat())
                words = due.labels if due.word.value == "remind" else (due.word.value,)
                heard += [(day, due.ending.object, due.channel, str(due.ending.end), word) for word in words]
        if day % restart_every == 0:
            book = book_from_json(book_to_json(book))
    return heard


def known_end(life: Life, day: int) -> int | None:
    """The end as it was when it was last known."""
    return next((life.ends[each] for each in range(day, -1, -1) if each not in life.unknown), None)


def known_day(life: Life, day: int) -> int:
    return next((each for each in range(day, -1, -1) if each not in life.unknown), -1)


def label(life: Life, day: int) -> str | None:
    """What a day's run would say of the time that is left, whoever hears it."""
    end = known_end(life, day)
    if end is None:
        return None
    left = end - day
    if left < 0:
        return (START + day * DAY).date().isoformat() if left >= -80 else None
    if life.automatic and day not in life.short and day not in life.unknown and left >= 20:
        return None
    fitting = [each for each in THRESHOLDS if each >= left]
    return str(fitting[-1]) if fitting else None


def expected(world: World) -> Iterator[Message]:
    for life in world.lives:
        for channel in (f"mail:{life.name}@x.example", "staff:1"):
            yield from _expected(world, life, channel)


def _expected(world: World, life: Life, channel: str) -> Iterator[Message]:
    """For each end and label, the first day on which it holds and the channel works."""
    told: dict[tuple[int, str], int] = {}
    outages: set[int] = set()
    ends_told: set[int] = set()
    for day in range(world.days):
        if world.broken(day, channel):
            continue
        end, when = known_end(life, day), str(START.date() + (known_end(life, day) or 0) * DAY)
        short = life.automatic and day in life.short and day not in life.unknown
        words = []
        said = label(life, day)
        if said is not None and end is not None:
            if channel == "staff:1" and not short and end - day > 7:
                said = None
            words += [said] if said is not None else []
        if channel == "staff:1" and short and end is not None and end >= day:
            words.append("short")
        began = known_day(life, day)
        if day in life.unknown and day - began >= 3 and began not in outages:
            outages.add(began)
            since = (START + max(began, 0) * DAY).isoformat()
            yield day, life.name, channel, when if end is not None else "None", f"no-data {since}"
            # What is said with it counts as said too.
            for word in words:
                told.setdefault((end or 0, word), day)
                ends_told.add(end or 0)
                yield day, life.name, channel, when, word
            continue
        fresh = [word for word in words if (end, word) not in told]
        if fresh and end is not None:
            for word in words:
                told[end, word] = day
                yield day, life.name, channel, when, word
            # An outage that is known and lasts is named with whatever is said.
            if day in life.unknown and began in outages:
                yield day, life.name, channel, when, f"no-data {(START + max(began, 0) * DAY).isoformat()}"
            ends_told.add(end)
        if (
            day not in life.unknown
            and end is not None
            and end >= day
            and any(end - each >= 28 for each in ends_told)
        ):
            ends_told = {each for each in ends_told if each >= end}
            yield day, life.name, channel, when, "renewed"


def draw_life(name: str, rng: random.Random, days: int) -> Life:
    """A life with renewals early, late or never, corrected dates, outages, and money that runs short."""
    ends, end = [], rng.randrange(-20, 400)
    renews_at = rng.choice((70, 45, 20, 5, 0, -10, -30, None))
    for day in range(days):
        if renews_at is not None and end - day <= renews_at and rng.random() < 0.3:
            end += 365
            renews_at = rng.choice((70, 45, 20, 5, 0, -10, -30, None))
        elif rng.random() < 0.002:
            end += rng.choice((-3, 1, 5, -40))
        ends.append(end)
    unknown: set[int] = set()
    for _ in range(rng.choice((0, 0, 1, 3))):
        first = rng.randrange(days)
        unknown |= set(range(first, first + rng.choice((1, 2, 4, 30))))
    short: set[int] = set()
    for _ in range(rng.choice((0, 0, 2))):
        first = rng.randrange(days)
        short |= set(range(first, first + rng.choice((1, 10, 60))))
    automatic = rng.random() < 0.5
    return Life(name, tuple(ends), automatic, frozenset(short), frozenset(unknown), rng.choice((0, 28, 45)))


def broken_channels(rng: random.Random, lives: list[Life], days: int) -> Callable[[int, str], bool]:
    channels = ["staff:1", *(f"mail:{life.name}@x.example" for life in lives)]
    away = {
        (day, channel)
        for channel in channels
        for first in (rng.randrange(days) for _ in range(3))
        for day in range(first, first + rng.choice((1, 2, 9)))
    }
    whole = set(rng.sample(range(days), days // 50))
    return lambda day, channel: (day, channel) in away or day in whole


def build(seed: int, *, count: int, days: int) -> World:
    rng = random.Random(seed)
    lives = [draw_life(f"d{number:03}.example", rng, days) for number in range(count)]
    return World(lives, days, broken_channels(rng, lives, days))


def test_two_years_of_three_hundred_domains() -> None:
    world = build(20270101, count=300, days=730)
    heard = simulate(world)
    doubled = [
        message for message, times in Counter(heard).items() if times > 1 and "no-data" not in message[4]
    ]
    assert doubled == []
    assert sorted(set(heard)) == sorted(set(expected(world)))
    words = Counter(message[4].split()[0] for message in heard)
    assert set(words) >= {*map(str, THRESHOLDS), "short", "renewed", "no-data"}
    assert sum(words.values()) > 5000


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_any_year_of_some_domains(seed: int) -> None:
    world = build(seed, count=5, days=300)
    assert sorted(set(simulate(world))) == sorted(set(expected(world)))
