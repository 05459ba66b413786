"""What a CA's limits leave us."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from psfdns.certs.limits import (
    ACCOUNT,
    HOUR,
    KEPT,
    LETS_ENCRYPT,
    WEEK,
    Bid,
    Event,
    History,
    Wait,
    domains_of,
    judge_limits,
    judge_waits,
    subject_of,
)

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
NAMES = ("example.org", "*.example.org")
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)


def bid(*names: str, **settings: Any) -> Bid:
    return Bid("le", names or NAMES, **settings)


def judge(history: History, wanted: Bid | None = None, *others: Bid) -> Wait | None:
    return judge_limits(history, wanted or bid(), rules=LETS_ENCRYPT, now=NOW, others=others)


def issued(*days_ago: int, ca: str = "le", names: tuple[str, ...] = NAMES) -> History:
    return History(issued=[Event(ca, subject_of(names), NOW - days * DAY) for days in days_ago])


def test_a_sixth_certificate_of_the_same_names_waits_until_the_first_is_a_week_old() -> None:
    wait = judge(issued(6, 5, 4, 3, 2))

    assert wait is not None
    assert wait.until == NOW + DAY
    assert "5 certificates of just these names in 7 days" in wait.why


def test_four_do_not_nor_do_those_of_another_ca_or_of_other_names_or_of_last_week() -> None:
    assert judge(issued(6, 5, 4, 3)) is None
    assert judge(issued(7, 5, 4, 3, 2)) is None
    assert judge(issued(6, 5, 4, 3, 2, ca="other")) is None
    assert judge(issued(6, 5, 4, 3, 2, names=("example.org",))) is None


def test_the_order_of_names_makes_no_other_set() -> None:
    assert judge(issued(6, 5, 4, 3, 2), bid(*reversed(NAMES))) is not None


def test_a_renewal_of_the_same_names_counts_for_its_set_but_not_for_its_domain() -> None:
    assert judge(issued(6, 5, 4, 3, 2), bid(renewal=True)) is not None
    full = History(domains=[Event("le", "example.org", NOW - DAY)] * 50)
    assert judge(full, bid(renewal=True)) is None


def test_what_replaces_as_advised_is_exempt_from_counting_but_not_from_waits() -> None:
    history = issued(6, 5, 4, 3, 2)

    assert judge(history, bid(exempt=True)) is None
    history.waits["le", ACCOUNT] = Wait(NOW + DAY, "too many orders")
    assert judge_waits(history, bid(exempt=True), NOW) == Wait(NOW + DAY, "too many orders")


def test_five_failures_of_a_name_within_an_hour_wait() -> None:
    history = History(
        failed=[Event("le", "example.org", NOW - each * MINUTE) for each in (50, 40, 30, 20, 10)]
    )

    wait = judge(history)

    assert wait is not None
    assert wait.until == NOW + 10 * MINUTE
    assert judge(history, bid("other.example")) is None


@pytest.mark.parametrize(
    ("names", "domains"),
    [
        (("www.example.org", "*.a.b.example.org", "example.org"), ("example.org",)),
        (("www.example.co.uk", "www.example.org"), ("example.co.uk", "example.org")),
        (("one.two.example",), ("two.example",)),
        (("site.github.io",), ("github.io",)),
    ],
)
def test_a_registered_domain_is_what_somebody_bought(
    names: tuple[str, ...], domains: tuple[str, ...]
) -> None:
    assert domains_of(names) == domains


def test_a_fifty_first_new_certificate_below_a_domain_waits_and_other_domains_do_not() -> None:
    history = History(domains=[Event("le", "example.org", NOW - 6 * DAY)] * 50)

    wait = judge(history, bid("new.example.org", "www.example.net"))

    assert wait is not None
    assert wait.until == NOW + DAY
    assert "50 new certificates below example.org in 7 days" in wait.why
    assert judge(history, bid("www.example.net")) is None
    history.domains.pop()
    assert judge(history, bid("new.example.org")) is None


def test_three_hundred_orders_of_new_names_in_three_hours_are_all() -> None:
    history = History(orders=[Event("le", ACCOUNT, NOW - HOUR)] * 300)

    wait = judge(history)

    assert wait is not None
    assert wait.until == NOW + 2 * HOUR
    assert "300 orders of an account in 3 h" in wait.why
    assert judge(history, bid(renewal=True)) is None
    assert judge(History(orders=history.orders[1:])) is None


def test_what_is_about_to_be_placed_counts_as_if_it_were() -> None:
    new = [bid(f"w{number}.example.org") for number in range(50)]

    assert judge(History(), bid("more.example.org"), *new[1:]) is None
    wait = judge(History(), bid("more.example.org"), *new)
    assert wait is not None
    assert wait.until == NOW + WEEK
    assert judge(History(), bid("more.example.org"), *(each._replace(renewal=True) for each in new)) is None
    assert judge(issued(6, 5, 4), bid(), bid()) is None
    assert judge(issued(6, 5, 4), bid(), bid(), bid()) is not None
    assert judge(issued(6, 5, 4), bid(), bid(), bid()._replace(ca="other")) is None


def test_a_wait_is_of_its_subject_and_ends() -> None:
    history = History(waits={("le", subject_of(NAMES)): Wait(NOW + HOUR, "x"), ("le", "a"): Wait(NOW, "y")})

    assert judge_waits(history, bid(), NOW) == Wait(NOW + HOUR, "x")
    assert judge_waits(history, bid("a"), NOW) is None
    assert judge_waits(history, bid("b"), NOW) is None


def test_the_longest_wait_is_told() -> None:
    waits = {
        ("le", ACCOUNT): Wait(NOW + 2 * HOUR, "a"),
        ("le", subject_of(NAMES)): Wait(NOW + HOUR, "b", NOW),
    }

    found = judge_waits(History(waits=waits), bid(), NOW)

    assert found is not None
    assert found.why == "a"


@pytest.mark.parametrize(
    ("told", "urgent", "until"),
    [
        (NOW - DAY, NOW + 5 * DAY, NOW + 5 * DAY),
        (NOW - DAY, NOW + 40 * DAY, NOW + 30 * DAY),
        (NOW - 30 * MINUTE, NOW - DAY, NOW + 30 * MINUTE),
        (NOW - DAY, NOW - DAY, None),
        (NOW - DAY, None, NOW + 30 * DAY),
    ],
)
def test_no_wait_holds_into_the_last_of_a_certificate_but_for_an_hour(
    told: datetime.datetime, urgent: datetime.datetime | None, until: datetime.datetime | None
) -> None:
    history = History(waits={("le", ACCOUNT): Wait(NOW + 30 * DAY, "a mistake", told)})

    found = judge_waits(history, bid(urgent_from=urgent), NOW)

    assert (found.until if found is not None else None) == until


def test_a_clock_that_is_behind_for_a_run_forgets_no_wait_and_is_held_up_by_none() -> None:
    history = History(waits={("le", ACCOUNT): Wait(NOW + 25 * DAY, "busy", NOW - DAY)})
    behind = NOW - 30 * DAY

    history.settle(behind)
    assert judge_waits(history, bid(), behind) is None
    history.settle(NOW)

    assert judge_waits(history, bid(), NOW) is not None


def test_what_happened_while_the_clock_was_ahead_counts_from_now_and_its_waits_are_over() -> None:
    ahead = NOW + 400 * DAY
    history = History(
        issued=[Event("le", "a", NOW - DAY), Event("le", "a", ahead)],
        waits={
            ("le", "a"): Wait(ahead + HOUR, "told ahead", ahead),
            ("le", "b"): Wait(NOW + HOUR, "on", NOW - HOUR),
            ("le", "c"): Wait(NOW - HOUR, "over", NOW - DAY),
        },
    )

    assert not history.settle(ahead)
    assert [each.at for each in history.issued] == [NOW - DAY, ahead], "nothing is forgotten"
    assert history.settle(NOW), "it is to be kept from when that counts"

    assert [each.since(NOW + HOUR) for each in history.issued] == [NOW - DAY, NOW]
    assert list(history.waits) == [("le", "c"), ("le", "b")], "what was told ahead is over"
    assert judge_waits(history, Bid("le", ("b",)), NOW) is not None
    assert judge_waits(history, Bid("le", ("c",)), NOW) is None


def test_a_clock_that_was_behind_for_a_run_forgets_nothing() -> None:
    history = issued(6, 5, 4, 3, 2)
    behind = NOW - 30 * DAY

    history.settle(behind)
    assert judge_limits(history, bid(), rules=LETS_ENCRYPT, now=behind) is not None
    history.settle(NOW)

    wait = judge(history)
    assert wait is not None
    assert wait.until == NOW + DAY


def test_of_waits_that_are_over_only_so_many_are_kept() -> None:
    waits = {("le", f"{number}"): Wait(NOW - number * HOUR, "over", NOW - 900 * DAY) for number in range(600)}
    history = History(waits={**waits, ("le", "on"): Wait(NOW + DAY, "on", NOW - DAY)})
    history.settle(NOW)
    assert len(history.waits) == KEPT
    assert ("le", "on") in history.waits
    assert ("le", "599") not in history.waits


def test_of_what_is_old_only_so_much_is_kept() -> None:
    old, young = Event("le", "a", NOW - 9 * DAY), Event("le", "b", NOW - DAY)
    history = History(issued=[old] * 10 + [young] * (KEPT + 5))

    history.settle(NOW)

    assert history.issued == [young] * (KEPT + 5)


def test_an_order_is_counted_once_and_not_at_all_where_nothing_came_of_it() -> None:
    history = History()
    for order in ("https://ca/1", "https://ca/1", "https://ca/2"):
        history.note_issued(bid(), NOW, order=order)
    history.take_back("https://ca/2")

    assert [(each.subject, each.about) for each in history.issued] == [(subject_of(NAMES), "https://ca/1")]
    assert [(each.subject, each.about) for each in history.domains] == [("example.org", "https://ca/1")]


def test_names_that_come_back_within_the_months_that_a_ca_remembers_are_no_new_ones() -> None:
    history = History()
    history.note_issued(bid(), NOW - 100 * DAY, order="1")
    history.note_issued(bid("other.example.org"), NOW - 50 * DAY, order="2")

    history.settle(NOW)
    assert history.knows("le", reversed(NAMES), NOW)
    assert not history.knows("other", NAMES, NOW)
    assert not history.knows("le", NAMES[:1], NOW)
    history.settle(NOW + 400 * DAY)
    assert history.knows("le", NAMES, NOW), "a clock that was wrong for a run forgets nothing"
    assert not history.knows("le", NAMES, NOW + 21 * DAY)


@pytest.mark.parametrize("wrong", [400 * DAY, -30 * DAY])
def test_names_are_no_new_ones_though_a_clock_was_wrong_when_they_were_issued_for(
    wrong: datetime.timedelta,
) -> None:
    history = History()
    history.note_issued(bid(), NOW - 100 * DAY, order="1")
    history.settle(NOW + wrong)
    history.note_issued(bid(), NOW + wrong, order="2")

    history.settle(NOW)

    assert history.knows("le", NAMES, NOW + 19 * DAY)
    assert not history.knows("le", NAMES, NOW + 410 * DAY), "nor does it come back with the day it was for"


def test_an_order_counts_for_its_domain_from_when_it_was_issued_though_its_names_are_known_by_then() -> None:
    history = History()
    history.note_issued(bid(), NOW - DAY, order="1")
    history.note_issued(bid(renewal=True), NOW, order="1")

    assert [(each.subject, each.at) for each in history.domains] == [("example.org", NOW)]
    assert [each.at for each in history.issued] == [NOW]


def test_what_is_exempt_counts_for_what_comes_after_it() -> None:
    history = History()
    for number in range(5):
        exempt = bid(exempt=True, renewal=True)
        history.note_order(exempt, NOW)
        history.note_issued(exempt, NOW, order=str(number))

    assert (history.orders, history.domains) == ([], [])
    assert judge(history, bid(renewal=True)) is not None


def test_a_failed_validation_is_counted_once() -> None:
    history = History()
    for url in ("https://ca/authz/1", "https://ca/authz/1", "https://ca/authz/2"):
        history.note_failure("le", "a.example", NOW, authorization=url)

    assert [each.subject for each in history.failed] == ["a.example", "a.example"]
