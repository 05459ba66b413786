"""Apply, then undo: what Route 53 lists afterwards is word for word what it listed before."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.journal.entry import EntryZone
from psfdns.journal.inverse import has_effects, ids_to_fetch, plan_undoing
from psfdns.journal.recorder import Fate
from psfdns.journal.writer import Writer
from psfdns.patterns import parse_pattern
from psfdns.plans.desired import HeldZone
from psfdns.plans.plan import Change, Setting
from psfdns.records import SELF_ZONE, Alias, RRset, RRsetKey
from psfdns.routing import Failover, Weighted
from psfdns.settings import ZoneSettings
from tests.journal.actors import NOON, Operator, entry_zone, letting_go, new_entry
from tests.route53.accounts import ORIGIN, UnsteadyApi, address, alias, changed_zone, new_zone

NAMES = [f"h{number}" for number in range(4)]


def weighted(name: str, identifier: str, weight: int, ttl: int = 60) -> RRset:
    key = RRsetKey(f"{name}.{ORIGIN}", "A", identifier)
    return RRset(key, ttl, ("192.0.2.7",), routing=Weighted(weight))


def text(name: str, *values: str) -> RRset:
    return RRset(RRsetKey(f"{name}.{ORIGIN}", "TXT"), 300, tuple(sorted(values)))


def cname(name: str, target: str) -> RRset:
    return RRset(RRsetKey(f"{name}.{ORIGIN}", "CNAME"), 300, (target,))


@st.composite
def shapes(draw: st.DrawFn) -> tuple[RRset, ...]:
    """A zone's contents: at each of few names one of the ways that exclude or need each other."""
    found = [address("target", draw(st.sampled_from(["192.0.2.1", "192.0.2.2"])))]
    for name in NAMES:
        kind = draw(st.sampled_from(["none", "address", "alias", "weighted", "cname", "text", "failover"]))
        number = draw(st.integers(1, 3))
        if kind == "address":
            found.append(address(name, f"192.0.2.{number}", ttl=60 * number))
        elif kind == "alias":
            found.append(alias(name, "target"))
        elif kind == "weighted":
            ttl = 60 * draw(st.integers(1, 2))
            found += [weighted(name, f"n{i}", number + i, ttl) for i in range(number)]
        elif kind == "cname":
            found.append(cname(name, f"host{number}.example.net."))
        elif kind == "text":
            found += [text(name, f'"{number}"', '"é"'.encode().decode("latin-1").replace("Ã©", "\\195\\169"))]
        elif kind == "failover":
            key = RRsetKey(f"{name}.{ORIGIN}", "A", "main")
            to = Alias(f"target.{ORIGIN}", SELF_ZONE, evaluate_target_health=True)
            found.append(RRset(key, None, alias=to, routing=Failover("PRIMARY")))
    return tuple(found)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    one = Operator(tmp_path / "journal")
    one.account.create()
    return one


@given(shapes(), shapes())
@settings(max_examples=25)
def test_undoing_any_apply_gives_back_exactly_what_was_there(
    before: tuple[RRset, ...], after: tuple[RRset, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        operator = Operator(Path(folder) / "journal")
        operator.account.create()
        operator.make(*before)
        first = operator.raw()
        stored = operator.make(*after)
        second = operator.raw()
        undoing, outcome = operator.undo(stored)
        assert undoing.kept == ()
        assert [zone.errors for zone in outcome.zones] == [[]] * len(outcome.zones)
        assert operator.raw() == first
        if stored.entry and has_effects(stored.entry, stored.progress):
            operator.undo(operator.journal.load(operator.journal.ids()[0]))
            assert operator.raw() == second, "undoing is undone as well"


ODD: list[dict[str, Any]] = [
    {
        "Name": "odd.zone.example.",
        "Type": "TXT",
        "TTL": 300,
        "ResourceRecords": [{"Value": '"z""a"'}, {"Value": '"caf\\303\\251"'}, {"Value": '"a" "b"'}],
    },
    {
        "Name": "pointer.zone.example.",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "WWW.Example.NET"}],
    },
    {
        "Name": "six.zone.example.",
        "Type": "AAAA",
        "TTL": 60,
        "ResourceRecords": [{"Value": "2001:0DB8:0:0::1"}, {"Value": "2001:db8::0"}],
    },
]


