"""A and AAAA of a name that drifted apart: one was moved and the other forgotten.

Then IPv4 sees the new site and IPv6 the old one, or none. Without asking anybody that shows in two ways, and
only these are told: addresses of a provider that publishes its ranges beside addresses outside of them, and
names that share their A while their AAAA lie in networks that have nothing to do with each other.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from psfdns.checks.addresses import range_of
from psfdns.checks.check import Check, Subject, first_line
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset

_WHY = (
    "Visitors over IPv6 see another site than those over IPv4, or none, and most of those who look after the "
    "name do not see it at their own desk."
)

AAAA_ELSEWHERE = Rule(
    "aaaa-elsewhere",
    Severity.WARNING,
    "A and AAAA of a name lead to the same provider, where the ranges of one of them are published.",
    "RFC 4472 §4.3",
    why=_WHY,
    mend="take both from where the site is now, or remove the one that is stale",
)
AAAA_DIFFERS = Rule(
    "aaaa-differs",
    Severity.WARNING,
    "Names with the same A do not have AAAA in unrelated networks (of different /32).",
    "RFC 4472 §4.3",
    why=_WHY,
    mend="give the names the same AAAA, or remove the one that is stale",
)


class Provider(NamedTuple):
    """Whose addresses lie in which networks, as they publish it."""

    name: str
    networks: tuple[str, ...]


PROVIDERS = (
    # https://api.fastly.com/public-ip-list names 2a04:4e40::/32 and 2a04:4e42::/32, of one allocation.
    Provider(
        "Fastly",
        tuple(
            "23.235.32.0/20 43.249.72.0/22 103.244.50.0/24 103.245.222.0/23 103.245.224.0/24 104.156.80.0/20 "
            "140.248.64.0/18 140.248.128.0/17 146.75.0.0/17 151.101.0.0/16 157.52.64.0/18 167.82.0.0/17 "
            "167.82.128.0/20 167.82.160.0/20 167.82.224.0/20 172.111.64.0/18 185.31.16.0/22 199.27.72.0/21 "
            "199.232.0.0/16 2a04:4e40::/29".split()
        ),
    ),
    # https://docs.github.com/pages, "Managing a custom domain": 185.199.108.153 and its like; the networks
    # are those of https://api.github.com/meta
    Provider("GitHub Pages", ("185.199.108.0/22", "2606:50c0::/32")),
    # https://www.cloudflare.com/ips-v4 and /ips-v6
    Provider(
        "Cloudflare",
        tuple(
            "173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18 "
            "190.93.240.0/20 188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13 "
            "104.24.0.0/14 172.64.0.0/13 131.0.72.0/22 2400:cb00::/32 2606:4700::/32 2803:f800::/32 "
            "2405:b500::/32 2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32".split()
        ),
    ),
)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NETWORKS: tuple[tuple[_Network, str], ...] = tuple(
    (ipaddress.ip_network(network), provider.name) for provider in PROVIDERS for network in provider.networks
)
_SAME_HANDS = 32
"""Bits: registries give networks of this size or larger to providers, who give smaller ones to customers."""


class _Pair(NamedTuple):
    """A name's A and AAAA, both plain."""

    a: RRset
    aaaa: RRset


def _find(subject: Subject) -> Iterator[Diagnostic]:
    by_a: dict[tuple[str, ...], list[_Pair]] = {}
    for pair in _pairs(subject):
        apart = _find_apart(pair)
        if apart is None:
            by_a.setdefault(pair.a.values, []).append(pair)
        else:
            yield apart
    for pairs in by_a.values():
        if len(pairs) > 1:
            yield from _find_differing(pairs)


def _pairs(subject: Subject) -> Iterator[_Pair]:
    """Of each name that has both and serves: without aliases and routing, which answer as others decide.

    Addresses that nobody reaches are told elsewhere.
    """
    for types in subject.names.values():
        if "A" in types and "AAAA" in types:
            rrsets = (*types["A"], *types["AAAA"])
            if len(rrsets) == 2 and all(map(_is_plain, rrsets)):
                yield _Pair(*rrsets)


def _is_plain(rrset: RRset) -> bool:
    return rrset.alias is None and rrset.routing is None and not any(map(range_of, rrset.values))


def _find_apart(pair: _Pair) -> Diagnostic | None:
    """Only where all addresses of one kind are of one provider, and none of the other is."""
    four, six = (set(map(_provider_of, rrset.values)) for rrset in pair)
    if not four.isdisjoint(six) or len(four) > 1 or len(six) > 1:
        return None
    (of_a,), (of_aaaa,) = four, six
    return AAAA_ELSEWHERE.broken(
        pair.aaaa,
        f"{pair.a.name}: A {pair.a.values[0]} leads to {of_a or 'another place'}, "
        f"AAAA {pair.aaaa.values[0]} to {of_aaaa or 'another place'}",
    )


@lru_cache(maxsize=1 << 12)
def _provider_of(address: str) -> str | None:
    parsed = ipaddress.ip_address(address)
    return next((name for network, name in _NETWORKS if parsed in network), None)


def _find_differing(pairs: Sequence[_Pair]) -> Iterator[Diagnostic]:
    """Each that has nothing in common with what most of them have; of two alike, the later one."""
    count = Counter(pair.aaaa.values for pair in pairs)
    order = sorted(pairs, key=lambda pair: (-count[pair.aaaa.values], first_line(pair.aaaa)))
    usual = order[0]
    known = _hands_of(usual.aaaa)
    for pair in order[1:]:
        if known.isdisjoint(_hands_of(pair.aaaa)):
            yield AAAA_DIFFERS.broken(
                pair.aaaa,
                f"{pair.a.name} has the A of {usual.a.name}, and AAAA {pair.aaaa.values[0]} "
                f"instead of {usual.aaaa.values[0]}",
            )


def _hands_of(rrset: RRset) -> set[bytes]:
    return {ipaddress.IPv6Address(value).packed[: _SAME_HANDS // 8] for value in rrset.values}


CHECK = Check((AAAA_ELSEWHERE, AAAA_DIFFERS), _find)
