"""The journal on the disk: a folder for each entry, and what each zone held after our last apply.

    <id>/entry.json      written once, before anything is sent
    <id>/events.jsonl    a line before and after each request
    zones/<Z…>.json.gz   replaced by each apply of the zone

Entries are kept for ever: nothing here deletes one. Zones hold only their newest state.
"""

from __future__ import annotations

import gzip
import json
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psfdns.journal.disk import Appender, is_held, make_folder, read_file, write_file, write_held_folder
from psfdns.journal.entry import Entry, JournalError, entry_from_json, entry_to_json
from psfdns.journal.progress import MADE, Event, Progress, event_line, read_events
from psfdns.journal.recorder import Fate
from psfdns.journal.snapshot import Snapshot, snapshot_from_json, snapshot_to_json
from psfdns.plans.plan import Change
from psfdns.records import RRset, RRsetKey, Zone

ENTRY, EVENTS, UNSENT = "entry.json", "events.jsonl", "unsent"
ZONES, OTHERS = "zones", "others"
_ID = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-f]{4}")
_ID_STAMP = "%Y%m%dT%H%M%S%f"
_ZONE_ID = re.compile(r"[A-Z0-9]{1,32}")
HINT = "free some space or correct the permissions; [state] dir in psfdns.toml moves the folder"


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry as it was found; `fault` says why there is none that can be read."""

    id: str
    folder: Path
    entry: Entry | None
    progress: Progress
    running: bool = False
    fault: str | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A zone after our last apply, the entry of that, and the record sets of which it is not known."""

    zone: Zone
    entry: str
    unsure: frozenset[RRsetKey] = frozenset()


