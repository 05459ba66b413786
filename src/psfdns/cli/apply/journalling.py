"""The journal on the command line: what an apply writes there, and what is said of one that was cut short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.cli.options import Verbosity
from psfdns.errors import PsfdnsError
from psfdns.journal.entry import Entry, EntryZone, Kind, Who
from psfdns.journal.mirror import FETCHED, Mirror
from psfdns.journal.progress import ZoneEnd
from psfdns.journal.store import Journal
from psfdns.journal.writer import Writer
from psfdns.records import RRsetKey

if TYPE_CHECKING:
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.plans.host import LiveZone
    from psfdns.plans.plan import Plan, ZonePlan
    from psfdns.route53.apply import Outcome


@dataclass(frozen=True, slots=True)
class Task:
    """What is carried out beside the plan: `plan` is a saved one's digest, `undoes` the id of an entry.

    `spellings` are those that record sets get back, by hosted id.
    """

    kind: Kind = Kind.APPLY
    plan: str | None = None
    undoes: str | None = None
    spellings: Mapping[str, Mapping[RRsetKey, Mapping[str, Any]]] = field(default_factory=dict)


def open_journal(workspace: Workspace) -> Journal:
    """The journal of this repository; nothing is read or made yet."""
    return Journal(workspace.config.state_dir / "journal")


def open_mirror(workspace: Workspace) -> Mirror | None:
    """The journal's second place, where `[journal] s3` names one; nothing is asked yet."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import open_shared_store, talk

    store = open_shared_store(workspace)
    if store is None:
        return None

    def warn(text: str) -> None:
        talk(workspace.options, f"warning: {escape(text)}", at=Verbosity.QUIET)

    return Mirror(open_journal(workspace), store, warn)


def exchange(workspace: Workspace, *, limit: int | None = FETCHED) -> None:
    """Send what could not be sent before, and bring the entries of other machines here.

    What cannot be exchanged is said, and is no error: what changes something needs the store anyway.
    """
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    mirror = open_mirror(workspace)
    if mirror is None:
        return
    try:
        mirror.resend()
        mirror.fetch(limit)
    except PsfdnsError as error:
        text = f"warning: {escape(error.summary)}; entries of other machines may be missing"
        talk(workspace.options, text, at=Verbosity.QUIET)


def new_entry(
    workspace: Workspace,
    access: Access,
    zones: Iterable[EntryZone],
    task: Task,
) -> Entry:
    """An entry with all that is known of who does it, where and from what. Raises JournalError."""
    from importlib.metadata import version

    from psfdns.cli.revision import look_up_commit
    from psfdns.cli.wiring import host_name, now, who_acts

    moment = now()
    identity = access.identify()
    return Entry(
        id=open_journal(workspace).new_id(moment),
        kind=task.kind,
        created=moment,
        who=Who(identity.arn if identity else None, who_acts(), host_name()),
        account=access.host.look_up_account(),
        commit=look_up_commit(workspace.root),
        version=version("psfdns"),
        zones=tuple(zones),
        plan=task.plan,
        undoes=task.undoes,
    )


@contextmanager
def journalled(workspace: Workspace, access: Access, planned: Planned, task: Task) -> Iterator[Writer]:
    """The Recorder for carrying out a plan; `conclude` ends it, and leaving the block lets go of it."""
    from psfdns.cli.wiring import now
    from psfdns.plans.plan import ZoneAction

    meant = [zone for zone in planned.plan.zones if zone.action in {ZoneAction.CREATE, ZoneAction.CHANGE}]
    zones = [_entry_zone(zone, planned.live.get(zone.hosted_id or "")) for zone in meant]
    entry = new_entry(workspace, access, zones, task)
    writer = Writer(open_journal(workspace), entry, planned.live, now, open_mirror(workspace))
    try:
        yield writer
    finally:
        writer.close()


def _entry_zone(zone: ZonePlan, live: LiveZone | None) -> EntryZone:
    spelled = live.spelled if live else {}
    return EntryZone(
        name=zone.origin,
        view=zone.view,
        id=zone.hosted_id,
        tenant=zone.tenant,
        private=zone.private,
        changes=zone.changes,
        settings=zone.settings,
        read={change.key: spelled[change.key] for change in zone.changes if change.key in spelled},
    )


def conclude(writer: Writer, plan: Plan, outcome: Outcome) -> None:
    """Keep how it ended; zones that were in sync all along settle what was cut short before."""
    ends = {
        zone.plan.label: ZoneEnd(not zone.errors, tuple(error.summary for error in zone.errors))
        for zone in outcome.zones
    }
    writer.finish({**_in_sync(writer.journal, plan), **ends})
    outcome.journal_error = writer.fault
    for zone in outcome.zones:
        zone.journal = writer.id


def settle(workspace: Workspace, access: Access, plan: Plan) -> None:
    """Nothing is to be done: then what was cut short in these zones is settled, which is kept too."""
    from psfdns.cli.wiring import now

    journal = open_journal(workspace)
    ends = _in_sync(journal, plan)
    if not ends:
        return
    writer = Writer(journal, new_entry(workspace, access, (), Task()), {}, now, open_mirror(workspace))
    try:
        writer.start({})
        writer.finish(ends)
    finally:
        writer.close()
    if writer.fault is not None:
        raise writer.fault


def _in_sync(journal: Journal, plan: Plan) -> Mapping[str, ZoneEnd]:
    """The zones that need nothing and that an interrupted entry of this account names."""
    from psfdns.plans.plan import ZoneAction

    idle = [zone.label for zone in plan.zones if zone.action is ZoneAction.NONE]
    named = journal.unsettled_zones(plan.account) if idle else frozenset()
    return {label: ZoneEnd(ok=True) for label in idle if label in named}


def tell_unfinished(workspace: Workspace, *, account: str | None = None, own: str | None = None) -> None:
    """Say on stderr what was cut short (in this account), and how far it came."""
    from psfdns.cli.wiring import talk

    for stored in open_journal(workspace).unfinished():
        from psfdns.cli.views.history import render_unfinished

        assert stored.entry is not None  # noqa: S101 - `unfinished` looked
        if stored.id != own and account in {None, stored.entry.account}:
            talk(workspace.options, render_unfinished(stored), at=Verbosity.QUIET)


@contextmanager
def store_zone(
    workspace: Workspace,
    access: Access,
    zone: EntryZone,
    live: LiveZone,
) -> Iterator[Writer]:
    """Keep all that a zone holds before it is deleted; the Recorder for deleting it.

    `zone.contents` are its record sets as the API spells them, the inexpressible ones too; `details` what
    else belongs to it (delegation set, VPCs, tags). Raises JournalError, with nothing kept, where it cannot
    be written; call `finish` with how it ended.
    """
    from psfdns.cli.wiring import now

    entry = new_entry(workspace, access, (zone,), Task(Kind.ZONE_DELETE))
    writer = Writer(open_journal(workspace), entry, {live.hosted.id: live}, now, open_mirror(workspace))
    try:
        writer.start({})
        yield writer
    finally:
        writer.close()
