"""A certs/<tenant>.toml is read whole: every fault at its line, no text makes it fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.certs.certificate import Challenge, KeyType, WantedCertificate
from psfdns.certs.manifest import MAX_BYTES, parse_manifest
from psfdns.diagnostics import Severity, Span
from tests.certs.wanted import parse, parse_one, settings

LETS_ENCRYPT = ("letsencrypt",)


def test_a_certificate_of_names_alone_has_the_documented_defaults() -> None:
    assert parse_one('names = ["www.example.org", "example.org"]') == WantedCertificate(
        name="www.example.org",
        tenant="one",
        names=("www.example.org", "example.org"),
        key=KeyType.ECDSA_P256,
        reuse_key=False,
        profile=None,
        ca=LETS_ENCRYPT,
        challenge=Challenge.DIRECT,
        deploy=(),
        renew_at=None,
        issuer=None,
    )


def test_every_setting_is_read() -> None:
    certificate = parse_one(
        """
        name = "site"
        names = ["Bücher.example", "*.bücher.example"]
        key = "rsa-3072"
        reuse_key = true
        profile = "tlsserver"
        ca = ["own", "letsencrypt", "own"]
        challenge = "delegated"
        deploy = ["hook", "all"]
        renew_at = 0.5
        """,
        validation_zone="acme.example.org.",
    )
    assert certificate == WantedCertificate(
        name="site",
        tenant="one",
        names=("xn--bcher-kva.example", "*.xn--bcher-kva.example"),
        key=KeyType.RSA_3072,
        reuse_key=True,
        profile="tlsserver",
        ca=("own", "letsencrypt"),
        challenge=Challenge.DELEGATED,
        deploy=("hook", "all"),
        renew_at=0.5,
    )


def test_what_psfdns_toml_says_is_the_default() -> None:
    certificate = parse_one(
        'names = ["a.example"]', validation_zone="acme.example.", order=("own", "letsencrypt")
    )
    assert (certificate.challenge, certificate.ca) == (Challenge.DELEGATED, ("own", "letsencrypt"))


def test_one_that_is_only_watched_says_who_issues_it() -> None:
    certificate = parse_one('names = ["example.org"]\nissuer = "GlobalSign"')
    assert (certificate.is_watched, certificate.issuer) == (True, "GlobalSign")
    assert not parse_one('names = ["example.org"]').is_watched


def test_a_wildcard_in_front_lends_its_name_without_the_asterisk() -> None:
    assert parse_one('names = ["*.example.org"]').name == "example.org"


def test_certificate_and_names_know_their_lines() -> None:
    certificate = parse_one('names = [\n  "a.example",\n  "b.example",\n]')
    assert certificate.span == Span("certs/one.toml", 1, 1)
    assert certificate.span_of("b.example") == Span("certs/one.toml", 4, 4)


HEAD = '[[certificate]]\nnames = ["a.example"]\n'
HUNDRED = ", ".join(f'"h{number}.example"' for number in range(100))
FAULTS = {
    "x = 3": (1, "unknown-setting", "'x' is not a setting"),
    "certificate = 3": (1, "bad-setting", "certificate must be a list of [[certificate]] tables"),
    "certificate = [\n3]": (2, "bad-setting", "certificate must be a table"),
    "[certificate]": (1, "bad-setting", "certificate must be a list"),
    "[[certificate]]": (1, "missing-setting", "a certificate without names"),
    "[[certificate]]\nnames = []": (2, "bad-setting", "at least one name"),
    "[[certificate]]\nnames = 'a.example'": (2, "bad-setting", "names must be a list of names"),
    "[[certificate]]\nnames = ['a.example',\n3]": (3, "bad-setting", "must be a name for a certificate"),
    "[[certificate]]\nnames = ['a.example',\n'b']": (3, "bad-setting", "'b' is not a name for a certificate"),
    "[[certificate]]\nnames = ['a.example',\n'A.example']": (3, "name-twice", "a.example stands here twice"),
    "[[certificate]]\nnames = ['*.example.org',\n'a.example.org']": (
        3,
        "covered-name",
        "covered by *.example",
    ),
    "[[certificate]]\nnames = ['a.example.org',\n'*.example.org']": (
        2,
        "covered-name",
        "covered by *.example",
    ),
    HEAD + "nane = 'x'": (3, "unknown-setting", "'nane' is not a setting"),
    HEAD + "name = '../x'": (3, "bad-setting", "is not a name for the store"),
    HEAD + "name = 'a..b'": (3, "bad-setting", "is not a name for the store"),
    HEAD + "name = '*.a'": (3, "bad-setting", "is not a name for the store"),
    HEAD + "name = 'A'": (3, "bad-setting", "is not a name for the store"),
    HEAD + f"name = '{'a' * 201}'": (3, "bad-setting", "is not a name for the store"),
    HEAD + "name = 3": (3, "bad-setting", "name must be a name for the store"),
    HEAD + "key = 'dsa'": (3, "bad-setting", "'dsa' is not one of ecdsa-p256"),
    HEAD + "key = 'rsa-1024'": (3, "bad-setting", "'rsa-1024' is not one of"),
    HEAD + "reuse_key = 1": (3, "bad-setting", "reuse_key must be true or false"),
    HEAD + "profile = ''": (3, "bad-setting", "is not the name of a profile"),
    HEAD + "profile = 'tlsclient'": (3, "unknown-profile", "letsencrypt has no profile tlsclient"),
    HEAD + "ca = 'letsencrypt'": (3, "bad-setting", "ca must be a list"),
    HEAD + "ca = []": (3, "bad-setting", "ca names no CA"),
    HEAD + "ca = ['letsencrypt',\n'zero']": (4, "unknown-ca", "there is no CA 'zero'"),
    HEAD + "challenge = 'http'": (3, "bad-setting", "'http' is not one of delegated, direct"),
    HEAD + "challenge = 'delegated'": (3, "no-validation-zone", "no zone that the challenge"),
    HEAD + "deploy = ['hook',\n'hok']": (4, "deploy-not-permitted", "'hok' is no deploy target for one"),
    HEAD + "deploy = ['theirs']": (3, "deploy-not-permitted", "'theirs' does not permit one"),
    HEAD + "deploy = [3]": (3, "bad-setting", "deploy must be text"),
    HEAD + "renew_at = 1": (3, "bad-setting", "renew_at must be a fraction"),
    HEAD + "renew_at = 0": (3, "bad-setting", "renew_at must be a fraction"),
    HEAD + "renew_at = true": (3, "bad-setting", "renew_at must be a fraction"),
    HEAD + "renew_at = nan": (3, "bad-setting", "renew_at must be a fraction"),
    HEAD + "issuer = 3": (3, "bad-setting", "issuer must be text"),
    HEAD + "issuer = 'GlobalSign'\nkey = 'ecdsa-p256'": (4, "bad-setting", "only watched"),
    f"[[certificate]]\nnames = [{HUNDRED}, 'i.example']": (2, "too-many-names", "101 names, at most 100"),
    f"[[certificate]]\nnames = [{HUNDRED}]\nprofile = 'tlsserver'": (
        2,
        "too-many-names",
        "with profile tlsserver",
    ),
    "= 3": (1, "bad-toml", "is not TOML"),
}
SOUND = (
    "[[certificate]]\nnames = ['*.example.org', 'a.example.org']\nissuer = 'GlobalSign'",
    "",
    f"[[certificate]]\nnames = [{HUNDRED}]",
    f"[[certificate]]\nnames = [{HUNDRED}]\nprofile = 'other'\nca = ['own']",
    f"[[certificate]]\nnames = [{HUNDRED}, 'i.example']\nissuer = 'GlobalSign'",
    "[[certificate]]\nnames = ['*.example.org', 'a.b.example.org', 'example.org']",
    "[[certificate]]\nnames = ['*.b.example.org', '*.example.org']",
    HEAD + "renew_at = 0.999",
    HEAD + "deploy = []",
)


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_finding_at_its_line(text: str) -> None:
    line, code, summary = FAULTS[text]
    (finding,) = parse(text).findings
    assert finding.span == Span("certs/one.toml", line, line)
    assert (finding.code, finding.severity) == (
        code,
        Severity.WARNING if code == "unknown-profile" else Severity.ERROR,
    )
    assert summary in finding.summary


@pytest.mark.parametrize("text", SOUND)
def test_what_nearly_is_a_fault_is_none(text: str) -> None:
    assert parse(text).findings == ()


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    text = HEAD + "key = 'x'\n[[certificate]]\n[[certificate]]\nnames = ['b']\nca = ['x']\n"
    assert [finding.span and finding.span.first_line for finding in parse(text).findings] == [3, 4, 6]


def test_a_certificate_with_a_fault_beside_its_names_is_still_known() -> None:
    (certificate,) = parse(HEAD + "key = 'x'\nrenew_at = 2\nname = '/'").certificates
    assert (certificate.name, certificate.key, certificate.renew_at) == (
        "a.example",
        KeyType.ECDSA_P256,
        None,
    )


def test_too_large_a_file_and_other_bytes_are_faults() -> None:
    for data in (b"#" * (MAX_BYTES + 1), b"\xff"):
        parsed = parse_manifest(data, tenant="one", path="x", settings=settings())
        assert [finding.code for finding in parsed.findings] == ["bad-toml"]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["a.example", "own", "*", "é", ""]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["name", "names", "key", "profile", "ca", "challenge", "deploy", "renew_at", "issuer", "x"]
)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=3))
def test_no_value_makes_it_fail_and_what_is_found_stands_somewhere(tables: list[dict[str, object]]) -> None:
    text = ""
    for table in tables:
        pairs = (f"{key} = {_toml(value)}\n" for key, value in table.items())
        text += "[[certificate]]\n" + "".join(pairs)
    parsed = parse(text)
    assert all(finding.span and finding.span.first_line for finding in parsed.findings)
    assert all(certificate.names for certificate in parsed.certificates)


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value % 10**9)
    return repr(value) if isinstance(value, float) else f'"{value}"'
