"""Who holds a lock, as written beside it for whoever is refused: pure values."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

FORMAT = "psfdns-lock/1"
_LONGEST = 100
"""Characters shown of what another machine wrote."""


@dataclass(frozen=True, slots=True)
class Holder:
    """`since` is by the holder's own clock, and only shown; `doing` is its command."""

    user: str
    host: str
    pid: int
    since: datetime.datetime
    doing: str

    def __str__(self) -> str:
        """`apply by alice on laptop (pid 4242) since 2026-11-20 18:00:00 UTC`."""
        return f"{self.doing} by {self.user} on {self.host} (pid {self.pid}) since {show_time(self.since)}"


def show_time(time: datetime.datetime) -> str:
    """To the second, in UTC."""
    return f"{time.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"


def to_json(holder: Holder, **more: str | float) -> bytes:
    """One line of JSON, with what the kind of lock adds."""
    document = {
        "format": FORMAT,
        "user": holder.user,
        "host": holder.host,
        "pid": holder.pid,
        "since": holder.since.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "doing": holder.doing,
        **more,
    }
    return json.dumps(document).encode() + b"\n"


def parse_document(data: bytes) -> dict[str, Any]:
    """What `to_json` wrote; empty where it is anything else."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) and document.get("format") == FORMAT else {}


def parse_holder(data: bytes) -> Holder | None:
    """Who it says, or None where it is damaged or of a later version."""
    document = parse_document(data)
    try:
        since = datetime.datetime.fromisoformat(document["since"]).astimezone(datetime.UTC)
        user, host, doing = (str(document[key])[:_LONGEST] for key in ("user", "host", "doing"))
        return Holder(user, host, int(document["pid"]), since, doing)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
