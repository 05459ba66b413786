"""`psfdns history`: what was applied, when, by whom and from which commit; what was ordered, and signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, chosen_format

if TYPE_CHECKING:
    from psfdns.cli.past import Past
    from psfdns.cli.views.history import Anything
    from psfdns.journal.store import Stored

SHOWN = 20


@click.command(
    "history",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns history                             the newest twenty
  psfdns history --zone python.org --limit 0 all that ever touched one zone, its signing, or its domain
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
    """Show what was applied, signed and ordered at the registrar, newest first; or all of one entry.

    The journal is kept for ever in .psfdns/journal; with [journal] s3, entries of other machines are
    shown too. With --sandbox only those of the embedded Route 53, and orders at a stand-in for Gandi.
    """
    from psfdns.cli.apply.journalling import tell_unfinished
    from psfdns.cli.past import open_past
    from psfdns.cli.views.history import render_entry, render_table, to_document
    from psfdns.cli.wiring import emit_json, open_workspace

    wanted = chosen_format(options, shape)
    workspace = open_workspace(options)
    whole = entry_id is not None
    names = _labels(zones)
    past = open_past(
        workspace,
        limit=None if whole or not limit else limit,
        domains=_domains(names) if names else None,
        zones={name.partition("@")[0] for name in names} if names else None,
    )
    chosen = [past.find(entry_id)] if entry_id is not None else _choose(past, names)[: limit or None]
    document = to_document(chosen, past.settled, running=past.running, whole=whole)
    if wanted == "json":
        emit_json(document)
    elif whole:
        click.echo(render_entry(document["entries"][0]), nl=False)
    else:
        click.echo(render_table(document), nl=False)
    tell_unfinished(workspace)
    return 0


def _labels(zones: tuple[str, ...]) -> frozenset[str]:
    from psfdns.cli.repository import zone_argument

    return frozenset(map(zone_argument, zones))


def _domains(names: frozenset[str]) -> set[str]:
    """The domains that the zones are, or lie in."""
    from psfdns.registrar.registrable import domain_of

    found = (domain_of(name.partition("@")[0]) for name in names)
    return {domain for domain in found if domain is not None}


def _choose(past: Past, names: frozenset[str]) -> list[Anything]:
    from psfdns.cli.views.history import in_order
    from psfdns.journal.store import Stored

    return in_order(
        one for one in past.everything if not names or not isinstance(one, Stored) or _touches(one, names)
    )


def _touches(stored: Stored, names: frozenset[str]) -> bool:
    """Also a zone that the files do not hold any more can be asked for; without a view all views count."""
    zones = stored.entry.zones if stored.entry else ()
    return any(zone.name in names or zone.label in names for zone in zones)
