"""`psfdns drift`: is Route 53 still what the files say? For cron: silent where all is well."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, chosen_format

if TYPE_CHECKING:
    from psfdns.cli.planning import Planned
    from psfdns.cli.views.drift import Shape, Since
    from psfdns.cli.wiring import Workspace
    from psfdns.journal.store import Journal
    from psfdns.plans.plan import ZonePlan

EXIT_DRIFTED = 2
EXIT_UNKNOWN = 3


@click.command(
    "drift",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns drift                          from cron: says nothing and exits 0 while nothing differs
  psfdns drift python.org               one zone
  psfdns drift --json                   for a monitor
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), help="Default: text.")
@click.pass_obj
def command(options: Options, *, zones: tuple[str, ...], tenant: str | None, shape: str | None) -> int:
    """Compare the live zones with their files; nothing is changed.

    A zone that differs is shown as `psfdns plan` would show it: what an apply would do to make it
    agree again; then what was changed at Route 53 since the last apply from here.

    Exit code 2: a zone differs; 3: a zone could not be compared.
    """
    from psfdns.cli.views.drift import render_text
    from psfdns.cli.wiring import emit_json, has_colour

    wanted = chosen_format(options, shape)
    document = _compare(options, zones, tenant)
    if wanted == "json":
        emit_json(document)
    else:
        click.echo(render_text(document, colour=has_colour(options, sys.stdout)), nl=False)
    return _exit_code(document)


def _compare(options: Options, zones: tuple[str, ...], tenant: str | None) -> Shape:
    from psfdns.cli.planning import plan_zones
    from psfdns.cli.repository import select_zones
    from psfdns.cli.views.drift import to_document, unknown_document
    from psfdns.cli.wiring import now, open_access, open_repository, open_workspace
    from psfdns.errors import HostError

    workspace = open_workspace(options)
    repository = open_repository(workspace)
    files = select_zones(repository, names=zones, tenant=tenant)
    try:
        planned = plan_zones(workspace, repository, files, open_access(workspace).host)
    except HostError as error:
        return unknown_document(files, why=error.summary, hint=error.hint, checked_at=now())
    return to_document(planned.plan, checked_at=now(), since=_look_back(workspace, planned))


def _look_back(workspace: Workspace, planned: Planned) -> dict[str, Since]:
    """For each zone that differs, what happened to it since our last apply, as far as the journal knows."""
    from psfdns.cli.apply.journalling import exchange, open_journal
    from psfdns.plans.plan import ZoneAction

    differing = [zone for zone in planned.plan.zones if zone.action is ZoneAction.CHANGE]
    if not differing:
        return {}
    exchange(workspace)
    journal = open_journal(workspace)
    found = ((zone.hosted_id or "", _since(journal, zone, planned)) for zone in differing)
    return {zone_id: since for zone_id, since in found if since is not None}


def _since(journal: Journal, zone: ZonePlan, planned: Planned) -> Since | None:
    from psfdns.cli.views.drift import Since
    from psfdns.journal.snapshot import changed_by_hand
    from psfdns.journal.store import last_known

    zone_id = zone.hosted_id or ""
    last = last_known(journal, zone_id)
    if last is None:
        return None
    live = planned.live[zone_id].zone
    foreign = {item.key for item in zone.foreign}
    changes = changed_by_hand(last=last.zone, live=live, unsure=last.unsure)
    entry = journal.load(last.entry).entry
    ours = tuple(change for change in changes if change.key not in foreign)
    return Since(last.entry, entry.created if entry else None, ours)


def _exit_code(document: Shape) -> int:
    """What differs is worse than what could not be compared, which is never well."""
    if document["summary"]["drifted"]:
        return EXIT_DRIFTED
    return EXIT_UNKNOWN if document["summary"]["unknown"] else 0
