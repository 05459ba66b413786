"""What is known now beside what was known before: nothing is forgotten because nobody could be asked. Pure.

A thing of which nothing is known keeps the end that was last seen. One that a registry renewed by itself
while it is on hold or about to be deleted keeps its old end: nobody has paid.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace

from psfdns.reminders.book import Book, Sighting
from psfdns.reminders.ending import RENEWED_BY, Ending, Kind, Renewing, Stage, Thing

PASSING = ("hold", "pending-delete", "needs-action", "gone")
"""Labels of states that end; when such a state comes again, it is said again."""

_DYING = frozenset({Stage.HOLD, Stage.REDEMPTION, Stage.PENDING_DELETE})


def look(
    endings: Iterable[Ending],
    book: Book,
    *,
    now: datetime.datetime,
    liaisons: Mapping[str, tuple[str, ...]],
    not_listed: Mapping[Kind, str] | None = None,
) -> tuple[Ending, ...]:
    """The endings with what is remembered of them, and remembered ones that are listed no more.

    `not_listed` is by kind why a list is not whole: what is missing from it is unknown then, and not let go.
    `liaisons` are addresses by tenant. The book takes in what was seen.
    """
    away = not_listed or {}
    stages = (_keep_stage(ending, book) for ending in endings)
    found = {ending.thing: _settle(ending, book.sightings.get(ending.thing), now) for ending in stages}
    for thing, seen in book.sightings.items():
        if thing not in found:
            found[thing] = _recall(thing, seen, liaisons, away.get(thing.kind), now)
    for thing, ending in found.items():
        _note(ending, book, now)
        if ending.stage is Stage.RUNNING and ending.unknown is None and not ending.recalled:
            book.unsay(thing, PASSING)
    book.prune(now.date())
    return tuple(found[thing] for thing in sorted(found))


def _keep_stage(ending: Ending, book: Book) -> Ending:
    """What is recalled has no dates of what comes after the end; and nothing comes back from that stage."""
    if not ending.recalled or not book.was_said(ending.thing, Stage.PENDING_DELETE.value):
        return ending
    return replace(ending, stage=Stage.PENDING_DELETE)


def _settle(ending: Ending, seen: Sighting | None, now: datetime.datetime) -> Ending:
    if ending.unknown is not None:
        end = ending.end if ending.end is not None else (seen.end if seen else None)
        return replace(ending, end=end, missing_since=_missing_since(ending, seen, now))
    if seen is not None and seen.end is not None:
        moved = ending.end is not None and ending.end - seen.end >= RENEWED_BY
        if ending.stage is Stage.GONE or (ending.stage in _DYING and moved):
            return replace(ending, end=seen.end)
    return ending


def _missing_since(ending: Ending, seen: Sighting | None, now: datetime.datetime) -> datetime.datetime:
    """An outage began when something was last known; where nothing ever was, with the first question.

    Not in the future, whatever a clock that was wrong has left behind.
    """
    known = ending.checked_at if seen is None else (seen.missing_since or seen.seen_at)
    return min(known or now, now)


def _recall(
    thing: Thing,
    seen: Sighting,
    liaisons: Mapping[str, tuple[str, ...]],
    not_listed: str | None,
    now: datetime.datetime,
) -> Ending:
    to = liaisons.get(seen.tenant, ()) if seen.tenant is not None else ()
    # Of a certificate that cannot be looked at, nobody knows that it is overdue.
    renewing = Renewing.AUTOMATIC if thing.kind is Kind.CERTIFICATE else Renewing.BY_HAND
    ending = Ending(
        thing.kind, thing.object, seen.end, to, seen.tenant, renewing=renewing, unknown=not_listed
    )
    if not_listed is None:
        return replace(ending, stage=Stage.UNWATCHED)
    return replace(ending, missing_since=_missing_since(ending, seen, now))


def _note(ending: Ending, book: Book, now: datetime.datetime) -> None:
    """A thing that is let go is forgotten once nobody waits for a word about it."""
    before = book.sightings.get(ending.thing)
    if ending.stage is Stage.UNWATCHED:
        if not book.said.get(ending.thing) and not book.open.get(ending.thing):
            book.drop(ending.thing)
    elif ending.stage is Stage.GONE:
        if before is not None:
            book.sightings[ending.thing] = replace(before, missing_since=None, tenant=ending.tenant)
    elif ending.unknown is not None:
        seen_at = before.seen_at if before else None
        book.sightings[ending.thing] = Sighting(ending.end, seen_at, ending.missing_since, ending.tenant)
    else:
        seen_at = ending.checked_at or now
        book.sightings[ending.thing] = Sighting(ending.end, seen_at, None, ending.tenant)
