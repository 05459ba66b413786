"""`psfdns status`: one picture of everything, a line a zone, the worst first."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfdns.cli.fail_on import decide_exit_code, fail_on_option
from psfdns.cli.options import Options, PsfdnsCommand, Verbosity

if TYPE_CHECKING:
    from psfdns.status.aspect import Aspect, Shape

ASPECTS = click.Choice(["domain", "delegation", "dnssec", "drift", "certificates"])


@click.command(
    "status",
    cls=PsfdnsCommand,
    epilog="""Examples:
  psfdns status                                       every zone, the worst first
  psfdns status --tenant pyladies --fail-on warning
  psfdns status --without delegation --without dnssec without a question to DNS
  psfdns status --only drift --only certificates
  psfdns status --json python.org                     psfdns-status/1, for a monitor
  psfdns status --html site                           the same as pages, for a browser
  psfdns status --metrics /var/lib/node_exporter/zones.prom
""",
)
@click.argument("zones", nargs=-1, metavar="[ZONE]...")
@click.option("--tenant", metavar="TENANT", help="Only zones of this tenant.")
@click.option("--only", type=ASPECTS, multiple=True, help="Look at this only; may be repeated.")
@click.option("--without", type=ASPECTS, multiple=True, help="Do not look at this; may be repeated.")
@fail_on_option()
@click.option("--html", metavar="DIR", type=click.Path(), help="Write it as a folder of pages, too.")
@click.option(
    "--metrics", type=click.Path(path_type=Path), metavar="FILE", help="Write metrics for Prometheus to FILE."
)
@click.pass_obj
def command(
    options: Options,
    *,
    zones: tuple[str, ...],
    tenant: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    fail_on: str,
    html: str | None,
    metrics: Path | None,
) -> int:
    """Say of each zone how its domain, delegation, DNSSEC, drift and certificates stand.

    What `domains list`, `delegation`, `dnssec status`, `drift` and `certs list` say, each in a few words;
    what one of them cannot ask is unknown, and the others are asked all the same.

    --html writes a page for each zone and tenant, and an overview with everything that ends: no script,
    nothing from elsewhere. DIR has to be empty, not there yet, or of an earlier run. --metrics writes how
    delegation and DNSSEC stand, for node_exporter's textfile collector and the like.

    Exit code 2: there is a finding, or a zone that differs; 3: something could not be asked.
    """
    from psfdns.cli.status.view import render_text
    from psfdns.cli.wiring import emit_json, has_colour

    document = _look(options, zones, tenant, _choose(only, without), html=html, metrics=metrics)
    _tell_unknown(options, document)
    if options.json:
        emit_json(document)
    else:
        text = render_text(
            document,
            colour=has_colour(options, sys.stdout),
            quiet=options.verbosity is Verbosity.QUIET,
            whole=options.verbosity is Verbosity.VERBOSE,
        )
        click.echo(text, nl=False)
    return exit_code(document, fail_on)


def _choose(only: tuple[str, ...], without: tuple[str, ...]) -> frozenset[Aspect]:
    from psfdns.errors import UsageError
    from psfdns.status.aspect import Aspect

    chosen = frozenset(map(Aspect, only)) or frozenset(Aspect)
    chosen -= frozenset(map(Aspect, without))
    if not chosen:
        raise UsageError("--only and --without leave nothing to look at")
    return chosen


def _look(
    options: Options,
    zones: tuple[str, ...],
    tenant: str | None,
    aspects: frozenset[Aspect],
    *,
    html: str | None,
    metrics: Path | None,
) -> Shape:
    from psfdns.cli.status.gathering import IN_DNS, gather
    from psfdns.cli.wiring import now, open_workspace, talk
    from psfdns.status.document import to_document

    folder = _open_folder(html)
    if aspects & IN_DNS and sys.stderr.isatty():
        talk(options, "asking parents and name servers: a minute or more if they are silent")
    workspace = open_workspace(options)
    gathered = gather(workspace, names=zones, tenant=tenant, aspects=aspects)
    document = to_document(gathered, now=now())
    if folder is not None:
        from psfdns.cli.status.publishing import publish

        publish(folder, document, gathered)
    if metrics is not None:
        from psfdns.cli.files import store_file
        from psfdns.status.metrics import render_metrics

        store_file(metrics, render_metrics(gathered, now=now()))
    return document


def _open_folder(html: str | None) -> Path | None:
    """Where the site goes; what stands in its way is said before anybody is asked anything."""
    if html is None:
        return None
    from psfdns.cli.status.site.publish import refuse_folder

    refuse_folder(Path(html))
    return Path(html)


def _tell_unknown(options: Options, document: Shape) -> None:
    """Why an aspect is not known, each reason once."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    reasons: dict[tuple[str, str | None], list[str]] = {}
    for aspect, said in document["unknown"].items():
        reasons.setdefault((said["why"], said["hint"]), []).append(aspect)
    for (why, hint), aspects in reasons.items():
        talk(options, f"warning: {', '.join(aspects)} not known: {escape(why)}", at=Verbosity.QUIET)
        if hint:
            talk(options, f"hint: {escape(hint)}", at=Verbosity.QUIET)


def exit_code(document: Shape, fail_on: str) -> int:
    """By the findings of every zone, and those of none."""
    from psfdns.status.document import is_unknown

    findings = [*document["findings"], *(each for zone in document["zones"] for each in zone["findings"])]
    severities = (finding["severity"] for finding in findings)
    return decide_exit_code(severities, fail_on, unknown=is_unknown(document))
