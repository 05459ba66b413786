"""MTA-STS, TLS reports and BIMI: each fault, and what nearly has it."""

from __future__ import annotations

import pytest

from psfdns.checks import bimi, mta_sts, tls_rpt
from psfdns.patterns import parse_pattern
from psfdns.settings import ZoneSettings
from tests.checks.findings import codes, found

HOST = "mta-sts A 192.0.2.1\n"
GOOD_STS = (
    "v=STSv1; id=20160831085700Z;",
    "v=STSv1;id=1",
    "v=STSv1; id=" + "a" * 32 + " ; x.y-z=later:1;",
    "v=STSv1; later=1; id=A",
)
BAD_STS = (
    "v=STSv1",
    "v=STSv1;",
    "v=STSv1; id=;",
    "v=STSv1; id=" + "a" * 33,
    "v=STSv1; id=2026-04-01",
    "v=STSv1; id = 1",
    "v=STSv1; id=1; id=2",
    "v=STSv1; id=1;; x=1",
    "v=STSv1; id=1; x",
    "v=STSv1 ; id=1",
    "v=stsv1; id=1",
    " v=STSv1; id=1",
    "v=STSv2; id=1",
    "id=1; v=STSv1;",
    "",
)
GOOD_RPT = (
    "v=TLSRPTv1; rua=mailto:tls@example.net",
    "v=TLSRPTv1;rua=https://example.net/v1/reports;",
    "v=TLSRPTv1; rua=mailto:a@example.net , https://example.net/x?y=z; later=1",
)
BAD_RPT = (
    "v=TLSRPTv1",
    "v=TLSRPTv1;",
    "v=TLSRPT1; rua=mailto:a@example.net",
    "v=TSLRPTv1; rua=mailto:a@example.net",
    "v=TLSRPTv1; rua=a@example.net",
    "v=TLSRPTv1; rua=http://example.net/x",
    "v=TLSRPTv1; rua=mailto:a@example.net,",
    "v=TLSRPTv1; rua=mailto:a@example.net mailto:b@example.net",
    "v=TLSRPTv1; rua=mailto:a@example.net; rua=mailto:b@example.net",
    "v=TLSRPTv1; rua = mailto:a@example.net",
    "v=TLSRPTv1; RUA=mailto:a@example.net",
)
REJECT = '_dmarc TXT "v=DMARC1; p=reject"\n'
LOGO = "https://example.net/logo.svg"
GOOD_BIMI = (
    f"v=BIMI1; l={LOGO}; a=https://example.net/logo.pem",
    f"v=BIMI1;l={LOGO};",
    f"v=BIMI1; l={LOGO}; a=;",
    "v=BIMI1; l=; a=;",
    "v=BIMI1; l=https://example.net/logo; avp=brand; lps=a,b",
    "v=BIMI1; l=https://example.net:8443/logo.SVG?size=1.png; a=https://example.net",
)
BAD_BIMI = (
    "v=BIMI1",
    "v=BIMI1; a=https://example.net/logo.pem",
    f"v=bimi1; l={LOGO}",
    f"l={LOGO}; v=BIMI1",
    f"v=BIMI1; l={LOGO}; l={LOGO}",
    "v=BIMI1; l=http://example.net/logo.svg",
    "v=BIMI1; l=example.net/logo.svg",
    "v=BIMI1; l=https://example.net/my logo.svg",
    "v=BIMI1; l=https://example.net/logo.png",
    f"v=BIMI1; l={LOGO}; a={LOGO}",
    f"v=BIMI1; l={LOGO}; a=self",
    "",
)


@pytest.mark.parametrize("text", GOOD_STS)
def test_a_sound_mta_sts_is_left_in_peace(text: str) -> None:
    assert codes(f'{HOST}_mta-sts TXT "{text}"', mta_sts.CHECK) == []


@pytest.mark.parametrize("text", BAD_STS)
def test_an_mta_sts_record_that_senders_pass_over_is_found(text: str) -> None:
    assert codes(f'{HOST}_mta-sts TXT "{text}"', mta_sts.CHECK) == ["mta-sts-record"]


def test_there_is_one_mta_sts_record_and_other_texts_do_not_count() -> None:
    one = f'{HOST}_mta-sts TXT "v=STSv1; id=1"\n'
    assert codes(f'{one}_mta-sts TXT "a note"', mta_sts.CHECK) == []
    assert codes(f'{one}_mta-sts TXT "v=STSv1; id=2"', mta_sts.CHECK) == ["mta-sts-several"]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ("", ["mta-sts-host"]),
        ('mta-sts TXT "x"', ["mta-sts-host"]),
        ("mta-sts.mail A 192.0.2.1", ["mta-sts-host"]),
        ("mta-sts CNAME policy.example.net.", []),
        ("mta-sts AAAA 2001:db8::1", []),
        ("* A 192.0.2.1", []),
        ("mta-sts NS ns.example.net.", []),
    ],
)
def test_the_host_of_the_policy_stands_where_the_zone_has_to_have_it(
    records: str, expected: list[str]
) -> None:
    assert codes(f'_mta-sts TXT "v=STSv1; id=1"\n{records}', mta_sts.CHECK) == expected


