"""The apply lock from the command line: who is refused, what is not sent, and where the lock is kept."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest

import psfdns.cli.wiring
from psfdns.aws import AwsApi
from psfdns.locks.disk import hold_disk_lock
from psfdns.locks.holder import Holder, to_json
from psfdns.locks.lease import hold_lease
from tests.cli.ground import Ground
from tests.locks.holding import LOST, SHORT
from tests.stores import BUCKET, MemoryStore, playing_s3, unreachable

SINCE = datetime.datetime(2026, 11, 20, 18, 0, tzinfo=datetime.UTC)
ALICE = Holder("alice", "lap\x1btop", 4242, SINCE, "rollback")
KEY = "locks/sandbox.json"


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """As if `[journal] s3` were meant for the sandbox too; with a lease of a second."""
    store = MemoryStore()
    monkeypatch.setattr(psfdns.cli.wiring, "open_shared_store", lambda workspace: store)
    assert hold_lease.__wrapped__.__kwdefaults__ is not None  # type: ignore[attr-defined]
    monkeypatch.setitem(hold_lease.__wrapped__.__kwdefaults__, "times", SHORT)  # type: ignore[attr-defined]
    return store


def refuse(text: str) -> None:
    pytest.fail(text)


def test_an_apply_beside_another_does_nothing_and_says_whose_turn_it_is(ground: Ground) -> None:
    with hold_disk_lock(ground.root / ".psfdns", "sandbox", ALICE, say=refuse):
        code, out, err = ground.run("apply", "--yes")
        assert code == 1
        assert "the account sandbox is locked on this machine: rollback by alice on lap\\x1btop" in err
        assert "(pid 4242) since 2026-11-20 18:00:00 UTC" in err
        assert "hint: wait until it ends" in err
        assert "\x1b" not in out + err
        assert ground.live() == []
        assert ground.run("plan", "--detailed-exitcode")[0] == 2, "planning needs no turn"
    ground.apply()
    assert len(ground.live()) == 3


def test_with_nothing_to_do_nobody_is_asked_for_the_lock(ground: Ground) -> None:
    ground.apply()
    with hold_disk_lock(ground.root / ".psfdns", "sandbox", ALICE, say=refuse):
        assert ground.run("apply", "--yes")[0] == 0


def test_what_a_killed_apply_left_is_said(ground: Ground) -> None:
    (ground.root / ".psfdns").mkdir()
    (ground.root / ".psfdns" / "apply-sandbox.json").write_bytes(to_json(ALICE))
    code, _, err = ground.run("apply", "--yes")
    assert code == 0
    assert "the lock of sandbox was left by a process that died: rollback by alice on lap\\x1btop" in err
    assert not (ground.root / ".psfdns" / "apply-sandbox.json").exists()


def test_a_shared_lock_refuses_too(ground: Ground, shared: MemoryStore) -> None:
    shared.put(KEY, to_json(ALICE, lease_seconds=60))
    code, _, err = ground.run("apply", "--yes")
    assert code == 1
    assert "the account is locked in memory://store (locks/sandbox.json): rollback by alice" in err
    assert "by the store's clock, and the next one takes it over" in err
    assert ground.live() == []


def test_a_shared_lock_is_let_go_at_the_end(ground: Ground, shared: MemoryStore) -> None:
    ground.apply()
    assert KEY not in shared.objects
    assert not (ground.root / ".psfdns" / "apply-sandbox.lock").exists()


def test_after_the_lease_is_lost_no_further_batch_is_sent(
    ground: Ground, shared: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = lose_at(monkeypatch, lambda: shared.put(KEY, to_json(ALICE)))
    code, _, err = ground.run("apply", "--yes", "alpha.test")
    assert code == 1
    assert sent == ["CreateHostedZone"]
    assert "error: the lock at memory://store was taken over: rollback by alice" in err
    assert shared.objects[KEY][0] == to_json(ALICE), "the other one's lock is left alone"
    assert ground.live() == []
    shared.delete(KEY)
    ground.apply("alpha.test")
    assert len(ground.live()) == 2


def test_while_the_lock_cannot_be_renewed_no_further_batch_is_sent(
    ground: Ground, shared: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut() -> None:
        shared.fault = unreachable

    sent = lose_at(monkeypatch, cut)
    code, _, err = ground.run("apply", "--yes", "alpha.test")
    assert code == 1
    assert sent == ["CreateHostedZone"]
    assert "error: the lock at memory://store could not be renewed for 2 s: the store" in err
    assert "could not be let go, it becomes stale by itself" in err


def lose_at(monkeypatch: pytest.MonkeyPatch, lose: Any) -> list[str]:
    """Lose the lock while a zone is created; the writes that are sent."""
    sent: list[str] = []
    call = AwsApi.call

    def meddle(self: AwsApi, action: str, doing: str, /, **parameters: Any) -> Any:
        answer = call(self, action, doing, **parameters)
        if not action.startswith(("List", "Get")):
            sent.append(action)
        if action == "CreateHostedZone":
            lose()
            time.sleep(LOST)
        return answer

    monkeypatch.setattr(AwsApi, "call", meddle)
    return sent


def test_where_the_bucket_cannot_be_reached_nothing_is_done(ground: Ground, shared: MemoryStore) -> None:
    shared.fault = unreachable
    code, _, err = ground.run("apply", "--yes")
    assert code == 1
    assert "the store: put_new: cannot be reached" in err
    assert ground.live() == []


def test_the_sandbox_s_lock_stays_on_this_machine(ground: Ground) -> None:
    with (ground.root / "psfdns.toml").open("a") as file:
        file.write('[journal]\ns3 = "s3://nobody-asks-here"\n')
    ground.apply()
    assert (ground.root / ".psfdns" / "apply-sandbox.lock").exists()


def test_the_bucket_of_the_configuration_is_the_one_that_is_used(ground: Ground) -> None:
    with (ground.root / "psfdns.toml").open("a") as file:
        file.write(f'[journal]\ns3 = "s3://{BUCKET}/dns/shared"\n')
    from psfdns.cli.options import Options

    with playing_s3() as moto:
        workspace = psfdns.cli.wiring.open_workspace(Options())
        store = psfdns.cli.wiring.open_shared_store(workspace)
        assert store is not None
        store.put("key", b"")
        assert moto.open().list() == ["dns/shared/key"]


def test_time_that_the_machine_slept_through_counts() -> None:
    """CLOCK_MONOTONIC stands still in a suspended machine, CLOCK_BOOTTIME goes on (clock_gettime(2))."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    before = time.clock_gettime(clock)
    assert before <= psfdns.cli.wiring.elapsed() <= time.clock_gettime(clock)
