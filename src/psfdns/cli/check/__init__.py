"""`psfdns check`: everything wrong with the files, offline; and with --online, with what they point at."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from psfdns.cli.fail_on import EXIT_UNKNOWN, fail_on_option, reaches
from psfdns.cli.options import Options, PsfdnsCommand, chosen_format

if TYPE_CHECKING:
    from psfdns.cli.check.baselines import Held
    from psfdns.cli.check.changing import Since
    from psfdns.cli.check.checking import Checked
    from psfdns.diagnostics import Diagnostic


@click.command(
    "check",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns check                                          the whole repository
  psfdns check zones/psf/python.org.zone                one zone, with its tenant's settings
  psfdns check --changed-since origin/main --format github
  psfdns check --origin example.org - < export.txt      a file that is nobody's yet
  psfdns check --baseline old.json                      only what is new since that was written
  psfdns check --online                                 and whether all that the zones point at is there
  psfdns check --explain missing-final-dot              what a code means, and how to mend it
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
@fail_on_option(exit_code=1)
@click.option(
    "--baseline",
    metavar="FILE",
    help="Leave out the findings that FILE lists, and say how many. plan and apply do not know it.",
)
@click.option("--write-baseline", is_flag=True, help="Write what is found into the FILE of --baseline.")
@click.option(
    "--online",
    is_flag=True,
    help="Ask DNS and hosting providers too: does what the zones point at exist, or could anybody take it?",
)
@click.option("--explain", metavar="CODE", help="Say what a finding's code means, and look at no file.")
@click.pass_context
def command(
    context: click.Context,
    *,
    paths: tuple[str, ...],
    form: str | None,
    changed_since: str | None,
    actor_tenants: tuple[str, ...],
    actors: tuple[str, ...],
    origin: str | None,
    fail_on: str,
    baseline: str | None,
    write_baseline: bool,
    online: bool,
    explain: str | None,
) -> int:
    """Check files, zones and tenants; without --online nothing is asked of anybody.

    PATH is a file, a folder or - for standard input; without one the repository is checked. A file
    outside zones/ is checked alone. A finding is `path:line: severity: text [code]`.

    With --baseline only what is new is printed and counts. Errors may be old too, but plan and apply go
    by the files alone. In a check of a pull request FILE is best taken from the base revision, because
    one in the branch could hide what the branch adds.
    """
    options: Options = context.obj
    if explain is not None:
        return _explain(context, explain)
    since = _since(changed_since, actor_tenants, actors)
    if write_baseline and (baseline is None or since is not None):
        raise click.UsageError("--write-baseline needs --baseline FILE, and looks at all, not at a change")
    from psfdns.cli.check.baselines import hold_against, read_baseline, write_anew
    from psfdns.cli.check.checking import check_files

    form = chosen_format(options, form)
    old = {} if baseline is None else read_baseline(baseline, may_be_missing=write_baseline)
    checked = check_files(options, paths, origin=origin, since=since, online=online)
    hold = write_anew if write_baseline else hold_against
    held = None if baseline is None else hold(baseline, old, checked)
    findings = (*(held or checked).findings, *(checked.online.findings if checked.online else ()))
    _show(options, checked, findings, held, form)
    if reaches((finding.severity for finding in findings), fail_on):
        return 1
    return EXIT_UNKNOWN if checked.online and not checked.online.answered else 0


def _since(revision: str | None, tenants: tuple[str, ...], logins: tuple[str, ...]) -> Since | None:
    from psfdns.cli.check.changing import Since

    if revision is not None:
        return Since(revision, tenants, logins)
    if tenants or logins:
        raise click.UsageError("--actor-tenant and --actor need --changed-since REV: whose change?")
    return None


def _show(
    options: Options, checked: Checked, findings: tuple[Diagnostic, ...], held: Held | None, form: str
) -> None:
    from psfdns.cli.views.escape import escape
    from psfdns.cli.views.findings import check_document, render, summarise
    from psfdns.cli.wiring import has_colour, talk

    document = check_document(
        findings,
        baseline=held.counts if held else None,
        online=checked.online.document if checked.online else None,
    )
    colour = has_colour(options, sys.stdout)
    click.echo(render(document, form, colour=colour, version=_version()), nl=False, color=colour or None)
    zones = "1 zone" if checked.zones == 1 else f"{checked.zones} zones"
    talk(options, f"{zones} checked: {summarise(document)}")
    for words in () if held is None else held.words:
        talk(options, escape(words))


def _explain(context: click.Context, code: str) -> int:
    from psfdns.cli.repository import unknown
    from psfdns.cli.views.rules import render_rule, rule_document
    from psfdns.cli.wiring import emit_json
    from psfdns.errors import UsageError
    from psfdns.rulebook import RULES

    given = click.core.ParameterSource.COMMANDLINE
    others = [
        parameter.opts[0] if isinstance(parameter, click.Option) else "PATH"
        for parameter in context.command.params
        if parameter.expose_value
        and parameter.name not in {"explain", "form"}
        and context.get_parameter_source(parameter.name or "") is given
    ]
    if others:
        raise UsageError(f"--explain looks at no file, so it goes without {others[0]}")
    rule = RULES.get(code.strip("[]").lower())
    if rule is None:
        raise unknown("code", code, RULES)
    document = rule_document(rule)
    if chosen_format(context.obj, context.params["form"]) == "json":
        emit_json(document)
    else:
        click.echo(render_rule(document), nl=False)
    return 0


def _version() -> str:
    from importlib.metadata import version

    return version("psfdns")
