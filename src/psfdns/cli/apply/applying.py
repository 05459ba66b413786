"""What every command that writes does alike: show, refuse, ask, do it, look again, say what came of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.options import Options, Verbosity
from psfdns.errors import PlanRefusedError, PsfdnsError

if TYPE_CHECKING:
    from psfdns.budget import Budget
    from psfdns.cli.apply.journalling import Task
    from psfdns.cli.apply.verifying import Verdicts
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.diagnostics import Diagnostic
    from psfdns.plans.plan import Plan, Refusal, ZonePlan
    from psfdns.route53.apply import Outcome, Progress


def lift_refusals(planned: Planned, allow: Sequence[str]) -> Planned:
    """The plan without the refusals that `--allow CODE[=ZONE]` lifts.

    Raises UsageError where there is no such guard, or no such zone in the repository or the plan.
    """
    from psfdns.cli.repository import unknown, zone_argument
    from psfdns.plans.desired import zone_label
    from psfdns.plans.guards import parse_allowance, without_allowed

    def resolve(text: str) -> str:
        origin, _, view = zone_argument(text).partition("@")
        label = zone_label(origin, view or None)
        if label not in known:
            raise unknown("zone", label, known)
        return label

    known = {zone.label for zone in planned.held} | {zone.label for zone in planned.plan.zones}
    allowances = [parse_allowance(text, resolve=resolve) for text in allow]
    return replace(
        planned, plan=replace(planned.plan, refused=without_allowed(planned.plan.refused, allowances))
    )


def show_plan(workspace: Workspace, plan: Plan) -> None:
    """The plan on stdout; with --json it is talk, because stdout holds the outcome alone."""
    from psfdns.cli.planning import estimate_apply
    from psfdns.cli.revision import look_up_commit
    from psfdns.cli.views.plan import render_text
    from psfdns.cli.wiring import has_colour, now
    from psfdns.plans.document import to_document

    options = workspace.options
    if options.json and options.verbosity < Verbosity.NORMAL:
        return
    # What is refused is said as an error, once.
    shown = replace(plan, refused=())
    text = render_text(
        to_document(shown, created=now(), commit=look_up_commit(workspace.root)),
        colour=has_colour(options, sys.stderr if options.json else sys.stdout),
        verbose=options.verbosity > Verbosity.NORMAL,
        estimate=estimate_apply(plan, workspace),
    )
    click.echo(text, nl=False, err=options.json)


def refuse_faults(plan: Plan) -> None:
    """Nothing is done while a zone has errors or a guard says no."""
    from psfdns.plans.plan import ZoneAction

    broken = [zone.label for zone in plan.zones if zone.action is ZoneAction.ERROR]
    if broken:
        raise PsfdnsError(
            f"nothing was applied: errors in {', '.join(broken)}",
            hint="correct them, or name the zones to apply: psfdns apply ZONE",
        )
    if plan.refused:
        raise PlanRefusedError(_once_per_account(plan.refused))


def _once_per_account(refused: Sequence[Refusal]) -> list[Diagnostic]:
    """The wrong account is wrong for every zone alike, and is said for the first."""
    first = {refusal.finding.code: refusal for refusal in reversed(refused)}
    return [no.finding for no in refused if no.finding.code != "account" or no is first["account"]]


def has_work(plan: Plan) -> bool:
    """Whether anything would be done."""
    from psfdns.plans.plan import ZoneAction

    return any(zone.action is not ZoneAction.NONE for zone in plan.zones)


def ask(*, yes: bool) -> None:
    """Go on only with a person's yes; raises PsfdnsError."""
    from psfdns.cli.wiring import is_interactive

    if yes:
        return
    if not is_interactive():
        raise PsfdnsError("nothing was applied: there is no terminal to ask on", hint="--yes applies unasked")
    if not click.confirm("Apply this plan?", err=True):
        raise PsfdnsError("nothing was applied: the answer was no")


def carry_out(
    workspace: Workspace, access: Access, planned: Planned, *, wait: bool, task: Task | None = None
) -> Outcome:
    """Apply the plan, locked and journalled, with progress on a terminal and an ear for Ctrl-C.

    Raises LockedError or JournalError, with nothing done, where somebody else is at it or the journal
    cannot be written.
    """
    from psfdns.cli.apply.journalling import Task, conclude, journalled
    from psfdns.cli.apply.locking import hold_apply_lock
    from psfdns.cli.wiring import monotonic
    from psfdns.route53.apply import Conditions, apply_plan

    task = task or Task()
    with (
        hold_apply_lock(workspace, planned.plan.account, doing=task.kind.value) as may_go_on,
        journalled(workspace, access, planned, task) as journal,
        _progress(workspace.options) as report,
        _stoppable(access.budget),
    ):
        conditions = Conditions(
            _comment(workspace, task),
            access.budget.pause,
            monotonic,
            report,
            wait,
            journal=journal,
            spellings=task.spellings,
            may_go_on=may_go_on,
        )
        outcome = apply_plan(access.api, planned.plan, planned.live, conditions)
        conclude(journal, planned.plan, outcome)
    return outcome


