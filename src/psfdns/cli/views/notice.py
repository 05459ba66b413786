"""What a tenant is told of an apply: a document, and the mail's subject and text from that document."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan import render_changes
from psfdns.cli.views.plan_words import count
from psfdns.journal.entry import Entry, Kind, stamp
from psfdns.notify.memory import Missed
from psfdns.notify.touched import TouchedZone
from psfdns.plans.desired import zone_stem
from psfdns.plans.document import change_to_json
from psfdns.plans.plan import Change
from psfdns.tenants.tenant import Tenant

Shape = dict[str, Any]

MAX_CHANGES = 30
"""Changes in one message, over all its zones; the rest is counted."""

MAX_ZONES = 20
MAX_LINES = 12
"""Lines of one change; a record set may have 400 values."""

MAX_WIDTH = 200

_DONE = {
    Kind.APPLY: "was changed",
    Kind.ROLLBACK: "was changed back",
    Kind.ZONE_DELETE: "was deleted",
}
_PAST = {"create": "created", "update": "updated", "delete": "DELETED"}


def to_document(
    entry: Entry,
    tenant: Tenant,
    zones: Sequence[TouchedZone],
    *,
    why: str | None,
    missed: Sequence[Missed] = (),
) -> Shape:
    """Everything that one message says; `why` is the subject line of the commit."""
    return {
        "tenant": {"slug": tenant.slug, "name": tenant.name, "path": tenant.path},
        "entry": entry.id,
        "kind": entry.kind.value,
        "created": stamp(entry.created),
        "who": {"aws": entry.who.aws, "user": entry.who.user, "host": entry.who.host},
        "commit": entry.commit,
        "why": why,
        "undoes": entry.undoes,
        "zones": [_zone(zone) for zone in zones],
        "missed": [{"about": one.about, "at": one.at} for one in missed],
    }


def _zone(zone: TouchedZone) -> Shape:
    return {
        "name": zone_stem(zone.label),
        "private": zone.private,
        "created": zone.created,
        "deleted": zone.deleted,
        "name_servers": list(zone.name_servers),
        "settings": [{"name": s.name, "before": s.before, "after": s.after} for s in zone.settings],
        "changes": [_change(change) for change in zone.changes],
        "unknown": len(zone.unknown),
    }


def _change(change: Change) -> Shape:
    """As in a plan; the journal keeps no waiting time, and the old TTL is what there is to wait for."""
    waits = change.cached_for or (change.before.ttl if change.before is not None else None)
    return {**change_to_json(change), "source": None, "cached_for": waits}


def render_subject(document: Shape) -> str:
    """Which zone, and how much of it."""
    zones = document["zones"]
    names = zones[0]["name"] + (f" and {count(len(zones) - 1, 'more zone')}" if len(zones) > 1 else "")
    changes = sum(len(zone["changes"]) + zone["unknown"] for zone in zones)
    if any(zone["deleted"] for zone in zones):
        done = "zone deleted"
    elif any(zone["created"] for zone in zones):
        done = f"new, {count(changes, 'record set')}"
    else:
        done = f"{count(changes, 'record set')} changed" if changes else "settings changed"
    back = " back" if document["kind"] == Kind.ROLLBACK and changes else ""
    return f"[psfdns] {names}: {done}{back}"


def render_body(document: Shape) -> str:
    """The text; nothing that stands in a record can forge a line of it."""
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(document: Shape) -> Iterator[str]:
    tenant = document["tenant"]
    done = _DONE[Kind(document["kind"])]
    yield "Hello,"
    yield ""
    yield f"DNS of {escape(tenant['name'])} {done}. This is for your information: nothing is asked of you."
    yield "If it should not have happened, answer this message."
    yield ""
    yield from _zones(document)
    yield from _reasons(document)
    yield from _missed(document["missed"])
    yield ""
    yield "-- "
    yield f"You are told because {escape(tenant['path'])} names you as liaison."


def _zones(document: Shape) -> Iterator[str]:
    left = MAX_CHANGES
    for zone in document["zones"][:MAX_ZONES]:
        shown = zone["changes"][:left]
        yield f"{escape(zone['name'])}: {_say_zone(zone)}"
        if zone["name_servers"] and not zone["private"]:
            yield _narrow(f"  its name servers: {escape(' '.join(zone['name_servers']))}")
        for change in shown:
            yield from _cut(render_changes([change], waits=True).splitlines())
        more = len(zone["changes"]) - len(shown)
        if more:
            yield f"  and {count(more, 'more record set')}"
        yield from _settings(zone)
        yield ""
        left -= len(shown)
    more_zones = len(document["zones"]) - MAX_ZONES
    if more_zones > 0:
        yield f"and {count(more_zones, 'more zone')}."
        yield ""


def _say_zone(zone: Shape) -> str:
    made = [change["action"] for change in zone["changes"]]
    counted = ", ".join(f"{made.count(action)} {word}" for action, word in _PAST.items() if action in made)
    said = [
        "the zone was deleted, with all that it held" if zone["deleted"] else "",
        "new zone" if zone["created"] else "",
        f"record sets: {counted}" if counted else "",
        f"{count(zone['unknown'], 'record set')} of which the answer was lost" if zone["unknown"] else "",
        "settings" if zone["settings"] and not zone["created"] else "",
    ]
    return "; ".join(part for part in said if part) or "touched"


def _settings(zone: Shape) -> Iterator[str]:
    for setting in zone["settings"] if not zone["created"] else ():
        before, after = (setting[side] or "none" for side in ("before", "after"))
        yield _narrow(f"  ~ zone {escape(setting['name'])}: {escape(before)} -> {escape(after)}")


def _reasons(document: Shape) -> Iterator[str]:
    who = document["who"]
    aws = f" ({who['aws']})" if who["aws"] else ""
    yield _narrow(f"why:   {escape(_reason(document))}")
    yield _narrow(f"who:   {escape(who['user'])}@{escape(who['host'])}{escape(aws)}")
    yield f"when:  {document['created'][:10]} {document['created'][11:16]} UTC"
    yield f"entry: {document['entry']} (psfdns history {document['entry']} has all of it)"


def _reason(document: Shape) -> str:
    if document["undoes"]:
        return f"{document['kind']}, undoes {document['undoes']}"
    if document["commit"] is None:
        return f"{document['kind']}, from files in no commit"
    commit, dirty, _ = document["commit"].partition("+")
    edited = ", with edits that are in no commit" if dirty else ""
    return f"commit {commit[:12]}{edited}" + (f": {document['why']}" if document["why"] else "")


def _missed(missed: Sequence[Shape]) -> Iterator[str]:
    if missed:
        yield ""
        yield "You could not be told before of:"
    for one in missed:
        yield f"  {escape(one['about'])} ({escape(one['at'][:10])})"


def _cut(lines: Sequence[str]) -> Iterator[str]:
    yield from map(_narrow, itertools.islice(lines, MAX_LINES))
    if len(lines) > MAX_LINES:
        yield f"      … {count(len(lines) - MAX_LINES, 'more line')}"


def _narrow(line: str) -> str:
    return line if len(line) <= MAX_WIDTH else line[: MAX_WIDTH - 1] + "…"


def render_staff(told: Sequence[Shape], entry: Entry, *, why: str | None) -> tuple[str, str]:
    """Subject and text for staff: which zones, and who of the tenants heard of it."""
    names = [zone_stem(zone.label) for zone in entry.zones]
    few = ", ".join(names[:3]) + (f" and {count(len(names) - 3, 'more zone')}" if len(names) > 3 else "")
    reason = _reason({"commit": entry.commit, "kind": entry.kind, "undoes": entry.undoes, "why": why})
    lines = [f"{entry.id} by {entry.who.user}@{entry.who.host}: {reason}", *map(say_told, told)]
    return f"psfdns {entry.kind}: {escape(few)}", "".join(f"{escape(line)}\n" for line in lines)


def say_told(told: Shape) -> str:
    """One tenant: who heard of it, who did not, and why."""
    parts = [f"told {', '.join(told['to'])}"] if told["to"] else ["told nobody"]
    parts += [f"{one['address']} refused: {one['why']}" for one in told["refused"]]
    parts += [told["fault"]] if told["fault"] else []
    return f"{told['tenant'] or 'no tenant'}: {'; '.join(parts)}"
