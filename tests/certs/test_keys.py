"""Keys, requests and ARI identifiers, held against cryptography and RFC 9773's own example."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from psfdns.certs.certificate import KeyType
from psfdns.certs.keys import KINDS, certificate_id, der_of, fault_of, kind_of, make_key, make_request

NAMES = ("example.org", "*.example.org")
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


def certificate(
    key_pem: bytes, *names: str, serial: int = 5, issuer: bytes | None = b"\x01\x02"
) -> x509.Certificate:
    key = load_pem_private_key(key_pem, password=None)
    signer = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")]))
        .public_key(key.public_key())  # type: ignore[arg-type]
        .serial_number(serial)
        .not_valid_before(NOW)
        .not_valid_after(NOW + DAY)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=True)
    if issuer is not None:
        builder = builder.add_extension(x509.AuthorityKeyIdentifier(issuer, None, None), critical=False)
    return builder.sign(signer, SHA256())


def test_every_kind_that_a_manifest_may_ask_for_can_be_made() -> None:
    assert set(KINDS) == {each.value for each in KeyType}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rsa-4096"])
def test_a_key_is_of_the_kind_that_was_asked_for(kind: str) -> None:
    assert kind_of(make_key(kind)) == kind


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        make_key("dsa-1024")


def test_a_request_holds_the_names_in_order_and_no_subject() -> None:
    request = x509.load_der_x509_csr(make_request(make_key("ecdsa-p256"), NAMES))
    wanted = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)

    assert wanted.value.get_values_for_type(x509.DNSName) == list(NAMES)
    assert request.is_signature_valid
    assert not list(request.subject)


def test_the_identifier_of_the_example_in_rfc_9773() -> None:
    issuer = bytes.fromhex("69885b6b87464041e1b37b847ba0ae2cde01c8d4")
    found = certificate_id(certificate(make_key("ecdsa-p256"), *NAMES, serial=0x87654321, issuer=issuer))

    assert found == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


def test_without_an_authority_key_identifier_there_is_none() -> None:
    assert certificate_id(certificate(make_key("ecdsa-p256"), *NAMES, issuer=None)) is None


def test_a_chain_is_held_against_what_was_ordered() -> None:
    key = make_key("ecdsa-p256")
    good = certificate(key, *NAMES).public_bytes(Encoding.PEM)

    assert fault_of(good, key, NAMES) is None
    assert fault_of(good, make_key("ecdsa-p256"), NAMES) == "it is of another key"
    assert fault_of(good, key, ("example.org",)) == "it is for other names"
    assert fault_of(b"nothing", key, NAMES) == "it holds no certificate with names"
    bare = certificate(key).public_bytes(Encoding.PEM)
    assert fault_of(bare, key, NAMES) == "it holds no certificate with names"


def test_the_leaf_is_the_first_of_the_chain() -> None:
    key = make_key("ecdsa-p256")
    leaf, other = certificate(key, *NAMES), certificate(key, "other.example")
    chain = leaf.public_bytes(Encoding.PEM) + other.public_bytes(Encoding.PEM)

    assert der_of(chain) == leaf.public_bytes(Encoding.DER)
