"""`psfdns rollback`: the inverse of an entry of the journal, planned and applied as anything else is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.journal.entry import Entry
    from psfdns.journal.inverse import Kept, Undoing
    from psfdns.journal.progress import Progress
    from psfdns.journal.store import Journal, Stored
    from psfdns.route53.apply import Outcome

EXIT_KEPT = 1


@click.command(
    "rollback",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns rollback                          undo the newest apply; shows the plan and asks
  psfdns rollback 20261121T114426123Z-8f3a undo that one (psfdns history); its beginning will do
  psfdns rollback --yes                    do not ask
""",
)
@click.argument("entry_id", required=False, metavar="[ID]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow", multiple=True, metavar="CODE[=ZONE]", help="Lift a guard's no; may be repeated.")
@click.option("--no-notify", is_flag=True, help="Do not tell the tenants whose zones change.")
@click.pass_obj
def command(
    options: Options, *, entry_id: str | None, yes: bool, allow: tuple[str, ...], no_notify: bool
) -> int:
    """Undo what an apply changed, without an ID the newest one that changed anything.

    Only what still is as that apply left it is undone. What somebody changed since is kept and named,
    and then the exit code is 1. Zones that it made stay. The zone files are not read and not changed:
    unless they are reverted too, the next apply does the same again. Changes of signing are not undone
    here: psfdns dnssec disable, enable, or rotate --back does that in the safe order.
    """
    from psfdns.cli.apply.applying import (
        ask,
        carry_out,
        finish,
        has_work,
        lift_refusals,
        refuse_faults,
        show_plan,
    )
    from psfdns.cli.apply.journalling import Task, exchange, open_journal
    from psfdns.cli.apply.telling import entry_of, tell_tenants
    from psfdns.cli.apply.verifying import say_verdicts, verify_outcome
    from psfdns.cli.wiring import open_access, open_repository, open_workspace
    from psfdns.journal.entry import Kind
    from psfdns.journal.mirror import FETCHED

    workspace = open_workspace(options)
    access = open_access(workspace)
    exchange(workspace, limit=FETCHED if entry_id is None else None)
    _refuse_others(workspace, entry_id)
    stored = _choose(open_journal(workspace), entry_id, access.host.look_up_account())
    _tell_chosen(options, stored)
    undoing, planned = _plan(workspace, access, stored)
    planned = lift_refusals(planned, allow)
    show_plan(workspace, planned.plan)
    _tell_kept(undoing)
    extra = _extra(stored, undoing)
    outcome = None
    try:
        refuse_faults(planned.plan)
        if has_work(planned.plan):
            ask(yes=yes)
            task = Task(Kind.ROLLBACK, undoes=stored.id, spellings=undoing.spellings)
            outcome = carry_out(workspace, access, planned, wait=True, task=task)
    except PsfdnsError:
        finish(options, planned.plan, extra=extra)
        raise
    unfinished = _look_again(access, planned, outcome)
    verdicts = verify_outcome(workspace, access, planned, outcome) if outcome else {}
    extra["told"] = tell_tenants(
        workspace, open_repository(workspace), entry_of(outcome), notify=not no_notify
    )
    failed = finish(options, planned.plan, outcome, unfinished, verdicts, extra=extra)
    differing = say_verdicts(options, verdicts, required=False)
    _tell_files(options, stored, outcome)
    return failed or (EXIT_KEPT if undoing.kept else differing)


def _refuse_others(workspace: Workspace, text: str | None) -> None:
    """What is no apply has its own way back. Raises PsfdnsError that names it."""
    from psfdns.cli.apply.journalling import open_journal
    from psfdns.cli.past import find_kept, list_deeds, list_orders
    from psfdns.cli.views.ways_back import way_back

    ids = open_journal(workspace).all_ids()
    if text is None or any(one.startswith(text) or one.endswith(f"-{text}") for one in ids):
        return
    found = find_kept([*list_orders(workspace), *list_deeds(workspace)], text)
    if len(found) == 1:
        what, hint = way_back(found[0])
        raise PsfdnsError(f"{found[0].id} is {what}, and rollback undoes what was applied alone", hint=hint)


def _choose(journal: Journal, text: str | None, account: str | None) -> Stored:
    """The entry meant, readable, ended or cut short, of this account; raises PsfdnsError."""
    from psfdns.journal.inverse import has_effects

    if text is None:
        for entry_id in journal.all_ids():
            stored = journal.load(entry_id)
            entry = stored.entry
            if entry is not None and entry.account == account and has_effects(entry, stored.progress):
                return _usable(stored, account)
        raise PsfdnsError(
            f"there is nothing to undo: the journal holds no change of {account or 'this account'}",
            hint="psfdns history shows what it holds",
        )
    return _usable(journal.load(journal.find(text)), account)


