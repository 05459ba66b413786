"""Two strikes: what is seen for the first time is only told; what is still so a day later counts. Pure.

A provider that restarts, a registry with a bad hour, a zone that is being moved: all of them look like the
end of a target for a while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from psfdns.dangling.judge import Found
from psfdns.diagnostics import Diagnostic, Severity

LASTING = timedelta(hours=24)
"""Longer than caches keep NXDOMAIN (RFC 2308 §5: hours), and than a maintenance or a mistake of the day."""
FORGOTTEN = timedelta(days=45)
"""Looking once a month still counts; what nobody looked at for longer may have come back meanwhile."""
MAX_SEEN = 20_000
"""Those seen last are kept."""
_STAMP = "%Y-%m-%dT%H:%M:%SZ"

Place = tuple[str, str, str]
"""Zone, name, target."""


class Key(NamedTuple):
    """What is remembered; `kind` is the rule's code."""

    zone: str
    name: str
    target: str
    kind: str

    @property
    def place(self) -> Place:
        """Where it was seen, whatever was seen there."""
        return self.zone, self.name, self.target


class Seen(NamedTuple):
    """When it was seen for the first time, and for the last."""

    first: datetime
    last: datetime


Memory = Mapping[Key, Seen]


@dataclass(frozen=True, slots=True)
class Look:
    """One run: what it found, which zones it read, and of which places in them it learnt nothing."""

    found: tuple[Found, ...]
    zones: Collection[str]
    unknown: Collection[Place]
    now: datetime


def remember(look: Look, memory: Memory) -> dict[Key, Seen]:
    """The memory after a look: what it found; and what it could not look at, unless that is long ago.

    What came back is forgotten. What is worse now than it was keeps its beginning.
    """
    now = look.now.replace(microsecond=0)
    usable = {key: seen for key, seen in memory.items() if _is_usable(seen, now)}
    begun: dict[Place, datetime] = {}
    for key, seen in usable.items():
        begun[key.place] = min(seen.first, begun.get(key.place, seen.first))
    kept = {key: seen for key, seen in usable.items() if not _is_answered(key, seen, look, now)}
    for each in look.found:
        if each.is_certain:
            key = key_of(each)
            last = max(now, usable[key].last) if key in usable else now
            kept[key] = Seen(begun.get(key.place, now), last)
    latest = sorted(kept.items(), key=lambda item: item[1].last, reverse=True)
    return dict(latest[:MAX_SEEN])


def _is_usable(seen: Seen, now: datetime) -> bool:
    """A beginning in the future is a clock's mistake, of then or of now."""
    return seen.first <= min(now, seen.last) and now - seen.last <= FORGOTTEN


def _is_answered(key: Key, seen: Seen, look: Look, now: datetime) -> bool:
    """Whether this look replaces what is remembered; another run may have looked later."""
    return key.zone in look.zones and key.place not in look.unknown and seen.last <= now


def key_of(found: Found) -> Key:
    """What it is remembered by."""
    return Key(*found.pointer.place, found.rule.code)


def judge_lasting(found: Iterable[Found], memory: Memory, now: datetime) -> list[Diagnostic]:
    """The findings: those of the first day for information, the others as bad as they are."""
    return [_judge(each, memory, now) for each in found]


def _judge(found: Found, memory: Memory, now: datetime) -> Diagnostic:
    finding = found.broken()
    if not found.is_certain:
        return finding
    seen = memory.get(key_of(found))
    first = now if seen is None else seen.first
    since = to_text(first)
    if now - first >= LASTING:
        return replace(finding, since=since, hint=f"seen since {since}: {finding.hint}")
    severity = found.rule.at_first or Severity.INFO
    new = "seen for the first time" if now == first or seen is None else f"first seen {since}"
    hint = f"{new}; it counts once it has lasted a day: {finding.hint}"
    return replace(finding, severity=severity, since=since, hint=hint)


def judge_at_once(found: Iterable[Found]) -> list[Diagnostic]:
    """What a change brings: nobody relies on it yet, so nothing is waited for."""
    return [each.broken() for each in found]


def to_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.strftime(_STAMP)


def parse_moment(text: object) -> datetime:
    """The inverse; raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("no text")  # noqa: TRY004 - to the reader of a file all that is wrong is one thing
    return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