@contextmanager
def _stoppable(budget: Budget) -> Iterator[None]:
    """Ctrl-C or SIGTERM lets what is in flight finish, and sends nothing more."""

    def stop(number: int, frame: object) -> None:
        del number, frame
        budget.stop()
        click.echo("\nstopping after the requests in flight", err=True)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(options: Options) -> Iterator[Callable[[Progress], None]]:
    """One line that is written over, only on a terminal."""
    from psfdns.cli.apply.view import render_progress

    stream = sys.stderr
    shown = stream.isatty() and options.verbosity >= Verbosity.NORMAL

    def report(progress: Progress) -> None:
        if shown:
            click.echo(f"\r\x1b[K{render_progress(progress)}", err=True, nl=False)

    try:
        yield report
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def look_again(
    workspace: Workspace, planned: Planned, access: Access, outcome: Outcome, *, saved: bool = False
) -> list[PsfdnsError]:
    """Planning again must be empty: an error for each zone where it is not, or why it could not be done.

    After a saved plan only what stood in it is looked for.
    """
    from psfdns.cli.planning import plan_again

    done = {zone.plan.label: zone.plan for zone in outcome.zones if not zone.errors}
    if not done or access.budget.is_stopped:
        return []
    try:
        again = plan_again(workspace, planned, done, access.host)
        left = {zone.label: _count_left(zone, done[zone.label] if saved else zone) for zone in again}
    except PsfdnsError as error:
        return [error]
    return [
        PsfdnsError(
            f"{label}: Route 53 took the changes, but planning again finds {number} more",
            hint="somebody else may be at it: psfdns plan shows what differs",
        )
        for label, number in left.items()
        if number
    ]


def _count_left(now: ZonePlan, planned: ZonePlan) -> int:
    """What was planned and is still to be done."""
    keys = {change.key for change in planned.changes}
    names = {setting.name for setting in planned.settings}
    changes = sum(change.key in keys for change in now.changes)
    return changes + sum(setting.name in names for setting in now.settings)


def _comment(workspace: Workspace, task: Task) -> str:
    """What Route 53 keeps with each change: who, and from which commit."""
    from psfdns.cli.revision import look_up_commit
    from psfdns.cli.wiring import who_acts

    commit = look_up_commit(workspace.root)
    what = task.kind.value + (f" of {task.undoes}" if task.undoes else "")
    return f"psfdns {what} by {who_acts()}" + (f" at {commit}" if commit else "")


def finish(
    options: Options,
    plan: Plan,
    outcome: Outcome | None = None,
    unfinished: Sequence[PsfdnsError] = (),
    verdicts: Verdicts | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
) -> int:
    """Say what was done on stdout, what was not on stderr; the exit code. `extra` is for the document."""
    from psfdns.cli.apply.view import render_text, to_document
    from psfdns.cli.wiring import emit_json

    document = to_document(plan, outcome.zones if outcome else (), verdicts) | dict(extra or {})
    if options.json:
        emit_json(document)
    else:
        click.echo(render_text(document), nl=False)
    errors = [*_errors_of(outcome), *unfinished] if outcome else []
    _echo_errors(errors)
    return 1 if errors else 0


def _errors_of(outcome: Outcome) -> Iterator[PsfdnsError]:
    yield from (error for zone in outcome.zones for error in zone.errors)
    if outcome.journal_error is not None:
        yield outcome.journal_error
    late = [zone.plan.label for zone in outcome.zones if zone.insync is False]
    if outcome.wait_error is not None:
        yield outcome.wait_error
    elif late:
        yield PsfdnsError(
            f"not on all of Route 53's servers after ten minutes: {', '.join(late)}",
            hint="the changes were accepted; Route 53 goes on by itself",
        )


def _echo_errors(errors: Sequence[PsfdnsError]) -> None:
    """Each once: a lost network is the same for all zones."""
    from psfdns.cli.views.escape import escape

    for summary, hint in dict.fromkeys((error.summary, error.hint) for error in errors):
        click.echo(f"error: {escape(summary)}", err=True)
        if hint:
            click.echo(f"hint: {escape(hint)}", err=True)
