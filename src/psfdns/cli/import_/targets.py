"""Where an imported zone goes: whose tenant's, and under which file name. No disk, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from psfdns.cli.repository import zone_argument
from psfdns.diagnostics import Diagnostic
from psfdns.errors import PsfdnsError, UsageError
from psfdns.names import canonical_order, is_subdomain
from psfdns.plans.desired import zone_label, zone_stem
from psfdns.plans.host import HostedZone
from psfdns.plans.match import Matching
from psfdns.settings import ZoneSettings
from psfdns.tenants.load import ZONES, Repository
from psfdns.tenants.names import ZONE_SUFFIX
from psfdns.tenants.zone_file import ZoneFile

NEW_TENANT = """\
to make it, write zones/{tenant}/tenant.toml with
name = "..."            # who they are
kind = "..."            # psf, working-group or community-organisation
approved = "..."        # the decision that made them a tenant
billing = "..."         # who pays for registrations: tenant or psf
[[liaison]]
name = "..."
email = "..."
"""
"""What only people know is for people to write."""


@dataclass(frozen=True, slots=True)
class Target:
    """A hosted zone, the file that it goes to, and whether only its id says which one it is.

    With `findings` (errors) it cannot be told whether it is that file's zone at all.
    """

    hosted: HostedZone
    file: ZoneFile
    ambiguous: bool
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A hosted zone that is not imported, and why."""

    hosted: HostedZone
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    names: Sequence[str]
    everything: bool
    tenant: str | None


def choose_targets(
    wish: Wish, repository: Repository, hosted: Sequence[HostedZone], matching: Matching, *, root: Path
) -> tuple[list[Target], list[Skipped]]:
    """The hosted zones that are meant, each with its file; raises PsfdnsError."""
    chooser = _Chooser(wish, repository, hosted, matching, root)
    targets, skipped = chooser.choose()
    chooser.refuse_unmet()
    return targets, skipped


def locate_file(repository: Repository, label: str, *, tenant: str | None, root: Path) -> ZoneFile:
    """The file that holds the zone `label`, else a new one of its tenant; raises UsageError."""
    for file in repository.zone_files:
        if zone_label(file.origin, file.view) == label:
            _refuse_other_tenant(file, tenant)
            return file
    origin, _, view = label.partition("@")
    owner = tenant or _obvious_tenant(repository, origin)
    if owner is None:
        raise UsageError(
            f"{zone_stem(label)} is no tenant's yet", hint=f"name the tenant: --tenant {_known(repository)}"
        )
    return new_file(repository, owner, origin, view or None, root=root)


def new_file(repository: Repository, tenant: str, origin: str, view: str | None, *, root: Path) -> ZoneFile:
    """A zone file that is not there yet; raises UsageError for an unknown tenant."""
    if tenant not in repository.tenants:
        raise UsageError(f"unknown tenant {tenant!r}", hint=NEW_TENANT.format(tenant=tenant).rstrip())
    stem = zone_stem(zone_label(origin, view))
    name = stem.replace("/", "%2F") + ZONE_SUFFIX
    settings = repository.tenants[tenant].zones.get(stem, ZoneSettings())
    return ZoneFile(root / ZONES / tenant / name, f"{ZONES}/{tenant}/{name}", origin, view, tenant, settings)


def _known(repository: Repository) -> str:
    return "|".join(repository.tenants) or "NAME"


def _obvious_tenant(repository: Repository, origin: str) -> str | None:
    """Whom the nearest zone above hands the name to, else whose that zone is, else the only one."""
    above = [file for file in repository.zone_files if is_subdomain(origin, file.origin)]
    nearest = max(above, key=lambda file: len(canonical_order(file.origin)), default=None)
    if nearest is None:
        return next(iter(repository.tenants)) if len(repository.tenants) == 1 else None
    handed = nearest.settings.delegated
    return next((handed[name] for name in handed if is_subdomain(origin, name + ".")), nearest.tenant)


def _refuse_other_tenant(file: ZoneFile, tenant: str | None) -> None:
    if tenant is not None and file.tenant != tenant:
        raise UsageError(f"{file.stem} is a zone of {file.tenant}", hint=f"leave out --tenant {tenant}")


