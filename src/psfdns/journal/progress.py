"""How far an entry came, from the events that were kept. Pure.

Events stand one a line. A line that is not whole (power loss, a full disk) ends nothing: what is not
kept is not known, and is told as that.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psfdns.journal.entry import Entry, EntryZone
from psfdns.journal.recorder import Fate
from psfdns.plans.plan import Change

MADE = frozenset({Fate.DONE, Fate.RECOGNISED})
BATCH, CREATE_ZONE = "batch", "create-zone"
"""The steps that have a meaning for undoing; the others are only told."""

Event = Mapping[str, Any]


class State(enum.StrEnum):
    """What became of an entry. Settled: it was interrupted, and a later one brought its zones in order."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Step:
    """One request; `changes` are indices into the zone's changes, `fate` unknown where none was kept."""

    number: int
    zone: str
    name: str
    at: str
    changes: tuple[int, ...]
    fate: Fate = Fate.UNKNOWN
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ZoneEnd:
    """What was said of one zone in the end."""

    ok: bool
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One message about the entry: the tenant, whose mail server took it for whom, and who was refused.

    `refused` maps an address to the server's words; `fault` is what kept everybody from hearing.
    """

    tenant: str
    at: str
    to: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """All steps in order, and how each zone ended; `damaged` counts lines that cannot be read.

    `finished` is None where no end was kept; it names zones that were only found in sync too.
    """

    steps: tuple[Step, ...] = ()
    finished: Mapping[str, ZoneEnd] | None = None
    account: str | None = None
    damaged: int = 0
    told: tuple[Told, ...] = ()

    def of_zone(self, label: str) -> tuple[Step, ...]:
        """The steps of one zone."""
        return tuple(step for step in self.steps if step.zone == label)

    def batches_made(self, label: str) -> int:
        """How many requests that change record sets were made."""
        return sum(step.name == BATCH and step.fate in MADE for step in self.of_zone(label))

    def changes_with(self, zone: EntryZone, fates: Iterable[Fate]) -> tuple[Change, ...]:
        """The zone's changes whose request had one of the fates."""
        wanted = frozenset(fates)
        numbers = {
            index
            for step in self.of_zone(zone.label)
            if step.name == BATCH and step.fate in wanted
            for index in step.changes
        }
        return tuple(change for index, change in enumerate(zone.changes) if index in numbers)

    def hosted_id(self, zone: EntryZone) -> str | None:
        """The zone's id, also where it was made on the way."""
        made = (step for step in self.of_zone(zone.label) if step.name == CREATE_ZONE)
        return zone.id or next((step.details["id"] for step in made if step.details.get("id")), None)


def state_of(progress: Progress, *, running: bool, settled: bool) -> State:
    """The state of an entry; `settled`: a later entry finished all its zones."""
    if progress.finished is None:
        if running:
            return State.RUNNING
        return State.SETTLED if settled else State.INTERRUPTED
    return State.DONE if all(end.ok for end in progress.finished.values()) else State.FAILED


def touched(entry: Entry, progress: Progress) -> frozenset[str]:
    """The zones to which something was or may have been done."""
    begun = {step.zone for step in progress.steps if step.fate not in {Fate.REFUSED, Fate.NOT_SENT}}
    return frozenset(zone.label for zone in entry.zones if zone.label in begun)


def read_events(text: bytes) -> Progress:
    """The progress that the kept lines tell; lines that cannot be read are counted and left out."""
    damaged = 0
    steps: dict[int, Step] = {}
    finished: Mapping[str, ZoneEnd] | None = None
    account: str | None = None
    told: list[Told] = []
    for line in filter(None, text.split(b"\n")):
        try:
            event = json.loads(line)
            if event["event"] == "finished":
                finished = {str(label): _end(shape) for label, shape in event["zones"].items()}
                account = event["account"]
            elif event["event"] == "told":
                told.append(_told(event))
            else:
                _take(event, steps)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            damaged += 1
    in_order = tuple(steps[number] for number in sorted(steps))
    return Progress(in_order, finished, account, damaged, tuple(told))


def _take(event: Event, steps: dict[int, Step]) -> None:
    """Put one event of a step where it belongs; what a later version may write besides is passed over."""
    if event["event"] == "begin":
        number = int(event["step"])
        indices = tuple(int(index) for index in event["changes"])
        steps[number] = Step(number, str(event["zone"]), str(event["name"]), str(event["at"]), indices)
    elif event["event"] == "end":
        step = steps[int(event["step"])]
        details = {str(key): value for key, value in event["details"].items()}
        steps[step.number] = replace(step, fate=Fate(event["fate"]), details=details)


def _end(shape: Mapping[str, Any]) -> ZoneEnd:
    return ZoneEnd(shape["ok"] is True, tuple(str(error) for error in shape["errors"]))


def _told(event: Event) -> Told:
    refused = {str(address): str(why) for address, why in event["refused"].items()}
    fault = None if event["fault"] is None else str(event["fault"])
    return Told(str(event["tenant"]), str(event["at"]), tuple(map(str, event["to"])), refused, fault)


def begin_event(step: int, zone: str, name: str, changes: Iterable[int], *, at: str) -> Event:
    """About to be sent."""
    return {"event": "begin", "at": at, "step": step, "zone": zone, "name": name, "changes": list(changes)}


def end_event(step: int, fate: Fate, details: Mapping[str, Any], *, at: str) -> Event:
    """What became of it."""
    return {"event": "end", "at": at, "step": step, "fate": fate.value, "details": dict(details)}


def finished_event(zones: Mapping[str, ZoneEnd], *, account: str | None, at: str) -> Event:
    """The last line of an entry."""
    ends = {label: {"ok": end.ok, "errors": list(end.errors)} for label, end in zones.items()}
    return {"event": "finished", "at": at, "account": account, "zones": ends}


def told_event(told: Told) -> Event:
    """A message was sent, or could not be; these stand behind the end of an entry."""
    return {
        "event": "told",
        "at": told.at,
        "tenant": told.tenant,
        "to": list(told.to),
        "refused": dict(told.refused),
        "fault": told.fault,
    }


def event_line(event: Event) -> bytes:
    """One event as the line that is kept."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
