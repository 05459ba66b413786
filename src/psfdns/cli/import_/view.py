"""What an import did, as a JSON document and as the text made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document

if TYPE_CHECKING:
    from psfdns.cli.import_.importing import Outcome
    from psfdns.cli.import_.targets import Skipped
    from psfdns.plans.host import Foreign

FORMAT = "psfdns-import/1"
SHOWN = 10
"""Foreign record sets named in the text; the JSON document has them all."""


def to_document(outcomes: Iterable[Outcome], skipped: Iterable[Skipped]) -> dict[str, Any]:
    """The document of `import --json`."""
    zones = [_zone(outcome) for outcome in outcomes]
    summary = {action: sum(zone["action"] == action for zone in zones) for action in _WORDS}
    return {
        "format": FORMAT,
        "summary": summary,
        "zones": zones,
        "skipped": [
            {"name": skip.hosted.name, "id": skip.hosted.id, "reason": skip.reason} for skip in skipped
        ],
    }


def has_failed(document: Mapping[str, Any]) -> bool:
    """Whether a zone was not imported, or its file has errors as it now stands."""
    return any(
        zone["action"] == "error" or any(finding["severity"] == "error" for finding in zone["findings"])
        for zone in document["zones"]
    )


def render_text(document: Mapping[str, Any]) -> str:
    """A line a zone, and below it what was left alone and what is to be known."""
    lines = [line for zone in document["zones"] for line in _zone_lines(zone)]
    lines += [
        f"skipped   {escape(skip['name'])} ({skip['id']}): {escape(skip['reason'])}"
        for skip in document["skipped"]
    ]
    return "".join(f"{line}\n" for line in [*lines, _sum(document["summary"])])


_WORDS = {"created": "created", "updated": "updated", "unchanged": "unchanged", "error": "NOT DONE"}


def _sum(summary: Mapping[str, int]) -> str:
    said = [f"{count} {_WORDS[action].lower()}" for action, count in summary.items() if count]
    return f"Zone files: {', '.join(said) or 'none'}."


def _zone(outcome: Outcome) -> dict[str, Any]:
    file = outcome.file
    return {
        "name": file.origin,
        "view": file.view,
        "id": outcome.hosted_id,
        "tenant": file.tenant,
        "path": file.shown_path,
        "action": outcome.action.value,
        "record_sets": outcome.rrset_count,
        "adopted": dict(outcome.adopts),
        "foreign": [_foreign(foreign) for foreign in outcome.foreign],
        "findings": [finding_document(finding) for finding in outcome.findings],
    }


def _foreign(foreign: Foreign) -> dict[str, Any]:
    key = foreign.key
    return {
        "name": key.name,
        "type": key.type,
        "set_identifier": key.set_identifier,
        "reason": foreign.reason,
    }


def _zone_lines(zone: Mapping[str, Any]) -> Iterator[str]:
    count = zone["record_sets"]
    sets = "1 record set" if count == 1 else f"{count} record sets"
    adopted = zone["adopted"].get("id") if zone["action"] != "error" else None
    as_id = f", adopted as {adopted}" if adopted else ""
    yield f"{_WORDS[zone['action']]:<9} {escape(zone['path'])}: {sets}{as_id}"
    for foreign in zone["foreign"][:SHOWN]:
        yield f"  left alone: {escape(_key(foreign))}: {escape(foreign['reason'])}"
    if len(zone["foreign"]) > SHOWN:
        yield f"  left alone: {len(zone['foreign']) - SHOWN} more"
    for finding in zone["findings"]:
        yield from _finding_lines(finding)


def _key(foreign: Mapping[str, Any]) -> str:
    identifier = foreign["set_identifier"]
    plain = f"{foreign['name']} {foreign['type']}"
    return plain if identifier is None else f'{plain} "{identifier}"'


def _finding_lines(finding: Mapping[str, Any]) -> Iterator[str]:
    place = f"{finding['path']}:{finding['line']}: " if finding["line"] else ""
    yield f"  {escape(place)}{finding['severity']}: {escape(finding['summary'])} [{finding['code']}]"
    if finding["hint"]:
        yield f"    hint: {escape(finding['hint'])}"
