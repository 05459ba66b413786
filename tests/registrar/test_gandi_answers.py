"""What Gandi answers, in every shape that is known, and in those that it promises not to have."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.registrar.domains import Money
from psfdns.registrar.gandi_answers import (
    MalformedError,
    read_balance,
    read_detail,
    read_keys,
    read_listed,
    read_nameservers,
    read_price,
    read_reasons,
    read_terms,
)

KEY = {"keytag": 1, "algorithm": 13, "digest_type": 2, "digest": "ab" * 32}


def price(after: Any, **more: Any) -> dict[str, Any]:
    entry = {"min_duration": 1, "max_duration": 9, "duration_unit": "y", "price_after_taxes": after, **more}
    return {"currency": "EUR", "products": [{"process": "renew", "prices": [entry]}]}


@pytest.mark.parametrize(
    ("body", "years", "money"),
    [
        (price(Decimal("15.50")), 1, "15.50"),
        (price("15.50"), 2, "31.00"),
        (price(15), 3, "45"),
        (price(Decimal("0.1")), 3, "0.3"),
        (price(15, max_duration=1), 2, None),
        (price(15, min_duration=2), 1, None),
        (price(15, duration_unit="m"), 1, None),
        ({"products": []}, 1, None),
        ({"products": [{"process": "create", "prices": [{"price_after_taxes": 1}]}]}, 1, None),
    ],
)
def test_a_price_is_after_taxes_for_all_years_and_exact(body: Any, years: int, money: str | None) -> None:
    assert read_price(body, years) == (None if money is None else Money(Decimal(money), "EUR"))


@pytest.mark.parametrize(
    ("body", "money"),
    [
        ({"prepaid": {"amount": "12.34", "currency": "EUR"}}, Money(Decimal("12.34"), "EUR")),
        ({"prepaid": {"amount": Decimal("-3.5"), "currency": "USD"}}, Money(Decimal("-3.5"), "USD")),
        ({"prepaid": None}, None),
        ({}, None),
    ],
)
def test_a_balance_may_be_missing_and_may_be_negative(body: Any, money: Money | None) -> None:
    assert read_balance(body) == money


@pytest.mark.parametrize(
    "read",
    [
        lambda: read_balance({"prepaid": {"amount": "much", "currency": "EUR"}}),
        lambda: read_balance({"prepaid": {"amount": "NaN", "currency": "EUR"}}),
        lambda: read_balance({"prepaid": {"amount": True, "currency": "EUR"}}),
        lambda: read_balance({"prepaid": {"amount": "1", "currency": "euro"}}),
        lambda: read_balance([]),
        lambda: read_price(price(None), 1),
        lambda: read_listed({"id": "x"}),
        lambda: read_listed({"fqdn": "a..b"}),
        lambda: read_listed({"fqdn": ""}),
        lambda: read_listed("python.org"),
        lambda: read_detail({"nameservers": "ns1"}),
        lambda: read_nameservers(["ns1.test", 7]),
        lambda: read_keys([{"keytag": 1}]),
        lambda: read_keys([{**KEY, "digest": "xyz"}]),
        lambda: read_keys([{**KEY, "algorithm": True}]),
        lambda: read_terms([]),
    ],
)
def test_what_cannot_be_relied_on_is_malformed_and_never_a_guess(read: Any) -> None:
    with pytest.raises(MalformedError):
        read()


def test_keys_are_told_as_the_ds_of_the_registry() -> None:
    assert read_keys([KEY, {**KEY, "keytag": "2"}]) == (f"1 13 2 {'ab' * 32}", f"2 13 2 {'ab' * 32}")


@pytest.mark.parametrize("wrapped", [True, False])
def test_terms_may_stand_inside_renew_as_older_answers_have_them(wrapped: bool) -> None:
    terms = {"begins_at": "2026-01-01T00:00:00Z", "durations": [2, 1, "x", 99], "prohibited": True}
    found = read_terms({"renew": terms, "contracts": []} if wrapped else terms)
    assert (found.prohibited, found.durations) == (True, (1, 2))


def test_autorenew_is_a_word_in_the_list_and_a_table_in_full() -> None:
    listed = read_listed({"fqdn": "Python.ORG", "autorenew": True})
    assert (listed.name, listed.autorenew, listed.ends_at) == ("python.org.", True, None)
    assert read_listed({"fqdn": "a.test", "autorenew": "yes"}).autorenew is None
    detail = read_detail({"autorenew": {"enabled": False, "duration": 99}})
    assert (detail.autorenew, detail.years, detail.renews, detail.nameservers) == (False, 1, (), None)


def test_a_changed_entry_has_another_digest() -> None:
    first = read_listed({"fqdn": "a.test", "tags": [], "x": Decimal(1)})
    assert first.digest == read_listed({"x": Decimal(1), "tags": [], "fqdn": "a.test"}).digest
    assert first.digest != read_listed({"fqdn": "a.test", "tags": ["b"], "x": Decimal(1)}).digest


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2026-11-28T12:00:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "fqdn dates autorenew status renew durations prepaid amount currency products".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


READERS: list[Callable[[Any], Any]] = [
    read_listed,
    read_detail,
    read_nameservers,
    read_terms,
    read_balance,
    lambda body: read_price(body, 1),
    lambda body: read_keys(body if isinstance(body, list) else [body]),
]


@given(JSON, st.sampled_from(READERS))
def test_no_answer_ends_in_a_traceback(body: Any, read: Callable[[Any], Any]) -> None:
    body = json.loads(json.dumps(body), parse_float=Decimal)
    assert isinstance(read_reasons(body), str)
    with contextlib.suppress(MalformedError):
        read(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "No."}, "No."),
        ({"cause": "Forbidden"}, "Forbidden"),
        (
            {"errors": [{"name": "duration", "description": "too long"}, {"description": "b"}, 3]},
            "duration: too long; b",
        ),
        ({"message": ["No."]}, ""),
        (None, ""),
        ({"message": "x" * 1000}, "x" * 300),
    ],
)
def test_reasons_are_told_and_not_at_length(body: Any, said: str) -> None:
    assert read_reasons(body) == said


@pytest.mark.parametrize(
    ("process", "wanted", "found"),
    [
        ("restore", "restore", True),
        ("renew", "restore", False),
        (None, "restore", False),
        (None, "renew", True),
        ("restore", "renew", False),
    ],
)
def test_a_price_is_that_of_the_process(process: str | None, wanted: str, *, found: bool) -> None:
    body = price(10)
    body["products"][0]["process"] = process
    assert (read_price(body, 1, process=wanted) is not None) is found
