"""What differs between files and Route 53, as a document for a monitor and as text for a person."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan import render_changes, render_zones
from psfdns.moments import write_moment
from psfdns.plans.document import change_to_json
from psfdns.plans.document import to_document as plan_to_document
from psfdns.plans.plan import Change, Plan

if TYPE_CHECKING:
    from psfdns.plans.desired import HeldZone
    from psfdns.tenants.zone_file import ZoneFile

FORMAT = "psfdns-drift/1"
STATUS = {"none": "in-sync", "change": "drifted", "create": "drifted", "error": "unknown"}
"""The action of a plan -> what it says about a zone."""

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Since:
    """What somebody changed at Route 53 since the apply that the journal calls `entry`."""

    entry: str
    at: datetime.datetime | None
    changes: tuple[Change, ...]


def to_document(plan: Plan, *, checked_at: datetime.datetime, since: Mapping[str, Since]) -> Shape:
    """`psfdns-drift/1`: each zone as in a plan, with its `status`, why it is unknown, and `since_apply`.

    `since` is by hosted id; its changes lead from the state after our last apply to what is live.
    """
    planned = plan_to_document(plan, created=checked_at, commit=None)
    zones = [
        {
            **zone,
            "status": STATUS[zone["action"]],
            "why": _why(zone),
            "since_apply": _since(since.get(zone["id"])),
        }
        for zone in planned["zones"]
    ]
    return _document(zones, account=plan.account, checked_at=planned["created"])


def _since(since: Since | None) -> Shape | None:
    if since is None:
        return None
    changes = [change_to_json(change) for change in since.changes]
    return {"entry": since.entry, "at": write_moment(since.at) if since.at else None, "changes": changes}


def unknown_document(
    zones: Iterable[HeldZone | ZoneFile], *, why: str, hint: str | None, checked_at: datetime.datetime
) -> Shape:
    """The document where Route 53 could not be read at all."""
    rows: list[Shape] = [
        {"name": zone.origin, "view": zone.view, "id": None, "tenant": zone.tenant, "status": "unknown"}
        | {"why": why, "hint": hint, "settings": [], "changes": [], "foreign": [], "findings": []}
        | {"since_apply": None}
        for zone in zones
    ]
    return _document(rows, account=None, checked_at=write_moment(checked_at))


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
    sections = (render_zones([zone], colour=colour) + _render_since(zone, colour=colour) for zone in compared)
    return "".join(sections) + "".join(f"{line}\n" for line in lines)


def _render_since(zone: Shape, *, colour: bool) -> str:
    since = zone["since_apply"]
    if since is None:
        return ""
    when = f"since the last apply from here ({escape(since['entry'])}, {escape(since['at'] or '?')})"
    if not since["changes"]:
        return f"  Route 53 is as it was {when}: nobody changed it there.\n\n"
    return f"  Changed at Route 53 {when}:\n{render_changes(since['changes'], colour=colour)}\n"


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
