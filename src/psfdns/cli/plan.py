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
    detailed_exitcode: bool,
) -> int:
    """Show what apply would do, record set by record set, with file and line.

    A zone whose file has errors has no plan: the errors are shown, the other zones are planned, and the
    exit code is 1. What a guard would refuse is said at the end.
    """
    from psfdns.cli.journalling import tell_unfinished
    from psfdns.cli.planning import estimate_apply
    from psfdns.cli.revision import look_up_commit
    from psfdns.cli.wiring import now, open_workspace
    from psfdns.plans.document import to_document

    wanted = chosen_format(options, shape)
    workspace = open_workspace(options)
    plan = _plan(workspace, zones, tenant=tenant, since=changed_since)
    tell_unfinished(workspace, account=plan.account)
    document = to_document(plan, created=now(), commit=look_up_commit(workspace.root))
    if out is not None:
        _store(out, document)
    _show(options, wanted, document, estimate_apply(plan, workspace))
    return _exit_code(plan, detailed=detailed_exitcode)


def _plan(workspace: Workspace, names: Sequence[str], *, tenant: str | None, since: str | None) -> Plan:
    """The plan of the zones that are meant; who owns what is read from the revision `since`."""
    from psfdns.cli.base import base_of
    from psfdns.cli.planning import judge_since, plan_zones
    from psfdns.cli.repository import select_zones
    from psfdns.cli.revision import changed_paths
    from psfdns.cli.wiring import open_access, open_repository
    from psfdns.tenants.load import load_repository

    repository = open_repository(workspace)
    changed = None if since is None else changed_paths(workspace.root, since)
    files = select_zones(repository, names=names, tenant=tenant, changed=changed)
    planned = plan_zones(workspace, repository, files, open_access(workspace).host)
    if since is None:
        return planned.plan
    with base_of(workspace.root, since) as folder:
        return judge_since(planned, load_repository(folder), workspace)


def _store(out: str, document: dict[str, Any]) -> None:
    from psfdns.cli.files import store_private

    store_private(Path(out), json.dumps(document, indent=2) + "\n")


def _show(options: Options, wanted: str, document: dict[str, Any], estimate: int) -> None:
    from psfdns.cli.wiring import emit_json, has_colour

    if wanted == "json":
        emit_json(document)
    elif wanted == "markdown":
        from psfdns.cli.views.plan_markdown import render_markdown

        click.echo(render_markdown(document, estimate=estimate), nl=False)
    else:
        from psfdns.cli.views.plan import render_text

        text = render_text(
            document,
            colour=has_colour(options, sys.stdout),
            verbose=options.verbosity > Verbosity.NORMAL,
            estimate=estimate,
        )
        click.echo(text, nl=False)


def _exit_code(plan: Plan, *, detailed: bool) -> int:
    """1 for errors of a file; a guard's no is apply's to act on."""
    from psfdns.plans.plan import ZoneAction

    actions = {zone.action for zone in plan.zones}
    if ZoneAction.ERROR in actions:
        return 1
    return EXIT_CHANGES if detailed and actions - {ZoneAction.NONE} else 0
