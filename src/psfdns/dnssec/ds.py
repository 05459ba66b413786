"""What a parent's server says of the DS: a set, the proof that there is none, or neither. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import dns.dnssec
import dns.dnssectypes
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from psfdns.dnssec.algorithms import (
    DIGESTS,
    OLD_DIGESTS,
    SUPPORTED,
    algorithm_name,
    digest_name,
)
from psfdns.dnssec.finding import Problem
from psfdns.dnssec.proofs import make_proofs
from psfdns.dnssec.signatures import REVOKE, Signature, Verifier, is_zone_key, judge_signatures
from psfdns.lookup.anchors import Anchor
from psfdns.lookup.answer import Failure
from psfdns.lookup.hearing import At
from psfdns.lookup.parents import NameServer
from psfdns.lookup.signed import Reply, SignedSet, wire_name

MAX_DIGESTS = 16
"""DS records of a zone, and keys, that are compared with each other."""


class Fit(enum.StrEnum):
    """How a DS stands to the keys of its zone."""

    VALID = "valid"
    NO_KEY = "no-key"
    DIGEST_WRONG = "digest-wrong"
    UNSUPPORTED = "unsupported"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Digest:
    """A DS, or a key that is an anchor itself; `fit` is UNKNOWN as long as no keys were heard."""

    anchor: Anchor
    fit: Fit = Fit.UNKNOWN

    @property
    def key_tag(self) -> int:
        """The tag of the key that it is of."""
        return self.anchor.key_tag if isinstance(self.anchor, DS) else dns.dnssec.key_id(self.anchor)

    @property
    def algorithm(self) -> int:
        """The algorithm of that key."""
        return int(self.anchor.algorithm)

    @property
    def digest_type(self) -> int | None:
        """None for a key."""
        return int(self.anchor.digest_type) if isinstance(self.anchor, DS) else None

    @property
    def is_supported(self) -> bool:
        """Whether validators go by it."""
        return self.algorithm in SUPPORTED and (self.digest_type is None or self.digest_type in DIGESTS)

    def __str__(self) -> str:
        """`DS 12345/13/2`."""
        kind = f"/{self.digest_type}" if self.digest_type is not None else ""
        return f"DS {self.key_tag}/{self.algorithm}{kind}"


@dataclass(frozen=True, slots=True)
class DsReading:
    """What one server of the parent says; `is_heard`: it gave an answer at all.

    `digests` are trusted ones, None where there is no set that could be validated. `claimed` are those that
    it gave, trusted or not.
    """

    at: NameServer
    is_heard: bool = False
    digests: tuple[Digest, ...] | None = None
    is_proven_absent: bool = False
    claimed: tuple[Digest, ...] = ()
    signatures: tuple[Signature, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_ds(told: At, parent: str, keys: Sequence[DNSKEY] | None, verifier: Verifier) -> DsReading:
    """Judge an answer by the parent's keys; without keys, the parent not being signed, take it as it is."""
    at, heard = told
    if isinstance(heard, Failure) or heard.rcode not in {"NOERROR", "NXDOMAIN"}:
        return DsReading(at)
    found = heard.answered()
    if found is not None:
        return _read_set(at, found, parent, keys, verifier)
    reading = DsReading(at, is_heard=heard.authoritative)
    if keys is None or not heard.authoritative:
        return reading
    lacking, problems = _read_absence(heard, parent, keys, verifier)
    return replace(reading, is_proven_absent=not lacking, problems=problems)


def _read_set(
    at: NameServer, found: SignedSet, parent: str, keys: Sequence[DNSKEY] | None, verifier: Verifier
) -> DsReading:
    claimed = tuple(Digest(rdata) for rdata in found.rrset if isinstance(rdata, DS))[:MAX_DIGESTS]
    if keys is None:
        return DsReading(at, is_heard=True, claimed=claimed)
    signatures = verifier.check(found, parent, keys)
    is_trusted = any(each.is_valid for each in signatures)
    problems = tuple(judge_signatures(found, signatures, "the DS", verifier.now))
    return DsReading(
        at,
        is_heard=True,
        digests=claimed if is_trusted else None,
        claimed=claimed,
        signatures=signatures,
        problems=problems,
    )


