"""PEM files are read as other programs read them, and a key that is not the certificate's is refused."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.certs.certificate import KeyType
from psfdns.certs.pem import CertificateSet, PemError, check_set, join_set, read_certificate, split_chain
from psfdns.certs.stored import Issuance
from tests.certs.certificates import BEGIN, day
from tests.certs.issuing import issue


def openssl(text: bytes, *words: str) -> str:
    done = subprocess.run(["openssl", "x509", "-noout", *words], input=text, capture_output=True, check=True)
    return done.stdout.decode()


def test_the_fields_are_those_that_openssl_reads() -> None:
    text = issue(("b.example", "*.B.example"), serial=0x0AFF00000000000001).certificate
    read = read_certificate(text, name="x", issuance=Issuance("own"))

    assert (read.name, read.names, read.issuance) == ("x", ("b.example", "*.b.example"), Issuance("own"))
    assert (read.not_before, read.not_after) == (BEGIN, day(90))
    assert read.issuer == "Example Trust, Example Trust R1"
    assert openssl(text, "-serial") == f"serial={read.serial.upper()}\n"
    shown = openssl(text, "-fingerprint", "-sha256").strip().partition("=")[2]
    assert shown.replace(":", "").lower() == read.fingerprint


KINDS = {
    "ecdsa-p256": KeyType.ECDSA_P256,
    "ecdsa-p384": KeyType.ECDSA_P384,
    "ecdsa-p521": None,
    "rsa-2048": KeyType.RSA_2048,
    "rsa-3072": KeyType.RSA_3072,
    "ed25519": None,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_key_is_told(kind: str) -> None:
    found = issue(kind=kind)
    check_set(found)
    assert read_certificate(found.certificate, name="x").key == KINDS[kind]


IDENTIFIERS = {
    # RFC 9773 §4.1: the serial's DER content has a leading zero octet where its first bit is set.
    0x8765432100: "AIdlQyEA",
    0x7F: "fw",
    0x80: "AIA",
}


@pytest.mark.parametrize("serial", IDENTIFIERS)
def test_the_identifier_for_renewal_information_is_that_of_rfc_9773(serial: int) -> None:
    read = read_certificate(issue(serial=serial).certificate, name="x")
    assert read.identifier is not None
    authority, _, number = read.identifier.partition(".")
    assert base64.urlsafe_b64decode(authority + "=") == bytes(range(20))
    assert number == IDENTIFIERS[serial]
    assert read_certificate(issue(identified=False).certificate, name="x").identifier is None


def test_an_old_certificate_without_alternative_names_has_its_common_name() -> None:
    assert read_certificate(issue((), common_name="Old.example").certificate, name="x").names == (
        "old.example",
    )
    assert read_certificate(issue(("a.example",), common_name="b").certificate, name="x").names == (
        "a.example",
    )


def test_a_full_chain_is_taken_apart_and_joined_again() -> None:
    found = issue()
    windows = b"text before\r\n" + found.full_chain.replace(b"\n", b"\r\n")
    assert join_set(windows, found.key) == found
    assert split_chain(found.full_chain) == [found.certificate, found.chain]
    assert found.full_chain == found.certificate + found.chain


ONE, OTHER = issue(), issue(number=1)
WRONG = {
    "another's key": (CertificateSet(ONE.certificate, ONE.chain, OTHER.key), "is not the certificate's"),
    "no key": (CertificateSet(ONE.certificate, ONE.chain, b""), "private key cannot be read"),
    "half a key": (CertificateSet(ONE.certificate, ONE.chain, ONE.key[:90]), "private key cannot be read"),
    "no certificate": (CertificateSet(b"", ONE.chain, ONE.key), "cannot be read"),
    "a damaged certificate": (
        CertificateSet(ONE.certificate.replace(b"MII", b"MIA"), ONE.chain, ONE.key),
        "cannot be read",
    ),
    "a damaged chain": (
        CertificateSet(ONE.certificate, ONE.chain.replace(b"MII", b"MIA"), ONE.key),
        "cannot be read",
    ),
    "a chain of text": (CertificateSet(ONE.certificate, b"x", ONE.key), "holds no certificate"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_belong_together_is_refused_and_no_key_is_shown(case: str) -> None:
    found, why = WRONG[case]
    with pytest.raises(PemError, match=why) as caught:
        check_set(found)
    secret = ONE.key.splitlines()[1].decode()
    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None or secret not in str(caught.value.__cause__)
    assert secret not in repr(found)


def test_a_chain_may_be_empty() -> None:
    check_set(CertificateSet(ONE.certificate, b"", ONE.key))


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda body: ONE.certificate[:400] + body))
def test_no_bytes_make_it_fail_otherwise(text: bytes) -> None:
    try:
        read_certificate(text, name="x")
    except PemError:
        return
    pytest.fail("that is no certificate")


def test_a_certificate_with_broken_names_is_a_fault(tmp_path: Path) -> None:
    der = base64.b64decode(b"".join(ONE.certificate.splitlines()[1:-1]))
    broken = der.replace(b"a.example", b"\xff.example")
    text = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(broken) + b"-----END CERTIFICATE-----\n"
    with pytest.raises(PemError, match="cannot be read"):
        read_certificate(text, name="x")
