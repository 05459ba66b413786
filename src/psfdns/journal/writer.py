"""The Recorder that writes to the disk: one entry, before its first request and between all others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import Appender
from psfdns.journal.entry import Entry, EntryZone, JournalError, stamp
from psfdns.journal.progress import (
    MADE,
    ZoneEnd,
    begin_event,
    end_event,
    event_line,
    finished_event,
    read_events,
)
from psfdns.journal.recorder import Fate
from psfdns.journal.snapshot import Snapshot, after_changes
from psfdns.journal.store import HINT, Journal
from psfdns.plans.host import LiveZone
from psfdns.plans.plan import Change
from psfdns.records import RRsetKey


class Mirror(Protocol):
    """A second place for each entry."""

    def send_entry(self, entry_id: str) -> None:
        """Put a new entry there; raises PsfdnsError: then nothing may be changed."""

    def note_event(self, entry_id: str) -> None:
        """An entry's events have grown. Never raises and does not wait."""

    def finish(self, entry_id: str) -> None:
        """Wait until the newest events are there, if they can be. Never raises."""


@dataclass
class Writer:
    """One entry of the journal while it is being made; from `start` on it is on the disk."""

    journal: Journal
    entry: Entry
    live: Mapping[str, LiveZone]
    now: Callable[[], datetime]
    mirror: Mirror | None = None
    fault: JournalError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _events: Appender | None = None
    _lines: list[bytes] = field(default_factory=list)
    _kept: int = 0
    _steps: int = 0
    _places: Mapping[str, Mapping[RRsetKey, int]] = field(default_factory=dict)

    @property
    def id(self) -> str | None:
        """The entry's id, once it is kept."""
        return self.entry.id if self._events is not None else None

    def start(self, batches: Mapping[str, int]) -> None:
        """Keep the entry. Raises JournalError (or the mirror's error): then nothing may be sent."""
        zones = tuple(replace(zone, batches=batches.get(zone.label, 0)) for zone in self.entry.zones)
        self.entry = replace(self.entry, zones=zones)
        self._places = {zone.label: _places(zone) for zone in zones}
        self._events = self.journal.create(self.entry, unsent=self.mirror is not None)
        if self.mirror is not None:
            self._send_entry(self.mirror)

    def _send_entry(self, mirror: Mirror) -> None:
        """What cannot be shared is not begun: the entry ends here."""
        try:
            mirror.send_entry(self.entry.id)
        except PsfdnsError as error:
            not_begun = ZoneEnd(ok=False, errors=(f"not begun: {error.summary}",))
            self.finish({zone.label: not_begun for zone in self.entry.zones})
            raise

    def begin(self, zone: str, step: str, changes: Sequence[Change] = ()) -> int:
        """Keep that a request is about to be sent. Raises JournalError: then it may not be sent."""
        with self._lock:
            if self.fault is not None:
                raise self._broken()
            places = self._places.get(zone, {})
            indices = [places[change.key] for change in changes]
            line = event_line(begin_event(self._steps + 1, zone, step, indices, at=stamp(self.now())))
            if not self._append(line):
                self._lines.pop()
                raise self._broken()
            self._steps += 1
            return self._steps

    def end(self, number: int, fate: Fate, details: Mapping[str, Any]) -> None:
        """Keep what became of a request; what cannot be kept is said by the next `begin`, and `fault`."""
        with self._lock:
            self._append(event_line(end_event(number, fate, details, at=stamp(self.now()))))

    def finish(self, ends: Mapping[str, ZoneEnd]) -> None:
        """Keep the end, and what each zone holds now. Sets `fault` where that cannot be kept."""
        if self._events is None:
            return
        with self._lock:
            end = finished_event(ends, account=self.entry.account, at=stamp(self.now()))
            self._append(event_line(end))
        if self.fault is None:
            try:
                for snapshot in self._snapshots(ends):
                    self.journal.keep_snapshot(snapshot)
            except JournalError as error:
                self.fault = error
        if self.mirror is not None:
            self.mirror.finish(self.entry.id)

    def close(self) -> None:
        """Let go of the entry: without an end, it counts as interrupted from here on."""
        if self._events is not None:
            self._events.close()

    def _broken(self) -> JournalError:
        return self.fault or JournalError("the journal cannot be written")

    def _append(self, line: bytes) -> bool:
        """Whether the line is kept; one that is not is tried again with the next."""
        assert self._events is not None  # noqa: S101 - `start` comes first
        self._lines.append(line)
        try:
            self._events.append(b"".join(self._lines[self._kept :]))
        except OSError as error:
            why = f"the journal cannot be written: {error.strerror or error} ({self.journal.folder})"
            self.fault = JournalError(f"{why}; nothing more was sent", hint=HINT)
            return False
        self._kept = len(self._lines)
        if self.mirror is not None:
            self.mirror.note_event(self.entry.id)
        return True

    def _snapshots(self, ends: Mapping[str, ZoneEnd]) -> Iterator[Snapshot]:
        """Of each zone all of whose requests have a known fate."""
        progress = read_events(b"".join(self._lines))
        for zone in self.entry.zones:
            zone_id = progress.hosted_id(zone)
            end = ends.get(zone.label)
            if zone_id is None or end is None or progress.changes_with(zone, {Fate.UNKNOWN}):
                continue
            made = zone.changes if end.ok else progress.changes_with(zone, MADE)
            after = after_changes(zone.name, self.live.get(zone_id), made)
            yield Snapshot(zone_id, self.entry.id, self.now(), after)


def _places(zone: EntryZone) -> Mapping[RRsetKey, int]:
    return {change.key: index for index, change in enumerate(zone.changes)}
