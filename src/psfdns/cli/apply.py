"""`psfdns apply`: show the plan, ask, do it, wait, and look whether it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.route53.apply import Outcome


@click.command(
    "apply",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns --sandbox apply --yes                       everything, into the embedded Route 53
  psfdns apply python.org                            one zone; shows the plan and asks
  psfdns apply --tenant pyladies --allow many-changes=pyladies.com
  psfdns apply --plan plan.json                      what was reviewed, and nothing else
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@click.option("--plan", "saved_path", metavar="FILE", help="Only what stands in this plan (plan --out) too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow", multiple=True, metavar="CODE[=ZONE]", help="Lift a guard's no; may be repeated.")
@click.option("--no-wait", is_flag=True, help="Do not wait until all servers have the changes.")
@click.option(
    "--verify",
    type=click.Choice(["auto", "require", "off"]),
    default="auto",
    help="Ask the zones' name servers for what was applied; what cannot be asked is no error (auto).",
)
@click.pass_obj
def command(
    options: Options,
    *,
    zones: tuple[str, ...],
    tenant: str | None,
    saved_path: str | None,
    yes: bool,
    allow: tuple[str, ...],
    no_wait: bool,
    verify: str,
) -> int:
    """Make Route 53 agree with the zone files.

    Nothing is done while a zone meant has errors or a guard refuses. A record set that somebody else
    changed in the meantime is never overwritten: its zone is left as it is from there on, and named.
    """
    from psfdns.cli.wiring import open_access, open_workspace

    if no_wait and verify == "require":
        raise click.UsageError("--no-wait and --verify=require exclude each other")
    workspace = open_workspace(options)
    access = open_access(workspace)
    meant = _plan(workspace, access, (zones, tenant), saved_path, allow)
    outcome = _carry_out(workspace, access, meant, yes=yes, wait=not no_wait)
    if outcome is None:
        return 0
    return _conclude(workspace, access, meant, outcome, verify="off" if no_wait else verify)


@dataclass(frozen=True, slots=True)
class _Meant:
    """What is to be applied: the plan, and the digest of the saved plan that it keeps to."""

    planned: Planned
    digest: str | None


def _plan(
    workspace: Workspace,
    access: Access,
    chosen: tuple[tuple[str, ...], str | None],
    saved_path: str | None,
    allow: tuple[str, ...],
) -> _Meant:
    """Plan what is chosen, by name and tenant, and narrow it to the saved plan where there is one."""
    from psfdns.cli.applying import lift_refusals
    from psfdns.cli.planning import plan_zones
    from psfdns.cli.repository import select_zones
    from psfdns.cli.saved import hold_against, meet, read_saved
    from psfdns.cli.wiring import open_repository

    names, tenant = chosen
    saved, digest = (None, None) if saved_path is None else read_saved(saved_path)
    repository = open_repository(workspace)
    files = select_zones(repository, names=names, tenant=tenant)
    if saved is not None:
        saved, files = meet(saved, files, chosen=bool(names or tenant))
    planned = plan_zones(workspace, repository, files, access.host)
    planned = planned if saved is None else hold_against(saved, planned, workspace)
    return _Meant(lift_refusals(planned, allow), digest)


def _carry_out(
    workspace: Workspace, access: Access, meant: _Meant, *, yes: bool, wait: bool
) -> Outcome | None:
    """Show the plan, ask, and make it; None where there is nothing to do."""
    from psfdns.cli.applying import ask, carry_out, finish, has_work, refuse_faults, show_plan
    from psfdns.cli.journalling import Task, exchange, settle, tell_unfinished

    plan = meant.planned.plan
    exchange(workspace)
    tell_unfinished(workspace, account=plan.account)
    show_plan(workspace, plan)
    try:
        refuse_faults(plan)
        if has_work(plan):
            ask(yes=yes)
            return carry_out(workspace, access, meant.planned, wait=wait, task=Task(plan=meant.digest))
        settle(workspace, access, plan)
    except PsfdnsError:
        finish(workspace.options, plan)
        raise
    finish(workspace.options, plan)
    return None


def _conclude(workspace: Workspace, access: Access, meant: _Meant, outcome: Outcome, *, verify: str) -> int:
    """Look again, verify, and say what came of it; the exit code."""
    from psfdns.cli.applying import finish, look_again
    from psfdns.cli.views.apply import render_requests
    from psfdns.cli.wiring import talk

    options, planned = workspace.options, meant.planned
    saved = meant.digest is not None
    unfinished = look_again(workspace, planned, access, outcome, saved=saved)
    talk(options, "requests: " + render_requests(access.budget.sent), at=Verbosity.VERBOSE)
    if verify == "off":
        return finish(options, planned.plan, outcome, unfinished)
    from psfdns.cli.verifying import say_verdicts, verify_outcome

    verdicts = verify_outcome(workspace, access, planned, outcome)
    failed = finish(options, planned.plan, outcome, unfinished, verdicts)
    told = say_verdicts(options, verdicts, required=verify == "require")
    return failed or told
