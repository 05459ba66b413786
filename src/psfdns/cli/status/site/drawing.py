"""The time line as two pictures: along the page, and down it for a phone. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psfdns.cli.status.site.timeline import SOON, Axis, Lane, Mark, Tick, make_lanes, make_ticks

Shape = dict[str, Any]

WIDTH = 1120
GUTTER = 108
"""The width of the kinds' names, left of the line."""
PAST = 76
AFTER = 60
HEAD = 46
LANE = 52
ROW = 17
TALL_WIDTH = 348
TALL_GUTTER = 54
TALL_HEAD = 74
TALL_PAST = 46
TALL_MONTH = 38
TALL_AFTER = 44


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark with its place on the picture."""

    mark: Mark
    x: float
    y: float
    outline: str


@dataclass(frozen=True, slots=True)
class Row:
    """A lane with its place: `at` is its middle, `begin` and `size` its room across the line."""

    lane: Lane
    begin: float
    size: float
    at: float
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a template needs to draw the line."""

    width: float
    height: float
    axis: Axis
    soon: float
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]


def draw_wide(endings: Iterable[Shape], today: datetime.date) -> Drawing:
    """Time goes to the right; the first in a cluster has its name below."""
    begin = GUTTER + PAST
    axis = Axis(today, begin, WIDTH - AFTER, overdue=GUTTER + PAST / 2, later=WIDTH - AFTER / 2)
    rows = []
    top = float(HEAD)
    for lane in make_lanes(endings, axis, labels=True):
        size = LANE + ROW * lane.rows
        middle = top + LANE / 2
        placed = tuple(Placed(mark, mark.at, middle, outline(lane.kind, mark)) for mark in lane.marks)
        rows.append(Row(lane, top, size, middle, placed))
        top += size
    return _drawing(WIDTH, top + 6, axis, rows)


def draw_tall(endings: Iterable[Shape], today: datetime.date) -> Drawing:
    """Time goes down; names stand in the table beside it."""
    begin = float(TALL_HEAD + TALL_PAST)
    end = begin + 13 * TALL_MONTH
    axis = Axis(today, begin, end, overdue=TALL_HEAD + TALL_PAST / 2, later=end + TALL_AFTER / 2)
    lanes = make_lanes(endings, axis, labels=False)
    size = (TALL_WIDTH - TALL_GUTTER) / max(len(lanes), 1)
    rows = [_column(lane, TALL_GUTTER + number * size, size) for number, lane in enumerate(lanes)]
    return _drawing(TALL_WIDTH, end + TALL_AFTER + 4, axis, rows)


def _column(lane: Lane, begin: float, size: float) -> Row:
    middle = begin + size / 2
    placed = tuple(Placed(mark, middle, mark.at, outline(lane.kind, mark)) for mark in lane.marks)
    return Row(lane, begin, size, middle, placed)


def _drawing(width: float, height: float, axis: Axis, rows: Sequence[Row]) -> Drawing:
    soon = axis.at(axis.today + datetime.timedelta(days=SOON))
    return Drawing(width, height, axis, soon, make_ticks(axis), tuple(rows))


def outline(kind: str, mark: Mark) -> str:
    """The path of a mark around 0,0: each kind has a shape, so that colour is not needed to tell it."""
    return shape(kind, mark.radius)


def shape(kind: str, r: float) -> str:
    """A circle for domains, a square for certificates, a diamond for keys, a hexagon for all else."""
    if kind == "domain":
        return f"M{-r:g} 0a{r:g} {r:g} 0 1 1 {2 * r:g} 0a{r:g} {r:g} 0 1 1 {-2 * r:g} 0z"
    if kind == "certificate":
        a = round(r * 0.92, 2)
        return f"M{-a:g} {-a:g}h{2 * a:g}v{2 * a:g}h{-2 * a:g}z"
    if kind == "key":
        d = round(r * 1.25, 2)
        return f"M0 {-d:g}L{d:g} 0 0 {d:g} {-d:g} 0z"
    x, y = round(r * 1.1, 2), round(r * 0.95, 2)
    return f"M{-x:g} 0L{-x / 2:g} {-y:g} {x / 2:g} {-y:g} {x:g} 0 {x / 2:g} {y:g} {-x / 2:g} {y:g}z"
