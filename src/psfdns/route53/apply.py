"""Applying a plan: zones at the same time, batches one after the other; one failure stops no other zone."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.diagnostics import Diagnostic
from psfdns.errors import HostError, PsfdnsError, UnpackableError
from psfdns.journal.recorder import Answer, Fate, NoJournal, Recorder, record
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.plan import Change, Plan, ZoneAction, ZonePlan
from psfdns.records import RRsetKey
from psfdns.route53.batches import Batch, pack_changes
from psfdns.route53.create import NewZone, associate_vpcs, create_zone, lacks_vpcs, tag_zone, update_comment
from psfdns.route53.host import THREADS
from psfdns.route53.insync import wait_insync
from psfdns.route53.protections import Protections
from psfdns.route53.submit import Submitter, changes_left
from psfdns.route53.unlocking import Unlocking

if TYPE_CHECKING:
    from psfdns.aws import Api

Spellings = Mapping[str, Mapping[RRsetKey, Mapping[str, Any]]]
"""Record sets as the API spells them, by hosted id and key."""

_NO_ZONE_YET = "Z0"
"""Stands for the id of a zone that is not there yet, where only sizes are asked for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far all zones together are; `submitted` counts requests whose INSYNC is waited for."""

    applied: int
    changes: int
    insync: int
    submitted: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """What applying needs beside the plan: who says so, time, and whom to tell.

    `spellings` holds, by hosted id, the API's own form that a record set shall have again, where a plan
    undoes something; without one it gets ours. `may_go_on` is asked before each write; where it raises,
    no more is sent for the zone.
    """

    comment: str
    pause: Callable[[float], None]
    clock: Callable[[], float]
    report: Callable[[Progress], None]
    wait: bool = True
    threads: int = THREADS
    journal: Recorder = field(default_factory=NoJournal)
    spellings: Spellings = field(default_factory=dict)
    may_go_on: Callable[[], None] = lambda: None


@dataclass(slots=True)
class ZoneOutcome:
    """What became of one zone. `errors` is empty exactly if all that was planned for it stands.

    `insync` is None where it was not waited for or cannot be asked (the answer that held the change's
    id was lost). `journal` is the id of the entry that it stands in.
    """

    plan: ZonePlan
    hosted_id: str | None
    is_created: bool = False
    name_servers: tuple[str, ...] = ()
    applied: int = 0
    batches: int = 0
    batches_planned: int = 0
    change_ids: list[str] = field(default_factory=list)
    lost_ids: int = 0
    insync: bool | None = None
    errors: list[PsfdnsError] = field(default_factory=list)
    journal: str | None = None


@dataclass(slots=True)
class Outcome:
    """All zones that the plan changes, in its order, and why the wait for INSYNC ended early, if it did.

    `journal_error`: what was done could not be written down whole.
    """

    zones: tuple[ZoneOutcome, ...]
    wait_error: PsfdnsError | None = None
    journal_error: PsfdnsError | None = None


def apply_plan(api: Api, plan: Plan, live: Mapping[str, LiveZone], conditions: Conditions) -> Outcome:
    """Make the plan; `live` holds, by hosted id, what the plan was made from.

    Raises UnpackableError, with nothing done, where a change cannot be made in one request, and whatever
    the journal raises that cannot keep what will be done; all other errors stand in the outcome.
    """
    zones = [zone for zone in plan.zones if zone.action in {ZoneAction.CREATE, ZoneAction.CHANGE}]
    packed = _pack_all(zones, live, conditions.spellings)
    conditions.journal.start({label: len(batches) for label, batches in packed.items()})
    tracker = _Tracker(sum(len(zone.changes) for zone in zones), conditions.report)
    worker = _Worker(api, plan.account, live, conditions, tracker, packed)
    with ThreadPoolExecutor(conditions.threads, thread_name_prefix="apply") as pool:
        outcomes = tuple(pool.map(worker.apply_zone, zones))
    if not conditions.wait:
        return Outcome(outcomes)
    ids = [change_id for outcome in outcomes for change_id in outcome.change_ids]
    insync, error = wait_insync(
        api, ids, pause=conditions.pause, clock=conditions.clock, report=tracker.note_insync
    )
    for outcome in outcomes:
        outcome.insync = _is_insync(outcome, insync)
    return Outcome(outcomes, error)


def _is_insync(outcome: ZoneOutcome, insync: frozenset[str]) -> bool | None:
    if not insync.issuperset(outcome.change_ids):
        return False
    return None if outcome.lost_ids or not outcome.change_ids else True


def _pack_all(
    zones: Sequence[ZonePlan], live: Mapping[str, LiveZone], spellings: Spellings
) -> dict[str, tuple[Batch, ...]]:
    """The requests that each zone's changes take, by label; raises UnpackableError."""
    findings: list[Diagnostic] = []
    packed: dict[str, tuple[Batch, ...]] = {}
    for zone in zones:
        zone_id = zone.hosted_id or _NO_ZONE_YET
        try:
            packed[zone.label] = _pack(zone, zone.changes, live.get(zone_id), zone_id, spellings)
        except UnpackableError as error:
            findings += error.diagnostics
    if findings:
        raise UnpackableError(findings, summary="some changes are too big for one request")
    return packed


def _pack(
    zone: ZonePlan, changes: Sequence[Change], live: LiveZone | None, zone_id: str, spellings: Spellings
) -> tuple[Batch, ...]:
    spelled = live.spelled if live else {}
    wanted = spellings.get(zone_id, {})
    return pack_changes(changes, spelled=spelled, wanted=wanted, origin=zone.origin, zone_id=zone_id)


