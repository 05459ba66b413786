"""Zone files from the disk, and nothing else from there: the one door of this room to the world.

`$INCLUDE` reaches regular files inside the tenant's own folder only. Every step of the path is opened from
the directory before it without following a link, so nothing that is swapped meanwhile leads outside.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath

from psfdns.diagnostics import Span
from psfdns.records import Zone
from psfdns.zonefile.findings import Limits
from psfdns.zonefile.parse import Included, IncludeError, IncludeRequest, ParsedZone, parse_zone
from psfdns.zonefile.rules.lines import INCLUDE_REFUSED, UNREADABLE

_LIMITS = Limits()


def load_zone(
    file: Path,
    *,
    origin: str,
    shown_path: str,
    tenant_root: Path | None,
    default_ttl: int = 3600,
    data: bytes | None = None,
) -> ParsedZone:
    """Read the zone in `file`, shown as `shown_path`; it may include from `tenant_root` (None: nothing).

    A file that cannot be read is a finding. `data` is read as if it stood in the file already.
    """
    try:
        data = _read_zone_file(file) if data is None else data
    except OSError as error:
        return _unreadable(origin, shown_path, _why(error))
    inside = tenant_root is not None and file.resolve().is_relative_to(tenant_root.resolve())
    includes = _Includes(file, shown_path, tenant_root) if tenant_root is not None and inside else None
    return parse_zone(data, origin=origin, path=shown_path, default_ttl=default_ttl, include=includes)


def _unreadable(origin: str, shown_path: str, why: str) -> ParsedZone:
    finding = UNREADABLE.broken(Span(shown_path), f"the zone file cannot be read: {why}")
    return ParsedZone(Zone(origin, {}), (finding,))


def _why(error: OSError) -> str:
    """In words; ELOOP is what O_NOFOLLOW makes of a link, ENOTDIR of a linked folder."""
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return "a symbolic link, or not a folder, on the way"
    return error.strerror or type(error).__name__


def _read_zone_file(file: Path) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    return _read(descriptor, _LIMITS.octets + 1)


def _read(descriptor: int, size: int) -> bytes:
    """At most `size` bytes of a regular file; closes the descriptor."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(size)


class _Includes:
    """Answers IncludeRequests from below one folder; knows which file a shown path stands for."""

    def __init__(self, file: Path, shown_path: str, root: Path) -> None:
        self.root = root
        self.places = {shown_path: PurePosixPath(file.resolve().relative_to(root.resolve()).as_posix())}
        self.shown_root = _shown_root(shown_path, self.places[shown_path])
        self.asked_by: dict[str, str] = {}

    def __call__(self, request: IncludeRequest) -> Included:
        place = self.places[request.asked_by].parent / _checked(request.file)
        shown = f"{self.shown_root}{place}"
        self.refuse_cycle(shown, request.asked_by)
        try:
            data = self.fetch(place, request.room + 1)
        except OSError as error:
            raise IncludeError(f"{request.file}: {_why(error)}", hint=_RULE) from error
        self.places[shown] = place
        self.asked_by[shown] = request.asked_by
        return Included(shown, data)

    def refuse_cycle(self, shown: str, asked_by: str | None) -> None:
        """A file may be included twice, but not by itself over any number of steps."""
        while asked_by is not None:
            if asked_by == shown:
                raise IncludeError(f"{shown} includes itself", hint="remove this line")
            asked_by = self.asked_by.get(asked_by)

    def fetch(self, place: PurePosixPath, size: int) -> bytes:
        *folders, name = place.parts
        directory = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                inner = os.open(folder, _DIRECTORY, dir_fd=directory)
                os.close(directory)
                directory = inner
            return _read(os.open(name, _FILE, dir_fd=directory), size)
        finally:
            os.close(directory)


_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_RULE = INCLUDE_REFUSED.mend


def _shown_root(shown_path: str, place: PurePosixPath) -> str:
    """What stands before a place below the root to show it."""
    return shown_path.removesuffix(str(place)) if shown_path.endswith(str(place)) else ""


def _checked(file: str) -> PurePosixPath:
    path = PurePosixPath(file)
    if not path.parts or "\x00" in file or "\\" in file:
        raise IncludeError("the file's name is not a plain path", hint=_RULE)
    if path.is_absolute() or ".." in path.parts:
        raise IncludeError(f"{file}: absolute paths and .. are not allowed", hint=_RULE)
    if path.suffix.lower() == ".zone":
        raise IncludeError(f"{file} is a zone of its own", hint="name included files otherwise, as NAME.inc")
    return path
