"""The lease in an object store: who gets it, when it is stale, when it is lost; by no local clock."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from moto.core.models import botocore_stubber

from psfdns.aws import open_objects
from psfdns.errors import HostError, LockedError, LockLostError
from psfdns.locks.holder import Holder, parse_document
from psfdns.locks.lease import TIMES, Lease, LeaseTimes, hold_lease
from psfdns.objects import ObjectStore
from tests.locks.holding import ACCOUNT, LOST, SHORT, me
from tests.locks.processes import first_line, process
from tests.stores import BUCKET, MemoryStore, playing_s3, serving_s3, unreachable

KEY = f"locks/{ACCOUNT}.json"
START = datetime.datetime(2026, 11, 20, 18, 0, tzinfo=datetime.UTC)


class World:
    """A store with a clock of its own, and how much time passes for everybody."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.store = MemoryStore(now=self.now)

    def now(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self.passed)

    def lease(self, holder: Holder | None = None, *, clock: Callable[[], float] | None = None) -> Lease:
        return Lease(
            self.store, KEY, holder or me(), clock=clock or (lambda: 5000 + self.passed), times=TIMES
        )


@pytest.fixture
def world() -> World:
    return World()


def test_the_second_is_told_who_since_when_and_until_when(world: World) -> None:
    holder = Holder("alice", "laptop", 4242, START, "rollback")
    assert world.lease(holder).acquire() is None
    world.passed = 20
    with pytest.raises(LockedError) as caught:
        world.lease(me("bob")).acquire()
    assert caught.value.summary == (
        f"the account is locked in memory://store ({KEY}): "
        "rollback by alice on laptop (pid 4242) since 2026-11-20 18:00:00 UTC"
    )
    assert caught.value.hint is not None
    assert "is stale at 2026-11-20 18:01:00 UTC, in 40 s by the store's clock" in caught.value.hint


