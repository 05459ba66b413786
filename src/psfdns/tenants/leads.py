"""Which record sets lead to a name or an address: CNAME after CNAME, alias after alias. Pure.

Mail, services and delegations lead there too, but nobody is led through them: who has a CNAME to a domain
whose mail is elsewhere does not depend on that mail server.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from psfdns.names import NameSyntaxError, parse_name
from psfdns.records import TARGET_WORD, RRset, Zone

_ADDRESSES = frozenset({"A", "AAAA"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked for: a canonical name, or addresses."""

    name: str | None = None
    network: Network | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A record set in the zone (label) of a tenant."""

    tenant: str
    zone: str
    rrset: RRset


def parse_target(text: str) -> Target:
    """A name, an address, or a network as `192.0.2.0/24`; raises ValueError."""
    try:
        return Target(network=ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        if _is_address(text.partition("/")[0]):
            raise ValueError(f"{text!r} is neither a name nor an address: {error}") from error
    try:
        name = parse_name(text if text.endswith(".") else text + ".")
    except NameSyntaxError as error:
        raise ValueError(f"{text!r} is neither a name nor an address: {error}") from error
    if name == ".":
        raise ValueError(f"{text!r} is neither a name nor an address")
    return Target(name=name)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def find_leading(places: Iterable[Place], targets: Collection[Target]) -> tuple[Place, ...]:
    """Those of the record sets that lead to one of the targets, directly or through others of them."""
    every = tuple(places)
    goals = frozenset(target.name for target in targets if target.name is not None)
    networks = tuple(target.network for target in targets if target.network is not None)
    names = _names_that_lead(every, goals, networks)
    return tuple(place for place in every if _is_meant(place.rrset, goals, names, networks))


def _names_that_lead(
    places: Iterable[Place], goals: frozenset[str], networks: Collection[Network]
) -> frozenset[str]:
    """Every name from which a client comes to a target: the goals, and what points at one of the names."""
    pointing: dict[str, set[str]] = {}
    found = set(goals)
    for place in places:
        rrset = place.rrset
        for name in _followed(rrset):
            pointing.setdefault(name, set()).add(rrset.name)
        if _has_address(rrset, networks):
            found.add(rrset.name)
    waiting = list(found)
    while waiting:
        new = pointing.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found)


def _is_meant(
    rrset: RRset, goals: Collection[str], names: Collection[str], networks: Collection[Network]
) -> bool:
    if rrset.name in goals or _has_address(rrset, networks):
        return True
    led = {*_followed(rrset), *_named(rrset)}
    return not led.isdisjoint(names)


def _followed(rrset: RRset) -> tuple[str, ...]:
    if rrset.alias is not None:
        return (rrset.alias.name,)
    return rrset.values if rrset.type == "CNAME" else ()


def _named(rrset: RRset) -> tuple[str, ...]:
    place = TARGET_WORD.get(rrset.type)
    return () if place is None else tuple(value.split(" ")[place] for value in rrset.values)


def _has_address(rrset: RRset, networks: Collection[Network]) -> bool:
    if not networks or rrset.type not in _ADDRESSES:
        return False
    addresses = [ipaddress.ip_address(value) for value in rrset.values]
    return any(address in network for address in addresses for network in networks)


def zone_places(zones: Iterable[tuple[str, str, Zone]]) -> tuple[Place, ...]:
    """The record sets of (tenant, label, zone)s."""
    return tuple(Place(tenant, label, each) for tenant, label, zone in zones for each in zone.rrsets.values())


def by_tenant(places: Iterable[Place]) -> Mapping[str, tuple[Place, ...]]:
    """The same by tenant."""
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(place.tenant, []).append(place)
    return {tenant: tuple(several) for tenant, several in found.items()}
