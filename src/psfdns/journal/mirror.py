"""The journal's second place, in an object store: it survives this machine and is shared by operators.

    journal/<id>/entry.json, journal/<id>/events.jsonl     the same bytes as on the disk

An entry is there before anything is changed. Its events follow without being waited for, as the disk has
them already; what could not be put there is put there by the next command on this machine.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import is_held, make_folder, write_file, write_folder
from psfdns.journal.entry import JournalError
from psfdns.journal.progress import read_events
from psfdns.journal.store import ENTRY, EVENTS, OTHERS, UNSENT, Journal, is_id
from psfdns.objects import ObjectStore

FOLDER = "journal/"
FETCHED = 100
"""How many of the newest entries of other machines are looked at, unless all are asked for."""

_THREADS = 8


class Mirror:
    """One journal and its second place; `warn` is told, once, what could not be put there."""

    def __init__(self, journal: Journal, store: ObjectStore, warn: Callable[[str], None]) -> None:
        self._journal = journal
        self._store = store
        self._warn = warn
        self._warned = False
        self._changed = threading.Condition()
        self._sender: threading.Thread | None = None
        self._is_dirty = False
        self._is_closing = False

    def send_entry(self, entry_id: str) -> None:
        """Put a new entry there. Raises PsfdnsError: then nothing may be changed."""
        try:
            self._send(entry_id, ENTRY)
            self._send(entry_id, EVENTS)
        except PsfdnsError:
            self._warned = True  # whoever called says it
            raise
        self._sender = threading.Thread(target=self._follow, args=(entry_id,), name="journal", daemon=True)
        self._sender.start()

    def note_event(self, entry_id: str) -> None:
        """An entry's events have grown: they are sent when the ones before are. Never raises or waits."""
        del entry_id
        with self._changed:
            self._is_dirty = True
            self._changed.notify()

    def finish(self, entry_id: str) -> None:
        """Wait until the newest events are there; if they cannot be, the next command sends them."""
        if self._sender is not None:
            with self._changed:
                self._is_closing = True
                self._changed.notify()
            self._sender.join()
        self._complete(entry_id, (EVENTS,))

    def send_again(self, entry_id: str) -> None:
        """Put the events of an ended entry there once more; where that fails, the next command does."""
        with contextlib.suppress(OSError):
            (self._journal.folder / entry_id / UNSENT).touch()
        self._complete(entry_id, (EVENTS,))

    def resend(self) -> None:
        """Put there what earlier commands could not, and what a killed one left behind."""
        for entry_id in reversed(self._journal.ids()):
            folder = self._journal.folder / entry_id
            if (folder / UNSENT).exists() and not is_held(folder / EVENTS):
                self._complete(entry_id, (ENTRY, EVENTS))

    def fetch(self, limit: int | None = FETCHED) -> None:
        """Bring the newest entries of other machines here; those that had no end are brought again.

        Raises PsfdnsError where the store cannot be asked, or what it holds cannot be kept.
        """
        own = set(self._journal.ids())
        theirs = {key.split("/")[1] for key in self._store.list(FOLDER) if key.endswith("/" + ENTRY)}
        newest = sorted((one for one in theirs if is_id(one) and one not in own), reverse=True)[:limit]
        wanted = [entry_id for entry_id in newest if not self._is_here(entry_id)]
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="journal") as pool:
            for _ in pool.map(self._fetch_entry, wanted):
                pass

    def _is_here(self, entry_id: str) -> bool:
        try:
            events = (self._journal.folder / OTHERS / entry_id / EVENTS).read_bytes()
        except OSError:
            return False
        return read_events(events).finished is not None

    def _fetch_entry(self, entry_id: str) -> None:
        entry = self._store.get(f"{FOLDER}{entry_id}/{ENTRY}")
        events = self._store.get(f"{FOLDER}{entry_id}/{EVENTS}")
        if entry is None:
            return
        folder = self._journal.folder / OTHERS / entry_id
        told = events.data if events is not None else b""
        try:
            make_folder(self._journal.folder)
            make_folder(folder.parent)
            if folder.is_dir():
                write_file(folder / EVENTS, told)
            else:
                write_folder(folder, {ENTRY: entry.data, EVENTS: told})
        except OSError as error:
            raise JournalError(f"{folder} cannot be written: {error.strerror or error}") from error

    def _follow(self, entry_id: str) -> None:
        """Send the events as they stand, again and again, as often as they have changed meanwhile."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_dirty or self._is_closing)
                if self._is_closing:
                    return
                self._is_dirty = False
            self._try(entry_id, (EVENTS,))

    def _complete(self, entry_id: str, names: Iterable[str]) -> None:
        if self._try(entry_id, names):
            _forget(self._journal.folder / entry_id / UNSENT)

    def _try(self, entry_id: str, names: Iterable[str]) -> bool:
        try:
            for name in names:
                self._send(entry_id, name)
        except PsfdnsError as error:
            if not self._warned:
                self._warned = True
                self._warn(f"{error.summary}; the journal on this machine is whole, and is sent later")
            return False
        return True

    def _send(self, entry_id: str, name: str) -> None:
        path = self._journal.folder / entry_id / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise JournalError(f"{path} cannot be read: {error.strerror}") from error
        self._store.put(f"{FOLDER}{entry_id}/{name}", content)


def _forget(marker: Path) -> None:
    try:
        marker.unlink(missing_ok=True)
    except OSError:
        return  # it is sent once more by the next command, which does no harm
