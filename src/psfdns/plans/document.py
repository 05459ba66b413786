"""The plan as the JSON document of docs/contract.md §4, and back. Pure.

Text and Markdown are made from this document, so that a saved plan reads as the plan itself did.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from psfdns.diagnostics import Span
from psfdns.errors import PsfdnsError
from psfdns.moments import write_moment
from psfdns.plans.host import Foreign
from psfdns.plans.plan import (
    Change,
    ChangeAction,
    Plan,
    Refusal,
    Setting,
    UnmanagedZone,
    ZonePlan,
)
from psfdns.plans.shapes import (
    Json,
    diagnostic_from_json,
    diagnostic_to_json,
    optional_text,
    rrset_from_json,
    rrset_to_json,
    text,
)
from psfdns.records import RRset, RRsetKey

FORMAT = "psfdns-plan/1"
UNSIGNED = ("digest", "created", "commit")
"""The keys that the digest does not cover."""


class PlanDocumentError(PsfdnsError):
    """The document is not a plan of a format we read, or it was damaged or edited."""


def to_document(plan: Plan, *, created: datetime, commit: str | None) -> Json:
    """The document; `created` is aware, `commit` is HEAD with `+dirty`, or None."""
    covered = _covered(plan)
    return {
        "format": FORMAT,
        "digest": digest_document(covered),
        "created": write_moment(created),
        "commit": commit,
        **covered,
    }


def digest_plan(plan: Plan) -> str:
    """The digest that the plan's document has, whenever it is made."""
    return digest_document(_covered(plan))


def _covered(plan: Plan) -> Json:
    return {
        "format": FORMAT,
        "account": plan.account,
        "summary": summarise(plan),
        "zones": [_zone_to_json(zone) for zone in plan.zones],
        "unmanaged_zones": [{"name": zone.name, "id": zone.id} for zone in plan.unmanaged],
        "refused": [{"zone": no.zone, **diagnostic_to_json(no.finding)} for no in plan.refused],
    }


def summarise(plan: Plan) -> dict[str, int]:
    """How many record sets are created, updated, deleted, and how many zones created."""
    counts = Counter(change.action for zone in plan.zones for change in zone.changes)
    new = sum(zone.action.value == "create" for zone in plan.zones)
    return {**{action.value: counts[action] for action in ChangeAction}, "zones_create": new}


def digest_document(document: Mapping[str, Any]) -> str:
    """`sha256:…` of the canonical JSON: sorted keys, no spaces, UTF-8."""
    covered = {key: value for key, value in document.items() if key not in UNSIGNED}
    canonical = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()


def _zone_to_json(zone: ZonePlan) -> Json:
    return {
        "name": zone.origin,
        "view": zone.view,
        "id": zone.hosted_id,
        "tenant": zone.tenant,
        "private": zone.private,
        "action": zone.action.value,
        "desired_digest": zone.desired_digest,
        "live_digest": zone.live_digest,
        "settings": [{"name": s.name, "before": s.before, "after": s.after} for s in zone.settings],
        "changes": [change_to_json(change) for change in zone.changes],
        "foreign": [{**_key_to_json(foreign.key), "reason": foreign.reason} for foreign in zone.foreign],
        "findings": [diagnostic_to_json(finding) for finding in zone.findings],
    }


def change_to_json(change: Change) -> Json:
    """One change, as docs/contract.md §4 shows it."""
    span = change.span
    return {
        "action": change.action.value,
        **_key_to_json(change.key),
        "before": None if change.before is None else rrset_to_json(change.before),
        "after": None if change.after is None else rrset_to_json(change.after),
        "source": None if span is None else {"path": span.path, "line": span.first_line},
        "cached_for": change.cached_for,
    }


def _key_to_json(key: RRsetKey) -> Json:
    return {"name": key.name, "type": key.type, "set_identifier": key.set_identifier}


def parse_document(data: str | bytes) -> tuple[Plan, Json]:
    """A saved plan and its document; raises PlanDocumentError."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PlanDocumentError(f"the plan file is not JSON: {error}") from error
    return from_document(document), document


def from_document(document: Any) -> Plan:
    """The plan again: its counts, and spans beyond the first line, are not in a document.

    Raises PlanDocumentError.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PlanDocumentError(f"this is not a plan file of format {FORMAT}")
    if document.get("digest") != digest_document(document):
        raise PlanDocumentError(
            "the plan file was damaged or edited: its digest does not match",
            hint="make a new one with psfdns plan --out",
        )
    try:
        return _plan_from_json(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanDocumentError(f"the plan file has an unexpected shape: {error!r}") from error


def _plan_from_json(document: Json) -> Plan:
    return Plan(
        account=document["account"],
        zones=tuple(_zone_from_json(zone) for zone in document["zones"]),
        unmanaged=tuple(UnmanagedZone(zone["name"], zone["id"]) for zone in document["unmanaged_zones"]),
        refused=tuple(Refusal(no["zone"], diagnostic_from_json(no)) for no in document["refused"]),
    )


def _zone_from_json(shape: Json) -> ZonePlan:
    return ZonePlan(
        origin=text(shape["name"]),
        view=optional_text(shape["view"]),
        hosted_id=shape["id"],
        tenant=shape["tenant"],
        private=shape["private"],
        changes=tuple(_change_from_json(change) for change in shape["changes"]),
        settings=tuple(Setting(text(s["name"]), s["before"], s["after"]) for s in shape["settings"]),
        foreign=tuple(Foreign(_key_from_json(item), item["reason"]) for item in shape["foreign"]),
        findings=tuple(diagnostic_from_json(finding) for finding in shape["findings"]),
        desired_digest=shape["desired_digest"],
        live_digest=shape["live_digest"],
    )


def _change_from_json(shape: Json) -> Change:
    key, source = _key_from_json(shape), shape["source"]
    before = None if shape["before"] is None else rrset_from_json(key, shape["before"])
    after = None if shape["after"] is None else rrset_from_json(key, shape["after"])
    if after is not None and source is not None:
        after = _placed(after, Span(source["path"], source["line"], source["line"]))
    return Change(before, after, shape["cached_for"])


def _placed(rrset: RRset, span: Span) -> RRset:
    return replace(rrset, spans=(span,) * max(1, len(rrset.values)))


def _key_from_json(shape: Json) -> RRsetKey:
    return RRsetKey(text(shape["name"]), text(shape["type"]), optional_text(shape["set_identifier"]))
