"""Patterns name record sets; hostile ones are refused or stay quick."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.patterns import PatternError, exact_name, find_match, matches, parse_pattern
from psfdns.records import RRsetKey

ORIGIN = "example.com."

MATCHING = [
    ("@ A", "example.com. A"),
    ("@ *", "example.com. MX"),
    ("www A", "www.example.com. A"),
    ("WWW a", "www.example.com. A"),
    ("* A", "www.example.com. A"),
    ("* A", "*.example.com. A"),
    (r"\* A", "*.example.com. A"),
    ("web* A", "web.example.com. A"),
    ("*web A", "my-web.example.com. A"),
    ("a*b*c A", "a-bb-b-c.example.com. A"),
    ("** *", "example.com. SOA"),
    ("** *", "a.b.c.example.com. A"),
    ("_acme-challenge.** TXT", "_acme-challenge.example.com. TXT"),
    ("_acme-challenge.** TXT", "_acme-challenge.a.b.example.com. TXT"),
    ("**.dyn A", "dyn.example.com. A"),
    ("**.dyn A", "x.y.dyn.example.com. A"),
    ("a.**.b.**.c A", "a.x.b.y.z.c.example.com. A"),
    ("a.**.b.**.c A", "a.b.c.example.com. A"),
    (r"a\.b A", r"a\.b.example.com. A"),
    (r"\097 A", "a.example.com. A"),
    (r"caf\233 A", r"caf\233.example.com. A"),
    ("www  \t A", "www.example.com. A"),
]
NOT_MATCHING = [
    ("@ A", "www.example.com. A"),
    ("@ A", "example.com. AAAA"),
    ("@ A", "example.org. A"),
    ("* A", "example.com. A"),
    ("* A", "a.b.example.com. A"),
    (r"\* A", "www.example.com. A"),
    (r"\*\* A", "*.example.com. A"),
    ("web* A", "my-web.example.com. A"),
    ("ab*ba A", "aba.example.com. A"),
    ("a.**.a A", "a.example.com. A"),
    ("a.**.b.**.c A", "a.x.c.example.com. A"),
    ("a*b*c A", "a-c.example.com. A"),
    ("*aa*aa* A", "aaa.example.com. A"),
    ("**.a.**.a.** A", "b.a.b.example.com. A"),
    ("_acme-challenge.** TXT", "x._acme-challenge.example.com. TXT"),
    ("dyn.** A", "xdyn.example.com. A"),
    ("www A", "www.example.org. A"),
    ("www A", "www.notexample.com. A"),
    ("a.b A", r"a\.b.example.com. A"),
]
REFUSED = [
    "",
    "www",
    "www A B",
    "www FOO",
    "www. A",
    "a..b A",
    ".a A",
    "a** A",
    "a.***.b A",
    "bücher A",
    "a\\ A",
    r"\999 A",
    r"\25 A",
    "a" * 64 + " A",
    "a." * 600 + "a A",
]


def key(text: str) -> RRsetKey:
    name, _, rdtype = text.rpartition(" ")
    return RRsetKey(name, rdtype)


@pytest.mark.parametrize(("pattern", "record"), MATCHING)
def test_a_pattern_means_the_record_sets_that_it_names(pattern: str, record: str) -> None:
    assert matches(parse_pattern(pattern), key(record), ORIGIN)


@pytest.mark.parametrize(("pattern", "record"), NOT_MATCHING)
def test_a_pattern_means_no_other_record_set(pattern: str, record: str) -> None:
    assert not matches(parse_pattern(pattern), key(record), ORIGIN)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_pattern_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(PatternError, match=r"\w"):
        parse_pattern(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@ NS", "example.org."),
        ("@ *", "example.org."),
        ("WWW.a A", "www.a.example.org."),
        (r"\* A", "*.example.org."),
        ("* A", None),
        ("w*w A", None),
        ("** A", None),
        ("a.** A", None),
    ],
)
def test_an_exact_pattern_names_one_name(text: str, name: str | None) -> None:
    assert exact_name(parse_pattern(text), "example.org.") == name


def test_the_first_pattern_that_means_a_record_set_is_found() -> None:
    patterns = [parse_pattern(text) for text in ("x A", "w* *", "** *")]
    found = find_match(patterns, key("www.example.com. A"), ORIGIN)
    assert found is not None
    assert found.text == "w* *"
    assert find_match(patterns[:1], key("www.example.com. A"), ORIGIN) is None


def test_a_pattern_is_relative_to_whatever_zone_it_is_used_in() -> None:
    pattern = parse_pattern("www A")
    assert matches(pattern, RRsetKey("www.0/25.2.0.192.in-addr.arpa.", "A"), "0/25.2.0.192.in-addr.arpa.")
    assert matches(pattern, RRsetKey("www.", "A"), ".")


_glob_label = st.text("ab*", min_size=1, max_size=5).filter(lambda text: "**" not in text)
_globs = st.lists(st.one_of(_glob_label, st.just("**")), min_size=1, max_size=5)
_names = st.lists(st.text("ab", min_size=1, max_size=4), max_size=5)


@given(_globs, _names)
def test_matching_agrees_with_a_regular_expression(globs: list[str], labels: list[str]) -> None:
    name = "".join(label + "." for label in labels)
    parts = (r"(?:[ab]+\.)*" if glob == "**" else glob.replace("*", "[ab]*") + r"\." for glob in globs)
    expected = re.fullmatch("".join(parts), name) is not None
    pattern = parse_pattern(".".join(globs) + " A")
    assert matches(pattern, RRsetKey(name + ORIGIN, "A"), ORIGIN) is expected


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 20 + "b A", "a" * 63 + "."),
        ("**.a." * 60 + "b A", "a." * 120),
        ("**.a*." * 60 + "b A", "a." * 120),
    ],
)
def test_a_hostile_pattern_is_not_slow(pattern: str, name: str) -> None:
    parsed = parse_pattern(pattern)
    started = time.process_time()
    assert not any(matches(parsed, RRsetKey(name + ORIGIN, "A"), ORIGIN) for _ in range(50))
    assert time.process_time() - started < 1
