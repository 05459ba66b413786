"""Carrying a procedure as far as it goes now: look, decide, write down, do, look again.

What is about to be done outside is written down before, and looked for after an answer that was lost: so that
whatever ends the process, the next one knows what may have been done.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from psfdns.dnssec.procedures.decide import OVERDUE, Decision, decide, is_overdue
from psfdns.dnssec.procedures.record import Action, Record
from psfdns.dnssec.procedures.seen import Seen
from psfdns.dnssec.procedures.step import Do, Wait
from psfdns.errors import PsfdnsError

FRESH = datetime.timedelta(minutes=1)
"""A look that is older is taken again before anything is done."""
MAX_DEEDS = 40
"""Of one run; the longest procedure has a dozen."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deed: Route 53's change, the key in KMS, which `was_there` if it was not made now."""

    change: str | None = None
    arn: str = ""
    was_there: bool = False


class NotDoneError(PsfdnsError):
    """What was asked for was refused for sure, and nothing was changed."""


class Outside(Protocol):
    """Everything that a procedure touches. Each raises PsfdnsError."""

    def look(self, record: Record) -> Seen:
        """Ask everybody."""

    def agree(self, action: Action, record: Record) -> bool:
        """Whether a person wants it done now; False: not now."""

    def act(self, action: Action, record: Record) -> Outcome:
        """Do it; `record` is from before: an action that it has sent may have been done already.

        Raises NotDoneError where it surely was not done.
        """


@dataclass(frozen=True, slots=True)
class Keeping:
    """Who does it, when, and where it is kept: `keep` returns once the record is on the disk."""

    who: str
    now: Callable[[], datetime.datetime]
    keep: Callable[[Record], None]


def advance(record: Record, outside: Outside, keeping: Keeping) -> Decision:
    """Go on until something has to be waited for, is refused, or is not agreed to. Raises PsfdnsError."""
    agreed: set[Action] = set()
    for _ in range(MAX_DEEDS):
        decision = look_and_decide(record, outside, keeping)
        record = decision.record
        verdict = decision.verdict
        if not isinstance(verdict, Do):
            return _tell(decision, keeping)
        if verdict.action not in agreed:
            before = keeping.now()
            if not outside.agree(verdict.action, record):
                return decision
            agreed.add(verdict.action)
            if keeping.now() - before > FRESH:
                continue
        record = _do(verdict.action, record, outside, keeping)
        agreed.discard(verdict.action)
    raise PsfdnsError(f"{record.zone}: what is done does not show, however often it is tried")


def look_and_decide(record: Record, outside: Outside, keeping: Keeping) -> Decision:
    """One look, and what is done by it, kept."""
    seen = outside.look(record)
    decision = decide(record, seen, keeping.now(), keeping.who)
    keeping.keep(decision.record)
    return decision


def _tell(decision: Decision, keeping: Keeping) -> Decision:
    """What a person is to do, and what lasts too long, is news: once, and again after some time."""
    record, verdict, at = decision.record, decision.verdict, keeping.now()
    if not isinstance(verdict, Wait):
        return decision
    if verdict.asks and verdict.asks not in record.sent:
        # Whoever was asked may do it at any time from now on.
        record = record.intending(verdict.asks, at=at)
        record = record.told(f"asked for: {verdict.asks}", who=keeping.who, at=at)
    elif is_overdue(decision, at):
        record = record.told(f"{OVERDUE}: {verdict.why}", who=keeping.who, at=at)
    else:
        return decision
    keeping.keep(record)
    return replace(decision, record=record, is_news=True)


def _do(action: Action, record: Record, outside: Outside, keeping: Keeping) -> Record:
    before = record
    record = record.intending(action, at=keeping.now())
    keeping.keep(record)
    try:
        outcome = outside.act(action, before)
    except NotDoneError as error:
        refused = before.told(f"refused: {action}: {error.summary}", who=keeping.who, at=keeping.now())
        keeping.keep(refused)
        raise
    except PsfdnsError as error:
        keeping.keep(record.told(f"failed: {action}: {error.summary}", who=keeping.who, at=keeping.now()))
        raise
    at = keeping.now()
    record = record.taken(action, outcome.change, at=at).told(f"sent: {action}", who=keeping.who, at=at)
    if outcome.arn:
        record = record.with_arn(outcome.arn)
    keeping.keep(record)
    return record