class Journal:
    """The folder `journal` of the state folder; it need not exist to be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_id(self, now: datetime) -> str:
        """An id after every one that is there, whatever the clock says. Raises JournalError."""
        newest = max(self.ids(), default="")
        moment = now.astimezone(UTC)
        if newest:
            last = datetime.strptime(newest[:18] + "000", _ID_STAMP).replace(tzinfo=UTC)
            moment = max(moment, last + timedelta(milliseconds=1))
        return f"{moment.strftime(_ID_STAMP)[:18]}Z-{secrets.token_hex(2)}"

    def create(self, entry: Entry, *, unsent: bool = False) -> Appender:
        """Keep a new entry; returns where its events go. Raises JournalError, with nothing kept."""
        folder = self.folder / entry.id
        document = json.dumps(entry_to_json(entry), separators=(",", ":"), ensure_ascii=True) + "\n"
        files = {ENTRY: document.encode(), EVENTS: b""}
        if unsent:
            files[UNSENT] = b""
        try:
            make_folder(self.folder)
            return write_held_folder(folder, files, held=EVENTS)
        except OSError as error:
            why = f"the journal cannot be written: {error.strerror or error} ({self.folder})"
            raise JournalError(why, hint=HINT) from error

    def append(self, entry_id: str, events: Iterable[Event]) -> None:
        """Add events behind the end of an entry of this machine. Raises JournalError."""
        path = self.folder / entry_id / EVENTS
        try:
            appender = Appender(path)
            try:
                appender.append(b"".join(map(event_line, events)))
            finally:
                appender.close()
        except OSError as error:
            why = f"the journal cannot be written: {error.strerror or error} ({path})"
            raise JournalError(why, hint=HINT) from error

    def ids(self) -> list[str]:
        """The ids of this machine's entries, newest first. Raises JournalError."""
        return _ids_in(self.folder)

    def other_ids(self) -> list[str]:
        """The ids of entries that were fetched from other machines, newest first."""
        return _ids_in(self.folder / OTHERS)

    def load(self, entry_id: str) -> Stored:
        """One entry; what is damaged is told in it."""
        folder = self._folder_of(entry_id)
        elsewhere = folder.parent != self.folder
        progress, events_fault = self._load_events(entry_id)
        running = progress.finished is None and self._is_running(entry_id)
        try:
            entry = entry_from_json(json.loads(read_file(folder / ENTRY)))
        except (OSError, ValueError, RecursionError, JournalError) as error:
            fault = f"{ENTRY} cannot be read: {error}"
            return Stored(entry_id, folder, None, progress, running, fault, elsewhere)
        return Stored(entry_id, folder, entry, progress, running, events_fault, elsewhere)

    def _is_running(self, entry_id: str) -> bool:
        """Whether a process of this machine is writing an entry that has no end."""
        folder = self._folder_of(entry_id)
        return folder.parent == self.folder and is_held(folder / EVENTS)

    def all_ids(self) -> list[str]:
        """Ids of this and other machines, newest first. Raises JournalError."""
        return sorted({*self.ids(), *self.other_ids()}, reverse=True)

    def entries(self) -> list[Stored]:
        """Every entry, newest first. Raises JournalError."""
        return [self.load(entry_id) for entry_id in self.all_ids()]

    def unfinished(self) -> list[Stored]:
        """Readable entries that were cut short, or are under way; newest first. Raises JournalError.

        Of all others only the events are read.
        """
        return [stored for stored, labels in self._without_end() if stored.entry is not None and labels]

    def unsettled_zones(self, account: str | None) -> frozenset[str]:
        """The zones (labels) of an account that were left in the middle, and not brought in order since."""
        return frozenset(
            label
            for stored, labels in self._without_end(running=False)
            if stored.entry is not None and stored.entry.account == account
            for label in labels
        )

    def _without_end(self, *, running: bool = True) -> Iterator[tuple[Stored, frozenset[str]]]:
        """Entries without an end, and which of their zones are not settled; on demand not those under way."""
        progress = {entry_id: self._load_events(entry_id)[0] for entry_id in self.all_ids()}
        good = _good_ends(progress)
        for entry_id, one in progress.items():
            if one.finished is None and (running or not self._is_running(entry_id)):
                stored = self.load(entry_id)
                yield stored, _unsettled(stored, good)

    def find(self, text: str) -> str:
        """The id that a person means: all of it, its beginning, or its random end. Raises JournalError."""
        ids = self.all_ids()
        found = [i for i in ids if i == text] or [
            i for i in ids if i.startswith(text) or i.endswith("-" + text)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise JournalError(f"{text!r} is the beginning of {len(found)} entries: {', '.join(found[:5])}")
        raise JournalError(f"there is no entry {text!r} in the journal", hint="psfdns history lists them")

    def keep_snapshot(self, snapshot: Snapshot) -> None:
        """Replace what is known of a zone. Raises JournalError."""
        path = self._snapshot_path(snapshot.zone_id)
        text = json.dumps(snapshot_to_json(snapshot), separators=(",", ":"), ensure_ascii=True)
        try:
            make_folder(path.parent)
            write_file(path, gzip.compress(text.encode(), 6, mtime=0))
        except OSError as error:
            why = f"what {snapshot.zone.origin} holds cannot be kept: {error.strerror or error} ({path})"
            raise JournalError(why, hint=HINT) from error

    def load_snapshot(self, zone_id: str) -> Snapshot | None:
        """What a zone held after our last apply; None where that is not known."""
        try:
            text = gzip.decompress(read_file(self._snapshot_path(zone_id)))
            return snapshot_from_json(json.loads(text))
        except (OSError, EOFError, ValueError, zlib.error, RecursionError, JournalError):
            return None

    def _folder_of(self, entry_id: str) -> Path:
        own = self.folder / entry_id
        return own if own.is_dir() else self.folder / OTHERS / entry_id

    def _load_events(self, entry_id: str) -> tuple[Progress, str | None]:
        try:
            progress = read_events(read_file(self._folder_of(entry_id) / EVENTS))
        except OSError as error:
            return Progress(), f"{EVENTS} cannot be read: {error.strerror}"
        if progress.damaged:
            return progress, f"{progress.damaged} of its events cannot be read"
        return progress, None

    def _snapshot_path(self, zone_id: str) -> Path:
        if not _ZONE_ID.fullmatch(zone_id):
            raise JournalError(f"{zone_id!r} is not the id of a hosted zone")
        return self.folder / ZONES / f"{zone_id}.json.gz"


def is_id(text: str) -> bool:
    """Whether the text is an id of an entry."""
    return bool(_ID.fullmatch(text))


def _ids_in(folder: Path) -> list[str]:
    try:
        found = [path.name for path in folder.iterdir() if is_id(path.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise JournalError(f"the journal cannot be read: {error.strerror} ({folder})") from error
    return sorted(found, reverse=True)


def settled_ids(entries: Iterable[Stored]) -> frozenset[str]:
    """The entries without an end whose every zone a later entry of the same account brought to a good one."""
    found = list(entries)
    good = _good_ends({one.id: one.progress for one in found})
    without_end = [one for one in found if one.entry is not None and one.progress.finished is None]
    return frozenset(one.id for one in without_end if not _unsettled(one, good))


Ends = Mapping[tuple[str | None, str], str]


def _good_ends(progress: Mapping[str, Progress]) -> Ends:
    """The newest entry in which each zone of an account came to a good end."""
    return {
        (progress[entry_id].account, label): entry_id
        for entry_id in sorted(progress)
        for label, end in (progress[entry_id].finished or {}).items()
        if end.ok
    }


def _unsettled(stored: Stored, good: Ends) -> frozenset[str]:
    """An entry that names no zone has nothing to settle."""
    entry = stored.entry
    labels = [zone.label for zone in entry.zones] if entry is not None else []
    account = entry.account if entry is not None else None
    return frozenset(label for label in labels if good.get((account, label), "") <= stored.id)


def last_known(journal: Journal, zone_id: str) -> Known | None:
    """What a hosted zone held after our last apply; None where no apply of ours is known.

    What entries after the newest snapshot did (they were cut short, or came from elsewhere) is added.
    """
    snapshot = journal.load_snapshot(zone_id)
    if snapshot is None:
        return None
    rrsets, unsure, newest = dict(snapshot.zone.rrsets), set[RRsetKey](), snapshot.entry
    for entry_id in sorted(one for one in journal.all_ids() if one > snapshot.entry):
        stored = journal.load(entry_id)
        for zone in stored.entry.zones if stored.entry else ():
            if stored.progress.hosted_id(zone) != zone_id:
                continue
            for change in stored.progress.changes_with(zone, MADE | {Fate.UNKNOWN}):
                _put(rrsets, change)
                newest = entry_id
            unsure.update(change.key for change in stored.progress.changes_with(zone, {Fate.UNKNOWN}))
    return Known(Zone(snapshot.zone.origin, rrsets), newest, frozenset(unsure))


def _put(rrsets: dict[RRsetKey, RRset], change: Change) -> None:
    if change.after is None:
        rrsets.pop(change.key, None)
    else:
        rrsets[change.key] = change.after
