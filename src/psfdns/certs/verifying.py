"""What is said of what servers show: is it ours, the newest, for this name, whole, and valid? Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psfdns.certs import served_rules as rules
from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.coverage import Spot
from psfdns.certs.faults import Expected, Fault, Ours, judge_chain, say_names
from psfdns.certs.served import Chain
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.web.handshake import Silence, Unheard

MAX_SAID = 5
"""Places that a summary names."""


class Status(enum.StrEnum):
    """How it is with a name, or with one of its addresses; worst first."""

    ERROR = "error"
    WARNING = "warning"
    UNKNOWN = "unknown"
    NONE = "none"
    OK = "ok"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one address shows: a chain and the version of TLS, or why there is none."""

    address: str
    chain: Chain | None = None
    protocol: str = ""
    unheard: Unheard | None = None
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A host and what was seen of it. `unknown` says why it is not known that these are all addresses."""

    spot: Spot
    seen: tuple[Seen, ...] = ()
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: about which host at which addresses; none where it is about the name."""

    diagnostic: Diagnostic
    spot: Spot
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A look with what is said of it; `ours` says which of our certificates an address shows."""

    look: Look
    found: tuple[Found, ...]
    ours: Mapping[str, Ours] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    def status_at(self, address: str) -> Status:
        """How it is with one address."""
        return self._worst(
            [each for each in self.found if address in each.addresses], is_unknown=address in self.unknown
        )

    @property
    def status(self) -> Status:
        """How it is with the host."""
        if not self.look.seen and self.look.unknown is None:
            return self._worst(self.found, is_unknown=False, well=Status.NONE)
        is_unknown = bool(self.unknown) or self.look.unknown is not None
        return self._worst(self.found, is_unknown=is_unknown)

    def unchecked(self) -> Iterator[tuple[str, str]]:
        """What could not be checked: a place, and why. Of a name that none covers any one address counts."""
        host = self.look.spot.host
        if self.look.unknown is not None:
            yield host, self.look.unknown
        elif self.look.spot.wanted is not None:
            yield from ((f"{host} at {address}", why) for address, why in self.unknown.items())

    @staticmethod
    def _worst(found: Iterable[Found], *, is_unknown: bool, well: Status = Status.OK) -> Status:
        severities = {each.diagnostic.severity for each in found}
        if Severity.ERROR in severities:
            return Status.ERROR
        if Severity.WARNING in severities:
            return Status.WARNING
        return Status.UNKNOWN if is_unknown else well


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is ours. `ours` by fingerprint; `ends`: where chains of the store lead.

    `current` are the names of certificates that the store has, `unreadable` those of which it is not known.
    """

    ours: Mapping[str, Ours] = field(default_factory=dict)
    ends: frozenset[bytes] = frozenset()
    current: frozenset[str] = frozenset()
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def expected(self, host: str, wanted: WantedCertificate) -> Expected:
        """What a host of this certificate should show."""
        name = wanted.name
        is_held, is_unknown = name in self.current, name in self.unreadable
        return Expected(host, wanted, self.ours, self.ends, is_held=is_held, is_unknown=is_unknown)


def judge_looks(looks: Sequence[Look], holdings: Holdings, *, now: datetime.datetime) -> list[Verdict]:
    """A verdict each. Where no IPv6 address has answered at all, that one is silent is not its own fault."""
    has_ipv6 = any(
        ":" in seen.address and (seen.unheard is None or seen.unheard.silence in _ANSWERED)
        for look in looks
        for seen in look.seen
    )
    return [_judge(look, holdings, now=now, has_ipv6=has_ipv6) for look in looks]


_ANSWERED = frozenset({Silence.REFUSED, Silence.NOT_TLS})
_NEVER_KNOWN = frozenset({Silence.NOT_PUBLIC, Silence.ELSEWHERE, Silence.NO_ROUTE, Silence.LATE})


def _judge(look: Look, holdings: Holdings, *, now: datetime.datetime, has_ipv6: bool) -> Verdict:
    unknown = {seen.address: why for seen in look.seen if (why := _why_unknown(seen, has_ipv6=has_ipv6))}
    if look.spot.wanted is None:
        return Verdict(look, tuple(_judge_uncovered(look, now)), unknown=unknown)
    name = look.spot.wanted.name
    unreadable = None if look.spot.wanted.is_watched else holdings.unreadable.get(name)
    by_fault: dict[Fault, list[str]] = {}
    for seen in look.seen:
        if seen.address not in unknown:
            for fault in _faults(seen, look.spot, holdings, now):
                by_fault.setdefault(fault, []).append(seen.address)
        if unreadable is not None and seen.chain is not None:
            unknown[seen.address] = f"the store cannot be read: {unreadable}"
    found = [_find(fault, look.spot, tuple(addresses)) for fault, addresses in by_fault.items()]
    found += _judge_whole(look)
    ours = {
        seen.address: holdings.ours[seen.chain.leaf.fingerprint]
        for seen in look.seen
        if seen.chain is not None and seen.chain.leaf.fingerprint in holdings.ours
    }
    return Verdict(look, tuple(found), ours, unknown)


