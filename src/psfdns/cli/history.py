"""`psfdns history`: what was applied, when, by whom and from which commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, chosen_format

if TYPE_CHECKING:
    from psfdns.journal.store import Stored

SHOWN = 20
SANDBOX = "sandbox"
"""The account of the embedded Route 53; asking `psfdns.aws` for its name would load boto3."""


@click.command(
    "history",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns history                             the newest twenty
  psfdns history --zone python.org --limit 0 all that ever touched one zone
  psfdns history 20261121T114426123Z-8f3a    everything of one, requests and values; its beginning will do
""",
)
@click.argument("entry_id", required=False, metavar="[ID]")
@click.option("--zone", "zones", multiple=True, metavar="ZONE", help="Only what touched this zone.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="How many; 0: all."
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), help="Default: text.")
@click.pass_obj
def command(
    options: Options, *, entry_id: str | None, zones: tuple[str, ...], limit: int, shape: str | None
) -> int:
    """Show what was applied, newest first, or everything of one entry.

    The journal is kept for ever in .psfdns/journal; with [journal] s3, entries of other machines are
    shown too. With --sandbox only those of the embedded Route 53.
    """
    from psfdns.cli.apply.journalling import exchange, open_journal, tell_unfinished
    from psfdns.cli.views.history import render_entry, render_table, to_document
    from psfdns.cli.wiring import emit_json, open_workspace
    from psfdns.journal.mirror import FETCHED
    from psfdns.journal.store import settled_ids

    wanted = chosen_format(options, shape)
    workspace = open_workspace(options)
    journal = open_journal(workspace)
    exchange(workspace, limit=None if entry_id is not None or not limit else max(limit, FETCHED))
    entries = [one for one in journal.entries() if _is_meant(options, one)]
    settled = settled_ids(entries)
    if entry_id is not None:
        found = journal.load(journal.find(entry_id))
        document = to_document([found], settled, whole=True)
    else:
        names = _labels(zones)
        chosen = [one for one in entries if not names or _touches(one, names)]
        document = to_document(chosen[: limit or None], settled)
    if wanted == "json":
        emit_json(document)
    elif entry_id is not None:
        click.echo(render_entry(document["entries"][0]), nl=False)
    else:
        click.echo(render_table(document), nl=False)
    tell_unfinished(workspace)
    return 0


def _is_meant(options: Options, stored: Stored) -> bool:
    return not options.sandbox or stored.entry is None or stored.entry.account == SANDBOX


def _labels(zones: tuple[str, ...]) -> frozenset[str]:
    from psfdns.cli.repository import zone_argument

    return frozenset(map(zone_argument, zones))


def _touches(stored: Stored, names: frozenset[str]) -> bool:
    """Also a zone that the files do not hold any more can be asked for; without a view all views count."""
    zones = stored.entry.zones if stored.entry else ()
    return any(zone.name in names or zone.label in names for zone in zones)
