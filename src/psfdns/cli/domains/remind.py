"""`psfdns domains remind`: whoever has to renew something hears of it in time, once each time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand

if TYPE_CHECKING:
    from psfdns.cli.domains.reminder_run import Run

EXIT_FAILED = 1


@click.command(
    "remind",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains remind --dry-run               what would be said to whom, in full
  psfdns domains remind -q                      for cron, once a day
  psfdns domains remind --dry-run --nagios      how things stand, as a Nagios plugin says it
  psfdns domains remind --ics /srv/www/ends.ics --metrics /var/lib/node_exporter/psfdns.prom
""",
)
@click.option("--dry-run", is_flag=True, help="Print the messages; nothing is sent or remembered.")
@click.option(
    "--nagios", is_flag=True, help="One line with performance data, and Nagios' exit codes, of what ends."
)
@click.option(
    "--ics", type=click.Path(path_type=Path), metavar="FILE", help="Write a calendar of what ends to FILE."
)
@click.option(
    "--metrics", type=click.Path(path_type=Path), metavar="FILE", help="Write metrics for Prometheus to FILE."
)
@click.pass_obj
def remind_command(
    options: Options, *, dry_run: bool, nagios: bool, ics: Path | None, metrics: Path | None
) -> int:
    """Remind whoever has to renew a domain, before it is lost.

    Liaisons hear of it 60, 30, 14, 7, 3, 1 and 0 days before the end and daily after it, staff from 7 days
    on and at once when the money for an automatic renewal is missing. Each is said once; what a channel did
    not accept is said with the next run. --ics and --metrics are written with --dry-run too.

    Exit code 1: a message was not accepted, or there is nobody to tell.
    """
    if nagios and options.json:
        raise click.UsageError("--json and --nagios exclude each other")
    if nagios:
        return _as_plugin(options, dry_run=dry_run, ics=ics, metrics=metrics)
    run = _carry_out(options, dry_run=dry_run, ics=ics, metrics=metrics)
    _show(options, run)
    return _exit_code(run)


def _exit_code(run: Run) -> int:
    return EXIT_FAILED if run.troubles else 0


def _carry_out(options: Options, *, dry_run: bool, ics: Path | None, metrics: Path | None) -> Run:
    """Remind, and write the files. Raises PsfdnsError."""
    from psfdns.cli.checking_in import checked_in
    from psfdns.cli.domains.ending_files import store_calendar, store_metrics
    from psfdns.cli.domains.reminder_run import say_troubles
    from psfdns.cli.domains.reminding import remind
    from psfdns.cli.wiring import open_workspace

    workspace = open_workspace(options)
    url = None if dry_run else workspace.config.notify.checkin
    with checked_in(workspace, setting="[notify] checkin", url=url) as codes:
        run = remind(workspace, dry_run=dry_run)
        # Before the files, which may be impossible to write.
        say_troubles(run)
        if metrics is not None:
            store_metrics(metrics, run)
        if ics is not None:
            store_calendar(ics, run)
        codes.append(_exit_code(run))
    return run


def _as_plugin(options: Options, *, dry_run: bool, ics: Path | None, metrics: Path | None) -> int:
    """How things stand decides the exit code, and a plugin that fails knows nothing."""
    from psfdns.cli.views.nagios import render_failure, render_nagios
    from psfdns.errors import PsfdnsError

    try:
        run = _carry_out(options, dry_run=dry_run, ics=ics, metrics=metrics)
    except PsfdnsError as error:
        line, code = render_failure(error.summary)
    else:
        policy = run.workspace.config.reminders
        line, code = render_nagios(run.endings, policy, now=run.now, troubles=run.troubles)
    click.echo(line)
    return code


def _show(options: Options, run: Run) -> None:
    """With --json everything; else the messages of a dry run, and how many there were of others."""
    from psfdns.cli.domains.reminder_run import to_document
    from psfdns.cli.views.reminder import render_run
    from psfdns.cli.wiring import emit_json

    document = to_document(run)
    if options.json:
        emit_json(document)
    else:
        click.echo(render_run(document), nl=False)
