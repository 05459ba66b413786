"""Names as canonical text: reading, refusing, ordering."""

from __future__ import annotations

import contextlib

import dns.exception
import dns.name
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.names import (
    NameSyntaxError,
    canonical_order,
    is_subdomain,
    labels_of,
    name_from_labels,
    parent_of,
    parse_name,
    relative_to,
)

ORIGIN = "example.com."

labels = st.lists(st.binary(min_size=1, max_size=20), max_size=6).filter(
    lambda found: sum(map(len, found)) < 200
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@", "example.com."),
        (".", "."),
        ("www", "www.example.com."),
        ("WWW.Example.NET.", "www.example.net."),
        ("*.a", "*.a.example.com."),
        ("0/25.2.0.192.in-addr.arpa.", "0/25.2.0.192.in-addr.arpa."),
        (r"a\.b", r"a\.b.example.com."),
        (r"\097\066", "ab.example.com."),
        (r"\W\@", r"w\@.example.com."),
        (r"a\032b.", r"a\032b."),
        ("BÜCHER", "xn--bcher-kva.example.com."),
        ("bu\u0308cher.", "xn--bcher-kva."),
        ("faß.", "xn--fa-hia."),
        ("_dmarc.bücher.", "_dmarc.xn--bcher-kva."),
        ("x" * 63 + ".", "x" * 63 + "."),
        (".".join(["x" * 63] * 3 + ["y" * 61]) + ".", ".".join(["x" * 63] * 3 + ["y" * 61]) + "."),
    ],
)
def test_a_name_becomes_absolute_lower_case_ascii(text: str, expected: str) -> None:
    assert parse_name(text, origin=ORIGIN) == expected


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        ("", "empty", "@"),
        ("a..b", "empty label", None),
        (".a", "empty label", None),
        ("x" * 64, "64 bytes long", None),
        (".".join(["x" * 63] * 3 + ["y" * 62]) + ".", "256 bytes long", None),
        (".".join(["x" * 63] * 3 + ["y" * 50]), "256 bytes long", None),
        ("a\\", "escape", "DDD"),
        ("a\\1", "escape", "DDD"),
        (r"\256", "not a byte", "decimal"),
        ("☃", "IDNA 2008", "xn--n3h"),
        ("ａｂ", "IDNA 2008", "write ab"),
        ("example。com.", "IDNA 2008", "write example.com"),
        ("a\u200db", "IDNA 2008", "write "),
        (r"bü\099her", "mixes escapes and Unicode", "A-label"),
    ],
)
def test_what_is_no_name_is_refused_with_what_to_write(text: str, summary: str, hint: str | None) -> None:
    with pytest.raises(NameSyntaxError, match=summary) as refusal:
        parse_name(text, origin=ORIGIN)
    assert hint is None or hint in (refusal.value.hint or "")


def test_a_relative_name_without_an_origin_is_refused() -> None:
    with pytest.raises(NameSyntaxError, match="relative"):
        parse_name("www")


def test_an_origin_of_the_root_adds_only_the_dot() -> None:
    assert parse_name("com", origin=".") == "com."


@given(labels)
def test_labels_survive_the_text(found: list[bytes]) -> None:
    text = name_from_labels(found)
    assert labels_of(text) == tuple(label.lower() for label in found)
    assert parse_name(text) == text


@given(labels)
def test_the_text_is_dnspythons(found: list[bytes]) -> None:
    name = dns.name.Name([label.lower() for label in found] + [b""])
    assert name_from_labels(found) == name.to_text()


@settings(max_examples=300)
@given(st.text('aB1-_*/.\\"@ $();ü\x00', max_size=12) | st.text(max_size=8))
def test_dnspython_reads_the_same_name_or_both_refuse(text: str) -> None:
    theirs = None
    with contextlib.suppress(dns.exception.DNSException, UnicodeError):
        theirs = dns.name.from_text(text, dns.name.from_text(ORIGIN)) if text else None
    try:
        ours = parse_name(text, origin=ORIGIN)
    except NameSyntaxError:
        # dnspython reads Unicode by IDNA 2003, and takes three more dots for dots.
        assert theirs is None or not text.isascii()
        return
    assert theirs is not None or not text.isascii()
    if theirs is not None and text.isascii():
        assert ours == theirs.canonicalize().to_text()


@given(labels, labels)
def test_the_order_is_dnssecs(one: list[bytes], other: list[bytes]) -> None:
    first, second = (dns.name.Name([*found, b""]) for found in (one, other))
    keys = canonical_order(name_from_labels(one)), canonical_order(name_from_labels(other))
    assert (keys[0] < keys[1]) == (first < second)


@given(labels, labels)
def test_below_is_a_question_of_labels(one: list[bytes], other: list[bytes]) -> None:
    first, second = (dns.name.Name([*found, b""]) for found in (one, other))
    assert is_subdomain(name_from_labels(one), name_from_labels(other)) == first.is_subdomain(second)


def test_an_escaped_dot_is_no_boundary() -> None:
    assert not is_subdomain(r"a\.example.com.", "example.com.")
    assert is_subdomain(r"a\.b.example.com.", "example.com.")
    assert not is_subdomain("badexample.com.", "example.com.")


@given(labels)
def test_what_is_written_relative_reads_as_the_same_name(found: list[bytes]) -> None:
    name = name_from_labels([*found, b"example", b"com"])
    assert parse_name(relative_to(name, ORIGIN), origin=ORIGIN) == name


def test_a_name_outside_is_written_absolute() -> None:
    assert relative_to("www.example.net.", ORIGIN) == "www.example.net."
    assert relative_to(ORIGIN, ORIGIN) == "@"


def test_the_parent_lacks_the_leftmost_label() -> None:
    assert parent_of(r"a\.b.example.com.") == "example.com."
    assert parent_of(".") == "."
