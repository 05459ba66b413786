"""Orders at the registrar as entries of `psfdns-history/1`, and as lines from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import count
from psfdns.journal.ledgers import Kept
from psfdns.moments import write_moment
from psfdns.registrar.ledger import Entry, State

Shape = dict[str, Any]

_NOTHING = {"create": 0, "update": 0, "delete": 0}


def order_document(kept: Kept[Any], entry: Entry) -> Shape:
    """An entry with the keys that every entry has; `order` holds what only orders have."""
    events = [{"at": write_moment(one.at), "state": one.state.value, "why": one.why} for one in entry.events]
    return {
        "id": kept.id,
        "state": entry.state.value,
        "fault": kept.fault,
        "elsewhere": kept.elsewhere,
        "kind": entry.kind,
        "created": write_moment(entry.created),
        "who": {"aws": None, "user": entry.user, "host": entry.host},
        **dict.fromkeys(("account", "commit", "version", "plan", "undoes", "signing")),
        "summary": dict(_NOTHING),
        "made": dict(_NOTHING),
        "zones": [],
        "order": {
            "domain": entry.domain,
            "before": dict(entry.before),
            "after": dict(entry.after),
            "events": events,
        },
    }


def say_order(entry: Shape) -> str:
    """What was ordered, and how far it came where that is not to its end; not escaped."""
    state = entry["state"]
    far = "" if state == State.DONE.value else f": {state}"
    return f"{_say_kind(entry['kind'], entry['order'])}{far}"


def _say_kind(kind: str, order: Mapping[str, Any]) -> str:
    after = order["after"]
    match kind:
        case "renew":
            years = after.get("years")
            return f"renewed for {count(years, 'year')}" if isinstance(years, int) else "renewed"
        case "set-ns":
            return "name servers set"
        case "lock":
            return "locked" if after.get("locked") else "unlocked"
        case "autorenew":
            return f"automatic renewal {'on' if after.get('autorenew') else 'off'}"
        case "add-ds":
            return f"DS {_tags(after, order['before'])} added"
        case "remove-ds":
            return f"DS {_tags(order['before'], after)} removed"
        case _:
            return kind


def _tags(those: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    """The key tags of the DS that the one side has and the other does not."""
    have, lack = (set(map(str, side.get("ds") or ())) for side in (those, others))
    return ", ".join(sorted(ds.partition(" ")[0] for ds in have - lack)) or "record"


def name_order(entry: Shape) -> str:
    """What the table calls it; not escaped."""
    return f"{entry['order']['domain']}: {_say_kind(entry['kind'], entry['order'])}"


def order_lines(entry: Shape) -> Iterator[str]:
    """Everything of one order, below its headline."""
    order = entry["order"]
    told = {
        "what": f"{entry['kind']} of {order['domain']}",
        "when": entry["created"],
        "who": f"{entry['who']['user']}@{entry['who']['host']}",
    }
    yield from (f"  {name + ':':<11}{escape(text)}" for name, text in told.items())
    for key in dict.fromkeys([*order["before"], *order["after"]]):
        before, after = (_value(order[side].get(key)) for side in ("before", "after"))
        yield escape(f"  {key}: {before} -> {after}")
    for event in order["events"]:
        why = f": {event['why']}" if event["why"] else ""
        yield escape(f"  {event['at']} {event['state']}{why}")


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
