"""A round of deploys: each is tried once, remembered at once, and none stops another."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.deploy.rounds import MAX_FAULT, Delivered, Round
from psfdns.certs.deploying import Delivery
from psfdns.certs.pem import CertificateSet
from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.certs.state import Deployment, State
from psfdns.certs.store import Store
from psfdns.errors import DeployError, HostError, LockLostError
from tests.certs.certificates import BEGIN
from tests.certs.deploy.parcels import SET, key_text, parcel

PRINT = parcel().fingerprint


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    for name in ("a.example", "b.example"):
        store.put(name, SET)
    return store


def delivery(target: str = "t", name: str = "a.example", **changes: Any) -> Delivery:
    where = DeployTarget(target, TargetType.DIRECTORY, ("*",), path=Path("/", target))
    return Delivery(name, parcel().names, PRINT, where, **changes)


def run(store: Store, carry: Any, *deliveries: Delivery) -> list[Delivered]:
    with store.held():
        return Round(store, carry, lambda: BEGIN).run(deliveries)


def test_what_arrives_is_remembered_with_what_the_target_calls_it(store: Store) -> None:
    store.save_state("a.example", State(revoked=frozenset({"ff"})))
    seen: list[Parcel] = []

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        seen.append(found)
        return Arrival("arn:1", "hello")

    (done,) = run(store, carry, delivery(place="arn:0"))
    assert (done.fault, done.remark) == (None, "hello")
    assert seen == [parcel(lineage=store.folder / "live" / "a.example", place="arn:0")]
    expected = State(None, frozenset({"ff"}), (Deployment("t", PRINT, BEGIN, place="arn:1"),))
    assert store.load_state("a.example") == expected


FAULTS = {
    DeployError("it says no", hint="ask again"): ("it says no", "ask again"),
    OSError(28, "No space left on device", "/x"): ("[Errno 28] No space left on device: '/x'", None),
    DeployError(f"it shows {SET.key.decode().strip()}", hint=key_text()): ("it shows ***", "***"),
    DeployError("x" * 5000): ("x" * MAX_FAULT, None),
}


@pytest.mark.parametrize("error", FAULTS, ids=range(len(FAULTS)))
def test_what_fails_is_remembered_with_its_reason_and_without_the_key(store: Store, error: Exception) -> None:
    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        raise error

    (done,) = run(store, carry, delivery(place="arn:0"))
    fault, hint = FAULTS[error]
    assert (done.fault, (done.hint or "").rstrip("=")) == (fault, (hint or "").rstrip("="))
    assert store.load_state("a.example").deployed == (Deployment("t", PRINT, BEGIN, fault, "arn:0"),)
    assert key_text()[10:40] not in (store.folder / "state" / "a.example.json").read_text()


def test_one_that_fails_stops_no_other_and_answers_keep_their_order(store: Store) -> None:
    tried: list[tuple[str, str]] = []

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        tried.append((found.name, target.name))
        if target.name == "t0":
            raise DeployError("no")
        return Arrival()

    wanted = [delivery(f"t{at}", name) for name in ("a.example", "b.example") for at in range(6)]
    done = run(store, carry, *wanted)
    assert [each.delivery for each in done] == wanted
    assert sorted(tried) == [(each.name, each.target.name) for each in wanted], "each once"
    assert [each.fault for each in done] == ["no", *[None] * 5] * 2
    assert len(store.load_state("a.example").deployed) == 6


def test_deploys_go_side_by_side(store: Store) -> None:
    together = threading.Barrier(2, timeout=20)

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        together.wait()
        return Arrival()

    done = run(store, carry, delivery("t1"), delivery("t2"))
    assert [each.fault for each in done] == [None, None]


def test_those_of_one_lane_do_not(store: Store) -> None:
    running = threading.Lock()
    hook = DeployTarget("hook", TargetType.EXEC, ("*",), command=("/bin/true",))

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        assert running.acquire(blocking=False)
        threading.Event().wait(0.02)
        running.release()
        return Arrival()

    both = [Delivery(name, (name,), PRINT, hook) for name in ("a.example", "b.example")]
    assert [each.fault for each in run(store, carry, *both)] == [None, None]


def test_a_person_who_stops_it_waits_for_what_is_under_way_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.deploy.rounds.THREADS", 2)
    tried: list[str] = []

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        tried.append(target.name)
        if target.name == "t1":
            raise KeyboardInterrupt
        assert found_round.stopping.wait(20)
        return Arrival()

    found_round = Round(store, carry, lambda: BEGIN)
    with store.held(), pytest.raises(KeyboardInterrupt):
        found_round.run([delivery(f"t{at}") for at in (1, 2, 3, 4)])
    # The thread of the first may have begun the third before anybody heard of the stop.
    assert set(tried) <= {"t1", "t2", "t3"}
    assert {each.target for each in store.load_state("a.example").deployed} == set(tried) - {"t1"}


def test_what_cannot_be_remembered_counts_as_failed(store: Store) -> None:
    state = store.folder / "state"
    state.mkdir(exist_ok=True)
    (state / ".new-a.example.json").mkdir()
    (done,) = run(store, lambda target, found: Arrival(), delivery())
    assert done.fault is not None
    assert done.fault.startswith("could not be remembered: ")


def unreachable(action: str) -> HostError:
    return HostError("S3", action, "cannot be reached", hint="is the network up?")


class Away(Store):
    """A store that is elsewhere, and cannot be asked of one certificate, or is somebody else's by now."""

    lost = False

    def load_set(self, name: str) -> CertificateSet:
        if name == "a.example":
            raise unreachable("read the set")
        return super().load_set(name)

    def save_state(self, name: str, state: State) -> None:
        if self.lost:
            raise LockLostError("it is held by another one")
        raise unreachable("write the state")


def test_a_store_that_is_away_for_one_of_them_stops_no_other(store: Store) -> None:
    carried: list[str] = []

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        carried.append(found.name)
        return Arrival()

    done = run(Away(store.folder), carry, delivery(), delivery(name="b.example"))
    assert [each.fault for each in done] == [
        "S3: read the set: cannot be reached",
        "could not be remembered: S3: write the state: cannot be reached",
    ]
    assert [each.hint for each in done] == ["is the network up?"] * 2
    assert carried == ["b.example"]


def test_when_the_store_is_another_runs_nothing_more_is_begun(store: Store) -> None:
    carried: list[str] = []

    def carry(target: DeployTarget, found: Parcel) -> Arrival:
        carried.append(target.name)
        return Arrival()

    lost = Away(store.folder)
    lost.lost = True
    hooks = [DeployTarget(name, TargetType.EXEC, ("*",), command=("/bin/true",)) for name in ("t1", "t2")]
    one_lane = [Delivery("b.example", ("b.example",), PRINT, hook) for hook in hooks]
    done = run(lost, carry, *one_lane)
    assert [each.fault for each in done] == ["could not be remembered: it is held by another one"]
    assert carried == ["t1"]


def test_a_set_that_cannot_be_read_is_not_brought(store: Store) -> None:
    (store.live("a.example") / "privkey.pem").unlink()
    (done,) = run(store, lambda target, found: pytest.fail("carried"), delivery())
    assert done.fault is not None
    assert "privkey.pem: cannot be read" in done.fault


def test_without_deliveries_nothing_is_begun(store: Store) -> None:
    assert run(store, lambda target, found: pytest.fail("carried")) == []
