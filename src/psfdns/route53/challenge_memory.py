"""Which TXT values of ours are live: kept below the state folder, or shared, before they are written.

So the next run takes away what a run that was killed has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from psfdns.journal.state_document import (
    DamagedError,
    load_document,
    parse_document,
    render_document,
    store_document,
    unreadable,
)

FORMAT = "psfdns-challenges/1"
NAME = "challenges.json"
_HINT = "remove it: psfdns then forgets which _acme-challenge values are left to take away"


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
        return load_document(self._path, FORMAT, _read, hint=_HINT) or frozenset()

    def store(self, written: Iterable[Written]) -> None:
        """Replace all of it. Raises PsfdnsError."""
        store_document(self._path, _to_json(written))


class SharedChallengeMemory:
    """The same among documents that several hosts share: any of them takes away what one has left."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def load(self) -> frozenset[Written]:
        """What may be live. Raises PsfdnsError where it cannot be read."""
        text = self._documents.load(NAME)
        try:
            return frozenset() if text is None else parse_document(text, FORMAT, _read)
        except DamagedError as error:
            raise unreadable(f"{NAME} of the shared store", error, hint=_HINT) from error

    def store(self, written: Iterable[Written]) -> None:
        """Replace all of it, unless it is the same. Raises PsfdnsError."""
        kept = frozenset(written)
        if kept != self.load():
            self._documents.store(NAME, render_document(_to_json(kept)))


class Documents(Protocol):
    """Where documents are kept by key, as far as it is used here."""

    def load(self, key: str) -> bytes | None:
        """The document, None where there is none."""

    def store(self, key: str, data: bytes) -> None:
        """Write it, whole or not at all."""


def _to_json(written: Iterable[Written]) -> dict[str, Any]:
    rows = [{"zone": each.zone_id, "name": each.name, "value": each.value} for each in sorted(written)]
    return {"format": FORMAT, "written": rows}


def _read(document: Any) -> frozenset[Written]:
    rows = document["written"]
    return frozenset(Written(str(one["zone"]), str(one["name"]), str(one["value"])) for one in rows)
