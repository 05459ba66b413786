"""`psfdns certs verify`: what is served, compared with what the store holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from psfdns.cli.fail_on import decide_exit_code, fail_on_option
from psfdns.cli.options import Options, PsfdnsCommand, Verbosity, chosen_format

if TYPE_CHECKING:
    from psfdns.cli.certs.view_verify import Shape

EXIT_INVALID = 1


@click.command(
    "verify",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs verify                           every name of every certificate, and names that none covers
  psfdns certs verify wiki.python.org           the names of one certificate
  psfdns -q certs verify --fail-on warning      for cron: says what is wrong, else nothing
""",
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--tenant", metavar="TENANT", help="Only certificates and zones of this tenant.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), help="Default: text.")
@fail_on_option()
@click.pass_obj
def verify(
    options: Options, *, names: tuple[str, ...], tenant: str | None, shape: str | None, fail_on: str
) -> int:
    """Connect to each name that a certificate is for, and compare what is shown with the store.

    Each address is asked at port 443. A wildcard is tried at the names of our zones that it covers. Without
    NAME, names of our zones that no certificate covers are asked too: one that is served is a finding.
    Addresses that are not public are not connected to; with --sandbox, none but this machine's.

    Exit code 2: there is a finding; 3: something could not be checked; 1: a certs file has errors.
    """
    from psfdns.cli.certs.certifying import unknown_where_silent
    from psfdns.cli.certs.verifying import verify as verify_names
    from psfdns.cli.certs.view_verify import render_text, to_document
    from psfdns.cli.wiring import emit_json, has_colour, now, open_workspace

    wanted = chosen_format(options, shape)
    moment = now()
    with unknown_where_silent():
        verification = verify_names(open_workspace(options), names=names, tenant=tenant, now=moment)
    document = to_document(verification, now=moment)
    if wanted == "json":
        emit_json(document)
    else:
        quiet, whole = (options.verbosity is each for each in (Verbosity.QUIET, Verbosity.VERBOSE))
        colour = has_colour(options, sys.stdout)
        click.echo(render_text(document, colour=colour, quiet=quiet, whole=whole), nl=False)
    if verification.stands.faults:
        click.echo("error: certs files have errors: what they want was not looked at", err=True)
        return EXIT_INVALID
    return _exit_code(document, fail_on)


def _exit_code(document: Shape, fail_on: str) -> int:
    from psfdns.certs.served_rules import UNCHECKED

    known = [each["severity"] for each in document["findings"] if each["code"] != UNCHECKED.code]
    unknown = bool(document["summary"]["unchecked"] or document["skipped"])
    return decide_exit_code(known, fail_on, unknown=unknown)
