"""What zones here say against a certificate: CAA, and the way to its challenge."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.diagnostics import Severity
from psfdns.proofs import challenge_target
from tests.certs.ground import TENANT, judge, places, write

HEAD = "$TTL 300\n@ A 192.0.2.1\n"
WWW = '[[certificate]]\nnames = ["www.a.example"]\n'
WILD = '[[certificate]]\nnames = ["*.a.example"]\n'
BOTH = 'ca = ["letsencrypt", "own"]\n'

PERMITS = {
    "no CAA": ("", WWW),
    "ours": ('@ CAA 0 issue "letsencrypt.org"', WWW),
    "ours at the name": ('@ CAA 0 issue ";"\nwww CAA 0 issue "letsencrypt.org"', WWW),
    "ours where its CNAME leads": ('www CNAME x\nx CAA 0 issue "letsencrypt.org"\n@ CAA 0 issue ";"', WWW),
    "issuewild alone, for no wildcard": ('@ CAA 0 issuewild ";"', WWW),
    "issuewild of ours": ('@ CAA 0 issue ";"\n@ CAA 0 issuewild "letsencrypt.org"', WILD),
    "at a name beside": ('x CAA 0 issue ";"', WWW),
    "where its CNAME leads, above": ('www CNAME y.x\nx CAA 0 issue ";"\ny.x A 192.0.2.1', WWW),
    "behind a delegation": ('www NS ns.example.net.\nwww CAA 0 issue ";"', WWW + 'challenge = "delegated"\n'),
    "a CA whose domains are not known": ('@ CAA 0 issue ";"', WWW + 'ca = ["nameless"]\n'),
    "one that is only watched": ('@ CAA 0 issue ";"', WWW + 'issuer = "GlobalSign"\n'),
    "in no zone here": ('@ CAA 0 issue ";"', '[[certificate]]\nnames = ["b.example"]\n'),
}
FORBIDS = {
    "nobody": ('@ CAA 0 issue ";"', WWW, "no CA may issue for www.a.example (CAA of a.example.)"),
    "another": ('@ CAA 0 issue "x.example"', WWW, "only x.example may issue, not letsencrypt.org,"),
    "by another method": (
        '@ CAA 0 issue "letsencrypt.org; validationmethods=http-01"',
        WWW,
        "letsencrypt.org may issue by http-01 and not by dns-01",
    ),
    "at the name": ('@ CAA 0 issue "letsencrypt.org"\nwww CAA 0 issue ";"', WWW, "(CAA of www.a.example.)"),
    "where its CNAME leads": ('www CNAME x\nx CAA 0 issue ";"', WWW, "(CAA of x.a.example.)"),
    "wildcards": ('@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issuewild ";"', WILD, "no CA may issue for *.a"),
    "wildcards, by issue": ('@ CAA 0 issue ";"', WILD, "no CA may issue for *.a"),
    "in several records": (
        '@ CAA 0 issue "x.example"\n@ CAA 0 issue "y.example"',
        WWW,
        "only x.example, y.ex",
    ),
    "all of several": ('@ CAA 0 issue ";"', WWW + BOTH, "no CA may issue"),
}


def scene(root: Path, zone: str, manifest: str, *, tenant: str = TENANT) -> None:
    files = {"zones/one/a.example.zone": f"{HEAD}{zone}\n", "certs/one.toml": manifest}
    write(root, {**files, "zones/one/tenant.toml": tenant})


@pytest.mark.parametrize("case", PERMITS)
def test_a_caa_that_lets_a_ca_issue_is_left_in_peace(tmp_path: Path, case: str) -> None:
    zone, manifest = PERMITS[case]
    scene(tmp_path, zone, manifest)
    found = judge(tmp_path, validation_zone="acme.example.")
    assert "caa-forbids-ca" not in [each.code for each in found]


@pytest.mark.parametrize("case", FORBIDS)
def test_a_caa_that_keeps_all_cas_out_is_an_error_at_the_name(tmp_path: Path, case: str) -> None:
    zone, manifest, summary = FORBIDS[case]
    scene(tmp_path, zone, manifest)
    (finding,) = judge(tmp_path)
    assert (finding.code, finding.severity) == ("caa-forbids-ca", Severity.ERROR)
    assert summary in finding.summary
    assert str(finding.span) == "certs/one.toml:2"


def test_it_is_a_warning_where_another_ca_of_the_certificate_may(tmp_path: Path) -> None:
    scene(tmp_path, '@ CAA 0 issue "ca.example"', WWW + BOTH)
    (finding,) = judge(tmp_path)
    assert (finding.code, finding.severity) == ("caa-forbids-ca", Severity.WARNING)
    assert "not letsencrypt.org" in finding.summary
    scene(tmp_path, '@ CAA 0 issue ";"', WWW + 'ca = ["letsencrypt", "nameless"]\n')
    assert [each.severity for each in judge(tmp_path)] == [Severity.WARNING]


def test_the_caa_of_a_zone_above_counts_too(tmp_path: Path) -> None:
    manifest = '[[certificate]]\nnames = ["www.sub.a.example"]\n'
    scene(tmp_path, 'sub NS ns.example.net.\nsub NS ns2.example.net.\n@ CAA 0 issue ";"', manifest)
    write(tmp_path, {"zones/one/sub.a.example.zone": HEAD})
    (finding,) = judge(tmp_path)
    assert "(CAA of a.example.)" in finding.summary


TARGET = challenge_target("www.a.example", tenant="one", zone="acme.example.")
DELEGATED = {
    "to its target": (f"_acme-challenge.www CNAME {TARGET}", ""),
    "in steps": (f"_acme-challenge.www CNAME x\nx CNAME {TARGET}", ""),
    "by a wildcard": (f"*.www CNAME {TARGET}", ""),
    "not at all": ("", f"_acme-challenge.www.a.example. does not exist and should lead to {TARGET}"),
    "elsewhere": (
        "_acme-challenge.www CNAME x.example.net.",
        f"_acme-challenge.www.a.example. leads to x.example.net. and not to {TARGET}",
    ),
    "to what another name has": (
        f"_acme-challenge.www CNAME {challenge_target('a.example', tenant='one', zone='acme.example.')}",
        f"and not to {TARGET}",
    ),
    "by no CNAME": ("_acme-challenge.www TXT x", "_acme-challenge.www.a.example. is no CNAME and not to"),
    "by a wildcard, elsewhere": ("*.www CNAME x", "leads to x.a.example., by the wildcard *.www.a.example.,"),
    "in a circle": (
        "_acme-challenge.www CNAME x\nx CNAME _acme-challenge.www",
        "leads to x.a.example. and not",
    ),
    "behind a delegation": ("www NS ns.example.net.", ""),
    "behind its own delegation": ("_acme-challenge.www NS ns.example.net.", ""),
}


@pytest.mark.parametrize("case", DELEGATED)
def test_a_delegated_challenge_leads_to_its_target(tmp_path: Path, case: str) -> None:
    zone, summary = DELEGATED[case]
    scene(tmp_path, zone, WWW)
    found = judge(tmp_path, validation_zone="acme.example.")
    assert places(found) == (["certs/one.toml:2 challenge-not-delegated"] if summary else [])
    for finding in found:
        assert summary in finding.summary
        assert finding.hint == f"write into a.example: _acme-challenge.www.a.example. CNAME {TARGET}"


def test_a_name_and_its_wildcard_are_told_once(tmp_path: Path) -> None:
    scene(tmp_path, "", '[[certificate]]\nnames = ["a.example",\n"*.a.example"]\n')
    found = judge(tmp_path, validation_zone="acme.example.")
    assert places(found) == ["certs/one.toml:2 challenge-not-delegated"]


def test_what_is_left_to_another_writer_is_not_judged(tmp_path: Path) -> None:
    ignoring = TENANT + '[zones."a.example"]\nignore = ["_acme-challenge.** *"]\n'
    scene(tmp_path, "", WWW, tenant=ignoring)
    assert judge(tmp_path, validation_zone="acme.example.") == []


def test_a_zone_with_errors_and_a_private_one_say_nothing(tmp_path: Path) -> None:
    scene(tmp_path, "www A 192.0.2.300", WWW)
    assert judge(tmp_path, validation_zone="acme.example.") == []
    private = TENANT + '[zones."a.example"]\nprivate = ["us-east-1:vpc-0123"]\n'
    scene(tmp_path, '@ CAA 0 issue ";"', WWW, tenant=private)
    assert judge(tmp_path, validation_zone="acme.example.") == []


DIRECT = {
    "in a zone here": ("", WWW, ""),
    "with a proof that was left": ("_acme-challenge.www TXT x", WWW, ""),
    "in no zone here": ("", '[[certificate]]\nnames = ["b.example"]\n', "challenge-not-ours"),
    "where a CNAME leads away": ("_acme-challenge.www CNAME x.example.net.", WWW, "challenge-not-ours"),
    "behind a delegation": ("www NS ns.example.net.", WWW, "challenge-not-ours"),
    "behind a delegation of its own": ("_acme-challenge.www NS ns.example.net.", WWW, "challenge-not-ours"),
    "below a wildcard CNAME": ("*.www CNAME x.example.net.", WWW, "challenge-shadowed"),
    "below a wildcard CNAME further up": ("* CNAME x.example.net.", WWW, "challenge-shadowed"),
    "below a wildcard TXT": ("*.www TXT x", WWW, "challenge-shadowed"),
    "below a wildcard of addresses": ("*.www A 192.0.2.1", WWW, ""),
    "beside a wildcard": ("*.x CNAME x.example.net.", WWW, ""),
    "below a wildcard that does not reach it": ("* CNAME x.example.net.\nwww A 192.0.2.1", WWW, ""),
}


@pytest.mark.parametrize("case", DIRECT)
def test_a_direct_challenge_stands_in_a_zone_here(tmp_path: Path, case: str) -> None:
    zone, manifest, code = DIRECT[case]
    scene(tmp_path, zone, manifest)
    assert places(judge(tmp_path)) == ([f"certs/one.toml:2 {code}"] if code else [])
    write(tmp_path, {"certs/one.toml": f'{manifest}issuer = "GlobalSign"\n'})
    assert judge(tmp_path) == []
