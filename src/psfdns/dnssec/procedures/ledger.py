"""What procedures did, for the journal: `.psfdns/journal/dnssec/<zone>/<id>.json`."""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from psfdns.dnssec.procedures.deeds import Entry, Event, Procedure, State, Who
from psfdns.dnssec.procedures.record import Kind
from psfdns.journal.ledgers import Form, SharedLedger
from psfdns.moments import read_moment, write_moment
from psfdns.objects import ObjectStore

FORMAT = "psfdns-dnssec-journal/1"
PLACE = "journal/dnssec/"
"""Where they are in the store."""

_ID = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}")
_ID_STAMP = "%Y%m%dT%H%M%S%f"
_MILLISECOND = datetime.timedelta(milliseconds=1)
_UNREADABLE = "restore the file, or move it away: what was changed then is not told any more"
_UNWRITABLE = "nothing is changed outside that cannot be written down first: [state] dir in psfdns.toml"


def new_id(now: datetime.datetime, others: Iterable[Entry]) -> str:
    """An id after those of all other entries of the zone, whatever the clock says."""
    moment = now.astimezone(datetime.UTC)
    newest = max((each.id for each in others), default="")
    if newest:
        last = datetime.datetime.strptime(newest[:18] + "000", _ID_STAMP).replace(tzinfo=datetime.UTC)
        moment = max(moment, last + _MILLISECOND)
    return f"{moment.strftime(_ID_STAMP)[:18]}Z-{secrets.token_hex(4)}"


def same_id(entry: Entry) -> str:
    """The id that an entry has as often as it is told: it is written over in a store that has it already."""
    told = f"{entry.zone_id} {entry.kind} {entry.who.user}@{entry.who.host}"
    return entry.id[:-8] + hashlib.sha256(told.encode()).hexdigest()[:8]


class DeedLedger(SharedLedger[Entry]):
    """The folder `journal/dnssec` of the state folder, which need not exist to be read, and its store."""

    def __init__(self, folder: Path, store: ObjectStore | None = None) -> None:
        super().__init__(folder, _FORM, store)


def _to_json(entry: Entry) -> dict[str, Any]:
    procedure = entry.procedure
    return {
        "id": entry.id,
        "kind": entry.kind,
        "zone": entry.zone,
        "zone_id": entry.zone_id,
        "account": entry.account,
        "created": write_moment(entry.created),
        "who": {"aws": entry.who.aws, "user": entry.who.user, "host": entry.who.host},
        "version": entry.version,
        "procedure": {
            "kind": procedure.kind.value,
            "back": procedure.back,
            "begun": write_moment(procedure.begun),
        },
        "of": entry.of,
        "details": dict(entry.details),
        "events": [
            {"at": write_moment(each.at), "state": each.state.value, "why": each.why} for each in entry.events
        ],
    }


def _from_json(value: dict[str, Any]) -> Entry:
    events = tuple(
        Event(_moment(each["at"]), State(each["state"]), _optional(each["why"])) for each in value["events"]
    )
    if not events:
        raise ValueError("it has no events")
    who, procedure = value["who"], value["procedure"]
    return Entry(
        id=str(value["id"]),
        kind=str(value["kind"]),
        zone=str(value["zone"]),
        zone_id=str(value["zone_id"]),
        account=_optional(value["account"]),
        created=_moment(value["created"]),
        who=Who(_optional(who["aws"]), str(who["user"]), str(who["host"])),
        version=str(value["version"]),
        procedure=Procedure(Kind(procedure["kind"]), procedure["back"] is True, _moment(procedure["begun"])),
        of=str(value["of"]),
        events=events,
        details=dict(value["details"].items()),
    )


def _undone(entry: Entry, why: str) -> Entry:
    """A decision is kept by the time it is told: it stands, whatever becomes of the telling."""
    if entry.state is State.DONE:
        return entry
    return entry.now_in(State.FAILED, at=entry.created, why=why)


def _moment(value: object) -> datetime.datetime:
    moment = read_moment(value)
    if moment is None:
        raise ValueError("a moment is none")
    return moment


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


_FORM = Form(
    "changes of signing",
    FORMAT,
    PLACE,
    _ID,
    lambda entry: (entry.zone, entry.id),
    _undone,
    _to_json,
    _from_json,
    _UNREADABLE,
    _UNWRITABLE,
)
