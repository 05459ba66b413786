"""Private keys, certificate requests, and what a certificate is called in ARI; values in, values out."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

KINDS = ("ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096")
"""What `key` of a manifest may say."""


def make_key(kind: str) -> bytes:
    """A new private key in PEM (PKCS #8); raises ValueError for a kind that there is not."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if kind not in KINDS:
        raise ValueError(f"no such kind of key: {kind}")
    family, _, size = kind.partition("-")
    key: PrivateKey
    if family == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=int(size))
    else:
        key = ec.generate_private_key(ec.SECP256R1() if size == "p256" else ec.SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def kind_of(key_pem: bytes) -> str | None:
    """Which of KINDS a private key is, None for any other; raises ValueError where it is no key."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(key_pem, password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        kind = f"rsa-{key.key_size}"
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        kind = {"secp256r1": "ecdsa-p256", "secp384r1": "ecdsa-p384"}.get(key.curve.name, "")
    else:
        return None
    return kind if kind in KINDS else None


def make_request(key_pem: bytes, names: Sequence[str]) -> bytes:
    """A CSR in DER for DNS names, without a subject: CAs take them from its extension (RFC 8555 §7.4)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    key = cast("PrivateKey", load_pem_private_key(key_pem, password=None))
    wanted = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.add_extension(wanted, critical=True).sign(key, SHA256()).public_bytes(Encoding.DER)


def load_chain(chain_pem: bytes) -> list[x509.Certificate]:
    """The certificates of a chain, the leaf first; raises ValueError."""
    from cryptography import x509

    return x509.load_pem_x509_certificates(chain_pem)


def der_of(chain_pem: bytes) -> bytes:
    """The leaf in DER; raises ValueError."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return load_chain(chain_pem)[0].public_bytes(Encoding.DER)


def certificate_id(leaf: x509.Certificate) -> str | None:
    """What ARI calls a certificate (RFC 9773 §4.1); None where it does not name its issuer's key."""
    from cryptography import x509

    try:
        extension = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return None
    issuer = extension.value.key_identifier
    if issuer is None:
        return None
    serial = leaf.serial_number
    # DER's INTEGER is signed: a first bit that is set gets a zero byte in front.
    content = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (issuer, content))


def fault_of(chain_pem: bytes, key_pem: bytes, names: Sequence[str]) -> str | None:
    """Why a downloaded chain is not what was ordered; None where it is."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        leaf = load_chain(chain_pem)[0]
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, IndexError, x509.ExtensionNotFound):
        return "it holds no certificate with names"
    held = {name.lower() for name in extension.value.get_values_for_type(x509.DNSName)}
    if held != set(names):
        return "it is for other names"
    if leaf.public_key() != load_pem_private_key(key_pem, password=None).public_key():
        return "it is of another key"
    return None
