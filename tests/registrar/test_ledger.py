"""What was ordered, and whether a renewal may be ordered: money is spent once."""

from __future__ import annotations

import datetime
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.errors import PsfdnsError
from psfdns.registrar import ledger as ledgers
from psfdns.registrar.ledger import Entry, Ledger, State, new_entry
from psfdns.registrar.renewing import WINDOW, Stand, judge_renewals
from tests.stores import MemoryStore, unreachable

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2027, 3, 8, 4, 0, 0, 500_000, tzinfo=datetime.UTC)
LATER = ENDS.replace(year=2028)


def entry(
    state: State = State.SENDING, age: datetime.timedelta = datetime.timedelta(0), kind: str = "renew"
) -> Entry:
    made = new_entry(
        kind,
        "a.test.",
        before={"expires": "2027-03-08T04:00:00Z"},
        after={"years": 1},
        now=NOW - age,
        user="operator",
        host="bastion",
    )
    return made if state is State.SENDING else made.now_in(state, at=NOW, why="because")


def test_what_is_stored_is_what_is_read_newest_first_and_by_kind(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "registrar")
    assert ledger.entries("a.test.", "renew") == ()
    day = datetime.timedelta(days=1)
    made = [entry(State.DONE, 2 * day), entry(State.UNCERTAIN), entry(State.REFUSED, day), entry(kind="lock")]
    for each in made:
        ledger.note(each)
    assert ledger.entries("a.test.", "renew") == (made[1], made[2], made[0])
    assert ledger.entries("a.test.", "lock") == (made[3],)
    assert ledger.entries("b.test.", "renew") == ()
    further = made[1].now_in(State.DONE, at=NOW)
    ledger.note(further)
    assert ledger.entries("a.test.", "renew")[0] == further
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "psfdns-registrar-journal/2"}', "{}"])
def test_an_entry_that_cannot_be_read_stops_everything(tmp_path: Path, text: str) -> None:
    """It could be the very order that must not be sent again."""
    ledger = Ledger(tmp_path)
    made = entry()
    ledger.note(made)
    path = tmp_path / "a.test" / f"{made.id}.json"
    path.write_text(text)
    with pytest.raises(PsfdnsError, match=r"json: cannot be read") as caught:
        ledger.entries("a.test.", "renew")
    assert caught.value.hint is not None
    path.write_text(json.dumps({**json.loads("{}"), "format": "psfdns-registrar-journal/1", "events": []}))
    with pytest.raises(PsfdnsError, match="it has no events"):
        ledger.entries("a.test.", "renew")


def test_a_folder_that_cannot_be_written_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "registrar").write_text("in the way")
    with pytest.raises(PsfdnsError, match="cannot be written"):
        Ledger(tmp_path / "registrar").begin(entry())
    with pytest.raises(PsfdnsError, match="cannot be written"), Ledger(tmp_path / "registrar").held():
        pass
    with pytest.raises(PsfdnsError, match="cannot be read"):
        Ledger(tmp_path / "registrar").entries("a.test.", "renew")


def test_one_orders_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "PATIENCE", 0.05)
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with Ledger(tmp_path).held():
            inside.set()
            done.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(5)
    with pytest.raises(PsfdnsError, match="another command is ordering"), Ledger(tmp_path).held():
        pass
    done.set()
    thread.join()
    with Ledger(tmp_path).held():
        pass


def test_what_is_ordered_on_one_machine_is_known_on_all(tmp_path: Path) -> None:
    store = MemoryStore()
    here, there = Ledger(tmp_path / "here", store), Ledger(tmp_path / "there", store)
    made = entry()
    here.begin(made)
    assert there.entries("a.test.", "renew") == (made,)
    assert there.entries("test.", "renew") == there.entries("b.a.test.", "renew") == ()
    done = made.now_in(State.DONE, at=NOW)
    here.note(done)
    assert there.entries("a.test.", "renew") == (done,)
    assert list(store.objects) == [f"journal/registrar/a.test/{made.id}.json"]
    store.objects = dict.fromkeys(store.objects, (b"{", NOW))
    assert here.entries("a.test.", "renew") == (done,)
    with pytest.raises(PsfdnsError, match=r"memory://store/journal/registrar/a.test/.* cannot be read"):
        there.entries("a.test.", "renew")


def test_without_the_shared_store_nothing_is_begun_and_what_was_is_still_noted(tmp_path: Path) -> None:
    store = MemoryStore()
    ledger, made = Ledger(tmp_path, store), entry()
    ledger.begin(made)
    store.fault = unreachable
    with pytest.raises(PsfdnsError, match="cannot be reached"):
        ledger.begin(entry())
    with pytest.raises(PsfdnsError, match="cannot be reached"):
        ledger.entries("a.test.", "renew")
    ledger.note(made.now_in(State.DONE, at=NOW))
    (kept,) = Ledger(tmp_path).entries("a.test.", "renew")
    assert kept.state is State.DONE


