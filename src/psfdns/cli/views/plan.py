"""The plan as text for a terminal, from its JSON document; it computes no fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import (
    SIGNS,
    WORDS,
    Shape,
    count,
    count_actions,
    describe_change,
    duration,
    group_refusals,
    has_work,
    name_change,
    name_place,
    name_ttl,
    name_zone,
    rounded,
    summarise,
)

SHOWN = 5
"""How many foreign record sets or unmanaged zones are listed unless all are asked for."""

_COLOURS = {"+": "32", "~": "33", "-": "31", "error": "31", "warning": "33", "bold": "1"}


def render_text(
    document: Shape, *, colour: bool = False, verbose: bool = False, estimate: int | None = None
) -> str:
    """The whole plan; `estimate` is in seconds. In-sync zones are counted, with `verbose` listed."""
    return "".join(f"{line}\n" for line in _TextView(colour, verbose).lines(document, estimate))


def render_zones(zones: list[Shape], *, colour: bool = False, verbose: bool = False) -> str:
    """The sections of these zones alone."""
    view = _TextView(colour, verbose)
    return "".join(f"{line}\n" for zone in zones for line in (*view.section(zone), ""))


def render_changes(changes: list[Shape], *, colour: bool = False, waits: bool = False) -> str:
    """These changes alone; caches are spoken of only where `waits`."""
    view = _TextView(colour, verbose=False)
    shown = changes if waits else [{**change, "cached_for": None} for change in changes]
    return "".join(f"{line}\n" for change in shown for line in view.change(change))


@dataclass(frozen=True, slots=True)
class _TextView:
    colour: bool
    verbose: bool

    def lines(self, document: Shape, estimate: int | None) -> Iterator[str]:
        for zone in document["zones"]:
            section = list(self.section(zone))
            if section:
                yield from (*section, "")
        yield from self._unmanaged(document["unmanaged_zones"])
        yield from self._refused(document["refused"])
        yield self._paint("bold", f"Plan: {summarise(document)}.")
        yield from self._quiet_findings(document["zones"])
        if estimate and has_work(document):
            yield f"Applying it takes about {duration(rounded(estimate))}."

    def section(self, zone: Shape) -> Iterator[str]:
        """One zone's lines; none where there is nothing to say."""
        body = [
            *self._findings([] if self._is_quiet(zone) else zone["findings"]),
            *self._settings(zone),
            *(line for change in zone["changes"] for line in self.change(change)),
            *self._news(zone),
            *self._foreign(zone["foreign"]),
        ]
        if body or zone["action"] != "none" or self.verbose:
            yield self._paint("bold", escape(name_zone(zone))) + f"  {escape(_say_zone(zone))}"
            yield from body

    def _is_quiet(self, zone: Shape) -> bool:
        """Where nothing happens, warnings are `check`'s to tell."""
        return zone["action"] == "none" and not self.verbose

    def _quiet_findings(self, zones: list[Shape]) -> Iterator[str]:
        number = sum(len(zone["findings"]) for zone in zones if self._is_quiet(zone))
        if number:
            yield f"The files in sync have {count(number, 'finding')}: psfdns check shows them."

    def _findings(self, findings: Iterable[Shape]) -> Iterator[str]:
        for finding in findings:
            place = name_place(finding)
            severity = self._paint(finding["severity"], finding["severity"])
            where = f"{escape(place)}: " if place else ""
            yield f"  {where}{severity}: {escape(finding['summary'])} [{escape(finding['code'])}]"
            yield from self._hint(finding)

    def _hint(self, finding: Shape) -> Iterator[str]:
        if finding["hint"]:
            yield f"    hint: {escape(finding['hint'])}"

    def _settings(self, zone: Shape) -> Iterator[str]:
        for setting in zone["settings"]:
            before, after = (
                "none" if setting[side] is None else f'"{escape(setting[side])}"'
                for side in ("before", "after")
            )
            new = zone["action"] == "create"
            sign, change = ("+", after) if new else ("~", f"{before} -> {after}")
            yield f"  {self._paint(sign, sign)} zone {escape(setting['name'])}: {change}"

    def change(self, change: Shape) -> Iterator[str]:
        """One record set: what happens to it, its values, its old answers."""
        sign = SIGNS[change["action"]]
        place = name_place(change["source"])
        ttl = name_ttl(change)
        head = f"{sign} {WORDS[change['action']]} {escape(name_change(change))}{ttl and f', TTL {ttl}'}"
        yield f"  {self._paint(sign, head)}" + (f"  {escape(place)}" if place else "")
        for line in describe_change(change, with_ttl=not ttl):
            words = " ".join(word for word in (escape(line.label), escape(line.text)) if word)
            yield f"      {self._paint(line.sign, f'{line.sign} {words}')}"
        if change["cached_for"] and change["action"] != "create":
            yield f"        old answers live up to {duration(change['cached_for'])}"

    def _news(self, zone: Shape) -> Iterator[str]:
        """What a resolver may go on saying about names that it asked for before they were there."""
        known = {change["name"] for change in zone["changes"] if change["action"] != "create"}
        waits = [change["cached_for"] for change in zone["changes"] if change["name"] not in known]
        if any(waits) and zone["action"] == "change":
            yield f"  what is new may be missed by resolvers that asked before, up to {duration(max(waits))}"

    def _foreign(self, foreign: list[Shape]) -> Iterator[str]:
        if not foreign:
            return
        yield f"  kept as they are, not psfdns's: {count(len(foreign), 'record set')}"
        for item in self._some(foreign):
            yield f"      {escape(name_change(item))}: {escape(item['reason'])}"
        yield from self._more(foreign)

    def _unmanaged(self, zones: list[Shape]) -> Iterator[str]:
        if not zones:
            return
        yield f"In the account without a zone file: {count(len(zones), 'zone')}"
        for zone in self._some(zones):
            yield f"      {escape(zone['name'])} ({escape(zone['id'])})"
        yield from self._more(zones)
        yield ""

    def _refused(self, refused: list[Shape]) -> Iterator[str]:
        if not refused:
            return
        yield self._paint("error", "Apply will refuse this plan, and change nothing in any zone:")
        for alike in group_refusals(refused):
            finding, *others = alike
            place = name_place(finding)
            where = f"  {escape(place)}" if place else ""
            yield f"  {escape(finding['summary'])} [{escape(finding['code'])}]{where}"
            if others:
                yield f"    and {count(len(others), 'more zone')}: {self._name_some(others)}"
            yield from self._hint(finding)
        yield ""

    def _name_some(self, refused: list[Shape]) -> str:
        shown = self._some(refused)
        return ", ".join(escape(no["zone"]) for no in shown) + (", …" if len(shown) < len(refused) else "")

    def _some(self, items: list[Shape]) -> list[Shape]:
        return items if self.verbose else items[:SHOWN]

    def _more(self, items: list[Shape]) -> Iterator[str]:
        if len(items) > len(self._some(items)):
            yield f"      and {len(items) - SHOWN} more (-v lists them)"

    def _paint(self, kind: str, text: str) -> str:
        code = _COLOURS.get(kind)
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code else text


def _say_zone(zone: Shape) -> str:
    """Whose zone it is, which one, and what happens to it."""
    kind = "private, " if zone["private"] else ""
    who = f"({kind}tenant {zone['tenant']}{', ' + zone['id'] if zone['id'] else ''})"
    if zone["action"] == "error":
        return f"{who}: errors, no plan for this zone"
    if zone["action"] == "none":
        return f"{who}: in sync"
    doing = count_actions(zone["changes"]) or (
        "no record sets" if zone["action"] == "create" else "settings only"
    )
    if zone["action"] == "create":
        servers = "" if zone["private"] else ", its name servers are assigned on creation"
        return f"{who}: new zone{servers}; {doing}"
    return f"{who}: {doing}"