def _usable(stored: Stored, account: str | None) -> Stored:
    if stored.entry is None:
        raise PsfdnsError(f"{stored.id} cannot be undone: {stored.fault}")
    if stored.running:
        raise PsfdnsError(f"{stored.id} is still under way", hint="wait for it, or stop it (Ctrl-C)")
    if stored.entry.account != account:
        theirs, ours = (name or "an unknown account" for name in (stored.entry.account, account))
        raise PsfdnsError(f"{stored.id} was applied to {theirs}; this is {ours}")
    return stored


def _tell_chosen(options: Options, stored: Stored) -> None:
    """Which one it is, and that undoing a rollback does again what that undid."""
    from psfdns.cli.views.history import render_reference
    from psfdns.cli.wiring import talk

    talk(options, f"undoing {render_reference(stored)}")
    if stored.entry is not None and stored.entry.undoes is not None:
        talk(options, f"note: that was a rollback: what {stored.entry.undoes} did is done again")


def _plan(workspace: Workspace, access: Access, stored: Stored) -> tuple[Undoing, Planned]:
    """The inverse against what is live, judged with what tenant.toml says; zone files are not read."""
    from psfdns.cli.apply.journalling import open_journal
    from psfdns.cli.planning import Planned, held_zones, judge_plan, read_protections
    from psfdns.cli.wiring import open_repository
    from psfdns.journal.inverse import blame_later, ids_to_fetch, plan_undoing
    from psfdns.plans.plan import Plan

    entry = stored.entry
    assert entry is not None  # noqa: S101 - `_usable` looked
    wanted = ids_to_fetch(entry, stored.progress)
    hosted = [zone for zone in access.host.list_zones() if zone.id in wanted]
    live = {zone.hosted.id: zone for zone in access.host.fetch_zones(hosted)}
    held = held_zones(open_repository(workspace))
    undoing = plan_undoing(
        entry,
        stored.progress,
        live,
        held={zone.label: zone for zone in held},
        blame=blame_later(_later(open_journal(workspace), stored.id, entry.account)),
    )
    plan = judge_plan(Plan(entry.account, undoing.zones), held, workspace)
    return undoing, Planned(plan, read_protections(plan, live, access.host), held)


def _later(journal: Journal, entry_id: str, account: str | None) -> list[tuple[Entry, Progress]]:
    newer = (journal.load(other) for other in reversed(journal.all_ids()) if other > entry_id)
    return [(one.entry, one.progress) for one in newer if one.entry and one.entry.account == account]


def _tell_kept(undoing: Undoing) -> None:
    """What is not undone is what went wrong: it is said also with --quiet."""
    from psfdns.cli.views.escape import escape

    for kept in undoing.kept:
        click.echo(f"kept: {escape(_name(kept))}: {escape(kept.why)}", err=True)


def _name(kept: Kept) -> str:
    return kept.what if kept.key is not None else f"{kept.zone} ({kept.what})"


def _extra(stored: Stored, undoing: Undoing) -> dict[str, Any]:
    from psfdns.journal.entry import key_to_json

    kept = [
        {"zone": one.zone, "what": one.what, **(key_to_json(one.key) if one.key else {}), "why": one.why}
        for one in undoing.kept
    ]
    return {"undoes": stored.id, "kept": kept, "undone_before": undoing.undone_before}


def _look_again(access: Access, planned: Planned, outcome: Outcome | None) -> Sequence[PsfdnsError]:
    """What was undone must be live now."""
    done = [zone.plan for zone in outcome.zones if not zone.errors] if outcome else []
    if not done or access.budget.is_stopped:
        return []
    try:
        fetched = access.host.fetch_zones(planned.live[zone.hosted_id or ""].hosted for zone in done)
    except PsfdnsError as error:
        return [error]
    return [
        PsfdnsError(f"{change.key}: Route 53 took the change, but something else is live")
        for zone, now in zip(done, fetched, strict=True)
        for change in zone.changes
        if now.zone.rrsets.get(change.key) != change.after
    ]


def _tell_files(options: Options, stored: Stored, outcome: Outcome | None) -> None:
    """Files are the truth: what is undone at Route 53 alone comes back."""
    from psfdns.cli.wiring import talk
    from psfdns.journal.entry import Kind

    entry = stored.entry
    if outcome is None or entry is None or entry.kind is not Kind.APPLY:
        return
    commit = entry.commit or ""
    how = f"git revert {commit}" if commit and "+" not in commit else "revert them"
    talk(
        options,
        "note: the zone files still say what was undone here, and the next psfdns apply does it again\n"
        f"hint: {how}, so that files and Route 53 agree; psfdns plan shows what differs",
        at=Verbosity.NORMAL,
    )