def test_nothing_is_said_of_a_policy_host_that_cannot_be_known() -> None:
    record = '_mta-sts TXT "v=STSv1; id=1"'
    settings = ZoneSettings(ignore=(parse_pattern("mta-sts *"),))
    assert codes(record, mta_sts.CHECK, settings=settings) == []
    assert "mta-sts-host" in [code for _, code in found(record)]
    assert "mta-sts-host" not in [code for _, code in found(f"{record}\nmta-sts A 192.0.2.999")]


@pytest.mark.parametrize("text", GOOD_RPT)
def test_a_sound_record_for_tls_reports_is_left_in_peace(text: str) -> None:
    assert codes(f'_smtp._tls TXT "{text}"', tls_rpt.CHECK) == []


@pytest.mark.parametrize("text", BAD_RPT)
def test_a_record_for_tls_reports_that_senders_pass_over_is_found(text: str) -> None:
    assert codes(f'_smtp._tls.mail TXT "{text}"', tls_rpt.CHECK) == ["tls-rpt-record"]


def test_there_is_one_record_for_tls_reports() -> None:
    records = "\n".join(f'_smtp._tls TXT "v=TLSRPTv1; rua=mailto:{name}@example.net"' for name in "ab")
    assert codes(records, tls_rpt.CHECK) == ["tls-rpt-several"]


@pytest.mark.parametrize("text", GOOD_BIMI)
def test_a_sound_bimi_is_left_in_peace(text: str) -> None:
    assert codes(f'{REJECT}default._bimi TXT "{text}"', bimi.CHECK) == []


@pytest.mark.parametrize("text", BAD_BIMI)
def test_a_bimi_record_that_shows_no_logo_is_found(text: str) -> None:
    assert codes(f'{REJECT}default._bimi TXT "{text}"', bimi.CHECK) == ["bimi-record"]


def test_a_selector_has_one_bimi_record() -> None:
    records = "\n".join(f'default._bimi TXT "v=BIMI1; l={LOGO}?{number}"' for number in range(2))
    assert codes(records, bimi.CHECK) == ["bimi-several"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", []),
        ('_dmarc.mail TXT "v=DMARC1; p=quarantine"', []),
        ('_dmarc.mail TXT "v=DMARC1; p=Reject; pct=50"', []),
        ('_dmarc.mail TXT "v=DMARC1; p=quarantine; pct=50"', ["bimi-policy"]),
        ('_dmarc.mail TXT "v=DMARC1; p=none"', ["bimi-policy"]),
        ('_dmarc.mail TXT "v=DMARC1; p=none"\n_dmarc TXT "v=DMARC1; p=reject"', ["bimi-policy"]),
        ('_dmarc TXT "v=DMARC1; p=reject"', []),
        ('_dmarc TXT "v=DMARC1; p=none; sp=reject"', []),
        ('_dmarc TXT "v=DMARC1; p=reject; sp=none"', ["bimi-policy"]),
        ('_dmarc.mail CNAME x.example.net.\n_dmarc TXT "v=DMARC1; p=none"', []),
        ('_dmarc.other TXT "v=DMARC1; p=none"', []),
    ],
)
def test_a_logo_needs_a_policy_where_the_zone_has_it(policy: str, expected: list[str]) -> None:
    assert codes(f'default._bimi.mail TXT "v=BIMI1; l={LOGO}"\n{policy}', bimi.CHECK) == expected


def test_who_declines_to_show_a_logo_needs_no_policy() -> None:
    assert codes('default._bimi TXT "v=BIMI1; l="\n_dmarc TXT "v=DMARC1; p=none"', bimi.CHECK) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("@", "v=STSv1; id=1", ["mta-sts-place"]),
        ("mta-sts", "v=STSv1; id=1", ["mta-sts-place"]),
        ("_mta_sts", "v=STSv1; id=1", ["mta-sts-place"]),
        ("customer._mta-sts", "v=STSv1; id=1", []),
        ("*", "v=STSv1; id=1", []),
        ("target", "v=STSv1; id=1", []),
        ("@", "v=STSv1 is the version", []),
        ("@", "v=TLSRPTv1; rua=mailto:a@example.net", ["tls-rpt-place"]),
        ("_tls", "v=TLSRPTv1; rua=mailto:a@example.net", ["tls-rpt-place"]),
        ("_smtp-tls", "v=TLSRPTv1; rua=mailto:a@example.net", ["tls-rpt-place"]),
        ("customer._smtp._tls", "v=TLSRPTv1; rua=mailto:a@example.net", []),
        ("@", "v=BIMI1; l=https://example.net/a.svg", ["bimi-place"]),
        ("_bimi", "v=BIMI1; l=https://example.net/a.svg", ["bimi-place"]),
        ("default._bimi", "v=BIMI1; l=https://example.net/a.svg", []),
    ],
)
def test_a_record_where_nobody_asks_for_it_is_found(name: str, text: str, expected: list[str]) -> None:
    elsewhere = "other CNAME target\n" if name == "target" else ""
    record = f'{elsewhere}{name} TXT "{text}"'
    assert codes(record, mta_sts.CHECK, tls_rpt.CHECK, bimi.CHECK) == expected
