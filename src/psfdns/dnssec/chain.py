"""One step of the chain of trust after the other, from the anchor down (RFC 4035 §5). Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dns.rdtypes.ANY.DNSKEY import DNSKEY

from psfdns.dnssec.ds import Digest, DsReading, read_ds
from psfdns.dnssec.finding import join
from psfdns.dnssec.keys import KeyReading, read_keys
from psfdns.dnssec.signatures import State, Verifier, show_time
from psfdns.lookup.anchors import Anchor
from psfdns.lookup.hearing import LinkHeard


class Security(enum.StrEnum):
    """RFC 4033 §5, RFC 4035 §4.3."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a zone's keys can be trusted, and what was read at each server; `parent` is None for the root.

    `keys` are the trusted ones, all that sign; of an insecure zone those that it says are its own. `why`
    is the rest of a sentence whose subject is the zone, empty where it is secure. `inherited` is that of
    the zone above, whole, which makes this one no better; `blamed` is the zone that it is about.
    """

    zone: str
    parent: str | None
    security: Security
    keys: tuple[DNSKEY, ...] = ()
    why: str = ""
    ds: tuple[DsReading, ...] = ()
    at: tuple[KeyReading, ...] = ()
    inherited: str = ""
    blamed: str = ""

    @property
    def cause(self) -> str:
        """Why it is not secure, as a sentence."""
        return self.inherited or f"{'the root' if self.parent is None else self.zone} {self.why}"

    @property
    def is_lost_above(self) -> bool:
        """Whether it is the way to the zone that is broken, or not signed: whatever the zone does."""
        return bool(self.inherited) or (self.parent is None and not self.is_secure)

    @property
    def is_lost_at_root(self) -> bool:
        """Whether not even the root can be validated, which is rather our clock's fault, or the anchors'."""
        return self.security is Security.BOGUS and (self.blamed or self.zone) == "."

    @property
    def is_secure(self) -> bool:
        """Whether a DS leads to its keys, all the way."""
        return self.security is Security.SECURE

    @property
    def claimed(self) -> tuple[Digest, ...]:
        """Every DS that any parent server gave."""
        return tuple(dict.fromkeys(digest for reading in self.ds for digest in reading.claimed))


def judge_link(heard: LinkHeard, above: Trust | None, anchors: Iterable[Anchor], verifier: Verifier) -> Trust:
    """The next step; `above` None is the root's, whose digests are the anchors."""
    ds: tuple[DsReading, ...] = ()
    if above is not None:
        keys = above.keys if above.is_secure else None
        ds = tuple(read_ds(each, above.zone, keys, verifier) for each in heard.ds)
    digests = tuple(map(Digest, anchors)) if above is None else _digests(ds, trusted=above.is_secure)
    at = tuple(read_keys(each, heard.zone, digests, verifier) for each in heard.keys)
    parent = above.zone if above else None
    security, why = _judge(above, ds, digests, at)
    if above is None or above.is_secure:
        return Trust(heard.zone, parent, security, _keys(at, security), why, ds, at)
    blamed = above.blamed or above.zone
    return Trust(heard.zone, parent, security, _keys(at, security), why, ds, at, above.cause, blamed)


def closed_link(zone: str, parent: str | None, why: str) -> Trust:
    """A step about which nobody could be asked; `why` is a sentence."""
    words = "could not be asked about"
    return Trust(zone, parent, Security.INDETERMINATE, why=words, inherited=why)


def _digests(ds: Sequence[DsReading], *, trusted: bool) -> tuple[Digest, ...]:
    """What any server gives: of a secure parent what is signed, else what is claimed."""
    found = [digest for reading in ds for digest in (reading.digests or () if trusted else reading.claimed)]
    return tuple(dict.fromkeys(found))


def _judge(
    above: Trust | None, ds: Sequence[DsReading], digests: Sequence[Digest], at: Sequence[KeyReading]
) -> tuple[Security, str]:
    """The status, and why it is no better."""
    if above is not None and not above.is_secure:
        return above.security, f"is below {above.zone}, which is {above.security}"
    if not digests:
        return _judge_absence(ds)
    if not any(digest.is_supported for digest in digests):
        return Security.INSECURE, f"only has what validators do not know: {join(map(str, digests))}"
    if any(reading.is_trusted for reading in at):
        return Security.SECURE, ""
    if not any(reading.is_heard for reading in at):
        return Security.INDETERMINATE, "has no server that tells its keys"
    if not any(reading.keys for reading in at):
        return Security.BOGUS, "has a DS at the parent and no keys"
    return Security.BOGUS, _why_not_led_to(at, "an anchor" if above is None else "a DS")


def _why_not_led_to(at: Sequence[KeyReading], leading: str) -> str:
    """Where the key is there and its signatures are not of this time, that is it."""
    vouching = [
        signature
        for reading in at
        for signature in reading.signatures
        if signature.key_tag in reading.entries
    ]
    states = {signature.state for signature in vouching}
    if states == {State.EXPIRED}:
        last = max(signature.expiration for signature in vouching)
        return f"has keys whose signatures ended on {show_time(last)}, by the clock of this machine"
    if states == {State.PREMATURE}:
        first = min(signature.inception for signature in vouching)
        return f"has keys whose signatures begin on {show_time(first)}, by the clock of this machine"
    return f"has no keys that {leading} leads to"


def _judge_absence(ds: Sequence[DsReading]) -> tuple[Security, str]:
    if any(reading.is_proven_absent for reading in ds):
        return Security.INSECURE, "has no DS at the parent"
    if any(reading.is_heard for reading in ds):
        return Security.BOGUS, "has neither a DS at the parent nor the proof that there is none"
    return Security.INDETERMINATE, "has no parent server that tells its DS"


def _keys(at: Sequence[KeyReading], security: Security) -> tuple[DNSKEY, ...]:
    wanted = [reading for reading in at if reading.is_trusted or security is not Security.SECURE]
    return tuple(dict.fromkeys(key for reading in wanted for key in reading.keys))
