"""Files that commands write for a person, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from psfdns.errors import PsfdnsError


def store_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (mode 0600), replacing one that is there in one step.

    Raises PsfdnsError.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _failure(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise _failure(path, error) from error


def _failure(path: Path, error: OSError) -> PsfdnsError:
    return PsfdnsError(f"{path} could not be written: {error.strerror or error}")
