"""What was ordered at the registrar and what became of it: `.psfdns/journal/registrar/<domain>/<id>.json`.

An order is on the disk before it is sent, and under the same name in the store of `[journal] s3` where there
is one, with what stood before it: so that no answer that gets lost makes anybody order twice, on whatever
machine, and so that there is a way back.
"""

from __future__ import annotations

import contextlib
import datetime
import enum
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psfdns.errors import OutsideError, PsfdnsError
from psfdns.journal.disk import make_folder
from psfdns.journal.state_document import (
    DamagedError,
    parse_document,
    read_document,
    render_document,
    store_document,
    unreadable,
    unwritable,
)
from psfdns.moments import write_moment
from psfdns.objects import ObjectStore
from psfdns.registrar.shapes import moment_of

FORMAT = "psfdns-registrar-journal/1"
PATIENCE = 10.0
"""Seconds to wait for another command that is about to order."""

ORDERS = "journal/registrar/"
"""Where they are in the store."""

_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_UNREADABLE = "see in Gandi's administration what was ordered, then move the file away"
_UNWRITABLE = "nothing is ordered that cannot be written down first: [state] dir in psfdns.toml"


class State(enum.StrEnum):
    """How far an order came."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    UNCERTAIN = "uncertain"
    DONE = "done"
    REFUSED = "refused"


OPEN = frozenset({State.SENDING, State.ACCEPTED, State.UNCERTAIN})
"""Of these it is not known that they had an end; one that is being sent may have been cut short."""


@dataclass(frozen=True, slots=True)
class Event:
    """When an order came into a state, and why, in words."""

    at: datetime.datetime
    state: State
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One order; `before` and `after` say what stood and what was to stand."""

    id: str
    kind: str
    domain: str
    created: datetime.datetime
    user: str
    host: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    events: tuple[Event, ...]

    @property
    def state(self) -> State:
        """The last one."""
        return self.events[-1].state

    @property
    def is_open(self) -> bool:
        """Whether it is not known how it ended."""
        return self.state in OPEN

    def now_in(self, state: State, *, at: datetime.datetime, why: str | None = None) -> Entry:
        """The same, a step further."""
        return replace(self, events=(*self.events, Event(at, state, why)))


@dataclass(frozen=True, slots=True)
class Kept:
    """An order as it was found; `fault` says why it cannot be read. `elsewhere`: only the store has it."""

    id: str
    domain: str
    entry: Entry | None
    fault: str | None = None
    elsewhere: bool = False


def new_entry(
    kind: str,
    domain: str,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime.datetime,
    user: str,
    host: str,
) -> Entry:
    """An order that is about to be sent."""
    entry_id = f"{now.astimezone(datetime.UTC).strftime('%Y%m%dT%H%M%SZ')}-{secrets.token_hex(4)}"
    event = Event(now, State.SENDING)
    return Entry(entry_id, kind, domain, now, user, host, before, after, (event,))


