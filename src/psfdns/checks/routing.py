"""Routing policies: what Route 53 accepts side by side under one name and type."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import fields

from psfdns.checks.check import Check, Subject, first_line
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset
from psfdns.routing import AWS_KEYS, Cidr, Failover, Geolocation, Geoproximity, Latency, Multivalue, Routing

_GUIDE = 'Route 53 Developer Guide, "Choosing a routing policy"'
_API = "Route 53 API reference, ResourceRecordSet"

MIXED_ROUTING = Rule(
    "mixed-routing",
    Severity.ERROR,
    "All record sets of one name and type have the same kind of policy.",
    _API,
    why="Route 53 picks an answer among them by one policy, and refuses a second one.",
    mend="use the same routing= on all of them",
)
ROUTED_BESIDE_SIMPLE = Rule(
    "routed-beside-simple",
    Severity.ERROR,
    "A record set with a routing policy has no plain one of the same name and type beside it.",
    _API,
    why="Route 53 could not tell when the plain one is to be answered, and refuses it.",
    mend="give the plain one a policy and an identifier as well, or remove it",
)
ROUTING_NOT_ALLOWED = Rule(
    "routing-not-allowed",
    Severity.ERROR,
    "NS, SOA and DS have no routing policy; a CNAME or an alias is not multivalue.",
    _GUIDE,
    why="Route 53 refuses the policy there, and with it the whole change.",
    mend="remove the policy; a CNAME or an alias may have another one",
)
MANY_ROUTED = Rule(
    "many-routed",
    Severity.ERROR,
    "At most 100 routed record sets of one name and type, 30 of geoproximity.",
    'Route 53 Developer Guide, "Quotas"',
    why="Route 53 refuses more, and with them the whole change.",
    mend="remove some, or spread them over several names",
)
SAME_ROUTING = Rule(
    "same-routing",
    Severity.ERROR,
    "Two record sets of one name and type do not stand for the same region, place, location or role.",
    _API,
    why="Both would be the answer for the same clients. Route 53 refuses the second one.",
    mend="merge them, or correct what one of them stands for",
)
BAD_IDENTIFIER = Rule(
    "bad-set-identifier",
    Severity.ERROR,
    "A set identifier has 1 to 128 characters.",
    _API,
    why=(
        "It tells the record sets of one name and type apart. Route 53 refuses an empty one and a longer one."
    ),
    mend="shorten the identifier",
)

MAX_IDENTIFIER = 128
MAX_ROUTED = 100
MAX_GEOPROXIMITY = 30
_NEVER_ROUTED = frozenset({"NS", "SOA", "DS"})
_EXCLUSIVE = (Latency, Failover, Geolocation, Cidr)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for types in subject.names.values():
        for group in types.values():
            if len(group) > 1 or group[0].routing is not None:
                yield from _find_in_group(sorted(group, key=first_line))


def _find_in_group(group: Sequence[RRset]) -> Iterator[Diagnostic]:
    """`group`: the record sets of one name and type, in the order of the file."""
    for rrset in group:
        yield from _find_alone(rrset)
    yield from _find_mixed(group)
    yield from _find_same(group)
    limit = MAX_GEOPROXIMITY if isinstance(group[0].routing, Geoproximity) else MAX_ROUTED
    if len(group) > limit:
        summary = f"{_group_name(group)}: {len(group)} routed record sets, at most {limit}"
        yield MANY_ROUTED.broken(group[limit], summary)


def _find_alone(rrset: RRset) -> Iterator[Diagnostic]:
    if rrset.routing is None:
        return
    if rrset.type in _NEVER_ROUTED:
        yield ROUTING_NOT_ALLOWED.broken(rrset, f"{rrset.key}: a routing policy on {rrset.type}")
    if isinstance(rrset.routing, Multivalue) and (rrset.alias is not None or rrset.type == "CNAME"):
        what = "an alias" if rrset.alias is not None else "a CNAME"
        yield ROUTING_NOT_ALLOWED.broken(rrset, f"{rrset.key}: {what} cannot be multivalue")
    if not 1 <= len(rrset.key.set_identifier or "") <= MAX_IDENTIFIER:
        length = len(rrset.key.set_identifier or "")
        summary = f"{rrset.name} {rrset.type}: a set identifier of {length} characters, 1 to {MAX_IDENTIFIER}"
        yield BAD_IDENTIFIER.broken(rrset, summary)


def _find_mixed(group: Sequence[RRset]) -> Iterator[Diagnostic]:
    """One finding a group, at the first record set that differs from the first."""
    kinds = [None if rrset.routing is None else rrset.routing.policy for rrset in group]
    odd = next((index for index, kind in enumerate(kinds) if kind != kinds[0]), None)
    if odd is None:
        return
    rule = ROUTED_BESIDE_SIMPLE if None in (kinds[0], kinds[odd]) else MIXED_ROUTING
    said = f"{kinds[odd] or 'without a policy'} beside {kinds[0] or 'without a policy'}"
    yield rule.broken(group[odd], f"{_group_name(group)}: {said}{_line_of(group[0])}")


def _find_same(group: Sequence[RRset]) -> Iterator[Diagnostic]:
    seen: dict[Hashable, RRset] = {}
    for rrset in group:
        routing = rrset.routing
        if isinstance(routing, _EXCLUSIVE):
            earlier = seen.setdefault(routing, rrset)
            if earlier is not rrset:
                summary = f"{_group_name(group)}: {_described(routing)} twice{_line_of(earlier)}"
                yield SAME_ROUTING.broken(rrset, summary)


def _described(routing: Routing) -> str:
    pairs = ((AWS_KEYS[part.name], getattr(routing, part.name)) for part in fields(routing))
    return " ".join((routing.policy, *(f'{key}="{value}"' for key, value in pairs if value is not None)))


def _group_name(group: Sequence[RRset]) -> str:
    return f"{group[0].name} {group[0].type}"


def _line_of(rrset: RRset) -> str:
    return f" (line {first_line(rrset)})" if first_line(rrset) else ""


CHECK = Check(
    (
        MIXED_ROUTING,
        ROUTED_BESIDE_SIMPLE,
        ROUTING_NOT_ALLOWED,
        MANY_ROUTED,
        SAME_ROUTING,
        BAD_IDENTIFIER,
    ),
    _find,
)
