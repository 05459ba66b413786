"""`psfdns dnssec`: whether zones can be validated, and how that is begun, ended and renewed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfdns.cli.dnssec.procedure import continue_command, disable_command, enable_command, rotate_command
from psfdns.cli.fail_on import decide_exit_code, fail_on_option
from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup, Verbosity

if TYPE_CHECKING:
    from psfdns.cli.dnssec.signing import Target
    from psfdns.cli.dnssec.view import Shape
    from psfdns.tenants.load import Repository


@click.group("dnssec", cls=PsfdnsGroup)
def command() -> None:
    """Whether each zone can be validated, from the root down, at every server; and signing zones, safely."""


@command.command(
    "status",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns dnssec status                              every zone, the worst first
  psfdns dnssec status pypi.org --fail-on warning
  psfdns dnssec status pypi.org --svg pypi.org.svg  a picture of its chain
  psfdns dnssec status python.org                   a name without a zone file, too
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@fail_on_option()
@click.option(
    "--svg", metavar="FILE", type=click.Path(), help="Write a picture of the chains, '-' to stdout."
)
@click.pass_obj
def status(
    options: Options, *, zones: tuple[str, ...], tenant: str | None, fail_on: str, svg: str | None
) -> int:
    """Validate each zone from the trust anchor down, and say all that is wrong.

    Every address of every name server of parent and zone is asked: for DS, keys, apex, and proofs of what
    is not there; for each other record set of the zone file one server is. What Route 53 says of signing,
    KMS of the keys, and dnssec of tenant.toml, is held against that.

    Exit code 2: there is a finding; 3: something could not be asked.
    """
    from psfdns.cli.dnssec.view import render_text
    from psfdns.cli.dnssec.view_svg import render_svg
    from psfdns.cli.files import store_file
    from psfdns.cli.wiring import emit_json, has_colour
    from psfdns.errors import UsageError

    if svg == "-" and options.json:
        raise UsageError("--svg - and --json exclude each other: both write to stdout")
    document = _examine(options, zones, tenant)
    to_stderr = svg == "-"
    if to_stderr:
        click.echo(render_svg(document), nl=False)
    if options.json:
        emit_json(document)
    else:
        colour = has_colour(options, sys.stderr if to_stderr else sys.stdout)
        text = render_text(
            document,
            colour=colour,
            quiet=options.verbosity is Verbosity.QUIET,
            whole=options.verbosity is Verbosity.VERBOSE or bool(zones),
        )
        click.echo(text, nl=False, err=to_stderr)
    if svg is not None and not to_stderr:
        store_file(Path(svg), render_svg(document))
    return _exit_code(document, fail_on)


def _examine(options: Options, zones: tuple[str, ...], tenant: str | None) -> Shape:
    from psfdns.cli.delegation.delegating import Inspection, read_account
    from psfdns.cli.descent import Descent
    from psfdns.cli.dnssec.keys_in_kms import KeysInKms
    from psfdns.cli.dnssec.registry import open_registry_side
    from psfdns.cli.dnssec.signing import Examination
    from psfdns.cli.dnssec.view import to_document
    from psfdns.cli.resolving import open_anchors, open_chain_means, open_means
    from psfdns.cli.wiring import now, open_access, open_repository, open_workspace, talk

    workspace = open_workspace(options)
    repository = open_repository(workspace)
    targets = _choose(repository, zones, tenant)
    access = open_access(workspace)
    moment = now()
    descent = Descent(open_chain_means(workspace, access), open_anchors(workspace), moment)
    if sys.stderr.isatty():
        talk(options, "asking parents and name servers: a minute or more if they are silent")
    account = read_account(access, repository)
    inspection = Inspection(workspace, access, repository, account, open_means(workspace, access))
    keys, registry = KeysInKms(access, account.name), open_registry_side(workspace)
    examined = Examination(inspection, descent, keys, registry).examine_all(targets)
    return to_document(examined, account=account.name, checked_at=moment)


def _choose(repository: Repository, zones: Sequence[str], tenant: str | None) -> list[Target]:
    """The zone files that are meant, and names without one, where no tenant narrows them."""
    from psfdns.cli.dnssec.signing import Target
    from psfdns.cli.repository import select_zones, zone_argument

    held = {file.origin for file in repository.zone_files}
    others = {
        name: zone_argument(name)
        for name in zones
        if tenant is None and "@" not in name and zone_argument(name) not in held
    }
    known = [name for name in zones if name not in others]
    files = select_zones(repository, names=known, tenant=tenant) if known or not zones else ()
    return [*(Target(file.origin, file) for file in files), *map(Target, dict.fromkeys(others.values()))]


def _exit_code(document: Shape, fail_on: str) -> int:
    severities = (finding["severity"] for zone in document["zones"] for finding in zone["findings"])
    return decide_exit_code(severities, fail_on, unknown=document["summary"]["indeterminate"] > 0)


for _procedure in (enable_command, disable_command, rotate_command, continue_command):
    command.add_command(_procedure)
