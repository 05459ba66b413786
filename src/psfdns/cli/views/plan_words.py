"""What the plan document says, in the words that text and Markdown share. Nothing here is escaped yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Shape = Mapping[str, Any]

SIGNS = {"create": "+", "update": "~", "delete": "-"}
WORDS = {"create": "create", "update": "update", "delete": "DELETE"}
"""Deleting stands out without colour too."""


class Line(NamedTuple):
    """One line below a change: sign `+`, `-` or a blank, the words before, and text from outside."""

    sign: str
    label: str
    text: str = ""


def name_ttl(change: Shape) -> str:
    """The TTL of what is created or deleted; an update's is described, as it may change."""
    rrset = change["after"] if change["before"] is None else change["before"]
    return "" if change["action"] == "update" or rrset["ttl"] is None else str(rrset["ttl"])


def describe_change(change: Shape, *, with_ttl: bool = True) -> Iterator[Line]:
    """What is new, what goes, and how much stays, a value a line."""
    before, after = change["before"], change["after"]
    if before is not None and after is not None:
        yield from _describe_update(before, after)
        return
    sign, rrset = ("+", after) if before is None else ("-", before)
    for name, text in _attributes(rrset).items():
        if with_ttl or name != "TTL":
            yield Line(" ", name, text)
    for value in _values(rrset):
        yield Line(sign, "", value)


def _describe_update(before: Shape, after: Shape) -> Iterator[Line]:
    old, new = _attributes(before), _attributes(after)
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield Line(" ", name, f"{old.get(name, 'none')} -> {new.get(name, 'none')}")
    was, will = _values(before), _values(after)
    gone, come = set(was) - set(will), set(will) - set(was)
    yield from (Line("-", "", value) for value in was if value in gone)
    yield from (Line("+", "", value) for value in will if value in come)
    stay = len(was) - len(gone)
    if stay:
        yield Line(" ", f"{count(stay, 'value')} unchanged")


def _attributes(rrset: Shape) -> dict[str, str]:
    """Everything but the values, by name; what is absent is left out."""
    attributes = {}
    if rrset["ttl"] is not None:
        attributes["TTL"] = str(rrset["ttl"])
    if rrset["routing"] is not None:
        routing = dict(rrset["routing"])
        policy = routing.pop("policy")
        attributes["routing"] = " ".join([policy, *(f"{key}={value}" for key, value in routing.items())])
    if rrset["health_check"] is not None:
        attributes["health check"] = rrset["health_check"]
    return attributes


def _values(rrset: Shape) -> list[str]:
    alias = rrset["alias"]
    if alias is None:
        return list(rrset["values"])
    health = ", with its health" if alias["evaluate_target_health"] else ""
    return [f"alias to {alias['name']} in zone {alias['zone_id']}{health}"]


def name_change(change: Shape) -> str:
    """`www.example.org. A`, with the set identifier in quotes."""
    plain = f"{change['name']} {change['type']}"
    identifier = change["set_identifier"]
    return plain if identifier is None else f"{plain} {json.dumps(identifier, ensure_ascii=False)}"


def name_zone(zone: Shape) -> str:
    """The zone's name, with its view where it has one."""
    return str(zone["name"]) if zone["view"] is None else f"{zone['name']}@{zone['view']}"


def name_place(shape: Shape | None) -> str:
    """`path:line` of a source or of a finding, or nothing."""
    if shape is None or shape["path"] is None:
        return ""
    return str(shape["path"]) if shape["line"] is None else f"{shape['path']}:{shape['line']}"


def count_actions(changes: list[Shape]) -> str:
    """`2 to create, 1 to DELETE`."""
    counts = {action: sum(change["action"] == action for change in changes) for action in WORDS}
    return ", ".join(f"{number} to {WORDS[action]}" for action, number in counts.items() if number)


def summarise(document: Shape) -> str:
    """The one line that says what the whole plan comes to."""
    zones = document["zones"]
    actions = [zone["action"] for zone in zones]
    changes = [change for zone in zones for change in zone["changes"]]
    parts = [
        f"{count(actions.count('create'), 'zone')} to create" if "create" in actions else "",
        f"record sets: {count_actions(changes)}" if changes else "",
        f"{count(actions.count('error'), 'zone')} with errors" if "error" in actions else "",
        f"{count(actions.count('none'), 'zone')} in sync" if "none" in actions else "",
    ]
    said = "; ".join(part for part in parts if part) or "no zones"
    return said if has_work(document) or "error" in actions else f"nothing to do: {said}"


def has_work(document: Shape) -> bool:
    """Whether apply would do anything."""
    return any(zone["action"] in ("create", "change") for zone in document["zones"])


def group_refusals(refused: list[Shape]) -> list[list[Shape]]:
    """Each refusal alone, but the wrong account once for all zones."""
    groups: dict[tuple[str, int], list[Shape]] = {}
    for position, finding in enumerate(refused):
        alike = -1 if finding["code"] == "account" else position
        groups.setdefault((finding["code"], alike), []).append(finding)
    return list(groups.values())


def count(number: int, noun: str) -> str:
    """`1 zone`, `2 zones`, `1,234 zones`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def rounded(seconds: int) -> int:
    """An estimate no more exact than it is: whole minutes from one minute on."""
    return seconds if seconds < 60 else round(seconds / 60) * 60


def duration(seconds: int) -> str:
    """Whole days, hours or minutes where it is whole, else the two largest units."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts[:2]) or "0 s"
