"""What an entry of the journal did to each tenant's zones, for those who are told of it. Pure.

A tenant hears of all that was made in their zones, and of what was made in another's zone at or below a
name that is delegated to them; of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psfdns.journal.entry import Entry, EntryZone
from psfdns.journal.progress import BATCH, CREATE_ZONE, MADE, Progress
from psfdns.journal.recorder import Fate
from psfdns.names import is_subdomain
from psfdns.plans.plan import Change, Setting

DELETE_ZONE = "delete-zone"

Delegations = Mapping[str, Mapping[str, str]]
"""A zone's label -> canonical names below it -> the tenant that holds each."""


@dataclass(frozen=True, slots=True)
class TouchedZone:
    """What was made in one zone; `unknown` are changes whose answer was lost."""

    label: str
    private: bool
    created: bool
    deleted: bool
    changes: tuple[Change, ...]
    unknown: tuple[Change, ...] = ()
    settings: tuple[Setting, ...] = ()
    name_servers: tuple[str, ...] = ()


def touched_zones(
    entry: Entry, progress: Progress, delegations: Delegations
) -> Mapping[str, tuple[TouchedZone, ...]]:
    """By tenant, in the order of the entry; "" is nobody: zones without a file."""
    found: dict[str, list[TouchedZone]] = {}
    for zone in entry.zones:
        for tenant, touched in _touched(zone, progress, delegations.get(zone.label, {})):
            found.setdefault(tenant, []).append(touched)
    return {tenant: tuple(zones) for tenant, zones in found.items()}


def _touched(
    zone: EntryZone, progress: Progress, delegated: Mapping[str, str]
) -> Iterator[tuple[str, TouchedZone]]:
    steps = {step.name for step in progress.of_zone(zone.label) if step.fate in MADE}
    whole = TouchedZone(
        zone.label,
        zone.private,
        created=CREATE_ZONE in steps,
        deleted=DELETE_ZONE in steps,
        changes=progress.changes_with(zone, MADE),
        unknown=progress.changes_with(zone, {Fate.UNKNOWN}),
        name_servers=_name_servers(zone, progress),
        settings=zone.settings if steps - {BATCH, CREATE_ZONE, DELETE_ZONE} else (),
    )
    if steps or whole.unknown:
        yield zone.tenant, whole
    for tenant in sorted(set(delegated.values()) - {zone.tenant}):
        names = [name for name, holder in delegated.items() if holder == tenant]
        made, unknown = (
            tuple(change for change in changes if _is_below(change, names))
            for changes in (whole.changes, whole.unknown)
        )
        if made or unknown:
            yield (
                tenant,
                TouchedZone(
                    zone.label, zone.private, created=False, deleted=False, changes=made, unknown=unknown
                ),
            )


def _name_servers(zone: EntryZone, progress: Progress) -> tuple[str, ...]:
    """Those of a zone that was made."""
    made = (step for step in progress.of_zone(zone.label) if step.name == CREATE_ZONE and step.fate in MADE)
    return tuple(str(name) for step in made for name in step.details.get("name_servers") or ())


def _is_below(change: Change, names: list[str]) -> bool:
    return any(is_subdomain(change.key.name, name) for name in names)