def _why_unknown(seen: Seen, *, has_ipv6: bool) -> str | None:
    if seen.unheard is None:
        return None
    if seen.unheard.silence in _NEVER_KNOWN:
        return seen.unheard.words
    if ":" in seen.address and not has_ipv6:
        return "no IPv6 address answers to this machine"
    return None


def _faults(seen: Seen, spot: Spot, holdings: Holdings, now: datetime.datetime) -> Iterator[Fault]:
    if seen.unreadable is not None:
        yield Fault(rules.NOT_TLS, seen.unreadable)
    elif seen.unheard is not None:
        is_tls = seen.unheard.silence is Silence.NOT_TLS
        yield Fault(rules.NOT_TLS if is_tls else rules.SILENT, seen.unheard.words)
    elif seen.chain is not None and spot.wanted is not None:
        yield from judge_chain(seen.chain, holdings.expected(spot.host, spot.wanted), now=now)
        if seen.protocol in {"TLSv1", "TLSv1.1"}:
            yield Fault(rules.WEAK, f"the server speaks {seen.protocol} at best")


def _find(fault: Fault, spot: Spot, addresses: tuple[str, ...]) -> Found:
    summary = f"{spot.host} at {_some(addresses)}: {fault.text}"
    return Found(fault.rule.broken(spot.span, summary, mildly=fault.mildly), spot, addresses)


def _some(items: Sequence[str]) -> str:
    more = f" and {len(items) - MAX_SAID} more" if len(items) > MAX_SAID else ""
    return ", ".join(items[:MAX_SAID]) + more


def _judge_whole(look: Look) -> Iterator[Found]:
    """What is wrong with the name, whatever each address shows."""
    spot = look.spot
    if not look.seen and look.unknown is None:
        yield _about(rules.NO_ADDRESS, spot, f"{spot.host} is on {_certificate(spot)} and has no address")
    shown: dict[str, list[str]] = {}
    ends: dict[str, str] = {}
    for seen in look.seen:
        if seen.chain is not None:
            leaf = seen.chain.leaf
            shown.setdefault(leaf.fingerprint, []).append(seen.address)
            ends[leaf.fingerprint] = f"{leaf.not_after:%Y-%m-%d}"
    if len(shown) > 1:
        parts = [f"{_some(addresses)} one until {ends[each]}" for each, addresses in shown.items()]
        yield _about(rules.UNEQUAL, spot, f"{spot.host} differs between addresses: {'; '.join(parts)}")


def _certificate(spot: Spot) -> str:
    return "no certificate" if spot.wanted is None else f"the certificate {spot.wanted.name}"


def _about(rule: Rule, spot: Spot, summary: str) -> Found:
    return Found(rule.broken(spot.span, summary), spot)


def _judge_uncovered(look: Look, now: datetime.datetime) -> Iterator[Found]:
    """A name that answers with a chain, whatever it is worth, is served."""
    shown = {seen.address: seen.chain for seen in look.seen if seen.chain is not None}
    if shown:
        host = look.spot.host
        chain = next(iter(shown.values()))
        at = f"{host} is served at {_some(list(shown))} and covered by no certificate of certs/"
        found = rules.NOT_COVERED.broken(look.spot.span, f"{at}: {_worth(chain, host, now)}")
        yield Found(found, look.spot, tuple(shown))


def _worth(chain: Chain, host: str, now: datetime.datetime) -> str:
    leaf = chain.leaf
    if not leaf.is_for(host):
        return f"what it shows is for {say_names(leaf.names)}"
    if chain.is_self_signed:
        return "what it shows is self-signed"
    word = "expired" if leaf.not_after <= now else "is valid until"
    return f"what it shows {word} {leaf.not_after:%Y-%m-%d} and is of {leaf.issuer}"


def summarise_unknown(verdicts: Iterable[Verdict]) -> Iterator[Diagnostic]:
    """One finding for each reason, whatever number of places it concerns."""
    places: dict[str, list[str]] = {}
    for verdict in verdicts:
        for place, why in verdict.unchecked():
            places.setdefault(why, []).append(place)
    for why, those in places.items():
        yield rules.UNCHECKED.broken(None, f"could not be checked: {why}: {_some(those)}")
