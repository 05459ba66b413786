"""What a CA's limits leave us."""

from __future__ import annotations

import datetime

from psfdns.certs.limits import (
    ACCOUNT,
    HOUR,
    LETS_ENCRYPT,
    WEEK,
    Event,
    History,
    Wait,
    judge_limits,
    subject_of,
)

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
NAMES = ("example.org", "*.example.org")
DAY = datetime.timedelta(days=1)


def judge(history: History, *, exempt: bool = False, names: tuple[str, ...] = NAMES) -> Wait | None:
    return judge_limits(history, names, ca="le", rules=LETS_ENCRYPT, now=NOW, exempt=exempt)


def issued(*days_ago: int, ca: str = "le", names: tuple[str, ...] = NAMES) -> History:
    return History(issued=[Event(ca, subject_of(names), NOW - days * DAY) for days in days_ago])


def test_a_sixth_certificate_of_the_same_names_waits_until_the_first_is_a_week_old() -> None:
    wait = judge(issued(6, 5, 4, 3, 2))

    assert wait is not None
    assert wait.until == NOW + DAY
    assert "5 certificates of just these names in 7 days" in wait.why


def test_four_do_not_nor_do_those_of_another_ca_or_of_other_names() -> None:
    assert judge(issued(6, 5, 4, 3)) is None
    assert judge(issued(6, 5, 4, 3, 2, ca="other")) is None
    assert judge(issued(6, 5, 4, 3, 2, names=("example.org",))) is None


def test_the_order_of_names_makes_no_other_set() -> None:
    assert judge(issued(6, 5, 4, 3, 2), names=tuple(reversed(NAMES))) is not None


def test_an_order_that_replaces_as_advised_is_exempt_from_counting_but_not_from_waits() -> None:
    history = issued(6, 5, 4, 3, 2)

    assert judge(history, exempt=True) is None
    history.waits["le", ACCOUNT] = Wait(NOW + DAY, "too many orders")
    assert judge(history, exempt=True) == Wait(NOW + DAY, "too many orders")


def test_five_failures_of_a_name_within_an_hour_wait() -> None:
    minutes = [datetime.timedelta(minutes=each) for each in (50, 40, 30, 20, 10)]
    history = History(failed=[Event("le", "example.org", NOW - each) for each in minutes])

    wait = judge(history)

    assert wait is not None
    assert wait.until == NOW + datetime.timedelta(minutes=10)
    assert judge(history, names=("other.example",)) is None


def test_a_wait_is_of_its_subject_and_ends() -> None:
    history = History(waits={("le", subject_of(NAMES)): Wait(NOW + HOUR, "x"), ("le", "a"): Wait(NOW, "y")})

    assert judge(history) == Wait(NOW + HOUR, "x")
    assert judge(history, names=("a",)) is None
    assert judge(history, names=("b",)) is None


def test_what_no_limit_counts_any_more_is_forgotten() -> None:
    history = issued(8, 6)
    history.failed = [Event("le", "a", NOW - 2 * HOUR), Event("le", "a", NOW)]
    history.waits = {("le", "a"): Wait(NOW - HOUR, "over"), ("le", "b"): Wait(NOW + HOUR, "on")}

    history.forget_old(NOW)

    assert [each.at for each in history.issued] == [NOW - 6 * DAY]
    assert [each.at for each in history.failed] == [NOW]
    assert list(history.waits) == [("le", "b")]
    assert WEEK == 7 * DAY
