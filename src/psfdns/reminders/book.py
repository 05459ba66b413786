"""What was seen of things, and what was said of them to whom, as a value and as JSON. Pure.

What was said is known by thing, channel, the end that it was said of, and a label: a threshold in days, a
day after the end, or a word (`hold`, `short`, ...). So a moved end begins anew by itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.reminders.ending import Kind, Thing

FORMAT = "psfdns-reminders/1"
NO_END = "-"
NO_DATA = "no-data"
KEPT = datetime.timedelta(days=400)
"""So long after an end what was said of it is kept."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was last known of a thing: its end and when that was; `missing_since`: nothing is known now."""

    end: datetime.date | None
    seen_at: datetime.datetime | None = None
    missing_since: datetime.datetime | None = None
    tenant: str | None = None


Labels = dict[tuple[str, str], str]
"""By (end, label), when it was said."""


@dataclass(slots=True)
class Book:
    """The whole memory. `open` are pages that nobody has resolved, with the moment of the first."""

    sightings: dict[Thing, Sighting] = field(default_factory=dict)
    said: dict[Thing, dict[str, Labels]] = field(default_factory=dict)
    open: dict[Thing, dict[str, str]] = field(default_factory=dict)

    def labels(self, thing: Thing, channel: str) -> Labels:
        """What was said of it there."""
        return self.said.get(thing, {}).get(channel, {})

    def say(
        self, thing: Thing, channel: str, end: datetime.date | None, labels: Iterable[str], *, at: str
    ) -> None:
        """Keep that it was said; what is said of an outage belongs to no end."""
        known = self.said.setdefault(thing, {}).setdefault(channel, {})
        known.update({key_of(end, label): at for label in labels})

    def unsay(self, thing: Thing, labels: Iterable[str]) -> None:
        """What is over may be said again when it comes again."""
        over = frozenset(labels)
        for known in self.said.get(thing, {}).values():
            for key in [key for key in known if key[1] in over]:
                del known[key]

    def was_said(self, thing: Thing, label: str) -> bool:
        """Whether somebody heard that of it."""
        return any(key[1] == label for known in self.said.get(thing, {}).values() for key in known)

    def forget_before(self, thing: Thing, channel: str, end: datetime.date) -> None:
        """Drop what was said there of earlier ends."""
        known = self.labels(thing, channel)
        for key in [key for key in known if key[0] != NO_END and key[0] < end.isoformat()]:
            del known[key]

    def close(self, thing: Thing, channel: str) -> None:
        """A page is resolved: it may be opened anew."""
        self.open.get(thing, {}).pop(channel, None)
        self.said.get(thing, {}).pop(channel, None)

    def drop(self, thing: Thing) -> None:
        """Forget all of a thing."""
        for table in (self.sightings, self.said, self.open):
            table.pop(thing, None)

    def prune(self, today: datetime.date) -> None:
        """Forget what nobody can be told again, and empty tables."""
        oldest = (today - KEPT).isoformat()
        for thing, channels in list(self.said.items()):
            for channel, known in list(channels.items()):
                channels[channel] = {key: at for key, at in known.items() if key[0] >= oldest or at >= oldest}
            self.said[thing] = {channel: known for channel, known in channels.items() if known}
        self.said = {thing: channels for thing, channels in self.said.items() if channels}
        self.open = {thing: channels for thing, channels in self.open.items() if channels}


def key_of(end: datetime.date | None, label: str) -> tuple[str, str]:
    """By which a label is known again."""
    return (NO_END if end is None or label.startswith(NO_DATA) else end.isoformat(), label)


def told_ends(labels: Labels) -> frozenset[datetime.date]:
    """The ends of which something was said."""
    return frozenset(map(datetime.date.fromisoformat, {end for end, _ in labels} - {NO_END}))


def book_to_json(book: Book) -> dict[str, Any]:
    """Sorted, so that it changes where it changes."""
    things = sorted({*book.sightings, *book.said, *book.open})
    return {"format": FORMAT, "things": [_thing_to_json(thing, book) for thing in things]}


def _thing_to_json(thing: Thing, book: Book) -> dict[str, Any]:
    seen = book.sightings.get(thing)
    return {
        "kind": thing.kind.value,
        "object": thing.object,
        "seen": None if seen is None else _sighting_to_json(seen),
        "said": {
            channel: [[end, label, at] for (end, label), at in sorted(known.items())]
            for channel, known in sorted(book.said.get(thing, {}).items())
        },
        "open": dict(sorted(book.open.get(thing, {}).items())),
    }


def _sighting_to_json(seen: Sighting) -> dict[str, Any]:
    return {
        "end": None if seen.end is None else seen.end.isoformat(),
        "seen_at": None if seen.seen_at is None else seen.seen_at.isoformat(),
        "missing_since": None if seen.missing_since is None else seen.missing_since.isoformat(),
        "tenant": seen.tenant,
    }


def book_from_json(document: Json) -> Book:
    """The reverse. Raises KeyError, TypeError, ValueError or AttributeError for what is no such thing."""
    book = Book()
    for one in document["things"]:
        thing = Thing(Kind(one["kind"]), str(one["object"]))
        if one["seen"] is not None:
            book.sightings[thing] = _sighting_from_json(one["seen"])
        for channel, several in one["said"].items():
            known = {(_end_text(end), str(label)): str(at) for end, label, at in several}
            book.said.setdefault(thing, {})[str(channel)] = known
        if one["open"]:
            book.open[thing] = {str(channel): str(at) for channel, at in one["open"].items()}
    return book


def _end_text(value: str) -> str:
    return value if value == NO_END else datetime.date.fromisoformat(value).isoformat()


def _sighting_from_json(value: Json) -> Sighting:
    tenant = value["tenant"]
    return Sighting(
        None if value["end"] is None else datetime.date.fromisoformat(value["end"]),
        _moment(value["seen_at"]),
        _moment(value["missing_since"]),
        None if tenant is None else str(tenant),
    )


def _moment(value: str | None) -> datetime.datetime | None:
    if value is None:
        return None
    moment = datetime.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset")
    return moment
