"""IANA's numbers of algorithms and digests, and what is to be thought of them (RFC 9904, RFC 9905). Data."""

from __future__ import annotations

from dns.rdtypes.ANY.DNSKEY import DNSKEY

SUPPORTED = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""Those that validators verify; SHA-1 (5 and 7) still among them (RFC 9905 §2)."""
WITH_SHA1 = frozenset({5, 7})
PROHIBITED = frozenset({1, 3, 6, 12})
RSA = frozenset({1, 5, 7, 8, 10})

DIGESTS = frozenset({1, 2, 4})
"""Digest types of DS that validators verify."""
OLD_DIGESTS = frozenset({1, 3})

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096

ALGORITHM_NAMES = {
    1: "RSAMD5",
    3: "DSA",
    5: "RSASHA1",
    6: "DSANSEC3SHA1",
    7: "RSASHA1NSEC3SHA1",
    8: "RSASHA256",
    10: "RSASHA512",
    12: "ECCGOST",
    13: "ECDSAP256SHA256",
    14: "ECDSAP384SHA384",
    15: "ED25519",
    16: "ED448",
}
DIGEST_NAMES = {1: "SHA-1", 2: "SHA-256", 3: "GOST", 4: "SHA-384"}
_BITS = {13: 256, 14: 384, 15: 256, 16: 456}


def algorithm_name(number: int) -> str:
    """The mnemonic of an algorithm, or its number."""
    return ALGORITHM_NAMES.get(number, f"algorithm {number}")


def digest_name(number: int) -> str:
    """The name of a digest type, or its number."""
    return DIGEST_NAMES.get(number, f"digest type {number}")


def bits_of(key: DNSKEY) -> int | None:
    """The length of a key; None where it cannot be told. RSA's is that of the modulus (RFC 3110 §2)."""
    algorithm = int(key.algorithm)
    if algorithm not in RSA:
        return _BITS.get(algorithm)
    data = key.key
    if len(data) < 3:
        return None
    start = 1 + data[0] if data[0] else 3 + int.from_bytes(data[1:3], "big")
    return int.from_bytes(data[start:], "big").bit_length()
