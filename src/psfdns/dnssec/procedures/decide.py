"""What comes next: a record, what is seen, and the time, to one step. Pure.

A step that was done counts as done until what it saw is no longer so and nothing was built on it: then it is
to be seen again, and every wait begins anew.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.conditions import DS_EVERYWHERE, is_lost
from psfdns.dnssec.procedures.record import Kind, Record
from psfdns.dnssec.procedures.seen import BROKEN, NOT_SIGNING, Seen
from psfdns.dnssec.procedures.step import (
    Act,
    Case,
    Done,
    Pass,
    Refuse,
    See,
    Step,
    Verdict,
    Wait,
)
from psfdns.dnssec.procedures.steps import steps_of

BOGUS = "bogus"
OVERDUE = "still not so"
SOON = datetime.timedelta(days=2)
"""After which what Route 53 or Gandi was told should show; so often it is said again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How it stands: the record with what is done by now, the step that is next, and what it says.

    `step` is None at the end. `is_news`: a person should hear of it, however little is told.
    """

    record: Record
    step: Step | None
    verdict: Verdict
    is_news: bool = False


def decide(record: Record, seen: Seen, now: datetime.datetime, who: str) -> Decision:
    """Go as far as nothing has to be done or waited for."""
    steps = steps_of(record)
    record = _go_back(record.noting(seen, at=now), steps, seen, now, who)
    for step in steps:
        if step.name in record.done:
            continue
        case = Case(record, seen, now)
        verdict = _refusal(step, case) or step.judge(case)
        if not isinstance(verdict, Done):
            return Decision(record, step, verdict)
        record = record.marked(step.name, at=now).told(f"done: {step.what}", who=who, at=now)
        if step.name == DS_EVERYWHERE:
            record = replace(record, unseen=None)
    if record.is_open:
        record = replace(record, finished=now).told(f"{record.kind.value}: finished", who=who, at=now)
    return Decision(record, None, Done())


def _go_back(record: Record, steps: Sequence[Step], seen: Seen, now: datetime.datetime, who: str) -> Record:
    """Undo the first step whose sight is gone, of those on which no deed was built yet."""
    for step in _loose(record, steps):
        case = Case(record, seen, now)
        is_gone = step.is_undone(case) if isinstance(step, Act) else isinstance(step.judge(case), Wait)
        if is_gone:
            return record.unmarked(step.name).told(f"no longer so: {step.what}", who=who, at=now)
    return record


def _loose(record: Record, steps: Sequence[Step]) -> list[Act | See]:
    """The last deed that is done, and what was seen after it."""
    done = [step for step in steps if step.name in record.done]
    last = max((number for number, step in enumerate(done) if isinstance(step, Act)), default=0)
    return [step for step in done[last:] if isinstance(step, Act | See)]


def _refusal(step: Step, case: Case) -> Refuse | None:
    """Nothing goes on where the zone is bogus, or its key cannot be used."""
    seen = case.seen
    record = case.record
    heals = record.back or record.kind is Kind.DISABLE or is_lost(record, seen)
    if seen.status == BOGUS and not (step.though_bogus and heals):
        return Refuse("bogus", f"the zone is bogus: {seen.why}", what_to_do(case.record, seen))
    if case.record.kind is Kind.DISABLE:
        return None
    key = seen.ksk(case.record.key.name) if case.record.key else None
    broken = [f"{key.name} {key.status}"] if key and key.status in BROKEN else []
    if case.record.kind is Kind.ENABLE and seen.signing in BROKEN:
        broken.append(f"the zone {seen.signing}")
    if broken:
        said = f" ({seen.signing_message})" if seen.signing_message else ""
        hint = "look at the key and its policy in KMS: psfdns dnssec status says more"
        return Refuse("key-unusable", f"Route 53 cannot sign: {', '.join(broken)}{said}", hint)
    return None


def is_overdue(decision: Decision, now: datetime.datetime) -> bool:
    """Whether something does not come about for so long that it may never, and that was not told lately."""
    record = decision.record
    if isinstance(decision.step, Pass) or not isinstance(decision.verdict, Wait):
        return False
    told = [event.at for event in record.log if event.what.startswith(OVERDUE)]
    return now - max((waits_since(record), *told)) >= (SOON if record.by_gandi else timing.ASKED_MAY_TAKE)


def waits_since(record: Record) -> datetime.datetime:
    """When the last step was done."""
    return max((record.begun, *record.done.values()))


def what_to_do(record: Record, seen: Seen) -> str:
    """First aid for a bogus zone."""
    zone = record.zone.removesuffix(".")
    if seen.is_lost_above or not seen.ds_anywhere:
        return (
            f"a zone above it is broken, or this machine's clock is wrong: nothing here mends that; psfdns "
            f"dnssec status {zone} says which"
        )
    if seen.signing == NOT_SIGNING and any(key.ds in seen.ds_anywhere for key in seen.ksks):
        return f"Route 53 still has the key of the DS: sign again with it: psfdns dnssec enable {zone}"
    return (
        f"psfdns dnssec status {zone} says what is wrong; if that cannot be mended at once, have the DS "
        f"removed: psfdns dnssec disable {zone}"
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A step on the time line: when it was done, or its earliest time; None: not known before others are."""

    step: Step
    at: datetime.datetime | None
    done: bool


def time_line(record: Record, now: datetime.datetime) -> list[Line]:
    """Every step with its time, as if all that is to be seen were there at once."""
    lines: list[Line] = []
    times: dict[str, datetime.datetime | None] = dict(record.done)
    at: datetime.datetime | None = now
    for step in steps_of(record):
        if step.name in record.done:
            lines.append(Line(step, record.done[step.name], done=True))
            continue
        if isinstance(step, Pass) and not step.unless(record):
            since = times.get(step.since)
            ends = step.ends(record, since)[0] if since else None
            at = max(ends, at) if ends and at else None
        times[step.name] = at
        lines.append(Line(step, at, done=False))
    return lines
