"""Small documents that belong to the store, by key: orders under way, limits, accounts. Here in a folder.

A key is a path of file names, such as `orders/a.example.json`. A document is there whole or not at all, and
safe before `store` returns. Whoever writes holds the lock of certificates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import (
    FILE_MODE,
    FOLDER_MODE,
    make_folder,
    make_parents,
    read_file,
    sync_folder,
    write_file,
)

_SECRET_MODE = 0o400


class DocumentError(PsfdnsError):
    """A document of this machine cannot be read or written; nothing was changed."""


class Documents(Protocol):
    """Every method may raise DocumentError, or OutsideError where they are kept elsewhere."""

    def load(self, key: str) -> bytes | None:
        """The document, None where there is none."""

    def store(self, key: str, data: bytes, *, secret: bool = False) -> None:
        """Write it, for its owner alone; a `secret` one is not to be written to again by hand."""

    def remove(self, key: str) -> None:
        """Remove it, if it is there."""

    def move(self, key: str, new: str) -> None:
        """Give it another key, in place of what has that one. A kill may leave both."""


class Folder:
    """Documents in a folder of this machine. A group may read the folder itself, and nothing below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> bytes | None:
        """The document, None where there is none. Raises DocumentError."""
        path = self.folder / key
        try:
            return read_file(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(path, "cannot be read", error) from error

    def store(self, key: str, data: bytes, *, secret: bool = False) -> None:
        """Write it: 0600, and 0400 where it is secret. Raises DocumentError."""
        path = self.folder / key
        try:
            self._make_folders(path)
            write_file(path, data, mode=_SECRET_MODE if secret else FILE_MODE)
        except OSError as error:
            raise _failed(path, "cannot be written", error) from error

    def remove(self, key: str) -> None:
        """Remove it, if it is there. Raises DocumentError."""
        path = self.folder / key
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(path, "cannot be removed", error) from error

    def move(self, key: str, new: str) -> None:
        """Give it another key, in one step. Raises DocumentError."""
        path = self.folder / new
        try:
            self._make_folders(path)
            (self.folder / key).replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise _failed(path, "cannot be written", error) from error

    def _make_folders(self, path: Path) -> None:
        make_parents(self.folder)
        self.folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        for part in reversed(path.relative_to(self.folder).parents[:-1]):
            make_folder(self.folder / part)


def _failed(path: Path, what: str, error: OSError) -> DocumentError:
    return DocumentError(f"{path}: {what}: {error.strerror or error}")
