"""Folders and files that survive a power loss, for the owner alone: 0700 and 0600.

Nothing is under its final name before all of it is on the disk.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
_PASSAGE_MODE = 0o755
MAX_BYTES = 1 << 30
"""More than an apply of two hundred thousand record sets writes."""
_UNFINISHED = ".new-"


def make_folder(folder: Path) -> None:
    """The folder, for the owner alone; one that is there already is closed to others. Raises OSError."""
    make_parents(folder)
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(FOLDER_MODE)


def make_parents(folder: Path) -> None:
    """The folders above one: for others to pass through, and, whatever the umask, not to write to.

    Raises OSError.
    """
    for missing in [each for each in reversed(folder.parents) if not each.exists()]:
        missing.mkdir(mode=_PASSAGE_MODE, exist_ok=True)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """A new folder with all its files, at once or not at all. Raises OSError."""
    with _new_folder(folder, files):
        pass


def write_held_folder(folder: Path, files: Mapping[str, bytes], *, held: str) -> Appender:
    """The same, with one of its files held from before anybody can see it. Raises OSError."""
    with contextlib.ExitStack() as undo:
        with _new_folder(folder, files) as unfinished:
            appender = Appender(unfinished / held)
            undo.callback(appender.close)
        undo.pop_all()
        return appender


@contextlib.contextmanager
def _new_folder(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """The folder under the name that it has until it is complete; it gets its own afterwards."""
    unfinished = folder.with_name(_UNFINISHED + folder.name)
    unfinished.mkdir(mode=FOLDER_MODE)
    try:
        for name, content in files.items():
            _write(unfinished / name, content)
        sync_folder(unfinished)
        yield unfinished
        unfinished.rename(folder)
        sync_folder(folder.parent)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_file(path: Path, content: bytes, *, mode: int = FILE_MODE) -> None:
    """A file with new content, at once or not at all. Raises OSError."""
    unfinished = path.with_name(_UNFINISHED + path.name)
    try:
        if mode != FILE_MODE:  # what a kill left may be one that cannot be opened to write
            unfinished.unlink(missing_ok=True)
        _write(unfinished, content, mode=mode)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Which names a folder holds, on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, content: bytes, *, mode: int = FILE_MODE) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, content: bytes) -> None:
    """Every byte; a full disk may take a part of them. Raises OSError."""
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


class Appender:
    """A file that grows by whole lines, each on the disk before the next; held while it is open.

    The kernel lets go of it when the process ends in whatever way.
    """

    def __init__(self, path: Path) -> None:
        """Open and hold the file. Raises OSError, also where another process holds it."""
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._size = os.fstat(self._handle).st_size
        except OSError:
            os.close(self._handle)
            raise

    def append(self, content: bytes) -> None:
        """Add whole lines; what a full disk took of them is taken back. Raises OSError."""
        try:
            write_all(self._handle, content)
            os.fsync(self._handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self._size)
            raise
        self._size += len(content)

    def close(self) -> None:
        """Let go of the file; a second time is nothing."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1


def is_held(path: Path) -> bool:
    """Whether a living process holds the file as an Appender."""
    with _reading(path) as handle:
        if handle is None:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def read_file(path: Path, *, at_most: int = MAX_BYTES) -> bytes:
    """A file that we wrote; what is no plain file, or larger than any of ours, is an OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        if about.st_size > at_most:
            raise OSError(errno.EFBIG, "it is too large", str(path))
        return file.read()


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[int | None]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)
