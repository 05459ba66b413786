"""A SOA of the file says what Route 53 says, or somebody may think that it counts."""

from __future__ import annotations

import pytest

from psfdns.settings import Apex, ZoneSettings
from tests.checks.findings import found

OWN = "1 7200 900 1209600 86400"
IGNORED = [(1, "soa-ignored")]

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "no SOA": ("@ A 192.0.2.1", []),
    "Route 53's own numbers": (f"@ SOA ns1.example.net. hostmaster.example.net. {OWN}", []),
    "its own numbers, in units": ("@ SOA ns1.example.net. hostmaster.example.net. 1 2h 15m 2w 1d", []),
    "another serial": ("@ SOA ns1.example.net. hostmaster.example.net. 2 7200 900 1209600 86400", IGNORED),
    "a shorter negative answer": (
        "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300",
        IGNORED,
    ),
    "a serial that ends like its own": (
        "@ SOA ns1.example.net. hostmaster.example.net. 20261 7200 900 1209600 86400",
        IGNORED,
    ),
    "in parentheses": (
        "; SOA\n@ SOA ns1.example.net. hostmaster.example.net. (\n2 7200\n900 1209600 86400 )",
        [(2, "soa-ignored")],
    ),
    "silenced": (
        "@ SOA a.example.net. b.example.net. 2 7200 900 1209600 86400 ; psfdns: ignore=soa-ignored",
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_soa_that_route_53_ignores_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def test_a_managed_soa_counts() -> None:
    text = "@ SOA ns1.example.net. hostmaster.example.net. 2 7200 900 1209600 300\n@ NS ns1.example.net."
    assert found(text) == IGNORED
    assert found(text, ZoneSettings(apex=Apex.MANAGED)) == []
