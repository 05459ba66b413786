"""Whom a maintenance concerns: tenants by their zones, by name, or by what their record sets lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.errors import InvalidInputError, UsageError
from psfdns.records import Zone
from psfdns.tenants.leads import Place, by_tenant, find_leading, parse_target, zone_places

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.load import Repository
    from psfdns.tenants.tenant import Tenant
    from psfdns.tenants.zone_file import ZoneFile


@dataclass(frozen=True, slots=True)
class Selection:
    """Zones, tenants and targets as they were given; each narrows what the others mean."""

    zones: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def find_concerned(
    workspace: Workspace, repository: Repository, selection: Selection
) -> list[tuple[Tenant, list[str], Sequence[Place]]]:
    """The tenants meant, with those of their zones that are named, or the record sets that lead there."""
    from psfdns.cli.repository import choose_tenants, select_zones
    from psfdns.plans.desired import zone_label

    slugs = choose_tenants(repository, selection.tenants) or sorted(repository.tenants)
    files = select_zones(repository, names=selection.zones)
    labels = {zone_label(file.origin, file.view): file.tenant for file in files}
    places: Mapping[str, Sequence[Place]] = {}
    if selection.targets:
        leading = _find_leading(workspace, repository, selection.targets)
        places = by_tenant(place for place in leading if place.zone in labels)
        slugs = [slug for slug in slugs if slug in places]
    elif selection.zones:
        slugs = [slug for slug in slugs if slug in labels.values()]
    named = labels if selection.zones else {}
    return [
        (
            repository.tenants[slug],
            [label for label, owner in named.items() if owner == slug],
            places.get(slug, ()),
        )
        for slug in slugs
    ]


def _find_leading(workspace: Workspace, repository: Repository, texts: Iterable[str]) -> Sequence[Place]:
    """Raises UsageError for what is no target, and InvalidInputError where a file cannot be read whole."""
    try:
        targets = [parse_target(text) for text in texts]
    except ValueError as error:
        raise UsageError(f"--matching: {error}") from error
    return find_leading(zone_places(_read_zones(workspace, repository.zone_files)), targets)


def _read_zones(workspace: Workspace, files: Iterable[ZoneFile]) -> list[tuple[str, str, Zone]]:
    """Every zone: a chain of CNAMEs may go through any of them."""
    from psfdns.cli.repository import read_zones
    from psfdns.diagnostics import Severity

    zones = read_zones(files, workspace.config)
    faults = [
        finding
        for zone in zones
        if zone.zone is None
        for finding in zone.findings
        if finding.severity is Severity.ERROR
    ]
    if faults:
        raise InvalidInputError(faults, summary="nothing was sent: whom it concerns cannot be told")
    return [(zone.tenant, zone.label, zone.zone) for zone in zones if zone.zone is not None]
