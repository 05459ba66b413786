"""What differs between files and Route 53, as a document for a monitor and as text for a person."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan import render_zones
from psfdns.plans.document import to_document as plan_to_document
from psfdns.plans.plan import Plan

if TYPE_CHECKING:
    from psfdns.plans.desired import HeldZone
    from psfdns.tenants.zone_file import ZoneFile

FORMAT = "psfdns-drift/1"
STATUS = {"none": "in-sync", "change": "drifted", "create": "drifted", "error": "unknown"}
"""The action of a plan -> what it says about a zone."""

Shape = dict[str, Any]


def to_document(plan: Plan, *, checked_at: datetime.datetime) -> Shape:
    """`psfdns-drift/1`: each zone as in a plan, with its `status` and why it is unknown."""
    planned = plan_to_document(plan, created=checked_at, commit=None)
    zones = [{**zone, "status": STATUS[zone["action"]], "why": _why(zone)} for zone in planned["zones"]]
    return _document(zones, account=plan.account, checked_at=planned["created"])


def unknown_document(
    zones: Iterable[HeldZone | ZoneFile], *, why: str, hint: str | None, checked_at: datetime.datetime
) -> Shape:
    """The document where Route 53 could not be read at all."""
    rows: list[Shape] = [
        {"name": zone.origin, "view": zone.view, "id": None, "tenant": zone.tenant, "status": "unknown"}
        | {"why": why, "hint": hint, "settings": [], "changes": [], "foreign": [], "findings": []}
        for zone in zones
    ]
    stamp = checked_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _document(rows, account=None, checked_at=stamp)


def _document(zones: list[Shape], *, account: str | None, checked_at: str) -> Shape:
    counts = Counter(zone["status"] for zone in zones)
    summary = {status: counts[status] for status in ("in-sync", "drifted", "unknown")}
    return {
        "format": FORMAT,
        "checked_at": checked_at,
        "account": account,
        "summary": summary,
        "zones": zones,
    }


def _why(zone: Shape) -> str | None:
    if zone["action"] == "create":
        return "there is no such zone at Route 53"
    return "its file has errors" if zone["action"] == "error" else None


def render_text(document: Shape, *, colour: bool = False) -> str:
    """Nothing where all is in sync; else the zones that are not, and one line that counts them."""
    zones = document["zones"]
    summary = document["summary"]
    if summary["in-sync"] == len(zones):
        return ""
    compared = [zone for zone in zones if zone["status"] != "in-sync" and "action" in zone]
    words = [_count(status, summary[status]) for status in _WORDS if summary[status]]
    lines = [*_obstacles(zones), f"Drift: {', '.join(words)}."]
    return render_zones(compared, colour=colour) + "".join(f"{line}\n" for line in lines)


def _obstacles(zones: list[Shape]) -> Iterator[str]:
    """Why zones could not be read, each reason once."""
    for why, hint in dict.fromkeys((zone["why"], zone["hint"]) for zone in zones if "action" not in zone):
        yield f"error: {escape(why)}"
        if hint:
            yield f"hint: {escape(hint)}"


def _count(status: str, number: int) -> str:
    one, more = _WORDS[status]
    return f"{number} {one if number == 1 else more}"


_WORDS = {
    "drifted": ("zone differs from its file", "zones differ from their files"),
    "unknown": ("zone could not be compared", "zones could not be compared"),
    "in-sync": ("in sync", "in sync"),
}