def test_what_was_let_go_is_free(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    lease.release()
    assert world.store.objects == {}
    assert world.lease(me("bob")).acquire() is None


def test_a_stale_lease_is_taken_over_and_its_holder_named(world: World) -> None:
    world.lease().acquire()
    world.passed = 59
    with pytest.raises(LockedError):
        world.lease(me("bob")).acquire()
    world.passed = 60
    left = world.lease(me("bob")).acquire()
    assert left is not None
    assert left.startswith("apply by alice on laptop")


def test_a_renewed_lease_is_not_stale(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    for _ in range(5):
        world.passed += 40
        assert lease.renew()
        lease.check()
    world.passed += 40
    with pytest.raises(LockedError):
        world.lease(me("bob")).acquire()


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_local_clock_wrong_by_hours_changes_nothing(world: World, hours: int) -> None:
    wrong = START + datetime.timedelta(hours=hours)
    world.lease(Holder("alice", "laptop", 1, wrong, "apply")).acquire()
    with pytest.raises(LockedError, match=f"since {wrong:%Y-%m-%d %H:%M:%S} UTC"):
        world.lease(Holder("bob", "desktop", 2, START, "apply")).acquire()
    world.passed = 60
    assert world.lease(Holder("bob", "desktop", 2, wrong, "apply")).acquire() is not None


def test_a_holder_who_was_taken_over_may_not_go_on(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    world.passed = 61
    other = world.lease(me("bob"))
    other.acquire()
    with pytest.raises(LockLostError, match="could not be renewed for 61 s: this machine slept"):
        lease.check()
    assert not lease.renew()
    with pytest.raises(LockLostError, match="was taken over: apply by bob"):
        lease.check()
    lease.release()
    other.check()
    assert other.renew()


def test_a_lock_that_somebody_removed_is_lost(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    world.store.delete(KEY)
    assert not lease.renew()
    with pytest.raises(LockLostError, match="let go again"):
        lease.check()
    assert world.store.objects == {}


def test_nothing_is_sent_in_the_margin_before_others_may_take_over(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    world.passed = TIMES.lease - TIMES.margin
    lease.check()
    world.passed += 0.1
    lease.note_trouble("S3: cannot be reached")
    with pytest.raises(LockLostError, match="could not be renewed for 45 s: S3: cannot be reached"):
        lease.check()
    with pytest.raises(LockedError):
        world.lease(me("bob")).acquire()
    assert lease.renew()
    lease.check()


def test_the_time_a_renewal_takes_counts_against_the_holder(world: World) -> None:
    lease = world.lease()
    lease.acquire()

    def dawdle(action: str) -> None:
        world.passed += 50

    world.store.lose = dawdle
    assert lease.renew()
    with pytest.raises(LockLostError):
        lease.check()


def test_a_renewal_whose_answer_was_lost_is_found_again(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    world.store.lose = unreachable
    with pytest.raises(HostError):
        lease.renew()
    world.store.lose = lambda _: None
    world.passed = 30
    assert lease.renew()
    world.passed = 70
    lease.check()
    lease.release()
    assert world.store.objects == {}


def test_a_release_after_a_lost_renewal_still_lets_go(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    world.store.lose = unreachable
    with pytest.raises(HostError):
        lease.renew()
    world.store.lose = lambda _: None
    lease.release()
    assert world.store.objects == {}


def test_taken_over_between_a_lost_renewal_and_the_next_is_lost(world: World) -> None:
    lease = world.lease()
    lease.acquire()
    world.store.lose = unreachable
    with pytest.raises(HostError):
        lease.renew()
    world.store.lose = lambda _: None
    asked: list[str] = []

    def overtake(action: str) -> None:
        asked.append(action)
        if asked == ["replace", "get", "replace"]:
            world.store.put(KEY, b"{}")

    world.store.fault = overtake
    assert not lease.renew()
    with pytest.raises(LockLostError, match="somebody whose note cannot be read"):
        lease.check()


def test_every_renewal_is_a_version_of_its_own(world: World) -> None:
    """The same bytes would be the same ETag, and a lease just renewed could be taken over."""
    lease = world.lease()
    lease.acquire()
    seen = world.store.get(KEY)
    assert seen is not None
    lease.renew()
    assert world.store.replace(KEY, b"taken", seen.version) is None


def test_a_store_that_tells_no_time_never_calls_a_lease_stale(world: World) -> None:
    world.lease().acquire()
    world.store.tells_time = False
    world.passed = 10_000
    with pytest.raises(LockedError) as caught:
        world.lease(me("bob")).acquire()
    assert caught.value.hint is not None
    assert "does not say what time it is" in caught.value.hint


@pytest.mark.parametrize("data", [b"", b"{}", b'{"format": "psfdns-lock/1", "lease_seconds": 1e9}'])
def test_a_damaged_lock_is_stale_after_the_usual_time(world: World, data: bytes) -> None:
    world.store.put(KEY, data)
    world.passed = 59
    with pytest.raises(LockedError, match="somebody whose note cannot be read"):
        world.lease().acquire()
    world.passed = 60
    assert world.lease().acquire() == "somebody whose note cannot be read"


def test_a_holder_s_lease_lasts_as_long_as_the_holder_says(world: World) -> None:
    patient = LeaseTimes(lease=600)
    Lease(world.store, KEY, me(), clock=lambda: 0.0, times=patient).acquire()
    world.passed = 599
    with pytest.raises(LockedError):
        world.lease().acquire()
    world.passed = 600
    assert world.lease().acquire() is not None


def test_freed_while_it_is_looked_at_is_taken(world: World) -> None:
    world.lease().acquire()

    def free(action: str) -> None:
        if action == "get":
            world.store.objects.clear()

    world.store.fault = free
    assert world.lease(me("bob")).acquire() is None


def test_always_too_late_is_said(world: World) -> None:
    def come_and_go(action: str) -> None:
        world.store.objects.clear()
        if action == "put_new":
            world.store.put(KEY, b"{}")

    world.store.fault = come_and_go
    with pytest.raises(LockedError, match="others were faster"):
        world.lease().acquire()


@contextmanager
def in_memory() -> Iterator[tuple[ObjectStore, Callable[[float], None]]]:
    world = World()

    def advance(seconds: float) -> None:
        world.passed += seconds

    yield world.store, advance


@contextmanager
def in_moto() -> Iterator[tuple[ObjectStore, Callable[[float], None]]]:
    with playing_s3() as moto:
        yield moto.open("psfdns"), moto.age


@pytest.mark.parametrize("open_store", [in_memory, in_moto])
@pytest.mark.parametrize("stale", [False, True])
def test_of_many_at_once_exactly_one_gets_the_lock(
    open_store: Callable[[], AbstractContextManager[tuple[ObjectStore, Callable[[float], None]]]],
    stale: bool,
) -> None:
    with open_store() as (store, advance):
        if stale:
            Lease(store, KEY, me(), clock=time.monotonic, times=TIMES).acquire()
            advance(TIMES.lease + 1)
        start = threading.Barrier(6)

        def take(number: int) -> Lease | None:
            lease = Lease(store, KEY, me(f"user {number}"), clock=time.monotonic, times=TIMES)
            start.wait()
            try:
                lease.acquire()
            except LockedError:
                return None
            return lease

        with ThreadPoolExecutor(6) as pool:
            winners = [lease for lease in pool.map(take, range(6)) if lease is not None]
        assert len(winners) == 1
        winners[0].check()
        assert winners[0].renew()


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def number_of(store: MemoryStore) -> int:
    number: int = parse_document(store.objects[KEY][0])["number"]
    return number


class TestHeartbeat:
    def hold(self, store: ObjectStore, said: list[str]) -> AbstractContextManager[Callable[[], None]]:
        return hold_lease(store, ACCOUNT, me(), clock=time.monotonic, say=said.append, times=SHORT)

    def test_it_renews_until_the_end(self) -> None:
        store, said = MemoryStore(), list[str]()
        with self.hold(store, said) as may_go_on:
            eventually(lambda: number_of(store) > 7)
            may_go_on()
        assert store.objects == {}
        assert said == []
        assert [thread.name for thread in threading.enumerate() if thread.name == "apply-lock"] == []

    def test_a_short_outage_is_got_over(self) -> None:
        store, said = MemoryStore(), list[str]()
        with self.hold(store, said) as may_go_on:
            store.fault = unreachable
            time.sleep(0.3)
            may_go_on()
            store.fault = lambda _: None
            before = number_of(store)
            eventually(lambda: number_of(store) > before)
            time.sleep(0.4)
            may_go_on()
        assert store.objects == {}

    def test_a_long_one_is_the_end_and_says_why(self) -> None:
        store, said = MemoryStore(), list[str]()
        with self.hold(store, said) as may_go_on:
            store.fault = unreachable
            time.sleep(LOST)
            with pytest.raises(LockLostError, match="the store: replace: cannot be reached"):
                may_go_on()
        assert len(said) == 1
        assert said[0].startswith(f"the lock of {ACCOUNT} could not be let go, it becomes stale by itself")

    def test_being_taken_over_is_noticed(self) -> None:
        store, said = MemoryStore(), list[str]()
        with self.hold(store, said) as may_go_on:
            store.put(KEY, b"{}")

            def is_lost() -> bool:
                try:
                    may_go_on()
                except LockLostError as error:
                    return "taken over" in str(error)
                return False

            eventually(is_lost)
        assert store.objects[KEY][0] == b"{}"

    def test_who_took_over_says_from_whom(self) -> None:
        world, said = World(), list[str]()
        world.lease().acquire()
        world.passed = 60
        with self.hold(world.store, said):
            pass
        (line,) = said
        assert line.startswith(f"the lock of {ACCOUNT} was left to become stale and is taken over: apply by")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """S3 behind a port, which other processes reach as well."""
    with serving_s3() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        store = open_objects(BUCKET)
        events: Any = store._client.meta.events
        events.unregister("before-send", botocore_stubber)
        yield store


def try_to_take(store: ObjectStore) -> str | None:
    """Who is said to have left it, or to hold it."""
    lease = Lease(store, KEY, me("bob"), clock=time.monotonic, times=SHORT)
    try:
        return lease.acquire()
    except LockedError as error:
        return f"refused: {error}"


def test_of_two_processes_with_one_bucket_one_wins(s3: ObjectStore) -> None:
    with process("lease", BUCKET) as one, process("lease", BUCKET) as other:
        lines = {first_line(one): one, first_line(other): other}
        assert set(lines) > {"held\n"}
        winner = lines.pop("held\n")
        (refused,) = lines
        assert "apply by alice on laptop" in refused
        assert f"(pid {winner.pid}) since " in refused
        winner.communicate("")
    assert s3.list() == []


def test_the_lease_of_a_killed_process_is_free_once_it_is_stale(s3: ObjectStore) -> None:
    with process("lease", BUCKET) as holder:
        assert first_line(holder) == "held\n"
        time.sleep(SHORT.lease + 1)
        assert str(try_to_take(s3)).startswith("refused: the account is locked in"), "it lives and renews"
        holder.kill()
        holder.wait()
        assert str(try_to_take(s3)).startswith("refused: the account is locked in")
        until = time.monotonic() + 2 * SHORT.lease + 1
        while str(left := try_to_take(s3)).startswith("refused"):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert str(left).startswith("apply by alice on laptop")
