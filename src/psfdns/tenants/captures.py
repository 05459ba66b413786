"""What a change in one zone does to names of other tenants below it: NS, DS, wildcards, hidden data. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from psfdns.diagnostics import Diagnostic, Span
from psfdns.names import is_subdomain, parent_of
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.tenants import change_rules as rules
from psfdns.tenants.change import ChangeScene
from psfdns.tenants.zone_file import ZoneFile

MAX_FINDINGS = 20
"""About one zone; what is beyond is counted."""


def find_captures(
    scene: ChangeScene, file: ZoneFile, *, before: Zone | None, after: Zone
) -> Iterator[Diagnostic]:
    """What the new contents of the zone take from zones of others; `before` None is a new zone.

    Only what differs counts: what stood there before was approved.
    """
    ground = _Ground(file.origin, _others_below(scene, file), after)
    if not ground.others:
        return
    found = (
        (rrset.span if rrset is not None and rrset.span else Span(file.shown_path), key, taken)
        for key, rrset in _differences(before, after)
        if (taken := ground.taken_by(key)) is not None
    )
    beyond = 0
    for number, (at, key, (how, origin)) in enumerate(found):
        if number < MAX_FINDINGS:
            tenant = ground.others[origin]
            yield scene.say(rules.CAPTURES_ZONE, at, f"{key} {how} {origin} of {tenant}", of=[tenant])
        beyond = number + 1 - MAX_FINDINGS
    if beyond > 0:
        summary = f"{beyond:,} more record sets bear on other tenants' zones"
        yield scene.say(rules.CAPTURES_ZONE, Span(file.shown_path), summary)


@dataclass(frozen=True)
class _Ground:
    """`others`: what others hold strictly below `origin`, name -> tenant; `zone`: the new contents."""

    origin: str
    others: Mapping[str, str]
    zone: Zone

    def taken_by(self, key: RRsetKey) -> tuple[str, str] | None:
        """How the record set bears on which of the others' names, or None where it does not."""
        for name in _climb(key.name, self.origin):
            if name in self.others:
                return "stands at or below", name
        if key.type in {"NS", "DS"} and key.name in self.above:
            return "decides who answers for", self.above[key.name]
        if key.name.startswith("*."):
            encloser = parent_of(key.name)
            for origin in self.others:
                if is_subdomain(origin, encloser) and not self._exists_below(encloser, origin):
                    return "answers for", origin
        return None

    @cached_property
    def above(self) -> Mapping[str, str]:
        """Names strictly between the zone's and the others', each with one of those below it."""
        return {
            name: other
            for other in self.others
            for name in _climb(parent_of(other), self.origin)
            if name not in self.others
        }

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names that exist by what is no wildcard (RFC 4592 §2.2.2)."""
        found: set[str] = set()
        for key in self.zone.rrsets:
            if not key.name.startswith("*."):
                for name in _climb(key.name, self.origin):
                    if name in found:
                        break
                    found.add(name)
        return frozenset(found)

    def _exists_below(self, encloser: str, origin: str) -> bool:
        """Whether a name between the two exists: then the encloser's wildcard does not answer."""
        return any(name in self._names for name in _climb(origin, encloser))


def _climb(name: str, top: str) -> Iterator[str]:
    """The name and what is above it, without `top`."""
    while name not in {top, "."}:
        yield name
        name = parent_of(name)


def _others_below(scene: ChangeScene, file: ZoneFile) -> Mapping[str, str]:
    """What other tenants held below this zone by the revision, as a zone or as `delegated`."""
    found = {
        f"{name}.": tenant
        for held in scene.owners.zone_files
        if held.origin == file.origin
        for name, tenant in held.settings.delegated.items()
    }
    found |= {
        other.origin: other.tenant
        for other in scene.owners.zone_files
        if not other.settings.private and is_subdomain(other.origin, file.origin)
    }
    return {name: tenant for name, tenant in found.items() if tenant != file.tenant and name != file.origin}


def _differences(before: Zone | None, after: Zone) -> Sequence[tuple[RRsetKey, RRset | None]]:
    """Record sets that are new, altered, or (None) gone."""
    old = {} if before is None else before.rrsets
    new = [(key, rrset) for key, rrset in after.rrsets.items() if old.get(key) != rrset]
    return [*new, *((key, None) for key in old if key not in after.rrsets)]
