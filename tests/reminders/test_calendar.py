"""The calendar: read again by the library, and unchanged while nothing changes."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from icalendar import Calendar

from psfdns.reminders.calendar import make_calendar
from psfdns.reminders.ending import Ending, Kind, Renewing, Stage

NOW = datetime.datetime(2027, 1, 1, 6, 30, 0, 5, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=3)
ONE = Ending(
    Kind.DOMAIN, "a.example", datetime.date(2027, 5, 1), tenant="one", facts={"tenant_name": "One, Ö; \\"}
)
TOKEN = Ending(Kind.TOKEN, "GANDI_PAT", datetime.date(2027, 3, 1))


def events(text: bytes) -> dict[str, dict[str, object]]:
    calendar: Any = Calendar.from_ical(text)
    return {
        str(event["uid"]): {
            "start": event["dtstart"].dt,
            "end": event["dtend"].dt,
            "sequence": int(event["sequence"]),
            "stamp": event["dtstamp"].dt,
            "summary": str(event["summary"]),
            "description": str(event["description"]),
            "alarms": [alarm["trigger"].dt.days for alarm in event.walk("VALARM")],
        }
        for event in calendar.walk("VEVENT")
    }


def test_each_thing_is_a_day_with_alarms() -> None:
    text = make_calendar([ONE, TOKEN, replace(ONE, object="b.example", end=None)], None, now=NOW)
    assert events(text) == {
        "token-GANDI_PAT@psfdns": {
            "start": datetime.date(2027, 3, 1),
            "end": datetime.date(2027, 3, 2),
            "sequence": 0,
            "stamp": NOW.replace(microsecond=0),
            "summary": "token GANDI_PAT ends",
            "description": "Make a new one where this one was made.",
            "alarms": [-30, -7, -1],
        },
        "domain-a.example@psfdns": {
            "start": datetime.date(2027, 5, 1),
            "end": datetime.date(2027, 5, 2),
            "sequence": 0,
            "stamp": NOW.replace(microsecond=0),
            "summary": "a.example ends",
            "description": "Of One, Ö; \\.\nNothing renews it by itself as far as we know.",
            "alarms": [-30, -7, -1],
        },
    }
    for line in (b"DTSTART;VALUE=DATE:20270501", b"TRIGGER:-P30D", b"TRIGGER:-P7D", b"TRIGGER:-P1D"):
        assert line + b"\r\n" in text


@pytest.mark.parametrize("day", [datetime.date.min, datetime.date.max])
def test_a_day_at_the_end_of_all_days_takes_the_others_nothing(day: datetime.date) -> None:
    """A tenant could once break everybody's calendar with it."""
    text = make_calendar([replace(ONE, object="far.example", end=day), ONE], None, now=NOW)
    calendar: Any = Calendar.from_ical(text)
    days = {str(event["uid"]): event["dtstart"].dt for event in calendar.walk("VEVENT")}
    assert days == {"domain-far.example@psfdns": day, "domain-a.example@psfdns": ONE.end}
    assert make_calendar([replace(ONE, object="far.example", end=day), ONE], text, now=LATER) == text


def test_nothing_changes_while_nothing_changes() -> None:
    first = make_calendar([ONE, TOKEN], None, now=NOW)
    assert make_calendar([TOKEN, ONE], first, now=LATER) == first


@pytest.mark.parametrize(
    "changed",
    [
        replace(ONE, end=datetime.date(2028, 5, 1)),
        replace(ONE, renewing=Renewing.UNPAID),
        replace(ONE, tenant="two"),
    ],
)
def test_what_changes_has_the_next_sequence_and_what_does_not_has_none(changed: Ending) -> None:
    first = make_calendar([ONE, TOKEN], None, now=NOW)
    second = events(make_calendar([changed, TOKEN], first, now=LATER))
    one, token = second["domain-a.example@psfdns"], second["token-GANDI_PAT@psfdns"]
    assert (one["sequence"], one["stamp"]) == (1, LATER.replace(microsecond=0))
    assert (token["sequence"], token["stamp"]) == (0, NOW.replace(microsecond=0))


def test_what_is_gone_or_let_go_is_not_shown() -> None:
    first = make_calendar([ONE], None, now=NOW)
    for stage in (Stage.GONE, Stage.UNWATCHED):
        assert events(make_calendar([replace(ONE, stage=stage)], first, now=LATER)) == {}


@pytest.mark.parametrize(
    "before",
    [
        b"x",
        b"BEGIN:VCALENDAR\r\nPRODID:somebody\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"\xff\xfe",
    ],
)
def test_what_is_no_calendar_of_ours_is_not_replaced(before: bytes) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        make_calendar([ONE], before, now=NOW)
