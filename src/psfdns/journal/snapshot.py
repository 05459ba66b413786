"""What a zone held after our last apply, and what somebody changed since. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psfdns.journal.entry import (
    JournalError,
    key_from_json,
    key_to_json,
    parse_stamp,
    stamp,
)
from psfdns.plans.diff import diff_zones
from psfdns.plans.host import LiveZone
from psfdns.plans.ownership import is_apex_authority
from psfdns.plans.plan import Change
from psfdns.plans.shapes import Json, rrset_from_json, rrset_to_json
from psfdns.records import RRset, RRsetKey, Zone

FORMAT = "psfdns-snapshot/1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The record sets of a hosted zone after the entry `entry`, at `taken`."""

    zone_id: str
    entry: str
    taken: datetime
    zone: Zone


def changed_by_hand(
    *, last: Zone, live: Zone, unsure: frozenset[RRsetKey] = frozenset()
) -> tuple[Change, ...]:
    """What turned the zone after our last apply into what is live, in canonical order.

    The zone's own SOA and NS count only where we had written them, those of `unsure` not at all.
    """
    return tuple(
        change
        for change in diff_zones(desired=live, live=last)
        if change.key not in unsure
        and (change.key in last.rrsets or not is_apex_authority(change.key, last.origin))
    )


def after_changes(origin: str, before: LiveZone | None, made: Iterable[Change]) -> Zone:
    """The zone as it was read, with the changes that were made; None: it was new and empty."""
    rrsets: dict[RRsetKey, RRset] = dict(before.zone.rrsets) if before is not None else {}
    for change in made:
        if change.after is None:
            rrsets.pop(change.key, None)
        else:
            rrsets[change.key] = change.after
    return Zone(origin, rrsets)


def snapshot_to_json(snapshot: Snapshot) -> Json:
    """The document that is kept."""
    rrsets = snapshot.zone.rrsets.items()
    return {
        "format": FORMAT,
        "zone_id": snapshot.zone_id,
        "entry": snapshot.entry,
        "taken": stamp(snapshot.taken),
        "name": snapshot.zone.origin,
        "rrsets": [{**key_to_json(key), **rrset_to_json(rrset)} for key, rrset in rrsets],
    }


def snapshot_from_json(document: Any) -> Snapshot:
    """The snapshot again; raises JournalError for any other shape."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise JournalError(f"this is not a snapshot of format {FORMAT}")
    try:
        keyed = [(key_from_json(shape), shape) for shape in document["rrsets"]]
        rrsets = {key: rrset_from_json(key, shape) for key, shape in keyed}
        return Snapshot(
            document["zone_id"],
            document["entry"],
            parse_stamp(document["taken"]),
            Zone(document["name"], rrsets),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise JournalError(f"the snapshot has an unexpected shape: {error!r}") from error
