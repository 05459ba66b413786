"""The sandbox's store on the disk: one JSON document a zone, read when needed, replaced atomically.

Nobody reads a half-written document: a new one is written beside it, flushed to the disk and renamed over
it. Writers, of this process and of others, take turns; readers need no lock. What another process wrote is
seen at the next look, by the file's times and size.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_parents
from psfdns.sandbox.kms_keys import KmsKey, key_as_document, key_of_document
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.state_files import Stamp, replace_file, stamp_of, unreadable
from psfdns.sandbox.store import Account
from psfdns.sandbox.zones import (
    FORMAT,
    DamagedDocumentError,
    HostedZone,
    read_document,
    read_head,
    write_document,
)

ACCOUNT_FILE = "account.json"
KEYS_FILE = "keys.json"
LOCK_FILE = "lock"
LOCK_SECONDS = 30.0
"""How long a writer waits for another process before it gives up."""

_ACCOUNT_KEYS = {
    "references": "CallerReferences",
    "changes": "Changes",
    "health_checks": "HealthChecks",
    "delegation_sets": "DelegationSets",
    "tags": "HealthCheckTags",
}


@dataclass(slots=True)
class _Cached:
    """What was read of one file, and of which version of it."""

    stamp: Stamp
    zone: HostedZone
    record_sets: RecordSets | None


class DiskStore:
    """A store in a folder of its own, shared between processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turn = threading.RLock()
        self._depth = 0
        self._file_lock: Any = None
        self._cache: dict[str, _Cached] = {}
        self._keys: tuple[Stamp, Mapping[str, KmsKey]] | None = None

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The writers' turn, in this process and among processes."""
        with self._turn:
            self._enter()
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._file_lock.release()

    def _enter(self) -> None:
        if self._depth == 0:
            from filelock import FileLock, Timeout

            self._make_folder()
            if self._file_lock is None:
                self._file_lock = FileLock(self.folder / LOCK_FILE, mode=0o600, thread_local=False)
            try:
                self._file_lock.acquire(timeout=LOCK_SECONDS)
            except Timeout as error:
                raise PsfdnsError(
                    f"{self.folder}: another process has kept the sandbox for {LOCK_SECONDS:.0f} seconds",
                    hint="stop it, or use another [state] dir",
                ) from error
        self._depth += 1

    def _make_folder(self) -> None:
        try:
            make_parents(self.folder)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise PsfdnsError(f"{self.folder}: cannot be made: {error.strerror}") from error

    def zones(self) -> Mapping[str, HostedZone]:
        """Every hosted zone by id; reads first lines only."""
        found: dict[str, HostedZone] = {}
        try:
            entries = sorted(os.scandir(self.folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return found
        for entry in entries:
            if entry.name.startswith("Z") and entry.name.endswith(".json"):
                zone_id = entry.name.removesuffix(".json")
                cached = self._look(zone_id, entry.stat, with_record_sets=False)
                if cached is not None:
                    found[zone_id] = cached.zone
        return found

    def fetch_zone(self, zone_id: str) -> tuple[HostedZone, RecordSets] | None:
        """One hosted zone with its record sets, or None."""
        if not zone_id.isalnum():
            return None
        cached = self._look(zone_id, self._path_of(zone_id).stat, with_record_sets=True)
        return None if cached is None or cached.record_sets is None else (cached.zone, cached.record_sets)

    def _path_of(self, zone_id: str) -> Path:
        return self.folder / f"{zone_id}.json"

    def _look(
        self, zone_id: str, status: Callable[[], os.stat_result], *, with_record_sets: bool
    ) -> _Cached | None:
        """The cached reading of a zone's file, made anew where the file is another one."""
        cached = self._cache.get(zone_id)
        try:
            fresh = cached is not None and cached.stamp == stamp_of(status())
            if cached is None or not fresh or (with_record_sets and cached.record_sets is None):
                cached = _read(self._path_of(zone_id), with_record_sets=with_record_sets)
                self._cache[zone_id] = cached
        except FileNotFoundError:
            self._cache.pop(zone_id, None)
            return None
        return cached

    def store_zone(self, zone: HostedZone, record_sets: RecordSets) -> HostedZone:
        """Write the zone's document."""
        counted = zone.counting(len(record_sets))
        stamp = replace_file(self._path_of(zone.id), write_document(counted, record_sets))
        self._cache[zone.id] = _Cached(stamp, counted, record_sets)
        return counted

    def delete_zone(self, zone_id: str) -> None:
        """Remove the zone's document."""
        self._path_of(zone_id).unlink(missing_ok=True)
        self._cache.pop(zone_id, None)

    def account(self) -> Account:
        """Read the account's document; an absent one is a new account."""
        path = self.folder / ACCOUNT_FILE
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                raise DamagedDocumentError(f"the format is {document['format']!r}, not {FORMAT!r}")
            return Account(**{name: document[key] for name, key in _ACCOUNT_KEYS.items()})
        except FileNotFoundError:
            return Account()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(path, error) from error

    def store_account(self, account: Account) -> None:
        """Write the account's document."""
        document = {"format": FORMAT, **{key: getattr(account, name) for name, key in _ACCOUNT_KEYS.items()}}
        replace_file(self.folder / ACCOUNT_FILE, json.dumps(document, ensure_ascii=False, indent=1) + "\n")

    def keys(self) -> Mapping[str, KmsKey]:
        """Read the document of the keys, where it is another one than before."""
        path = self.folder / KEYS_FILE
        try:
            with path.open(encoding="utf-8") as file:
                stamp = stamp_of(os.fstat(file.fileno()))
                if self._keys is None or self._keys[0] != stamp:
                    self._keys = stamp, _read_keys(json.load(file))
        except FileNotFoundError:
            self._keys = None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(path, error) from error
        return {} if self._keys is None else self._keys[1]

    def store_keys(self, keys: Mapping[str, KmsKey]) -> None:
        """Write the document of the keys."""
        document = {"format": FORMAT, "Keys": [key_as_document(key) for key in keys.values()]}
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        self._keys = replace_file(self.folder / KEYS_FILE, text), dict(keys)


def _read_keys(document: Mapping[str, Any]) -> dict[str, KmsKey]:
    if document["format"] != FORMAT:
        raise DamagedDocumentError(f"the format is {document['format']!r}, not {FORMAT!r}")
    keys = map(key_of_document, document["Keys"])
    return {key.id: key for key in keys}


def _read(path: Path, *, with_record_sets: bool) -> _Cached:
    """One version of a zone's file; raises PsfdnsError that names it where it is damaged."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            stamp = stamp_of(os.fstat(file.fileno()))
            if not with_record_sets:
                head = read_head(file.readline())
                if head is not None:
                    return _Cached(stamp, head, None)
                file.seek(0)
            zone, record_sets = read_document(file.read())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    return _Cached(stamp, zone, record_sets)
