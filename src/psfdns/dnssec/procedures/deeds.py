"""What a procedure changed, or was about to, as entries of the journal; and what is seen of it later. Pure.

A DS at Gandi is an order there, and stands in the registrar's journal.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psfdns.dnssec.procedures.record import Deed, Kind, Record
from psfdns.dnssec.procedures.seen import DELETING, INACTIVE, NOT_SIGNING, Seen

ORDERED = frozenset({Deed.ADD_DS, Deed.REMOVE_DS})
"""What the registrar's journal has."""


class Decided(enum.StrEnum):
    """What a person decided of a procedure; nothing outside is changed by that alone."""

    BEGIN = "dnssec-begin"
    TAKE_OVER = "dnssec-take-over"
    TURN_BACK = "dnssec-turn-back"
    ABANDON = "dnssec-abandon"


WORDS = {
    Decided.BEGIN: "begun",
    Decided.TAKE_OVER: "begun, taken over from another machine",
    Decided.TURN_BACK: "begun, turned round from where it stood",
    Decided.ABANDON: "begun, what was under way is abandoned",
}
"""Behind the procedure's name in the log of its record."""


class State(enum.StrEnum):
    """How far an entry came."""

    SENDING = "sending"
    UNCERTAIN = "uncertain"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """When an entry came into a state, and why, in words."""

    at: datetime.datetime
    state: State
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """AWS identity (ARN, None where it cannot be learnt), local user and host."""

    aws: str | None
    user: str
    host: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """Which one it belongs to."""

    kind: Kind
    back: bool
    begun: datetime.datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed, or decision: `kind` is a Deed's or Decided's value.

    `of` is the key-signing key that it is done to, "" where there is none; `details` what came of it:
    `change` (Route 53's id of it), `kms` (the ARN of the key), `found` (the key was there already).
    """

    id: str
    kind: str
    zone: str
    zone_id: str
    account: str | None
    created: datetime.datetime
    who: Who
    version: str
    procedure: Procedure
    of: str
    events: tuple[Event, ...]
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The last one."""
        return self.events[-1].state

    @property
    def is_open(self) -> bool:
        """Whether it is not known what became of it."""
        return self.state in {State.SENDING, State.UNCERTAIN}

    def now_in(self, state: State, *, at: datetime.datetime, why: str | None = None) -> Entry:
        """The same, a step further."""
        return replace(self, events=(*self.events, Event(at, state, why)))


def procedure_of(record: Record) -> Procedure:
    """The procedure that a record is of."""
    return Procedure(record.kind, record.back, record.begun)


def decided(record: Record, before: Record | None, *, take_over: bool) -> Decided | None:
    """What a person has decided by going from one record to the other; None: to go on."""
    if before is None or not before.is_open:
        return Decided.TAKE_OVER if take_over else Decided.BEGIN
    if procedure_of(before) == procedure_of(record):
        return None
    leaves = before.kind is Kind.ROTATE and record.kind is not Kind.ROTATE
    return Decided.ABANDON if leaves else Decided.TURN_BACK


def log_words(kind: Kind, what: Decided) -> str:
    """As it stands in the record's log."""
    return f"{kind.value}: {WORDS[what]}"


def last_decision(record: Record) -> tuple[Decided, str] | None:
    """What was decided when the procedure began, and who did; None of one from before that was told."""
    words = {log_words(record.kind, what): what for what in Decided}
    for event in reversed(record.log):
        if event.what in words and event.at == record.begun:
            return words[event.what], event.who
    return None


def is_told(record: Record, entries: list[Entry]) -> bool:
    """Whether an entry says how this procedure began."""
    kinds = {what.value for what in Decided}
    return any(each.kind in kinds and each.procedure == procedure_of(record) for each in entries)


def shows(entry: Entry, seen: Seen) -> bool | None:
    """Whether what is seen at Route 53 is what the deed was for; None where Route 53 does not show it."""
    key = seen.ksk(entry.of)
    match entry.kind:
        case Deed.CREATE_KSK:
            return key is not None
        case Deed.ACTIVATE_KSK:
            return key is not None and key.status not in {INACTIVE, DELETING}
        case Deed.DEACTIVATE_KSK:
            return key is None or key.status in {INACTIVE, DELETING}
        case Deed.DELETE_KSK:
            return key is None or key.status == DELETING
        case Deed.SIGN:
            return seen.signing not in {NOT_SIGNING, DELETING}
        case Deed.STOP_SIGNING:
            return seen.signing in {NOT_SIGNING, DELETING}
        case _:
            return None
