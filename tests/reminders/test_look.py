"""What is remembered of things of which nothing is known now, and of those that are gone."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from psfdns.reminders.book import Book, Sighting, book_from_json, book_to_json
from psfdns.reminders.due import Roads, decide, mark
from psfdns.reminders.ending import Ending, Kind, Stage
from psfdns.reminders.look import look
from psfdns.reminders.policy import Policy

NOW = datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
END = datetime.date(2027, 1, 31)
KNOWN = Ending(Kind.DOMAIN, "a.example", END, ("a@x.example",), "one", checked_at=NOW)
AWAY = replace(KNOWN, end=None, checked_at=None, unknown="Gandi is away")
LIAISONS = {"one": ("a@x.example",)}
ROADS = Roads(True, ("staff:1",), ("page:1",))


def later(**more: float) -> datetime.datetime:
    return NOW + datetime.timedelta(**more)


def seen(book: Book, *endings: Ending, now: datetime.datetime, not_listed: str | None = None) -> list[Ending]:
    away = {} if not_listed is None else {Kind.DOMAIN: not_listed}
    return list(look(endings, book, now=now, liaisons=LIAISONS, not_listed=away))


def words(endings: list[Ending], book: Book, now: datetime.datetime) -> dict[str, tuple[str, ...]]:
    dues = decide(endings, book, ROADS, Policy(), now=now)
    for due in dues:
        mark(due, book, at=now.isoformat())
    return {due.channel.partition(":")[0]: due.labels for due in dues}


def test_the_end_that_was_last_known_counts_while_nothing_is_known() -> None:
    book = Book()
    seen(book, KNOWN, now=NOW)
    (one,) = seen(book, AWAY, now=later(days=1))
    assert (one.end, one.missing_since) == (END, NOW)
    assert words([one], book, later(days=1)) == {"mail": ("30",)}


def test_an_outage_is_said_once_after_seventy_two_hours_and_again_when_it_comes_again() -> None:
    far = replace(KNOWN, end=datetime.date(2028, 1, 1))
    book = Book()
    seen(book, far, now=NOW)
    for hours, expected in ((71, set()), (72, {"mail", "staff"}), (96, set()), (500, set())):
        assert set(words(seen(book, AWAY, now=later(hours=hours)), book, later(hours=hours))) == expected
    back = later(hours=501)
    assert words(seen(book, replace(far, checked_at=back), now=back), book, back) == {}
    again = later(hours=501 + 72)
    assert set(words(seen(book, AWAY, now=again), book, again)) == {"mail", "staff"}


def test_a_clock_that_was_ahead_makes_no_outage_of_the_future() -> None:
    """What it left behind once kept an outage from being one until then."""
    far = replace(KNOWN, end=datetime.date(2030, 1, 1))
    book = Book()
    seen(book, replace(far, checked_at=later(days=300)), now=later(days=300))
    for hours, expected in ((0, set()), (71, set()), (72, {"mail", "staff"}), (96, set())):
        at = later(hours=hours)
        assert set(words(seen(book, AWAY, now=at), book, at)) == expected


def test_of_what_was_never_known_the_first_question_counts() -> None:
    book = Book()
    assert words(seen(book, AWAY, now=NOW), book, NOW) == {}
    (one,) = seen(book, AWAY, now=later(hours=72))
    assert (one.end, one.missing_since) == (None, NOW)
    assert set(words([one], book, later(hours=72))) == {"mail", "staff"}


def test_what_is_recalled_takes_nothing_back() -> None:
    """It has no dates of what comes after the end, and once was about to be deleted twice."""
    over = replace(KNOWN, end=NOW.date() - datetime.timedelta(days=77))
    dying = replace(over, stage=Stage.PENDING_DELETE)
    book = Book()
    assert len(words(seen(book, dying, now=NOW), book, NOW)) == 3
    for days, unknown in ((1, None), (2, "Gandi is away")):
        away = replace(over, recalled=True, unknown=unknown)
        assert words(seen(book, away, now=later(days=days), not_listed="away"), book, later(days=days)) == {}
    assert words(seen(book, dying, now=later(days=3)), book, later(days=3)) == {}


@pytest.mark.parametrize(("recalled", "again"), [(False, 3), (True, 0)])
def test_what_passed_is_said_again_only_where_it_is_known_that_it_had_passed(
    *, recalled: bool, again: int
) -> None:
    """Of what a registry says that is known, though Gandi has never been asked."""
    book = Book()
    held = replace(KNOWN, stage=Stage.HOLD, end=later(days=99).date())
    running = replace(held, stage=Stage.RUNNING, recalled=recalled)
    assert len(words(seen(book, held, now=NOW), book, NOW)) == 3
    day = later(days=1)
    assert set(words(seen(book, running, now=day, not_listed="away"), book, day)) == (
        set() if recalled else {"page"}
    )
    assert len(words(seen(book, held, now=later(days=2)), book, later(days=2))) == again


def test_what_a_registry_said_three_days_ago_is_an_outage_already() -> None:
    old = replace(KNOWN, checked_at=later(hours=-80), unknown="it answers 500")
    (one,) = seen(Book(), old, now=NOW)
    assert one.missing_since == later(hours=-80)


def test_a_registry_that_tells_no_date_is_said_once() -> None:
    silent = replace(KNOWN, end=None, unknown="nobody says when it ends")
    book = Book()
    found = {}
    for day in range(10):
        now = later(days=day)
        found[day] = set(words(seen(book, replace(silent, checked_at=now), now=now), book, now))
    assert {day for day, channels in found.items() if channels} == {3}


def test_what_a_list_lacks_is_unknown_where_the_list_is_not_whole() -> None:
    book = Book()
    seen(book, KNOWN, now=NOW)
    (one,) = seen(book, now=later(days=1), not_listed="Gandi is away")
    assert (one.end, one.unknown, one.to, one.stage) == (
        END,
        "Gandi is away",
        ("a@x.example",),
        Stage.RUNNING,
    )


def test_what_nobody_claims_any_more_is_said_once_to_whom_it_was_spoken_of() -> None:
    book = Book()
    near = replace(KNOWN, end=datetime.date(2027, 1, 6))
    assert set(words(seen(book, near, now=NOW), book, NOW)) == {"mail", "staff", "page"}
    (one,) = seen(book, now=later(days=1))
    assert one.stage is Stage.UNWATCHED
    assert words([one], book, later(days=1)) == {"mail": ("unwatched",), "staff": ("unwatched",), "page": ()}
    assert words(seen(book, now=later(days=2)), book, later(days=2)) == {}
    assert (book.sightings, book.open) == ({}, {})


def test_what_was_never_spoken_of_is_forgotten_in_silence() -> None:
    book = Book()
    seen(book, replace(KNOWN, end=datetime.date(2029, 1, 1)), now=NOW)
    assert words(seen(book, now=later(days=1)), book, later(days=1)) == {}
    assert book.sightings == {}


def test_what_is_registered_nowhere_any_more_is_said_once_and_what_never_was_is_not() -> None:
    gone = replace(KNOWN, end=None, stage=Stage.GONE)
    book = Book()
    assert words(seen(book, gone, now=NOW), book, NOW) == {}
    seen(book, KNOWN, now=NOW)
    (one,) = seen(book, gone, now=later(days=90))
    assert one.end == END
    assert words([one], book, later(days=90)) == {"mail": ("gone",), "staff": ("gone",)}
    assert words(seen(book, gone, now=later(days=91)), book, later(days=91)) == {}


def test_a_registry_that_renews_by_itself_what_is_on_hold_has_not_renewed_it() -> None:
    book = Book()
    seen(book, KNOWN, now=NOW)
    year = END.replace(year=2028)
    held = replace(KNOWN, end=year, stage=Stage.HOLD, rolled=True, checked_at=later(days=31))
    (one,) = seen(book, held, now=later(days=31))
    assert one.end == END
    assert words([one], book, later(days=31)) == dict.fromkeys(("mail", "staff", "page"), ("2027-02-01",))
    paid = replace(KNOWN, end=year, checked_at=later(days=32))
    dues = decide(seen(book, paid, now=later(days=32)), book, ROADS, Policy(), now=later(days=32))
    assert {due.word.value for due in dues} == {"renewed", "resolve"}


def test_the_book_is_kept_as_it_is_and_forgets_what_is_long_over() -> None:
    book = Book()
    words(seen(book, replace(KNOWN, end=datetime.date(2027, 1, 3)), now=NOW), book, NOW)
    seen(book, replace(AWAY, object="b.example"), now=NOW)
    assert book_from_json(book_to_json(book)) == book
    assert book.sightings[replace(KNOWN, object="b.example").thing] == Sighting(None, None, NOW, "one")
    seen(book, replace(KNOWN, end=datetime.date(2030, 1, 1)), now=later(days=500))
    assert KNOWN.thing not in book.said


def test_a_list_that_is_not_whole_leaves_the_other_kinds_alone() -> None:
    book = Book()
    end = NOW.date() + datetime.timedelta(days=3)
    both = [Ending(kind, "a.example", end, tenant="one") for kind in (Kind.CERTIFICATE, Kind.DOMAIN)]
    look(both, book, now=NOW, liaisons=LIAISONS)
    away = {Kind.CERTIFICATE: "a certs file has errors"}
    found = {each.kind: each for each in look([], book, now=NOW, liaisons=LIAISONS, not_listed=away)}
    assert (found[Kind.DOMAIN].stage, found[Kind.DOMAIN].unknown) == (Stage.UNWATCHED, None)
    certificate = found[Kind.CERTIFICATE]
    assert (certificate.unknown, certificate.end) == ("a certs file has errors", end)
    # Nobody knows that it is overdue: nothing is said of its end.
    dues = decide([certificate], book, Roads(True, ("staff:1",), ("page:1",)), Policy(), now=NOW)
    assert dues == ()
