"""CAA: each fault, and what nearly has it; whether the CAs that psfdns asks may issue."""

from __future__ import annotations

import pytest

from psfdns.checks import caa, issuance
from psfdns.settings import Vpc, ZoneSettings
from tests.checks.findings import codes, judged

GOOD = (
    '0 issue "letsencrypt.org"',
    '0 issue ";"',
    '0 issue ""',
    '0 issue " ca.example ; "',
    '128 issuewild "ca.example; validationmethods=dns-01; accounturi=https://ca.example/acct/1"',
    '0 issue "ca.example; account="',
    '0 iodef "mailto:a@example.net"',
    '0 contactemail "a@example.net"',
    '0 issue "ca.example; accounturi=https://ca.example/1"\n@ CAA 0 issue "ca.example; accounturi=https://ca.example/2"',
    '0 issue "ca.example"\n@ CAA 0 issuewild "ca.example"',
    '0 issue "ca.example"\n@ CAA 0 issuewild ";"',
)
BAD = {
    '0 isue "ca.example"': "caa-tag",
    '0 issue "https://ca.example"': "caa-value",
    '0 issue "ca.example; dns-01"': "caa-value",
    '0 issue "-ca.example"': "caa-value",
    '0 issue "ca.example, other.example"': "caa-value",
    '0 issue "ca.example."': "caa-value",
    '0 iodef "a@example.net"': "caa-value",
    '0 issue ";"\n@ CAA 0 issue "ca.example"': "caa-nobody",
    '1 issue "ca.example"': "caa-flag",
    '129 issue "ca.example"': "caa-flag",
    '0 issue "ca.example"\n@ CAA 0 issue "CA.example "': "caa-twice",
    '0 issue "ca.example"\n@ CAA 128 issue "ca.example"': "caa-twice",
    '0 issue "ca.example; a=1; b=2"\n@ CAA 0 issue "ca.example;b=2;a=1"': "caa-twice",
}
HOST = "www A 192.0.2.1\n"
PERMITS = {
    "no CAA": HOST,
    "ours among several": f'{HOST}@ CAA 0 issue "ca.example"\n@ CAA 0 issue "letsencrypt.org"',
    "ours in capitals": f'{HOST}@ CAA 0 issue "LetsEncrypt.org"',
    "ours for one account": f'{HOST}@ CAA 0 issue "letsencrypt.org; accounturi=https://ca.example/1"',
    "ours by dns-01": f'{HOST}@ CAA 0 issue "letsencrypt.org; validationmethods=http-01,dns-01"',
    "ours by dns-01 in one of two": (
        f'{HOST}@ CAA 0 issue "letsencrypt.org; validationmethods=http-01"\n'
        '@ CAA 0 issue "letsencrypt.org; validationmethods=dns-01"'
    ),
    "issuewild alone": f'{HOST}@ CAA 0 issuewild "ca.example"',
    "iodef alone": f'{HOST}@ CAA 0 iodef "mailto:a@example.net"',
    "issuemail alone": f'{HOST}@ CAA 0 issuemail ";"',
    "issuewild of nobody beside ours": f'{HOST}@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issuewild ";"',
    "nobody, where nothing is served": (
        '@ CAA 0 issue ";"\n@ TXT "parked"\n_dmarc CNAME a.example.net.\ns1._domainkey CNAME a.example.net.'
    ),
    "nobody, with hosts that have a CAA of their own": (
        f'{HOST}@ CAA 0 issue ";"\nwww CAA 0 issue "letsencrypt.org"'
    ),
    "nobody, at a name behind a delegation": (
        'sub NS ns.example.net.\nwww.sub A 192.0.2.1\nsub CAA 0 issue ";"'
    ),
    "nobody, at a name beside": f'{HOST}other CAA 0 issue ";"',
}
FORBIDS = {
    "another": (
        f'{HOST}@ CAA 0 issue "ca.example"',
        "only ca.example may issue, not letsencrypt.org, for www.",
    ),
    "others": (
        f'{HOST}@ CAA 0 issue "b.example"\n@ CAA 0 issue "a.example"',
        "only a.example, b.example may issue, not letsencrypt.org, for www.",
    ),
    "nobody": (f'{HOST}@ CAA 0 issue ";"', "no CA may issue for www."),
    "a name that only resembles ours": (
        f'{HOST}@ CAA 0 issue "letsencrypt.com"',
        "only letsencrypt.com may issue",
    ),
    "another method": (
        f'{HOST}@ CAA 0 issue "letsencrypt.org; validationmethods=http-01"',
        "letsencrypt.org may issue by http-01 and not by dns-01 for www.",
    ),
    "for an alias": ('www CNAME a.example.net.\n@ CAA 0 issue ";"', "no CA may issue for www."),
    "for the name itself": ('www AAAA 2001:db8::1\nwww CAA 0 issue ";"', "no CA may issue for www."),
    "for what a wildcard answers": ('*.a A 192.0.2.1\na CAA 0 issue ";"', "no CA may issue for *.a."),
    "for wildcards": (
        f'{HOST}*.a A 192.0.2.1\n@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issuewild "ca.example"',
        "only ca.example may issue, not letsencrypt.org, for *.a.",
    ),
}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_sound_is_left_in_peace(text: str) -> None:
    assert codes(f"@ CAA {text}", caa.CHECK) == []


@pytest.mark.parametrize(("text", "code"), BAD.items())
def test_each_fault_has_its_code(text: str, code: str) -> None:
    assert codes(f"@ CAA {text}", caa.CHECK) == [code]


@pytest.mark.parametrize("case", PERMITS)
def test_a_caa_that_lets_our_ca_issue_is_left_in_peace(case: str) -> None:
    assert codes(PERMITS[case], issuance.CHECK) == []


@pytest.mark.parametrize("case", FORBIDS)
def test_a_caa_that_keeps_our_ca_out_says_why_and_for_which_host(case: str) -> None:
    text, reason = FORBIDS[case]
    (finding,) = judged(text, issuance.CHECK)
    assert finding.code == "caa-forbids-ours"
    assert reason in finding.summary


def test_no_ca_looks_at_a_private_zone() -> None:
    text, _ = FORBIDS["nobody"]
    assert codes(text, issuance.CHECK, settings=ZoneSettings(private=(Vpc("us-east-1", "vpc-1"),))) == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("letsencrypt.org, ca.example", "write a record for each CA"),
        ("letsencrypt.org ca.example", "write a record for each CA"),
        ("letsencrypt.org validationmethods=dns-01", "part parameters by semicolons"),
        ("letsencrypt.org; validationmethods=dns-01 a=b", "part parameters by semicolons"),
        ("https://letsencrypt.org", "write the domain by which the CA calls itself"),
        ("letsencrypt", "write the domain by which the CA calls itself"),
    ],
)
def test_the_hint_is_about_what_was_written(text: str, hint: str) -> None:
    (finding,) = judged(f'@ CAA 0 issue "{text}"\nwww A 192.0.2.1', caa.CHECK, issuance.CHECK)
    assert finding.code == "caa-value"
    assert (finding.hint or "").startswith(hint)


def test_the_second_of_two_alike_is_pointed_at_wherever_it_sorts() -> None:
    (finding,) = judged('@ CAA 0 issue "ca.example"\n@ CAA 0 issue "CA.example"', caa.CHECK)
    assert (finding.code, finding.span and finding.span.first_line) == ("caa-twice", 3)
