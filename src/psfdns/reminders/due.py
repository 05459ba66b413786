"""What is to be said now, to whom: one decision for each thing and channel. Pure, and without a clock.

Labels that hold now and were not said yet make a message due, and are all said by it. They are kept when
the channel has accepted it, so that what failed is due again, and a threshold that was missed is overtaken
by the next one, never left out.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from psfdns.reminders.book import NO_DATA, Book, key_of, told_ends
from psfdns.reminders.ending import (
    LONG_EXPIRED,
    LONG_OVER,
    RENEWED_BY,
    Ending,
    Kind,
    Renewing,
    Stage,
    Thing,
    is_outage,
)
from psfdns.reminders.policy import Policy

MAIL, STAFF, PAGE = "mail:", "staff:", "page:"
"""How names of channels begin."""


class Word(enum.StrEnum):
    """What a message says of a thing."""

    REMIND = "remind"
    RENEWED = "renewed"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be said of a thing on a channel, and the labels that are said by it."""

    word: Word
    ending: Ending
    channel: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roads:
    """The channels that there are: whether there is mail, and names of staff's and of those that page."""

    mail: bool = False
    staff: tuple[str, ...] = ()
    page: tuple[str, ...] = ()


def decide(
    endings: Iterable[Ending],
    book: Book,
    roads: Roads,
    policy: Policy,
    *,
    now: datetime.datetime,
    unreached: Collection[Thing] = (),
) -> tuple[Due, ...]:
    """Everything that is due. Of things that are `unreached` no liaison could be told: staff stands in."""
    found: list[Due] = []
    for ending in endings:
        alone = not (roads.mail and ending.to) or ending.thing in unreached
        for address in ending.to if roads.mail else ():
            found += _speak(ending, f"{MAIL}{address}", _for_liaisons(ending, policy, now), book)
        for channel in roads.staff:
            found += _speak(ending, channel, _for_staff(ending, policy, now, alone=alone), book)
        for channel in roads.page:
            found += _page(ending, channel, _for_pages(ending, policy, now), book)
    return tuple(found)


def find_untold(
    endings: Iterable[Ending], roads: Roads, policy: Policy, *, now: datetime.datetime
) -> tuple[Ending, ...]:
    """The endings of which somebody should hear, and nobody can: no address, and no channel of staff's."""
    if roads.staff:
        return ()
    return tuple(
        ending
        for ending in endings
        if not (roads.mail and ending.to) and _for_staff(ending, policy, now, alone=True)
    )


def mark(due: Due, book: Book, *, at: str) -> None:
    """Keep that a channel has accepted it."""
    thing, end = due.ending.thing, due.ending.end
    if due.word is Word.RESOLVE:
        book.close(thing, due.channel)
    elif due.word is Word.RENEWED:
        if end is not None:
            book.forget_before(thing, due.channel, end)
    elif "unwatched" in due.labels:
        book.said.get(thing, {}).pop(due.channel, None)
    else:
        book.say(thing, due.channel, end, due.labels, at=at)
        if due.channel.startswith(PAGE):
            book.open.setdefault(thing, {}).setdefault(due.channel, at)


def _speak(ending: Ending, channel: str, labels: tuple[str, ...], book: Book) -> Iterator[Due]:
    known = book.labels(ending.thing, channel)
    if ending.stage is Stage.UNWATCHED:
        if known:
            yield Due(Word.REMIND, ending, channel, ("unwatched",))
        return
    if any(key_of(ending.end, label) not in known for label in labels):
        yield Due(Word.REMIND, ending, channel, labels)
    if _is_renewed(ending, told_ends(known)):
        yield Due(Word.RENEWED, ending, channel)


def _is_renewed(ending: Ending, told: Collection[datetime.date]) -> bool:
    if ending.end is None or ending.unknown is not None or ending.stage is not Stage.RUNNING:
        return False
    by = datetime.timedelta(days=1) if ending.kind is Kind.CERTIFICATE else RENEWED_BY
    return any(ending.end - before >= by for before in told)


