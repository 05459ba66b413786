"""`certs renew`: look without asking anybody; only where there is something to do, wait, lock and ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from psfdns.cli.certs.advising import take_advice, wanting_advice
from psfdns.cli.certs.issuing import Job, clean_left, find_due, issue_standings, look, open_job
from psfdns.cli.wiring import Workspace, draw_fraction, now, sleep

if TYPE_CHECKING:
    from psfdns.certs.order import Outcome


def renew_due(workspace: Workspace, *, jitter: int | None) -> tuple[list[Outcome], bool]:
    """What became of all that was due, and whether every file and set could be read. Raises PsfdnsError."""
    job = open_job(workspace)
    standings, _ = look(job)
    moment = now()
    if find_due(standings, moment) or wanting_advice(job, standings, moment):
        most = workspace.config.acme.jitter if jitter is None else jitter
        if most:
            sleep(most * draw_fraction())
    with job.store.held():
        return _renew(job)


def _renew(job: Job) -> tuple[list[Outcome], bool]:
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
    if due:
        outcomes = issue_standings(job, due)
    else:
        clean_left(job)
        outcomes = []
    return outcomes, is_kept and not (stands.faults or unreadable)


def _escaped(text: str) -> str:
    from psfdns.cli.views.escape import escape

    return escape(text)
