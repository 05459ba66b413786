"""A download is held against what was ordered."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime

import pytest

from psfdns.certs.attempts import Wish
from psfdns.certs.completion import read_issued, refuse_time
from psfdns.certs.pem import PemError
from tests.certs.certificates import day
from tests.certs.farm import make
from tests.certs.issuing import issue
from tests.certs.world import wish

WISH: Wish = wish("a.example", "*.a.example")


def test_the_chain_of_the_key_and_names_that_were_ordered() -> None:
    good = issue(["*.a.example", "a.example"])

    found = read_issued(good.full_chain, good.key, WISH)

    assert (found.certificate, found.chain, found.key) == (good.certificate, good.chain, good.key)


@pytest.mark.parametrize("names", [["a.example"], ["a.example", "*.a.example", "b.example"], ["b.example"]])
def test_other_names_are_refused(names: list[str]) -> None:
    other = issue(names)

    with pytest.raises(PemError, match="for other names"):
        read_issued(other.full_chain, other.key, WISH)


def test_another_key_is_refused() -> None:
    good = issue(["*.a.example", "a.example"])
    other = issue(["*.a.example", "a.example"], number=1)

    with pytest.raises(PemError, match="not the certificate's"):
        read_issued(good.full_chain, other.key, WISH)


def test_what_is_no_chain_is_refused() -> None:
    with pytest.raises(PemError, match="holds no certificate"):
        read_issued(b"<html>", issue().key, WISH)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (-0.5, "is valid from 2026-11-01 00:00 UTC on"),
        (-0.04, None),
        (1, None),
        (89.9, None),
        (90, "that it gives expired at 2027-01-30 00:00 UTC"),
    ],
)
def test_one_that_nobody_could_use_takes_no_ones_place(number: float, words: str | None) -> None:
    found = make("a.example", "*.a.example")
    serving = dataclasses.replace(WISH, serving=(day(-50), day(200)))
    with pytest.raises(PemError, match=words) if words else contextlib.nullcontext():
        refuse_time(found, serving, day(number))


@pytest.mark.parametrize("serving", [None, (day(-50), day(-5)), (day(-50), day(-1)), (day(100), day(200))])
@pytest.mark.parametrize("number", [-1, 99])
def test_where_none_serves_by_the_same_clock_the_clock_may_be_what_is_wrong(
    serving: tuple[datetime.datetime, datetime.datetime] | None, number: float
) -> None:
    refuse_time(make("a.example", "*.a.example"), dataclasses.replace(WISH, serving=serving), day(number))
