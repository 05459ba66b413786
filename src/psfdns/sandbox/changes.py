"""Change ids and their state: PENDING until the servers have it, INSYNC from then on. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any


def new_change(change_id: str, now: datetime.datetime, comment: str | None) -> dict[str, str]:
    """What is kept of a change: its ChangeInfo without the status, which the clock decides."""
    kept = {"Id": f"/change/{change_id}", "SubmittedAt": now.isoformat().replace("+00:00", "Z")}
    return kept if comment is None else {**kept, "Comment": comment}


def submitted_at(change: Mapping[str, str]) -> datetime.datetime:
    """When a change was made."""
    return datetime.datetime.fromisoformat(change["SubmittedAt"])


def change_info(change: Mapping[str, str], now: datetime.datetime, delay: float) -> dict[str, Any]:
    """The ChangeInfo of a change at a time; `delay` seconds after it, all servers have it."""
    age = (now - submitted_at(change)).total_seconds()
    return {**change, "Status": "INSYNC" if age >= delay else "PENDING"}
