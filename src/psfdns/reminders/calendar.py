"""What ends as a calendar to subscribe to (RFC 5545): one event a thing, all day, with alarms. Pure.

An event that says the same as in the calendar before keeps its stamp, so that the file changes when
something does; one that says something else has the next SEQUENCE, by which calendars know that it moved.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from psfdns.reminders.ending import Ending, Kind, Renewing, Stage

PRODUCT = "-//Python Software Foundation//psfdns//EN"
ALARMS = (30, 7, 1)
"""Days before the end."""

_RENEWING = {
    Renewing.BY_HAND: "Nothing renews it by itself as far as we know.",
    Renewing.AUTOMATIC: "It is renewed by itself.",
    Renewing.OVERDUE: "It should have been renewed by itself by now.",
    Renewing.UNPAID: "It would be renewed by itself, and the money is missing.",
}
_MENDING = {
    Kind.CERTIFICATE: "See psfdns certs list.",
    Kind.KEY: "psfdns dnssec rotate changes it.",
    Kind.TOKEN: "Make a new one where this one was made.",
}
_HIDDEN = frozenset({Stage.GONE, Stage.UNWATCHED})


def make_calendar(endings: Iterable[Ending], before: bytes | None, *, now: datetime.datetime) -> bytes:
    """The calendar. Raises ValueError where what was before is no calendar of ours."""
    from icalendar import Calendar

    known = _read(before) if before else {}
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "psfdns: what ends")
    shown = (ending for ending in endings if ending.end is not None and ending.stage not in _HIDDEN)
    for ending in sorted(shown, key=lambda each: (each.end, each.thing)):
        calendar.add_component(_event(ending, known.get(uid_of(ending)), now))
    text: bytes = calendar.to_ical()
    return text


def uid_of(ending: Ending) -> str:
    """The same for the same thing, always."""
    return f"{ending.kind}-{ending.object}@psfdns"


def _read(before: bytes) -> dict[str, Any]:
    from icalendar import Calendar

    calendar = Calendar.from_ical(before)
    if calendar.name != "VCALENDAR" or str(calendar.get("prodid", "")) != PRODUCT:
        raise ValueError("it is no calendar of psfdns")
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def _event(ending: Ending, before: Any, now: datetime.datetime) -> Any:
    from icalendar import Event

    assert ending.end is not None  # noqa: S101 - the caller looked
    event = Event()
    event.add("uid", uid_of(ending))
    event.add("summary", f"{_name(ending)} ends")
    event.add("dtstart", ending.end)
    if ending.end < datetime.date.max:
        # Without one, a day is one day long (RFC 5545 §3.6.1).
        event.add("dtend", ending.end + datetime.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("description", _describe(ending))
    if ending.tenant is not None:
        event.add("categories", [ending.tenant])
    same = before is not None and _words(before) == _words(event)
    sequence = int(before.get("sequence", 0)) if before is not None else 0
    event.add("sequence", sequence if same or before is None else sequence + 1)
    event.add(
        "dtstamp", before["dtstamp"].dt if same else now.astimezone(datetime.UTC).replace(microsecond=0)
    )
    for days in ALARMS:
        event.add_component(_alarm(days, ending))
    return event


def _name(ending: Ending) -> str:
    return ending.object if ending.kind is Kind.DOMAIN else f"{ending.kind} {ending.object}"


def _describe(ending: Ending) -> str:
    """What stays the same from day to day, while nothing changes."""
    if ending.kind is Kind.CERTIFICATE:
        return f"{_RENEWING[ending.renewing]}\n{_MENDING[ending.kind]}"
    if ending.kind is not Kind.DOMAIN:
        return _MENDING[ending.kind]
    whose = ending.facts.get("tenant_name") or ending.tenant
    lines = [f"Of {whose}." if whose else "No tenant claims it.", _RENEWING[ending.renewing]]
    if ending.facts.get("source") == "file":
        lines.append("The date is written in tenant.toml; no registry tells it.")
    return "\n".join(lines)


def _words(event: Any) -> tuple[str, ...]:
    fields = ("summary", "dtstart", "description", "categories")
    return tuple(event[field].to_ical().decode() if field in event else "" for field in fields)


def _alarm(days: int, ending: Ending) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", datetime.timedelta(days=-days))
    alarm.add("description", f"{_name(ending)} ends in {days} day{'' if days == 1 else 's'}")
    return alarm
