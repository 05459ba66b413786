"""Every code that pages show, with what it means, what to do, and whose zones have it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psfdns.cli.status.site.words import ASPECTS, SEVERITIES

Shape = dict[str, Any]
Link = tuple[str, str]
"""A zone as people say it, and the path of its page."""

CODES_PAGE = "codes.html"
SHOWN = 12
"""Zones that are listed of a code before the rest is counted."""
_RANKS = {name: rank for rank, name in enumerate((*SEVERITIES[:2], "info"))}


@dataclass(frozen=True, slots=True)
class Shown:
    """A code of the document's findings; `aspect` None: of no column. It is its own anchor."""

    code: str
    aspect: str | None
    severities: set[str]
    explanation: Mapping[str, Any]
    zones: dict[Link, None] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """The worst that it has on a page."""
        return min(self.severities, key=_rank)


def _rank(severity: str) -> int:
    return _RANKS.get(severity, 0)


def find_codes(
    document: Shape, explanations: Mapping[str, Mapping[str, Any]], links: Mapping[Any, Link]
) -> dict[str, Shown]:
    """Code -> where it is shown; one that nobody explains is left out. `links`: by a zone's name and view."""
    found: dict[str, Shown] = {}
    for finding, link in _findings(document, links):
        code = finding["code"]
        if code not in explanations:
            continue
        shown = found.setdefault(code, Shown(code, finding.get("aspect"), set(), explanations[code]))
        shown.severities.add(finding["severity"])
        if link is not None:
            shown.zones[link] = None
    return found


def _findings(document: Shape, links: Mapping[Any, Link]) -> Iterator[tuple[Shape, Link | None]]:
    for zone in document["zones"]:
        yield from ((finding, links[zone["name"], zone["view"]]) for finding in zone["findings"])
    yield from ((finding, None) for finding in document["findings"])


def by_aspect(codes: Mapping[str, Shown]) -> list[tuple[str, Sequence[Shown]]]:
    """The codes of each column, in the order of the columns, the worst first."""
    ordered = sorted(codes.values(), key=lambda each: (_rank(each.severity), each.code.lower()))
    aspects = dict.fromkeys([*ASPECTS, *(each.aspect or "" for each in ordered)])
    chapters = [(name, [each for each in ordered if (each.aspect or "") == name]) for name in aspects]
    return [(name, chapter) for name, chapter in chapters if chapter]
