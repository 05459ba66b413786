"""One record set and its signatures: which are valid, and what is wrong with the others. Pure.

Work is bounded: a server can send many signatures and many keys of one tag, and each pair costs (KeyTrap,
CVE-2023-50387).
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import dns.dnssec
import dns.exception
import dns.name
import dns.node
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.dnskeybase
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from psfdns.diagnostics import Severity
from psfdns.dnssec.algorithms import MAX_RSA_BITS, SUPPORTED, bits_of
from psfdns.dnssec.finding import Problem
from psfdns.lookup.signed import SignedSet, wire_name

MAX_SIGNATURES = 16
"""Signatures of one record set that are tried."""
MAX_KEYS = 4
"""Keys of one tag and algorithm that are tried for one signature."""
MAX_CHECKS = 4096
"""Signatures that are verified for one zone."""

STORED_FOR = datetime.timedelta(days=7)
"""Signatures that live as long are made ahead and kept; shorter ones are made for the answer."""
LEAST_SHARE = 0.2
LEAST_LEFT = datetime.timedelta(days=3)
LONG = datetime.timedelta(days=183)
REVOKE = int(dns.rdtypes.dnskeybase.Flag.REVOKE)
SEP = int(dns.rdtypes.dnskeybase.Flag.SEP)
ZONE = int(dns.rdtypes.dnskeybase.Flag.ZONE)


class State(enum.StrEnum):
    """How a signature stands."""

    VALID = "valid"
    EXPIRED = "expired"
    PREMATURE = "premature"
    BACKWARDS = "backwards"
    INVALID = "invalid"
    NO_KEY = "no-key"
    WRONG_SIGNER = "wrong-signer"
    BAD_LABELS = "bad-labels"
    UNSUPPORTED = "unsupported"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a record set."""

    name: str
    type: str
    key_tag: int
    algorithm: int
    inception: datetime.datetime
    expiration: datetime.datetime
    state: State
    original_ttl: int
    labels: int

    @property
    def is_valid(self) -> bool:
        """Whether it vouches for the records."""
        return self.state is State.VALID


@dataclass(slots=True)
class Verifier:
    """Verifies signatures, the same one once only, and not for ever."""

    now: datetime.datetime
    left: int = MAX_CHECKS
    _known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def verify(self, heard: SignedSet, rrsig: RRSIG, key: DNSKEY) -> bool | None:
        """Whether key and signature fit the records, times aside; None: too much was verified already."""
        known = (heard.name, heard.rrset.rdtype, frozenset(heard.rrset), rrsig, key)
        if known not in self._known:
            if self.left <= 0:
                return None
            self.left -= 1
            self._known[known] = _fits(heard, rrsig, key)
        return self._known[known]

    def check(self, heard: SignedSet, zone: str, keys: Sequence[DNSKEY]) -> tuple[Signature, ...]:
        """Every signature of a record set, as the zone's keys have it."""
        return tuple(
            self._check_one(heard, rrsig, zone, keys if number < MAX_SIGNATURES else None)
            for number, rrsig in enumerate(heard.signatures)
        )

    def _check_one(
        self, heard: SignedSet, rrsig: RRSIG, zone: str, keys: Sequence[DNSKEY] | None
    ) -> Signature:
        return Signature(
            heard.name,
            heard.type,
            rrsig.key_tag,
            int(rrsig.algorithm),
            _moment(rrsig.inception),
            _moment(rrsig.expiration),
            State.UNTRIED if keys is None else self._state(heard, rrsig, zone, keys),
            rrsig.original_ttl,
            rrsig.labels,
        )

    def _state(self, heard: SignedSet, rrsig: RRSIG, zone: str, keys: Sequence[DNSKEY]) -> State:
        """What is wrong whatever the key comes first (RFC 4035 §5.3.1)."""
        if int(rrsig.algorithm) not in SUPPORTED:
            return State.UNSUPPORTED
        if rrsig.signer != wire_name(zone):
            return State.WRONG_SIGNER
        if rrsig.labels > label_count(heard.rrset.name):
            return State.BAD_LABELS
        if rrsig.expiration < rrsig.inception:
            return State.BACKWARDS
        if _moment(rrsig.expiration) < self.now:
            return State.EXPIRED
        if _moment(rrsig.inception) > self.now:
            return State.PREMATURE
        return self._try(heard, rrsig, keys)

    def _try(self, heard: SignedSet, rrsig: RRSIG, keys: Sequence[DNSKEY]) -> State:
        fitting = [key for key in keys if may_sign(key, rrsig)]
        if not fitting:
            return State.NO_KEY
        tried = [self.verify(heard, rrsig, key) for key in fitting[:MAX_KEYS]]
        if True in tried:
            return State.VALID
        return State.UNTRIED if None in tried or len(fitting) > MAX_KEYS else State.INVALID


def may_sign(key: DNSKEY, rrsig: RRSIG) -> bool:
    """Whether the key is the one that the signature names, and may sign what it covers."""
    revoked = bool(key.flags & REVOKE)
    return (
        int(key.algorithm) == int(rrsig.algorithm)
        and dns.dnssec.key_id(key) == rrsig.key_tag
        and is_zone_key(key)
        and not (revoked and rrsig.type_covered != dns.rdatatype.DNSKEY)
    )


