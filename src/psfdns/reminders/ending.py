"""What ends, and how bad that is: one value for domains, certificates, keys and tokens. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Kind(enum.StrEnum):
    """What it is that ends."""

    DOMAIN = "domain"
    CERTIFICATE = "certificate"
    KEY = "key"
    TOKEN = "token"  # noqa: S105 - a word, and no secret


class Stage(enum.StrEnum):
    """Where it is in its life. What nobody knows of is gone; what nobody claims any more is not watched.

    What needs action does harm now, or is about to, whatever the day: a key has no end.
    """

    RUNNING = "running"
    HOLD = "hold"
    REDEMPTION = "redemption"
    PENDING_DELETE = "pending-delete"
    NEEDS_ACTION = "needs-action"
    GONE = "gone"
    UNWATCHED = "unwatched"


class Renewing(enum.StrEnum):
    """Who renews it: a person, something by itself, something that lacks the money, or that should have."""

    BY_HAND = "by-hand"
    AUTOMATIC = "automatic"
    UNPAID = "unpaid"
    OVERDUE = "overdue"


class Level(enum.IntEnum):
    """How urgent it is; the worst is the greatest."""

    WELL = 0
    INFO = 1
    WARNING = 2
    CRITICAL = 3


class Thing(NamedTuple):
    """What is spoken of; `object` is a name without the final dot, or what else names it among its kind."""

    kind: Kind
    object: str


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing, as it is known now.

    `to` are the addresses of those who answer for it. `unknown` is why it could not be asked about, and
    `missing_since` since when; `recalled`: what its registrar said earlier is all there is. `rolled`: the
    registry renewed it by itself, which says nothing of whether it was paid (EPP autoRenewPeriod).
    `thresholds` are its own days before the end; None: the policy's. `facts` are for the text.
    """

    kind: Kind
    object: str
    end: datetime.date | None
    to: tuple[str, ...] = ()
    tenant: str | None = None
    stage: Stage = Stage.RUNNING
    renewing: Renewing = Renewing.BY_HAND
    checked_at: datetime.datetime | None = None
    unknown: str | None = None
    missing_since: datetime.datetime | None = None
    rolled: bool = False
    recalled: bool = False
    thresholds: tuple[int, ...] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def thing(self) -> Thing:
        """By which it is known again."""
        return Thing(self.kind, self.object)

    def days_left(self, now: datetime.datetime) -> int | None:
        """The difference of UTC dates, negative after the end; None where the end is not known."""
        return None if self.end is None else (self.end - now.astimezone(datetime.UTC).date()).days


OUTAGE = datetime.timedelta(hours=72)
"""So long nothing may be known of a thing before that is said."""
RENEWED_BY = datetime.timedelta(days=28)
"""A later end than before is a renewal from so many days on; less is a date that was corrected."""
LONG_OVER = 80
"""Days after the end for which it is spoken of; even a pending deletion is over by then (RFC 3915 §3.1)."""
LONG_EXPIRED = 30
"""The same for a certificate, which nobody can restore: the next one serves as well."""


def is_outage(ending: Ending, now: datetime.datetime) -> bool:
    """Whether nothing has been known of it for so long that somebody has to hear of it."""
    return ending.missing_since is not None and now - ending.missing_since >= OUTAGE
