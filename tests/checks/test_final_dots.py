"""A target that looks complete and means a name below the zone's own is told, once, with what to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from psfdns.checks import run_checks
from psfdns.patterns import parse_pattern
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone
from tests.checks.findings import ORIGIN, found

DOT = [(1, "missing-final-dot")]

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a CNAME": ("www CNAME d111.cloudfront.net", DOT),
    "a CNAME with its dot": ("www CNAME d111.cloudfront.net.", []),
    "a CNAME to a label": ("www CNAME net", [(1, "cname-to-nothing")]),
    "a CNAME to a name of the zone": ("www CNAME a.b\na.b A 192.0.2.1", []),
    "a CNAME to a name of the zone that looks complete": (
        "www CNAME example.com\nexample.com A 192.0.2.1",
        [],
    ),
    "a CNAME to a name above one of the zone": ("www CNAME example.com\na.example.com A 192.0.2.1", []),
    "a CNAME beside a name of the zone that looks complete": (
        "www CNAME b.app.dev\na.app.dev A 192.0.2.1",
        [(1, "cname-to-nothing")],
    ),
    "a CNAME below a label that the zone knows": (
        "www CNAME app.dev\n*.dev A 192.0.2.1",
        [],
    ),
    "a CNAME that only the wildcard of the zone answers": ("www CNAME www.example.net\n* A 192.0.2.1", DOT),
    "a CNAME to no top-level domain": ("www CNAME a.internal", [(1, "cname-to-nothing")]),
    "a CNAME to a public suffix alone": ("www CNAME co.uk", [(1, "cname-to-nothing")]),
    "a CNAME below a public suffix of two labels": ("www CNAME psf.co.uk", DOT),
    "a CNAME to a provider whose customers are suffixes": ("www CNAME psf.github.io", DOT),
    "a CNAME to such a provider": ("www CNAME github.io", DOT),
    "a CNAME to an internationalised top-level domain": ("www CNAME пример.рф", DOT),
    "an absolute target with the zone's name behind": ("www CNAME www.example.net.zone.example.", DOT),
    "a wildcard's": ("*.a CNAME www.example.net\n_acme-challenge.a TXT x", DOT),
    "an MX": ("@ MX 10 aspmx.l.google.com", DOT),
    "an MX to a name of the zone": ("@ MX 10 mail.eu", [(1, "missing-final-dot")]),
    "an MX to a name of the zone that exists without address": (
        "@ MX 10 mail.eu\nmail.eu TXT x",
        [(1, "target-without-address")],
    ),
    "an MX that only a CNAME wildcard answers": (
        "@ MX 10 mx.example.net\n* CNAME x.example.net.\n_acme-challenge TXT x",
        DOT,
    ),
    "an NS": ("sub NS ns1.example.net\nsub NS ns2.example.net.", DOT),
    "an SRV": ("_sip._tcp SRV 0 0 5060 sip.example.net", DOT),
    "a PTR": ("1 PTR host.example.net", DOT),
    "a NAPTR with blanks": (r'@ NAPTR 1 1 "u" "E2U+sip" "!^.* .*$!sip:a b!" sip.example.net', DOT),
    "a NAPTR to nothing": (r'@ NAPTR 1 1 "u" "E2U+sip" "!^.*$!sip:example.net!" .', []),
    "an HTTPS": ("@ HTTPS 1 svc.example.net alpn=h2", DOT),
    "an HTTPS for itself": ("@ HTTPS 1 . alpn=h2", []),
    "an SVCB": ("_dns SVCB 1 dns.example.net alpn=dot", DOT),
    "two targets of one record set": (
        "@ MX 10 mx1.example.net\n@ MX 20 mx2.example.net.\n@ MX 30 mx3.example.net",
        [(1, "missing-final-dot"), (3, "missing-final-dot")],
    ),
    "behind $ORIGIN": ("$ORIGIN sub\nwww CNAME www.example.net", [(2, "missing-final-dot")]),
    "the zone's own name": ("www CNAME mail.zone.example", DOT),
    "the zone's own name behind $ORIGIN": (
        "$ORIGIN sub\nwww CNAME mail.zone.example\nftp CNAME mail.sub.zone.example",
        [(2, "missing-final-dot"), (3, "missing-final-dot")],
    ),
    "the zone's own name, absolute": ("www CNAME mail.zone.example.zone.example.", DOT),
    "an address": ("@ MX 10 192.0.2.1", [(1, "address-as-name")]),
    "behind a delegation": (
        "www CNAME example.net\nnet NS a.example.net.\nnet NS b.example.net.",
        [],
    ),
    "in what a delegation hides": (
        "$ORIGIN sub\n@ NS a.example.net.\n@ NS b.example.net.\nwww CNAME www.example.net",
        [(4, "below-delegation")],
    ),
    "silenced": ("www CNAME www.example.net ; psfdns: ignore=missing-final-dot", []),
    "what the reader tells, silenced": ("www CNAME www.zone.example ; psfdns: ignore=missing-final-dot", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_missing_final_dot_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def hint(text: str) -> str:
    parsed = parse_zone(f"$TTL 300\n{text}\n".encode(), origin=ORIGIN, path="x.zone")
    (finding,) = run_checks(parsed.zone, settings=ZoneSettings(), path="x.zone", findings=parsed.findings)
    return finding.hint or ""


def test_the_hint_says_what_to_write() -> None:
    assert hint("www CNAME WWW.example.net").startswith("write www.example.net. with its final dot")
    assert hint("$ORIGIN a.b\nwww CNAME x.example.net").startswith("write x.example.net. with its final dot")


def test_a_target_that_is_left_to_another_writer_is_not_missing() -> None:
    settings = ZoneSettings(ignore=(parse_pattern("**.net *"),))
    assert found("a CNAME www.example.net\nb CNAME www.example.org", settings) == [(2, "missing-final-dot")]


def test_it_is_not_told_where_lines_could_not_be_read_unless_the_zones_own_name_is_repeated() -> None:
    text = "a CNAME www.example.net\nwww.example.net A 192.0.2.999\nb CNAME www.zone.example"
    assert found(text) == [(2, "bad-rdata"), (3, "missing-final-dot")]


def test_the_root_zone_has_no_name_to_append() -> None:
    text = "org NS ns.a.org.\norg NS a.example.net.\na.example.net A 198.41.0.4"
    assert {code for _, code in found(text, origin=".")} == {"missing-glue", "reserved-name"}


def test_the_list_of_suffixes_is_loaded_for_a_doubtful_target_only() -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.checks.findings import found
found("www CNAME www.example.net.\\na CNAME b\\nb A 192.0.2.1")
assert "publicsuffixlist" not in sys.modules
found("www CNAME www.example.net")
assert "publicsuffixlist" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