def _page(ending: Ending, channel: str, labels: tuple[str, ...], book: Book) -> Iterator[Due]:
    """A page is open until what it was for is known to be over."""
    known = book.labels(ending.thing, channel)
    if any(key_of(ending.end, label) not in known for label in labels):
        yield Due(Word.REMIND, ending, channel, labels)
    elif labels or ending.unknown is not None or ending.recalled:
        return
    elif channel in book.open.get(ending.thing, {}):
        yield Due(Word.RESOLVE, ending, channel)


def _for_liaisons(ending: Ending, policy: Policy, now: datetime.datetime) -> tuple[str, ...]:
    return (*_states(ending, now), *_thresholds(ending, policy, now), *_outage(ending, now))


def _for_staff(ending: Ending, policy: Policy, now: datetime.datetime, *, alone: bool) -> tuple[str, ...]:
    """From a week before the end; at once where money is short, it is overdue, or nobody else hears of it."""
    left = ending.days_left(now)
    soon = left is not None and left <= policy.staff_from
    at_once = _AT_ONCE.get(ending.renewing)
    thresholds = _thresholds(ending, policy, now) if soon or at_once or alone else ()
    is_coming = ending.renewing is Renewing.UNPAID or (left is not None and left >= 0)
    why = (at_once,) if at_once and is_coming and ending.stage is Stage.RUNNING else ()
    return (*_states(ending, now), *thresholds, *why, *_outage(ending, now))


_AT_ONCE = {Renewing.UNPAID: "short", Renewing.OVERDUE: "overdue"}


def _for_pages(ending: Ending, policy: Policy, now: datetime.datetime) -> tuple[str, ...]:
    left = ending.days_left(now)
    soon = left is not None and left <= policy.page_from_of(ending.kind)
    states = () if ending.stage is Stage.GONE else _states(ending, now)
    return (*states, *(_thresholds(ending, policy, now) if soon else ()))


def _states(ending: Ending, now: datetime.datetime) -> tuple[str, ...]:
    """What is said once while it lasts, or once a UTC day after the end."""
    if ending.stage is Stage.UNWATCHED:
        return ()
    if ending.stage is Stage.GONE:
        return ("gone",) if ending.end is not None else ()
    if ending.stage in {Stage.PENDING_DELETE, Stage.NEEDS_ACTION}:
        return (ending.stage.value,)
    if _is_over(ending, now):
        return _after_the_end(ending, now)
    return ("hold",) if ending.stage is Stage.HOLD else ()


def _is_over(ending: Ending, now: datetime.datetime) -> bool:
    left = ending.days_left(now)
    is_past = left is not None and left < 0
    return is_past or ending.stage is Stage.REDEMPTION or (ending.stage is Stage.HOLD and ending.rolled)


def _after_the_end(ending: Ending, now: datetime.datetime) -> tuple[str, ...]:
    left = ending.days_left(now)
    if ending.kind in {Kind.TOKEN, Kind.KEY}:
        return ("ended",)
    lasting = LONG_EXPIRED if ending.kind is Kind.CERTIFICATE else LONG_OVER
    long_over = left is not None and left < -lasting
    return () if long_over else (now.astimezone(datetime.UTC).date().isoformat(),)


def _thresholds(ending: Ending, policy: Policy, now: datetime.datetime) -> tuple[str, ...]:
    """The one that was reached last, of what has not ended yet."""
    left = ending.days_left(now)
    if left is None or left < 0 or ending.stage not in {Stage.RUNNING, Stage.HOLD} or _is_over(ending, now):
        return ()
    if policy.trusts(ending, left):
        return ()
    reached = [days for days in policy.days_of(ending) if left <= days]
    return (str(min(reached)),) if reached else ()


def _outage(ending: Ending, now: datetime.datetime) -> tuple[str, ...]:
    """Of a key nobody is told that it could not be looked at: `dnssec status` is there to say so."""
    if ending.unknown is None or ending.missing_since is None or not is_outage(ending, now):
        return ()
    if ending.kind is Kind.KEY:
        return ()
    return (f"{NO_DATA} {ending.missing_since.isoformat()}",)
