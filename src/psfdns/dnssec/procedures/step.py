"""The kinds of steps: something is done, something is to be seen, time is to pass. Pure.

A step judges a case: the record, what was seen just now, and the time. It knows nothing of the steps beside
it; `psfdns.dnssec.procedures.decide` goes through them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from psfdns.dnssec.procedures.record import Action, Deed, Record
from psfdns.dnssec.procedures.seen import YES, Found, Holds, Seen
from psfdns.dnssec.procedures.timing import NAMES, ORDER_MAY_TAKE, longest

AGAIN_AT_GANDI = datetime.timedelta(hours=1)
"""After which an order whose answer was lost, and that does not show, is sent again."""
AGAIN_AT_AWS = datetime.timedelta(minutes=1)


class Case(NamedTuple):
    """What a step is judged by."""

    record: Record
    seen: Seen
    now: datetime.datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done."""


@dataclass(frozen=True, slots=True)
class Do:
    """This is to be done now."""

    action: Action


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet; `until` None: until it is so, whenever that is. `asks`: a person has to do it: this DS."""

    why: str
    until: datetime.datetime | None = None
    asks: Action | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    """Somebody who had to be asked could not be."""

    why: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not at all, until a person has seen to it."""

    code: str
    why: str
    hint: str


Verdict = Done | Do | Wait | Unheard | Refuse
Look = Callable[[Case], Found]


def always(_: Case) -> Found:
    """No condition."""
    return YES


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done by us, once it is needed: `action` None means that nothing is left to do.

    `needs` has to hold in the look that was taken just before, else nothing is done. `repeats`: what was
    done is done again if it comes undone by others.
    """

    name: str
    what: str
    action: Callable[[Case], Action | None]
    needs: Look = always
    though_bogus: bool = False
    repeats: bool = False

    def is_undone(self, case: Case) -> bool:
        """Whether what counts as done is to be done; a deed of ours that others undo is theirs to explain."""
        action = self.action(case)
        return action is not None and (self.repeats or action not in case.record.sent)

    def judge(self, case: Case) -> Verdict:
        """Done, to be done, or waiting for what was sent to show."""
        action = self.action(case)
        if action is None:
            return Done()
        needed = self.needs(case)
        if needed.holds is not Holds.YES:
            return as_verdict(needed)
        if action.deed in {Deed.ADD_DS, Deed.REMOVE_DS} and not case.record.by_gandi:
            word = "set" if action.deed is Deed.ADD_DS else "removed"
            return Wait(f"the DS is to be {word} at the parent, by whoever can", asks=action)
        return _send(action, case)


def _send(action: Action, case: Case) -> Verdict:
    """Send it, unless that was done lately; what was interrupted before AWS answered may be sent at once."""
    sent = case.record.sent.get(action)
    if sent is None:
        return Do(action)
    at_gandi = action.deed in {Deed.ADD_DS, Deed.REMOVE_DS}
    if not at_gandi and sent.taken is None:
        return Do(action)
    patience = AGAIN_AT_AWS
    if at_gandi:
        patience = AGAIN_AT_GANDI if sent.taken is None else ORDER_MAY_TAKE
    again = (sent.taken or sent.intended) + patience
    if case.now >= again:
        return Do(action)
    return Wait(f"{action} was ordered and does not show yet; it is tried again", again)


@dataclass(frozen=True, slots=True)
class See:
    """Something that has to be so everywhere before anything goes on."""

    name: str
    what: str
    shows: Look
    though_bogus: bool = False

    def judge(self, case: Case) -> Verdict:
        """Done where it is so."""
        return as_verdict(self.shows(case))


@dataclass(frozen=True, slots=True)
class InSync:
    """Route 53 has brought what it was asked for by some deeds to all its servers."""

    name: str
    what: str
    deeds: frozenset[Deed]
    though_bogus: bool = False

    def judge(self, case: Case) -> Verdict:
        """By its own word; a change whose id was lost with its answer has ten minutes."""
        for action, sent in case.record.sent.items():
            if action.deed not in self.deeds:
                continue
            if sent.change is None:
                until = sent.intended + LOST_CHANGE
                if case.now < until:
                    return Wait("what Route 53 answered was lost: its servers have ten minutes", until)
            elif sent.change not in case.seen.in_sync:
                return Wait(f"Route 53 is bringing {action} to its servers (PENDING)")
        return Done()


LOST_CHANGE = datetime.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pass:
    """Time: the longest TTL of these kinds, and `margin`, since a step was seen to be so.

    `floor`: not before then either. `unless`: nothing is to be waited for. `usual` stands in for a TTL that
    nobody has seen.
    """

    name: str
    what: str
    since: str
    kinds: tuple[str, ...]
    margin: datetime.timedelta = datetime.timedelta()
    floor: Callable[[Record], datetime.datetime | None] = lambda _: None
    unless: Callable[[Record], bool] = lambda _: False
    usual: int | None = None
    though_bogus: bool = False

    def judge(self, case: Case) -> Verdict:
        """Done once it is over."""
        if self.unless(case.record):
            return Done()
        until, why = self.ends(case.record, case.record.done[self.since])
        if until is None:
            return Unheard(why)
        return Done() if case.now >= until else Wait(why, until)

    def ends(self, record: Record, since: datetime.datetime) -> tuple[datetime.datetime | None, str]:
        """When it is over, if the step was seen at that time, and why then."""
        found = longest(record.ttls, self.kinds, self.usual)
        if found is None:
            missing = [NAMES[kind] for kind in self.kinds if kind not in record.ttls]
            return None, f"{' and '.join(missing)} is not known"
        kind, seconds = found
        until = since + datetime.timedelta(seconds=seconds) + self.margin
        why = f"{self.what}: {NAMES[kind]} is {seconds} s"
        floor = self.floor(record)
        if floor is not None and floor > until:
            return floor, f"{self.what}: something from before may last as long"
        return until, why


Step = Act | See | InSync | Pass


def as_verdict(found: Found) -> Verdict:
    """A look as what comes of it."""
    if found.holds is Holds.YES:
        return Done()
    return Wait(found.why) if found.holds is Holds.NO else Unheard(found.why)
