"""PEM files as values: a certificate's fields, a chain, and whether a key is the certificate's.

The only module that reads certificates; `cryptography` is imported when there is one to read.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psfdns.certs.certificate import KeyType
from psfdns.certs.stored import Issuance, StoredCertificate

if TYPE_CHECKING:
    from cryptography import x509

MAX_BYTES = 1 << 20
"""More than a chain of any CA has."""
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----\s.+?-----END CERTIFICATE-----", re.DOTALL)
_RSA_KEYS = {2048: KeyType.RSA_2048, 3072: KeyType.RSA_3072, 4096: KeyType.RSA_4096}
_CURVES = {"secp256r1": KeyType.ECDSA_P256, "secp384r1": KeyType.ECDSA_P384}


class PemError(ValueError):
    """The text is not what it should be; the message says why and never holds any of a key."""


@dataclass(frozen=True, slots=True)
class CertificateSet:
    """What belongs together, each as PEM: the certificate, the chain above it, its private key."""

    certificate: bytes
    chain: bytes
    key: bytes = field(repr=False)

    @property
    def full_chain(self) -> bytes:
        """The certificate, then the chain, as servers want it."""
        return self.certificate + self.chain


def join_set(full_chain: bytes, key: bytes) -> CertificateSet:
    """The set of a chain whose first certificate is the one that counts; raises PemError."""
    first, *above = split_chain(full_chain)
    return CertificateSet(first, b"".join(above), key)


def split_chain(text: bytes) -> list[bytes]:
    """The certificates of a PEM text, each with a final newline; raises PemError where there is none."""
    blocks = [block.group().replace(b"\r\n", b"\n") + b"\n" for block in _BLOCK.finditer(text[:MAX_BYTES])]
    if not blocks:
        raise PemError("holds no certificate")
    return blocks


def read_certificate(text: bytes, *, name: str, issuance: Issuance | None = None) -> StoredCertificate:
    """The first certificate of a PEM text; raises PemError."""
    from cryptography.hazmat.primitives import hashes

    certificate = _parse(split_chain(text)[0])
    return StoredCertificate(
        name=name,
        names=tuple(dict.fromkeys(_names(certificate))),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        serial=_hex(certificate.serial_number),
        issuer=_issuer(certificate),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        key=_key_type(certificate.public_key()),
        identifier=_identifier(certificate),
        issuance=issuance,
    )


def check_set(found: CertificateSet) -> None:
    """See that the key is the certificate's, and that each of the chain can be read; raises PemError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    certificate = _parse(found.certificate)
    for block in split_chain(found.chain) if found.chain.strip() else ():
        _parse(block)
    try:
        key = load_pem_private_key(found.key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The reason may quote the key; the traceback of the cause would show it.
        raise PemError("the private key cannot be read") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise PemError("the private key is not the certificate's")


def public_key_digest(key: bytes) -> str:
    """The SHA-1 of a private key's public part (SubjectPublicKeyInfo), in hex; raises PemError."""
    import hashlib

    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    try:
        public = load_pem_private_key(key, password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise PemError("the private key cannot be read") from None
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


def _parse(block: bytes) -> x509.Certificate:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificate = x509.load_pem_x509_certificate(block)
        # Extensions and key are read when they are asked for; what is wrong with them shall show here.
        _ = certificate.extensions, certificate.public_key()
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise PemError(f"a certificate cannot be read: {error}") from error
    return certificate


def _names(certificate: x509.Certificate) -> Iterator[str]:
    """The alternative names; of an old certificate without any, the common name."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
            yield str(attribute.value).lower()
        return
    for general in found:
        if isinstance(general.value, str | ipaddress.IPv4Address | ipaddress.IPv6Address):
            yield str(general.value).lower()


def _issuer(certificate: x509.Certificate) -> str:
    """The organisation and the common name, as far as there are any."""
    from cryptography.x509.oid import NameOID

    found = [
        str(attribute.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for attribute in certificate.issuer.get_attributes_for_oid(oid)
    ]
    return ", ".join(dict.fromkeys(found)) or certificate.issuer.rfc4514_string()


def _key_type(key: object) -> KeyType | None:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if isinstance(key, EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name)
    return _RSA_KEYS.get(key.key_size) if isinstance(key, RSAPublicKey) else None


def _identifier(certificate: x509.Certificate) -> str | None:
    """The authority's key identifier and the serial number's DER content, in base64url (RFC 9773 §4.1)."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except x509.ExtensionNotFound:
        return None
    if found.key_identifier is None:
        return None
    serial = certificate.serial_number
    octets = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    return f"{_base64url(found.key_identifier)}.{_base64url(octets)}"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _hex(number: int) -> str:
    """Whole octets, as CAs and browsers write serial numbers."""
    digits = f"{number:x}"
    return digits.zfill(len(digits) + len(digits) % 2)
