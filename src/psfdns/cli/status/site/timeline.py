"""Everything that ends in the next thirteen months, on a line: what stands where. Pure.

A lane for each kind. Marks that would touch are one, with their number in it. What has ended already stands
at the beginning, what ends later than the line at its end.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from psfdns.cli.status.site.words import KINDS, month, undotted
from psfdns.moments import read_moment

Shape = dict[str, Any]

MONTHS = 13
RADIUS = 7.0
RADIUS_OF_SEVERAL = 9.5
RADIUS_OF_MANY = 12.0
MANY = 10
BETWEEN = 3.0
"""What is left free between two marks."""
LABEL_ROWS = 4
LETTER = 6.4
"""The width of a letter of a label, a little more than most fonts have."""
LONGEST_LABEL = 34
SOON = 30
"""Days that are marked as near."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where days lie on the picture: `today` at `begin`, `until` at `end`."""

    today: datetime.date
    begin: float
    end: float
    overdue: float
    later: float

    @property
    def until(self) -> datetime.date:
        """The last day of the line."""
        return months_after(self.today, MONTHS)

    def place(self, date: datetime.date) -> float:
        """Where a day's mark belongs, also of one before or after the line."""
        if date < self.today:
            return self.overdue
        if date > self.until:
            return self.later
        return self.at(date)

    def at(self, date: datetime.date) -> float:
        """Where a day of the line lies."""
        whole = (self.until - self.today).days
        return self.begin + (self.end - self.begin) * (date - self.today).days / whole


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of a month."""

    at: float
    month: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One ending, or several that lie too close to be drawn apart; `row` is that of its label."""

    at: float
    endings: tuple[Shape, ...]
    when: str
    row: int | None = None

    @property
    def number(self) -> int:
        """How many end here."""
        return len(self.endings)

    @property
    def radius(self) -> float:
        """More are larger."""
        if self.number == 1:
            return RADIUS
        return RADIUS_OF_SEVERAL if self.number < MANY else RADIUS_OF_MANY

    @property
    def label(self) -> str:
        """The first that ends, and how many with it."""
        name = undotted(str(self.endings[0]["object"]))
        name = name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}\u2026"
        return name if self.number == 1 else f"{name} +{self.number - 1}"


@dataclass(frozen=True, slots=True)
class Lane:
    """The marks of a kind; `rows` is how many rows of labels they need."""

    kind: str
    number: int
    marks: tuple[Mark, ...]

    @property
    def rows(self) -> int:
        """How many rows its labels take."""
        return max((mark.row + 1 for mark in self.marks if mark.row is not None), default=0)


def make_lanes(endings: Iterable[Shape], axis: Axis, *, labels: bool) -> tuple[Lane, ...]:
    """A lane for each kind that there is, in the order of `KINDS`."""
    kinds: dict[str, list[Shape]] = {}
    for ending in sorted(endings, key=lambda each: (each["end"], each["kind"], each["object"])):
        kinds.setdefault(ending["kind"], []).append(ending)
    order = [*(kind for kind in KINDS if kind in kinds), *sorted(kinds.keys() - KINDS.keys())]
    lanes = []
    for kind in order:
        marks = _gather(kinds[kind], axis)
        lanes.append(Lane(kind, len(kinds[kind]), _label(marks) if labels else marks))
    return tuple(lanes)


def make_ticks(axis: Axis) -> tuple[Tick, ...]:
    """The first of each month on the line; the first tick and January name their year."""
    ticks: list[Tick] = []
    date = months_after(axis.today.replace(day=1), 1)
    while date <= axis.until:
        year = date.year if date.month == 1 or not ticks else None
        ticks.append(Tick(axis.at(date), month(date), year))
        date = months_after(date, 1)
    return tuple(ticks)


def months_after(date: datetime.date, number: int) -> datetime.date:
    """The same day of a later month, or that month's last."""
    year, index = divmod(date.year * 12 + date.month - 1 + number, 12)
    return datetime.date(year, index + 1, min(date.day, calendar.monthrange(year, index + 1)[1]))


def _gather(endings: Sequence[Shape], axis: Axis) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for ending in endings:
        date = end_of(ending)
        when = "overdue" if date < axis.today else "later" if date > axis.until else "ahead"
        marks.append(Mark(axis.place(date), (ending,), when))
    while (joined := _join(marks)) is not None:
        marks = joined
    return tuple(marks)


def end_of(ending: Shape) -> datetime.date:
    """Its last day; one that cannot be read counts as long gone, so that nobody overlooks it."""
    moment = read_moment(ending["end"])
    return moment.date() if moment else datetime.date.min


def _join(marks: Sequence[Mark]) -> list[Mark] | None:
    """Marks of which two neighbours that touch are one; None where none do."""
    for place, (one, other) in enumerate(pairwise(marks)):
        touch = other.at - one.at < one.radius + other.radius + BETWEEN
        if one.when == other.when and touch:
            return [*marks[:place], replace(one, endings=one.endings + other.endings), *marks[place + 2 :]]
    return None


def _label(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Labels end below their mark, the soonest highest: so no line to a label crosses another label."""
    last = [0.0] * LABEL_ROWS
    labelled = []
    for mark in marks:
        begin = mark.at - len(mark.label) * LETTER - 8
        # Lines to deeper rows pass through this one, and it begins right of them all.
        free = (row for row in range(LABEL_ROWS) if begin >= max(last[row:]))
        row = next(free, None) if mark.when != "later" else None
        if row is not None:
            last[row] = mark.at
        labelled.append(replace(mark, row=row))
    return tuple(labelled)
