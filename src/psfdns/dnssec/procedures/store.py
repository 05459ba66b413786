"""Where procedures are kept: `.psfdns/dnssec/<zone>.json`, replaced in one step, and a lock beside each."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from psfdns.dnssec.procedures.record import Record
from psfdns.dnssec.procedures.shapes import from_json, to_json
from psfdns.errors import LockedError, PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file

SUFFIX = ".json"
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
            raise self._unusable(self.folder, error) from error
        stems = [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX) and name[0] != "."]
        return sorted(stem.replace("%2F", "/") + "." for stem in stems)

    def load(self, zone: str) -> Record | None:
        """The newest procedure of a zone. Raises PsfdnsError where it is there and cannot be read."""
        path = self.path(zone)
        try:
            record = from_json(json.loads(read_file(path)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise self._unusable(path, error) from error
        if record.zone != zone:
            raise self._unusable(path, ValueError(f"it is about {record.zone}"))
        return record

    def keep(self, record: Record) -> None:
        """The record on the disk. Raises PsfdnsError; then nothing may be done that it speaks of."""
        path = self.path(record.zone)
        text = json.dumps(to_json(record), indent=1, ensure_ascii=True) + "\n"
        try:
            make_folder(self.folder)
            write_file(path, text.encode())
        except OSError as error:
            raise self._unusable(path, error) from error

    @contextlib.contextmanager
    def held(self, zone: str) -> Iterator[None]:
        """Keep other processes of this machine from the zone's procedure. Raises LockedError, PsfdnsError."""
        from filelock import FileLock, Timeout

        path = self.path(zone).with_suffix(".lock")
        try:
            make_folder(self.folder)
            lock = FileLock(path, timeout=PATIENCE, mode=0o600)
            lock.acquire()
        except Timeout as error:
            why = f"{zone}: another psfdns has its procedure in hand"
            raise LockedError(why, hint="wait until it ends; the lock goes with its process") from error
        except (OSError, NotImplementedError) as error:
            raise self._unusable(path, error) from error
        try:
            yield
        finally:
            lock.release()

    def path(self, zone: str) -> Path:
        """Where the newest procedure of a zone is kept."""
        return self.folder / (zone.removesuffix(".").replace("/", "%2F") + SUFFIX)

    def _unusable(self, path: Path, error: Exception) -> PsfdnsError:
        why = getattr(error, "strerror", None) or str(error)
        hint = (
            "restore the file, or use the psfdns that wrote it; if neither can be had, move it away and "
            "begin again with --take-over: that goes by what there is, and waits as long as might be needed"
        )
        return PsfdnsError(f"{path}: cannot be used: {why}", hint=hint)
