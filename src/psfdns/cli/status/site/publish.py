"""The site's folder, brought from one state to the next: who reads it meanwhile finds pages that are whole.

What is new is written beside first, so a full disk leaves the old site as it was. Then each file takes its
place in one step, pages before the overview that leads to them, and only what an earlier run made is removed:
a manifest lists it. Nobody else's file is ever replaced.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from psfdns.cli.files import failure_of, refuse_device
from psfdns.errors import PsfdnsError

MANIFEST = "psfdns-site.json"
FORMAT = "psfdns-site/1"
STAGE = ".psfdns-site.new"
MAX_MANIFEST = 64 << 20
FILE_MODE = 0o644
FOLDER_MODE = 0o755
"""For whoever serves them, whatever the umask."""

_OURS = re.compile(r"(?:zones/|tenants/)?[A-Za-z0-9_@-][A-Za-z0-9_@.-]*")
"""What a manifest may name: nothing above the folder, and nothing hidden."""


def refuse_folder(folder: Path) -> None:
    """Raise PsfdnsError where the site cannot go there: a file, or a folder of somebody else's."""
    try:
        if os.path.lexists(folder):
            _refuse_others(folder, (), _read_manifest(folder))
    except OSError as error:
        raise failure_of(folder, error) from error


def store_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `folder` hold these files, and of earlier runs no others.

    Raises PsfdnsError where it holds something that psfdns did not make, or cannot be written.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(FOLDER_MODE)
        with _only_one(folder):
            old = _read_manifest(folder)
            _refuse_others(folder, files, old)
            try:
                _stage(folder, files, old)
                _swap(folder, files, old)
            finally:
                shutil.rmtree(folder / STAGE, ignore_errors=True)
    except OSError as error:
        raise failure_of(Path(error.filename or folder), error) from error


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Nobody else writes the site meanwhile; the lock is the folder's own and goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise PsfdnsError(f"{folder}: another psfdns is writing this site", hint="try again later") from error
    finally:
        os.close(descriptor)


def _read_manifest(folder: Path) -> frozenset[str] | None:
    """The files that earlier runs made; None where there was none."""
    try:
        refuse_device(folder / MANIFEST)
        with (folder / MANIFEST).open("rb") as file:
            read = json.loads(file.read(MAX_MANIFEST))
        names = read["files"] if read["format"] == FORMAT else None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        names = None
    if not isinstance(names, list) or not all(
        isinstance(each, str) and _OURS.fullmatch(each) for each in names
    ):
        raise PsfdnsError(
            f"{folder / MANIFEST} is no list of the files that psfdns made",
            hint="remove the folder if the whole of it is the site's, or name another one",
        )
    return frozenset(names)


def _refuse_others(folder: Path, files: Iterable[str], old: frozenset[str] | None) -> None:
    """Raise PsfdnsError where the folder is somebody else's, or a file in it that has to make way."""
    if old is None:
        if any(each.name != STAGE for each in folder.iterdir()):
            raise PsfdnsError(
                f"{folder} is not empty, and psfdns did not make what is in it",
                hint="name a folder that is empty or not there yet",
            )
        return
    for place in sorted({Path(each).parent for each in files} - {Path()}):
        if (folder / place).is_symlink():
            raise PsfdnsError(f"{folder / place} is a link: what is behind it is not the site's")
    for each in sorted(set(files) - old):
        if os.path.lexists(folder / each):
            raise PsfdnsError(f"{folder / each} is there, and psfdns did not make it", hint="move it away")


def _stage(folder: Path, files: Mapping[str, bytes], old: frozenset[str] | None) -> None:
    """All that is new, whole and on the disk, in a folder beside; what may need room needs it here."""
    stage = folder / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=FOLDER_MODE)
    for name in {each.partition("/")[0] for each in files if "/" in each}:
        for made in (stage / name, folder / name):
            made.mkdir(exist_ok=True)
            made.chmod(FOLDER_MODE)
    for name, content in files.items():
        _write(stage / name, content)
    # Should this run be killed on the way, the next one knows whatever may be there.
    _write(stage / f"{MANIFEST}.both", _manifest({*files, *(old or ())}))
    _write(stage / MANIFEST, _manifest(files))


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), FILE_MODE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _manifest(names: Iterable[str]) -> bytes:
    return (json.dumps({"format": FORMAT, "files": sorted(names)}, indent=1) + "\n").encode()


def _swap(folder: Path, files: Iterable[str], old: frozenset[str] | None) -> None:
    stage = folder / STAGE
    (stage / f"{MANIFEST}.both").replace(folder / MANIFEST)
    for name in sorted(files, key=lambda each: (each == "index.html", each)):
        (stage / name).replace(folder / name)
    for name in sorted((old or frozenset()) - set(files)):
        (folder / name).unlink(missing_ok=True)
    (stage / MANIFEST).replace(folder / MANIFEST)
    for name in ("zones", "tenants"):
        with contextlib.suppress(OSError):
            (folder / name).rmdir()
