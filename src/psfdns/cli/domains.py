"""`psfdns domains`: every domain of every tenant, when it ends, and what is ordered at the registrar."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup, Verbosity

if TYPE_CHECKING:
    from psfdns.cli.registering import Listing

EXIT_FOUND = 2
EXIT_UNKNOWN = 3


@click.group("domains", cls=PsfdnsGroup)
def command() -> None:
    """The registrar: no domain is lost. Gandi is asked with the token of GANDI_PAT, registries by RDAP."""


@command.command(
    "list",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains list                           every domain, what ends first above
  psfdns domains list --tenant pyladies --json
  psfdns domains list --fail-on warning         for cron: exit 2 when there is something to do
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only domains of this tenant.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity that makes the exit code 2.",
)
@click.pass_obj
def list_command(options: Options, *, zones: tuple[str, ...], tenant: str | None, fail_on: str) -> int:
    """Say of every domain when it ends, who renews it and whether the money is there.

    Domains with registrar = "gandi" are looked up at Gandi, others in their registry's RDAP, once a day.
    Where no registry tells, `expires` of tenant.toml counts. What is not known is said to be unknown.

    Exit code 2: there is a finding; 3: something could not be asked.
    """
    from psfdns.cli.registering import list_domains
    from psfdns.cli.views.domains import render_text, to_document
    from psfdns.cli.wiring import emit_json, has_colour, open_repository, open_workspace

    workspace = open_workspace(options)
    listing = list_domains(workspace, open_repository(workspace), names=zones, tenant=tenant)
    document = to_document(listing)
    if options.json:
        emit_json(document)
    else:
        quiet = options.verbosity is Verbosity.QUIET
        text = render_text(document, colour=has_colour(options, sys.stdout), quiet=quiet)
        click.echo(text, nl=False)
    return _exit_code(listing, fail_on)


def _exit_code(listing: Listing, fail_on: str) -> int:
    """What is wrong is worse than what is not known, which is never well."""
    from psfdns.diagnostics import Severity

    if any(finding.severity.rank <= Severity(fail_on).rank for finding in listing.findings):
        return EXIT_FOUND
    unknown = listing.gandi_unknown is not None or any(domain.unknown for domain in listing.domains)
    return EXIT_UNKNOWN if unknown else 0
