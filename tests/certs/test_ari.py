"""A moment in the CA's window is chosen once, and kept until the window moves (RFC 9773)."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.certs.ari import Ari, RenewalInfo, Window, hear, is_time, miss
from tests.certs.certificates import ID, day

NOW = day(10)
WINDOW = Window(day(60), day(62))


def listen(
    before: Ari | None,
    window: Window = WINDOW,
    *,
    fraction: float = 0.5,
    certificate: str = ID,
    retry_after: datetime.timedelta | None = None,
) -> Ari | None:
    info = RenewalInfo(window, "https://ca.example/why", retry_after)
    return hear(before, info, certificate=certificate, fraction=fraction, now=NOW)


def test_the_first_window_chooses_by_the_fraction_and_keeps_what_was_said() -> None:
    heard = listen(None, fraction=0.25, retry_after=datetime.timedelta(hours=3))
    assert heard == Ari(ID, WINDOW, day(60.5), NOW + datetime.timedelta(hours=3), "https://ca.example/why")


def test_the_moment_stays_while_the_window_stays() -> None:
    first = listen(None, fraction=0.25)
    again = listen(first, fraction=0.75)
    assert again is not None
    assert first is not None
    assert again.selected == first.selected


@pytest.mark.parametrize(
    "moved", [Window(day(60), day(63)), Window(day(1), day(2)), Window(day(59), day(62))]
)
def test_a_window_that_moved_chooses_anew(moved: Window) -> None:
    again = listen(listen(None, fraction=0.25), moved, fraction=0.75)
    assert again is not None
    assert (again.window, again.selected) == (moved, moved.at(0.75))


def test_what_was_heard_of_another_certificate_does_not_count() -> None:
    again = listen(listen(None, fraction=0.25, certificate="other"), fraction=0.75)
    assert again is not None
    assert again.selected == WINDOW.at(0.75)


@pytest.mark.parametrize("wrong", [Window(day(62), day(60)), Window(day(60), day(60))])
def test_a_window_that_does_not_end_after_its_start_is_no_answer(wrong: Window) -> None:
    assert listen(None, wrong) is None
    first = listen(None, fraction=0.25)
    assert first is not None
    kept = listen(first, wrong)
    assert kept == miss(first, now=NOW)
    assert kept is not None
    assert (kept.window, kept.selected) == (first.window, first.selected)
    assert listen(listen(None, certificate="other"), wrong) is None


WAITS = {
    None: datetime.timedelta(hours=6),
    datetime.timedelta(hours=3): datetime.timedelta(hours=3),
    datetime.timedelta(seconds=0): datetime.timedelta(minutes=1),
    datetime.timedelta(seconds=-5): datetime.timedelta(minutes=1),
    datetime.timedelta(days=1): datetime.timedelta(days=1),
    datetime.timedelta(days=400): datetime.timedelta(days=1),
}


@pytest.mark.parametrize("said", WAITS)
def test_retry_after_is_kept_within_a_minute_and_a_day(said: datetime.timedelta | None) -> None:
    heard = listen(None, retry_after=said)
    assert heard is not None
    assert heard.next_check == NOW + WAITS[said]


def test_no_answer_at_all_is_asked_for_again_in_six_hours() -> None:
    assert miss(None, now=NOW) is None
    missed = miss(listen(None, retry_after=datetime.timedelta(minutes=1)), now=NOW)
    assert missed is not None
    assert missed.next_check == NOW + datetime.timedelta(hours=6)


@given(st.floats(0, 1), st.integers(1, 10**7))
def test_the_moment_lies_in_the_window(fraction: float, seconds: int) -> None:
    window = Window(day(0), day(0) + datetime.timedelta(seconds=seconds))
    heard = listen(None, window, fraction=fraction)
    assert heard is not None
    assert window.start <= heard.selected <= window.end


@pytest.mark.parametrize(
    ("next_check", "expected"),
    [
        (NOW, True),
        (NOW + datetime.timedelta(seconds=1), False),
        (NOW + datetime.timedelta(days=1), False),
        (NOW + datetime.timedelta(days=1, seconds=1), True),
        (NOW + datetime.timedelta(days=400), True),
    ],
)
def test_a_look_that_a_wrong_clock_has_put_off_is_made_now(
    next_check: datetime.datetime, *, expected: bool
) -> None:
    assert is_time(Ari(ID, WINDOW, day(60), next_check), NOW) is expected
