"""TTLs that the zone had until lately, by the journal: answers with them may be cached still."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace

LOOK_BACK = 50
"""Entries of the journal that are read, the newest."""


APPLY_MAY_TAKE = datetime.timedelta(hours=1)
"""When an entry ended is not in it."""


def stale_until(
    workspace: Workspace, zone: str, zone_id: str, now: datetime.datetime
) -> datetime.datetime | None:
    """Until when an answer may be cached that an apply has replaced since; None: not beyond now."""
    from psfdns.cli.apply.journalling import open_journal

    journal = open_journal(workspace)
    ends = []
    for entry_id in journal.ids()[:LOOK_BACK]:
        stored = journal.load(entry_id)
        if stored.entry is None:
            continue
        ends += [
            stored.entry.created + APPLY_MAY_TAKE + datetime.timedelta(seconds=change.before.ttl)
            for each in stored.entry.zones
            if each.id == zone_id and each.name == zone
            for change in each.changes
            if change.before is not None and change.before.ttl
        ]
    latest = max(ends, default=None)
    return latest if latest is not None and latest > now else None
