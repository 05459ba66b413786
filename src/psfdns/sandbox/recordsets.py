"""The record sets of one hosted zone in listing order, and a draft of them that a batch writes. Pure."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from psfdns.sandbox.spelling import listing_order

ApiRecordSet = dict[str, Any]
"""A record set in the API's shape (API reference, ResourceRecordSet), its name as stored."""


class Key(NamedTuple):
    """What identifies a record set, in the order of listings; `identifier` is "" where there is none."""

    order: str
    type: str
    identifier: str = ""


def key_of(record_set: Mapping[str, Any]) -> Key:
    """The key of a record set whose name is stored spelling."""
    return Key(listing_order(record_set["Name"]), record_set["Type"], record_set.get("SetIdentifier", ""))


class RecordSets:
    """The record sets of a zone; never changed once made, so that a reader needs no lock."""

    __slots__ = ("_lines", "_sets", "order")

    def __init__(self, sets: Mapping[Key, ApiRecordSet], lines: dict[Key, str] | None = None) -> None:
        self._sets = sets
        self._lines = {} if lines is None else lines
        self.order = sorted(sets)

    @classmethod
    def of(cls, record_sets: Iterable[ApiRecordSet]) -> RecordSets:
        """From record sets in any order."""
        return cls({key_of(record_set): record_set for record_set in record_sets})

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[ApiRecordSet]:
        return map(self._sets.__getitem__, self.order)

    def get(self, key: Key) -> ApiRecordSet | None:
        """The record set of a key, or None."""
        return self._sets.get(key)

    def keys_of_name(self, order: str) -> list[Key]:
        """The keys of one name."""
        start = bisect_left(self.order, Key(order, ""))
        keys = []
        for position in range(start, len(self.order)):
            if self.order[position].order != order:
                break
            keys.append(self.order[position])
        return keys

    def page(self, start: Key, size: int) -> tuple[list[ApiRecordSet], Key | None]:
        """The record sets at and behind a position, and the key of the next one where more follow."""
        first = bisect_left(self.order, start)
        keys = self.order[first : first + size]
        following = self.order[first + size] if first + size < len(self.order) else None
        return [self._sets[key] for key in keys], following

    def replaced(self, removed: Iterable[Key], added: Mapping[Key, ApiRecordSet]) -> RecordSets:
        """A copy with some record sets taken out and others put in."""
        sets, lines = dict(self._sets), dict(self._lines)
        for key in [*removed, *added]:
            sets.pop(key, None)
            lines.pop(key, None)
        sets.update(added)
        return RecordSets(sets, lines)

    def lines(self) -> Iterator[str]:
        """Each record set as JSON; what one version has written, the next need not write again."""
        for key in self.order:
            line = self._lines.get(key)
            if line is None:
                line = json.dumps(self._sets[key], ensure_ascii=False, separators=(",", ":"))
                self._lines[key] = line
            yield line


class Draft:
    """What a zone would hold: the record sets it has, less some, plus others."""

    def __init__(self, base: RecordSets) -> None:
        self.base = base
        self._removed: set[Key] = set()
        self._added: dict[str, dict[Key, ApiRecordSet]] = {}
        self._growth = 0

    def __len__(self) -> int:
        return len(self.base) + self._growth

    def get(self, key: Key) -> ApiRecordSet | None:
        """The record set of a key as the draft has it, or None."""
        added = self._added.get(key.order, {}).get(key)
        if added is not None or key in self._removed:
            return added
        return self.base.get(key)

    def remove(self, key: Key) -> None:
        """Take a record set out; nothing happens where there is none."""
        if self.get(key) is None:
            return
        self._growth -= 1
        self._added.get(key.order, {}).pop(key, None)
        self._removed.add(key)

    def add(self, key: Key, record_set: ApiRecordSet) -> None:
        """Put a record set in, in place of one of the same key."""
        self.remove(key)
        self._growth += 1
        self._added.setdefault(key.order, {})[key] = record_set

    def members(self, order: str) -> list[tuple[Key, ApiRecordSet]]:
        """The record sets of one name."""
        added = self._added.get(order, {})
        kept = [key for key in self.base.keys_of_name(order) if key not in self._removed]
        found = [(key, self.base.get(key)) for key in kept]
        return [*((key, each) for key, each in found if each is not None), *added.items()]

    def finish(self) -> RecordSets:
        """The record sets of the draft."""
        added = {key: each for sets in self._added.values() for key, each in sets.items()}
        return self.base.replaced(self._removed, added)
