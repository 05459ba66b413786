"""What registries say, in the shapes of RFC 9083 and in others."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.registrar.rdap_answers import read_registration
from tests.registrar.fake_rdap import rdap_domain

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)


def read(body: Any) -> Any:
    return read_registration(body, "a.test.", checked_at=NOW)


def event(action: str, date: Any) -> dict[str, Any]:
    return {"eventAction": action, "eventDate": date}


def test_a_domain_is_read_in_canonical_words() -> None:
    said = read(rdap_domain("a.test"))
    assert said.expires is not None
    assert (said.expires.day, said.expires.by_registrar) == (datetime.date(2027, 5, 1), False)
    assert said.status == ("clientTransferProhibited", "ok")
    assert said.nameservers == ("ns1.old.example.", "ns2.old.example.")
    assert (said.ds, said.registrar_name, said.checked_at) == ((), "Example Registrar, Inc.", NOW)


@pytest.mark.parametrize(
    ("events", "day", "by_registrar"),
    [
        ([event("expiration", "2027-05-01T00:00:00Z")], "2027-05-01", False),
        ([event("Expiration", "2027-05-01T01:00:00+02:00")], "2027-04-30", False),
        (
            [
                event("expiration", "2028-05-01T00:00:00Z"),
                event("registrar expiration", "2027-05-01T00:00:00Z"),
            ],
            "2027-05-01",
            True,
        ),
        (
            [
                event("registrar expiration", "2028-05-01T00:00:00Z"),
                event("expiration", "2027-05-01T00:00:00Z"),
            ],
            "2027-05-01",
            False,
        ),
        (
            [
                event("registrar expiration", "2027-05-01T00:00:00Z"),
                event("expiration", "2027-05-01T00:00:00Z"),
            ],
            "2027-05-01",
            False,
        ),
        ([event("registrar expiration", "2027-05-01T00:00:00Z")], "2027-05-01", True),
        ([event("expiration", "soon"), event("expiration", None), "x"], None, None),
        (
            [event("registration", "2027-05-01T00:00:00Z"), event("transfer", "2027-05-01T00:00:00Z")],
            None,
            None,
        ),
        ([], None, None),
        ("expiration", None, None),
    ],
)
def test_the_earlier_of_registry_and_registrar_counts_and_it_is_said_which(
    events: Any, day: str | None, by_registrar: bool | None
) -> None:
    expires = read(rdap_domain("a.test", None, events=events)).expires
    if day is None:
        assert expires is None
    else:
        assert (expires.day.isoformat(), expires.by_registrar) == (day, by_registrar)


DS = {"keyTag": 1, "algorithm": 13, "digestType": 2, "digest": "AB" * 32}


@pytest.mark.parametrize(
    ("secure", "ds"),
    [
        ({"delegationSigned": False}, ()),
        ({"delegationSigned": True, "dsData": [DS, DS]}, (f"1 13 2 {'ab' * 32}",)),
        ({"dsData": [{**DS, "keyTag": "7"}]}, (f"7 13 2 {'ab' * 32}",)),
        ({"delegationSigned": True}, None),
        ({"delegationSigned": True, "keyData": [{}]}, None),
        ({"delegationSigned": False, "dsData": [{**DS, "digest": "zz"}]}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_ds_are_listed_none_or_not_known(secure: Any, ds: Any) -> None:
    assert read(rdap_domain("a.test", secureDNS=secure)).ds == ds


def test_what_is_not_said_is_none_and_what_is_said_to_be_empty_is_empty() -> None:
    body = rdap_domain("a.test", None, entities=[], status=None)
    del body["nameservers"]
    said = read(body)
    assert (said.expires, said.nameservers, said.registrar_name, said.status) == (None, None, None, ())
    assert read(rdap_domain("a.test", nameservers=[])).nameservers == ()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"objectClassName": "nameserver", "ldhName": "a.test"},
        rdap_domain("b.test"),
        rdap_domain("a.b.test"),
    ],
)
def test_an_answer_about_anything_else_is_none(body: Any) -> None:
    with pytest.raises(ValueError, match=r"no domain of RDAP|about another domain"):
        read(body)


def test_either_spelling_of_the_name_will_do() -> None:
    assert read(rdap_domain("b.test", unicodeName="A.test.")).expires is not None
    body = rdap_domain("a.test")
    del body["ldhName"]
    assert read(body).expires is not None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just("2026-11-28T12:00:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("fn eventAction ldhName roles digest keyTag".split()), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KEYS = st.sampled_from("status events entities nameservers secureDNS".split())


@given(st.dictionaries(KEYS, VALUES))
def test_no_answer_ends_in_a_traceback(parts: dict[str, Any]) -> None:
    assert read({**rdap_domain("a.test"), **parts}).checked_at == NOW
