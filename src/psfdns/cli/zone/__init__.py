"""`psfdns zone`: what concerns a hosted zone as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup
from psfdns.cli.zone import new as zone_new
from psfdns.errors import PlanRefusedError, PsfdnsError
from psfdns.plans.desired import zone_stem

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.cli.zone.view_delete import Report
    from psfdns.route53.parting import Parting


@click.group("zone", cls=PsfdnsGroup)
def command() -> None:
    """Zones as a whole: ask for one, delete one; their record sets are the business of plan and apply."""


command.add_command(zone_new.command)


@command.command(
    "delete",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns zone delete old.example.org              asks for the name to be typed
  psfdns zone delete old.example.org --id Z0123   where several zones have the name
""",
)
@click.argument("name", metavar="NAME[@VIEW]")
@click.option("--id", "zone_id", metavar="ID", help="Which hosted zone, where several have the name.")
@click.option("--yes", is_flag=True, help="Do not ask for the name to be typed.")
@click.option("--allow", multiple=True, metavar="CODE", help="Lift a no that names it; may be repeated.")
@click.option("--no-notify", is_flag=True, help="Do not tell the zone's tenant.")
@click.pass_obj
def delete(
    options: Options, *, name: str, zone_id: str | None, yes: bool, allow: tuple[str, ...], no_notify: bool
) -> int:
    """Delete a hosted zone with all that it holds; removing its file never does.

    Refused while a parent server delegates to it, has a DS for it or cannot be asked, until the TTL of the
    delegation has passed since it was first seen gone, and while it holds what its file does not know.
    What it holds is written to the journal first.
    """
    from dataclasses import replace

    from psfdns.cli.apply.telling import tell_tenants
    from psfdns.cli.wiring import open_access, open_repository, open_workspace
    from psfdns.cli.zone.deleting import carry_out, find_target, gather, keep_contents, read_allowances

    allowed = read_allowances(allow)
    workspace = open_workspace(options)
    access = open_access(workspace)
    repository = open_repository(workspace)
    target = find_target(repository, access, name, zone_id)
    parting = gather(workspace, access, target)
    report = _judge(workspace, parting, allowed)
    report = replace(report, path=target.file.shown_path if target.file else None)
    try:
        if report.refused:
            raise PlanRefusedError(report.refused, summary=f"{zone_stem(parting.label)} is not deleted")
        _ask(report, yes=yes)
        done, entry = carry_out(workspace, access, target, parting)
    except PsfdnsError:
        _show(options, report)
        raise
    restore = keep_contents(workspace, parting, entry, target.file.tenant if target.file else None)
    told = tell_tenants(workspace, repository, entry, notify=not no_notify)
    _show(options, replace(report, done=done, journal=entry, restore=restore, told=told))
    if done.error is not None:
        raise done.error
    _forget(workspace, parting)
    return 0


def _judge(workspace: Workspace, parting: Parting, allowed: frozenset[str]) -> Report:
    """What speaks against it, and what was seen of the delegation, which is remembered."""
    from psfdns.cli.wiring import now
    from psfdns.cli.zone.view_delete import Report
    from psfdns.route53.parting import Sighting, judge_parting, note_sighting, wait_until
    from psfdns.route53.sightings import load_sightings, store_sightings

    folder, moment = _cache(workspace), now()
    known = load_sightings(folder)
    before = known.get(_place(parting), Sighting())
    sighting = note_sighting(before, parting, now=moment, allowed="parent-unknown" in allowed)
    if sighting != before:
        store_sightings(folder, {**known, _place(parting): sighting})
    found = judge_parting(parting, sighting, now=moment)
    refused = tuple(finding for finding in found if finding.code not in allowed)
    return Report(parting, refused, wait_until(sighting))


def _forget(workspace: Workspace, parting: Parting) -> None:
    """A zone that is gone has no delegation to wait for."""
    from psfdns.route53.sightings import load_sightings, store_sightings

    known = load_sightings(_cache(workspace))
    if known.pop(_place(parting), None) is not None:
        store_sightings(_cache(workspace), known)


def _place(parting: Parting) -> str:
    """Delegations are remembered by zone and hosted zone: another of the same name begins anew."""
    return f"{parting.live.hosted.name} {parting.live.hosted.id}"


def _cache(workspace: Workspace) -> Path:
    return workspace.config.state_dir / "cache"


def _ask(report: Report, *, yes: bool) -> None:
    """The name of the zone, typed; raises PsfdnsError for anything else."""
    from psfdns.cli.wiring import is_interactive
    from psfdns.cli.zone.view_delete import render_text, to_document

    if yes:
        return
    stem = zone_stem(report.parting.label)
    if not is_interactive():
        raise PsfdnsError(
            f"{stem} is not deleted: there is no terminal to ask on", hint="--yes deletes it unasked"
        )
    click.echo(render_text(to_document(report)), err=True, nl=False)
    typed = click.prompt("Type the name of the zone to delete it", err=True, default="", show_default=False)
    if typed.strip().lower().removesuffix(".") != stem:
        raise PsfdnsError(f"{stem} is not deleted: another name was typed")


def _show(options: Options, report: Report) -> None:
    """The document, or what was done in words; what was refused is said as an error."""
    from psfdns.cli.wiring import emit_json
    from psfdns.cli.zone.view_delete import render_text, to_document

    document = to_document(report)
    if options.json:
        emit_json(document)
    elif report.done is not None:
        click.echo(render_text(document), nl=False)
