"""Where everything that ends stands on the line of thirteen months."""

from __future__ import annotations

import datetime
from itertools import pairwise

import pytest

from psfdns.cli.status.site.drawing import GUTTER, PAST, WIDTH, draw_tall, draw_wide, shape
from psfdns.cli.status.site.timeline import LETTER, Axis, Lane, Mark, make_lanes, make_ticks, months_after
from tests.cli.site_documents import TODAY, crowd, ending

AXIS = Axis(TODAY, begin=200.0, end=1200.0, overdue=100.0, later=1250.0)


@pytest.mark.parametrize(
    ("date", "number", "after"),
    [
        ("2026-11-28", 13, "2027-12-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_months_are_those_of_the_calendar(date: str, number: int, after: str) -> None:
    assert months_after(datetime.date.fromisoformat(date), number).isoformat() == after


def test_each_month_has_a_tick_and_january_its_year() -> None:
    ticks = make_ticks(AXIS)
    assert [tick.month for tick in ticks] == "Dec Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    assert [tick.year for tick in ticks if tick.year] == [2026, 2027]
    assert all(200 < one.at < other.at <= 1200 for one, other in pairwise(ticks))


@pytest.mark.parametrize(
    ("days", "at", "when"),
    [
        (-1, 100.0, "overdue"),
        (-900, 100.0, "overdue"),
        (0, 200.0, "ahead"),
        (395, 1200.0, "ahead"),
        (396, 1250.0, "later"),
    ],
)
def test_a_mark_stands_at_its_day_and_what_is_outside_at_the_ends(days: int, at: float, when: str) -> None:
    ((mark,),) = [lane.marks for lane in make_lanes([ending("domain", "a", None, days)], AXIS, labels=True)]
    assert (mark.at, mark.when) == (at, when)


def test_what_has_no_date_that_can_be_read_stands_with_the_overdue() -> None:
    lost = {**ending("key", "a", None, 5), "end": "soon"}
    ((mark,),) = [lane.marks for lane in make_lanes([lost], AXIS, labels=True)]
    assert mark.when == "overdue"


def test_kinds_have_lanes_in_order_and_one_that_is_new_comes_last() -> None:
    endings = [ending(kind, "a", None, 9) for kind in ("passport", "token", "domain", "certificate")]
    assert [lane.kind for lane in make_lanes(endings, AXIS, labels=True)] == [
        "domain",
        "certificate",
        "token",
        "passport",
    ]
    assert len({shape(kind, 6) for kind in ("domain", "certificate", "key", "token")}) == 4


def test_marks_that_would_touch_are_one_with_their_number() -> None:
    near = [ending("domain", name, None, days) for name, days in (("b", 101), ("a", 100), ("c", 160))]
    (lane,) = make_lanes(near, AXIS, labels=True)
    assert [(mark.number, mark.label) for mark in lane.marks] == [(2, "a +1"), (1, "c")]
    assert lane.number == 3


def lanes_of(number: int) -> list[Lane]:
    return [row.lane for row in draw_wide(crowd(number)["endings"], TODAY).rows]


@pytest.mark.parametrize("number", [0, 1, 30, 300, 3000])
def test_no_mark_is_lost_and_none_hides_another(number: int) -> None:
    endings = crowd(number)["endings"]
    for drawing in (draw_wide(endings, TODAY), draw_tall(endings, TODAY)):
        lanes = [row.lane for row in drawing.rows]
        assert sum(mark.number for lane in lanes for mark in lane.marks) == number
        for lane in lanes:
            for one, other in pairwise(lane.marks):
                if one.when == other.when:
                    assert other.at - one.at >= one.radius + other.radius
    lanes = lanes_of(number)
    assert sum(len(lane.marks) for lane in lanes) <= 150


@pytest.mark.parametrize("number", [30, 300])
def test_labels_cover_neither_each_other_nor_a_line_to_another_label(number: int) -> None:
    labelled = marks = 0
    for lane in lanes_of(number):
        told = [
            (mark, mark.at - len(mark.label) * LETTER, mark.row)
            for mark in lane.marks
            if mark.row is not None
        ]
        labelled += len(told)
        marks += len(lane.marks)
        for mark, begin, row in told:
            for other, other_begin, other_row in told:
                if other is mark:
                    continue
                if row == other_row:
                    assert begin >= other.at or other_begin >= mark.at
                if other_row > row:
                    assert not begin < other.at < mark.at, "the line to the other label crosses this one"
    assert labelled >= marks / 2


def test_a_picture_has_room_for_what_is_in_it() -> None:
    drawing = draw_wide(crowd()["endings"], TODAY)
    assert (drawing.axis.begin, drawing.width) == (GUTTER + PAST, WIDTH)
    last = drawing.rows[-1]
    assert drawing.height >= last.begin + last.size
    tall = draw_tall(crowd()["endings"], TODAY)
    assert all(row.begin + row.size <= tall.width + 0.01 for row in tall.rows)


def test_a_long_name_is_cut_in_the_picture() -> None:
    mark = Mark(0.0, (ending("domain", "x" * 300, None, 1),), "ahead")
    assert len(mark.label) == 34
    assert mark.label.endswith("\u2026")
