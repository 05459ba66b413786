"""What was done to each zone, in a line an entry: applies, its signing, orders at its domain's registrar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from psfdns.cli.options import Verbosity
from psfdns.cli.views.history import DAMAGED, in_order, to_document
from psfdns.cli.views.order_history import say_order
from psfdns.cli.views.signing_history import say_signing
from psfdns.errors import PsfdnsError
from psfdns.status.aspect import Shape

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.zone_file import ZoneFile

SHOWN = 20
"""Entries of a zone."""
LOOKED_AT = 200
"""Orders, changes of signing, and entries of other machines, that are looked at for all zones together."""

Key = tuple[str, str | None]


def histories_of(
    workspace: Workspace, files: Sequence[ZoneFile], domains: Mapping[str, str]
) -> dict[Key, list[Shape]]:
    """By zone, newest first; `domains` by zone. What cannot be read is said, and is not there."""
    from psfdns.cli.past import is_of_this_world, open_past
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    meant = {domains[file.origin] for file in files if file.origin in domains and not file.settings.private}
    try:
        past = open_past(workspace, limit=LOOKED_AT, domains=meant, zones={file.origin for file in files})
    except PsfdnsError as error:
        text = f"warning: {escape(error.summary)}: what was done so far is not shown"
        talk(workspace.options, text, at=Verbosity.QUIET)
        return {}
    done = [one for one in past.everything if is_of_this_world(workspace, one)]
    document = to_document(in_order(done), past.settled, running=past.running)
    zones = {file.origin: file for file in files if not file.settings.private}
    found: dict[Key, list[Shape]] = {(file.origin, file.view): [] for file in files}
    for entry in document["entries"]:
        for key, line in _lines(entry, domains, zones):
            if len(found.get(key, ())) < SHOWN:
                found.setdefault(key, []).append(line)
    return found


def _lines(
    entry: Shape, domains: Mapping[str, str], files: Mapping[str, ZoneFile]
) -> Iterator[tuple[Key, Shape]]:
    """Of each zone that an entry touched, the line."""
    if entry["state"] == DAMAGED and "kind" not in entry:
        return
    if entry["order"] is not None:
        domain = entry["order"]["domain"]
        for origin, file in files.items():
            if domains.get(origin) == domain:
                yield (origin, file.view), _line(entry, say_order(entry))
        return
    if entry["signing"] is not None:
        origin = entry["signing"]["zone"]
        view = files[origin].view if origin in files else None
        yield (origin, view), _line(entry, say_signing(entry))
    for zone in entry["zones"]:
        yield (zone["name"], zone["view"]), _line(entry, _say_changes(zone, entry["state"]))


def _line(entry: Shape, summary: str) -> Shape:
    """Who did it is a user's name: what looks like an address is cut."""
    return {
        "id": entry["id"],
        "at": entry["created"][:19].rstrip("Z") + "Z",
        "by": entry["who"]["user"].partition("@")[0],
        "commit": entry["commit"],
        "summary": summary,
        "kind": entry["kind"],
    }


_WORDS = {"create": "added", "update": "changed", "delete": "deleted"}


def _say_changes(zone: Shape, state: str) -> str:
    """`2 added, 1 deleted`; of what did not come to its end, how it stands."""
    made = [f"{number} {_WORDS[action]}" for action, number in zone["made"].items() if number]
    said = ", ".join((["zone created"] if zone["created"] else []) + made) or "no record sets"
    return said if state in {"done", "settled"} else f"{said} ({state})"
