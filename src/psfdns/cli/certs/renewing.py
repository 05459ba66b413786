"""`certs renew`: look without asking anybody; only where there is something to do, wait, lock and ask.

After the orders everything is deployed that is due, from this run or from one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from psfdns.cli.certs.advising import take_advice, wanting_advice
from psfdns.cli.certs.delivering import Deploys, deploy_due
from psfdns.cli.certs.deploy import report_deploys
from psfdns.cli.certs.issuing import Job, clean_left, find_due, issue_standings, look, open_job
from psfdns.cli.wiring import Workspace, draw_fraction, now, sleep
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.certs.order import Outcome
    from psfdns.certs.status import Standing


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of all that was due; `is_whole`: every file and set could be read."""

    outcomes: list[Outcome]
    deploys: Deploys
    is_whole: bool


def renew_due(workspace: Workspace, *, jitter: int | None) -> Renewed:
    """Renew, then deploy. Raises PsfdnsError."""
    job = open_job(workspace)
    standings, _ = look(job)
    moment = now()
    if find_due(standings, moment) or wanting_advice(job, standings, moment):
        most = workspace.config.acme.jitter if jitter is None else jitter
        if most:
            sleep(most * draw_fraction())
    with job.store.held():
        return _renew(job)


def _renew(job: Job) -> Renewed:
    # Looked at anew: while this run waited, another one may have renewed.
    standings, stands = look(job)
    for fault in stands.faults:
        click.echo(f"{_escaped(str(fault.span))}: error: {_escaped(fault.summary)} [{fault.code}]", err=True)
    unreadable = [each for each in standings if each.unreadable is not None]
    for each in unreadable:
        click.echo(f"error: {_escaped(each.wanted.name)}: {_escaped(each.unreadable or '')}", err=True)
    readable = [each for each in standings if each.unreadable is None]
    advised, is_kept = take_advice(job, readable)
    due = find_due(advised, now())
    try:
        outcomes = _issue(job, due)
    except PsfdnsError:
        # Without Route 53 nothing is issued; what was issued before is not held up by that.
        report_deploys(job.workspace.options, deploy_due(job, readable))
        raise
    if due:
        readable = [each for each in look(job)[0] if each.unreadable is None]
    is_whole = is_kept and not (stands.faults or unreadable)
    return Renewed(outcomes, deploy_due(job, readable), is_whole)


def _issue(job: Job, due: list[Standing]) -> list[Outcome]:
    if due:
        return issue_standings(job, due)
    clean_left(job)
    return []


def _escaped(text: str) -> str:
    from psfdns.cli.views.escape import escape

    return escape(text)
