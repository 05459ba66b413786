"""The store that several hosts share: no race loses a set, no kill mixes two, and what is damaged is said."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from psfdns.certs.pem import CertificateSet
from psfdns.certs.remote_store import RemoteStore
from psfdns.certs.state import Deployment, State
from psfdns.certs.store import Store, StoreError
from psfdns.errors import LockedError, LockLostError, OutsideError
from tests.certs.certificates import BEGIN
from tests.certs.hosts import Counted, KilledError, Mortal, open_host
from tests.certs.issuing import issue
from tests.stores import MemoryStore, unreachable

NAME = "a.example"
OLD, NEW, NEWER = (issue(serial=number, number=number) for number in (1, 2, 3))


def put(store: RemoteStore, new: CertificateSet, name: str = NAME) -> None:
    with store.held():
        store.put(name, new)


def read(folder: Path) -> CertificateSet:
    return CertificateSet(*((folder / f"{file}.pem").read_bytes() for file in ("cert", "chain", "privkey")))


def test_what_one_host_put_the_other_brings_to_its_own_folder(tmp_path: Path) -> None:
    objects = MemoryStore()
    one, two = open_host(objects, tmp_path, "one"), open_host(objects, tmp_path, "two")
    put(one, OLD)
    one.bring(NAME)

    assert two.names() == (NAME,)
    assert two.bring(NAME)
    assert read(two.live(NAME)) == read(one.live(NAME)) == OLD
    put(one, NEW)
    two = open_host(objects, tmp_path, "two")
    assert two.bring(NAME)
    assert read(two.live(NAME)) == NEW
    assert read(one.live(NAME)) == OLD, "that is for its own next run"


def test_a_copy_that_is_damaged_is_written_anew(tmp_path: Path) -> None:
    store = open_host(MemoryStore(), tmp_path)
    put(store, OLD)
    store.bring(NAME)
    (store.live(NAME) / "cert.pem").unlink()
    assert store.bring(NAME)
    assert read(store.live(NAME)) == OLD


def test_a_group_that_reads_the_copy_on_one_host_reads_the_next_one_there(tmp_path: Path) -> None:
    store = open_host(MemoryStore(), tmp_path)
    put(store, OLD)
    store.bring(NAME)
    (store.live(NAME) / "privkey.pem").chmod(0o640)
    put(store, NEW)
    store.bring(NAME)
    assert (store.live(NAME) / "privkey.pem").stat().st_mode & 0o777 == 0o640


def test_a_copy_that_cannot_be_written_leaves_the_shared_set_as_it_is(tmp_path: Path) -> None:
    store = open_host(MemoryStore(), tmp_path)
    put(store, OLD)
    store.live(NAME).mkdir(parents=True)
    with pytest.raises(StoreError, match="is a folder and not a link"):
        store.bring(NAME)
    assert store.load_set(NAME) == OLD


def test_with_nothing_new_a_look_costs_two_requests_however_many_there_are(tmp_path: Path) -> None:
    objects = Counted()
    store = open_host(objects, tmp_path)
    with store.held():
        for number in range(20):
            store.put(f"{number}.example", OLD)
            store.save_state(f"{number}.example", State(revoked=frozenset({"ab"})))
    objects.asked.clear()

    store = open_host(objects, tmp_path)
    assert len(store.names()) == 20
    assert all(store.load(name) and store.load_state(name).revoked for name in store.names())
    assert objects.asked == ["versions", "versions"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "psfdns-catalogue/1", "store": 5, "objects": 5}']
)
def test_what_this_machine_remembers_may_be_missing_or_damaged(tmp_path: Path, text: str) -> None:
    objects = MemoryStore()
    put(open_host(objects, tmp_path), OLD)
    cache = tmp_path / "one" / "cache" / "certificates.json"
    assert cache.is_file()
    cache.write_text(text)
    assert open_host(objects, tmp_path).load_set(NAME) == OLD
    assert "PRIVATE" not in cache.read_text()


def test_what_another_store_said_is_not_taken_for_this_one_s(tmp_path: Path) -> None:
    first, second = MemoryStore(), MemoryStore(url="memory://other")
    put(open_host(first, tmp_path), OLD)
    second.put(f"live/{NAME}.json", first.objects[f"live/{NAME}.json"][0])
    cache = tmp_path / "one" / "cache" / "certificates.json"
    cache.write_text(cache.read_text().replace("sha256:", "sha512:"))
    with pytest.raises(StoreError, match=r"archive/a\.example/1\.json: it is not there"):
        open_host(second, tmp_path).load_set(NAME)


def test_of_deployments_each_host_remembers_its_own_and_all_the_common_ones(tmp_path: Path) -> None:
    objects = MemoryStore()
    one, two = open_host(objects, tmp_path, "one"), open_host(objects, tmp_path, "two")
    cdn, salt, web = (Deployment(target, "ab", BEGIN) for target in ("cdn", "salt", "web"))
    with one.held():
        one.save_state(NAME, State(deployed=(cdn, salt), revoked=frozenset({"cd"})))
    with two.held():
        state = two.load_state(NAME)
        assert state == State(deployed=(cdn,), revoked=frozenset({"cd"}))
        two.save_state(NAME, State(deployed=(cdn, web), revoked=frozenset({"cd"})))

    assert open_host(objects, tmp_path, "one").load_state(NAME).deployed == (cdn, salt)
    assert open_host(objects, tmp_path, "two").load_state(NAME).deployed == (cdn, web)
    assert b"salt" not in objects.objects[f"state/{NAME}.json"][0]


def test_what_a_host_did_at_its_own_targets_asks_nothing_of_the_shared_store(tmp_path: Path) -> None:
    objects = Counted()
    store = open_host(objects, tmp_path)
    state = store.load_state(NAME)
    objects.asked.clear()
    store.save_state(NAME, State(state.ari, state.revoked, (Deployment("salt", "ab", BEGIN),)))
    assert objects.asked == []
    assert store.load_state(NAME).deployed[0].target == "salt"


def test_without_the_lock_nothing_is_written(tmp_path: Path) -> None:
    objects = MemoryStore()
    store = open_host(objects, tmp_path)
    for write in (
        lambda: store.put(NAME, OLD),
        lambda: store.keep(NAME, OLD),
        lambda: store.save_state(NAME, State(revoked=frozenset({"ab"}))),
    ):
        with pytest.raises(LockLostError, match="is not held"):
            write()
    assert objects.objects == {}


def test_a_second_host_is_told_who_writes_and_leaves(tmp_path: Path) -> None:
    objects = MemoryStore()
    one, two = open_host(objects, tmp_path, "one"), open_host(objects, tmp_path, "two")
    with one.held(), pytest.raises(LockedError) as caught, two.held():
        pass
    assert caught.value.summary == (
        "the store of certificates is locked in memory://store (locks/certificates.json): "
        "certs renew by alice on one (pid 4242) since 2026-11-28 12:00:00 UTC"
    )


def test_a_host_that_died_is_followed_when_the_store_s_clock_says_so(tmp_path: Path) -> None:
    objects, told = Mortal(), list[str]()
    put(open_host(objects, tmp_path), OLD)
    objects.count, objects.at = 0, 2
    with pytest.raises(KilledError):
        put(open_host(objects, tmp_path), NEW)
    objects.revive()
    objects.seconds -= 31
    two = open_host(objects, tmp_path, "two", say=told.append)
    with pytest.raises(LockedError, match="on one"), two.held():
        pass
    objects.seconds += 31
    put(two, NEWER)
    assert two.load_set(NAME) == NEWER
    assert "certs renew by alice on one" in told[0]


def test_a_host_that_lost_its_lease_writes_nothing_more(tmp_path: Path) -> None:
    """It slept; meanwhile another one took over, put a newer set, and went."""
    objects, passed = Mortal(), [0.0]
    one = open_host(objects, tmp_path, "one", clock=lambda: passed[0])
    two = open_host(objects, tmp_path, "two")
    put(two, OLD)
    with one.held():
        assert one.load_set(NAME) == OLD
        objects.seconds += 61
        passed[0] += 61
        put(two, NEW)
        for write in (
            lambda: one.put(NAME, NEWER),
            lambda: one.save_state(NAME, State(revoked=frozenset("a"))),
        ):
            with pytest.raises(LockLostError, match="could not be renewed"):
                write()
    assert open_host(objects, tmp_path, "three").load_set(NAME) == NEW


@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_write_that_was_under_way_when_the_lease_was_lost_meets_another_version(
    tmp_path: Path, is_remembered: bool
) -> None:
    """The clock of the loser stands still, so that only the conditions of its requests are left."""
    objects = Mortal()
    two = open_host(objects, tmp_path, "two")
    put(two, OLD)
    if is_remembered:
        open_host(objects, tmp_path, "one").names()
    one = open_host(objects, tmp_path, "one", clock=lambda: 0.0)
    with one.held():
        assert one.load_set(NAME) == OLD
        objects.seconds += 61
        with two.held():
            two.put(NAME, NEW)
            two.put("b.example", NEW)
        with pytest.raises(StoreError, match="another psfdns wrote it meanwhile") as caught:
            one.put(NAME, NEWER)
    assert caught.value.hint is not None
    three = open_host(objects, tmp_path, "three")
    assert three.load_set(NAME) == NEW, "the winner's"
    assert three.versions(NAME) == (1, 2, 3), "and what the loser had is not lost either"
    put(three, NEWER)
    assert three.load_set(NAME) == NEWER


def test_who_waited_for_the_lock_sees_what_was_done_meanwhile(tmp_path: Path) -> None:
    objects = MemoryStore()
    one, two = open_host(objects, tmp_path, "one"), open_host(objects, tmp_path, "two")
    assert one.load(NAME) is None
    put(two, OLD)
    with one.held():
        assert one.load_set(NAME) == OLD
        one.put(NAME, NEW)
    assert open_host(objects, tmp_path, "two").load_set(NAME) == NEW


def test_two_that_put_the_first_set_at_once_do_not_overwrite_each_other(tmp_path: Path) -> None:
    objects = Mortal()
    one = open_host(objects, tmp_path, "one", clock=lambda: 0.0)
    two = open_host(objects, tmp_path, "two")
    with one.held():
        assert one.load(NAME) is None
        objects.seconds += 61
        put(two, OLD)
        with pytest.raises(StoreError, match="another psfdns wrote it meanwhile"):
            one.put(NAME, NEW)
    assert open_host(objects, tmp_path, "three").load_set(NAME) == OLD


def requests_of_a_renewal() -> int:
    """How many there are from taking the lock to letting it go."""
    import tempfile

    objects = Mortal()
    with tempfile.TemporaryDirectory() as folder:
        renew(open_host(objects, Path(folder)), OLD)
        objects.count = 0
        renew(open_host(objects, Path(folder)), NEW)
    assert objects.count > 6
    return objects.count


def renew(store: RemoteStore, new: CertificateSet) -> None:
    with store.held():
        store.put(NAME, new)
        store.save_state(NAME, State(revoked=frozenset({new.key[40:60].hex()})))


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("at", range(1, requests_of_a_renewal() + 1))
def test_a_kill_at_any_request_leaves_the_old_set_or_the_new_one(tmp_path: Path, at: int, late: bool) -> None:
    objects = Mortal()
    renew(open_host(objects, tmp_path), OLD)
    objects.count, objects.at, objects.late = 0, at, late
    try:
        renew(open_host(objects, tmp_path), NEW)
    except KilledError:
        pass
    else:
        assert late, "only what writes is followed by anything"
    objects.revive()

    two = open_host(objects, tmp_path, "two")
    loaded = two.load(NAME)
    assert loaded is not None
    assert two.load_set(NAME) == {"01": OLD, "02": NEW}[loaded.serial]
    two.bring(NAME)
    assert read(two.live(NAME)) == two.load_set(NAME)
    renew(two, NEWER)
    assert two.load_set(NAME) == NEWER
    first = open_host(objects, tmp_path)
    assert first.load_set(NAME) == NEWER, "and what the killed one remembered does no harm"


@pytest.mark.parametrize("at", range(1, requests_of_a_renewal() + 1))
def test_a_store_that_fails_at_any_request_is_one_error_and_mixes_nothing(tmp_path: Path, at: int) -> None:
    objects, count = MemoryStore(), [0]
    renew(open_host(objects, tmp_path), OLD)

    def fail(action: str) -> None:
        count[0] += 1
        if count[0] >= at:
            unreachable(action)

    objects.fault = fail
    told: list[str] = []
    with contextlib.suppress(OutsideError):
        renew(open_host(objects, tmp_path, say=told.append), NEW)
        assert "could not be let go" in told[-1], "the last one only lets go"
    objects.fault = lambda _: None
    loaded = open_host(objects, tmp_path, "two").load(NAME)
    assert loaded is not None
    assert open_host(objects, tmp_path, "two").load_set(NAME) == {"01": OLD, "02": NEW}[loaded.serial]


def _cut(text: bytes) -> bytes:
    return text[: len(text) // 2]


def _later(text: bytes) -> bytes:
    return text.replace(b"/1", b"/2", 1)


def _exchanged(text: bytes) -> bytes:
    document = json.loads(text)
    document["key"] = NEW.key.decode()
    return json.dumps(document).encode()


DAMAGE: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a pointer cut short": ("live/a.example.json", _cut, "live/a.example.json: it is damaged"),
    "an empty pointer": ("live/a.example.json", lambda _: b"", "it is damaged"),
    "a pointer of a newer psfdns": ("live/a.example.json", _later, "it is not of format"),
    "something else": ("live/a.example.json", lambda _: b"[1]", "it is not of format"),
    "no text": ("live/a.example.json", lambda _: b"\xff\xfe", "it is damaged"),
    "depth": ("live/a.example.json", lambda _: b"[" * 100_000, "it is damaged"),
    "a set cut short": ("archive/a.example/1.json", _cut, "it was cut short, or exchanged"),
    "a set of a newer psfdns": ("archive/a.example/1.json", _later, "it was cut short, or exchanged"),
    "another key in the set": ("archive/a.example/1.json", _exchanged, "it was cut short, or exchanged"),
    "a state cut short": ("state/a.example.json", _cut, "state/a.example.json: it is damaged"),
}


def read_all(store: RemoteStore) -> None:
    store.load(NAME)
    store.load_state(NAME)
    store.load_set(NAME)


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_object_is_said_shows_no_key_and_harms_no_other(tmp_path: Path, case: str) -> None:
    key, damage, why = DAMAGE[case]
    objects = MemoryStore()
    store = open_host(objects, tmp_path)
    renew(store, OLD)
    put(store, NEW, "b.example")
    objects.put(key, damage(objects.objects[key][0]))

    store = open_host(objects, tmp_path)
    with pytest.raises(StoreError) as caught:
        read_all(store)
    assert why in caught.value.summary
    assert "memory://store/" in caught.value.summary
    shown = f"{caught.value}{caught.value.hint}{caught.value.__cause__}{caught.value.__cause__.__cause__}"  # type: ignore[union-attr]
    assert "PRIVATE" not in shown
    assert store.load_set("b.example") == NEW
    put(store, NEWER)
    assert store.load_set(NAME) == NEWER


def test_a_pointer_s_words_about_another_certificate_are_not_believed(tmp_path: Path) -> None:
    objects = MemoryStore()
    put(open_host(objects, tmp_path), OLD)
    document = json.loads(objects.objects[f"live/{NAME}.json"][0])
    document["certificate"] = NEW.certificate.decode()
    objects.put(f"live/{NAME}.json", json.dumps(document).encode())
    with pytest.raises(StoreError, match="it is damaged"):
        open_host(objects, tmp_path).load(NAME)


def test_the_copy_of_one_host_is_written_by_one_at_a_time(tmp_path: Path) -> None:
    store = open_host(MemoryStore(), tmp_path)
    put(store, OLD)
    other = Store(store.folder, me="certs renew by bob")
    with other.held(), pytest.raises(LockedError, match="certs renew by bob writes there"):
        store.bring(NAME)
    assert store.bring(NAME)
