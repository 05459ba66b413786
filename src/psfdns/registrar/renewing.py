"""Whether a renewal may be ordered, by what was ordered before: money is spent once. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from typing import NamedTuple

from psfdns.moments import read_moment
from psfdns.registrar.ledger import Entry, State

WINDOW = datetime.timedelta(hours=24)
"""How long an order counts whose end is not known, and how long one that was carried out is not repeated."""


class Stand(enum.Enum):
    """How a domain's renewals stand."""

    FREE = "nothing was ordered lately"
    WAITING = "one was ordered, and does not show yet"
    RENEWED = "one was ordered, and shows"


class Judged(NamedTuple):
    """How they stand, and the order that this is about."""

    stand: Stand
    entry: Entry | None = None


def judge_renewals(
    entries: Iterable[Entry], ends_at: datetime.datetime | None, *, now: datetime.datetime
) -> Judged:
    """By the newest order of the last 24 hours that was not refused; `ends_at` is what Gandi says now."""
    for entry in entries:
        if entry.state is State.REFUSED or now - entry.created >= WINDOW:
            continue
        shows = entry.state is State.DONE or has_moved(entry, ends_at)
        return Judged(Stand.RENEWED if shows else Stand.WAITING, entry)
    return Judged(Stand.FREE)


def has_moved(entry: Entry, ends_at: datetime.datetime | None) -> bool:
    """Whether the end of the registration lies later than when the order was made, by whole seconds."""
    before = read_moment(entry.before.get("expires"))
    return before is not None and ends_at is not None and ends_at.replace(microsecond=0) > before
