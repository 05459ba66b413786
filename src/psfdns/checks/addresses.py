"""Addresses that nobody outside can reach: private ones, and ranges that never serve anybody.

The ranges are those of the IANA special-purpose registries that are not globally reachable, multicast, and
what an RFC has withdrawn. They stand here because `ipaddress.is_private` and its kin changed between releases
of Python.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.names import is_subdomain, labels_of
from psfdns.records import RRset

PRIVATE_ADDRESS = Rule(
    "private-address",
    Severity.WARNING,
    "Addresses in a public zone (A, AAAA, hints of HTTPS and SVCB) are not private, shared, link-local or "
    "loopback; `localhost` may be.",
    "RFC 1918 §5",
    why="Visitors reach their own network or nothing; resolvers that guard against rebinding drop "
    "the answer, and what a network looks like inside is told to everybody.",
    mend="write the public address, or move the name to a private zone",
)
RESERVED_ADDRESS = Rule(
    "reserved-address",
    Severity.WARNING,
    "Addresses are not of a range that never serves: documentation, benchmarking, multicast, reserved, "
    "withdrawn. A zone of an example name may have documentation addresses.",
    "RFC 6890",
    why="Nothing answers there, and clients wait until they give up; mostly an example was copied or an IPv4 "
    "address was written as IPv6.",
    mend="write the address that serves the name, or remove the record",
)


class Range(NamedTuple):
    """A network with what it is for, as a finding says it, and who says so."""

    network: str
    purpose: str
    reference: str


PRIVATE = (
    Range("10.0.0.0/8", "private", "RFC 1918 §3"),
    Range("100.64.0.0/10", "shared by carriers", "RFC 6598"),
    Range("127.0.0.0/8", "loopback", "RFC 1122 §3.2.1.3"),
    Range("169.254.0.0/16", "link-local", "RFC 3927"),
    Range("172.16.0.0/12", "private", "RFC 1918 §3"),
    Range("192.168.0.0/16", "private", "RFC 1918 §3"),
    Range("::1/128", "loopback", "RFC 4291 §2.5.3"),
    Range("64:ff9b:1::/48", "for translation within a network", "RFC 8215"),
    Range("fc00::/7", "unique local", "RFC 4193"),
    Range("fe80::/10", "link-local", "RFC 4291 §2.5.6"),
)

DOCUMENTATION = (
    Range("192.0.2.0/24", "for documentation", "RFC 5737"),
    Range("198.51.100.0/24", "for documentation", "RFC 5737"),
    Range("203.0.113.0/24", "for documentation", "RFC 5737"),
    Range("2001:db8::/32", "for documentation", "RFC 3849"),
    Range("3fff::/20", "for documentation", "RFC 9637"),
)

RESERVED = (
    Range("0.0.0.0/8", "this network", "RFC 791 §3.2"),
    Range("192.0.0.0/24", "for protocols", "RFC 6890 §2.1"),
    Range("192.88.99.0/24", "the withdrawn 6to4 relay", "RFC 7526"),
    Range("198.18.0.0/15", "for benchmarks", "RFC 2544"),
    Range("224.0.0.0/4", "multicast", "RFC 5771"),
    Range("240.0.0.0/4", "reserved", "RFC 1112 §4"),
    Range("::/128", "unspecified", "RFC 4291 §2.5.2"),
    Range("::/96", "IPv4-compatible, withdrawn", "RFC 4291 §2.5.5.1"),
    Range("::ffff:0:0/96", "IPv4-mapped", "RFC 4291 §2.5.5.2"),
    Range("100::/64", "discarded", "RFC 6666"),
    Range("100:0:0:1::/64", "a dummy prefix", "RFC 9780"),
    Range("2001:2::/48", "for benchmarks", "RFC 5180"),
    Range("2001:10::/28", "ORCHID, withdrawn", "RFC 4843"),
    Range("2001:20::/28", "ORCHIDv2, which is not routed", "RFC 7343"),
    Range("3ffe::/16", "the 6bone, withdrawn", "RFC 3701"),
    Range("5f00::/16", "for segment identifiers", "RFC 9602"),
    Range("fec0::/10", "site-local, withdrawn", "RFC 3879"),
    Range("ff00::/8", "multicast", "RFC 4291 §2.7"),
)

_RULES = {
    **dict.fromkeys(PRIVATE, PRIVATE_ADDRESS),
    **dict.fromkeys((*DOCUMENTATION, *RESERVED), RESERVED_ADDRESS),
}
"""In the order in which they are looked through: ::1 lies in ::/96 as well."""
_EXAMPLES = ("example.", "example.com.", "example.net.", "example.org.", "invalid.", "test.")
"""Names for documentation and tests (RFC 2606, RFC 6761)."""
_ANYCAST = frozenset({"192.0.0.9", "192.0.0.10"})
"""Two that serve in 192.0.0.0/24 (RFC 7723, RFC 8155)."""
_WITH_HINTS = frozenset({"HTTPS", "SVCB"})
_HINT = re.compile(r'(?<= )ipv[46]hint="?([0-9A-Fa-f.:,]+)')
_SHOWN = 3

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _by_first_byte() -> dict[tuple[int, int], list[tuple[_Network, Range]]]:
    index: dict[tuple[int, int], list[tuple[_Network, Range]]] = {}
    for each in _RULES:
        network = ipaddress.ip_network(each.network)
        first, last = network.network_address.packed[0], network.broadcast_address.packed[0]
        for byte in range(first, last + 1):
            index.setdefault((network.version, byte), []).append((network, each))
    return index


_INDEX = _by_first_byte()


@lru_cache(maxsize=1 << 12)
def range_of(address: str) -> Range | None:
    """The range above that an address lies in, or None: it may serve."""
    parsed = ipaddress.ip_address(address)
    ranges = _INDEX.get((parsed.version, parsed.packed[0]), ())
    return next((each for network, each in ranges if parsed in network and address not in _ANYCAST), None)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    if subject.settings.private:
        return
    example = any(is_subdomain(subject.origin, name) for name in _EXAMPLES)
    for rrset in subject.zone.rrsets.values():
        if rrset.type in {"A", "AAAA"} or rrset.type in _WITH_HINTS:
            found = [
                _Found(address, each, place)
                for place, value in enumerate(rrset.values)
                for address in _addresses(rrset.type, value)
                if (each := range_of(address)) is not None and not _is_proper(rrset, each, example=example)
            ]
            if found:
                yield from _judge(rrset, found)


class _Found(NamedTuple):
    """An address of the value at `place`, and the range that it lies in."""

    address: str
    range: Range
    place: int


def _addresses(rdtype: str, value: str) -> list[str]:
    """The address that the value is, or those that it hints at (RFC 9460 §7.3)."""
    if rdtype not in _WITH_HINTS:
        return [value]
    return [address for hint in _HINT.finditer(value) for address in hint[1].split(",")]


def _judge(rrset: RRset, found: list[_Found]) -> Iterator[Diagnostic]:
    """One finding a rule, at the first of its addresses."""
    for rule in (PRIVATE_ADDRESS, RESERVED_ADDRESS):
        those = [each for each in found if _RULES[each.range] is rule]
        if those:
            shown = [f"{each.address} is {each.range.purpose} ({each.range.reference})" for each in those]
            more = f", and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
            at = rrset.spans[those[0].place] if rrset.spans else None
            yield rule.broken(at, f"{rrset.key}: {', '.join(shown[:_SHOWN])}{more}")


def _is_proper(rrset: RRset, each: Range, *, example: bool) -> bool:
    """A zone for examples has example addresses; `localhost` is this host (RFC 1912 §4.1)."""
    if each.purpose == "loopback":
        return labels_of(rrset.name)[:1] == (b"localhost",)
    return example and each in DOCUMENTATION


CHECK = Check((PRIVATE_ADDRESS, RESERVED_ADDRESS), _find)
