"""The book on the disk, `.psfdns/notices/reminders.json`, and the lock that lets one run at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder
from psfdns.journal.state_document import load_document, store_document, unwritable
from psfdns.reminders.book import FORMAT, Book, book_from_json, book_to_json

NAME, LOCK = "reminders.json", "remind.lock"
PATIENCE = 60.0
"""Seconds to wait for another run."""


class Memory:
    """The folder `notices` of the state folder; it need not exist to be read."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.folder = folder
        self.patience = patience

    def load(self) -> Book:
        """What is known. Raises PsfdnsError where it cannot be read: it is not begun anew by itself."""
        hint = "remove it: what is due now is then said once more"
        return load_document(self.folder / NAME, FORMAT, book_from_json, hint=hint) or Book()

    def store(self, book: Book) -> None:
        """Keep it, at once or not at all. Raises PsfdnsError."""
        hint = "nothing more is sent that cannot be remembered: mend that, and run this again today"
        store_document(self.folder / NAME, book_to_json(book), hint=hint)

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
            raise unwritable(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()
