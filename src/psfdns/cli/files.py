"""Files that commands write for a person, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from psfdns.errors import PsfdnsError


def store_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (mode 0600), replacing one that is there in one step.

    Raises PsfdnsError, for a device or a pipe too: replacing one would take it from everybody.
    """
    refuse_device(path)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise failure_of(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise failure_of(path, error) from error


def failure_of(path: Path, error: OSError) -> PsfdnsError:
    """Why a file is not there."""
    return PsfdnsError(f"{path} could not be written: {error.strerror or error}")


def refuse_device(path: Path) -> None:
    """Raise PsfdnsError where replacing the file would take a device or a pipe from everybody."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PsfdnsError(f"{path} could not be written: not a regular file")


def store_file(path: Path, text: str) -> None:
    """Write a file for all to read, replacing one that is there in one step, so that no reader sees half.

    The folder must be there. Raises PsfdnsError, for a device or a pipe too.
    """
    refuse_device(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise failure_of(path, error) from error
