"""What is kept of a procedure: what was done and sent, and when, and the longest TTLs seen. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from psfdns.dnssec.procedures.seen import Ksk, Seen
from psfdns.dnssec.procedures.timing import ASKED_MAY_TAKE, ORDER_MAY_TAKE, Ttl, note_ttls, still_cached

MAX_LOG = 1000
"""Events that are kept, the newest; a procedure has some twenty."""


class Kind(enum.StrEnum):
    """What is to be reached."""

    ENABLE = "enable"
    DISABLE = "disable"
    ROTATE = "rotate"


class Deed(enum.StrEnum):
    """One thing that is changed outside."""

    MAKE_KMS_KEY = "make-kms-key"
    CREATE_KSK = "create-ksk"
    ACTIVATE_KSK = "activate-ksk"
    SIGN = "enable-signing"
    ADD_DS = "add-ds"
    REMOVE_DS = "remove-ds"
    STOP_SIGNING = "disable-signing"
    DEACTIVATE_KSK = "deactivate-ksk"
    DELETE_KSK = "delete-ksk"


@dataclass(frozen=True, slots=True)
class Action:
    """A deed, and what it is done to: the name of a key-signing key, or a DS."""

    deed: Deed
    of: str = ""

    def __str__(self) -> str:
        return f"{self.deed.value} {self.of}".rstrip()


@dataclass(frozen=True, slots=True)
class Sent:
    """When something was about to be sent, and, where there was an answer that took it, when that came.

    `change` is Route 53's id of it.
    """

    intended: datetime.datetime
    taken: datetime.datetime | None = None
    change: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in words."""

    at: datetime.datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class KeyRef:
    """A key-signing key of the procedure: its name from the beginning, the rest once it is there."""

    name: str
    arn: str = ""
    ksk: Ksk | None = None

    @property
    def ds(self) -> str | None:
        """Its DS, once it is known."""
        return self.ksk.ds if self.ksk else None


@dataclass(frozen=True, slots=True)
class Record:
    """One procedure of one zone.

    `by_gandi`: the DS is ordered at Gandi, else somebody is asked for it. `key` is the one that is to sign,
    `old` the one that a rotation takes away. `tried` are DS that the parent had or may have. `unseen`: when
    one was ordered last that not every parent server has shown. `stale_until`: until then answers may be
    cached with TTLs of before the beginning. `done` has the steps and when each was seen to be so.
    """

    zone: str
    zone_id: str
    account: str | None
    kind: Kind
    begun: datetime.datetime
    by_gandi: bool = False
    back: bool = False
    key: KeyRef | None = None
    old: KeyRef | None = None
    ttls: Mapping[str, Ttl] = field(default_factory=dict)
    tried: frozenset[str] = frozenset()
    unseen: datetime.datetime | None = None
    stale_until: datetime.datetime | None = None
    done: Mapping[str, datetime.datetime] = field(default_factory=dict)
    sent: Mapping[Action, Sent] = field(default_factory=dict)
    log: tuple[Event, ...] = ()
    finished: datetime.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do."""
        return self.finished is None

    @property
    def order_may_take(self) -> datetime.timedelta:
        """How long after it was ordered, or asked for, a DS may still come."""
        return ORDER_MAY_TAKE if self.by_gandi else ASKED_MAY_TAKE

    def told(self, what: str, *, who: str, at: datetime.datetime) -> Record:
        """The same with one event more."""
        return replace(self, log=(*self.log, Event(at, who, what))[-MAX_LOG:])

    def intending(self, action: Action, *, at: datetime.datetime) -> Record:
        """Before it is sent; a DS that may come to the parent is one that it may have."""
        at = whole_second(at)
        record = replace(self, sent={**self.sent, action: Sent(at)})
        if action.deed is not Deed.ADD_DS:
            return record
        return replace(record, tried=record.tried | {action.of}, unseen=at)

    def taken(self, action: Action, change: str | None, *, at: datetime.datetime) -> Record:
        """After an answer that took it."""
        before = self.sent[action]
        return replace(self, sent={**self.sent, action: Sent(before.intended, at, change)})

    def with_arn(self, arn: str) -> Record:
        """Once its key in KMS is there."""
        return self if self.key is None else replace(self, key=replace(self.key, arn=arn))

    def noting(self, seen: Seen, *, at: datetime.datetime) -> Record:
        """With what a look adds: TTLs, DS that are there, and what the keys are."""
        return replace(
            self,
            ttls=note_ttls(self.ttls, seen.ttls, at),
            tried=self.tried | seen.ds_anywhere | (seen.at_registrar or frozenset()),
            key=_known(self.key, seen),
            old=_known(self.old, seen),
        )

    def marked(self, step: str, *, at: datetime.datetime) -> Record:
        """With a step done."""
        return replace(self, done={**self.done, step: whole_second(at)})

    def unmarked(self, step: str) -> Record:
        """With a step, and all that were done after it, still to do."""
        kept = list(self.done)[: list(self.done).index(step)]
        return replace(self, done={each: self.done[each] for each in kept})


def _known(key: KeyRef | None, seen: Seen) -> KeyRef | None:
    """The key with what Route 53 says of it; what is deleted stays known."""
    found = seen.ksk(key.name) if key else None
    return replace(key, arn=found.arn or key.arn, ksk=found) if key and found else key


def whole_second(at: datetime.datetime) -> datetime.datetime:
    """The next one: kept moments have no fractions, and no wait may be shorter for that."""
    floor = at.replace(microsecond=0)
    return floor if floor == at else floor + datetime.timedelta(seconds=1)


def inherit(record: Record, before: Record | None) -> Record:
    """A new procedure with what an earlier one of the zone knows of caches and orders."""
    if before is None or before.zone_id != record.zone_id:
        return record
    now = record.begun
    remembered = 2 * before.order_may_take
    pending = before.unseen is not None and (before.is_open or before.unseen + remembered > now)
    stale = before.stale_until if before.stale_until and before.stale_until > now else None
    return replace(
        record,
        ttls=dict(before.ttls) if before.is_open else still_cached(before.ttls, now),
        tried=record.tried | (before.tried if before.is_open or pending else frozenset()),
        unseen=before.unseen if pending else None,
        stale_until=max(filter(None, (record.stale_until, stale)), default=None),
        log=before.log,
    )
