"""`psfdns apply`: show the plan, ask, do it, wait, and look whether it is done."""

from __future__ import annotations

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity
from psfdns.errors import PsfdnsError


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
    from psfdns.cli.applying import (
        ask,
        carry_out,
        finish,
        has_work,
        lift_refusals,
        look_again,
        refuse_faults,
        show_plan,
    )
    from psfdns.cli.journalling import Task, exchange, settle, tell_unfinished
    from psfdns.cli.planning import plan_zones
    from psfdns.cli.repository import select_zones
    from psfdns.cli.saved import hold_against, meet, read_saved
    from psfdns.cli.verifying import say_verdicts, verify_outcome
    from psfdns.cli.views.apply import render_requests
    from psfdns.cli.wiring import open_access, open_repository, open_workspace, talk

    if no_wait and verify == "require":
        raise click.UsageError("--no-wait and --verify=require exclude each other")
    workspace = open_workspace(options)
    saved, digest = (None, None) if saved_path is None else read_saved(saved_path)
    repository = open_repository(workspace)
    files = select_zones(repository, names=zones, tenant=tenant)
    if saved is not None:
        saved, files = meet(saved, files, chosen=bool(zones or tenant))
    access = open_access(workspace)
    planned = plan_zones(workspace, repository, files, access.host)
    planned = planned if saved is None else hold_against(saved, planned, workspace)
    planned = lift_refusals(planned, allow)
    exchange(workspace)
    tell_unfinished(workspace, account=planned.plan.account)
    show_plan(workspace, planned.plan)
    try:
        refuse_faults(planned.plan)
        if not has_work(planned.plan):
            settle(workspace, access, planned.plan)
            return finish(options, planned.plan)
        ask(yes=yes)
        outcome = carry_out(workspace, access, planned, wait=not no_wait, task=Task(plan=digest))
    except PsfdnsError:
        finish(options, planned.plan)
        raise
    unfinished = look_again(workspace, repository, files, access, outcome, saved=saved is not None)
    talk(options, "requests: " + render_requests(access.budget.sent), at=Verbosity.VERBOSE)
    verdicts = {} if verify == "off" or no_wait else verify_outcome(workspace, access, planned, outcome)
    failed = finish(options, planned.plan, outcome, unfinished, verdicts)
    told = say_verdicts(options, verdicts, required=verify == "require")
    return failed or told
