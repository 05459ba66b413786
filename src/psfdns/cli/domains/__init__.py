"""`psfdns domains`: every domain of every tenant, when it ends, and what is ordered at the registrar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from psfdns.cli.domains.remind import remind_command
from psfdns.cli.fail_on import EXIT_FOUND, EXIT_UNKNOWN, decide_exit_code, fail_on_option
from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup, Verbosity

if TYPE_CHECKING:
    from psfdns.cli.domains.registering import Listing
    from psfdns.registrar.placed import Placed


@click.group("domains", cls=PsfdnsGroup)
def command() -> None:
    """The registrar: no domain is lost. Gandi is asked with the token of GANDI_PAT, registries by RDAP."""


@command.command(
    "list",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains list                           every domain, what ends first above
  psfdns domains list -v python.org             name servers, DS, status, price and balance, too
  psfdns domains list --tenant pyladies --json
  psfdns domains list --fail-on warning         for cron: exit 2 when there is something to do
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only domains of this tenant.")
@fail_on_option()
@click.pass_obj
def list_command(options: Options, *, zones: tuple[str, ...], tenant: str | None, fail_on: str) -> int:
    """Say of every domain when it ends, who renews it and whether the money is there.

    Domains with registrar = "gandi" are looked up at Gandi, others in their registry's RDAP, once a day.
    Where no registry tells, `expires` of tenant.toml counts. What is not known is said to be unknown.

    Exit code 2: there is a finding; 3: something could not be asked.
    """
    from psfdns.cli.domains.registering import list_domains
    from psfdns.cli.domains.view import render_text, to_document
    from psfdns.cli.wiring import emit_json, has_colour, open_repository, open_workspace

    workspace = open_workspace(options)
    listing = list_domains(workspace, open_repository(workspace), names=zones, tenant=tenant)
    document = to_document(listing)
    if options.json:
        emit_json(document)
    else:
        colour, spoken = has_colour(options, sys.stdout), options.verbosity
        quiet, verbose = spoken is Verbosity.QUIET, spoken is Verbosity.VERBOSE
        click.echo(render_text(document, colour=colour, quiet=quiet, verbose=verbose), nl=False)
    return _exit_code(listing, fail_on)


def _exit_code(listing: Listing, fail_on: str) -> int:
    unknown = listing.gandi_unknown is not None or any(domain.unknown for domain in listing.domains)
    return decide_exit_code((each.severity for each in listing.findings), fail_on, unknown=unknown)


def _order_options(function: Callable[..., int]) -> Callable[..., int]:
    """What every order takes."""
    function = click.option("--yes", is_flag=True, help="Do not ask.")(function)
    return click.option(
        "--wait",
        type=click.IntRange(0, 3600),
        default=60,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait until it shows.",
    )(function)


@command.command(
    "renew",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains renew pyladies.org             shows price and balance, and asks
  psfdns domains renew pyladies.org --years 2
""",
)
@click.argument("name")
@click.option("--years", type=click.IntRange(1, 9), default=1, show_default=True, help="For how long.")
@click.option("--again", is_flag=True, help="Also if it was renewed within the last 24 hours.")
@_order_options
@click.pass_obj
def renew_command(options: Options, *, name: str, years: int, again: bool, yes: bool, wait: float) -> int:
    """Renew a domain at Gandi, and wait until its new end shows.

    Where an order of the last 24 hours has no known end, none is sent: this waits for that one.

    Exit code 3: it is ordered, or may be, and does not show yet.
    """
    from psfdns.cli.domains.renewal import renew
    from psfdns.cli.wiring import open_workspace

    workspace = open_workspace(options)
    return _show(options, renew(workspace, name, years=years, yes=yes, again=again, wait=wait))


@command.command(
    "set-ns",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains set-ns pyladies.org            to the name servers of its zone at Route 53
  psfdns domains set-ns pyladies.org --back     to those that it had before
""",
)
@click.argument("name")
@click.option("--back", is_flag=True, help="To the name servers of before the last order.")
@_order_options
@click.pass_obj
def set_ns_command(options: Options, *, name: str, back: bool, yes: bool, wait: float) -> int:
    """Set a domain's name servers at Gandi to those of its zone.

    Refused where one of them does not answer for the zone, and where a DS at the registrar or the parent
    would make the domain bogus. What was set before is in the journal.

    Exit code 2: Gandi shows it, and not every server of the parent does yet; 3: Gandi does not either.
    """
    from psfdns.cli.domains.repointing import set_nameservers
    from psfdns.cli.wiring import open_workspace

    workspace = open_workspace(options)
    return _show(options, set_nameservers(workspace, name, back=back, yes=yes, wait=wait))


@command.command(
    "lock",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains lock pyladies.org          nobody can transfer it away
  psfdns domains lock pyladies.org --off    before a transfer that is wanted
""",
)
@click.argument("name")
@click.option("--off", is_flag=True, help="Unlock it.")
@_order_options
@click.pass_obj
def lock_command(options: Options, *, name: str, off: bool, yes: bool, wait: float) -> int:
    """Lock a domain at Gandi against transfers, or unlock it.

    Exit code 3: it is ordered, or may be, and does not show yet.
    """
    from psfdns.cli.domains.renewal import switch_lock
    from psfdns.cli.wiring import open_workspace

    return _show(options, switch_lock(open_workspace(options), name, on=not off, yes=yes, wait=wait))


@command.command(
    "autorenew",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns domains autorenew pyladies.org         Gandi renews it as long as there is money
  psfdns domains autorenew pyladies.org --off
""",
)
@click.argument("name")
@click.option("--off", is_flag=True, help="Nobody renews it by itself any more.")
@_order_options
@click.pass_obj
def autorenew_command(options: Options, *, name: str, off: bool, yes: bool, wait: float) -> int:
    """Have Gandi renew a domain by itself, or not any more.

    Exit code 3: it is ordered, or may be, and does not show yet.
    """
    from psfdns.cli.domains.renewal import switch_autorenew
    from psfdns.cli.wiring import open_workspace

    return _show(options, switch_autorenew(open_workspace(options), name, on=not off, yes=yes, wait=wait))


def _show(options: Options, placed: Placed) -> int:
    """Say how it stands; what does not show yet is never well."""
    from psfdns.cli.domains.view_domain_order import render_text, to_document
    from psfdns.cli.wiring import emit_json

    document = to_document(placed)
    if options.json:
        emit_json(document)
    else:
        click.echo(render_text(document), nl=False)
    if document["state"] not in {None, "done"}:
        return EXIT_UNKNOWN
    return EXIT_FOUND if placed.parents_agree is False else 0


command.add_command(remind_command)
