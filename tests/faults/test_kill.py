"""An apply killed at any step leaves nothing half done, says so afterwards, and is ended by the next one."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest

from psfdns.sandbox.disk_store import DiskStore
from tests.faults.scene import Ran, Scene, make_scene, open_sandbox, put_on_disk, witness

BROKEN = 99
"""The exit code of a child whose test is broken."""


class Killer:
    """Counts the steps of an apply, and kills the process at one of them as `kill -9` does."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._under_way = 0
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_request(self, number: int, action: str) -> None:
        self.step(f"before {action}")
        self._under_way += 1

    def after_request(self, number: int, action: str) -> None:
        self._under_way -= 1
        if not action.startswith("GET"):
            self.step(f"after {action}")

    def watch(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """A call of the system that counts as a step before and after, unless the sandbox makes it."""

        def call(*arguments: Any, **settings: Any) -> Any:
            if self._under_way:
                return real(*arguments, **settings)
            self.step(f"before {name}")
            done = real(*arguments, **settings)
            self.step(f"after {name}")
            return done

        return call


WATCHED = ("fsync", "rename", "replace")


def apply_and_die(scene: Scene, at: int) -> int:
    """An apply in a process of its own that is killed at a step; what the process came to."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = BROKEN
    try:
        # Another process has its own lock on the sandbox's state, and draws other ids.
        scene.sandbox = open_sandbox(scene.time, seed=at + 2)
        scene.sandbox.cloud.store = DiskStore(scene.root / ".psfdns" / "sandbox")
        code = _apply_watched(scene, Killer(at)).code
    finally:
        os._exit(code)


def _apply_watched(scene: Scene, killer: Killer) -> Ran:
    with pytest.MonkeyPatch.context() as patch:
        for name in WATCHED:
            patch.setattr(os, name, killer.watch(name, getattr(os, name)))
        network = scene.network(before_request=killer.before_request, after_request=killer.after_request)
        return scene.apply(network)


def count_steps(prepared: Scene) -> list[str]:
    """The steps of an apply that is not killed."""
    killer = Killer(0)
    assert _apply_watched(put_on_disk(prepared), killer).code == 0
    return killer.steps


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def after(prepared: Scene) -> dict[str, Any]:
    """The account as an apply that nobody kills leaves it."""
    scene = prepared.fork()
    assert scene.apply().code == 0
    return scene.state()


def history(scene: Scene) -> list[dict[str, Any]]:
    ran = scene.run(scene.network(), "history", "--json")
    assert ran.code == 0, ran.err
    entries: list[dict[str, Any]] = json.loads(ran.out)["entries"]
    return entries


@pytest.mark.parametrize("part", range(4))
def test_an_apply_that_is_killed_at_any_step_is_ended_by_the_next(
    prepared: Scene, after: dict[str, Any], part: int
) -> None:
    """Before and after every request, and around every fsync and rename of journal and lock."""
    steps = count_steps(prepared)
    writing = next(number for number, step in enumerate(steps, 1) if step.startswith("before POST"))
    for at in range(1 + part, len(steps) + 1, 4):
        scene = put_on_disk(prepared)
        watch = witness(scene, after)
        assert apply_and_die(scene, at) == -signal.SIGKILL
        watch.look(at, steps[at - 1])
        left = history(scene)
        # The first change is never sent before there is an entry that tells of it.
        assert left or at < writing
        cut_short = [entry["id"] for entry in left if entry["state"] == "interrupted"]
        told = scene.run(scene.network(), "plan").err
        assert [f"{found} was cut short" in told for found in cut_short] == [True] * len(cut_short)
        again = scene.apply(scene.network(after_request=watch.look))
        assert (again.code, scene.state() == after) == (0, True), again.err
        assert watch.violations == []
        assert {entry["state"] for entry in history(scene)} <= {"done", "settled"}


def test_what_a_killed_apply_had_done_stands_in_the_journal(prepared: Scene) -> None:
    """Killed between the second batch and its line in the journal: one is known, one is not."""
    steps = count_steps(prepared)
    batches = [number for number, step in enumerate(steps, 1) if step == "after POST hostedzone/rrset"]
    scene = put_on_disk(prepared)
    assert apply_and_die(scene, batches[1]) == -signal.SIGKILL
    (entry,) = history(scene)
    alpha = next(zone for zone in entry["zones"] if zone["name"] == "alpha.test.")
    assert (entry["state"], alpha["batches"], alpha["batches_planned"]) == ("interrupted", 1, 3)
    assert alpha["unknown"] > 0
    told = scene.run(scene.network(), "plan").err
    assert f"apply {entry['id']} was cut short" in told
    assert "alpha.test.: 1 of 3 requests made" in told
