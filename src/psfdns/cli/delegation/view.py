"""How delegations stand, as a document and as text from that document."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document
from psfdns.cli.views.plan_words import count
from psfdns.delegation.instructions import join_letters
from psfdns.delegation.verdict import Status
from psfdns.lookup.answer import Answer
from psfdns.lookup.parents import Delegation
from psfdns.lookup.survey import holds_zone
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.cli.delegation.delegating import Looked
    from psfdns.delegation.wanted import Wanted
    from psfdns.lookup.survey import Heard, Survey

FORMAT = "psfdns-delegation/1"
_COLOURS = {"wrong": "31", "none": "31", "partial": "33", "unknown": "36", "ok": "32"}
_ORDER = {status.value: number for number, status in enumerate(Status)}

Shape = dict[str, Any]
Words = tuple[str, ...]


def to_document(
    looked: Sequence[Looked],
    *,
    account: str | None,
    checked_at: datetime.datetime,
    with_instructions: bool,
) -> Shape:
    """`psfdns-delegation/1` (docs/contract.md §4)."""
    zones = [_zone(each, with_instructions=with_instructions) for each in looked]
    counts = Counter(zone["status"] for zone in zones)
    return {
        "format": FORMAT,
        "checked_at": write_moment(checked_at),
        "account": account,
        "summary": {**{status.value: counts[status.value] for status in Status}, "not_asked": counts[None]},
        "zones": zones,
    }


def _zone(looked: Looked, *, with_instructions: bool) -> Shape:
    file, verdict, survey = looked.file, looked.verdict, looked.survey
    findings = [{**finding_document(each), "servers": list(each.servers)} for each in verdict.findings]
    return {
        "name": file.origin,
        "view": file.view,
        "id": looked.hosted.id if looked.hosted else None,
        "tenant": file.tenant,
        "private": bool(file.settings.private),
        "registrar": file.settings.registrar.value,
        "status": verdict.status.value if verdict.status else None,
        "assigned": _listed(looked.wanted.assigned),
        "expected": _listed(looked.wanted.servers),
        "parent": _parent(survey) if survey else None,
        "servers": [_server(each, survey, looked.wanted) for each in survey.heard] if survey else [],
        "findings": findings,
        "instructions": looked.instructions if with_instructions else None,
    }


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _parent(survey: Survey) -> Shape:
    """As in `zone delete`: what each of the parent's servers says, or why it says nothing."""
    if survey.parents is None:
        return {"zone": None, "servers": [], "why": survey.why}
    servers = []
    for server, said in survey.parents.heard:
        place = {"name": server.name, "address": str(server.server)}
        if isinstance(said, Delegation):
            glue = [{"name": name, "address": address} for name, address in said.glue]
            told = {"ns": list(said.ns), "ns_ttl": said.ns_ttl, "ds": list(said.ds), "ds_ttl": said.ds_ttl}
            servers.append({**place, **told, "glue": glue, "why": None})
        else:
            servers.append({**place, **_NOTHING, "why": said.words})
    for name, failure in survey.parents.unaddressed:
        servers.append({"name": name, "address": None, **_NOTHING, "why": failure.words})
    return {"zone": survey.parents.parent, "servers": servers, "why": None}


_NOTHING = {"ns": None, "ns_ttl": None, "ds": None, "ds_ttl": None, "glue": None}


def _server(heard: Heard, survey: Survey, wanted: Wanted) -> Shape:
    own = heard.ns.answered(survey.zone, "NS") if isinstance(heard.ns, Answer) else None
    return {
        "name": heard.at.name,
        "address": str(heard.at.server),
        "assigned": heard.at.name in wanted.asked,
        "delegated": heard.at.name in survey.delegated,
        "authoritative": heard.is_authority(survey.zone),
        "udp": holds_zone(heard.udp, survey.zone) or holds_zone(heard.plain, survey.zone),
        "tcp": holds_zone(heard.tcp, survey.zone),
        "edns": isinstance(heard.udp, Answer) and heard.udp.edns,
        "ns": list(own.values) if own else None,
    }


def render_text(document: Shape, *, colour: bool = False, quiet: bool = False) -> str:
    """A line a zone, the worst first, with its findings below; then a line that counts them.

    What is said of several zones in the same words is said once, below them.
    """
    zones = sorted(document["zones"], key=lambda zone: _ORDER.get(zone["status"], len(_ORDER)))
    said = Counter(_words(finding) for zone in zones for finding in zone["findings"])
    often = {words: number for words, number in said.items() if number > 1}
    lines = [
        line for zone in zones if zone["findings"] or not quiet for line in _lines(zone, often, colour=colour)
    ]
    for words, number in often.items():
        lines += [f"of {count(number, 'zone')}:", *words]
    return "".join(f"{line}\n" for line in [*lines, *([] if quiet else [_counted(document["summary"])])])


def _lines(zone: Shape, often: Container[Words], *, colour: bool) -> Iterator[str]:
    status = zone["status"] or "-"
    shown = f"{status:<8}"
    if colour and status in _COLOURS:
        shown = f"\x1b[{_COLOURS[status]}m{shown}\x1b[0m"
    label = zone["name"] + (f"@{zone['view']}" if zone["view"] else "")
    place = f"tenant {zone['tenant']}" + (f", {zone['id']}" if zone["id"] else "")
    elsewhere = "".join(f" [{each['code']}]" for each in zone["findings"] if _words(each) in often)
    yield f"{shown} {escape(label)}  ({escape(place)}){escape(_brief(zone))}{elsewhere}"
    for finding in zone["findings"]:
        if (words := _words(finding)) not in often:
            yield from words


def _words(finding: Shape) -> Words:
    """A finding as the lines that show it."""
    shown = f"  {finding['severity']}: {escape(finding['summary'])} [{finding['code']}]"
    return (shown, f"  hint: {escape(finding['hint'])}") if finding["hint"] else (shown,)


def _brief(zone: Shape) -> str:
    if zone["status"] != Status.OK.value:
        return ""
    return f": {zone['parent']['zone']} names its {count(len(zone['expected']), 'name server')}"


def _counted(summary: Mapping[str, int]) -> str:
    words = [f"{number} {name.replace('_', ' ')}" for name, number in summary.items() if number]
    return f"Delegation: {', '.join(words) or 'no zones'}."


def render_instructions(document: Shape) -> str:
    """The messages, those that could be written."""
    letters = [zone["instructions"] for zone in document["zones"] if zone["instructions"]]
    return join_letters(["".join(f"{escape(line)}\n" for line in each.splitlines()) for each in letters])
