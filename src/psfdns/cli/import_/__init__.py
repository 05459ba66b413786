"""`psfdns import`: live zones, or an exported file, become zone files; Route 53 is only read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand

if TYPE_CHECKING:
    from psfdns.cli.import_.importing import Outcome
    from psfdns.cli.import_.targets import Skipped, Target, Wish
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.settings import Vpc
    from psfdns.tenants.load import Repository


@click.command(
    "import",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns import --all                                 every zone of the account
  psfdns import python.org psf.io --tenant psf        two that no tenant holds yet
  psfdns import pyladies.example --from export.txt --tenant pyladies
  psfdns import python.org && psfdns plan python.org  which then has nothing to do
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    envvar="PSFDNS_ALL",
    help="Every live zone, also those that no file holds yet.",
)
@click.option("--tenant", metavar="TENANT", help="Whose the zones are that no tenant holds yet.")
@click.option(
    "--from",
    "exported",
    metavar="FILE",
    envvar="PSFDNS_FROM",
    help="Adopt an exported file (BIND, cli53) instead; AWS is not asked.",
)
@click.pass_obj
def command(
    options: Options, *, zones: tuple[str, ...], everything: bool, tenant: str | None, exported: str | None
) -> int:
    """Write live zones as zone files and adopt them; planning them then finds nothing to do.

    A file that is there keeps its comments, its order and the lines that are still true. What psfdns
    cannot say, or is another writer's, is listed and left alone. Nothing is written to Route 53.
    """
    from psfdns.cli.files import store_file
    from psfdns.cli.import_.importing import look_again, store_outcomes
    from psfdns.cli.import_.targets import Wish
    from psfdns.cli.import_.view import to_document
    from psfdns.cli.wiring import open_repository, open_workspace

    workspace = open_workspace(options)
    repository = open_repository(workspace)
    wish = Wish(zones, everything, tenant)
    skipped: list[Skipped] = []
    if exported is not None:
        outcomes = _adopt_export(workspace, repository, wish, exported)
    else:
        outcomes, skipped = _import_zones(workspace, repository, wish)
    store_outcomes(outcomes, store_file)
    outcomes = [look_again(outcome, workspace.config) for outcome in outcomes]
    return _show(options, to_document(outcomes, skipped))


def _adopt_export(workspace: Workspace, repository: Repository, wish: Wish, exported: str) -> list[Outcome]:
    from psfdns.cli.import_.exported import read_exported
    from psfdns.cli.import_.importing import import_exported
    from psfdns.cli.import_.targets import locate_file

    if len(wish.names) > 1 or wish.everything:
        raise click.UsageError("--from takes one file, and one zone at most")
    default_ttl = workspace.config.default_ttl
    name = wish.names[0] if wish.names else None
    found = read_exported(Path(exported), zone=name, default_ttl=default_ttl)
    file = locate_file(repository, found.label, tenant=wish.tenant, root=workspace.root)
    return [import_exported(file, found.parsed, default_ttl=default_ttl)]


def _import_zones(
    workspace: Workspace, repository: Repository, wish: Wish
) -> tuple[list[Outcome], list[Skipped]]:
    from psfdns.cli.import_.targets import choose_targets
    from psfdns.cli.planning import held_zones
    from psfdns.cli.wiring import open_access
    from psfdns.plans.match import match_zones

    if not wish.names and not wish.everything and wish.tenant is None:
        raise click.UsageError("name the zones, or say --all")
    if wish.names and wish.everything:
        raise click.UsageError("--all and ZONE exclude each other")
    access = open_access(workspace)
    hosted = access.host.list_zones()
    matching = match_zones(held_zones(repository), hosted, account=access.host.look_up_account())
    targets, skipped = choose_targets(wish, repository, hosted, matching, root=workspace.root)
    return _fetch(workspace, access, targets), skipped


def _fetch(workspace: Workspace, access: Access, targets: list[Target]) -> list[Outcome]:
    from psfdns.cli.import_.importing import import_live, refuse

    clear = [target for target in targets if not target.findings]
    lives = {live.hosted.id: live for live in access.host.fetch_zones(target.hosted for target in clear)}
    refused = {
        target.file.path: refuse(target.file, target.findings) for target in targets if target.findings
    }
    return list(refused.values()) + [
        import_live(
            target.file,
            lives[target.hosted.id],
            vpcs=_vpcs(access, target.hosted.id) if target.hosted.private else (),
            adopt=target.ambiguous,
            default_ttl=workspace.config.default_ttl,
        )
        for target in clear
    ]


def _vpcs(access: Access, zone_id: str) -> tuple[Vpc, ...]:
    """The VPCs of a private zone, which the list of zones does not tell."""
    from psfdns.settings import Vpc

    answer = access.api.call("GetHostedZone", "read the VPCs of a private zone", Id=zone_id)
    return tuple(Vpc(vpc["VPCRegion"], vpc["VPCId"]) for vpc in answer.get("VPCs", ()))


def _show(options: Options, document: dict[str, object]) -> int:
    """Say what was done; 1 where a zone could not be imported, or its file has errors."""
    from psfdns.cli.import_.view import has_failed, render_text
    from psfdns.cli.options import chosen_format
    from psfdns.cli.wiring import emit_json

    if chosen_format(options, None) == "json":
        emit_json(document)
    else:
        click.echo(render_text(document), nl=False)
    return 1 if has_failed(document) else 0
