"""What a server says of the zone's keys: whether a DS leads to them, and what they are worth. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import dns.dnssec
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from psfdns.dnssec.algorithms import (
    MAX_RSA_BITS,
    MIN_RSA_BITS,
    PROHIBITED,
    RSA,
    SUPPORTED,
    WITH_SHA1,
    algorithm_name,
    bits_of,
)
from psfdns.dnssec.ds import Digest, Fit, fit_digest
from psfdns.dnssec.finding import Problem, Seen, join
from psfdns.dnssec.signatures import REVOKE, SEP, Signature, Verifier, is_zone_key, judge_signatures
from psfdns.lookup.answer import Failure
from psfdns.lookup.hearing import At
from psfdns.lookup.parents import NameServer
from psfdns.lookup.signed import Reply, SignedSet


@dataclass(frozen=True, slots=True)
class KeyReading:
    """What one server says; `is_heard`: it gave an authority's answer.

    `is_trusted`: a DS leads to a key that signs the set. `digests` are the DS beside these keys, `entries`
    the tags of the keys that they are of.
    """

    at: NameServer
    is_heard: bool = False
    keys: tuple[DNSKEY, ...] = ()
    is_trusted: bool = False
    digests: tuple[Digest, ...] = ()
    entries: tuple[int, ...] = ()
    signatures: tuple[Signature, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_keys(told: At, zone: str, digests: Sequence[Digest], verifier: Verifier) -> KeyReading:
    """Judge an answer by the digests of the parent; without any, the keys are only what they say they are."""
    at, heard = told
    if isinstance(heard, Failure) or not heard.is_usable:
        return KeyReading(at)
    found = heard.answered()
    keys = keys_of(heard)
    if found is None or not keys:
        return KeyReading(at, is_heard=True, digests=tuple(digests))
    fitted = [fit_digest(digest, zone, keys) for digest in digests]
    entries = [key for _, key in fitted if key is not None]
    signatures = verifier.check(found, zone, keys)
    by_entries = verifier.check(found, zone, entries) if entries else ()
    reading = KeyReading(
        at,
        is_heard=True,
        keys=keys,
        is_trusted=any(each.is_valid for each in by_entries),
        digests=tuple(digest for digest, _ in fitted),
        entries=tuple(dict.fromkeys(dns.dnssec.key_id(key) for key in entries)),
        signatures=signatures,
    )
    return _with_problems(reading, found, verifier)


def keys_of(reply: Reply) -> tuple[DNSKEY, ...]:
    """The keys of an answer."""
    found = reply.answered()
    return tuple(rdata for rdata in found.rrset if isinstance(rdata, DNSKEY)) if found else ()


def _with_problems(reading: KeyReading, found: SignedSet, verifier: Verifier) -> KeyReading:
    problems = [
        *_judge_fits(reading),
        *_judge_entry(reading),
        *judge_signatures(found, reading.signatures, "DNSKEY", verifier.now),
        *_judge_worth(reading.keys),
    ]
    values = {name: getattr(reading, name) for name in KeyReading.__slots__}
    return KeyReading(**{**values, "problems": tuple(problems)})


def _judge_fits(reading: KeyReading) -> Iterator[Problem]:
    """The digests beside the keys."""
    usable = [digest for digest in reading.digests if digest.is_supported]
    leading = {digest.algorithm for digest in usable if digest.fit is Fit.VALID}
    for digest in usable:
        if digest.fit is Fit.DIGEST_WRONG:
            words = "{what} has the tag and algorithm of a key, and another digest"
            yield Problem("DIGEST_INVALID", words, str(digest))
        elif digest.fit is Fit.REVOKED:
            yield Problem("DNSKEY_REVOKED_DS", "{what} fits a key that is revoked", str(digest))
        elif digest.fit is Fit.NO_KEY and digest.algorithm in leading:
            yield Problem("EXTRA_DS", "{what} fits no key, beside a DS that does", str(digest))
        elif digest.fit is Fit.NO_KEY and leading:
            words = "{what} fits no key: no key of that algorithm vouches for the others"
            yield Problem("MISSING_SEP_FOR_ALG", words, str(digest))
    if usable and not leading and all(digest.fit is Fit.NO_KEY for digest in usable):
        tags = join(map(str, sorted(map(dns.dnssec.key_id, reading.keys))))
        words = f"{{what}} fits no key of the zone, which has {tags}"
        yield Problem("NO_SEP", words, join(map(str, usable)))


def _judge_entry(reading: KeyReading) -> Iterator[Problem]:
    """Keys that a DS fits, and that do not sign."""
    signing = {each.key_tag for each in reading.signatures}
    if reading.entries and reading.signatures and not signing & set(reading.entries):
        words = "the DNSKEY set is signed by {what}, and not by the key that the DS is of"
        yield Problem("DNSKEY_NOT_SIGNED_BY_SEP", words, f"key {join(map(str, sorted(signing)))}")


def _judge_worth(keys: Sequence[DNSKEY]) -> Iterator[Problem]:
    """The keys themselves."""
    for key in keys:
        algorithm, what = int(key.algorithm), f"key {dns.dnssec.key_id(key)}"
        name = algorithm_name(algorithm)
        if algorithm in PROHIBITED:
            yield Problem("ALGORITHM_PROHIBITED", f"{{what}} has an algorithm not to be used: {name}", what)
        elif algorithm in WITH_SHA1:
            yield Problem("ALGORITHM_NOT_RECOMMENDED", f"{{what}} has an algorithm with SHA-1: {name}", what)
        elif algorithm not in SUPPORTED:
            yield Problem("ALGORITHM_NOT_SUPPORTED", f"{{what}} has an unknown algorithm: {name}", what)
        bits = bits_of(key)
        if algorithm in RSA and (bits is None or not MIN_RSA_BITS <= bits <= MAX_RSA_BITS):
            yield Problem("DNSKEY_BAD_LENGTH", f"{{what}} has {bits or 'no'} bits, and {name}", what)
        if key.flags & REVOKE:
            yield Problem("DNSKEY_REVOKED", "{what} is revoked", what)
        if not is_zone_key(key):
            words = f"{{what}} has flags {key.flags} and protocol {key.protocol}: it may sign nothing"
            yield Problem("DNSKEY_NOT_ZONE_KEY", words, what)


def judge_agreement(readings: Sequence[KeyReading]) -> Iterator[Seen]:
    """Whether all servers that answer have the same keys."""
    heard = [reading for reading in readings if reading.is_heard]
    holders: defaultdict[frozenset[DNSKEY], list[KeyReading]] = defaultdict(list)
    for reading in heard:
        holders[frozenset(reading.keys)].append(reading)
    if len(holders) < 2:
        return
    everything = frozenset().union(*holders)
    for keys, at in holders.items():
        missing = sorted(dns.dnssec.key_id(key) for key in everything - keys)
        if missing:
            words = "{what} is not there, and other servers have it"
            problem = Problem("DNSKEY_MISSING_FROM_SERVERS", words, f"key {join(map(str, missing))}")
            yield from (Seen(problem, str(reading.at)) for reading in at)


def signing_algorithms(keys: Sequence[DNSKEY]) -> frozenset[int]:
    """The algorithms that everything has to be signed with (RFC 6840 §5.11)."""
    return frozenset(
        int(key.algorithm)
        for key in keys
        if is_zone_key(key) and not key.flags & REVOKE and int(key.algorithm) in SUPPORTED
    )


def is_sep(key: DNSKEY) -> bool:
    """Whether it is meant for a DS (RFC 4034 §2.1.1)."""
    return bool(key.flags & SEP)


class ListedKey(NamedTuple):
    """A key for people; `in_ds`: a DS fits it."""

    key_tag: int
    algorithm: int
    flags: int
    bits: int | None
    is_sep: bool
    is_revoked: bool
    in_ds: bool


def list_keys(readings: Sequence[KeyReading]) -> list[ListedKey]:
    """Every key that any server has, those for a DS first."""
    entries = {tag for reading in readings for tag in reading.entries}
    keys = dict.fromkeys(key for reading in readings for key in reading.keys)
    listed = [_listed(key, entries) for key in keys]
    return sorted(listed, key=lambda each: (not each.is_sep, each.key_tag))


def _listed(key: DNSKEY, entries: set[int]) -> ListedKey:
    tag, flags = dns.dnssec.key_id(key), int(key.flags)
    return ListedKey(
        tag, int(key.algorithm), flags, bits_of(key), is_sep(key), bool(flags & REVOKE), tag in entries
    )
