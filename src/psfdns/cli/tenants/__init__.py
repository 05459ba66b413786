"""`psfdns tenants`: who is who, and notices to those whom something concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup, chosen_format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psfdns.cli.wiring import Workspace
    from psfdns.diagnostics import Diagnostic
    from psfdns.tenants.load import Repository


class _ListingGroup(PsfdnsGroup):
    """A group that lists tenants where none of its commands is named."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """`tenants jython` is `tenants list jython`."""
        asks_for_help = any(arg in {"-h", "--help"} for arg in args)
        if not asks_for_help and not any(arg in self.commands for arg in args):
            args = ["list", *args]
        return super().parse_args(context, args)


@click.group("tenants", cls=_ListingGroup)
def command() -> None:
    """Who is who: kind, approval, who pays, liaisons, zones, certificates, domains.

    psfdns tenants [TENANT...] lists them, or shows everything of those that are named, with what was
    found about them: addresses that a mail server refused, changes that nobody could be told of.
    """


@command.command(
    "list",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns tenants                     a line a tenant (psfdns tenants list is the same)
  psfdns tenants list jython         everything of one
  psfdns tenants --json              for programs
""",
)
@click.argument("slugs", nargs=-1, metavar="[TENANT]...")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), help="Default: text.")
@click.pass_obj
def list_(options: Options, *, slugs: tuple[str, ...], shape: str | None) -> int:
    """List tenants, or show everything of those that are named."""
    from psfdns.cli.certs.certificates import open_manifests
    from psfdns.cli.repository import choose_tenants
    from psfdns.cli.tenants.view import render_table, render_tenants, tenant_shape, to_document
    from psfdns.cli.wiring import emit_json, open_repository, open_workspace

    wanted = chosen_format(options, shape)
    workspace = open_workspace(options)
    repository = open_repository(workspace)
    chosen = choose_tenants(repository, slugs) or sorted(repository.tenants)
    manifests = open_manifests(workspace, repository)
    found, others = _findings(workspace, repository, manifests.findings)
    shapes = []
    for slug in chosen:
        files = [file for file in repository.zone_files if file.tenant == slug]
        names = [certificate.name for certificate in manifests.of(slug)]
        shapes.append(tenant_shape(repository.tenants[slug], files, names, found.get(slug, ())))
    document = to_document(shapes, () if slugs else others)
    if wanted == "json":
        emit_json(document)
    else:
        click.echo((render_tenants if slugs else render_table)(document), nl=False)
    return 0


def _findings(
    workspace: Workspace, repository: Repository, of_certificates: Iterable[Diagnostic]
) -> tuple[dict[str, list[Diagnostic]], list[Diagnostic]]:
    """Those about each tenant, from the files and from what is remembered; and those about none."""
    from psfdns.cli.delivering import open_memory
    from psfdns.notify.findings import judge_tenant
    from psfdns.tenants.change import owner_of

    known = open_memory(workspace).load()
    found = {slug: list(judge_tenant(tenant, known)) for slug, tenant in repository.tenants.items()}
    others: list[Diagnostic] = []
    for finding in (*repository.findings, *of_certificates):
        path = finding.span.path if finding.span else ""
        found.get(owner_of(path) or "", others).append(finding)
    return found, others


@command.command(
    "codeowners",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns tenants codeowners > .github/CODEOWNERS
""",
)
@click.pass_obj
def codeowners(options: Options) -> int:
    """Print a CODEOWNERS file: whom GitHub asks for approval of which files.

    The staff stand in every line, and the team and liaisons of a tenant in those of its own files. psfdns
    check warns once the tenants' files say something else than a file that was made so.
    """
    from psfdns.cli.wiring import emit_json, open_repository, open_workspace
    from psfdns.errors import InvalidInputError, PsfdnsError
    from psfdns.tenants.actor import staff_owners
    from psfdns.tenants.codeowners import owner_lines, render_codeowners

    repository = open_repository(open_workspace(options))
    broken = _broken_tenant_files(repository)
    if broken:
        raise InvalidInputError(broken)
    if not staff_owners(repository.tenants):
        raise PsfdnsError(
            "nobody of the staff has a team or a GitHub handle, so the file would ask nobody",
            hint='say [owners] team = "@org/team", or a liaison\'s github = "handle", in tenant.toml of the '
            'tenant of kind = "psf"',
        )
    text = render_codeowners(repository.tenants)
    if options.json:
        rules = [{"pattern": pattern, "owners": names} for pattern, names in owner_lines(repository.tenants)]
        emit_json({"format": "psfdns-codeowners/1", "rules": rules, "text": text})
    else:
        click.echo(text, nl=False)
    return 0


def _broken_tenant_files(repository: Repository) -> list[Diagnostic]:
    """Errors of a tenant.toml: without its lines the file would ask the wrong people."""
    from psfdns.diagnostics import Severity
    from psfdns.tenants.names import TENANT_FILE

    return [
        finding
        for finding in repository.findings
        if finding.severity is Severity.ERROR and finding.span and finding.span.path.endswith(TENANT_FILE)
    ]


@command.command(
    "announce",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns tenants announce --matching lb.nyc1.psf.io --subject 'Load balancer moves' --file notice.txt
  psfdns tenants announce python.org --subject 'New name servers' --when '2026-12-01 18:00 UTC'
  psfdns tenants announce --tenant jython --subject 'Hello' --file - --yes < notice.txt
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", "slugs", multiple=True, metavar="TENANT", help="Only this tenant; may be repeated.")
@click.option(
    "--matching",
    multiple=True,
    metavar="TARGET",
    help="Only those whose record sets lead to this name, address or network; may be repeated.",
)
@click.option("--subject", required=True, metavar="TEXT", help="The subject, one line.")
@click.option("--file", "path", metavar="FILE", help="The text, - for stdin (default: your editor).")
@click.option("--when", metavar="TEXT", help="When it happens, as it shall be read.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--again", is_flag=True, help="Send it to those who got it already, too.")
@click.option("--dry-run", is_flag=True, help="Show it with its recipients, and send nothing.")
@click.pass_obj
def announce(
    options: Options,
    *,
    zones: tuple[str, ...],
    slugs: tuple[str, ...],
    matching: tuple[str, ...],
    subject: str,
    path: str | None,
    when: str | None,
    yes: bool,
    again: bool,
    dry_run: bool,
) -> int:
    """Write to the liaisons of those whom something concerns: a maintenance, a move, an end.

    Zones, tenants and targets narrow each other; without any of them every tenant is meant. Each tenant
    gets one mail, with what of theirs is concerned. Who got this very notice already does not get it
    twice. Without a terminal and --yes nothing is sent.
    """
    from psfdns.cli.tenants.announcing import Notice, carry_out, check_line, compose, read_text
    from psfdns.cli.tenants.concerned import Selection
    from psfdns.cli.wiring import open_workspace

    workspace = open_workspace(options)
    notice = Notice(check_line("--subject", subject), when and check_line("--when", when))
    selection = Selection(zones, slugs, matching)
    composed = compose(workspace, selection, notice, lambda: read_text(path, notice))
    return carry_out(workspace, composed, yes=yes, again=again, dry_run=dry_run)
