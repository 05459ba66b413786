"""Private keys and certificate requests; values in, values out. `psfdns.certs.pem` reads certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
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
