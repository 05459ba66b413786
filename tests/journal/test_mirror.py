"""The journal's second place: what is there when, and what happens when it cannot be reached."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psfdns.errors import HostError, PsfdnsError
from psfdns.journal.mirror import Mirror
from psfdns.journal.progress import State, state_of
from psfdns.journal.store import ENTRY, EVENTS, UNSENT
from psfdns.objects import ObjectStore
from psfdns.plans.plan import Change
from tests.journal.actors import Operator
from tests.route53.accounts import address, new_zone
from tests.stores import MemoryStore, playing_s3, unreachable


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Iterator[ObjectStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with playing_s3() as moto:
        yield moto.open("team/dns")


def operator_at(folder: Path, store: ObjectStore, warn: Callable[[str], None] = pytest.fail) -> Operator:
    operator = Operator(folder / "journal")
    operator.mirror = Mirror(operator.journal, store, warn)
    return operator


def test_after_an_apply_both_places_hold_the_same(tmp_path: Path, store: ObjectStore) -> None:
    operator = operator_at(tmp_path, store)
    entry_id = operator.apply(new_zone(address("www")))[0].entry.id
    assert store.list("journal/") == [f"journal/{entry_id}/{name}" for name in (ENTRY, EVENTS)]
    for name in (ENTRY, EVENTS):
        there = store.get(f"journal/{entry_id}/{name}")
        assert there is not None
        assert there.data == (operator.folder / entry_id / name).read_bytes()
    assert not (operator.folder / entry_id / UNSENT).exists()


def test_another_operator_reads_and_undoes_it(tmp_path: Path, store: ObjectStore) -> None:
    first = operator_at(tmp_path / "one", store)
    first.account.create(address("www"))
    before = first.raw()
    entry_id = first.change(Change(address("www"), address("www", "192.0.2.9"))).id
    second = operator_at(tmp_path / "two", store)
    second.account = first.account
    assert second.mirror is not None
    Mirror(second.journal, store, pytest.fail).fetch()
    (stored,) = second.journal.entries()
    assert (stored.id, stored.elsewhere, stored.fault) == (entry_id, True, None)
    assert second.undo(stored)[0].kept == ()
    assert second.raw() == before


def test_where_it_cannot_be_reached_nothing_is_begun(tmp_path: Path) -> None:
    store = MemoryStore(fault=unreachable)
    operator = operator_at(tmp_path, store)
    with pytest.raises(HostError, match="cannot be reached"):
        operator.apply(new_zone(address("www")))
    assert operator.account.budget.sent["CreateHostedZone"] == 0
    (stored,) = operator.journal.entries()
    assert state_of(stored.progress, running=stored.running, settled=False) is State.FAILED
    assert operator.journal.unfinished() == []


def failing_after(count: int) -> Callable[[str], None]:
    calls = iter(range(1 << 30))

    def fault(action: str) -> None:
        if action == "put" and next(calls) >= count:
            unreachable(action)

    return fault


def test_what_fails_on_the_way_is_said_once_and_sent_by_the_next_command(tmp_path: Path) -> None:
    said: list[str] = []
    store = MemoryStore(fault=failing_after(2))
    operator = operator_at(tmp_path, store, said.append)
    writer, outcome = operator.apply(new_zone(address("www")))
    assert outcome.zones[0].errors == []
    assert writer.fault is None
    assert len(said) == 1
    assert said[0].endswith("the journal on this machine is whole, and is sent later")
    store.fault = lambda _: None
    Mirror(operator.journal, store, pytest.fail).resend()
    events = (operator.folder / writer.entry.id / EVENTS).read_bytes()
    assert store.objects[f"journal/{writer.entry.id}/{EVENTS}"][0] == events
    assert not (operator.folder / writer.entry.id / UNSENT).exists()


def test_a_slow_store_holds_up_no_request(tmp_path: Path) -> None:
    """The events of all requests are kept while the store takes its time for the first ones."""
    let_go = threading.Event()
    puts = iter(range(1 << 30))

    def slow(action: str) -> None:
        if action == "put" and next(puts) == 2:
            assert let_go.wait(20)

    operator = operator_at(tmp_path, MemoryStore(fault=slow))
    pause = operator.account.api
    seen: list[str] = []

    class Watching:
        def call(self, action: str, doing: str, /, **parameters: object) -> object:
            seen.append(action)
            if action == "ChangeResourceRecordSets":
                let_go.set()
            return pause.call(action, doing, **parameters)

    operator.api = Watching()
    operator.apply(new_zone(address("www")))
    assert "ChangeResourceRecordSets" in seen


def test_an_entry_under_way_is_not_sent_by_another_command(tmp_path: Path) -> None:
    elsewhere = MemoryStore()
    operator = operator_at(tmp_path, MemoryStore())

    class Nosy:
        def call(self, action: str, doing: str, /, **parameters: object) -> object:
            Mirror(operator.journal, elsewhere, pytest.fail).resend()
            assert not elsewhere.objects
            return operator.account.api.call(action, doing, **parameters)

    operator.api = Nosy()
    operator.apply(new_zone(address("www")))


def test_entries_without_an_end_are_fetched_again_and_odd_keys_left_alone(tmp_path: Path) -> None:
    store = MemoryStore()
    first = operator_at(tmp_path / "one", store)
    entry_id = first.apply(new_zone(address("www")))[0].entry.id
    key = f"journal/{entry_id}/{EVENTS}"
    whole = store.get(key)
    assert whole is not None
    store.put(key, whole.data.splitlines(keepends=True)[0])
    for odd in ("journal/../../x/entry.json", "journal/entry.json", "journal/x/entry.json"):
        store.put(odd, b"{}")
    second = operator_at(tmp_path / "two", store)
    mirror = Mirror(second.journal, store, pytest.fail)
    mirror.fetch()
    assert [one.id for one in second.journal.unfinished()] == [entry_id]
    store.put(key, whole.data)
    mirror.fetch()
    assert second.journal.unfinished() == []
    assert [path.name for path in (second.folder / "others").iterdir()] == [entry_id]
    store.fault = lambda action: unreachable(action) if action == "get" else None
    mirror.fetch()


def test_only_as_many_as_asked_for_are_fetched_the_newest_first(tmp_path: Path) -> None:
    store = MemoryStore()
    first = operator_at(tmp_path / "one", store)
    ids = []
    for number in range(3):
        first.mirror = Mirror(first.journal, store, pytest.fail)
        ids.append(first.apply(new_zone(origin=f"z{number}.example."))[0].entry.id)
    second = operator_at(tmp_path / "two", store)
    Mirror(second.journal, store, pytest.fail).fetch(2)
    assert second.journal.all_ids() == ids[:0:-1]
    Mirror(second.journal, store, pytest.fail).fetch(None)
    assert second.journal.all_ids() == ids[::-1]


def test_a_store_that_cannot_be_listed_says_so(tmp_path: Path) -> None:
    operator = operator_at(tmp_path, MemoryStore(fault=unreachable))
    with pytest.raises(PsfdnsError, match="cannot be reached"):
        Mirror(operator.journal, MemoryStore(fault=unreachable), pytest.fail).fetch()
