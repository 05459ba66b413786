"""Public keys as text records hold them: their kind and length, no more (RFC 5280 §4.1.2.7). Pure."""

from __future__ import annotations

import base64
import re

RSA = bytes.fromhex("06092a864886f70d010101")
"""The object identifier rsaEncryption in DER (RFC 8017 §C)."""
ED25519 = bytes.fromhex("06032b6570")
"""The object identifier id-Ed25519 in DER (RFC 8410 §3)."""
ED25519_LENGTH = 32
"""Octets of a raw Ed25519 public key (RFC 8032 §5.1.5)."""

_BASE64 = re.compile("[A-Za-z0-9+/]*={0,2}")
_LONGEST_HEAD = 6
"""Octets of tag and length of anything that a record can hold."""
_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30


class PublicKeyError(ValueError):
    """These octets are not the key that they should be; the message says why in a few words."""


def decode_base64(text: str) -> bytes:
    """The octets of base64 without blanks; padding may be absent. Raises PublicKeyError."""
    if not _BASE64.fullmatch(text):
        raise PublicKeyError("it is not base64")
    digits = text.rstrip("=")
    if len(digits) % 4 == 1:
        raise PublicKeyError("it is not whole: base64 never ends there")
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


def rsa_bits(der: bytes) -> int:
    """Bits of the modulus of a SubjectPublicKeyInfo, or of a bare RSAPublicKey. Raises PublicKeyError."""
    if len(der) == ED25519_LENGTH:
        raise PublicKeyError("it has the 32 octets of an Ed25519 key, for which k=ed25519 stands")
    body, rest = _read(der, _SEQUENCE)
    if rest:
        raise PublicKeyError(f"{len(rest)} octets follow behind the key")
    if body[:1] == bytes((_INTEGER,)):
        return _modulus_bits(body)
    algorithm, rest = _read(body, _SEQUENCE)
    if not algorithm.startswith(RSA):
        raise PublicKeyError("it is a key of another kind than RSA")
    bits, _ = _read(rest, _BIT_STRING)
    inner, _ = _read(bits[1:], _SEQUENCE)
    return _modulus_bits(inner)


def check_ed25519(octets: bytes) -> None:
    """Raise PublicKeyError unless these can be a raw Ed25519 key (RFC 8463 §4)."""
    if ED25519 in octets[:12]:
        raise PublicKeyError("it is wrapped in DER; RFC 8463 wants the last 32 octets alone")
    if len(octets) != ED25519_LENGTH:
        raise PublicKeyError(f"it has {len(octets)} octets, and an Ed25519 key has {ED25519_LENGTH}")


def _modulus_bits(key: bytes) -> int:
    modulus, rest = _read(key, _INTEGER)
    _read(rest, _INTEGER)
    return int.from_bytes(modulus, "big").bit_length()


def _read(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Contents and what follows of a DER value with definite length (X.690 §8.1.3)."""
    if len(der) < 2 or der[0] != tag:
        raise PublicKeyError("it is no key in DER")
    start, length = 2, der[1]
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(der[2:start], "big")
    if start > _LONGEST_HEAD:
        raise PublicKeyError("it is no key in DER")
    if start + length > len(der):
        raise PublicKeyError(f"it is cut off: of {start + length:,} octets {len(der):,} are there")
    return der[start : start + length], der[start + length :]