@pytest.mark.parametrize("given", ODD, ids=lambda given: str(given["Type"]))
@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "updated"])
def test_the_spelling_of_another_writer_comes_back_too(
    operator: Operator, given: dict[str, Any], deleted: bool
) -> None:
    operator.write(("CREATE", given))
    first = operator.raw()
    (read,) = [r for r in operator.account.rrsets().values() if r.name != ORIGIN]
    stored = operator.change(Change(read, None if deleted else replace(read, ttl=7)))
    assert operator.raw() != first
    operator.undo(stored)
    assert operator.raw() == first
    assert given["ResourceRecords"] in [r.get("ResourceRecords") for r in operator.raw()]


def mixed(operator: Operator) -> Any:
    """Create, update, delete, alias and weighted in one apply."""
    old = (
        address("kept"),
        address("gone"),
        alias("to", "gone"),
        weighted("w", "a", 1),
        weighted("w", "b", 1),
    )
    operator.make(*old)
    new = (address("kept", "192.0.2.9"), address("new"), weighted("w", "a", 5), weighted("w", "b", 1))
    first = operator.raw()
    return first, operator.make(*new, alias("to", "new"))


def test_a_record_set_that_somebody_changed_later_is_named_and_kept_and_the_rest_is_undone(
    operator: Operator,
) -> None:
    first, stored = mixed(operator)
    theirs = {
        "Name": "kept.zone.example.",
        "Type": "A",
        "TTL": 5,
        "ResourceRecords": [{"Value": "192.0.2.66"}],
    }
    operator.write(("UPSERT", theirs))
    undoing, outcome = operator.undo(stored)
    assert [kept.key for kept in undoing.kept] == [address("kept").key]
    assert "by somebody else: 192.0.2.9 (TTL 300) was left, 192.0.2.66 (TTL 5) is live" in undoing.kept[0].why
    assert outcome.zones[0].errors == []
    assert operator.raw() == [theirs if each["Name"] == theirs["Name"] else each for each in first]


def test_what_a_later_apply_of_ours_changed_is_kept_and_that_apply_named(operator: Operator) -> None:
    stored = mixed(operator)[1]
    later = operator.change(Change(address("kept", "192.0.2.9"), address("kept", "192.0.2.10")))
    (kept,) = operator.undo(stored)[0].kept
    assert f"by psfdns apply {later.id} (staff)" in kept.why


def test_what_is_undone_already_needs_nothing(operator: Operator) -> None:
    stored = mixed(operator)[1]
    operator.undo(stored)
    undoing = operator.plan_undoing(stored)
    assert (undoing.zones[0].changes, undoing.kept) == ((), ())
    assert undoing.undone_before == 5


def test_somebody_who_writes_between_plan_and_undo_is_not_overwritten(operator: Operator) -> None:
    stored = mixed(operator)[1]
    undoing = operator.plan_undoing(stored)
    theirs = {
        "Name": "new.zone.example.",
        "Type": "A",
        "TTL": 5,
        "ResourceRecords": [{"Value": "192.0.2.66"}],
    }
    live = operator.account.read()
    operator.write(("UPSERT", theirs))
    outcome = operator.account.apply(*undoing.zones, live=[live])
    assert "changed by someone else" in str(outcome.zones[0].errors[0])
    assert theirs in operator.raw()


def kept_of(operator: Operator, stored: Any) -> list[str]:
    undoing, outcome = operator.undo(stored)
    assert [zone.errors for zone in outcome.zones] == [[]] * len(outcome.zones)
    return [f"{kept.what}: {kept.why}" for kept in undoing.kept]


