"""`psfdns certs`: certificates wanted, how they stand, and certbot's taken over."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.certs.account import account
from psfdns.cli.certs.deploy import deploy
from psfdns.cli.certs.issue import delegate, issue, renew, revoke
from psfdns.cli.certs.verify import verify
from psfdns.cli.fail_on import decide_exit_code, fail_on_option
from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup, chosen_format

if TYPE_CHECKING:
    from psfdns.cli.certs.view import Shape

EXIT_INVALID = 1


@click.group("certs", cls=PsfdnsGroup)
def command() -> None:
    """The life of certificates: what is wanted, what is there, what is due."""


def _selecting(function: Callable[..., Any]) -> Callable[..., Any]:
    """What `list` and `plan` share."""
    for decorate in (
        click.pass_obj,
        fail_on_option(),
        click.option("--format", "shape", type=click.Choice(["text", "json"]), help="Default: text."),
        click.option("--tenant", metavar="TENANT", help="Only certificates of this tenant."),
        click.argument("names", nargs=-1, metavar="[NAME]..."),
    ):
        function = decorate(function)
    return function


@command.command(
    "list",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs list                       every certificate that is wanted
  psfdns certs list --tenant jython
  psfdns certs list --json --fail-on warning
""",
)
@_selecting
def list_(
    options: Options, *, names: tuple[str, ...], tenant: str | None, shape: str | None, fail_on: str
) -> int:
    """Say what the store holds of the certificates wanted; nothing is asked of anybody.

    NAME is a certificate's name, as its certs file gives it. Names that are wanted, and that what is there
    is not for, stand with "not" before them. Exit code 2: there is a finding; 3: the store, or part of it,
    could not be read; 1: a certs file has errors.
    """
    from psfdns.cli.certs.view import render_list

    return _show(options, render_list, names=names, tenant=tenant, shape=shape, fail_on=fail_on)


@command.command(
    "plan",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs plan                       what a renewal would do now, and when each becomes due
  psfdns certs plan wiki.python.org
""",
)
@_selecting
def plan(
    options: Options, *, names: tuple[str, ...], tenant: str | None, shape: str | None, fail_on: str
) -> int:
    """Say which certificates are due, or when they will be, and why; nothing is asked of anybody.

    A certificate is due when it is missing, revoked or expired, when its names, key or profile are not
    those wanted, when the CA suggests it (ARI), else after a fraction of its lifetime. Where a name that was
    added cannot be had, the others are renewed at their time, which is said too. Exit codes as those of
    `certs list`: being due is no finding.
    """
    from psfdns.cli.certs.view import render_plan

    return _show(options, render_plan, names=names, tenant=tenant, shape=shape, fail_on=fail_on)


@command.command(
    "import",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs import --dry-run                       what would be taken over from /etc/letsencrypt
  psfdns certs import
  psfdns certs import --from /srv/letsencrypt wiki.python.org
  psfdns certs import --group ssl-cert --combined     keys that a group reads, and one file for HAProxy
""",
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "source",
    default="/etc/letsencrypt",
    show_default=True,
    metavar="DIR",
    help="The folder that holds certbot's live/, archive/ and renewal/.",
)
@click.option("--owner", metavar="USER", help="Give the store to this user.")
@click.option("--group", metavar="GROUP", help="Let this group read the store: 0750 and 0640.")
@click.option("--combined", is_flag=True, help="Write combined.pem too: the full chain, then the key.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.pass_obj
def import_(
    options: Options,
    *,
    names: tuple[str, ...],
    source: str,
    owner: str | None,
    group: str | None,
    combined: bool,
    dry_run: bool,
) -> int:
    """Take certbot's certificates into the store, with their keys and the sets from before.

    Nothing of certbot's is changed, and no certificate of the store that is as new or newer. What no certs
    file wants yet is printed as it would stand there. Later sets are written as these are: combined.pem,
    owner and group stay.
    """
    from pathlib import Path

    from psfdns.cli.certs.adopting import Fate, adopt_all, choose_shape
    from psfdns.cli.certs.certificates import open_manifests
    from psfdns.cli.certs.storing import open_store
    from psfdns.cli.certs.view_import import render_text, to_document
    from psfdns.cli.wiring import emit_json, open_repository, open_workspace

    workspace = open_workspace(options)
    shape = choose_shape(owner=owner, group=group, combined=combined)
    settings = workspace.config.acme
    store = open_store(workspace, doing="certs import")
    adopted = adopt_all(store, Path(source), names, settings=settings, shape=shape, dry_run=dry_run)
    wanted = {each.name for each in open_manifests(workspace, open_repository(workspace)).certificates}
    document = to_document(adopted, source=source, store=store.where, wanted=wanted, dry_run=dry_run)
    if options.json:
        emit_json(document)
    else:
        click.echo(render_text(document), nl=False)
    return EXIT_INVALID if any(each.fate is Fate.ERROR for each in adopted) else 0


def _show(
    options: Options,
    render: Callable[..., str],
    *,
    names: tuple[str, ...],
    tenant: str | None,
    shape: str | None,
    fail_on: str,
) -> int:
    from psfdns.cli.certs.certifying import look_at_store, unknown_where_silent
    from psfdns.cli.certs.view import to_document
    from psfdns.cli.wiring import emit_json, has_colour, now, open_workspace

    wanted = chosen_format(options, shape)
    with unknown_where_silent():
        stands = look_at_store(open_workspace(options), names=names, tenant=tenant)
    document = to_document(stands.standings, (*stands.faults, *stands.others), now=now())
    if wanted == "json":
        emit_json(document)
    else:
        click.echo(render(document, colour=has_colour(options, sys.stdout)), nl=False)
    if stands.faults:
        click.echo("error: certs files have errors: nothing of them is renewed", err=True)
        return EXIT_INVALID
    return _exit_code(document, fail_on)


def _exit_code(document: Shape, fail_on: str) -> int:
    severities = (finding["severity"] for finding in document["findings"])
    unknown = any(each["due"] is None for each in document["certificates"])
    return decide_exit_code(severities, fail_on, unknown=unknown)


for _command in (verify, issue, renew, deploy, delegate, revoke, account):
    command.add_command(_command)
