"""The files of the sandbox's state: written whole or not at all, and known by their times and size."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from psfdns.errors import PsfdnsError

Stamp = tuple[int, int, int]
"""Which version of a file it is."""


def stamp_of(status: os.stat_result) -> Stamp:
    """The version that a file's status tells."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def unreadable(path: Path, error: Exception) -> PsfdnsError:
    """What to say of a file that is damaged."""
    return PsfdnsError(
        f"{path}: the sandbox's state cannot be read: {error}",
        hint="repair or remove this file, or forget all of the sandbox: psfdns sandbox reset",
    )


def replace_file(path: Path, text: str) -> Stamp:
    """Write a whole file so that a reader, or a crash, finds the old text or the new, never a part.

    The folder itself is not flushed: where the power fails, the last change may be lost, not the state.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        stamp = _write_flushed(beside, text)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise PsfdnsError(f"{path}: the sandbox's state cannot be written: {error.strerror}") from error
    return stamp


def _write_flushed(path: Path, text: str) -> Stamp:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        return stamp_of(os.fstat(file.fileno()))