def test_a_cname_does_not_come_back_beside_what_others_have_put_there(operator: Operator) -> None:
    operator.make(cname("h", "host.example.net."), address("x"))
    stored = operator.make(address("x", "192.0.2.9"))
    operator.write(
        ("CREATE", {"Name": f"h.{ORIGIN}", "Type": "MX", "TTL": 5, "ResourceRecords": [{"Value": "1 a.b."}]})
    )
    (kept,) = kept_of(operator, stored)
    assert kept.startswith(
        "h.zone.example. CNAME: as it was before, it cannot stand beside h.zone.example. MX"
    )
    assert address("x") in operator.account.rrsets().values()


def test_an_alias_does_not_come_back_without_its_target(operator: Operator) -> None:
    operator.make(address("t"), alias("a", "t"), alias("b", "a"))
    stored = operator.make(address("t"))
    operator.change(Change(address("t"), None))
    kept = kept_of(operator, stored)
    assert [line.partition(" which")[0] for line in kept] == [
        "a.zone.example. A: as it was before, it would point at t.zone.example.,",
        "b.zone.example. A: as it was before, it would point at a.zone.example.,",
    ]


def test_a_member_does_not_come_back_to_a_group_of_another_ttl_or_kind(operator: Operator) -> None:
    operator.make(weighted("w", "a", 1), weighted("w", "b", 1), weighted("v", "a", 1))
    stored = operator.make(weighted("w", "a", 1))
    operator.change(Change(weighted("w", "a", 1), weighted("w", "a", 1, 30)), Change(None, address("v")))
    kept = kept_of(operator, stored)
    assert [line.split(" it cannot")[0] for line in kept] == [
        'v.zone.example. A "a": as it was before,',
        'w.zone.example. A "b": as it was before,',
    ]


def test_what_has_become_anothers_to_write_is_kept(operator: Operator) -> None:
    stored = operator.make(address("dyn"))
    assert stored.entry is not None
    live = operator.account.read()
    ignoring = ZoneSettings(ignore=(parse_pattern("dyn A"),))
    held = {ORIGIN: HeldZone(ORIGIN, None, "example", "zones/example/zone.example.zone", ignoring)}
    undoing = plan_undoing(stored.entry, stored.progress, {live.hosted.id: live}, held=held)
    assert [kept.why for kept in undoing.kept] == ['is left to another writer: ignore has "dyn A"']
    assert undoing.zones[0].changes == ()


def test_the_comment_comes_back_unless_somebody_has_changed_it_since(operator: Operator) -> None:
    operator.change(settings=(Setting("comment", None, "one"),))
    stored = operator.change(settings=(Setting("comment", "one", "two"),))
    operator.undo(stored)
    assert operator.account.read().hosted.comment == "one"
    again = operator.change(settings=(Setting("comment", "one", "three"),))
    zone_id = operator.account.read().hosted.id
    operator.account.api.call("UpdateHostedZoneComment", "test", Id=zone_id, Comment="theirs")
    (kept,) = operator.undo(again)[0].kept
    assert (kept.what, kept.key) == ("comment", None)
    assert operator.account.read().hosted.comment == "theirs"


def test_a_zone_that_was_made_stays_and_is_named(tmp_path: Path) -> None:
    operator = Operator(tmp_path / "journal")
    writer, _ = operator.apply(new_zone(address("www")))
    undoing = operator.plan_undoing(operator.journal.load(writer.entry.id))
    assert undoing.zones == ()
    assert [(kept.zone, kept.what) for kept in undoing.kept] == [(ORIGIN, "zone")]
    assert undoing.kept[0].why.endswith("psfdns zone delete zone.example")


