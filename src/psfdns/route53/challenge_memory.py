"""Which TXT values of ours are live: kept below the state folder, or shared, before they are written.

So the next run takes away what a run that was killed has left.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file

FORMAT = "psfdns-challenges/1"
NAME = "challenges.json"


class Written(NamedTuple):
    """One value of ours: the hosted zone's id, the canonical name, and the TXT string without quotes."""

    zone_id: str
    name: str
    value: str


class Memory(Protocol):
    """What is remembered, wherever that is. Its user holds the lock of certificates; raises PsfdnsError."""

    def load(self) -> frozenset[Written]:
        """What may be live."""

    def store(self, written: Iterable[Written]) -> None:
        """Replace all of it."""


class ChallengeMemory:
    """The file `challenges.json` of a folder; it need not exist. Its user holds the lock of certificates."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def load(self) -> frozenset[Written]:
        """What may be live. Raises PsfdnsError where it cannot be read."""
        try:
            return parse_challenges(read_file(self._path), str(self._path))
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise _unreadable(str(self._path), error) from error

    def store(self, written: Iterable[Written]) -> None:
        """Replace all of it. Raises PsfdnsError."""
        try:
            make_folder(self._path.parent)
            write_file(self._path, render_challenges(written))
        except OSError as error:
            why = error.strerror or str(error)
            raise PsfdnsError(f"{self._path}: cannot be written: {why}") from error


class SharedChallengeMemory:
    """The same among documents that several hosts share: any of them takes away what one has left."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def load(self) -> frozenset[Written]:
        """What may be live. Raises PsfdnsError where it cannot be read."""
        text = self._documents.load(NAME)
        return frozenset() if text is None else parse_challenges(text, f"{NAME} of the shared store")

    def store(self, written: Iterable[Written]) -> None:
        """Replace all of it, unless it is the same. Raises PsfdnsError."""
        kept = frozenset(written)
        if kept != self.load():
            self._documents.store(NAME, render_challenges(kept))


class Documents(Protocol):
    """Where documents are kept by key, as far as it is used here."""

    def load(self, key: str) -> bytes | None:
        """The document, None where there is none."""

    def store(self, key: str, data: bytes) -> None:
        """Write it, whole or not at all."""


def render_challenges(written: Iterable[Written]) -> bytes:
    """The document."""
    rows = [{"zone": each.zone_id, "name": each.name, "value": each.value} for each in sorted(written)]
    return json.dumps({"format": FORMAT, "written": rows}, indent=1).encode() + b"\n"


def parse_challenges(text: bytes, where: str) -> frozenset[Written]:
    """What it says; raises PsfdnsError that names `where` it is."""
    try:
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _unreadable(where, error) from error


def _unreadable(where: str, error: Exception) -> PsfdnsError:
    return PsfdnsError(
        f"{where}: cannot be read: {error}",
        hint="remove it: psfdns then forgets which _acme-challenge values are left to take away",
    )


def _read(document: Any) -> frozenset[Written]:
    if document["format"] != FORMAT:
        raise ValueError(f"it is not of format {FORMAT}")
    rows = document["written"]
    return frozenset(Written(str(one["zone"]), str(one["name"]), str(one["value"])) for one in rows)
