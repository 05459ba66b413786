"""What is wrong with one chain that one address shows for a certificate's name. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psfdns.certs import served_rules as rules
from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.renewal import LAST_FRACTION
from psfdns.certs.served import Chain, Link
from psfdns.diagnostics import Rule

GRACE = datetime.timedelta(days=1)
"""How long servers may take to fetch what was renewed."""
LAST_MOMENTS = 29 / 30
"""The fraction of a lifetime after which it is about to end."""
_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken at an address, and what is there, as half a sentence."""

    rule: Rule
    text: str
    mildly: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """A certificate of the store: its name, and of one that does not count any more its number.

    `newer_since` is the first moment of the one that counts instead.
    """

    name: str
    version: int | None = None
    newer_since: datetime.datetime | None = None
    is_revoked: bool = False

    @property
    def is_current(self) -> bool:
        """Whether it is the one that counts."""
        return self.newer_since is None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a host should show. `ends` are where chains of the store lead.

    `ours` are the certificates of the store by fingerprint; `is_held`: this one is there. `is_unknown`: that
    cannot be told.
    """

    host: str
    wanted: WantedCertificate
    ours: Mapping[str, Ours]
    ends: frozenset[bytes] = frozenset()
    is_held: bool = False
    is_unknown: bool = False


def judge_chain(chain: Chain, expected: Expected, *, now: datetime.datetime) -> Iterator[Fault]:
    """All faults of what an address shows."""
    known = expected.ours.get(chain.leaf.fingerprint)
    if known is not None:
        yield from _judge_ours(chain.leaf, known, now)
    yield from _judge_origin(chain, known, expected)
    yield from _judge_path(chain, known, expected)
    yield from _judge_purposes(chain)
    yield from _judge_times(chain, now)
    for number, link in enumerate(chain.path):
        for weakness in link.weaknesses:
            yield Fault(rules.WEAK, f"{_whose(number)} has {weakness}")


def _judge_ours(leaf: Link, known: Ours, now: datetime.datetime) -> Iterator[Fault]:
    if known.is_revoked:
        yield Fault(rules.WITHDRAWN, f"its certificate is revoked ({known.name}, serial {leaf.serial})")
    if known.newer_since is not None:
        is_fresh = now < min(known.newer_since + GRACE, leaf.not_after)
        text = (
            f"it shows an older certificate, number {known.version} of {known.name}, until"
            f" {_day(leaf.not_after)}; a newer one is there since {_day(known.newer_since)}"
        )
        yield Fault(rules.OUTDATED, text, mildly=is_fresh)


def _judge_origin(chain: Chain, known: Ours | None, expected: Expected) -> Iterator[Fault]:
    leaf, wanted = chain.leaf, expected.wanted
    if chain.is_self_signed:
        yield Fault(rules.SELF_SIGNED, "its certificate is self-signed")
    if not leaf.is_for(expected.host):
        whose = f" ({known.name} of the store)" if known is not None else ""
        yield Fault(rules.WRONG_HOST, f"its certificate is for {say_names(leaf.names)}{whose}")
    elif wanted.issuer is not None:
        if not is_by(leaf.issuers, wanted.issuer):
            yield Fault(rules.WRONG_ISSUER, f"it was issued by {leaf.issuer}, and not by {wanted.issuer}")
    elif known is None and not (chain.is_self_signed or expected.is_unknown):
        held = "not the store's" if expected.is_held else "not of the store, which has none yet"
        text = f"its certificate, of {leaf.issuer} until {_day(leaf.not_after)}, is {held}"
        yield Fault(rules.FOREIGN, text, mildly=not expected.is_held)


def _judge_path(chain: Chain, known: Ours | None, expected: Expected) -> Iterator[Fault]:
    """The order does not matter: clients sort what they are shown (RFC 8446 §4.4.2)."""
    if not (chain.leads_to_root or expected.is_unknown or chain.end in expected.ends):
        text = f"it does not show {chain.path[-1].issuer}, by which its chain would lead to a root"
        yield Fault(rules.BROKEN_CHAIN, text, mildly=known is None)


def _judge_purposes(chain: Chain) -> Iterator[Fault]:
    """One above says what those below it may be for, as clients have it; nobody asks that of a root."""
    for number, link in enumerate(chain.path):
        if not (link.is_for_servers or link.is_root):
            text = f"{_whose(number)} is for {', '.join(link.purposes or ())} only, and not for servers"
            yield Fault(rules.WRONG_PURPOSE, text)


def _judge_times(chain: Chain, now: datetime.datetime) -> Iterator[Fault]:
    for number, link in enumerate(chain.path):
        whose, lifetime = _whose(number), link.not_after - link.not_before
        if now >= link.not_after:
            yield Fault(rules.EXPIRED, f"{whose} expired at {_moment(link.not_after)}")
        elif now < link.not_before:
            yield Fault(rules.PREMATURE, f"{whose} is valid from {_moment(link.not_before)} on")
        elif now >= link.not_before + LAST_FRACTION * lifetime and number == 0:
            is_early = now < link.not_before + LAST_MOMENTS * lifetime
            yield Fault(rules.ENDING, f"{whose} expires at {_moment(link.not_after)}", mildly=is_early)


def is_by(issuers: Sequence[str], expected: str) -> bool:
    """Whether an organisation or a common name has the expected words in it, one after the other.

    Case does not matter: `GlobalSign` is "GlobalSign nv-sa", and not "NotGlobalSign".
    """
    words = rf"(?<!\w){re.escape(' '.join(expected.split()))}(?!\w)"
    return any(re.search(words, " ".join(each.split()), re.IGNORECASE) for each in issuers)


def say_names(names: Sequence[str]) -> str:
    """A few of a certificate's names."""
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return (", ".join(names[:_MAX_NAMES]) or "no name") + more


def _whose(number: int) -> str:
    return "its certificate" if number == 0 else "a certificate of its chain"


def _day(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _moment(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
