"""Which TXT values of ours are live, below the state folder: on the disk before they are written.

So the next run takes away what a run that was killed has left.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file

FORMAT = "psfdns-challenges/1"
NAME = "challenges.json"


class Written(NamedTuple):
    """One value of ours: the hosted zone's id, the canonical name, and the TXT string without quotes."""

    zone_id: str
    name: str
    value: str


class ChallengeMemory:
    """The file `challenges.json` of a folder; it need not exist. Its user holds the lock of certificates."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def load(self) -> frozenset[Written]:
        """What may be live. Raises PsfdnsError where it cannot be read."""
        try:
            return _read(json.loads(read_file(self._path)))
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise PsfdnsError(
                f"{self._path}: cannot be read: {error}",
                hint="remove it: psfdns then forgets which _acme-challenge values are left to take away",
            ) from error

    def store(self, written: Iterable[Written]) -> None:
        """Replace all of it. Raises PsfdnsError."""
        rows = [each._asdict() for each in sorted(written)]
        document = {
            "format": FORMAT,
            "written": [{"zone": row["zone_id"], "name": row["name"], "value": row["value"]} for row in rows],
        }
        try:
            make_folder(self._path.parent)
            write_file(self._path, json.dumps(document, indent=1).encode() + b"\n")
        except OSError as error:
            why = error.strerror or str(error)
            raise PsfdnsError(f"{self._path}: cannot be written: {why}") from error


def _read(document: Any) -> frozenset[Written]:
    if document["format"] != FORMAT:
        raise ValueError(f"it is not of format {FORMAT}")
    rows = document["written"]
    return frozenset(Written(str(one["zone"]), str(one["name"]), str(one["value"])) for one in rows)