def _read_absence(
    reply: Reply, parent: str, keys: Sequence[DNSKEY], verifier: Verifier
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    valid = [
        each
        for each in reply.authority
        if each.type in {"NSEC", "NSEC3"}
        and any(signature.is_valid for signature in verifier.check(each, parent, keys))
    ]
    proofs = make_proofs(wire_name(parent), valid)
    if proofs.is_beyond_reach:
        return (), ()
    name = wire_name(reply.question.name)
    if reply.rcode == "NXDOMAIN":
        words = "asked for the DS, a server of the parent says that the name does not exist"
        lacking = proofs.deny_name(name)
        return lacking, (Problem("DS_NXDOMAIN", words),)
    lacking = proofs.deny_ds(name)
    return lacking, tuple(Problem(code, _NO_PROOF[code]) for code in lacking)


_NO_PROOF = {
    "MISSING_NSEC_FOR_DS": "the parent does not prove that there is no DS",
    "REFERRAL_WITHOUT_NS": "the parent's proof that there is no DS says that there is no delegation either",
    "REFERRAL_WITH_SOA": "what should prove at the parent that there is no DS is the zone's own record",
    "REFERRAL_WITH_DS": "the parent gives no DS, and its NSEC or NSEC3 says that there is one",
}


def fit_digest(digest: Digest, zone: str, keys: Sequence[DNSKEY]) -> tuple[Digest, DNSKEY | None]:
    """The digest beside the zone's keys, and the key that it is of.

    A revoked key has another tag than before (RFC 5011 §2.1), so it is compared as it was.
    """
    if not digest.is_supported:
        return replace(digest, fit=Fit.UNSUPPORTED), None
    fit = Fit.NO_KEY
    for key in keys[:MAX_DIGESTS]:
        is_revoked = bool(key.flags & REVOKE)
        before = cast("DNSKEY", key.replace(flags=key.flags & ~REVOKE))
        if (dns.dnssec.key_id(before), int(key.algorithm)) != (digest.key_tag, digest.algorithm):
            continue
        if not _is_of(digest.anchor, zone, before):
            fit = Fit.DIGEST_WRONG
        elif is_revoked:
            return replace(digest, fit=Fit.REVOKED), None
        elif is_zone_key(key):
            return replace(digest, fit=Fit.VALID), key
    return replace(digest, fit=fit), None


def _is_of(anchor: Anchor, zone: str, key: DNSKEY) -> bool:
    if isinstance(anchor, DNSKEY):
        return anchor.key == key.key
    kind = dns.dnssectypes.DSDigest(anchor.digest_type)
    made = dns.dnssec.make_ds(wire_name(zone), key, kind, policy=dns.dnssec.allow_all_policy, validating=True)
    return made.digest == anchor.digest


def judge_digests(digests: Sequence[Digest]) -> Iterator[Problem]:
    """What is wrong with the digests, whatever the keys."""
    for digest in digests:
        kind = digest.digest_type
        if kind in OLD_DIGESTS:
            words = f"{{what}} has a digest that is not to be used any more: {digest_name(kind or 0)}"
            yield Problem("DIGEST_ALGORITHM_PROHIBITED", words, str(digest))
        elif kind is not None and kind not in DIGESTS:
            words = f"{{what}} has a digest that validators do not know: {digest_name(kind)}"
            yield Problem("DIGEST_ALGORITHM_NOT_SUPPORTED", words, str(digest))
        if digest.algorithm not in SUPPORTED:
            words = (
                f"{{what}} has an algorithm that validators do not know: {algorithm_name(digest.algorithm)}"
            )
            yield Problem("ALGORITHM_NOT_SUPPORTED", words, str(digest))
