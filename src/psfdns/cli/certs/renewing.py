"""`certs renew`: look without asking any CA; only where there is something to do, wait, lock and ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from psfdns.cli.certs.issuing import (
    Job,
    are_proofs_left,
    bring_here,
    clean_left,
    find_due,
    issue_standings,
    look,
    open_job,
    take_advice,
    wanting_advice,
)
from psfdns.cli.wiring import Workspace, draw_fraction, now, sleep

if TYPE_CHECKING:
    from psfdns.certs.order import Outcome
    from psfdns.certs.status import Standing
    from psfdns.cli.certs.certifying import Stands


def renew_due(workspace: Workspace, *, jitter: int | None) -> tuple[list[Outcome], bool]:
    """What became of all that was due, and whether every file and set could be read. Raises PsfdnsError.

    With nothing to do the store is not held: in S3 that would be three requests, and a refusal for others.
    """
    job = open_job(workspace, doing="certs renew")
    standings, stands = look(job)
    moment = now()
    if find_due(standings, moment) or wanting_advice(job, standings, moment):
        most = workspace.config.acme.jitter if jitter is None else jitter
        if most:
            sleep(most * draw_fraction())
    elif not are_proofs_left(job):
        is_whole = _tell_faults(standings, stands)
        return [], bring_here(job, _readable(standings)) and is_whole
    with job.store.held():
        return _renew(job)


def _renew(job: Job) -> tuple[list[Outcome], bool]:
    # Looked at anew: while this run waited, another one may have renewed.
    standings, stands = look(job)
    is_whole = _tell_faults(standings, stands)
    readable = [each for each in standings if each.unreadable is None]
    due = find_due(take_advice(job, readable), now())
    if due:
        outcomes = issue_standings(job, due)
    else:
        clean_left(job)
        outcomes = []
    return outcomes, bring_here(job, _readable(standings)) and is_whole


def _readable(standings: Sequence[Standing]) -> list[str]:
    return [each.wanted.name for each in standings if each.unreadable is None]


def _tell_faults(standings: Sequence[Standing], stands: Stands) -> bool:
    """Say what is wrong with files and sets; whether nothing is."""
    for fault in stands.faults:
        click.echo(f"{_escaped(str(fault.span))}: error: {_escaped(fault.summary)} [{fault.code}]", err=True)
    unreadable = [each for each in standings if each.unreadable is not None]
    for each in unreadable:
        click.echo(f"error: {_escaped(each.wanted.name)}: {_escaped(each.unreadable or '')}", err=True)
    return not (stands.faults or unreadable)


def _escaped(text: str) -> str:
    from psfdns.cli.views.escape import escape

    return escape(text)