def test_what_the_disk_does_not_take_stands_in_nobodys_way_on_other_machines(tmp_path: Path) -> None:
    """It once had everybody wait for a day for an order that was never sent."""
    store = MemoryStore()
    (tmp_path / "registrar").write_text("in the way")
    with pytest.raises(PsfdnsError, match="cannot be written"):
        Ledger(tmp_path / "registrar", store).begin(entry())
    (seen,) = Ledger(tmp_path / "there", store).entries("a.test.", "renew")
    assert seen.state is State.REFUSED
    assert judge_renewals([seen], ENDS, now=NOW).stand is Stand.FREE


def test_an_order_that_the_store_took_without_an_answer_stands_in_nobodys_way(tmp_path: Path) -> None:
    store = MemoryStore()

    def lose_once(action: str) -> None:
        store.lose = lambda _: None
        unreachable(action)

    store.lose = lose_once
    with pytest.raises(PsfdnsError, match="cannot be reached"):
        Ledger(tmp_path / "here", store).begin(entry())
    assert Ledger(tmp_path / "here").entries("a.test.", "renew") == ()
    (seen,) = Ledger(tmp_path / "there", store).entries("a.test.", "renew")
    assert seen.state is State.REFUSED
    assert "cannot be reached" in (seen.events[-1].why or "")
    assert judge_renewals([seen], ENDS, now=NOW).stand is Stand.FREE


HOURS = datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("entries", "ends_at", "stand"),
    [
        ([], ENDS, Stand.FREE),
        ([entry(State.SENDING)], ENDS, Stand.WAITING),
        ([entry(State.ACCEPTED)], ENDS, Stand.WAITING),
        ([entry(State.UNCERTAIN)], ENDS, Stand.WAITING),
        ([entry(State.UNCERTAIN)], None, Stand.WAITING),
        ([entry(State.UNCERTAIN)], LATER, Stand.RENEWED),
        ([entry(State.SENDING)], LATER, Stand.RENEWED),
        ([entry(State.DONE)], LATER, Stand.RENEWED),
        ([entry(State.DONE)], ENDS, Stand.RENEWED),
        ([entry(State.REFUSED)], ENDS, Stand.FREE),
        ([entry(State.REFUSED), entry(State.UNCERTAIN, HOURS)], ENDS, Stand.WAITING),
        ([entry(State.UNCERTAIN, 23 * HOURS)], ENDS, Stand.WAITING),
        ([entry(State.UNCERTAIN, WINDOW)], ENDS, Stand.FREE),
        ([entry(State.DONE, WINDOW)], LATER, Stand.FREE),
        ([entry(State.UNCERTAIN, -HOURS)], ENDS, Stand.WAITING),
        ([replace(entry(State.UNCERTAIN), before={})], LATER, Stand.WAITING),
    ],
)
def test_a_renewal_is_free_only_where_no_other_of_a_day_may_have_been_carried_out(
    entries: list[Entry], ends_at: datetime.datetime | None, stand: Stand
) -> None:
    assert judge_renewals(entries, ends_at, now=NOW).stand is stand


ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(State),
        st.integers(0, 60).map(lambda hours: datetime.timedelta(hours=hours)),
    ),
    max_size=5,
)


@given(ENTRIES, st.sampled_from([ENDS, LATER, None]))
def test_never_twice_within_a_day(entries: list[Entry], ends_at: datetime.datetime | None) -> None:
    newest_first = sorted(entries, key=lambda each: each.created, reverse=True)
    recent = [each for each in entries if NOW - each.created < WINDOW and each.state is not State.REFUSED]
    assert (judge_renewals(newest_first, ends_at, now=NOW).stand is Stand.FREE) is not bool(recent)


def test_all_orders_are_listed_the_newest_first_whichever_the_domain(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "registrar")
    assert ledger.listed() == []
    old = entry(State.DONE, datetime.timedelta(days=2))
    new = replace(entry(State.DONE, kind="lock"), domain="0/25.b.test.")
    for each in (old, new):
        ledger.note(each)
    (tmp_path / "registrar" / "lock").touch()
    (tmp_path / "registrar" / "a.test" / "note.txt").touch()
    assert [(each.id, each.subject, each.entry) for each in ledger.listed()] == [
        (new.id, "0/25.b.test.", new),
        (old.id, "a.test.", old),
    ]
    assert [each.id for each in ledger.listed(limit=1)] == [new.id]
    assert [each.id for each in ledger.listed(subjects={"a.test."})] == [old.id]


def test_an_order_of_the_store_is_listed_and_our_own_wins(tmp_path: Path) -> None:
    store = MemoryStore()
    ledger, other = Ledger(tmp_path / "registrar", store), Ledger(tmp_path / "other", store)
    begun = entry()
    ledger.begin(begun)
    theirs = replace(entry(State.DONE, datetime.timedelta(days=1)), domain="b.test.")
    other.begin(theirs)
    done = begun.now_in(State.DONE, at=NOW)
    Ledger(tmp_path / "registrar").note(done)
    assert [(each.entry, each.elsewhere) for each in ledger.listed()] == [(done, False), (theirs, True)]
    store.put(f"journal/registrar/b.test/{theirs.id}.json", b"[]")
    damaged = ledger.listed()[1]
    assert (damaged.entry, damaged.elsewhere) == (None, True)
    assert damaged.fault is not None
    assert "cannot be read" in damaged.fault
