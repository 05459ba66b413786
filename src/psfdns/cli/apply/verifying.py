"""After an apply: the zones' own name servers are asked for what was applied (docs/contract.md §3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, Verbosity
from psfdns.errors import OutsideError
from psfdns.verification.questions import questions_for
from psfdns.verification.verify import Verdict, ZoneCheck, verify_zones

if TYPE_CHECKING:
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.plans.host import LiveZone
    from psfdns.route53.apply import Outcome, ZoneOutcome

EXIT_DIFFERS = 2
EXIT_UNKNOWN = 3
SHOWN_DIFFERENCES = 20

_AWS_SERVER = re.compile(r"ns-[0-9]+\.awsdns-[0-9]+\.(?:com|net|org|co\.uk)\.")

Verdicts = Mapping[str, Verdict]
"""By the zone's label."""


def verify_outcome(workspace: Workspace, access: Access, planned: Planned, outcome: Outcome) -> Verdicts:
    """A verdict for every zone that was applied without an error; what could not be asked says why."""
    applied = [zone for zone in outcome.zones if not zone.errors]
    verdicts = {zone.plan.label: Verdict(None, unasked=(why,)) for zone in applied if (why := _why_not(zone))}
    askable = [zone for zone in applied if zone.plan.label not in verdicts]
    if not askable:
        return verdicts
    try:
        return {**verdicts, **_ask(workspace, access, planned, askable)}
    except OutsideError as error:
        why = error.summary
    except KeyboardInterrupt:
        why = "stopped before the answers were in"
    return {**verdicts, **{zone.plan.label: Verdict(None, unasked=(why,)) for zone in askable}}


def _why_not(zone: ZoneOutcome) -> str | None:
    if zone.plan.private:
        return "private zones answer inside their VPCs only"
    if zone.insync is False:
        return "Route 53 has not spread the changes yet"
    return None


def _ask(workspace: Workspace, access: Access, planned: Planned, zones: Sequence[ZoneOutcome]) -> Verdicts:
    from psfdns.cli.resolving import open_dns

    dns = open_dns(workspace, access)
    checks = []
    for zone in zones:
        live = planned.live.get(zone.plan.hosted_id or "")
        servers = zone.name_servers or _name_servers(access, zone, live)
        expectations = questions_for(zone.plan, live)
        checks.append(ZoneCheck(zone.plan.label, zone.plan.origin, servers, expectations))
    return verify_zones(checks, dns)


def _name_servers(access: Access, zone: ZoneOutcome, live: LiveZone | None) -> tuple[str, ...]:
    """Those of the zone's delegation set: the apex NS records, unless somebody made them others'."""
    from psfdns.records import RRsetKey
    from psfdns.route53.host import fetch_name_servers

    apex = live.zone.rrsets.get(RRsetKey(zone.plan.origin, "NS")) if live else None
    if apex is not None and all(map(_AWS_SERVER.fullmatch, apex.values)):
        return apex.values
    return fetch_name_servers(access.api, zone.hosted_id or "")


def say_verdicts(options: Options, verdicts: Verdicts, *, required: bool) -> int:
    """What differs and what could not be asked, on stderr; the exit code."""
    from psfdns.cli.views.escape import escape

    differing = [verdict for verdict in verdicts.values() if verdict.verified is False]
    unknown = any(verdict.verified is None for verdict in verdicts.values())
    for line in _differences(differing):
        click.echo(f"differs: {escape(line)}", err=True)
    if options.verbosity >= Verbosity.NORMAL or required:
        for line in (*_unasked(verdicts), *_samples(verdicts)):
            click.echo(escape(line), err=True)
    if differing:
        return EXIT_DIFFERS
    return EXIT_UNKNOWN if required and unknown else 0


def _differences(differing: Sequence[Verdict]) -> Iterator[str]:
    found = [difference for verdict in differing for difference in verdict.differences]
    for each in found[:SHOWN_DIFFERENCES]:
        yield f"{each.name} {each.type} at {each.server}: expected {each.expected}; seen {each.seen}"
    if more := found[SHOWN_DIFFERENCES:]:
        yield f"and {len(more)} more answers (all of them: --json)"


def _unasked(verdicts: Verdicts) -> Iterator[str]:
    """A line for each reason, with the zones that it holds for."""
    zones: dict[tuple[str, ...], list[str]] = {}
    for label, verdict in verdicts.items():
        if verdict.unasked:
            zones.setdefault(_shortened(verdict.unasked), []).append(label)
    for reasons, labels in zones.items():
        others = f" and {len(labels) - 3} more zones" if len(labels) > 3 else ""
        yield f"not verified: {', '.join(labels[:3])}{others}: {'; '.join(reasons)}"


def _shortened(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """`a does not answer`, `b does not answer` as one reason."""
    ends = {reason.partition(" ")[2] for reason in reasons}
    if len(reasons) > 1 and len(ends) == 1:
        return (f"each of its {len(reasons)} name servers {ends.pop()}",)
    return reasons


def _samples(verdicts: Verdicts) -> Iterator[str]:
    asked_of = {verdict.asked_of for verdict in verdicts.values() if verdict.asked_of}
    for number in asked_of:
        yield f"verified in part: so many record sets that each was asked of {number} of its name servers"
