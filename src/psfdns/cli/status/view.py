"""One picture of everything, as text from the document `psfdns-status/1`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import count, name_zone
from psfdns.diagnostics import Severity
from psfdns.status.aspect import Aspect, Level

Shape = dict[str, Any]

_COLOURS = {"error": "31", "warning": "33", "unknown": "36", "well": "32", "info": "36"}
_MARKS = {"error": "!! ", "warning": "! ", "unknown": "? ", "well": ""}
"""So that the worst cell of a line is seen without colour too."""
_ENDINGS = 3
_SOON = 60
"""Days."""

Cell = tuple[str, str]
"""Text, and the severity that colours it."""


class Words(NamedTuple):
    """A finding in words, and what to do."""

    severity: Severity
    line: str
    hint: str


def render_text(document: Shape, *, colour: bool = False, quiet: bool = False, whole: bool = False) -> str:
    """A line a zone, the worst first; below what there is to say of them, what ends soon, and how many.

    `quiet`: only zones that are not well. `whole`: what is for information, too.
    """
    zones = [zone for zone in document["zones"] if not quiet or zone["severity"] != Level.WELL]
    lines = [*_table(zones, document["aspects"], colour=colour)] if zones else []
    told = [*_findings(document, colour=colour, whole=whole)]
    lines += ["", *told] if lines and told else told
    if not quiet:
        lines += [*([""] if lines else []), *_ending_lines(document["endings"]), _counted(document)]
    return "".join(f"{line}\n" for line in lines)


def _table(zones: list[Shape], aspects: list[str], *, colour: bool) -> Iterator[str]:
    head = ["", "ZONE", "TENANT", *(aspect.upper() for aspect in aspects)]
    rows: list[list[Cell]] = [[(text, "") for text in head], *(_row(zone, aspects) for zone in zones)]
    widths = [max(len(row[column][0]) for row in rows) for column in range(len(head))]
    for row in rows:
        cells = (_cell(cell, width, colour=colour) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(zone: Shape, aspects: list[str]) -> list[Cell]:
    severity = zone["severity"]
    sections = [zone[aspect] for aspect in aspects]
    return [
        (severity, severity),
        (escape(name_zone(zone)), ""),
        (escape(zone["tenant"]), ""),
        *((_MARKS[each["severity"]] + escape(each["words"]), _tint(each["severity"])) for each in sections),
    ]


def _tint(severity: str) -> str:
    """What is well needs no colour in its cell."""
    return "" if severity == Level.WELL else severity


def _cell(cell: Cell, width: int, *, colour: bool) -> str:
    text, severity = cell
    padded = text.ljust(width)
    return f"\x1b[{_COLOURS[severity]}m{padded}\x1b[0m" if colour and severity else padded


def _findings(document: Shape, *, colour: bool, whole: bool) -> Iterator[str]:
    """The worst first; what is said of several zones in the same words is said once."""
    told: dict[Words, list[str]] = {}
    for zone in document["zones"]:
        for finding in zone["findings"]:
            if whole or _matters(finding, zone):
                told.setdefault(_words(finding, zone, colour=colour), []).append(name_zone(zone))
    for finding in document["findings"]:
        if whole or finding["severity"] != "info":
            # Where it has a line, its place stands behind it already.
            places = [finding["path"]] if finding.get("path") and finding["line"] is None else []
            told.setdefault(_words(finding, None, colour=colour), []).extend(places)
    for words, names in sorted(told.items(), key=lambda each: each[0].severity.rank):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{escape(names[0])}{more}: {words.line}" if names else words.line
        if words.hint:
            yield words.hint


def _matters(finding: Shape, zone: Shape) -> bool:
    """What is for information matters where it says why something is not known."""
    if finding["severity"] != "info":
        return True
    section = zone.get(finding["aspect"])
    return section is not None and section["severity"] == Level.UNKNOWN


def _words(finding: Shape, zone: Shape | None, *, colour: bool) -> Words:
    """The zone stands before them: a summary need not begin with its domain. The place in a file is last."""
    domain = f"{zone['domain']['name']}. " if zone is not None and zone["domain"]["name"] else ""
    summary = finding["summary"].removeprefix(domain)
    severity = finding["severity"]
    shown = f"\x1b[{_COLOURS[severity]}m{severity}\x1b[0m" if colour else severity
    place = f"  {escape(finding['path'])}:{finding['line']}" if finding["line"] is not None else ""
    line = f"{shown}: {escape(summary)} [{finding['aspect']}: {escape(finding['code'])}]{place}"
    return Words(Severity(severity), line, f"  hint: {escape(finding['hint'])}" if finding["hint"] else "")


def _ending_lines(endings: list[Shape]) -> Iterator[str]:
    """The next that end, and how many more soon do."""
    soon = [each for each in endings if each["days_left"] <= _SOON]
    for each in soon[:_ENDINGS]:
        left = each["days_left"]
        when = f"in {count(left, 'day')}" if left >= 0 else f"{count(-left, 'day')} ago"
        yield f"ends {each['end']} ({when}): {each['kind']} {escape(each['object'])}"
    if len(soon) > _ENDINGS:
        yield f"and {len(soon) - _ENDINGS} more within {_SOON} days"


def _counted(document: Shape) -> str:
    counts: Mapping[str, int] = document["summary"]
    said = [f"{counts[level.value]} {level.value}" for level in Level if counts[level.value]]
    left_out = [aspect.value for aspect in Aspect if aspect.value not in document["aspects"]]
    less = f" Not looked at: {', '.join(left_out)}." if left_out else ""
    return f"{count(len(document['zones']), 'zone')}: {', '.join(said) or 'nothing to look at'}.{less}"
