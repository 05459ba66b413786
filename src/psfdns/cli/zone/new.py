"""`psfdns zone new`: the files with which a tenant asks for a zone; neither AWS nor git is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.options import Options, PsfdnsCommand

if TYPE_CHECKING:
    from psfdns.cli.zone.requesting import NewZone

_OPTIONS = (
    click.option("--tenant", metavar="TENANT", help="Whose it is: a folder under zones/, which may be new."),
    click.option("--name", metavar="TEXT", help="Who the tenant is."),
    click.option("--kind", metavar="KIND", help="working-group, community-organisation or psf."),
    click.option("--approved", metavar="TEXT", help="The decision that approved or recognised the tenant."),
    click.option("--billing", metavar="WHO", help="Who pays for registrations: tenant or psf."),
    click.option(
        "--liaison",
        multiple=True,
        metavar="PERSON",
        help='Whom to talk to: "Name <mail>" or "Name <mail> @github"; may be repeated.',
    ),
    click.option("--team", metavar="@ORG/TEAM", help="The tenant's team at GitHub, for reviews."),
    click.option("--registrar", metavar="WHERE", help="Where it is registered: tenant, gandi or none."),
    click.option("--dnssec/--no-dnssec", default=None, help="Whether the zone shall be signed."),
    click.option("--comment", metavar="TEXT", help="What the zone is for."),
    click.option("--expires", metavar="DATE", help="When the registration ends, if no registry says so."),
    click.option("--ignore", multiple=True, metavar="PATTERN", help="Left to another writer; repeatable."),
    click.option("--protect", multiple=True, metavar="PATTERN", help="Not to change in passing; repeatable."),
    click.option("--delegation-set", metavar="ID", help='A reusable delegation set, or "none".'),
    click.option("--private", multiple=True, metavar="REGION:VPC", help="A private zone's VPCs; repeatable."),
    click.option(
        "--delegated",
        multiple=True,
        metavar="NAME=TENANT",
        help="A subzone that another tenant may hold; repeatable.",
    ),
    click.option(
        "--from",
        "exported",
        metavar="FILE",
        envvar="PSFDNS_FROM",
        help="Begin with an exported file (BIND, cli53).",
    ),
    click.option("--from-dns", is_flag=True, help="Begin with what its present name servers answer."),
    click.option("--from-issue", metavar="FILE|-", help="Take the answers from the body of an issue form."),
    click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing."),
)


def _with_options(function: Callable[..., int]) -> Callable[..., int]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command(
    "new",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns zone new pyladies.example                       asks for everything else
  psfdns zone new wiki.psf.io --tenant psf --registrar none
  psfdns zone new pyladies.example --tenant pyladies --from export.txt
  psfdns zone new pyladies.example --tenant pyladies --from-dns --dry-run
  psfdns zone new --from-issue body.md                   for a tenant who knows no git
""",
)
@click.argument("zone", required=False, metavar="[NAME[@VIEW]]")
@_with_options
@click.pass_obj
def command(options: Options, /, *, zone: str | None, **given: Any) -> int:
    """Write the files of a new zone, for a pull request: tenant.toml and a first zone file.

    What is missing is asked for on a terminal. Nothing that is there is overwritten; a tenant.toml that
    is there gets the zone's settings and keeps the rest. Route 53 is not asked and not changed.
    """
    from psfdns.cli.wiring import open_repository, open_workspace
    from psfdns.cli.zone.intake import answer
    from psfdns.cli.zone.new_files import hold_zones, store_new
    from psfdns.cli.zone.requesting import make_zone
    from psfdns.cli.zone.sources import choose_source

    if given["exported"] and given["from_dns"]:
        raise click.UsageError("--from and --from-dns exclude each other")
    workspace = open_workspace(options)
    root, default_ttl = workspace.root, workspace.config.default_ttl

    def make() -> NewZone:
        repository = open_repository(workspace)
        return make_zone(root, repository, request, source, default_ttl=default_ttl, sandbox=options.sandbox)

    request, records = answer(workspace, open_repository(workspace), zone, given)
    source = choose_source(workspace, request, given, records)
    if given["dry_run"]:
        return _show(options, make(), written=False)
    with hold_zones(root) as zones:
        made = make()
        store_new(zones, made.files)
    return _show(options, made, written=True)


def _show(options: Options, made: NewZone, *, written: bool) -> int:
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import emit_json, talk
    from psfdns.cli.zone.surveying import warnings_of
    from psfdns.cli.zone.view_new import render_text, to_document

    if made.source.survey is not None:
        for line in warnings_of(made.source.survey):
            talk(options, escape(line))
    document = to_document(made, written=written)
    if options.json:
        emit_json(document)
    else:
        click.echo(render_text(document), nl=False)
    return 0
