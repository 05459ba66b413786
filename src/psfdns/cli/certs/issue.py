"""`psfdns certs issue|renew|delegate|revoke`: what asks CAs, or prepares that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand

if TYPE_CHECKING:
    from psfdns.certs.order import Outcome
    from psfdns.cli.certs.delivering import Deploys
    from psfdns.cli.certs.view_issue import Found

EXIT_FAILED, EXIT_WRONG, EXIT_UNKNOWN = 1, 2, 3
MAX_JITTER = 24 * 3600
REASONS = {
    "unspecified": 0,
    "keyCompromise": 1,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
}
"""What a subscriber may say (RFC 5280 §5.3.1; CA/Browser Forum Baseline Requirements §4.9.1.1)."""


@click.command(
    "issue",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs issue wiki.python.org               now, whether it is due or not
  psfdns certs issue wiki.python.org docs.python.org
""",
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def issue(options: Options, *, names: tuple[str, ...]) -> int:
    """Have certificates issued now, whether they are due or not.

    NAME is a certificate's name, as its certs file gives it. Before a CA is asked, DNS is: whether the
    challenge's CNAME is right, and whether CAA lets this CA issue to this account. What one CA refuses the
    next is asked for. A run that was cut short is taken up where it ended. What was issued is deployed.
    Where a name that was added cannot be had, and the certificate is due without it, it is renewed for the
    names that it has; that is exit code 1 as well.
    """
    from psfdns.cli.certs.delivering import deploy_due
    from psfdns.cli.certs.issuing import issue_standings, look_at_named, open_job
    from psfdns.cli.wiring import open_workspace

    job = open_job(open_workspace(options), doing="certs issue")
    with job.store.held():
        outcomes = issue_standings(job, look_at_named(job, names, replacing=True), replacing=True)
        issued = [each.wish.name for each in outcomes if each.got is not None]
        deploys = deploy_due(job, look_at_named(job, issued) if issued else ())
    return _report(options, outcomes, deploys, quiet=False)


@click.command(
    "renew",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs renew                    for cron, a few times a day: says nothing while nothing is due
  psfdns certs renew --jitter 3600      begin at some moment of the next hour, if there is something to do
""",
)
@click.option(
    "--jitter",
    type=click.IntRange(0, MAX_JITTER),
    metavar="SECONDS",
    help="Wait for up to so many seconds before CAs are asked (default: [acme] jitter, else 0).",
)
@click.pass_obj
def renew(options: Options, *, jitter: int | None) -> int:
    """Renew every certificate that is due, and deploy what is due; with nothing due say nothing.

    CAs are asked when they want certificates renewed, no more often than they wish. All that is due is
    proved in one change of DNS. Then every certificate is brought to each of its deploy targets that does
    not have it; what failed is tried again in each run. Certs files with errors renew nothing of their own.
    Where a name that was added cannot be had, the names that a certificate has are renewed at their time.
    Exit code 1: one could not be renewed for all of its names, or deployed, or a file has errors; the others
    are renewed all the same. A second run beside this one ends at once. With a store in S3, what another host
    renewed is brought here first.
    """
    from psfdns.cli.certs.renewing import renew_due
    from psfdns.cli.checking_in import checked_in
    from psfdns.cli.wiring import open_workspace

    workspace = open_workspace(options)
    url = workspace.config.acme.checkin
    # A variable that cron lacks is no reason to let certificates expire.
    with checked_in(workspace, setting="[acme] checkin", url=url, needs_url=False) as codes:
        renewed = renew_due(workspace, jitter=jitter)
        code = _report(options, renewed.outcomes, renewed.deploys, renewed.findings, quiet=True)
        codes.append(code if renewed.is_whole else EXIT_FAILED)
    return codes[0]


@click.command(
    "delegate",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs delegate pyladies.org                          the CNAMEs to set, and whether they are right
  psfdns certs delegate pyladies.org --instructions | mail    the message for whoever can set them
""",
)
@click.argument("name", metavar="NAME")
@click.option("--instructions", is_flag=True, help="Write the message for whoever sets the records.")
@click.pass_obj
def delegate(options: Options, *, name: str, instructions: bool) -> int:
    """Print the CNAMEs by which a certificate's names are proved, and see whether they are there.

    Exit codes: 0 all are right; 2 one is not; 3 that could not be asked.
    """
    from psfdns.cli.certs.pointing import look_at_aliases
    from psfdns.cli.certs.view_delegate import render_instructions, render_records, render_verdicts
    from psfdns.cli.wiring import emit_json, open_workspace, talk

    document = look_at_aliases(open_workspace(options), name)
    if options.json:
        emit_json(document)
    else:
        click.echo((render_instructions if instructions else render_records)(document), nl=False)
        talk(options, render_verdicts(document).rstrip("\n"))
    states = {record["status"] for record in document["records"]}
    return EXIT_WRONG if "wrong" in states else EXIT_UNKNOWN if "unknown" in states else 0


@click.command(
    "revoke",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs revoke wiki.python.org --reason keyCompromise
  psfdns certs renew                                   a revoked certificate is due
""",
)
@click.argument("name", metavar="NAME")
@click.option(
    "--reason",
    type=click.Choice(list(REASONS), case_sensitive=False),
    metavar="REASON",
    default="unspecified",
    show_default=True,
    help=f"Why, as the CA publishes it: {', '.join(REASONS)}.",
)
@click.pass_obj
def revoke(options: Options, *, name: str, reason: str) -> int:
    """Have the certificate that the store holds revoked; this cannot be taken back.

    It is due from then on, with a new key. NAME may be one that no certs file wants any more.
    """
    from psfdns.cli.certs.revoking import revoke_stored
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import emit_json, open_workspace, talk

    code = next(number for word, number in REASONS.items() if word.lower() == reason.lower())
    document = revoke_stored(open_workspace(options), name, reason=code)
    if options.json:
        emit_json(document)
    else:
        before = "" if document["revoked_now"] else ", which it was before"
        click.echo(f"{escape(name)}: serial {document['serial']} is revoked{before}")
        talk(options, "psfdns certs renew replaces it, where a certs file wants it")
    return 0


def _report(
    options: Options,
    outcomes: list[Outcome],
    deploys: Deploys,
    findings: tuple[Found, ...] = (),
    *,
    quiet: bool,
) -> int:
    """Say what became of each; the exit code."""
    from psfdns.cli.certs.delivering import NO_DEPLOYS
    from psfdns.cli.certs.deploy import report_deploys
    from psfdns.cli.certs.view_issue import render_failed, render_issued, render_passed_over, to_document
    from psfdns.cli.wiring import emit_json, talk

    document = to_document(outcomes, deploys, findings)
    if options.json:
        emit_json(document)
    elif outcomes or deploys != NO_DEPLOYS or not quiet:
        click.echo(render_issued(document), nl=False)
        passed_over = render_passed_over(document)
        if passed_over:
            talk(options, passed_over.rstrip("\n"))
        failed = render_failed(document)
        if failed:
            click.echo(failed, err=True, nl=False)
        report_deploys(options, deploys)
    is_issued = all(each["outcome"] == "issued" for each in document["certificates"])
    return 0 if is_issued and deploys.is_well else EXIT_FAILED
