"""`certs renew`: look without asking any CA; only where there is something to do, wait, lock and ask.

After the orders everything is deployed that is due, from this run or from one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from psfdns.certs.status import judge_unreadable
from psfdns.cli.certs.advising import take_advice, wanting_advice
from psfdns.cli.certs.delivering import Deploys, deploy_due, has_deploys
from psfdns.cli.certs.deploy import report_deploys
from psfdns.cli.certs.issuing import (
    Job,
    are_proofs_left,
    bring_here,
    clean_left,
    find_due,
    issue_standings,
    look,
    open_job,
)
from psfdns.cli.wiring import Workspace, draw_fraction, now, sleep
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.certs.order import Outcome
    from psfdns.certs.status import Standing
    from psfdns.cli.certs.certifying import Stands
    from psfdns.cli.certs.view_issue import Found


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of all that was due; `is_whole`: every file and set could be read, else `findings` say."""

    outcomes: list[Outcome]
    deploys: Deploys
    is_whole: bool
    findings: tuple[Found, ...] = ()


def renew_due(workspace: Workspace, *, jitter: int | None) -> Renewed:
    """Renew, then deploy. Raises PsfdnsError.

    With nothing to do the store is not held: in S3 that would be three requests, and a refusal for others.
    """
    job = open_job(workspace, doing="certs renew")
    standings, stands = look(job)
    moment = now()
    if find_due(standings, moment) or wanting_advice(job, standings, moment):
        most = workspace.config.acme.jitter if jitter is None else jitter
        if most:
            sleep(most * draw_fraction())
    elif not are_proofs_left(job) and not has_deploys(job, _readable(standings)):
        missing = bring_here(job, (each.wanted.name for each in _readable(standings)))
        is_whole = _tell_faults(standings, stands)
        return Renewed([], Deploys(missing=missing), is_whole, _find_faults(standings, stands))
    with job.store.held():
        return _renew(job)


def _renew(job: Job) -> Renewed:
    # Looked at anew: while this run waited, another one may have renewed.
    standings, stands = look(job)
    is_whole = _tell_faults(standings, stands)
    readable = _readable(standings)
    advised, is_kept = take_advice(job, readable)
    due = find_due(advised, now())
    try:
        outcomes = _issue(job, due)
    except PsfdnsError:
        # Without Route 53 nothing is issued; what was issued before is not held up by that.
        report_deploys(job.workspace.options, deploy_due(job, readable))
        raise
    if due:
        readable = _readable(look(job)[0])
    found = _find_faults(standings, stands)
    return Renewed(outcomes, deploy_due(job, readable), is_whole and is_kept, found)


def _issue(job: Job, due: list[Standing]) -> list[Outcome]:
    if due:
        return issue_standings(job, due)
    clean_left(job)
    return []


def _readable(standings: Sequence[Standing]) -> list[Standing]:
    return [each for each in standings if each.unreadable is None]


def _tell_faults(standings: Sequence[Standing], stands: Stands) -> bool:
    """Say what is wrong with files and sets; whether nothing is."""
    for fault in stands.faults:
        click.echo(f"{_escaped(str(fault.span))}: error: {_escaped(fault.summary)} [{fault.code}]", err=True)
        if fault.hint:
            click.echo(f"hint: {_escaped(fault.hint)}", err=True)
    unreadable = [each for each in standings if each.unreadable is not None]
    for each in unreadable:
        click.echo(f"error: {_escaped(each.wanted.name)}: {_escaped(each.unreadable or '')}", err=True)
        if each.remedy:
            click.echo(f"hint: {_escaped(each.remedy)}", err=True)
    return not (stands.faults or unreadable)


def _find_faults(standings: Sequence[Standing], stands: Stands) -> tuple[Found, ...]:
    """The same as findings, as `certs list` has them."""
    unreadable = ((each.wanted.name, judge_unreadable(each)) for each in standings)
    found = [(name, finding) for name, finding in unreadable if finding is not None]
    return (*found, *((None, fault) for fault in stands.faults))


def _escaped(text: str) -> str:
    from psfdns.cli.views.escape import escape

    return escape(text)
