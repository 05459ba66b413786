"""How long what is gone may still be cached: the longest TTL of each kind that was seen, and the waits. Pure.

A TTL that shrinks shortens nothing: what was fetched before keeps its own. One that grows lengthens at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ZONE, NEGATIVE, ZONE_NS, DNSKEY = "zone", "negative", "zone-ns", "dnskey"
DS, PARENT_NS, PARENT_NEGATIVE = "ds", "parent-ns", "parent-negative"
KINDS = (ZONE, NEGATIVE, ZONE_NS, DNSKEY, DS, PARENT_NS, PARENT_NEGATIVE)
"""The longest of a zone's record sets, its denials, its NS, its keys; at the parent DS, NS, and denials."""

NAMES = {
    ZONE: "the zone's longest TTL",
    NEGATIVE: "the TTL of denials",
    ZONE_NS: "the TTL of the zone's NS",
    DNSKEY: "the TTL of the keys",
    DS: "the TTL of the DS",
    PARENT_NS: "the TTL of the NS at the parent",
    PARENT_NEGATIVE: "the TTL of denials at the parent",
}

USUAL_KEY_TTL = 3600
"""Of keys that nobody has seen yet; that of Route 53."""
MARGIN = datetime.timedelta(minutes=10)
"""Behind what every address of the parent shows there are servers that nobody can ask one by one; Route 53
advises as long (Developer Guide, Enabling DNSSEC signing)."""
ORDER_MAY_TAKE = datetime.timedelta(days=1)
"""Some registries take in DS records once a day (the same page): one that was ordered may come so late."""
ASKED_MAY_TAKE = datetime.timedelta(days=7)
"""For so long a person who was asked for a DS may still have it set."""
USUAL_DS_TTL = 86_400
"""Of a DS that nobody has seen yet; that of com and most registries."""
REMEMBERED = datetime.timedelta(days=30)
"""For which the TTLs of one procedure count for the next one of the zone."""
MAX_TTL = (1 << 31) - 1
"""RFC 2181 §8."""


@dataclass(frozen=True, slots=True)
class Ttl:
    """The longest TTL of a kind, in seconds, and when it was last in force."""

    seconds: int
    seen: datetime.datetime


def note_ttls(known: Mapping[str, Ttl], seen: Mapping[str, int], now: datetime.datetime) -> dict[str, Ttl]:
    """The longest of each kind; of equal ones the later."""
    noted = dict(known)
    for kind, seconds in seen.items():
        before = noted.get(kind)
        if before is None or seconds >= before.seconds:
            noted[kind] = Ttl(min(seconds, MAX_TTL), now)
    return noted


def still_cached(known: Mapping[str, Ttl], now: datetime.datetime) -> dict[str, Ttl]:
    """Those that matter to a procedure that begins now: when they ended to be in force nobody has seen."""
    return {kind: ttl for kind, ttl in known.items() if ttl.seen + REMEMBERED > now}


def longest(
    known: Mapping[str, Ttl], kinds: Iterable[str], usual: int | None = None
) -> tuple[str, int] | None:
    """The longest of these kinds and which it is; of one that was never seen `usual`, and None without."""
    found = {kind: known[kind].seconds if kind in known else usual for kind in kinds}
    seconds = {kind: value for kind, value in found.items() if value is not None}
    if len(seconds) < len(found):
        return None
    return max(seconds.items(), key=lambda pair: pair[1])
