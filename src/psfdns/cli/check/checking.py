"""What `check` is asked to look at, and everything found there."""

from __future__ import annotations

import functools
import operator
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli.certs.certificates import CertificateCheck
from psfdns.cli.repository import read_zone, select_zones
from psfdns.cli.wiring import Workspace, open_repository, open_workspace
from psfdns.diagnostics import Diagnostic
from psfdns.errors import InvalidInputError, PsfdnsError, UsageError
from psfdns.names import NameSyntaxError, parse_name

if TYPE_CHECKING:
    from psfdns.cli.check.changing import Since
    from psfdns.cli.check.online import Online
    from psfdns.cli.options import Options
    from psfdns.plans.desired import DesiredZone
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile
    from psfdns.zonefile.parse import ParsedZone

STDIN = "-"
ZONES, CERTS = FOLDERS = "zones", "certs"
MAX_FILES = 10_000
"""Zone files that one folder outside zones/ may hold."""


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
    scope = _sort_paths(workspace, paths, origin)
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


@dataclass(frozen=True, slots=True)
class _Loose:
    """A file outside zones/ and certs/ (None: standard input) that is checked alone."""

    file: Path | None
    shown: str
    origin: str


@dataclass(frozen=True, slots=True)
class _Scope:
    """`inside`: paths relative to the root (`zones/psf`); `outside`: files that are nobody's."""

    inside: tuple[str, ...]
    outside: tuple[_Loose, ...]


def _sort_paths(workspace: Workspace, paths: Sequence[str], origin: str | None) -> _Scope:
    if not paths:
        _refuse_nothing(workspace)
    inside: list[str] = []
    outside: list[_Loose] = []
    for path in paths or [str(workspace.root)]:
        below = _inside(workspace, path)
        if below is not None:
            inside.append(below)
        else:
            outside.extend(_find_loose(workspace, path, origin))
    if origin is not None and (inside or len(outside) != 1):
        raise UsageError("--origin names the zone of one file outside zones/")
    return _Scope(tuple(inside), tuple(outside))


def _refuse_nothing(workspace: Workspace) -> None:
    if workspace.config.path is None and not (workspace.root / ZONES).is_dir():
        raise PsfdnsError(
            "nothing to check: no psfdns.toml here or in a folder above, and no zones/ here",
            hint="go to your repository, or name a file: psfdns check FILE",
        )


def _inside(workspace: Workspace, path: str) -> str | None:
    """A path as the repository knows it, or None where it lies outside of what it is made of; "." is all."""
    if path == STDIN:
        return None
    root, given = workspace.root.resolve(), _absolute(Path(path))
    if any(given.is_relative_to(root / folder) for folder in FOLDERS):
        if not os.path.lexists(given):
            raise UsageError(f"{path}: no such file or folder")
        return given.relative_to(root).as_posix()
    is_whole = root.is_relative_to(given) and (root / ZONES).is_dir()
    return "." if is_whole or given == root else None


def _absolute(path: Path) -> Path:
    """Without links on the way; a link at the end stays one, to be refused where it is read."""
    return path.resolve() if path.name in {"", ".."} else path.parent.resolve() / path.name


def _find_loose(workspace: Workspace, path: str, origin: str | None) -> list[_Loose]:
    if path == STDIN:
        if origin is None:
            raise UsageError("standard input has no name: say --origin NAME")
        return [_Loose(None, STDIN, _canonical(origin))]
    file = Path(path)
    if not file.exists():
        raise UsageError(f"{path}: no such file or folder")
    files = _files_below(file) if file.is_dir() else [file]
    if not files:
        raise PsfdnsError(f"{path}: no zone files (NAME.zone) in this folder")
    return [_Loose(each, _shown(workspace, each), _canonical(origin or _stem(each))) for each in files]


def _files_below(folder: Path) -> list[Path]:
    """The zone files of a folder and those in it, links not followed."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(Path(place, name) for name in sorted(names) if name.endswith(".zone"))
        if len(found) > MAX_FILES:
            raise PsfdnsError(f"{folder}: more than {MAX_FILES:,} zone files", hint="check a folder below it")
    return found


def _stem(file: Path) -> str:
    """A zone's name from its file's name: `example.org.zone`, `0%2F25.2.0.192.in-addr.arpa@view.zone`."""
    return file.name.removesuffix(".zone").partition("@")[0].replace("%2F", "/")


def _canonical(name: str) -> str:
    try:
        return parse_name(name if name.endswith(".") else name + ".")
    except NameSyntaxError as error:
        summary = f"{name!r} is not the name of a zone: {error}"
        raise UsageError(summary, hint="name the zone: --origin NAME") from error


def _shown(workspace: Workspace, file: Path) -> str:
    """Relative to the folder of psfdns.toml where it lies below it, else as given."""
    folder = workspace.config.folder.resolve()
    place = _absolute(file)
    if workspace.config.path is not None and place.is_relative_to(folder):
        return place.relative_to(folder).as_posix()
    return file.as_posix()


def _changed(workspace: Workspace, revision: str) -> set[str]:
    from psfdns.cli.revision import changed_paths

    return changed_paths(workspace.root, revision)


def _check_loose(
    workspace: Workspace, files: Iterable[_Loose], changed: Collection[str] | None
) -> Iterator[Checked]:
    from psfdns.checks import run_checks
    from psfdns.settings import ZoneSettings

    for loose in files:
        if changed is None or _is_changed(workspace, loose, changed):
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


def _as_desired(loose: _Loose, parsed: ParsedZone, findings: tuple[Diagnostic, ...]) -> DesiredZone:
    from psfdns.diagnostics import has_errors
    from psfdns.plans.desired import DesiredZone
    from psfdns.settings import ZoneSettings

    zone = None if has_errors(findings) else parsed.zone
    silenced = tuple(parsed.suppressions)
    return DesiredZone(loose.origin, None, "", loose.shown, ZoneSettings(), zone, findings, silenced)


def _is_changed(workspace: Workspace, loose: _Loose, changed: Collection[str]) -> bool:
    """What comes from standard input, or from elsewhere, is always new."""
    root = workspace.root.resolve()
    if loose.file is None or not _absolute(loose.file).is_relative_to(root):
        return True
    return _absolute(loose.file).relative_to(root).as_posix() in changed


def _parse_loose(loose: _Loose, *, default_ttl: int) -> ParsedZone:
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
    wanted = _below(inside)
    if since is not None:
        return _check_change(workspace, repository, since, wanted)
    files = [file for file in select_zones(repository) if _is_meant(file, inside, wanted)]
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
    extent = Extent(touched, _folders(inside))
    return Checked(tuple(findings), len(files), extent, read=tuple((zone, None) for zone in read))


def _folders(inside: Collection[str]) -> frozenset[str]:
    return frozenset(FOLDERS if "." in inside else inside)


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


def _below(inside: Collection[str]) -> Callable[[str], bool]:
    """Whether a path is one of `inside` or below one."""

    def is_below(path: str) -> bool:
        return "." in inside or any(path == place or path.startswith(place + "/") for place in inside)

    return is_below


def _is_meant(file: ZoneFile, inside: Collection[str], wanted: Callable[[str], bool]) -> bool:
    """A zone file below the paths; for one of another kind (tenant.toml, included), its tenant's zones."""
    if wanted(file.shown_path):
        return True
    folder = file.shown_path.rpartition("/")[0] + "/"
    return any(place.startswith(folder) and not place.endswith(".zone") for place in inside)
