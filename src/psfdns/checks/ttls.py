"""How long answers may be kept: TTLs that are no help to caches, and TTLs that outlive a mistake by weeks."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset

SHORTEST = 60
"""Seconds: what Route 53's documentation advises where a health check may change the answer."""
SHORTEST_OF_WAYS = 300
"""Seconds, where much hangs on one answer: what leads on to servers, and the apex (RFC 6781 §4.4.1)."""
LONGEST = 604_800
"""Seconds: a week, at which RFC 8767 §4 advises resolvers to stop, and BIND does (max-cache-ttl)."""

TTL_LOW = Rule(
    "ttl-low",
    Severity.WARNING,
    "A TTL is at least a minute, of DS, MX, NS and the addresses of the apex five; where routing or a health "
    "check decides it may be shorter, but never 0.",
    "RFC 9199 §3.5",
    why="Every visitor waits for a look-up that caches could have answered; when the name servers cannot be "
    "reached, the name is gone at once; each query is paid for.",
    mend="write at least 300, or 3600 where nothing is about to change",
)
TTL_HIGH = Rule(
    "ttl-high",
    Severity.WARNING,
    "A TTL is at most a week, 604800.",
    "RFC 8767 §4",
    why="Most resolvers stop at a week or a day anyway; those that do not keep a mistake, or the address of "
    "a host that is gone, for as long as it says.",
    mend="write at most 86400, a day",
)

_ADDRESSES = frozenset({"A", "AAAA"})
_WAYS = frozenset({"DS", "MX", "NS", "SOA"})


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.ttl is None or subject.is_decoration(rrset):
            continue
        shortest = _shortest(subject, rrset)
        if rrset.ttl < shortest:
            yield TTL_LOW.broken(rrset, _too_low(rrset, rrset.ttl, shortest))
        elif rrset.ttl > LONGEST:
            yield TTL_HIGH.broken(
                rrset, f"{rrset.key}: a TTL of {rrset.ttl} is longer than a week ({LONGEST})"
            )


def _shortest(subject: Subject, rrset: RRset) -> int:
    """The shortest TTL that a record set may have, in seconds."""
    if rrset.routing is not None or rrset.health_check is not None:
        return 1
    leads = rrset.type in _WAYS or (rrset.type in _ADDRESSES and rrset.name == subject.origin)
    return SHORTEST_OF_WAYS if leads else SHORTEST


def _too_low(rrset: RRset, ttl: int, shortest: int) -> str:
    if ttl == 0:
        return f"{rrset.key}: a TTL of 0 lets no cache keep the answer"
    return f"{rrset.key}: a TTL of {ttl} is shorter than {shortest}"


CHECK = Check((TTL_LOW, TTL_HIGH), _find)
