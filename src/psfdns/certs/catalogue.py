"""What a shared store says of all its certificates: pointers and states, for one or two lists of versions.

Only what changed since the last look is fetched, as the rest lies in a file of this machine. A pointer is
small and holds no key. The file is believed for the very version that the store names, and may be missing.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from psfdns.certs.fenced import FencedObjects
from psfdns.errors import PsfdnsError
from psfdns.journal.state_document import DamagedError, parse_document, read_document, store_document

FORMAT = "psfdns-catalogue/1"
FOLDERS = ("live/", "state/")
_THREADS = 8


class Seen(NamedTuple):
    """An object in one version."""

    version: str
    text: bytes


class Catalogue:
    """The objects below `FOLDERS`. Each method may raise OutsideError."""

    def __init__(self, objects: FencedObjects, cache: Path) -> None:
        self._objects = objects
        self._cache = cache
        self._found: dict[str, Seen] | None = None

    def keys(self, folder: str) -> tuple[str, ...]:
        """The keys below one of the folders, in order."""
        return tuple(sorted(key for key in self._all() if key.startswith(folder)))

    def text(self, key: str) -> bytes | None:
        """One object, None where there is none."""
        found = self._all().get(key)
        return None if found is None else found.text

    def write(self, key: str, text: bytes) -> None:
        """Over the version that was looked at. Raises StoreError where another is there by now."""
        found = self._all()
        if key not in found:
            self._objects.note_seen({key: None})
        try:
            found[key] = Seen(self._objects.write(key, text), text)
        except Exception:
            self.forget()
            raise
        self._save(found)

    def forget(self) -> None:
        """The next one to ask looks anew."""
        self._found = None

    def _all(self) -> dict[str, Seen]:
        if self._found is None:
            self._found = self._look()
        return self._found

    def _look(self) -> dict[str, Seen]:
        versions = {key: each for folder in FOLDERS for key, each in self._objects.versions(folder).items()}
        known = self._load()
        found = {key: seen for key, seen in known.items() if versions.get(key) == seen.version}
        missing = [key for key in versions if key not in found]
        if missing:
            with ThreadPoolExecutor(_THREADS, thread_name_prefix="catalogue") as pool:
                fetched = zip(missing, pool.map(self._objects.fetch, missing), strict=True)
                found |= {key: Seen(each[1], each[0]) for key, each in fetched if each is not None}
        self._objects.note_seen({key: seen.version for key, seen in found.items()})
        if found != known:
            self._save(found)
        return found

    def _load(self) -> dict[str, Seen]:
        try:
            return parse_document(read_document(self._cache), FORMAT, self._read)
        except (OSError, DamagedError):
            return {}

    def _read(self, document: dict[str, Any]) -> dict[str, Seen]:
        if document["store"] != self._objects.url:
            return {}
        rows = document["objects"].items()
        return {str(key): Seen(str(version), str(text).encode()) for key, (version, text) in rows}

    def _save(self, found: dict[str, Seen]) -> None:
        """Bytes that are no text are damage: fetched each time, until somebody mends them."""
        rows = {}
        for key, seen in found.items():
            with contextlib.suppress(UnicodeDecodeError):
                rows[key] = [seen.version, seen.text.decode()]
        document = {"format": FORMAT, "store": self._objects.url, "objects": rows}
        with contextlib.suppress(PsfdnsError):  # it only saves requests
            store_document(self._cache, document)
