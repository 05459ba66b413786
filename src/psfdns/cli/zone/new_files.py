"""The files of a new zone, all of them or none: made aside in zones/, then moved to their places.

What is killed in between leaves nothing under a name that psfdns or git reads: a new tenant's folder
appears whole, in one step. Where the tenant is there already, its settings come first and the zone file
last, so that there is never a zone without its settings.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psfdns.cli.files import failure_of
from psfdns.errors import PsfdnsError
from psfdns.tenants.load import ZONES
from psfdns.tenants.names import TENANT_FILE

STAGING = ".psfdns-new"
"""A folder of zones/ whose name no reader of zones/ looks at."""


@dataclass(frozen=True, slots=True)
class NewFiles:
    """What is to stand in a tenant's folder; `tenant_text` None leaves its tenant.toml as it is.

    `tenant_before` is what tenant.toml held when the new text was made, None where there was none.
    """

    tenant: str
    zone_name: str
    zone_text: str
    tenant_text: str | None
    tenant_before: bytes | None


@contextlib.contextmanager
def hold_zones(root: Path) -> Iterator[Path]:
    """zones/ for one maker of zones at a time, and cleared of what one that was killed left behind.

    A zones/ that is made here and stays empty goes again. Raises PsfdnsError.
    """
    zones = root / ZONES
    made = not os.path.lexists(zones)
    try:
        zones.mkdir(exist_ok=True)
        handle = os.open(zones, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise failure_of(zones, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        shutil.rmtree(zones / STAGING, ignore_errors=True)
        yield zones
    finally:
        if made:
            with contextlib.suppress(OSError):
                zones.rmdir()
        os.close(handle)


def store_new(zones: Path, files: NewFiles) -> None:
    """Put the files in their places under `hold_zones`; raises PsfdnsError with nothing changed."""
    folder = zones / files.tenant
    refuse_strange(folder, wanted=stat.S_ISDIR)
    refuse_strange(folder / TENANT_FILE, wanted=stat.S_ISREG)
    target = folder / files.zone_name
    if os.path.lexists(target):
        raise PsfdnsError(f"{target} is there already, and nothing is overwritten")
    try:
        with _staging(zones) as staging:
            if os.path.lexists(folder):
                _add(staging, folder, files)
            else:
                _make(staging, folder, files)
    except OSError as error:
        raise failure_of(target, error) from error


def refuse_strange(path: Path, *, wanted: object = None) -> None:
    """Raises PsfdnsError for a link, and for what is not of the `wanted` kind; what is missing is fine."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise failure_of(path, error) from error
    if stat.S_ISLNK(mode) or (callable(wanted) and not wanted(mode)):
        raise PsfdnsError(f"{path} is a link or a special file, which is never followed or replaced")


@contextlib.contextmanager
def _staging(zones: Path) -> Iterator[Path]:
    staging = zones / STAGING
    staging.mkdir()
    try:
        _write(staging / ".gitignore", b"*\n")
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _make(staging: Path, folder: Path, files: NewFiles) -> None:
    """A new tenant's folder, whole at once."""
    if files.tenant_text is None:
        raise PsfdnsError(f"{folder} was there, and is gone", hint="run it again")
    made = staging / files.tenant
    made.mkdir()
    _write(made / TENANT_FILE, files.tenant_text.encode())
    _write(made / files.zone_name, files.zone_text.encode())
    _sync(made)
    made.rename(folder)
    _sync_names(folder.parent)


def _add(staging: Path, folder: Path, files: NewFiles) -> None:
    """Another zone of a tenant that is there; `link` never replaces a file that came meanwhile."""
    zone, toml = staging / "zone", folder / TENANT_FILE
    _write(zone, files.zone_text.encode())
    if _read(toml) != files.tenant_before:
        raise PsfdnsError(f"{toml} was changed meanwhile", hint="run it again")
    if files.tenant_text is not None:
        new = staging / TENANT_FILE
        _write(new, files.tenant_text.encode(), like=toml)
        new.replace(toml)
    try:
        (folder / files.zone_name).hardlink_to(zone)
    except BaseException:
        if files.tenant_text is not None:
            _put_back(staging, toml, files.tenant_before)
        raise
    _sync_names(folder)


def _put_back(staging: Path, toml: Path, before: bytes | None) -> None:
    if before is None:
        toml.unlink()
        return
    old = staging / "before"
    _write(old, before, like=toml)
    old.replace(toml)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes, *, like: Path | None = None) -> None:
    """A new file, on the disk; with the mode of one that is there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "wb") as file:
        if like is not None and like.exists():
            os.fchmod(handle, stat.S_IMODE(like.stat().st_mode))
        file.write(content)
        file.flush()
        os.fsync(handle)


def _sync_names(folder: Path) -> None:
    """What is there already is there, whether or not the disk says so."""
    with contextlib.suppress(OSError):
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
