"""`psfdns certs deploy`: what the store holds is brought to its targets now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity

if TYPE_CHECKING:
    from psfdns.certs.deploying import Delivery
    from psfdns.certs.status import Standing
    from psfdns.cli.certs.delivering import Deploys
    from psfdns.cli.certs.issuing import Job

EXIT_FAILED = 1


@click.command(
    "deploy",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs deploy wiki.python.org                   to all of its targets that do not have it
  psfdns certs deploy wiki.python.org --target salt
  psfdns certs deploy wiki.python.org --force           also to those that have it: after a restore, say
""",
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--target", "targets", multiple=True, metavar="TARGET", help="Only to this target; repeatable.")
@click.option("--force", is_flag=True, help="Again, where it is already.")
@click.pass_obj
def deploy(options: Options, *, names: tuple[str, ...], targets: tuple[str, ...], force: bool) -> int:
    """Bring certificates of the store to the targets that their certs file names.

    `certs renew` does so by itself, and tries again in each run what has failed. NAME is a certificate's
    name. Exit code 1: one did not arrive; the others are brought all the same.
    """
    from psfdns.cli.certs.issuing import open_job
    from psfdns.cli.certs.view_deploy import to_document
    from psfdns.cli.wiring import emit_json, open_workspace

    job = open_job(open_workspace(options), doing="certs deploy")
    with job.store.held():
        deploys, holding = _deploy(job, names, targets, force=force)
    document = to_document(deploys, holding)
    if options.json:
        emit_json(document)
    else:
        report_deploys(options, deploys, holding)
    return 0 if deploys.is_well else EXIT_FAILED


def _deploy(
    job: Job, names: Sequence[str], targets: Sequence[str], *, force: bool
) -> tuple[Deploys, list[Delivery]]:
    """What became of what was due, and what was not due. Raises UsageError, PsfdnsError."""
    from psfdns.certs.deploying import find_deliveries
    from psfdns.cli.certs.delivering import deploy as bring
    from psfdns.cli.certs.issuing import bring_here, look_at_named

    standings = look_at_named(job, names)
    for standing in standings:
        _refuse(standing, targets)
    missing = bring_here(job, names)
    here = [each for each in standings if each.wanted.name not in missing]
    meant: list[Delivery] = []
    holding: list[Delivery] = []
    for standing in here:
        for delivery in find_deliveries(standing, job.workspace.config.acme.targets):
            if not targets or delivery.target.name in targets:
                is_due = force or not standing.is_deployed(delivery.target.name)
                (meant if is_due else holding).append(delivery)
    return replace(bring(job, here, meant), missing=missing), holding


def _refuse(standing: Standing, targets: Sequence[str]) -> None:
    """Raise UsageError or PsfdnsError where nothing can be brought as was asked."""
    from psfdns.cli.repository import unknown
    from psfdns.errors import PsfdnsError, UsageError

    wanted = standing.wanted
    if standing.current is None:
        raise PsfdnsError(f"{wanted.name} is not in the store", hint=f"psfdns certs issue {wanted.name}")
    if standing.is_revoked:
        hint = "psfdns certs renew replaces it, and brings the new one to its targets"
        raise PsfdnsError(f"{wanted.name} is revoked: it is brought nowhere", hint=hint)
    if standing.ordered_for is not None:
        hint = f"psfdns certs issue {wanted.name}: the new one is brought to its targets"
        summary = f"{wanted.name}: what the store holds was ordered for {standing.ordered_for}"
        raise PsfdnsError(f"{summary}: it is brought nowhere", hint=hint)
    if standing.strange_names:
        names = ", ".join(standing.strange_names)
        hint = f"psfdns certs issue {wanted.name}: the new one is brought to its targets"
        summary = f"{wanted.name}: what the store holds is for {names}, which its certs file does not want"
        raise PsfdnsError(f"{summary}: it is brought nowhere", hint=hint)
    if not wanted.deploy:
        hint = f'certs/{wanted.tenant}.toml says where: deploy = ["…"]'
        raise UsageError(f"{wanted.name} has no deploy targets", hint=hint)
    for target in targets:
        if target not in wanted.deploy:
            raise unknown(f"deploy target of {wanted.name}", target, wanted.deploy)


def report_deploys(options: Options, deploys: Deploys, holding: Sequence[Delivery] = ()) -> None:
    """Say as text what became of them; with --json what failed alone, on stderr."""
    from psfdns.cli.certs import view_deploy
    from psfdns.cli.wiring import talk

    document = view_deploy.to_document(deploys, holding)
    if not options.json:
        click.echo(view_deploy.render_deployed(document), nl=False)
    for text, level in (
        (view_deploy.render_remarks(document), Verbosity.VERBOSE),
        (view_deploy.render_forgotten(document), Verbosity.NORMAL),
    ):
        if text:
            talk(options, text.rstrip("\n"), at=level)
    click.echo(view_deploy.render_missing(document), err=True, nl=False)
    click.echo(view_deploy.render_undeployed(document), err=True, nl=False)