def is_zone_key(key: DNSKEY) -> bool:
    """RFC 4034 §2.1.1 and §2.1.2."""
    return bool(key.flags & ZONE) and key.protocol == 3


def _fits(heard: SignedSet, rrsig: RRSIG, key: DNSKEY) -> bool:
    """The cryptography alone: dnspython compares times too, so it is told one that the signature has."""
    if (bits_of(key) or 0) > MAX_RSA_BITS:
        return False
    keyring: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {
        rrsig.signer: dns.rdataset.from_rdata(0, key)
    }
    try:
        dns.dnssec.validate_rrsig(
            heard.rrset, rrsig, keyring, now=rrsig.inception, policy=dns.dnssec.allow_all_policy
        )
    except (dns.exception.DNSException, ValueError, TypeError):
        return False
    return True


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)


def label_count(name: dns.name.Name) -> int:
    """The labels that a signature counts: without root, and without a wildcard's (RFC 4034 §3.1.3)."""
    return len(name.labels) - 1 - (1 if name.is_wild() else 0)


_WRONG: dict[State, tuple[str, str]] = {
    State.EXPIRED: ("EXPIRATION_IN_PAST", "a signature of {what} has expired"),
    State.PREMATURE: ("INCEPTION_IN_FUTURE", "a signature of {what} is not valid yet"),
    State.BACKWARDS: ("EXPIRATION_BEFORE_INCEPTION", "a signature of {what} ends before it begins"),
    State.INVALID: ("SIGNATURE_INVALID", "a signature of {what} does not fit its records"),
    State.NO_KEY: ("NO_KEY_FOR_SIGNATURE", "a signature of {what} is by a key that the zone does not have"),
    State.WRONG_SIGNER: ("SIGNER_NOT_ZONE", "a signature of {what} names another signer than the zone"),
    State.BAD_LABELS: (
        "RRSIG_LABELS_EXCEED_OWNER",
        "a signature of {what} counts more labels than its name has",
    ),
    State.UNSUPPORTED: (
        "SIGNATURE_ALGORITHM_UNKNOWN",
        "a signature of {what} has an algorithm that is not verified",
    ),
    State.UNTRIED: (
        "SIGNATURES_NOT_ALL_TRIED",
        "not all signatures of {what} were tried: they, or the keys, are too many",
    ),
}
_MILD = {
    State.NO_KEY: Severity.INFO,
    State.EXPIRED: Severity.WARNING,
    State.PREMATURE: Severity.WARNING,
    State.INVALID: Severity.WARNING,
}
"""How bad it is where another signature is valid: a change of keys leaves some behind."""


def judge_signatures(
    heard: SignedSet, signatures: Sequence[Signature], what: str, now: datetime.datetime
) -> Iterator[Problem]:
    """What is to be said of a record set of a signed zone."""
    if not signatures:
        yield Problem("MISSING_RRSIG", "no signature came with {what}", what)
        return
    has_valid = any(each.is_valid for each in signatures)
    for each in signatures:
        if not each.is_valid:
            code, words = _WRONG[each.state]
            severity = _MILD.get(each.state) if has_valid else None
            yield Problem(code, words, what, _note(each), severity)
        elif heard.ttl > each.original_ttl:
            words = "the TTL of {what} is longer than the one that was signed"
            yield Problem("ORIGINAL_TTL_EXCEEDED", words, what, f"{heard.ttl} > {each.original_ttl}")
    valid = [each for each in signatures if each.is_valid]
    if valid:
        yield from _judge_time(heard, max(valid, key=lambda each: each.expiration), what, now)


def _note(signature: Signature) -> str:
    key = f"key {signature.key_tag}"
    if signature.state is State.EXPIRED:
        return f"{key}, {show_time(signature.expiration)}"
    if signature.state is State.PREMATURE:
        return f"{key}, {show_time(signature.inception)}"
    return key


def _judge_time(
    heard: SignedSet, signature: Signature, what: str, now: datetime.datetime
) -> Iterator[Problem]:
    """By the share of the lifetime that is left, because Route 53's last for hours, and others' for weeks."""
    lifetime = signature.expiration - signature.inception
    left = signature.expiration - now
    least = datetime.timedelta(seconds=heard.ttl)
    if lifetime >= STORED_FOR:
        least = max(LEAST_SHARE * lifetime, min(LEAST_LEFT, lifetime / 4))
    if left < least:
        words = "a signature of {what} ends soon"
        yield Problem("SIGNATURE_EXPIRES_SOON", words, what, show_time(signature.expiration))
    if lifetime > LONG:
        words = "a signature of {what} lasts longer than half a year"
        yield Problem("SIGNATURE_LIFETIME_LONG", words, what, f"{lifetime.days} days")


def show_time(moment: datetime.datetime) -> str:
    """`2026-11-20 18:00 UTC`."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
