"""What a delegation hides, what has to stand beside it, and who serves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.patterns import parse_pattern
from psfdns.settings import ZoneSettings
from tests.checks.findings import found
from tests.oracles import kzonecheck

TWO = "sub NS a.example.net.\nsub NS b.example.net.\n"
DS = "DS 1 13 2 " + "ab" * 32

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a delegation": (TWO, []),
    "a delegation with its DS": (TWO + f"sub {DS}", []),
    "a name below it": (TWO + "www.sub A 192.0.2.1", [(3, "below-delegation")]),
    "a name that only ends like it": (TWO + "www-sub A 192.0.2.1", []),
    "a name above it": (
        "a.sub NS a.example.net.\na.sub NS b.example.net.\nwww.sub A 192.0.2.1\nsub TXT x",
        [],
    ),
    "each record set of a name below it": (
        TWO + "www.sub A 192.0.2.1\nwww.sub A 192.0.2.2\nwww.sub AAAA 2001:db8::1",
        [(3, "below-delegation"), (5, "below-delegation")],
    ),
    "a name far below it": (TWO + "a.b.c.sub TXT x", [(3, "below-delegation")]),
    "a wildcard below it": (TWO + "*.sub A 192.0.2.1", [(3, "below-delegation")]),
    "a wildcard that it is not below": (TWO + "* A 192.0.2.1", []),
    "an alias below it": (
        TWO + "www.sub AWS ALIAS A x $self false\nx A 192.0.2.1",
        [(3, "below-delegation")],
    ),
    "an alias to a name below it": (
        TWO + "www AWS ALIAS A x.sub $self false\nx.sub A 192.0.2.1",
        [(4, "below-delegation")],
    ),
    "a text at it": (TWO + "sub TXT x", [(3, "below-delegation")]),
    "an address at it": (TWO + "sub A 192.0.2.1", [(3, "below-delegation")]),
    "a CNAME at it is told once": (TWO + "sub CNAME x.example.net.", [(3, "cname-and-other-data")]),
    "glue": ("sub NS ns.sub\nsub NS a.example.net.\nns.sub A 192.0.2.1\nns.sub AAAA 2001:db8::1", []),
    "a text at a name server": (
        "sub NS ns.sub\nsub NS a.example.net.\nns.sub A 192.0.2.1\nns.sub TXT x",
        [(4, "below-delegation")],
    ),
    "a delegation to itself": ("sub NS sub\nsub NS a.example.net.\nsub A 192.0.2.1", []),
    "the address of another delegation's server": (
        TWO + "other NS ns.sub\nother NS a.example.net.\nns.sub A 192.0.2.1",
        [],
    ),
    "the address of a server of the zone itself": (TWO + "@ NS ns.sub\nns.sub A 192.0.2.1", []),
    "a delegation below another": (TWO + "a.sub NS ns.example.net.", [(3, "below-delegation")]),
    "a delegation below another, its DS and its glue": (
        TWO + f"a.sub NS ns.a.sub\na.sub {DS}\nns.a.sub A 192.0.2.1",
        [(3, "below-delegation"), (4, "below-delegation")],
    ),
    "two delegations side by side": (
        TWO + TWO.replace("sub", "sub2") + "a.sub2 TXT x",
        [(5, "below-delegation")],
    ),
    "the apex is no delegation": ("@ NS a.example.net.\nwww A 192.0.2.1\n@ TXT x", []),
    "a wildcard does not delegate": ("*.w NS a.example.net.\nwww.w A 192.0.2.1", [(1, "wildcard-ns")]),
    "no glue": ("sub NS a.example.net.\nsub NS ns.sub", [(2, "missing-glue")]),
    "no glue for one of two": (
        "sub NS ns1.sub\nsub NS ns2.sub\nns1.sub A 192.0.2.1",
        [(2, "missing-glue")],
    ),
    "no address where it serves itself": ("sub NS a.example.net.\nsub NS sub", [(2, "missing-glue")]),
    "glue with an AAAA only": ("sub NS a.example.net.\nsub NS ns.sub\nns.sub AAAA 2001:db8::1", []),
    "a wildcard is no glue": (
        "sub NS a.example.net.\nsub NS ns.sub\n*.sub A 192.0.2.1",
        [(2, "missing-glue"), (3, "below-delegation")],
    ),
    "no glue for a server in another delegation": (TWO + "b NS a.example.net.\nb NS ns.sub", []),
    "no address of a server beside the delegation is told once": (
        "sub NS a.example.net.\nsub NS ns",
        [(2, "target-without-address")],
    ),
    "a name server without its dot is told once": (
        "$ORIGIN sub\n@ NS a.example.net\n@ NS b.example.net.",
        [(2, "missing-final-dot")],
    ),
    "glue of a name server without its dot is told once": (
        "sub NS a.example.net.\nsub NS ns.sub.zone.example\nns.sub A 192.0.2.1",
        [(2, "missing-final-dot")],
    ),
    "no glue of a hidden delegation": (
        TWO + "a.sub NS ns.a.sub",
        [(3, "below-delegation")],
    ),
    "a DS alone": (f"sub {DS}", [(1, "ds-without-ns")]),
    "a DS beside other data": (f"sub {DS}\nsub A 192.0.2.1", [(1, "ds-without-ns")]),
    "a DS above a delegation": (
        f"a.sub NS a.example.net.\na.sub NS b.example.net.\nsub {DS}",
        [(3, "ds-without-ns")],
    ),
    "a DS at the apex is told once": (f"@ {DS}", [(1, "ds-at-apex")]),
    "one server": ("sub NS a.example.net.", [(1, "delegation-one-server")]),
    "one server of the zone itself is Route 53's own business": ("@ NS a.example.net.", []),
    "silenced": (TWO + "www.sub A 192.0.2.1 ; psfdns: ignore=below-delegation", []),
    "silenced information": ("sub NS a.example.net. ; psfdns: ignore=delegation-one-server", []),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_of_a_delegation_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def test_a_zone_that_another_tenant_may_hold_is_delegated_by_its_ns_only() -> None:
    settings = ZoneSettings(delegated={f"sub.{'zone.example.'}": "afpy"})
    assert found("www.sub A 192.0.2.1", settings) == []
    assert found(TWO + "www.sub A 192.0.2.1", settings) == [(3, "below-delegation")]


def test_what_is_left_to_another_writer_is_not_missing() -> None:
    settings = ZoneSettings(ignore=(parse_pattern("ns.sub A"), parse_pattern("gone NS")))
    assert found(f"sub NS a.example.net.\nsub NS ns.sub\ngone {DS}\ngone2 {DS}", settings) == [
        (4, "ds-without-ns")
    ]


def test_nothing_is_missing_where_lines_could_not_be_read() -> None:
    text = f"sub NS a.example.net.\nsub NS ns.sub\nns.sub A 192.0.2.999\nsub2 {DS}\nsub2 NS a b"
    assert {code for _, code in found(text)} == {"bad-rdata"}


GLUE = {
    "glue": ("sub NS a.example.net.\nsub NS ns.sub\nns.sub A 192.0.2.1", True),
    "no glue": ("sub NS a.example.net.\nsub NS ns.sub", False),
    "a wildcard beside it": ("sub NS a.example.net.\nsub NS ns.sub\n* A 192.0.2.1", False),
}


@pytest.mark.parametrize("case", GLUE)
def test_knot_misses_the_same_glue(case: str, tmp_path: Path) -> None:
    text, whole = GLUE[case]
    file = tmp_path / "zone"
    file.write_text(
        f"$TTL 300\n@ SOA a.example.net. b.example.net. 1 7200 900 1209600 300\n@ NS a.example.net.\n{text}\n"
    )
    assert ("glue" not in kzonecheck("zone.example.", file).stdout) is whole
    assert ("missing-glue" not in {code for _, code in found(text)}) is whole
