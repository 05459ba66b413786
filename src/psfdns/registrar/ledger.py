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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder
from psfdns.journal.ledgers import Form, SharedLedger
from psfdns.journal.state_document import unwritable
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
    """One order; `before` and `after` say what stood and what was to stand.

    `stand_in`: it was not the real Gandi that was told.
    """

    id: str
    kind: str
    domain: str
    created: datetime.datetime
    user: str
    host: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    events: tuple[Event, ...]
    stand_in: bool = False

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


def new_entry(
    kind: str,
    domain: str,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime.datetime,
    user: str,
    host: str,
    stand_in: bool = False,
) -> Entry:
    """An order that is about to be sent."""
    entry_id = f"{now.astimezone(datetime.UTC).strftime('%Y%m%dT%H%M%SZ')}-{secrets.token_hex(4)}"
    event = Event(now, State.SENDING)
    return Entry(entry_id, kind, domain, now, user, host, before, after, (event,), stand_in)


class Ledger(SharedLedger[Entry]):
    """The folder `journal/registrar` of the state folder, which need not exist to be read, and its store."""

    def __init__(self, folder: Path, store: ObjectStore | None = None) -> None:
        super().__init__(folder, _FORM, store)

    def entries(self, domain: str, kind: str) -> tuple[Entry, ...]:
        """The orders of a kind for a domain, of all machines, the newest first.

        Raises PsfdnsError where one cannot be read: it could be the one that must not be sent again.
        """
        return tuple(entry for entry in self.of(domain) if entry.kind == kind)

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


def _to_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "domain": entry.domain,
        "created": write_moment(entry.created),
        "who": {"user": entry.user, "host": entry.host},
        "before": dict(entry.before),
        "after": dict(entry.after),
        "stand_in": entry.stand_in,
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
        value.get("stand_in") is True,
    )


_FORM = Form(
    "orders",
    FORMAT,
    ORDERS,
    _ID,
    lambda entry: (entry.domain, entry.id),
    lambda entry, why: entry.now_in(State.REFUSED, at=entry.created, why=why),
    _to_json,
    _from_json,
    _UNREADABLE,
    _UNWRITABLE,
)
