"""Which files `check` is asked to look at: those of the repository, and those that are nobody's."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli.wiring import Workspace
from psfdns.errors import PsfdnsError, UsageError
from psfdns.names import NameSyntaxError, parse_name

if TYPE_CHECKING:
    from psfdns.tenants.zone_file import ZoneFile

STDIN = "-"
ZONES, CERTS = FOLDERS = "zones", "certs"
MAX_FILES = 10_000
"""Zone files that one folder outside zones/ may hold."""


@dataclass(frozen=True, slots=True)
class Loose:
    """A file outside zones/ and certs/ (None: standard input) that is checked alone."""

    file: Path | None
    shown: str
    origin: str


@dataclass(frozen=True, slots=True)
class Scope:
    """`inside`: paths relative to the root (`zones/psf`); `outside`: files that are nobody's."""

    inside: tuple[str, ...]
    outside: tuple[Loose, ...]


def sort_paths(workspace: Workspace, paths: Sequence[str], origin: str | None) -> Scope:
    """What the paths mean; raises UsageError for one that is not there."""
    if not paths:
        _refuse_nothing(workspace)
    inside: list[str] = []
    outside: list[Loose] = []
    for path in paths or [str(workspace.root)]:
        below = _inside(workspace, path)
        if below is not None:
            inside.append(below)
        else:
            outside.extend(_find_loose(workspace, path, origin))
    if origin is not None and (inside or len(outside) != 1):
        raise UsageError("--origin names the zone of one file outside zones/")
    return Scope(tuple(inside), tuple(outside))


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


def _find_loose(workspace: Workspace, path: str, origin: str | None) -> list[Loose]:
    if path == STDIN:
        if origin is None:
            raise UsageError("standard input has no name: say --origin NAME")
        return [Loose(None, STDIN, _canonical(origin))]
    file = Path(path)
    if not file.exists():
        raise UsageError(f"{path}: no such file or folder")
    files = _files_below(file) if file.is_dir() else [file]
    if not files:
        raise PsfdnsError(f"{path}: no zone files (NAME.zone) in this folder")
    return [Loose(each, _shown(workspace, each), _canonical(origin or _stem(each))) for each in files]


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


def is_changed(workspace: Workspace, loose: Loose, changed: Collection[str]) -> bool:
    """What comes from standard input, or from elsewhere, is always new."""
    root = workspace.root.resolve()
    if loose.file is None or not _absolute(loose.file).is_relative_to(root):
        return True
    return _absolute(loose.file).relative_to(root).as_posix() in changed


def folders_of(inside: Collection[str]) -> frozenset[str]:
    """The places below which everything is meant."""
    return frozenset(FOLDERS if "." in inside else inside)


def only_below(inside: Collection[str]) -> Callable[[str], bool]:
    """Whether a path is one of `inside` or below one."""

    def is_below(path: str) -> bool:
        return "." in inside or any(path == place or path.startswith(place + "/") for place in inside)

    return is_below


def is_meant(file: ZoneFile, inside: Collection[str], wanted: Callable[[str], bool]) -> bool:
    """A zone file below the paths; for one of another kind (tenant.toml, included), its tenant's zones."""
    if wanted(file.shown_path):
        return True
    folder = file.shown_path.rpartition("/")[0] + "/"
    return any(place.startswith(folder) and not place.endswith(".zone") for place in inside)
