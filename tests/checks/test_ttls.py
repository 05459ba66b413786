"""TTLs that keep caches from helping, and TTLs that keep a mistake for weeks."""

from __future__ import annotations

import pytest

from psfdns.checks.ttls import LONGEST
from psfdns.settings import Apex, ZoneSettings
from tests.checks.findings import found

LOW, HIGH = "ttl-low", "ttl-high"
DS = "DS 1 13 2 " + "ab" * 32

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a minute": ("www 60 A 192.0.2.1", []),
    "less than a minute": ("www 59 A 192.0.2.1", [(1, LOW)]),
    "nothing": ("www 0 A 192.0.2.1", [(1, LOW)]),
    "once a record set": ("www 0 A 192.0.2.1\nwww 0 A 192.0.2.2\nwww 0 TXT x", [(1, LOW), (3, LOW)]),
    "the apex at five minutes": ("@ 300 A 192.0.2.1\n@ 300 AAAA 2001:db8::1", []),
    "the apex at less": ("@ 299 A 192.0.2.1\n@ 60 AAAA 2001:db8::1", [(1, LOW), (2, LOW)]),
    "a text of the apex at a minute": ("@ 60 TXT x", []),
    "mail at less than five minutes": ("@ 120 MX 10 mx.example.net.", [(1, LOW)]),
    "mail of a name below at five minutes": ("list 300 MX 10 mx.example.net.", []),
    "a delegation at less than five minutes": (
        f"sub 60 NS ns.example.net.\nsub 60 NS ns2.example.net.\nsub 60 {DS}",
        [(1, LOW), (3, LOW)],
    ),
    "a delegation at five minutes": (
        f"sub 300 NS ns.example.net.\nsub 300 NS ns2.example.net.\nsub 300 {DS}",
        [],
    ),
    "SOA and NS of the apex, which are Route 53's": (
        "@ 0 SOA ns h 1 7200 900 1209600 86400\n@ 9999999 NS ns.example.net.",
        [],
    ),
    "weighted at ten seconds": ('@ 10 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=1 identifier="one"', []),
    "weighted at nothing": (
        'www 0 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=1 identifier="one"',
        [(1, LOW)],
    ),
    "failover at a minute": (
        '@ 60 A 192.0.2.1 ; AWS routing="FAILOVER" failover="PRIMARY" identifier="one"',
        [],
    ),
    "a health check at ten seconds": (
        '@ 10 A 192.0.2.1 ; AWS healthCheckId="6f5b7d10-1111-4222-8333-123456789abc"',
        [],
    ),
    "an alias has none": ("@ AWS ALIAS A x.example.net. Z35SXDOTRQ7X7K false", []),
    "a week": (f"www {LONGEST} A 192.0.2.1\nmail 1w A 192.0.2.1", []),
    "more than a week": (f"www {LONGEST + 1} A 192.0.2.1", [(1, HIGH)]),
    "weighted for more than a week": (
        'www 999999 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=1 identifier="one"',
        [(1, HIGH)],
    ),
    "silenced": ("www 30 A 192.0.2.1 ; psfdns: ignore=ttl-low", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_ttl_out_of_bounds_is_told_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def test_soa_and_ns_of_a_managed_apex_count() -> None:
    text = "@ 60 SOA ns.example.net. h 1 2 3 4 5\n@ 9999999 NS ns.example.net."
    assert found(text, ZoneSettings(apex=Apex.MANAGED)) == [(1, LOW), (2, HIGH)]