class _Chooser:
    def __init__(
        self,
        wish: Wish,
        repository: Repository,
        hosted: Sequence[HostedZone],
        matching: Matching,
        root: Path,
    ) -> None:
        self._wish = wish
        self._repository = repository
        self._hosted = sorted(hosted, key=lambda zone: (canonical_order(zone.name), zone.private, zone.id))
        self._matching = matching
        self._root = root
        self._unmet = dict.fromkeys(zone_argument(name) for name in wish.names)
        self._files = {zone_label(file.origin, file.view): file for file in repository.zone_files}
        self._labels = {zone.id: label for label, zone in matching.hosted.items()}

    def choose(self) -> tuple[list[Target], list[Skipped]]:
        """What is meant: each zone with its file, or the reason why it has none."""
        targets, skipped, orphans = [], [], []
        for zone in self._hosted:
            doubtful = self._doubtful_label(zone)
            label = doubtful or self._labels.get(zone.id) or self._new_label(zone)
            if not self._is_meant(zone, label):
                continue
            if zone.linked_service is not None:
                skipped.append(Skipped(zone, f"made and kept by another service: {zone.linked_service}"))
                continue
            try:
                file = locate_file(self._repository, label, tenant=self._wish.tenant, root=self._root)
            except UsageError as error:
                orphans.append((label, error))
                continue
            findings = self._matching.findings[label] if doubtful else ()
            targets.append(Target(zone, file, self._is_ambiguous(zone, file), findings))
        self._refuse_orphans(orphans)
        return targets, skipped

    def refuse_unmet(self) -> None:
        """A name that is nowhere is a slip of the hand; one that only the files know is not there yet."""
        for name in self._unmet:
            if any(name in (label, file.origin) for label, file in self._files.items()):
                raise PsfdnsError(
                    f"{zone_stem(name)} is not in this account", hint="psfdns apply creates it from its file"
                )
            raise _unknown_zone(name, {zone.name for zone in self._hosted})

    def _is_meant(self, zone: HostedZone, label: str) -> bool:
        """By name or label; where a tenant is named, files of other tenants are not meant."""
        wanted = [name for name in self._wish.names if zone_argument(name) in (zone.name, label)]
        for name in wanted:
            self._unmet.pop(zone_argument(name), None)
        if wanted:
            return True
        file = self._files.get(label)
        mine = self._wish.tenant is None or file is None or file.tenant == self._wish.tenant
        only_held = not self._wish.everything and file is None
        return not self._wish.names and mine and not only_held

    def _doubtful_label(self, zone: HostedZone) -> str | None:
        """The label of a file that may or may not mean this zone: its settings do not tell."""
        doubtful = (label for label in self._matching.findings if label.partition("@")[0] == zone.name)
        return None if zone.id in self._labels else next(doubtful, None)

    def _new_label(self, zone: HostedZone) -> str:
        """The plain name where it is free, else a view: one asked for, `private`, or the zone's id."""
        taken = set(self._files) | set(self._labels.values())
        asked = [name for name in self._unmet if name.startswith(f"{zone.name}@") and name not in taken]
        twins = [other for other in self._hosted if other.name == zone.name]
        choices = [*asked, zone.name] if len(twins) == 1 or not zone.private else [*asked]
        choices += [zone_label(zone.name, "private")] if zone.private else []
        label = next((choice for choice in choices if choice not in taken), None)
        label = label or zone_label(zone.name, zone.id.lower())
        self._labels[zone.id] = label
        return label

    def _is_ambiguous(self, zone: HostedZone, file: ZoneFile) -> bool:
        return file.view is not None or sum(other.name == zone.name for other in self._hosted) > 1

    def _refuse_orphans(self, orphans: Iterable[tuple[str, UsageError]]) -> None:
        """All at once: nobody likes to be told of one zone at a time."""
        found = list(orphans)
        if len(found) == 1:
            raise found[0][1]
        if found:
            names = ", ".join(zone_stem(label) for label, _ in found)
            raise UsageError(f"no tenant for {names}", hint=found[0][1].hint)


def _unknown_zone(name: str, live: Iterable[str]) -> UsageError:
    import difflib

    near = difflib.get_close_matches(name, list(live), n=1)
    return UsageError(
        f"unknown zone {zone_stem(name)!r}", hint=f"did you mean {zone_stem(near[0])!r}?" if near else None
    )
