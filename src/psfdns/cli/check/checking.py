"""Everything that `check` finds in the files that are meant."""

from __future__ import annotations

import functools
import operator
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli.certs.certificates import CertificateCheck
from psfdns.cli.check.scope import (
    CERTS,
    Loose,
    folders_of,
    is_changed,
    is_meant,
    only_below,
    sort_paths,
)
from psfdns.cli.repository import read_zone, select_zones
from psfdns.cli.wiring import Workspace, open_repository, open_workspace
from psfdns.diagnostics import Diagnostic
from psfdns.errors import InvalidInputError

if TYPE_CHECKING:
    from psfdns.cli.check.changing import Since
    from psfdns.cli.check.online import Online
    from psfdns.cli.options import Options
    from psfdns.plans.desired import DesiredZone
    from psfdns.tenants.load import Repository
    from psfdns.zonefile.parse import ParsedZone


@dataclass(frozen=True, slots=True)
class Extent:
    """The paths of which all that there is to say was said: these, and those at and below `folders`."""

    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def covers(self, path: str) -> bool:
        """Whether what was not found at the path is not there."""
        return path in self.paths or any(
            path == folder or path.startswith(f"{folder}/") for folder in self.folders
        )

    def __or__(self, other: Extent) -> Extent:
        return Extent(self.paths | other.paths, self.folders | other.folders)


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything found in the files, each once, how many zones were read, and where nothing was left out.

    `root` is that of the data, None where psfdns.toml has errors, so that nothing else was looked at.
    `read` are the zones, each as it is and, where only a change counts, as it was; `online` what was heard.
    """

    findings: tuple[Diagnostic, ...]
    zones: int
    extent: Extent = Extent()
    root: Path | None = None
    read: tuple[tuple[DesiredZone, DesiredZone | None], ...] = ()
    online: Online | None = None


def check_files(
    options: Options, paths: Sequence[str], *, origin: str | None, since: Since | None, online: bool = False
) -> Checked:
    """Check what `paths` name, or the whole repository; raises UsageError for a path that is not there.

    With `online` what the zones point at is asked about too.
    """
    try:
        workspace = open_workspace(options, config_needed=False)
    except InvalidInputError as error:
        return Checked(error.diagnostics, 0)
    scope = sort_paths(workspace, paths, origin)
    changed = None if since is None else _changed(workspace, since.revision)
    results = list(_check_loose(workspace, scope.outside, changed))
    if scope.inside:
        results.append(_check_repository(workspace, scope.inside, since))
    found = dict.fromkeys(finding for result in results for finding in result.findings)
    extent = functools.reduce(operator.or_, (result.extent for result in results), Extent())
    zones = sum(result.zones for result in results)
    asked = _ask(workspace, results, since) if online else None
    return Checked(tuple(found), zones, extent, workspace.root, online=asked)


def _ask(workspace: Workspace, results: Iterable[Checked], since: Since | None) -> Online:
    from psfdns.cli.check.online import check_online

    return check_online(workspace, [each for result in results for each in result.read], since=since)


def _changed(workspace: Workspace, revision: str) -> set[str]:
    from psfdns.cli.revision import changed_paths

    return changed_paths(workspace.root, revision)


def _check_loose(
    workspace: Workspace, files: Iterable[Loose], changed: Collection[str] | None
) -> Iterator[Checked]:
    from psfdns.checks import run_checks
    from psfdns.settings import ZoneSettings

    for loose in files:
        if changed is None or is_changed(workspace, loose, changed):
            parsed = _parse_loose(loose, default_ttl=workspace.config.default_ttl)
            findings = run_checks(
                parsed.zone,
                settings=ZoneSettings(),
                suppressions=parsed.suppressions,
                path=loose.shown,
                findings=parsed.findings,
                issuers=workspace.config.acme.issuers,
            )
            read = ((_as_desired(loose, parsed, findings), None),)
            yield Checked(findings, 1, Extent(frozenset({loose.shown})), read=read)


def _as_desired(loose: Loose, parsed: ParsedZone, findings: tuple[Diagnostic, ...]) -> DesiredZone:
    from psfdns.diagnostics import has_errors
    from psfdns.plans.desired import DesiredZone
    from psfdns.settings import ZoneSettings

    zone = None if has_errors(findings) else parsed.zone
    silenced = tuple(parsed.suppressions)
    return DesiredZone(loose.origin, None, "", loose.shown, ZoneSettings(), zone, findings, silenced)


def _parse_loose(loose: Loose, *, default_ttl: int) -> ParsedZone:
    from psfdns.zonefile.findings import Limits
    from psfdns.zonefile.load import load_zone
    from psfdns.zonefile.parse import parse_zone

    if loose.file is not None:
        return load_zone(
            loose.file,
            origin=loose.origin,
            shown_path=loose.shown,
            tenant_root=loose.file.parent,
            default_ttl=default_ttl,
        )
    data = sys.stdin.buffer.read(Limits().octets + 1)
    return parse_zone(data, origin=loose.origin, path=loose.shown, default_ttl=default_ttl)


def _check_repository(workspace: Workspace, inside: Collection[str], since: Since | None) -> Checked:
    """Zones and tenants below the paths `inside`, or what a change brings there."""
    repository = open_repository(workspace)
    wanted = only_below(inside)
    if since is not None:
        return _check_change(workspace, repository, since, wanted)
    files = [file for file in select_zones(repository) if is_meant(file, inside, wanted)]
    touched = frozenset(file.shown_path for file in files)
    certificates = CertificateCheck(workspace, repository)
    findings = [
        finding
        for finding in (*repository.findings, *_find_stale_codeowners(workspace, repository))
        if finding.span is not None and (wanted(finding.span.path) or finding.span.path in touched)
    ]
    read = [read_zone(file, workspace.config) for file in files]
    for zone in read:
        findings.extend(zone.findings)
        certificates.keep(zone)
    if "." in inside or any(place.partition("/")[0] == CERTS for place in inside):
        findings.extend(each for each in certificates.find() if each.span and wanted(each.span.path))
    extent = Extent(touched, folders_of(inside))
    return Checked(tuple(findings), len(files), extent, read=tuple((zone, None) for zone in read))


def _check_change(
    workspace: Workspace, repository: Repository, since: Since, wanted: Callable[[str], bool]
) -> Checked:
    """What the change brings; whose it is to make is said first, and whatever paths were asked for.

    GitHub shows the first ten errors, warnings and notices of a step: none of these is to be buried.
    """
    from psfdns.cli.check.changing import check_change

    brought = check_change(workspace, repository, since)
    asked = (each for each in brought.findings if each.span is None or wanted(each.span.path))
    found = list(brought.policy)
    found += (each for each in asked if each not in brought.policy)
    return Checked(tuple(found), len(brought.read), read=brought.read)


def _find_stale_codeowners(workspace: Workspace, repository: Repository) -> Iterator[Diagnostic]:
    from psfdns.tenants.codeowners import PATHS, find_stale
    from psfdns.tenants.load import read_text

    for path in PATHS:
        text = read_text(workspace.root / path)
        if text is not None:
            yield from find_stale(text, repository.tenants, path=path)
            return
