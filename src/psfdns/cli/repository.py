"""The files of a repository as what is wanted: which zones are meant, and each of them read and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.errors import UsageError
from psfdns.names import NameSyntaxError, parse_name
from psfdns.plans.desired import DesiredZone, zone_label

if TYPE_CHECKING:
    from psfdns.config import Config
    from psfdns.records import Zone
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile


def select_zones(
    repository: Repository,
    *,
    names: Sequence[str] = (),
    tenant: str | None = None,
    changed: Collection[str] | None = None,
) -> tuple[ZoneFile, ...]:
    """The zone files that are meant: names and tenant intersect, none means all.

    `changed` holds shown paths; a zone whose own folder holds a changed file that is not a zone file
    (tenant.toml, something included) is meant too. Raises UsageError for an unknown zone or tenant.
    """
    if tenant is not None and tenant not in repository.tenants:
        raise unknown("tenant", tenant, repository.tenants)
    known = {zone_label(file.origin, file.view): file for file in repository.zone_files}
    origins = {file.origin for file in repository.zone_files}
    wanted = {_find(name, known, origins) for name in names}
    chosen = [
        file
        for file in repository.zone_files
        if (not names or file.origin in wanted or zone_label(file.origin, file.view) in wanted)
        and (tenant is None or file.tenant == tenant)
        and (changed is None or _touched(file, changed))
    ]
    return tuple(chosen)


def select_changed(
    root: Path,
    repository: Repository,
    *,
    names: Sequence[str] = (),
    tenant: str | None = None,
    since: str | None,
) -> tuple[ZoneFile, ...]:
    """As `select_zones`, and of those only what changed since the revision, where one is given."""
    if since is None:
        return select_zones(repository, names=names, tenant=tenant)
    from psfdns.cli.revision import changed_paths

    return select_zones(repository, names=names, tenant=tenant, changed=changed_paths(root, since))


def choose_tenants(repository: Repository, slugs: Sequence[str]) -> list[str]:
    """The tenants that are named, each once; raises UsageError for one that is not there."""
    for slug in slugs:
        if slug not in repository.tenants:
            raise unknown("tenant", slug, repository.tenants)
    return list(dict.fromkeys(slugs))


def read_zones(files: Iterable[ZoneFile], config: Config) -> tuple[DesiredZone, ...]:
    """Each zone file read and checked."""
    return tuple(read_zone(file, config) for file in files)


def read_zone(file: ZoneFile, config: Config) -> DesiredZone:
    """One zone file read and checked; `zone` is None where its errors make it unusable."""
    return read_with_contents(file, config)[0]


def read_with_contents(file: ZoneFile, config: Config) -> tuple[DesiredZone, Zone]:
    """One zone file read and checked, and what could be read of it in spite of its errors."""
    from psfdns.checks import run_checks
    from psfdns.diagnostics import has_errors
    from psfdns.zonefile.load import load_zone

    parsed = load_zone(
        file.path,
        origin=file.origin,
        shown_path=file.shown_path,
        tenant_root=Path(file.path).parent,
        default_ttl=config.default_ttl,
    )
    found = run_checks(
        parsed.zone,
        settings=file.settings,
        suppressions=parsed.suppressions,
        path=file.shown_path,
        findings=parsed.findings,
        issuers=config.acme.issuers,
    )
    findings = (*file.findings, *found)
    zone = None if has_errors(findings) else parsed.zone
    desired = DesiredZone(
        file.origin,
        file.view,
        file.tenant,
        file.shown_path,
        file.settings,
        zone,
        findings,
        tuple(parsed.suppressions),
    )
    return desired, parsed.zone


def zone_argument(text: str) -> str:
    """A zone as a person writes it on a command line -> `name.` or `name.@view`, canonical.

    Case, final dot and U-labels are free. Raises UsageError.
    """
    name, at, view = text.partition("@")
    if not name:
        raise UsageError(f"{text!r} is not the name of a zone: it is empty")
    try:
        canonical = parse_name(name if name.endswith(".") else name + ".")
    except NameSyntaxError as error:
        raise UsageError(f"{text!r} is not the name of a zone: {error}") from error
    return canonical + (f"@{view.lower()}" if at else "")


def _find(text: str, known: Collection[str], origins: Collection[str]) -> str:
    name = zone_argument(text)
    if name not in known and name not in origins:
        raise unknown("zone", name, known)
    return name


def unknown(kind: str, name: str, known: Collection[str]) -> UsageError:
    """The error for a name that is not known, with the nearest one that is, or all if they are few."""
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return UsageError(f"unknown {kind} {name!r}", hint=f"did you mean {near[0]!r}?")
    few = ", ".join(sorted(known)) if len(known) <= 20 else ""
    return UsageError(f"unknown {kind} {name!r}", hint=f"known: {few}" if few else None)


def _touched(file: ZoneFile, changed: Collection[str]) -> bool:
    folder = file.shown_path.rpartition("/")[0] + "/"
    return any(
        path == file.shown_path or (path.startswith(folder) and not path.endswith(".zone"))
        for path in changed
    )
