"""Signatures of the CA that is simulated: those that it verifies, and those that it makes."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ISSUER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A CA of the tests")])
KEY_ID = b"a key of the tests.."


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def thumbprint(jwk: Mapping[str, str]) -> str:
    """RFC 7638 §3."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return encode(
        hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest()
    )


@dataclass
class Signed:
    """A flattened JWS (RFC 7515 §7.2.2) by ES256."""

    protected: Mapping[str, Any]
    payload: Any
    text: bytes
    signature: bytes

    @staticmethod
    def read(body: bytes) -> Signed:
        outer = json.loads(body)
        payload = decode(outer["payload"])
        text = f"{outer['protected']}.{outer['payload']}".encode()
        protected = json.loads(decode(outer["protected"]))
        return Signed(protected, json.loads(payload) if payload else None, text, decode(outer["signature"]))

    def verify(self, jwk: Mapping[str, str]) -> None:
        """Raises InvalidSignature."""
        x, y = (int.from_bytes(decode(jwk[part]), "big") for part in "xy")
        r, s = (int.from_bytes(half, "big") for half in (self.signature[:32], self.signature[32:]))
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), self.text, ec.ECDSA(hashes.SHA256()))


@dataclass
class Signer:
    """Issues certificates; its own is one without names."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> Any:
        return self.key.public_key()

    def sign(
        self, key: Any, names: Sequence[str], serial: int, begin: datetime.datetime, life: datetime.timedelta
    ) -> bytes:
        builder = x509.CertificateBuilder().issuer_name(ISSUER).public_key(key).serial_number(serial)
        builder = builder.subject_name(x509.Name([]) if names else ISSUER).not_valid_before(begin)
        builder = builder.not_valid_after(begin + life)
        if names:
            general = [x509.DNSName(name) for name in names]
            builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=True)
        identifier = x509.AuthorityKeyIdentifier(KEY_ID, None, None)
        builder = builder.add_extension(identifier, critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)
