"""For how long after a change caches may still give the old answer. Pure.

* update, delete: the TTL of the record set that was (of an alias: of its target in this zone, else 60,
  which is what most AWS resources answer with, Developer Guide, "Values specific for alias records");
* create: the zone's negative TTL, min(SOA TTL, SOA minimum) (RFC 2308 §5); where other members of the
  same routing group or a wildcard answered before, at least their TTL;
* the apex NS: the parent's delegation where we host it, as resolvers may hold either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from psfdns.names import is_subdomain, parent_of
from psfdns.plans.plan import Change
from psfdns.records import SELF_ZONE, RRset, RRsetKey, Zone

ALIAS_TTL = 60
NEW_ZONE_NEGATIVE_TTL = 900
"""Route 53's SOA of a new zone: TTL 900, minimum 86400."""


class Caches:
    """The TTLs of one live zone, and of the delegations that its parents hold."""

    def __init__(self, zone: Zone, parents: Mapping[RRsetKey, int] | None = None) -> None:
        self._zone = zone
        self._parents = parents or {}
        self._negative = negative_ttl(zone)
        self._names: dict[str, list[RRset]] | None = None

    def annotate(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The same changes with `cached_for`."""
        for change in changes:
            yield replace(change, cached_for=self._lifetime(change))

    def _lifetime(self, change: Change) -> int:
        key = change.key
        if change.before is not None:
            lifetime = self._ttl_of(change.before)
        else:
            lifetime = max([self._negative, *map(self._ttl_of, self._answers_before(key))])
        return max(lifetime, self._parents.get(key, 0)) if key.name == self._zone.origin else lifetime

    def _ttl_of(self, rrset: RRset, depth: int = 8) -> int:
        if rrset.ttl is not None:
            return rrset.ttl
        alias = rrset.alias
        if alias is not None and alias.zone_id == SELF_ZONE and depth:
            targets = [other for other in self._by_name().get(alias.name, ()) if other.type == rrset.type]
            if targets:
                return max(self._ttl_of(target, depth - 1) for target in targets)
        return ALIAS_TTL

    def _answers_before(self, key: RRsetKey) -> list[RRset]:
        """What answered for the key until now: its own name's record sets, else the closest wildcard's."""
        names = self._by_name()
        name = key.name
        if name not in names:
            name = self._closest_wildcard(name)
        return [rrset for rrset in names.get(name, ()) if rrset.type in (key.type, "CNAME")]

    def _closest_wildcard(self, name: str) -> str:
        """The source of synthesis (RFC 4592 §3.3.1), whether it exists or not."""
        while name != self._zone.origin and is_subdomain(name, self._zone.origin):
            name = parent_of(name)
            if name in self._by_name() or f"*.{name}" in self._by_name():
                break
        return f"*.{name}"

    def _by_name(self) -> dict[str, list[RRset]]:
        if self._names is None:
            self._names = {}
            for rrset in self._zone.rrsets.values():
                self._names.setdefault(rrset.name, []).append(rrset)
        return self._names


def negative_ttl(zone: Zone) -> int:
    """How long "there is no such record" is kept; without an SOA at hand, that of a new zone at Route 53."""
    soa = zone.rrsets.get(RRsetKey(zone.origin, "SOA"))
    if soa is None or soa.ttl is None or not soa.values:
        return NEW_ZONE_NEGATIVE_TTL
    return min(soa.ttl, int(soa.values[0].split()[-1]))
