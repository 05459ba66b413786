"""What became of `zone delete`, as a document and as text from that document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import count
from psfdns.diagnostics import Diagnostic
from psfdns.lookup.parents import Delegation, ParentView
from psfdns.moments import write_moment
from psfdns.plans.shapes import diagnostic_to_json
from psfdns.route53.deletion import Deleted
from psfdns.route53.parting import Parting

FORMAT = "psfdns-zone-delete/1"

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is to be said; `done` is None where nothing was tried."""

    parting: Parting
    refused: Sequence[Diagnostic]
    wait_until: datetime | None
    path: str | None = None
    done: Deleted | None = None
    journal: str | None = None
    restore: str | None = None
    told: Sequence[Shape] = ()


def to_document(report: Report) -> Shape:
    """The document."""
    parting, done = report.parting, report.done
    name, _, view = parting.label.partition("@")
    until = report.wait_until
    return {
        "format": FORMAT,
        "name": name,
        "view": view or None,
        "id": parting.live.hosted.id,
        "account": parting.account,
        "private": parting.live.hosted.private,
        "file": report.path,
        "record_sets": len(parting.record_sets),
        "parents": _parents(parting.parents),
        "wait_until": write_moment(until) if until else None,
        "refused": [diagnostic_to_json(finding) for finding in report.refused],
        "deleted": done is not None and done.error is None,
        "record_sets_deleted": done.record_sets if done else 0,
        "batches": done.batches if done else 0,
        "change_ids": list(done.change_ids) if done else [],
        "journal": report.journal,
        "restore": report.restore,
        "told": list(report.told),
    }


def _parents(parents: ParentView | str) -> Shape:
    if isinstance(parents, str):
        return {"zone": None, "servers": [], "why": parents}
    servers = [
        {
            "name": server.name,
            "address": str(server.server),
            "ns": list(said.ns) if isinstance(said, Delegation) else None,
            "ds": list(said.ds) if isinstance(said, Delegation) else None,
            "why": None if isinstance(said, Delegation) else said.words,
        }
        for server, said in parents.heard
    ]
    servers += (
        {"name": name, "address": None, "ns": None, "ds": None, "why": failure.words}
        for name, failure in parents.unaddressed
    )
    return {"zone": parents.parent, "servers": servers, "why": None}


def render_text(document: Shape) -> str:
    """What stands before the question, or what came of it."""
    return "".join(f"{escape(line)}\n" for line in _lines(document))


def _lines(document: Shape) -> Iterator[str]:
    name, zone_id = document["name"], document["id"]
    sets = count(document["record_sets"], "record set")
    if not document["deleted"]:
        yield f"{name} ({zone_id}) holds {sets} beside its own SOA and NS"
        return
    requests = count(document["batches"], "request")
    yield f"{name} ({zone_id}): deleted, with {sets} in {requests}"
    if document["journal"]:
        yield f"all that it held is in the journal: psfdns history {document['journal']} --json"
    if document["restore"]:
        yield f"to make it again, with other name servers: {document['restore']}"
    if document["file"]:
        yield f"its file is still there, and the next apply would make it again: remove {document['file']}"
