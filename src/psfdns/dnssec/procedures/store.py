"""Where procedures are kept: `.psfdns/dnssec/<zone>.json`, replaced in one step, and a lock beside each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from psfdns.dnssec.procedures.record import Record
from psfdns.dnssec.procedures.shapes import FORMAT, from_json, to_json
from psfdns.errors import LockedError
from psfdns.journal.disk import make_folder
from psfdns.journal.state_document import load_document, store_document, unreadable, unwritable

SUFFIX = ".json"
_HINT = (
    "restore the file, or use the psfdns that wrote it; if neither can be had, move it away and begin again "
    "with --take-over: that goes by what there is, and waits as long as might be needed"
)
_UNWRITABLE = "nothing is changed outside that cannot be written down first: [state] dir in psfdns.toml"
PATIENCE = 1.0
"""Seconds to wait for another process that has the procedure of the same zone in hand."""


class Shelf:
    """The folder `dnssec` of the state folder; it need not exist to be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def zones(self) -> list[str]:
        """The zones of which anything is kept. Raises PsfdnsError."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(self.folder, error, hint=_HINT) from error
        stems = [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX) and name[0] != "."]
        return sorted(stem.replace("%2F", "/") + "." for stem in stems)

    def load(self, zone: str) -> Record | None:
        """The newest procedure of a zone. Raises PsfdnsError where it is there and cannot be read."""
        path = self.path(zone)
        record = load_document(path, FORMAT, from_json, hint=_HINT)
        if record is not None and record.zone != zone:
            raise unreadable(path, ValueError(f"it is about {record.zone}"), hint=_HINT)
        return record

    def keep(self, record: Record) -> None:
        """The record on the disk. Raises PsfdnsError; then nothing may be done that it speaks of."""
        store_document(self.path(record.zone), to_json(record), hint=_UNWRITABLE)

    @contextlib.contextmanager
    def held(self, zone: str) -> Iterator[None]:
        """Keep other processes of this machine from the zone's procedure. Raises LockedError, PsfdnsError."""
        from filelock import FileLock, Timeout

        path = self.lock_path(zone)
        try:
            make_folder(self.folder)
            lock = FileLock(path, timeout=PATIENCE, mode=0o600)
            lock.acquire()
        except Timeout as error:
            why = f"{zone}: another psfdns has its procedure in hand"
            raise LockedError(why, hint="wait until it ends; the lock goes with its process") from error
        except (OSError, NotImplementedError) as error:
            raise unwritable(path, error, hint=_UNWRITABLE) from error
        try:
            yield
        finally:
            lock.release()

    def path(self, zone: str) -> Path:
        """Where the newest procedure of a zone is kept."""
        return self.folder / (zone.removesuffix(".").replace("/", "%2F") + SUFFIX)

    def lock_path(self, zone: str) -> Path:
        """What a process holds as long as it has the zone's procedure in hand."""
        return self.path(zone).with_suffix(".lock")
