"""What `zone delete` does: find the zone, hear everybody, judge, keep its contents, delete it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.errors import HostError, InvalidInputError, LookupFailedError, PsfdnsError, UsageError
from psfdns.plans.desired import DesiredZone, zone_label, zone_stem
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.records import RRsetKey, Zone
from psfdns.route53.parting import LIFTABLE, Parting

if TYPE_CHECKING:
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.journal.entry import EntryZone
    from psfdns.lookup.parents import ParentView
    from psfdns.route53.deletion import Deleted
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile


@dataclass(frozen=True, slots=True)
class Target:
    """The hosted zone that is meant, and its file where it has one."""

    label: str
    hosted: HostedZone
    file: ZoneFile | None


def read_allowances(allow: Sequence[str]) -> frozenset[str]:
    """The codes of `--allow`; raises UsageError for one that lifts nothing here."""
    for code in allow:
        if code not in LIFTABLE:
            raise UsageError(f"--allow {code}: lifts nothing here", hint="one of " + ", ".join(LIFTABLE))
    return frozenset(allow)


def find_target(repository: Repository, access: Access, name: str, zone_id: str | None) -> Target:
    """The zone of this name (`NAME`, or `NAME@VIEW`); raises UsageError where that is none or several."""
    from psfdns.cli.planning import held_zones
    from psfdns.cli.repository import zone_argument
    from psfdns.plans.match import match_zones

    origin, _, view = zone_argument(name).partition("@")
    label = zone_label(origin, view or None)
    hosted = access.host.list_zones()
    account = access.host.look_up_account()
    matching = match_zones(held_zones(repository), hosted, account=account)
    by_id = {zone.id: taken for taken, zone in matching.hosted.items()}
    files = {zone_label(file.origin, file.view): file for file in repository.zone_files}
    matched = matching.hosted.get(label)
    if zone_id is None and matched is not None and label not in matching.findings:
        return Target(label, matched, files[label])
    candidates = [zone for zone in hosted if zone.name == origin and zone_id in {None, zone.id}]
    if not candidates:
        what = f"{origin} with the id {zone_id}" if zone_id else origin
        raise UsageError(f"there is no hosted zone {what} in this account")
    if len(candidates) > 1:
        ids = ", ".join(f"{z.id} ({by_id.get(z.id) or 'no file'})" for z in candidates)
        raise UsageError(f"{origin}: several hosted zones: {ids}", hint="say which: --id Z…")
    (found,) = candidates
    return Target(by_id.get(found.id, label), found, files.get(by_id.get(found.id, "")))


def gather(workspace: Workspace, access: Access, target: Target) -> Parting:
    """All that is to be judged: the live zone, its file, its parents. Raises HostError, InvalidInputError."""
    from psfdns.plans.guards import Policy
    from psfdns.route53.deletion import look_at_signing
    from psfdns.settings import ZoneSettings

    live = _fetch(access, target.hosted)
    desired = None if target.file is None else _read_file(workspace, target.file)
    wanted = workspace.config.route53
    return Parting(
        label=target.label,
        live=live,
        desired=desired.zone if desired else None,
        settings=desired.settings if desired else ZoneSettings(),
        parents=_ask_parents(workspace, access, target.hosted),
        servers=_servers_of(access, live),
        signed=look_at_signing(access.api, target.hosted),
        account=access.host.look_up_account(),
        policy=Policy(wanted.accounts, wanted.adopted_only),
    )


def _fetch(access: Access, hosted: HostedZone) -> LiveZone:
    from psfdns.route53.protections import fetch_protections, is_not_offered

    live = access.host.fetch_zone(hosted)
    try:
        return replace(live, protections=fetch_protections(access.api, hosted))
    except HostError as error:
        if not is_not_offered(error):
            raise
        return live


def _read_file(workspace: Workspace, file: ZoneFile) -> DesiredZone:
    from psfdns.cli.repository import read_zone

    desired = read_zone(file, workspace.config)
    if desired.zone is None:
        raise InvalidInputError(
            desired.findings, summary=f"{file.shown_path} has errors, so what it knows cannot be told"
        )
    return desired


def _servers_of(access: Access, live: LiveZone) -> frozenset[str]:
    """Those of the delegation set, and those that its own NS records name."""
    from psfdns.route53.host import fetch_name_servers

    apex = live.zone.rrsets.get(RRsetKey(live.zone.origin, "NS"))
    named = apex.values if apex is not None else ()
    return frozenset(named) | frozenset(fetch_name_servers(access.api, live.hosted.id))


def _ask_parents(workspace: Workspace, access: Access, hosted: HostedZone) -> ParentView | str:
    """What they say, or why they were not asked."""
    from psfdns.cli.resolving import open_walk
    from psfdns.cli.wiring import talk

    if hosted.private:
        return "a private zone has no parent that could be asked"
    try:
        walk = open_walk(workspace, access)
        if sys.stderr.isatty():
            talk(
                workspace.options, f"asking the parents of {hosted.name}: a minute or more if they are silent"
            )
        return walk.find_parents(hosted.name)
    except LookupFailedError as error:
        return error.summary


def carry_out(workspace: Workspace, access: Access, target: Target, parting: Parting) -> tuple[Deleted, str]:
    """Delete the zone under the apply lock, journalled; how far it came, and the entry's id.

    Raises LockedError and JournalError, with nothing done.
    """
    from psfdns.cli.apply.journalling import Task, new_entry, open_journal
    from psfdns.cli.apply.locking import hold_apply_lock
    from psfdns.cli.wiring import now, who_acts
    from psfdns.journal.entry import Kind
    from psfdns.journal.progress import ZoneEnd
    from psfdns.journal.writer import Writer
    from psfdns.route53.deletion import Deletion

    with hold_apply_lock(workspace, parting.account, doing="zone delete") as may_go_on:
        entry = new_entry(workspace, access, [_entry_zone(target, parting)], Task(Kind.ZONE_DELETE))
        writer = Writer(open_journal(workspace), entry, {target.hosted.id: parting.live}, now)
        try:
            comment = f"psfdns zone delete by {who_acts()}"
            deletion = Deletion(access.api, writer, comment, access.budget.pause, may_go_on)
            done = deletion.delete(parting.live, label=parting.label)
            errors = (done.error.summary,) if done.error else ()
            writer.finish({parting.label: ZoneEnd(not errors, errors)})
        finally:
            writer.close()
    return done, entry.id


def _entry_zone(target: Target, parting: Parting) -> EntryZone:
    from psfdns.journal.entry import EntryZone
    from psfdns.route53.deletion import changes_of

    live, hosted = parting.live, parting.live.hosted
    name, _, view = parting.label.partition("@")
    return EntryZone(
        name=name,
        view=view or None,
        id=hosted.id,
        tenant=target.file.tenant if target.file else "",
        private=hosted.private,
        changes=changes_of(live),
        read=live.spelled,
        contents=tuple(live.spelled.values()),
        details={
            "caller_reference": hosted.caller_reference,
            "comment": hosted.comment,
            "name_servers": sorted(parting.servers),
        },
    )


def keep_contents(workspace: Workspace, parting: Parting, entry_id: str, tenant: str | None) -> str | None:
    """Write what the zone held as a zone file beside its entry; the command that takes it in again.

    None where that file cannot be written: the entry itself holds everything.
    """
    from psfdns.cli.files import store_private
    from psfdns.zonefile.write import write_zone

    path = workspace.config.state_dir / "journal" / entry_id / "contents.zone"
    held = Zone(parting.live.zone.origin, {each.key: each for each in parting.record_sets})
    try:
        store_private(path, write_zone(held))
    except PsfdnsError:
        return None
    stem = zone_stem(parting.label)
    return f"psfdns import {stem} --tenant {tenant or 'TENANT'} --from {path} && psfdns apply {stem}"
