"""Whether the balance pays, held against every way in which what is not known could turn out."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.registrar.domains import Money, Renewal
from psfdns.registrar.payable import judge_payable

DAY = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)


def renewal(day: int | None, price: str | None, payer: str | None = None, currency: str = "EUR") -> Renewal:
    at = None if day is None else DAY + datetime.timedelta(days=day)
    return Renewal(at, None if price is None else Money(Decimal(price), currency), payer)


def judge(balance: str | None, *renewals: Renewal) -> list[bool | None]:
    names = [f"{letter}.test." for letter in "abcdefgh"[: len(renewals)]]
    balances: dict[str | None, Money] = {} if balance is None else {None: Money(Decimal(balance), "EUR")}
    judged = judge_payable(dict(zip(names, renewals, strict=True)), balances)
    return [judged[name] for name in names]


@pytest.mark.parametrize(
    ("balance", "renewals", "payable"),
    [
        ("15.50", [renewal(1, "15.50")], [True]),
        ("15.49", [renewal(1, "15.50")], [False]),
        (None, [renewal(1, "15.50")], [None]),
        ("15.50", [renewal(1, None)], [None]),
        ("15.50", [renewal(None, "15.50")], [True]),
        ("99.00", [renewal(1, "15.50", currency="USD")], [None]),
        ("30.00", [renewal(1, "15"), renewal(2, "15")], [True, True]),
        ("29.99", [renewal(1, "15"), renewal(2, "15")], [True, False]),
        ("29.99", [renewal(2, "15"), renewal(1, "15")], [False, True]),
        ("29.99", [renewal(1, "15"), renewal(1, "15")], [True, False]),
        # What cannot be paid itself is taken off nevertheless: nobody knows what will be there then.
        ("50.00", [renewal(1, "100"), renewal(2, "20")], [False, False]),
        ("99.00", [renewal(1, None), renewal(2, "15")], [None, None]),
        ("10.00", [renewal(1, None), renewal(2, "15")], [None, False]),
        ("99.00", [renewal(2, None), renewal(1, "15")], [None, True]),
        ("30.00", [renewal(None, "15"), renewal(1, "15")], [True, True]),
        ("29.99", [renewal(None, "15"), renewal(1, "15")], [None, None]),
        ("0.30", [renewal(1, "0.1"), renewal(2, "0.1"), renewal(3, "0.1")], [True, True, True]),
        ("15.00", [renewal(1, "15", "one"), renewal(2, "15")], [None, True]),
    ],
)
def test_earlier_renewals_of_other_domains_are_taken_off(
    balance: str | None, renewals: list[Renewal], payable: list[bool | None]
) -> None:
    assert judge(balance, *renewals) == payable


PRICES = [Decimal(0), Decimal(10), Decimal(1000)]
DAYS = [0, 1, 2, 3]
RENEWALS = st.lists(
    st.tuples(st.sampled_from([1, 2, None]), st.sampled_from(["10", "20", None])), min_size=1, max_size=4
)


@given(RENEWALS, st.sampled_from(["10", "20", "30", "45"]))
def test_true_and_false_hold_however_the_unknown_turns_out(
    renewals: list[tuple[int | None, str | None]], balance: str
) -> None:
    judged = judge(balance, *(renewal(*each) for each in renewals))
    worlds = itertools.product(
        *(
            itertools.product(DAYS if day is None else [day], PRICES if price is None else [Decimal(price)])
            for day, price in renewals
        )
    )
    seen: list[set[bool]] = [set() for _ in renewals]
    for world in worlds:
        order = sorted(range(len(world)), key=lambda index: (world[index][0], index))
        spent = Decimal(0)
        for index in order:
            spent += world[index][1]
            seen[index].add(spent <= Decimal(balance))
    for said, possible, (_, price) in zip(judged, seen, renewals, strict=True):
        if said is not None:
            assert possible == {said}
        elif price is not None:
            assert possible == {True, False}
