"""What became of an apply, as the document of docs/contract.md §4 and as text from that document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import count, name_zone
from psfdns.errors import PsfdnsError
from psfdns.plans.document import summarise
from psfdns.plans.plan import Plan
from psfdns.plans.shapes import diagnostic_to_json
from psfdns.route53.apply import Progress, ZoneOutcome

if TYPE_CHECKING:
    from psfdns.verification.verify import Verdict

FORMAT = "psfdns-apply/1"

Shape = dict[str, Any]

_SYNC_WORDS = {True: ", on all servers", False: ", not on all servers yet", None: ""}
_VERDICT_WORDS = {True: ", verified", False: ", but servers answer otherwise", None: ""}


def to_document(
    plan: Plan, zones: tuple[ZoneOutcome, ...] = (), verdicts: Mapping[str, Verdict] | None = None
) -> Shape:
    """The document; no zones: nothing was done. `applied` and `planned` count record sets of a zone.

    `verdicts` are those of the zones that were verified, or could not be, by label.
    """
    return {
        "format": FORMAT,
        "summary": summarise(plan),
        "zones": [_zone_to_json(zone, (verdicts or {}).get(zone.plan.label)) for zone in zones],
        "refused": [{"zone": no.zone, **diagnostic_to_json(no.finding)} for no in plan.refused],
        "told": [],
    }


def render_text(document: Shape) -> str:
    """A line a zone, and the NS records that the parents of new zones need."""
    return "".join(f"{line}\n" for line in _lines(document))


def render_requests(sent: Mapping[str, int]) -> str:
    """How many requests were sent, by action; each is also what Route 53 counts."""
    return ", ".join(f"{number} {action}" for action, number in sorted(sent.items())) or "none"


def render_progress(progress: Progress) -> str:
    """One line, short enough for any terminal."""
    if progress.insync or progress.applied == progress.changes:
        return f"on all servers: {progress.insync} of {progress.submitted} requests"
    return f"applied: {progress.applied:,} of {progress.changes:,} record sets"


def _zone_to_json(outcome: ZoneOutcome, verdict: Verdict | None) -> Shape:
    zone = outcome.plan
    return {
        "name": zone.origin,
        "view": zone.view,
        "id": outcome.hosted_id,
        "tenant": zone.tenant,
        "private": zone.private,
        "action": zone.action.value,
        "created": outcome.is_created,
        "name_servers": list(outcome.name_servers),
        "planned": len(zone.changes),
        "applied": outcome.applied,
        "batches": outcome.batches,
        "change_ids": list(outcome.change_ids),
        "insync": outcome.insync,
        "verified": verdict.verified if verdict else None,
        "differences": [asdict(difference) for difference in verdict.differences] if verdict else [],
        "journal": outcome.journal,
        "errors": [_error_to_json(error) for error in outcome.errors],
    }


def _error_to_json(error: PsfdnsError) -> Shape:
    return {"summary": error.summary, "hint": error.hint}


def _lines(document: Shape) -> Iterator[str]:
    for zone in document["zones"]:
        yield _zone_line(zone)
    for zone in document["zones"]:
        if zone["created"] and zone["name_servers"]:
            yield ""
            yield f"For the parent of {escape(zone['name'])}, at the registrar or in its zone file:"
            for server in zone["name_servers"]:
                yield f"{escape(zone['name'])} 172800 IN NS {escape(server)}"


def _zone_line(zone: Shape) -> str:
    done, planned = zone["applied"], zone["planned"]
    how_many = count(done, "record set") if done == planned else f"{done} of {count(planned, 'record set')}"
    made = f"created as {zone['id']}, " if zone["created"] else ""
    requests = count(zone["batches"], "request")
    sync = _SYNC_WORDS[zone["insync"]] + _VERDICT_WORDS[zone["verified"]]
    return f"{escape(name_zone(zone))}: {escape(made)}{how_many} applied in {requests}{sync}"
