"""Who is told of which changes, from the journal's entry and what became of it."""

from __future__ import annotations

import datetime

from psfdns.journal.entry import Entry, EntryZone, Kind, Who
from psfdns.journal.progress import Progress, Step, Told, event_line, read_events, told_event
from psfdns.journal.recorder import Fate
from psfdns.notify.touched import touched_zones
from psfdns.plans.plan import Change, Setting
from psfdns.records import RRset, RRsetKey


def created(name: str) -> Change:
    return Change(None, RRset(RRsetKey(name, "A"), 300, ("192.0.2.1",)))


WWW, SUB, BELOW, NEAR = map(created, ("www.a.test.", "sub.a.test.", "x.sub.a.test.", "notsub.a.test."))
ZONE = EntryZone(
    "a.test.", None, "Z1", "one", False, (WWW, SUB, BELOW, NEAR), (Setting("comment", "x", "y"),)
)


def entry(*zones: EntryZone) -> Entry:
    now = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    return Entry("id", Kind.APPLY, now, Who(None, "u", "h"), "1", None, "0", zones)


def step(number: int, name: str, fate: Fate, *changes: int, zone: str = "a.test.") -> Step:
    return Step(number, zone, name, "", changes, fate)


def test_only_what_was_made_is_told() -> None:
    progress = Progress(
        (
            step(1, "batch", Fate.DONE, 0),
            step(2, "batch", Fate.REFUSED, 1),
            step(3, "batch", Fate.UNKNOWN, 2),
            step(4, "batch", Fate.RECOGNISED, 3),
        )
    )
    ((zone,),) = touched_zones(entry(ZONE), progress, {}).values()
    assert (zone.changes, zone.unknown, zone.settings) == ((WWW, NEAR), (BELOW,), ())
    assert (zone.created, zone.deleted) == (False, False)


def test_a_zone_to_which_nothing_was_done_is_not_told() -> None:
    other = EntryZone("b.test.", None, "Z2", "two", False, (created("b.test."),))
    progress = Progress((step(1, "batch", Fate.DONE, 0), step(2, "batch", Fate.NOT_SENT, 0, zone="b.test.")))
    assert list(touched_zones(entry(ZONE, other), progress, {})) == ["one"]


def test_settings_making_and_deleting_are_told() -> None:
    progress = Progress((step(1, "comment", Fate.DONE),))
    ((zone,),) = touched_zones(entry(ZONE), progress, {}).values()
    assert zone.settings == ZONE.settings
    made = Progress((Step(1, "a.test.", "create-zone", "", (), Fate.DONE, {"name_servers": ["ns1.x."]}),))
    ((zone,),) = touched_zones(entry(ZONE), made, {}).values()
    assert (zone.created, zone.name_servers, zone.settings) == (True, ("ns1.x.",), ())
    gone = Progress((step(1, "delete-zone", Fate.DONE),))
    ((zone,),) = touched_zones(entry(ZONE), gone, {}).values()
    assert zone.deleted


def test_who_holds_a_name_below_hears_of_that_name_alone() -> None:
    progress = Progress((step(1, "batch", Fate.DONE, 0, 1, 2, 3),))
    told = touched_zones(entry(ZONE), progress, {"a.test.": {"sub.a.test.": "two", "www.a.test.": "one"}})
    assert [zone.changes for zone in told["one"]] == [(WWW, SUB, BELOW, NEAR)]
    assert [zone.changes for zone in told["two"]] == [(SUB, BELOW)]


def test_who_was_told_is_read_again_from_the_events() -> None:
    told = Told("one", "2026-11-21T00:00:00.000000Z", ("a@b.example",), {"c@d.example": "550 no"}, None)
    progress = read_events(event_line(told_event(told)))
    assert (progress.told, progress.damaged) == ((told,), 0)
    assert read_events(b'{"event":"told","tenant":"one"}\n').damaged == 1
