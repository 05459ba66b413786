"""An entry and what a zone held are the same after their way through JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.journal.entry import (
    Entry,
    EntryZone,
    JournalError,
    Kind,
    entry_from_json,
    entry_to_json,
)
from psfdns.journal.snapshot import (
    Snapshot,
    changed_by_hand,
    snapshot_from_json,
    snapshot_to_json,
)
from psfdns.plans.diff import diff_zones
from psfdns.plans.plan import Change, ChangeAction, Setting
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.rrsets import to_api
from tests import strategies
from tests.journal.actors import ME, NOON
from tests.route53.accounts import address


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    before, after = draw(strategies.zones()), draw(strategies.zones())
    changes = diff_zones(desired=after, live=before)
    read = {c.key: to_api(c.before, zone_id="Z1") for c in changes if c.before is not None}
    some_text = st.one_of(st.none(), st.text(max_size=20))
    zone = EntryZone(
        before.origin,
        draw(some_text),
        draw(st.sampled_from(["Z1", None])),
        "psf",
        draw(st.booleans()),
        tuple(Change(c.before, c.after) for c in changes),
        (Setting("comment", draw(some_text), draw(some_text)),),
        read,
        draw(st.integers(0, 9)),
        tuple(read.values()),
        {"name_servers": ["ns.example."]},
    )
    return Entry(
        "20261121T120000000Z-0000",
        draw(st.sampled_from(Kind)),
        NOON,
        ME,
        draw(some_text),
        draw(some_text),
        "1",
        (zone,),
        draw(some_text),
        draw(some_text),
    )


@given(entries())
def test_an_entry_is_the_same_after_its_way_through_json(entry: Entry) -> None:
    there = json.loads(json.dumps(entry_to_json(entry)))
    assert entry_from_json(there) == entry


@given(strategies.zones())
def test_what_a_zone_held_is_the_same_after_its_way_through_json(zone: Zone) -> None:
    snapshot = Snapshot("Z1", "20261121T120000000Z-0000", NOON, zone)
    assert snapshot_from_json(json.loads(json.dumps(snapshot_to_json(snapshot)))) == snapshot


@given(strategies.zones(), strategies.zones())
def test_what_was_changed_by_hand_turns_the_one_zone_into_the_other(last: Zone, live: Zone) -> None:
    rrsets = dict(last.rrsets)
    for change in changed_by_hand(last=last, live=live):
        assert rrsets.pop(change.key, None) == change.before
        if change.after is not None:
            rrsets[change.key] = change.after
    apex = {RRsetKey(last.origin, rdtype) for rdtype in ("SOA", "NS")} - set(last.rrsets)
    assert rrsets == {key: rrset for key, rrset in live.rrsets.items() if key not in apex}


def test_what_is_not_known_is_nobodys_change() -> None:
    www = address("www")
    live = Zone("zone.example.", {www.key: www})
    assert changed_by_hand(last=Zone("zone.example.", {}), live=live) == (Change(None, www),)
    assert changed_by_hand(last=Zone("zone.example.", {}), live=live, unsure=frozenset({www.key})) == ()


def test_changes_are_counted_by_what_they_do() -> None:
    one, two = address("www"), address("www", "192.0.2.2")
    zone = EntryZone("a.", None, "Z1", "psf", private=False, changes=(Change(one, two), Change(None, one)))
    entry = Entry("x", Kind.APPLY, NOON, ME, None, None, "1", (zone, zone))
    assert [entry.count(action) for action in ChangeAction] == [2, 2, 0]


def rotten() -> list[object]:
    www = address("www")
    zone = EntryZone("a.", None, "Z1", "psf", private=False, changes=(Change(None, www),))
    good = entry_to_json(Entry("x", Kind.APPLY, NOON, ME, None, None, "1", (zone,)))
    change = good["zones"][0]["changes"][0]
    wrong: list[object] = [7, "x", [{}]]
    found: list[object] = [{**good, key: odd} for key in good for odd in wrong if key != "format"]
    found += [{key: value for key, value in good.items() if key != missing} for missing in good]
    found += [
        {**good, "zones": [{**good["zones"][0], "changes": [{**change, key: 7}]}]}
        for key in ("name", "type", "before", "after")
    ]
    found.append({**good, "zones": [{**good["zones"][0], "changes": [{**change, "after": None}]}]})
    return found


@pytest.mark.parametrize(
    ("key", "odd"),
    [("account", 7), ("commit", []), ("undoes", {}), ("plan", 7), ("version", None), ("who", {"aws": 7})],
)
def test_what_is_no_text_in_an_entry_is_damage(key: str, odd: object) -> None:
    good = entry_to_json(Entry("x", Kind.APPLY, NOON, ME, None, None, "1", ()))
    with pytest.raises(JournalError, match="unexpected shape"):
        entry_from_json({**good, key: odd})


@pytest.mark.parametrize(
    ("key", "odd"), [("view", 7), ("id", []), ("batches", "x"), ("details", "x"), ("contents", ["x"])]
)
def test_what_is_of_another_kind_in_a_zone_of_an_entry_is_damage(key: str, odd: object) -> None:
    zone = EntryZone("a.", None, "Z1", "psf", private=False)
    good = entry_to_json(Entry("x", Kind.APPLY, NOON, ME, None, None, "1", (zone,)))
    with pytest.raises(JournalError, match="unexpected shape"):
        entry_from_json({**good, "zones": [{**good["zones"][0], key: odd}]})


def test_no_damaged_entry_raises_anything_but_our_own_error() -> None:
    refused = 0
    for document in rotten():
        try:
            entry_from_json(document)
        except JournalError:
            refused += 1
    assert refused > 25


@pytest.mark.parametrize(
    "document", [None, [], {"format": "psfdns-snapshot/2"}, {"format": "psfdns-snapshot/1"}]
)
def test_no_damaged_snapshot_raises_anything_but_our_own_error(document: object) -> None:
    with pytest.raises(JournalError):
        snapshot_from_json(document)


def test_a_place_in_a_file_is_not_kept() -> None:
    www = replace(address("www"), spans=())
    zone = EntryZone("a.", None, "Z1", "psf", private=False, changes=(Change(None, www),))
    entry = Entry("x", Kind.APPLY, NOON, ME, None, None, "1", (zone,))
    (again,) = entry_from_json(entry_to_json(entry)).zones
    after: RRset | None = again.changes[0].after
    assert after is not None
    assert after.spans == ()
