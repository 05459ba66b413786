"""`psfdns delegation`: is the domain pointed at us, and the text for whoever can set that."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from psfdns.cli.fail_on import decide_exit_code, fail_on_option
from psfdns.cli.options import Options, PsfdnsCommand, Verbosity

if TYPE_CHECKING:
    from psfdns.cli.delegation.view import Shape


@click.command(
    "delegation",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns delegation                                      every zone, the worst first
  psfdns delegation pyladies.org --fail-on warning
  psfdns delegation pyladies.org --instructions | mail   the message for its liaisons
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@click.option("--instructions", is_flag=True, help="Write the message for whoever sets the name servers.")
@fail_on_option()
@click.pass_obj
def command(
    options: Options, *, zones: tuple[str, ...], tenant: str | None, instructions: bool, fail_on: str
) -> int:
    """Ask every server of the parent, and every name server, whether they lead to our zone.

    The parent has to name exactly the servers that Route 53 assigned, or, under apex = "managed", those
    of the zone file. Each address is asked over UDP and TCP, with EDNS and without.

    Exit code 2: there is a finding; 3: something could not be asked.
    """
    from psfdns.cli.delegation.view import render_instructions, render_text
    from psfdns.cli.wiring import emit_json, has_colour

    document = _inspect(options, zones, tenant, with_instructions=instructions)
    colour = has_colour(options, sys.stderr if instructions else sys.stdout)
    quiet = options.verbosity is Verbosity.QUIET
    if options.json:
        emit_json(document)
    elif instructions:
        click.echo(render_instructions(document), nl=False)
        click.echo(render_text(document, colour=colour, quiet=quiet), nl=False, err=True)
    else:
        click.echo(render_text(document, colour=colour, quiet=quiet), nl=False)
    return _exit_code(document, fail_on)


def _inspect(
    options: Options, zones: tuple[str, ...], tenant: str | None, *, with_instructions: bool
) -> Shape:
    from psfdns.cli.delegation.delegating import Inspection, read_account
    from psfdns.cli.delegation.view import to_document
    from psfdns.cli.repository import select_zones
    from psfdns.cli.resolving import open_means
    from psfdns.cli.wiring import now, open_access, open_repository, open_workspace, talk

    workspace = open_workspace(options)
    repository = open_repository(workspace)
    files = select_zones(repository, names=zones, tenant=tenant)
    access = open_access(workspace)
    if sys.stderr.isatty():
        talk(options, "asking parents and name servers: a minute or more if they are silent")
    account = read_account(access, repository)
    inspection = Inspection(workspace, access, repository, account, open_means(workspace, access))
    looked = inspection.look_at_all(files)
    return to_document(looked, account=account.name, checked_at=now(), with_instructions=with_instructions)


def _exit_code(document: Shape, fail_on: str) -> int:
    severities = (finding["severity"] for zone in document["zones"] for finding in zone["findings"])
    return decide_exit_code(severities, fail_on, unknown=document["summary"]["unknown"] > 0)
