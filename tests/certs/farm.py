"""A CA with a root and an intermediate, which issues whatever certificate a test wants, good or bad."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from psfdns.certs.pem import CertificateSet
from tests.certs.certificates import BEGIN, day
from tests.certs.issuing import KEYS, PrivateKey, key_pem

WEAK_KEYS: dict[str, Callable[[], PrivateKey]] = {
    "rsa-1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - what is told of has to be there
    "ecdsa-p192": lambda: ec.generate_private_key(ec.SECP192R1()),
}
KEYS_HERE = {**KEYS, **WEAK_KEYS}


@functools.cache
def key_of(kind: str, owner: str) -> PrivateKey:
    del owner
    return KEYS_HERE[kind]()


@dataclass(frozen=True)
class Issuer:
    """An issuing name, the key behind it, and its own certificate."""

    organisation: str
    name: str
    signed_by: Issuer | None = None
    days: float = 3650
    kind: str = "ecdsa-p256"

    @property
    def subject(self) -> x509.Name:
        return make_name(self.organisation, self.name)

    @property
    def key(self) -> PrivateKey:
        return key_of(self.kind, self.name)

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        above = self.signed_by or self
        return sign(self.subject, (), self.key, above, begin=BEGIN, days=self.days, is_ca=True)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def make_name(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def sign(
    subject: x509.Name,
    names: Sequence[str | x509.GeneralName],
    key: Any,
    issuer: Issuer,
    *,
    begin: datetime.datetime = BEGIN,
    days: float = 90,
    serial: int = 0x0102,
    is_ca: bool = False,
    purposes: Sequence[x509.ObjectIdentifier] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=days))
    )
    if is_ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if names:
        general = x509.SubjectAlternativeName(
            [x509.DNSName(name) if isinstance(name, str) else name for name in names]
        )
        builder = builder.add_extension(general, critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


ROOT = Issuer("Example Trust", "Example Trust Root R1")
MIDDLE = Issuer("Example Trust", "Example Trust E1", ROOT)
STRANGER = Issuer("Other Trust nv-sa", "Other Trust Root")
OTHER = Issuer("Other Trust nv-sa", "Other Trust G2", STRANGER)


def make(
    *names: str,
    issuer: Issuer = MIDDLE,
    kind: str = "ecdsa-p256",
    chain: Sequence[Issuer] | None = None,
    common_name: str = "leaf",
    begin: float = 0,
    **more: Any,
) -> CertificateSet:
    """The set for names; `chain` is by default the issuer alone, as CAs give it. `begin` in days."""
    key = key_of(kind, "leaf")
    subject = make_name("Example", common_name)
    certificate = sign(subject, names, key, issuer, begin=day(begin), **more)
    above = (issuer,) if chain is None else chain
    pem = certificate.public_bytes(Encoding.PEM)
    return CertificateSet(pem, b"".join(each.pem for each in above), key_pem(key))


def make_self_signed(*names: str) -> CertificateSet:
    issuer = Issuer("Example", "leaf of its own")
    certificate = sign(issuer.subject, names, issuer.key, issuer)
    return CertificateSet(certificate.public_bytes(Encoding.PEM), b"", key_pem(issuer.key))
