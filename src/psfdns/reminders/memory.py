"""The book on the disk, `.psfdns/notices/reminders.json`, and the lock that lets one run at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file
from psfdns.reminders.book import Book, book_from_json, book_to_json

NAME, LOCK = "reminders.json", "remind.lock"
PATIENCE = 60.0
"""Seconds to wait for another run."""

_DAMAGED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Memory:
    """The folder `notices` of the state folder; it need not exist to be read."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.folder = folder
        self.patience = patience

    def load(self) -> Book:
        """What is known. Raises PsfdnsError where it cannot be read: it is not begun anew by itself."""
        path = self.folder / NAME
        try:
            return book_from_json(json.loads(read_file(path)))
        except FileNotFoundError:
            return Book()
        except (OSError, *_DAMAGED) as error:
            why = getattr(error, "strerror", None) or str(error)
            hint = "remove it: what is due now is then said once more"
            raise PsfdnsError(f"{path}: cannot be read: {why}", hint=hint) from error

    def store(self, book: Book) -> None:
        """Keep it, at once or not at all. Raises PsfdnsError."""
        text = json.dumps(book_to_json(book), indent=1, ensure_ascii=True) + "\n"
        try:
            make_folder(self.folder)
            write_file(self.folder / NAME, text.encode())
        except OSError as error:
            raise self._unwritable(error) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs of this machine waiting. Raises PsfdnsError."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / LOCK, timeout=self.patience, mode=0o600)
        try:
            make_folder(self.folder)
            lock.acquire()
        except Timeout as error:
            raise PsfdnsError("nothing was sent: another run is reminding at this moment") from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _unwritable(self, error: OSError) -> PsfdnsError:
        return PsfdnsError(f"{self.folder}: cannot be written: {error.strerror or error}")
