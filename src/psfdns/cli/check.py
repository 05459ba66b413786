"""`psfdns check`: everything wrong with the files, offline."""

from __future__ import annotations

import sys

import click

from psfdns.cli.options import Options, PsfdnsCommand, chosen_format


@click.command(
    "check",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns check                                          the whole repository
  psfdns check zones/psf/python.org.zone                one zone, with its tenant's settings
  psfdns check --changed-since origin/main --format github
  psfdns check --origin example.org - < export.txt      a file that is nobody's yet
""",
)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    envvar="PSFDNS_FORMAT",
    help="How findings are printed (default: text).",
)
@click.option(
    "--changed-since",
    metavar="REV",
    help="Only what the change since the merge base with REV brings; who owns what is read from there.",
)
@click.option(
    "--actor-tenant",
    "actor_tenants",
    metavar="TENANT",
    multiple=True,
    help="On whose behalf the change is made: what is not theirs to change is an error.",
)
@click.option(
    "--actor",
    "actors",
    metavar="LOGIN",
    multiple=True,
    help="The same by a GitHub login: the tenants that have it as a liaison's handle at REV.",
)
@click.option(
    "--origin", metavar="NAME", help="The zone's name, for a file outside zones/ (default: the file's)."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.pass_obj
def command(
    options: Options,
    *,
    paths: tuple[str, ...],
    form: str | None,
    changed_since: str | None,
    actor_tenants: tuple[str, ...],
    actors: tuple[str, ...],
    origin: str | None,
    fail_on: str,
) -> int:
    """Check files, zones and tenants; nothing is asked of anybody.

    PATH is a file, a folder or - for standard input; without one the repository is checked. A file
    outside zones/ is checked alone. A finding is `path:line: severity: text [code]`.
    """
    from psfdns.cli.changing import Since
    from psfdns.cli.checking import check_files
    from psfdns.cli.views.findings import check_document, render, summarise
    from psfdns.cli.wiring import has_colour, talk
    from psfdns.diagnostics import Severity

    chosen = chosen_format(options, form)
    if (actor_tenants or actors) and changed_since is None:
        raise click.UsageError(
            "--actor-tenant and --actor need --changed-since REV: whose change since when?"
        )
    since = None if changed_since is None else Since(changed_since, actor_tenants, actors)
    checked = check_files(options, paths, origin=origin, since=since)
    document = check_document(checked.findings)
    colour = has_colour(options, sys.stdout)
    click.echo(render(document, chosen, colour=colour, version=_version()), nl=False, color=colour or None)
    zones = "1 zone" if checked.zones == 1 else f"{checked.zones} zones"
    talk(options, f"{zones} checked: {summarise(document)}")
    worst = min((finding.severity.rank for finding in checked.findings), default=len(Severity))
    return int(worst <= Severity(fail_on).rank)


def _version() -> str:
    from importlib.metadata import version

    return version("psfdns")
