"""MX, NS and SRV lead to hosts that have addresses, or by intent nowhere."""

from __future__ import annotations

import pytest

from tests.checks.findings import found

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "an MX to a host": ("@ MX 10 mail\nmail A 192.0.2.1", []),
    "an MX to a host with an AAAA only": ("@ MX 10 mail\nmail AAAA 2001:db8::1", []),
    "an MX to an alias": ("@ MX 10 mail\nmail AWS ALIAS A x.example.net. Z35SXDOTRQ7X7K false", []),
    "an MX out of the zone": ("@ MX 10 mail.example.net.", []),
    "an MX to nothing": ("@ MX 10 mail", [(1, "target-without-address")]),
    "an MX to a name with a TXT": ("@ MX 10 mail\nmail TXT x", [(1, "target-without-address")]),
    "an MX to a wildcard's host": ("@ MX 10 mail\n* A 192.0.2.1", []),
    "an MX behind a delegation": ("@ MX 10 mail.sub\nsub NS a.example.net.\nsub NS b.example.net.", []),
    "an MX to a CNAME": ("@ MX 10 mail\nmail CNAME mx.example.net.", [(1, "target-is-cname")]),
    "an MX to a wildcard's CNAME": (
        "@ MX 10 mail\n* CNAME mx.example.net.\n_acme-challenge TXT x",
        [(1, "target-is-cname")],
    ),
    "an SRV to a CNAME": ("_sip._tcp SRV 0 0 1 s\ns CNAME x.example.net.", [(1, "target-is-cname")]),
    "one host of several ports": (
        "_sip._tcp SRV 0 0 1 s\n_sip._tcp SRV 0 0 2 s",
        [(1, "target-without-address")],
    ),
    "an NS to a CNAME": (
        "sub NS ns\nsub NS a.example.net.\nns CNAME x.example.net.",
        [(1, "target-is-cname")],
    ),
    "an MX of two, each at its line": (
        "@ MX 10 a\n@ MX 20 mx.example.net.\n@ MX 30 b",
        [(1, "target-without-address"), (3, "target-without-address")],
    ),
    "an absolute address": ("@ MX 10 192.0.2.1.", [(1, "target-is-address")]),
    "a CNAME to an address": ("www CNAME 192.0.2.1.", [(1, "target-is-address")]),
    "a CNAME to a name that begins like an address": ("www CNAME 192.0.2.1.example.net.", []),
    "an address without a dot is told once": ("@ MX 10 192.0.2.1", [(1, "address-as-name")]),
    "a missing final dot is told once": ("@ MX 10 mail.zone.example", [(1, "missing-final-dot")]),
    "a null MX": ("@ MX 0 .", []),
    "a null MX beside another": ("@ MX 0 .\n@ MX 10 mx.example.net.", [(1, "null-mx-beside-mx")]),
    "a null MX of another preference": ("@ MX 10 .", [(1, "null-mx-beside-mx")]),
    "no service": ("_imap._tcp SRV 0 0 0 .", []),
    "no service beside one": (
        "_imap._tcp SRV 0 0 0 .\n_imap._tcp SRV 0 0 143 m.example.net.",
        [(1, "null-srv-beside-srv")],
    ),
    "silenced": ("@ MX 10 mail ; psfdns: ignore=target-without-address", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_target_that_cannot_serve_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def test_nothing_is_missing_where_lines_could_not_be_read() -> None:
    assert found("@ MX 10 mail\nmail A 192.0.2.999") == [(2, "bad-rdata")]
