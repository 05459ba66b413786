"""Names that certificates may have, and where their challenges are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.certs.certificate import parse_domain

GOOD = {
    "www.example.org": "www.example.org",
    "WWW.Example.ORG": "www.example.org",
    "*.example.org": "*.example.org",
    "испытание.example.org": "xn--80akhbyknj4f.example.org",
    "*.BÜCHER.example": "*.xn--bcher-kva.example",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "1.example.org": "1.example.org",
    "a--b.example.org": "a--b.example.org",
    ".".join(["a" * 63] * 3 + ["b" * 57, "org"]): ".".join(["a" * 63] * 3 + ["b" * 57, "org"]),
}
BAD = {
    "": "whole name of a host",
    ".": "without a final dot",
    "example.org.": "write example.org, without a final dot",
    "org": "whole name of a host",
    "*.org": "whole name of a host",
    "*": "whole name of a host",
    "192.0.2.1": "whole name of a host",
    "2001:db8::1": "whole name of a host",
    "a.*.example.org": "* stands alone and in front",
    "*a.example.org": "* stands alone and in front",
    "*.*.example.org": "* stands alone and in front",
    "_acme-challenge.example.org": "letters, digits and hyphens",
    "-a.example.org": "letters, digits and hyphens",
    "a b.example.org": "letters, digits and hyphens",
    "a..example.org": "empty label",
    "ab--c.example.org": "letters, digits and hyphens",
    "xn--99999999.example.org": "is not an A-label",
    "a\\.b.example.org": "letters, digits and hyphens",
    "☃.example.org": "not a valid internationalised label",
    "a" * 64 + ".org": "64 bytes long",
    ".".join(["a" * 63] * 4): "has at most 25",
}


@pytest.mark.parametrize("text", GOOD)
def test_a_name_is_canonical(text: str) -> None:
    assert parse_domain(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_what_no_ca_takes_says_why(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        parse_domain(text)
    assert BAD[text] in str(caught.value)


@given(st.text(alphabet="aAzZ09.-_*\\@ é☃\u0130", max_size=40))
def test_any_text_is_a_name_that_stays_itself_or_a_fault(text: str) -> None:
    try:
        name = parse_domain(text)
    except ValueError:
        return
    assert parse_domain(name) == name
    assert name.isascii()
