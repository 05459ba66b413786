"""Two years of daily runs over three hundred domains, with everything that goes wrong: each message once.

What is expected is worked out apart from the room that is tried: from the days of a domain's life, one
channel and one domain at a time.
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
from psfdns.reminders.ending import Ending, Kind, Renewing, Stage
from psfdns.reminders.look import look
from psfdns.reminders.policy import Policy

START = datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
THRESHOLDS = (60, 30, 14, 7, 3, 1, 0)
ROADS = Roads(True, ("staff:1",))
DAY = datetime.timedelta(days=1)

Message = tuple[int, str, str, str, str]
"""Day of the run, domain, channel, end, and what was said."""


@dataclass(frozen=True)
class Life:
    """A domain over the days of a run: its end day by day, in days from the start, and what is known."""

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
    """When something was last known; where nothing ever was, the day of the first question."""
    return next((each for each in range(day, -1, -1) if each not in life.unknown), 0)


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


@dataclass
class Ear:
    """What one channel is to hear of one domain, from day to day."""

    life: Life
    channel: str
    told: set[tuple[int, str]] = field(default_factory=set)
    outages: set[int] = field(default_factory=set)

    def words(self, day: int) -> list[str]:
        """What holds on a day, apart from outages."""
        life, end = self.life, known_end(self.life, day)
        if end is None:
            return []
        short = life.automatic and day in life.short and day not in life.unknown
        said, is_staff = label(life, day), self.channel == "staff:1"
        words = [said] if said is not None and not (is_staff and not short and end - day > 7) else []
        return words + (["short"] if is_staff and short and end >= day else [])

    def outage(self, day: int) -> tuple[int, str] | None:
        """When an outage that has to be told began, and what is said of it."""
        began = known_day(self.life, day)
        if day not in self.life.unknown or day - began < 3:
            return None
        return began, f"no-data {(START + began * DAY).isoformat()}"

    def hear(self, day: int) -> list[str]:
        """What is said on a day on which the channel works: all that holds, if any of it is new."""
        end, words, outage = known_end(self.life, day) or 0, self.words(day), self.outage(day)
        is_new = any((end, word) not in self.told for word in words)
        is_new |= outage is not None and outage[0] not in self.outages
        heard = [*words, *([outage[1]] if outage else [])] if is_new else []
        if is_new:
            self.told |= {(end, word) for word in words}
            self.outages |= {outage[0]} if outage else set()
        return heard + self._renewed(day, end)

    def _renewed(self, day: int, end: int) -> list[str]:
        if day in self.life.unknown or end < day or not any(end - each >= 28 for each, _ in self.told):
            return []
        self.told = {each for each in self.told if each[0] >= end}
        return ["renewed"]


def _expected(world: World, life: Life, channel: str) -> Iterator[Message]:
    ear = Ear(life, channel)
    for day in range(world.days):
        if not world.broken(day, channel):
            end = known_end(life, day)
            when = "None" if end is None else str(START.date() + end * DAY)
            yield from ((day, life.name, channel, when, word) for word in ear.hear(day))


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
