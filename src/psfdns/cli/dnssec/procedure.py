"""`psfdns dnssec enable|disable|rotate|continue`: the safe procedures, as far as they go now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, Verbosity

if TYPE_CHECKING:
    from psfdns.cli.dnssec.proceeding import Office, Wish
    from psfdns.cli.dnssec.standing import Stand

EXIT_REFUSED = 1
EXIT_UNKNOWN = 3
_STATES = {"refused": EXIT_REFUSED, "failed": EXIT_REFUSED, "due": EXIT_REFUSED, "unknown": EXIT_UNKNOWN}


def _options(function: Callable[..., int]) -> Callable[..., int]:
    """What every beginning takes."""
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask before what is changed outside."),
        click.option(
            "--dry-run", is_flag=True, help="Show each step with its earliest time; change nothing."
        ),
        click.option("--by-hand", is_flag=True, help="Print what is to be changed at the registrar."),
        click.option(
            "--take-over", is_flag=True, help="Begin although another machine seems to have it in hand."
        ),
        click.option("--back", is_flag=True, help="Go back from where the procedure stands."),
    ):
        function = option(function)
    return function


def _key_option(function: Callable[..., int]) -> Callable[..., int]:
    return click.option(
        "--kms-key", metavar="ARN|ALIAS", help="Sign with this key of KMS (us-east-1), and make none."
    )(function)


@click.command(
    "enable",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns dnssec enable pyladies.org --dry-run   each step with its earliest time
  psfdns dnssec enable pyladies.org             begins; cron goes on: psfdns dnssec continue --yes
  psfdns dnssec enable pyladies.org --back      undoes it from where it stands, in the safe order
""",
)
@click.argument("zone")
@_key_option
@_options
@click.pass_obj
def enable_command(options: Options, /, *, zone: str, **how: bool | str | None) -> int:
    """Sign a zone, and have its DS set once nobody has unsigned answers cached.

    It takes days, most of which are waiting: what is due is done now, the rest by `dnssec continue`.
    Where the registrar is not our account at Gandi, the text for whoever can set the DS is printed.

    Exit code 1: refused, or not agreed to; 3: somebody could not be asked.
    """
    return _proceed(options, zone, "enable", how)


@click.command(
    "disable",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns dnssec disable pyladies.org --dry-run
  psfdns dnssec disable pyladies.org            also of a zone that is being enabled, or rotated
""",
)
@click.argument("zone")
@_options
@click.pass_obj
def disable_command(options: Options, /, *, zone: str, **how: bool | str | None) -> int:
    """Have the DS removed, and stop signing once nobody has it cached. The key in KMS stays.

    Nothing is switched off while any server of the parent shows a DS, or one of them does not answer.

    Exit code 1: refused, or not agreed to; 3: somebody could not be asked.
    """
    return _proceed(options, zone, "disable", how)


@click.command(
    "rotate",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns dnssec rotate pyladies.org --dry-run
  psfdns dnssec rotate pyladies.org --back      to the old key, as long as that is there
""",
)
@click.argument("zone")
@_key_option
@_options
@click.pass_obj
def rotate_command(options: Options, /, *, zone: str, **how: bool | str | None) -> int:
    """Sign with another key: add it, then its DS, and take the old DS and key away when nobody needs them.

    Exit code 1: refused, or not agreed to; 3: somebody could not be asked.
    """
    return _proceed(options, zone, "rotate", how)


@click.command(
    "continue",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns dnssec continue --yes -q               for cron, every ten minutes
  psfdns dnssec continue pyladies.org           asks, and shows the whole time line
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--yes", is_flag=True, help="Do not ask before what is changed outside.")
@click.pass_obj
def continue_command(options: Options, *, zones: tuple[str, ...], yes: bool) -> int:
    """Do what is due of every procedure that has not ended, and say what each of them waits for.

    Exit code 1: refused, failed, or not agreed to; 3: somebody could not be asked.
    """
    from psfdns.cli.dnssec.proceeding import go_on, open_office
    from psfdns.cli.dnssec.standing import Stand
    from psfdns.cli.repository import zone_argument
    from psfdns.cli.wiring import open_workspace

    workspace = open_workspace(options)
    office = open_office(workspace)
    named = list(dict.fromkeys(map(zone_argument, zones)))
    _refuse_unknown(office, named)
    stands = go_on(office, named or office.shelf.zones(), yes=yes)
    open_ones = {stand.zone for stand in stands}
    stands += [Stand(zone, None) for zone in named if zone not in open_ones]
    return _show(options, stands, whole=bool(zones))


def _refuse_unknown(office: Office, zones: Sequence[str]) -> None:
    from psfdns.errors import UsageError

    known = office.shelf.zones()
    for zone in zones:
        if zone not in known:
            hint = f"psfdns dnssec enable {zone.removesuffix('.')} begins one"
            raise UsageError(f"{zone} has no procedure that could go on", hint=hint)


def _proceed(options: Options, zone: str, kind: str, how: dict[str, bool | str | None]) -> int:
    from psfdns.cli.dnssec.proceeding import open_office, proceed
    from psfdns.cli.dnssec.standing import Stand
    from psfdns.cli.repository import zone_argument
    from psfdns.cli.wiring import open_workspace
    from psfdns.errors import PsfdnsError

    name = zone_argument(zone)
    office = open_office(open_workspace(options))
    dry_run = bool(how["dry_run"])
    try:
        stand = proceed(office, name, _wish(kind, how), yes=bool(how["yes"]), dry_run=dry_run)
    except PsfdnsError as error:
        stand = Stand(name, None, error=error)
        if not stand.is_unheard:
            raise
    return _show(options, [stand], whole=True, dry_run=dry_run)


def _wish(kind: str, how: dict[str, bool | str | None]) -> Wish:
    from psfdns.cli.dnssec.proceeding import Wish
    from psfdns.dnssec.procedures.record import Kind

    key = how.get("kms_key")
    return Wish(
        Kind(kind),
        bool(how["back"]),
        key if isinstance(key, str) else None,
        bool(how["by_hand"]),
        bool(how["take_over"]),
    )


def _show(options: Options, stands: Sequence[Stand], *, whole: bool, dry_run: bool = False) -> int:
    """Say how they stand; the worst decides the exit code."""
    from psfdns.cli.dnssec.view_procedure import render_text, to_document
    from psfdns.cli.wiring import emit_json, now

    document = to_document(stands, checked_at=now(), dry_run=dry_run)
    if options.json:
        emit_json(document)
    else:
        quiet = options.verbosity is Verbosity.QUIET
        whole = whole or options.verbosity is Verbosity.VERBOSE
        click.echo(render_text(document, whole=whole, quiet=quiet), nl=False)
    codes = [_STATES.get(each["state"], 0) for each in document["procedures"]]
    if dry_run:
        codes = [
            code for code, each in zip(codes, document["procedures"], strict=True) if each["state"] != "due"
        ]
    return EXIT_REFUSED if EXIT_REFUSED in codes else max(codes, default=0)
