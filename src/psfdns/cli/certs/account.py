"""`psfdns certs account`: the accounts at CAs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup

if TYPE_CHECKING:
    from psfdns.certs.authority import Authority
    from psfdns.certs.settings import CertificateAuthority
    from psfdns.cli.certs.issuing import Job

EXIT_UNKNOWN = 3
FORMAT = "psfdns-certs-account/1"


@click.group("account", cls=PsfdnsGroup)
def account() -> None:
    """The accounts at CAs. One is made when the first certificate is ordered."""


@account.command(
    "show",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs account show                 the accounts at the CAs of [acme] order
  psfdns certs account show letsencrypt
""",
)
@click.argument("authorities", nargs=-1, metavar="[CA]...")
@click.pass_obj
def show(options: Options, *, authorities: tuple[str, ...]) -> int:
    """Say which accounts there are, by their URLs, which CAA records can name.

    Exit code 3: a CA could not be asked.
    """
    from psfdns.cli.certs.issuing import open_job
    from psfdns.cli.wiring import emit_json, open_workspace

    job = open_job(open_workspace(options), doing="certs account show")
    known = job.workspace.config.acme
    with job.store.held():
        rows = [_look(job, _find(job, name)) for name in authorities or known.order]
    document = {"format": FORMAT, "accounts": rows}
    if options.json:
        emit_json(document)
    else:
        click.echo("".join(map(_line, rows)), nl=False)
    return EXIT_UNKNOWN if any(row["status"] == "unknown" for row in rows) else 0


@account.command(
    "rollover",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs account rollover             a new key for the account at the first CA of [acme] order
  psfdns certs account rollover letsencrypt
""",
)
@click.argument("authority", required=False, metavar="[CA]")
@click.pass_obj
def rollover(options: Options, *, authority: str | None) -> int:
    """Give the account another key; its URL stays, and so do CAA records that name it.

    The new key is on the disk before the CA hears of it. A run that is killed is settled by the next one.
    """
    from psfdns.cli.certs.issuing import open_job
    from psfdns.cli.wiring import open_workspace

    job = open_job(open_workspace(options), doing="certs account rollover")
    ca = _find(job, authority)
    with job.store.held():
        opened = _open(job, ca)
        job.accounts.change_key(ca, opened)
        _tell(options, _look(job, ca))
    return 0


@account.command(
    "deactivate",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns certs account deactivate letsencrypt
  psfdns certs account deactivate letsencrypt --yes
""",
)
@click.argument("authority", required=False, metavar="[CA]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def deactivate(options: Options, *, authority: str | None, yes: bool) -> int:
    """End an account for good. Certificates stay valid; the next one is ordered by a new account.

    Without a terminal and --yes nothing is done.
    """
    from psfdns.cli.certs.issuing import open_job
    from psfdns.cli.wiring import is_interactive, now, open_workspace
    from psfdns.errors import PsfdnsError

    job = open_job(open_workspace(options), doing="certs account deactivate")
    ca = _find(job, authority)
    with job.store.held():
        opened = _open(job, ca)
        if not yes and not is_interactive():
            raise PsfdnsError("nothing was done: there is no terminal to ask on", hint="--yes does not ask")
        if not yes:
            click.confirm(f"End the account {opened.account} at {ca.name} for good?", abort=True, err=True)
        url = opened.account
        job.accounts.end(ca, opened, now=now())
    _tell(options, {**_row(ca), "url": url, "status": "deactivated"})
    return 0


def _find(job: Job, name: str | None) -> CertificateAuthority:
    """The CA of this name, or the first of [acme] order. Raises UsageError."""
    from psfdns.cli.repository import unknown

    settings = job.workspace.config.acme
    chosen = name or settings.order[0]
    if chosen not in settings.authorities:
        raise unknown("CA", chosen, settings.authorities)
    return settings.authorities[chosen]


def _open(job: Job, ca: CertificateAuthority) -> Authority:
    """Our account, which has to be there. Raises PsfdnsError."""
    from psfdns.errors import PsfdnsError

    opened = job.accounts.find(ca)
    if opened is None:
        raise PsfdnsError(f"there is no account at {ca.name}", hint="the first certificate makes one")
    return opened


def _look(job: Job, ca: CertificateAuthority) -> dict[str, Any]:
    """What is kept of an account and what the CA says of it."""
    from psfdns.errors import CaError

    row = _row(ca)
    kept = job.accounts.load(ca)
    try:
        opened = job.accounts.find(ca)
        if opened is None:
            return row
        state = opened.fetch_account()
    except CaError as error:
        url = None if kept is None else kept.url
        return {**row, "url": url, "status": "unknown", "why": error.summary}
    return {**row, "url": state.url, "status": state.status, "contact": list(state.contact)}


def _row(ca: CertificateAuthority) -> dict[str, Any]:
    about = {"ca": ca.name, "directory": ca.directory}
    return {**about, "url": None, "status": "none", "contact": [], "why": None}


def _tell(options: Options, row: dict[str, Any]) -> None:
    from psfdns.cli.wiring import emit_json

    if options.json:
        emit_json({"format": FORMAT, "accounts": [row]})
    else:
        click.echo(_line(row), nl=False)


def _line(row: dict[str, Any]) -> str:
    from psfdns.cli.views.escape import escape

    more = row["why"] or ", ".join(row["contact"])
    told = f" ({escape(more)})" if more else ""
    return f"{escape(row['ca'])}: {escape(row['status'])}  {escape(row['url'] or '-')}{told}\n"
