"""`psfdns plan`: what apply would do, read from the files and from the account; nothing is written there."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity, chosen_format

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.plans.plan import Plan

EXIT_CHANGES = 2


@click.command(
    "plan",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns --sandbox plan                               all zones, against the embedded Route 53
  psfdns plan python.org                              one zone
  psfdns plan --changed-since origin/main --format markdown
  psfdns plan --out plan.json --detailed-exitcode     to keep; 2 means that there is something to do
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@click.option(
    "--changed-since", metavar="REV", help="Only zones whose files changed since this git revision."
)
@click.option("--out", metavar="FILE", help="Write the plan to a file, as JSON, readable by you alone.")
@click.option("--format", "shape", type=click.Choice(["text", "json", "markdown"]), help="Default: text.")
@click.option(
    "--public",
    is_flag=True,
    help="With --format markdown: without what stands in no file (private zones, zones without a file, "
    "what other writers own).",
)
@click.option("--whole-at", metavar="URL", help="With --format markdown: where the whole of a cut plan is.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="CHARACTERS",
    help="With --format markdown: cut where it is longer (default: 65536, what GitHub takes; 0: never).",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@click.pass_obj
def command(
    options: Options,
    *,
    zones: tuple[str, ...],
    tenant: str | None,
    changed_since: str | None,
    out: str | None,
    shape: str | None,
    public: bool,
    whole_at: str | None,
    limit: int | None,
    detailed_exitcode: bool,
) -> int:
    """Show what apply would do, record set by record set, with file and line.

    A zone whose file has errors has no plan: the errors are shown, the other zones are planned, and the
    exit code is 1. What a guard would refuse is said at the end.
    """
    from psfdns.cli.apply.journalling import tell_unfinished
    from psfdns.cli.planning import estimate_apply
    from psfdns.cli.revision import look_up_commit
    from psfdns.cli.wiring import now, open_workspace
    from psfdns.plans.document import to_document

    wanted = chosen_format(options, shape)
    if (public or whole_at or limit is not None) and wanted != "markdown":
        raise click.UsageError("--public, --whole-at and --limit are for --format markdown")
    workspace = open_workspace(options)
    plan = _plan(workspace, zones, tenant=tenant, since=changed_since)
    tell_unfinished(workspace, account=plan.account)
    document = to_document(plan, created=now(), commit=look_up_commit(workspace.root))
    if out is not None:
        _store(out, document)
    estimate = estimate_apply(plan, workspace)
    if wanted == "markdown":
        _show_markdown(document, estimate, public=public, whole_at=whole_at, limit=limit)
    else:
        _show(options, wanted, document, estimate)
    return _exit_code(plan, detailed=detailed_exitcode)


def _plan(workspace: Workspace, names: Sequence[str], *, tenant: str | None, since: str | None) -> Plan:
    """The plan of the zones that are meant."""
    from psfdns.cli.planning import plan_selection
    from psfdns.cli.repository import select_changed
    from psfdns.cli.wiring import open_access, open_repository

    repository = open_repository(workspace)
    files = select_changed(workspace.root, repository, names=names, tenant=tenant, since=since)
    return plan_selection(workspace, repository, files, open_access(workspace).host, since=since).plan


def _store(out: str, document: dict[str, Any]) -> None:
    from psfdns.cli.files import store_private

    store_private(Path(out), json.dumps(document, indent=2) + "\n")


def _show(options: Options, wanted: str, document: dict[str, Any], estimate: int) -> None:
    from psfdns.cli.wiring import emit_json, has_colour

    if wanted == "json":
        emit_json(document)
    else:
        from psfdns.cli.views.plan import render_text

        text = render_text(
            document,
            colour=has_colour(options, sys.stdout),
            verbose=options.verbosity > Verbosity.NORMAL,
            estimate=estimate,
        )
        click.echo(text, nl=False)


def _show_markdown(
    document: dict[str, Any], estimate: int, *, public: bool, whole_at: str | None, limit: int | None
) -> None:
    from psfdns.cli.views.plan_markdown import LIMIT, Paper, render_markdown

    room = LIMIT if limit is None else limit or sys.maxsize
    paper = Paper(room, public=public, whole_at=whole_at)
    click.echo(render_markdown(document, estimate=estimate, paper=paper), nl=False)


def _exit_code(plan: Plan, *, detailed: bool) -> int:
    """1 for errors of a file; a guard's no is apply's to act on."""
    from psfdns.plans.plan import ZoneAction

    actions = {zone.action for zone in plan.zones}
    if ZoneAction.ERROR in actions:
        return 1
    return EXIT_CHANGES if detailed and actions - {ZoneAction.NONE} else 0
