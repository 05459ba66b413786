"""Who is told what and when, decided by the end, by what happens to it, and by what was said already."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

import pytest

from psfdns.reminders.book import Book, book_from_json, book_to_json
from psfdns.reminders.due import Due, Roads, Word, decide, find_untold, mark
from psfdns.reminders.ending import Ending, Kind, Level, Renewing, Stage
from psfdns.reminders.look import look
from psfdns.reminders.policy import OVERDUE_DAYS, Policy, certificate_days, judge_level

NOW = datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
ROADS = Roads(True, ("staff:1",), ("page:1",))
POLICY = Policy()


def ending(days: int | None, **more: object) -> Ending:
    end = None if days is None else NOW.date() + datetime.timedelta(days=days)
    return replace(Ending(Kind.DOMAIN, "a.example", end, ("a@x.example",), "one"), **more)  # type: ignore[arg-type]


def said(dues: Iterable[Due]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(due.word.value, due.channel.partition(":")[0], due.labels) for due in dues}


def labels(ending: Ending, *, book: Book | None = None, roads: Roads = ROADS) -> dict[str, tuple[str, ...]]:
    dues = decide([ending], book or Book(), roads, POLICY, now=NOW)
    assert all(due.word is Word.REMIND for due in dues)
    return {due.channel.partition(":")[0]: due.labels for due in dues}


TODAY = "2027-01-01"
CERTIFICATE = {"kind": Kind.CERTIFICATE}
LATE = {**CERTIFICATE, "renewing": Renewing.OVERDUE, "thresholds": OVERDUE_DAYS}
OTHERS = {**CERTIFICATE, "thresholds": (14, 7, 3, 1, 0)}
KEY = {"kind": Kind.KEY}
CASES: dict[str, tuple[Ending, dict[str, tuple[str, ...]]]] = {
    "a certificate that renews by itself": (ending(1, **CERTIFICATE, renewing=Renewing.AUTOMATIC), {}),
    "one that is overdue": (ending(10, **LATE), {"staff": ("overdue",)}),
    "overdue, and nobody answers for it": (ending(10, **LATE, to=()), {"staff": ("overdue",)}),
    "overdue for a week more": (ending(7, **LATE), {"mail": ("7",), "staff": ("7", "overdue")}),
    "overdue, paged from three days": (
        ending(3, **LATE),
        {"mail": ("3",), "staff": ("3", "overdue"), "page": ("3",)},
    ),
    "overdue, and over": (ending(-1, **LATE), dict.fromkeys(("mail", "staff", "page"), (TODAY,))),
    "for thirty days": (ending(-30, **LATE), dict.fromkeys(("mail", "staff", "page"), (TODAY,))),
    "a certificate that is long over": (ending(-31, **LATE), {}),
    "one of others": (ending(15, **OTHERS), {}),
    "one of others, by its own thresholds": (ending(14, **OTHERS), {"mail": ("14",)}),
    "a key that is well": (ending(None, **KEY), {}),
    "a key that needs action": (
        ending(None, **KEY, stage=Stage.NEEDS_ACTION),
        dict.fromkeys(("mail", "staff", "page"), ("needs-action",)),
    ),
    "a key that could not be looked at": (
        ending(None, **KEY, unknown="away", missing_since=NOW - datetime.timedelta(days=9)),
        {},
    ),
    "long before": (ending(61), {}),
    "from sixty days": (ending(60), {"mail": ("60",)}),
    "a threshold is reached until the next is": (ending(15), {"mail": ("30",)}),
    "fourteen": (ending(14), {"mail": ("14",)}),
    "staff hears from a week": (ending(7), {"mail": ("7",), "staff": ("7",), "page": ("7",)}),
    "and not before": (ending(8), {"mail": ("14",)}),
    "the last day": (ending(0), {"mail": ("0",), "staff": ("0",), "page": ("0",)}),
    "after the end, by the day": (ending(-1), {"mail": (TODAY,), "staff": (TODAY,), "page": (TODAY,)}),
    "for eighty days": (ending(-80), {"mail": (TODAY,), "staff": (TODAY,), "page": (TODAY,)}),
    "and no longer": (ending(-81), {}),
    "renewing by itself is trusted": (ending(20, renewing=Renewing.AUTOMATIC), {}),
    "and is late below twenty days": (ending(19, renewing=Renewing.AUTOMATIC), {"mail": ("30",)}),
    "without money staff hears at once": (ending(300, renewing=Renewing.UNPAID), {"staff": ("short",)}),
    "and liaisons from sixty days": (
        ending(45, renewing=Renewing.UNPAID),
        {"mail": ("60",), "staff": ("60", "short")},
    ),
    "on hold although it has not ended": (
        ending(200, stage=Stage.HOLD),
        {"mail": ("hold",), "staff": ("hold",), "page": ("hold",)},
    ),
    "on hold, renewed by its registry alone": (
        ending(200, stage=Stage.HOLD, rolled=True),
        {"mail": (TODAY,), "staff": (TODAY,), "page": (TODAY,)},
    ),
    "in redemption": (
        ending(-50, stage=Stage.REDEMPTION),
        {"mail": (TODAY,), "staff": (TODAY,), "page": (TODAY,)},
    ),
    "nothing renews it any more": (
        ending(-77, stage=Stage.PENDING_DELETE),
        dict.fromkeys(("mail", "staff", "page"), ("pending-delete",)),
    ),
    "gone": (ending(-90, stage=Stage.GONE), {"mail": ("gone",), "staff": ("gone",)}),
    "never there": (ending(None, stage=Stage.GONE), {}),
    "no end is known": (ending(None), {}),
    "nobody answers for it": (ending(60, to=()), {"staff": ("60",)}),
    "a token is staff's": (ending(30, kind=Kind.TOKEN, to=()), {"staff": ("30",)}),
    "a token thirty-one days before": (ending(31, kind=Kind.TOKEN, to=()), {}),
    "a token that has ended": (
        ending(-3, kind=Kind.TOKEN, to=()),
        {"staff": ("ended",), "page": ("ended",)},
    ),
    "a certificate": (ending(3, kind=Kind.CERTIFICATE), {"mail": ("3",), "staff": ("3",), "page": ("3",)}),
}


@pytest.mark.parametrize("case", CASES)
def test_who_hears_of_it(case: str) -> None:
    one, expected = CASES[case]
    assert labels(one) == expected


def accept(dues: Iterable[Due], book: Book) -> None:
    for due in dues:
        mark(due, book, at="2027-01-01T06:00:00Z")


def test_what_was_accepted_is_not_said_again_and_what_failed_is() -> None:
    book, one = Book(), ending(7)
    dues = decide([one], book, ROADS, POLICY, now=NOW)
    accept([due for due in dues if not due.channel.startswith("staff")], book)
    assert [due.channel for due in decide([one], book, ROADS, POLICY, now=NOW)] == ["staff:1"]
    accept(dues, book)
    assert decide([one], book, ROADS, POLICY, now=NOW) == ()
    assert book_from_json(book_to_json(book)) == book


def test_money_that_runs_short_is_said_at_once_although_a_threshold_was_said() -> None:
    book = Book()
    accept(decide([ending(5)], book, ROADS, POLICY, now=NOW), book)
    short = ending(5, renewing=Renewing.UNPAID)
    assert labels(short, book=book) == {"staff": ("7", "short")}


def test_a_moved_end_begins_anew_and_a_renewal_is_said_once_to_whom_it_concerned() -> None:
    book = Book()
    accept(decide([ending(7)], book, ROADS, POLICY, now=NOW), book)
    assert labels(ending(6), book=book) == {"mail": ("7",), "staff": ("7",), "page": ("7",)}

    renewed = ending(372)
    dues = decide([renewed], book, ROADS, POLICY, now=NOW)
    assert said(dues) == {("renewed", "mail", ()), ("renewed", "staff", ()), ("resolve", "page", ())}
    accept(dues, book)
    assert decide([renewed], book, ROADS, POLICY, now=NOW) == ()
    assert not book.open.get(renewed.thing)


def test_a_correction_of_some_days_is_no_renewal() -> None:
    book = Book()
    accept(decide([ending(50)], book, ROADS, POLICY, now=NOW), book)
    assert decide([ending(77)], book, ROADS, POLICY, now=NOW) == ()
    assert said(decide([ending(78)], book, ROADS, POLICY, now=NOW)) == {("renewed", "mail", ())}


def test_who_was_never_told_does_not_hear_of_the_renewal() -> None:
    book = Book()
    accept(decide([ending(60)], book, ROADS, POLICY, now=NOW), book)
    other = replace(ending(425), to=("a@x.example", "b@x.example"))
    assert [due.channel for due in decide([other], book, ROADS, POLICY, now=NOW)] == ["mail:a@x.example"]


def test_a_hold_that_comes_again_is_said_and_paged_again() -> None:
    book = Book()
    held, free = ending(200, stage=Stage.HOLD), ending(200)
    for expected in ({"mail", "staff", "page"}, set(), {"mail", "staff", "page"}):
        stage = held if expected else free
        (seen,) = look([stage], book, now=NOW, liaisons={})
        dues = decide([seen], book, ROADS, POLICY, now=NOW)
        reminded = {due.channel.partition(":")[0] for due in dues if due.word is Word.REMIND}
        assert reminded == expected
        accept(dues, book)


def test_staff_stands_in_for_liaisons_who_cannot_be_told() -> None:
    one = ending(60)
    dues = decide([one], Book(), ROADS, POLICY, now=NOW, unreached={one.thing})
    assert said(dues) == {("remind", "mail", ("60",)), ("remind", "staff", ("60",))}
    assert said(decide([one], Book(), Roads(False, ("staff:1",)), POLICY, now=NOW)) == {
        ("remind", "staff", ("60",))
    }


def test_what_nobody_can_be_told_of_is_found() -> None:
    lonely = ending(60, to=())
    for roads, expected in (
        (Roads(True), (lonely,)),
        (Roads(True, ("staff:1",)), ()),
        (Roads(False), (lonely, ending(60))),
    ):
        assert find_untold((lonely, ending(60)), roads, POLICY, now=NOW) == expected
    assert find_untold((ending(61, to=()),), Roads(), POLICY, now=NOW) == ()


def test_thresholds_are_ones_own() -> None:
    policy = Policy((90, 10), staff_from=30, page_from=0, renewing_from=5)
    for days, one, expected in (
        (90, Renewing.BY_HAND, {"mail": ("90",)}),
        (30, Renewing.BY_HAND, {"mail": ("90",), "staff": ("90",)}),
        (5, Renewing.AUTOMATIC, {}),
        (4, Renewing.AUTOMATIC, {"mail": ("10",), "staff": ("10",)}),
        (0, Renewing.BY_HAND, {"mail": ("10",), "staff": ("10",), "page": ("10",)}),
    ):
        dues = decide([ending(days, renewing=one)], Book(), ROADS, policy, now=NOW)
        assert {due.channel.partition(":")[0]: due.labels for due in dues} == expected


def test_a_key_that_is_well_again_resolves_its_page_and_is_told_of_anew_when_it_is_not() -> None:
    book = Book()
    broken, well = ending(None, **KEY, stage=Stage.NEEDS_ACTION), ending(None, **KEY)
    for one, expected in (
        (broken, {("remind", "mail"), ("remind", "staff"), ("remind", "page")}),
        (broken, set()),
        (well, {("resolve", "page")}),
        (well, set()),
        (broken, {("remind", "mail"), ("remind", "staff"), ("remind", "page")}),
    ):
        (seen,) = look([one], book, now=NOW, liaisons={})
        dues = decide([seen], book, ROADS, POLICY, now=NOW)
        assert {(due.word.value, due.channel.partition(":")[0]) for due in dues} == expected
        accept(dues, book)


def test_a_certificate_of_six_days_is_renewed_when_its_end_moves_by_days() -> None:
    book = Book()
    accept(decide([ending(2, **LATE)], book, ROADS, POLICY, now=NOW), book)
    renewed = ending(6, **CERTIFICATE, renewing=Renewing.AUTOMATIC)
    assert said(decide([renewed], book, ROADS, POLICY, now=NOW)) == {
        ("renewed", "mail", ()),
        ("renewed", "staff", ()),
        ("resolve", "page", ()),
    }


@pytest.mark.parametrize(
    ("lifetime", "days"),
    [
        (6, (1, 0)),
        (45, (7, 3, 1, 0)),
        (47, (7, 3, 1, 0)),
        (56, (14, 7, 3, 1, 0)),
        (90, (14, 7, 3, 1, 0)),
        (200, (30, 14, 7, 3, 1, 0)),
    ],
)
def test_what_others_renew_is_spoken_of_in_the_last_quarter_of_its_life(
    lifetime: int, days: tuple[int, ...]
) -> None:
    assert certificate_days(datetime.timedelta(days=lifetime)) == days


@pytest.mark.parametrize(
    ("one", "level"),
    [
        (ending(1, **CERTIFICATE, renewing=Renewing.AUTOMATIC), Level.WELL),
        (ending(21, **LATE), Level.WARNING),
        (ending(4, **LATE), Level.WARNING),
        (ending(3, **LATE), Level.CRITICAL),
        (ending(15, **OTHERS), Level.WELL),
        (ending(14, **OTHERS), Level.WARNING),
        (ending(3, **OTHERS), Level.CRITICAL),
        (ending(-1, **OTHERS), Level.CRITICAL),
        (ending(None, **KEY, stage=Stage.NEEDS_ACTION), Level.CRITICAL),
        (ending(None, **KEY), Level.WELL),
        (ending(7), Level.CRITICAL),
        (ending(30), Level.WARNING),
        (ending(19, renewing=Renewing.AUTOMATIC), Level.WARNING),
        (ending(20, renewing=Renewing.AUTOMATIC), Level.WELL),
        (ending(7, renewing=Renewing.AUTOMATIC), Level.CRITICAL),
    ],
)
def test_how_urgent_it_is_goes_by_what_it_is(one: Ending, level: Level) -> None:
    assert judge_level(one, POLICY, NOW) is level
