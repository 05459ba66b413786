"""A CA of the tests: certificates, chains and keys as PEM."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from psfdns.certs.pem import CertificateSet
from tests.certs.certificates import BEGIN

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
KEYS: dict[str, Callable[[], PrivateKey]] = {
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
CA_NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Trust"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Example Trust R1"),
    ]
)


@functools.cache
def private_key(kind: str, number: int = 0) -> PrivateKey:
    del number
    return KEYS[kind]()


def key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@functools.cache
def authority() -> x509.Certificate:
    key = private_key("ecdsa-p256", -1)
    return _build(CA_NAME, [], key, serial=1, begin=BEGIN, days=3650, identified=True)


def issue(
    names: Sequence[str] = ("a.example",),
    *,
    kind: str = "ecdsa-p256",
    serial: int = 0x0102,
    begin: datetime.datetime = BEGIN,
    days: float = 90,
    identified: bool = True,
    number: int = 0,
    common_name: str | None = None,
) -> CertificateSet:
    """A certificate with its chain of one and its key; `number` tells keys of one kind apart."""
    key = private_key(kind, number)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])
    certificate = _build(subject, names, key, serial=serial, begin=begin, days=days, identified=identified)
    chain = authority().public_bytes(Encoding.PEM)
    return CertificateSet(certificate.public_bytes(Encoding.PEM), chain, key_pem(key))


def _build(
    subject: x509.Name,
    names: Sequence[str],
    key: PrivateKey,
    *,
    serial: int,
    begin: datetime.datetime,
    days: float,
    identified: bool,
) -> x509.Certificate:
    signer = private_key("ecdsa-p256", -1)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(CA_NAME).public_key(key.public_key())
    )
    builder = builder.serial_number(serial).not_valid_before(begin)
    builder = builder.not_valid_after(begin + datetime.timedelta(days=days))
    if names:
        general = [x509.DNSName(name) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=False)
    if identified:
        identifier = x509.AuthorityKeyIdentifier(bytes(range(20)), None, None)
        builder = builder.add_extension(identifier, critical=False)
    return builder.sign(signer, hashes.SHA256())