class _Tracker:
    """Counts what the threads have done and tells it on."""

    def __init__(self, changes: int, report: Callable[[Progress], None]) -> None:
        self._changes = changes
        self._report = report
        self._lock = threading.Lock()
        self._applied = 0
        self._submitted = 0

    def note_submitted(self, applied: int) -> None:
        with self._lock:
            self._applied += applied
            self._submitted += 1
            self._report(Progress(self._applied, self._changes, 0, self._submitted))

    def note_insync(self, insync: int) -> None:
        with self._lock:
            self._report(Progress(self._applied, self._changes, insync, self._submitted))


@dataclass(frozen=True, slots=True)
class _Worker:
    """One zone at a time and thread."""

    api: Api
    account: str | None
    live: Mapping[str, LiveZone]
    conditions: Conditions
    tracker: _Tracker
    packed: Mapping[str, tuple[Batch, ...]]

    def apply_zone(self, zone: ZonePlan) -> ZoneOutcome:
        """Make the zone where it is missing, then its batches, then its settings."""
        outcome = ZoneOutcome(zone, zone.hosted_id)
        try:
            if zone.hosted_id is None:
                self._apply_new(zone, outcome)
            else:
                self._apply_live(zone, self.live[zone.hosted_id], outcome)
        except PsfdnsError as error:
            outcome.errors.append(error)
        return outcome

    def _apply_live(self, zone: ZonePlan, live: LiveZone, outcome: ZoneOutcome) -> None:
        self._furnish(zone, live.hosted.id, outcome)
        unlocking = self._unlocking(zone, live, live.hosted, outcome)
        unlocking.around(lambda: self._submit(self.packed[zone.label], live.hosted, outcome))
        if any(setting.name == "comment" for setting in zone.settings):
            self._record(zone, "comment", lambda: update_comment(self.api, zone, live.hosted.id))

    def _apply_new(self, zone: ZonePlan, outcome: ZoneOutcome) -> None:
        self.conditions.may_go_on()
        made = record(
            self.conditions.journal,
            zone.label,
            "create-zone",
            lambda: create_zone(self.api, zone, account=self.account),
            describe=_describe_zone,
        )
        outcome.hosted_id = made.id
        outcome.is_created = True
        outcome.name_servers = made.name_servers
        if made.change_id is not None:
            outcome.change_ids.append(made.change_id)
            self.tracker.note_submitted(0)
        self._furnish(zone, made.id, outcome)
        batches = self._batches_for(zone, made, outcome)
        hosted = _hosted(zone, made)
        unlocking = self._unlocking(zone, None, hosted, outcome)
        unlocking.around(lambda: self._submit(batches, hosted, outcome))

    def _batches_for(self, zone: ZonePlan, made: NewZone, outcome: ZoneOutcome) -> tuple[Batch, ...]:
        """What was packed before the zone had an id; anew where its making was cut short before."""
        if made.live is None and made.id not in self.conditions.spellings:
            return tuple(batch.sent_to(made.id) for batch in self.packed[zone.label])
        changes = list(changes_left(zone.changes, made.live)) if made.live else zone.changes
        outcome.applied = len(zone.changes) - len(changes)
        return _pack(zone, changes, None, made.id, self.conditions.spellings)

    def _furnish(self, zone: ZonePlan, zone_id: str, outcome: ZoneOutcome) -> None:
        """VPCs and tags, before the first record set: an empty zone shows that they may be missing."""
        if lacks_vpcs(zone):
            outcome.change_ids += self._record(
                zone, "add-vpcs", lambda: associate_vpcs(self.api, zone, zone_id)
            )
        if not any(setting.name == "tags" for setting in zone.settings):
            return
        try:
            self._record(zone, "tags", lambda: tag_zone(self.api, zone, zone_id))
        except HostError as error:
            if error.uncertain or error.retryable:
                raise
            outcome.errors.append(error)  # a tag that may not be set is no reason to leave the zone empty

    def _unlocking(
        self, zone: ZonePlan, live: LiveZone | None, hosted: HostedZone, outcome: ZoneOutcome
    ) -> Unlocking:
        protections = Protections(self.api, hosted, self.conditions.pause)

        def step(name: str, request: Callable[[], None]) -> None:
            self._record(zone, name, request)

        return Unlocking(protections, zone, live, step, outcome.errors.append)

    def _record(self, zone: ZonePlan, step: str, request: Callable[[], Answer]) -> Answer:
        self.conditions.may_go_on()
        return record(self.conditions.journal, zone.label, step, request)

    def _submit(self, batches: Sequence[Batch], hosted: HostedZone, outcome: ZoneOutcome) -> None:
        submitter = Submitter(self.api, self.conditions.comment, self.conditions.pause)
        outcome.batches_planned = len(batches)
        for batch in batches:
            self.conditions.may_go_on()
            change_id = record(
                self.conditions.journal,
                outcome.plan.label,
                "batch",
                functools.partial(submitter.submit, batch, hosted),
                changes=batch.changes,
                describe=_describe_batch,
            )
            if change_id is None:
                outcome.lost_ids += 1
            else:
                outcome.change_ids.append(change_id)
            outcome.batches += 1
            outcome.applied += len(batch.changes)
            self.tracker.note_submitted(len(batch.changes))


def _describe_zone(made: NewZone) -> tuple[Fate, Mapping[str, Any]]:
    details = {"id": made.id, "name_servers": list(made.name_servers), "change_id": made.change_id}
    return Fate.DONE if made.change_id is not None else Fate.RECOGNISED, details


def _describe_batch(change_id: str | None) -> tuple[Fate, Mapping[str, Any]]:
    return Fate.DONE if change_id is not None else Fate.RECOGNISED, {"change_id": change_id}


def _hosted(zone: ZonePlan, made: NewZone) -> HostedZone:
    return HostedZone(made.id, zone.origin, zone.private, "", None, 0)