class Ledger:
    """The folder `journal/registrar` of the state folder, which need not exist to be read, and its store."""

    def __init__(self, folder: Path, store: ObjectStore | None = None) -> None:
        self.folder = folder
        self._store = store

    def entries(self, domain: str, kind: str) -> tuple[Entry, ...]:
        """The orders of a kind for a domain, of all machines, the newest first.

        Raises PsfdnsError where one cannot be read: it could be the one that must not be sent again.
        """
        own = {path.name: self._load(path) for path in self._paths(domain)}
        for key in self._store.list(_key(domain, "")) if self._store else ():
            name = key.rpartition("/")[2]
            if name not in own and _ID.fullmatch(name.removesuffix(".json")):
                own[name] = self._fetch(key)
        return tuple(own[name] for name in sorted(own, reverse=True) if own[name].kind == kind)

    def listed(self, *, domains: Collection[str] | None = None, limit: int | None = None) -> list[Kept]:
        """The orders of all machines for these domains (None: all), the newest first; damaged ones, too.

        Raises PsfdnsError where the folder, or the store, cannot be listed.
        """
        found: dict[tuple[str, str], Path | str] = {}
        for key in self._store.list(ORDERS) if self._store else ():
            folder, _, name = key.rpartition("/")
            found[name, folder.rpartition("/")[2]] = key
        for folder in self._folders():
            found |= {(path.name, folder): path for path in self._paths(_domain(folder))}
        names = sorted((name for name in found if _ID.fullmatch(name[0].removesuffix(".json"))), reverse=True)
        meant = [name for name in names if domains is None or _domain(name[1]) in domains]
        return [self._keep(*name, found[name]) for name in meant[: limit or None]]

    def _folders(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir() if path.is_dir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(self.folder, error, hint=_UNREADABLE) from error

    def _keep(self, name: str, folder: str, place: Path | str) -> Kept:
        elsewhere = isinstance(place, str)
        entry, fault = None, None
        try:
            entry = self._fetch(place) if isinstance(place, str) else self._load(place)
        except PsfdnsError as error:
            fault = error.summary
        return Kept(name.removesuffix(".json"), _domain(folder), entry, fault, elsewhere)

    def begin(self, entry: Entry) -> None:
        """Keep an order that is about to be sent. Raises PsfdnsError; then it must not be."""
        if self._store is not None:
            self._put(entry, self._store)
        try:
            self._write(entry)
        except PsfdnsError as error:
            # Nobody is to wait for an order that is not sent.
            self._put_if_reached(entry.now_in(State.REFUSED, at=entry.created, why=error.summary))
            raise

    def note(self, entry: Entry) -> None:
        """Keep how far an order came. Raises PsfdnsError where the disk cannot take it; sent it is anyway.

        A store that cannot be reached keeps what it has: there the order looks as if it were under way.
        """
        self._write(entry)
        self._put_if_reached(entry)

    def _put_if_reached(self, entry: Entry) -> None:
        if self._store is not None:
            with contextlib.suppress(OutsideError):
                self._put(entry, self._store)

    @staticmethod
    def _put(entry: Entry, store: ObjectStore) -> None:
        store.put(_key(entry.domain, f"{entry.id}.json"), render_document(_to_json(entry)))

    def _paths(self, domain: str) -> list[Path]:
        folder = self.folder / _folder(domain)
        try:
            return [path for path in folder.iterdir() if _ID.fullmatch(path.name.removesuffix(".json"))]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(folder, error, hint=_UNREADABLE) from error

    def _write(self, entry: Entry) -> None:
        folder = self.folder / _folder(entry.domain)
        try:
            make_folder(self.folder)
        except OSError as error:
            raise unwritable(folder, error, hint=_UNWRITABLE) from error
        store_document(folder / f"{entry.id}.json", _to_json(entry), hint=_UNWRITABLE)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep other commands of this machine from ordering meanwhile. Raises PsfdnsError."""
        from filelock import FileLock, Timeout

        try:
            make_folder(self.folder)
            lock = FileLock(self.folder / "lock", timeout=PATIENCE, mode=0o600)
            lock.acquire()
        except Timeout as error:
            why = "nothing was sent: another command is ordering at this moment"
            raise PsfdnsError(why, hint="run this again when it has ended") from error
        except OSError as error:
            raise unwritable(self.folder, error, hint=_UNWRITABLE) from error
        try:
            yield
        finally:
            lock.release()

    def _load(self, path: Path) -> Entry:
        try:
            return parse_document(read_document(path), FORMAT, _from_json)
        except (OSError, DamagedError) as error:
            raise unreadable(path, error, hint=_UNREADABLE) from error

    def _fetch(self, key: str) -> Entry:
        assert self._store is not None  # noqa: S101 - the key came from it
        found = self._store.get(key)
        try:
            return parse_document(found.data if found else b"", FORMAT, _from_json)
        except DamagedError as error:
            raise unreadable(f"{self._store.url}/{key}", error, hint=_UNREADABLE) from error


def _key(domain: str, name: str) -> str:
    return f"{ORDERS}{_folder(domain)}/{name}"


def _folder(domain: str) -> str:
    return domain.removesuffix(".").replace("/", "%2F")


def _domain(folder: str) -> str:
    return folder.replace("%2F", "/") + "."


def _to_json(entry: Entry) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "id": entry.id,
        "kind": entry.kind,
        "domain": entry.domain,
        "created": write_moment(entry.created),
        "who": {"user": entry.user, "host": entry.host},
        "before": dict(entry.before),
        "after": dict(entry.after),
        "events": [
            {"at": write_moment(each.at), "state": each.state.value, "why": each.why} for each in entry.events
        ],
    }


def _from_json(value: Any) -> Entry:
    events = tuple(
        Event(moment_of(each["at"]), State(each["state"]), each["why"]) for each in value["events"]
    )
    if not events:
        raise ValueError("it has no events")
    return Entry(
        str(value["id"]),
        str(value["kind"]),
        str(value["domain"]),
        moment_of(value["created"]),
        str(value["who"]["user"]),
        str(value["who"]["host"]),
        dict(value["before"]),
        dict(value["after"]),
        events,
    )