def test_a_zone_that_is_gone_is_named(operator: Operator) -> None:
    stored = operator.make(address("www"))
    assert stored.entry is not None
    undoing = plan_undoing(stored.entry, stored.progress, {}, held={})
    assert undoing.zones == ()
    assert "is not there any more" in undoing.kept[0].why


@pytest.mark.parametrize("fault", ["lost", "cut"])
def test_what_may_have_been_done_is_undone_only_if_it_was(operator: Operator, fault: str) -> None:
    first = operator.raw()
    api = UnsteadyApi(
        operator.account.api, {("ChangeResourceRecordSets", 1): fault, ("ListResourceRecordSets", 1): "cut"}
    )
    live = operator.account.read()
    zone = replace(new_zone(address("www")), hosted_id=live.hosted.id, settings=())
    operator.api = api
    writer, outcome = operator.apply(zone)
    assert outcome.zones[0].errors
    operator.api = None
    stored = operator.journal.load(writer.entry.id)
    assert (operator.raw() == first) is (fault == "cut")
    assert ids_to_fetch(*_both(stored)) == {live.hosted.id}
    assert operator.undo(stored)[0].kept == ()
    assert operator.raw() == first


def _both(stored: Any) -> Any:
    return stored.entry, stored.progress


def test_a_record_set_that_was_refused_is_not_undone_when_somebody_else_made_the_same(
    operator: Operator,
) -> None:
    live = operator.account.read()
    theirs = {"Name": f"www.{ORIGIN}", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    writer_of = operator.account.api

    class Late:
        """Answers, but only after somebody else has written the very same record set."""

        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            if action == "ChangeResourceRecordSets":
                operator.write(("CREATE", theirs))
            return writer_of.call(action, doing, **parameters)

    operator.api = Late()
    zone = replace(new_zone(address("www")), hosted_id=live.hosted.id, settings=())
    writer, outcome = operator.apply(zone)
    assert "changed by someone else" in str(outcome.zones[0].errors[0])
    operator.api = None
    undoing = operator.plan_undoing(operator.journal.load(writer.entry.id))
    assert (undoing.zones, undoing.kept) == ((), ())


def test_a_spelling_that_does_not_mean_what_was_kept_is_not_used(operator: Operator) -> None:
    stored = mixed(operator)[1]
    assert stored.entry is not None
    (zone,) = stored.entry.zones
    forged = {key: {**api, "TTL": 1} for key, api in zone.read.items()}
    entry = replace(stored.entry, zones=(replace(zone, read=forged),))
    live = operator.account.read()
    undoing = plan_undoing(entry, stored.progress, {live.hosted.id: live}, held={})
    spellings = undoing.spellings[live.hosted.id]
    assert {key.type for key in spellings} <= {"A"}
    assert all(api.get("TTL") is None or "AliasTarget" in api for api in spellings.values())


def test_an_entry_without_changes_has_nothing_to_undo(operator: Operator) -> None:
    entry = new_entry(operator.journal, EntryZone(ORIGIN, None, "Z1", "example", private=False))
    undoing = plan_undoing(entry, operator.journal.load(entry.id).progress, {}, held={})
    assert (undoing.zones, undoing.kept) == ((), ())


def test_of_an_apply_that_was_refused_half_way_only_what_it_made_is_undone(operator: Operator) -> None:
    live = operator.account.read()
    zone = changed_zone(live, Change(None, address("ours")), Change(None, address("theirs")))
    entry = new_entry(operator.journal, entry_zone(zone, live))
    writer = Writer(operator.journal, entry, {}, lambda: NOON)
    with letting_go(writer):
        writer.start({})
        writer.end(writer.begin(ORIGIN, "batch", zone.changes[:1]), Fate.DONE, {})
        writer.end(writer.begin(ORIGIN, "batch", zone.changes[1:]), Fate.REFUSED, {})
    operator.account.apply(zone, live=[live])
    undoing = operator.plan_undoing(operator.journal.load(entry.id))
    assert [change.key for change in undoing.zones[0].changes] == [address("ours").key]
