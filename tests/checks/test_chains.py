"""CNAMEs are followed as a resolver would, wildcards and delegations in between."""

from __future__ import annotations

import pytest

from psfdns.patterns import parse_pattern
from psfdns.settings import ZoneSettings
from tests.checks.findings import found

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a CNAME to itself": ("www CNAME www", [(1, "cname-loop")]),
    "two CNAMEs to each other, and one to them": (
        "a CNAME b\nb CNAME a\nc CNAME a",
        [(2, "cname-loop")],
    ),
    "a wildcard that answers for its own target": (
        "*.a CNAME www.a\n_acme-challenge.a TXT x",
        [(1, "cname-loop")],
    ),
    "a wildcard to a name that exists": ("* CNAME www\nwww A 192.0.2.1\n_acme-challenge TXT x", []),
    "two circles": ("a CNAME a\nb CNAME c\nc CNAME b", [(1, "cname-loop"), (3, "cname-loop")]),
    "a circle that is met before the CNAMEs to it": (
        "x CNAME y\ny CNAME x\na CNAME b\nb CNAME c\nc CNAME x\nd CNAME a",
        [(2, "cname-loop")],
    ),
    "two links": ("a CNAME b\nb CNAME c\nc A 192.0.2.1", []),
    "two links, then out of the zone": ("a CNAME b\nb CNAME www.example.net.", []),
    "three links": ("a CNAME b\nb CNAME c\nc CNAME d\nd A 192.0.2.1", [(1, "cname-chain")]),
    "four links are told where the third begins": (
        "a CNAME b\nb CNAME c\nc CNAME d\nd CNAME e\ne A 192.0.2.1",
        [(2, "cname-chain")],
    ),
    "the other way round": ("d CNAME e\nc CNAME d\nb CNAME c\na CNAME b\ne TXT x", [(3, "cname-chain")]),
    "to nothing": ("www CNAME web", [(1, "cname-to-nothing")]),
    "to the apex": ("www CNAME @", []),
    "to a name that has only another below it": ("www CNAME b\na.b A 192.0.2.1", []),
    "to what a wildcard answers": ("www CNAME web.sub\n*.sub A 192.0.2.1", []),
    "past a wildcard, which an existing name shadows": (
        "www CNAME x.web.sub\n*.sub A 192.0.2.1\nweb.sub A 192.0.2.1",
        [(1, "cname-to-nothing")],
    ),
    "behind a delegation": ("www CNAME web.sub\nsub NS a.example.net.\nsub NS b.example.net.", []),
    "to a similar name outside": ("www CNAME web.otherzone.example.", []),
    "a missing final dot is told once": ("www CNAME www.zone.example", [(1, "missing-final-dot")]),
    "silenced": ("www CNAME web ; psfdns: ignore=cname-to-nothing", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_chain_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def test_a_target_that_is_left_to_another_writer_is_not_missing() -> None:
    settings = ZoneSettings(ignore=(parse_pattern("**.dyn *"),))
    text = "a CNAME x.dyn\nb CNAME dyn2"
    assert found(text, settings) == [(2, "cname-to-nothing")]


def test_nothing_is_missing_where_lines_could_not_be_read() -> None:
    assert found("www CNAME web\nweb A 192.0.2.999") == [(2, "bad-rdata")]


def test_a_chain_as_long_as_the_zone_is_one_finding() -> None:
    lines = [f"a{number} CNAME a{number + 1}" for number in range(3000)]
    assert found("\n".join([*lines, "a3000 A 192.0.2.1"])) == [(2998, "cname-chain")]
