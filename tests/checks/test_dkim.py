"""DKIM: each fault, and what nearly has it; keys are also read by OpenSSL."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from psfdns.checks import dkim
from psfdns.checks.keys import PublicKeyError, rsa_bits
from psfdns.diagnostics import Severity
from tests.checks.findings import codes, found, judged, quote


def rsa(bits: int, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    """The DER of a number that has so many bits and looks like a modulus."""
    return RSAPublicNumbers(65_537, 2 ** (bits - 1) + 1).public_key().public_bytes(Encoding.DER, form)


def text_of(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


RAW = bytes(range(32))
ED25519 = text_of(RAW)
"""RFC 8463 §4 has the raw octets; a whole SubjectPublicKeyInfo is a common slip."""
ED25519_IN_DER = text_of(
    Ed25519PublicKey.from_public_bytes(RAW).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)
KEY = text_of(rsa(2_048))
SHORT = text_of(rsa(1_024))

GOOD = (
    f"v=DKIM1; k=rsa; p={KEY}",
    f"v=DKIM1;k=rsa;t=s;s=email;h=sha256;n=a note;p={KEY};",
    f"p={KEY}",
    f"k=rsa; p={KEY}",
    f"v = DKIM1 ; p = {KEY} ",
    f"v=DKIM1; k=RSA; h=sha1:sha256; s=*:other; x=later; p={KEY}",
    f"v=DKIM1; p={text_of(rsa(2_048, PublicFormat.PKCS1))}",
    f"v=DKIM1; p={text_of(rsa(4_096))}",
    f"v=DKIM1; p={KEY.rstrip('=')}",
    f"v=DKIM1; k=ed25519; p={ED25519}",
    "v=DKIM1; p=",
    "p=",
)
BAD = {
    "v=DKIM1": "dkim-without-key",
    "v=DKIM1; k=rsa": "dkim-without-key",
    f"v=DKIM1; P={KEY}": "dkim-without-key",
    f"k=rsa; v=DKIM1; p={KEY}": "dkim-version",
    f"v=DKIM; p={KEY}": "dkim-version",
    f"v=dkim1; p={KEY}": "dkim-version",
    f"v=DKIM1\\\\; p={KEY}": "dkim-version",
    f"v=DKIM1; k=rsa; k=rsa; p={KEY}": "dkim-tags",
    f"v=DKIM1;; p={KEY}": "dkim-tags",
    f"v=DKIM1; rsa; p={KEY}": "dkim-tags",
    f"v=DKIM1; k=\\226\\128\\156rsa; p={KEY}": "dkim-tags",
    f"v=DKIM1; k=dsa; p={KEY}": "dkim-tags",
    f"v=DKIM1; h=sha1; p={KEY}": "dkim-tags",
    f"v=DKIM1; s=tlsrpt; p={KEY}": "dkim-tags",
    KEY[:60]: "dkim-tags",
    "": "dkim-tags",
    f"v=DKIM1; p={KEY[:255]}": "dkim-key",
    f"v=DKIM1; p={KEY[:-3]}": "dkim-key",
    f"v=DKIM1; p={KEY}AAAA": "dkim-key",
    f'v=DKIM1; p=\\"{KEY}\\"': "dkim-key",
    f"v=DKIM1; p={KEY.replace('A', '-')}": "dkim-key",
    f"v=DKIM1; p={text_of(rsa(1_023))}": "dkim-key",
    f"v=DKIM1; p={ED25519}": "dkim-key",
    f"v=DKIM1; p={ED25519_IN_DER}": "dkim-key",
    f"v=DKIM1; k=ed25519; p={KEY}": "dkim-key",
    f"v=DKIM1; k=ed25519; p={ED25519_IN_DER}": "dkim-key",
    f"v=DKIM1; k=ed25519; p={text_of(RAW[1:])}": "dkim-key",
}
REMARKS = {
    f"v=DKIM1; p={SHORT}": "dkim-weak-key",
    f"v=DKIM1; p={text_of(rsa(2_047))}": "dkim-weak-key",
    f"v=DKIM1; t=y:s; p={KEY}": "dkim-testing",
    f"v=DKIM1; p={KEY[:90]} {KEY[90:]}": "dkim-blank-in-key",
}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_sound_is_left_in_peace(text: str) -> None:
    assert codes(f"s1._domainkey TXT {quote(text)}", dkim.CHECK) == []


@pytest.mark.parametrize(("text", "code"), BAD.items())
def test_each_fault_has_its_code(text: str, code: str) -> None:
    (finding,) = judged(f"s1._domainkey.mail TXT {quote(text)}", dkim.CHECK)
    assert (finding.code, finding.severity) == (code, Severity.WARNING)


@pytest.mark.parametrize(("text", "code"), REMARKS.items())
def test_what_works_and_could_be_better_is_for_information(text: str, code: str) -> None:
    (finding,) = judged(f"s1._domainkey TXT {quote(text)}", dkim.CHECK)
    assert (finding.code, finding.severity) == (code, Severity.INFO)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ((f"v=DKIM1; k=rsa; p={KEY[:200]}", KEY[200:]), "a DKIM key split over 2 records"),
        (("v=DKIM1; h=sha256; k=rsa; ", f"p={KEY[:200]}", KEY[200:]), "a DKIM key split over 3 records"),
        ((f"v=DKIM1; p={KEY}", f"v=DKIM1; p={SHORT}"), "2 DKIM records"),
    ],
)
def test_several_records_are_told_from_a_key_in_pieces(lines: tuple[str, ...], what: str) -> None:
    text = "\n".join(f"s1._domainkey TXT {quote(line)}" for line in lines)
    (finding,) = judged(text, dkim.CHECK)
    assert finding.code == "dkim-several"
    assert finding.summary.endswith(what)
    assert finding.span is not None
    assert finding.span.first_line == len(lines) + 1


def test_a_record_that_its_semicolon_cut_is_said_once() -> None:
    assert found(f"s1._domainkey TXT v=DKIM1; k=rsa; p={KEY}") == [(1, "cut-at-semicolon")]
    (finding,) = judged('s1._domainkey TXT "v=DKIM1"', dkim.CHECK)
    assert finding.code == "dkim-without-key"
    assert finding.hint is not None
    assert "quotes" in finding.hint


@pytest.mark.parametrize("name", ["@", "mail", "default"])
@pytest.mark.parametrize("text", [f"v=DKIM1; p={KEY}", f"k=rsa; p={SHORT}", f"p={SHORT}"])
def test_a_key_at_a_name_that_is_no_selector_is_found_by_nobody(name: str, text: str) -> None:
    assert codes(f"{name} TXT {quote(text)}", dkim.CHECK) == ["dkim-place"]


@pytest.mark.parametrize(
    "record",
    [
        f"token.dkim TXT {quote(f'p={KEY}')}",
        f"* TXT {quote(f'v=DKIM1; p={KEY}')}",
        f"s1._domainkey CNAME key\nkey TXT {quote(f'v=DKIM1; p={KEY}')}",
        '_domainkey TXT "o=-"',
        '_report._domainkey TXT "ra=postmaster; rr=all"',
        '_adsp._domainkey TXT "dkim=all"',
        '@ TXT "p=none"',
        '@ TXT "v=DKIM1; p="',
        '@ TXT "a note about v=DKIM1; p=MII"',
        "s1._domainkey CNAME s1.example.net.",
    ],
)
def test_other_texts_and_keys_for_others_are_left_in_peace(record: str) -> None:
    assert codes(record, dkim.CHECK) == []


@given(st.integers(1_024, 4_200), st.sampled_from((PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)))
def test_openssl_counts_the_same_bits(bits: int, form: PublicFormat) -> None:
    assert rsa_bits(rsa(bits, form)) == bits


@given(st.integers(0, 300), st.integers(0, 255), st.integers(0, 300))
def test_what_openssl_reads_as_an_rsa_key_we_read_and_nothing_ever_breaks(
    place: int, octet: int, end: int
) -> None:
    der = bytearray(rsa(1_024))
    der[place % len(der)] = octet
    damaged = bytes(der[: end or None])
    try:
        bits = rsa_bits(damaged)
    except PublicKeyError:
        bits = 0
    try:
        key = load_der_public_key(damaged)
    except (ValueError, UnsupportedAlgorithm):
        return
    assert isinstance(key, RSAPublicKey)
    assert bits == key.key_size


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"k=rsa; v=DKIM1; p={KEY}", "`v=DKIM1` does not stand in front"),
        (f"v=dkim1; p={KEY}", "`v=dkim1` is not `v=DKIM1`"),
    ],
)
def test_a_version_in_the_wrong_place_is_told_from_a_wrong_version(text: str, what: str) -> None:
    (finding,) = judged(f"s._domainkey TXT {quote(text)}", dkim.CHECK)
    assert what in finding.summary


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("s.domainkey", ["dkim-place"]),
        ("s._domainkeys", ["dkim-place"]),
        ("_domainkey", ["dkim-place"]),
        ("s.domainkey.mail", ["dkim-place"]),
        ("s.domainkey.customer", []),
        ("dkim.provider", []),
    ],
)
def test_a_slip_in_domainkey_is_found_in_front_of_a_name_with_mail(record: str, expected: list[str]) -> None:
    lines = f"mail MX 10 mail.example.net.\n{record} TXT {quote(f'v=DKIM1; p={KEY}')}"
    assert codes(lines, dkim.CHECK) == expected
