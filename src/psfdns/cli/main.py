"""The command line's door: errors become words and exit codes here and nowhere else.

Exit codes (docs/contract.md §3): 0 done, 1 could not be done, 2 look at this, 3 could not be checked,
64 wrong usage. stdout is data, stderr is talk; a hint stands on its own line.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence

import click

from psfdns.cli.options import LazyGroup, Options

EXIT_FAILED = 1
EXIT_UNKNOWN = 3
EXIT_USAGE = 64

COMMANDS = {
    "check": ("psfdns.cli.check", "What is wrong with the files, at file and line; offline."),
    "plan": ("psfdns.cli.plan", "What apply would do, record set by record set."),
    "apply": ("psfdns.cli.apply", "Show the plan, ask, do it, and see that it is done."),
    "import": ("psfdns.cli.import_", "Write live zones, or an exported file, as zone files."),
    "drift": ("psfdns.cli.drift", "Is Route 53 still what the files say?"),
    "delegation": ("psfdns.cli.delegation", "Do parents name our name servers? And the text to ask for it."),
    "dnssec": ("psfdns.cli.dnssec", "Can each zone be validated? And signing: on, off, with another key."),
    "history": ("psfdns.cli.history", "What was applied and ordered, when, by whom, from which commit."),
    "rollback": ("psfdns.cli.rollback", "Undo an apply, as a plan of its own."),
    "zone": ("psfdns.cli.zone", "Zones as a whole: ask for one, delete one safely."),
    "tenants": ("psfdns.cli.tenants", "Who is who, who could not be told, and notices to them."),
    "domains": ("psfdns.cli.domains", "When domains end, and who pays; renewing, name servers, locks."),
    "certs": ("psfdns.cli.certs", "Certificates: what is wanted, what is there, what is due."),
    "status": ("psfdns.cli.status", "One picture of everything: a line a zone, the worst first."),
    "sandbox": ("psfdns.cli.sandbox", "The embedded Route 53: serve it, or forget it."),
    "completion": ("psfdns.cli.completion", "Print the completion script of a shell."),
}


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: psfdns --sandbox plan",
)
@click.version_option(package_name="psfdns", prog_name="psfdns")
@click.pass_context
def cli(context: click.Context) -> None:
    """DNS from files in a repository: zones/ is the truth, Route 53 is made to agree.

    The global options may also stand behind the command.
    """
    context.ensure_object(Options)


ALLOCATIONS_BETWEEN_COLLECTIONS = 200_000
"""Python's 700 make it look for cycles, of which a zone of values has none, for a fifth of the time."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and exit."""
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code, and never lets a traceback out."""
    _open_closed_streams()
    options = Options()
    try:
        outcome = cli.main(args=list(arguments), prog_name="psfdns", standalone_mode=False, obj=options)
        code = outcome if isinstance(outcome, int) else 0
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away: nobody is left to tell.
        _give_up_output()
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 - the one place where everything is translated
        return report(error, options)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        return EXIT_FAILED
    return code


def _open_closed_streams() -> None:
    """A stream that was closed before we began goes nowhere, and its number to no file that we open."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _give_up_output() -> None:
    """What is still buffered for stdout goes nowhere, lest the interpreter try again at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(error: BaseException, options: Options | None = None) -> int:
    """Say on stderr what went wrong, and with --json on stdout too; returns the exit code."""
    from psfdns.errors import PsfdnsError

    if options is not None and options.json and not options.emitted:
        _emit_error(error)

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        click.echo("stopped", err=True)
        return EXIT_FAILED
    if isinstance(error, click.UsageError):
        error.show()
        return EXIT_USAGE
    if isinstance(error, click.ClickException):
        error.show()
        return EXIT_FAILED
    if isinstance(error, PsfdnsError):
        return _report_own(error)
    if isinstance(error, OSError) and error.strerror:
        return _report_system(error)
    return _report_unforeseen(error)


def _emit_error(error: BaseException) -> None:
    """`psfdns-error/1`, where the command came to no document of its own."""
    from psfdns.cli.views.findings import finding_document
    from psfdns.cli.wiring import emit_json

    if isinstance(error, click.exceptions.Exit):
        return
    summary = error.format_message() if isinstance(error, click.ClickException) else str(error)
    findings = [finding_document(finding) for finding in getattr(error, "diagnostics", ())]
    hint = getattr(error, "hint", None)
    emit_json({"format": "psfdns-error/1", "error": summary, "hint": hint, "findings": findings})


def _report_own(error: BaseException) -> int:
    from psfdns.cli.views.escape import escape
    from psfdns.cli.views.findings import render_text
    from psfdns.errors import InvalidInputError, PlanRefusedError, PsfdnsError, UnknownError, UsageError

    assert isinstance(error, PsfdnsError)  # noqa: S101 - `report` looked
    if isinstance(error, InvalidInputError | PlanRefusedError):
        click.echo(render_text(error.diagnostics), err=True, nl=False)
    click.echo(f"error: {escape(error.summary)}", err=True)
    if error.hint:
        lines = [escape(line) for line in error.hint.splitlines()]
        click.echo("hint: " + "\n      ".join(lines), err=True)
    if isinstance(error, UsageError):
        return EXIT_USAGE
    return EXIT_UNKNOWN if isinstance(error, UnknownError) else EXIT_FAILED


def _report_system(error: OSError) -> int:
    """A full disk, a refused file: the machine's no, in its own words."""
    from psfdns.cli.views.escape import escape

    if os.environ.get("PSFDNS_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    try:
        sys.stdout.flush()
    except OSError:
        _give_up_output()
    where = str(error.filename) if error.filename else "reading or writing"
    click.echo(f"error: {escape(where)}: {error.strerror}", err=True)
    return EXIT_FAILED


def _report_unforeseen(error: BaseException) -> int:
    """An error nobody planned for: one line, with the traceback only where it is asked for."""
    from psfdns.cli.views.escape import escape

    if os.environ.get("PSFDNS_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    click.echo(f"error: psfdns itself failed: {type(error).__name__}: {escape(str(error))}", err=True)
    click.echo(
        "hint: this is a defect; run again with PSFDNS_TRACEBACK=1 and report what it prints", err=True
    )
    return EXIT_FAILED


if __name__ == "__main__":
    main()
