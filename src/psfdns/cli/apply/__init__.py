"""`psfdns apply`: show the plan, ask, do it, wait, and look whether it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.cli.apply.verifying import Verdicts
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.route53.apply import Outcome
    from psfdns.tenants.load import Repository


@click.command(
    "apply",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns --sandbox apply --yes                       everything, into the embedded Route 53
  psfdns apply python.org                            one zone; shows the plan and asks
  psfdns apply --tenant pyladies --allow many-changes=pyladies.com
  psfdns apply --plan plan.json                      what was reviewed, and nothing else
  psfdns apply --changed-since HEAD^1 --digest sha256:…   a merged change, if it is still the reviewed one
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@click.option(
    "--changed-since",
    metavar="REV",
    help="Only zones whose files changed since this git revision; who owned what is read from there.",
)
@click.option(
    "--digest", metavar="sha256:…", help="Only if the plan has this digest: the one that was reviewed."
)
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
@click.option("--no-notify", is_flag=True, help="Do not tell the tenants whose zones change.")
@click.pass_obj
def command(
    options: Options,
    *,
    zones: tuple[str, ...],
    tenant: str | None,
    changed_since: str | None,
    digest: str | None,
    saved_path: str | None,
    yes: bool,
    allow: tuple[str, ...],
    no_wait: bool,
    verify: str,
    no_notify: bool,
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
    if saved_path is not None and (digest or changed_since):
        raise click.UsageError(
            "--plan names its zones, and has its own digest: not with --digest, --changed-since"
        )
    wanted = _Wanted(zones, tenant, changed_since, saved_path, digest, allow)
    meant = _plan(workspace, access, wanted)
    outcome = _carry_out(workspace, access, meant, yes=yes, wait=not no_wait)
    if outcome is None:
        return 0
    return _conclude(
        workspace, access, meant, outcome, verify="off" if no_wait else verify, notify=not no_notify
    )


@dataclass(frozen=True, slots=True)
class _Meant:
    """What is to be applied: the plan, whose zones, and the digest of the saved plan that it keeps to."""

    planned: Planned
    repository: Repository
    digest: str | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the words of the command select, hold the plan against, and allow."""

    zones: tuple[str, ...]
    tenant: str | None
    since: str | None
    saved_path: str | None
    digest: str | None
    allow: tuple[str, ...]


def _plan(workspace: Workspace, access: Access, wanted: _Wanted) -> _Meant:
    """Plan what is chosen, and narrow it to the saved plan where there is one."""
    from psfdns.cli.apply.applying import lift_refusals
    from psfdns.cli.apply.saved import hold_against, hold_digest, meet, read_saved
    from psfdns.cli.planning import plan_selection
    from psfdns.cli.repository import select_changed
    from psfdns.cli.wiring import open_repository

    saved, digest = (None, None) if wanted.saved_path is None else read_saved(wanted.saved_path)
    repository = open_repository(workspace)
    files = select_changed(
        workspace.root, repository, names=wanted.zones, tenant=wanted.tenant, since=wanted.since
    )
    if saved is not None:
        saved, files = meet(saved, files, chosen=bool(wanted.zones or wanted.tenant))
    planned = plan_selection(workspace, repository, files, access.host, since=wanted.since)
    if wanted.digest is not None:
        hold_digest(wanted.digest, planned.plan)
    planned = planned if saved is None else hold_against(saved, planned, workspace)
    return _Meant(lift_refusals(planned, wanted.allow), repository, digest)


def _carry_out(
    workspace: Workspace, access: Access, meant: _Meant, *, yes: bool, wait: bool
) -> Outcome | None:
    """Show the plan, ask, and make it; None where there is nothing to do."""
    from psfdns.cli.apply.applying import ask, carry_out, finish, has_work, refuse_faults, show_plan
    from psfdns.cli.apply.journalling import Task, exchange, settle, tell_unfinished
    from psfdns.cli.apply.telling import say_remembered

    plan = meant.planned.plan
    exchange(workspace)
    tell_unfinished(workspace, account=plan.account)
    say_remembered(workspace, meant.repository, (zone.tenant for zone in plan.zones))
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


def _conclude(
    workspace: Workspace, access: Access, meant: _Meant, outcome: Outcome, *, verify: str, notify: bool
) -> int:
    """Look again, verify, tell the tenants, and say what came of it; the exit code."""
    from psfdns.cli.apply.applying import finish, look_again
    from psfdns.cli.apply.telling import entry_of, tell_tenants
    from psfdns.cli.apply.view import render_requests
    from psfdns.cli.wiring import talk

    options, planned = workspace.options, meant.planned
    saved = meant.digest is not None
    unfinished = look_again(workspace, planned, access, outcome, saved=saved)
    talk(options, "requests: " + render_requests(access.budget.sent), at=Verbosity.VERBOSE)
    verdicts = {} if verify == "off" else _verify(workspace, access, planned, outcome)
    told = tell_tenants(workspace, meant.repository, entry_of(outcome), notify=notify)
    failed = finish(options, planned.plan, outcome, unfinished, verdicts, extra={"told": told})
    if verify == "off":
        return failed
    from psfdns.cli.apply.verifying import say_verdicts

    return failed or say_verdicts(options, verdicts, required=verify == "require")


def _verify(workspace: Workspace, access: Access, planned: Planned, outcome: Outcome) -> Verdicts:
    """What the name servers say; an apply that does not ask them imports nothing of this."""
    from psfdns.cli.apply.verifying import verify_outcome

    return verify_outcome(workspace, access, planned, outcome)
