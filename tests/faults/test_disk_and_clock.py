"""A disk that fills up anywhere in the journal, and a clock that jumps between any two looks at it."""

from __future__ import annotations

import datetime
import errno
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import psfdns.cli.wiring
from psfdns.sandbox.serve import SandboxServer
from tests.faults.network import Fault
from tests.faults.scene import Scene, make_scene, witness

WRITES = "POST"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def after(prepared: Scene) -> dict[str, Any]:
    scene = prepared.fork()
    assert scene.apply().code == 0
    return scene.state()


class FillingDisk:
    """Stands for os.write: takes so many bytes in all, the last of them in part, and is full then."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = 0
        self._write = os.write

    def __call__(self, handle: int, content: Any) -> int:
        left = self.room - self.taken
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(handle, bytes(content)[:left])
        self.taken += written
        return written


def apply_on(disk: FillingDisk, scene: Scene, **network: Any) -> tuple[Any, list[str]]:
    """An apply whose journal is on this disk; what it came to, and the changes that it sent."""
    way = scene.network(**network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", disk)
        ran = scene.apply(way)
    return ran, [action for action in way.attempts if action.startswith(WRITES)]


def test_a_disk_that_is_full_at_any_byte_of_the_journal_is_told_and_ended_by_the_next_apply(
    prepared: Scene, after: dict[str, Any]
) -> None:
    whole = FillingDisk(10**9)
    ran, sent = apply_on(whole, prepared.fork())
    assert ran.code == 0
    chance = random.Random(1)
    stopped_before, stopped_between = 0, 0
    # Entries differ by a few bytes between runs.
    for room in [0, *chance.sample(range(whole.taken - 200), 30)]:
        scene = prepared.fork()
        watch = witness(scene, after)
        first, made = apply_on(FillingDisk(room), scene, after_request=watch.look)
        assert first.code == 1
        assert "psfdns itself failed" not in first.err
        assert "journal" in first.err
        assert os.strerror(errno.ENOSPC) in first.err
        stopped_before += not made
        stopped_between += 0 < len(made) < len(sent)
        again = scene.apply(scene.network(after_request=watch.look))
        assert (again.code, scene.state() == after) == (0, True), again.err
        assert watch.violations == []
        states = {entry["state"] for entry in history(scene)}
        assert states <= {"done", "settled", "failed"}
    assert stopped_before > 2
    assert stopped_between > 2


def history(scene: Scene) -> list[dict[str, Any]]:
    ran = scene.run(scene.network(), "history", "--json")
    assert ran.code == 0, ran.err
    entries: list[dict[str, Any]] = json.loads(ran.out)["entries"]
    return entries


def test_without_room_for_the_entry_nothing_is_sent(prepared: Scene) -> None:
    scene = prepared.fork()
    before = scene.state()
    _, made = apply_on(FillingDisk(100), scene)
    assert made == []
    assert scene.state() == before


def test_where_the_journal_cannot_be_made_nothing_is_sent(prepared: Scene) -> None:
    scene = prepared.fork()
    before = scene.state()
    (scene.root / ".psfdns").mkdir()
    (scene.root / ".psfdns" / "journal").write_text("not a folder")
    ran = scene.apply()
    assert ran.code == 1
    assert "journal" in ran.err
    assert "psfdns itself failed" not in ran.err
    assert scene.state() == before


RUN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from psfdns.cli.main import main
main(["apply", "--yes", "--no-wait", "--allow", "many-changes", "--allow", "protected"])
"""


@pytest.fixture
def served(prepared: Scene) -> Iterator[tuple[Scene, str]]:
    scene = prepared.fork()
    server = SandboxServer(scene.sandbox)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield scene, server.url
    server.stop()
    thread.join(10)


def test_a_limit_of_the_system_on_the_size_of_files_is_a_full_disk(
    served: tuple[Scene, str], after: dict[str, Any]
) -> None:
    """Not simulated: the kernel refuses the write (setrlimit(2), RLIMIT_FSIZE)."""
    scene, url = served
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    before = scene.state()
    for size, code in ((200, 1), (1_000_000, 0)):
        ran = subprocess.run(
            [sys.executable, "-c", RUN, str(size)],
            check=False,
            cwd=scene.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ran.returncode == 0) == (code == 0), ran.stderr
        if code:
            assert os.strerror(errno.EFBIG) in ran.stderr
            assert scene.state() == before
    assert scene.state() == after


class JumpingClock:
    """A wall clock that somebody sets forwards or backwards by hours between any two looks at it."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._now = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        self._now += datetime.timedelta(hours=self._chance.uniform(-30, 30))
        return self._now


@pytest.mark.parametrize("seed", range(12))
def test_a_clock_that_jumps_changes_nothing_of_what_is_done(
    prepared: Scene, after: dict[str, Any], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(psfdns.cli.wiring, "now", JumpingClock(seed))
    scene = prepared.fork()
    watch = witness(scene, after)
    wanted, fault = chance.randrange(4, 16), chance.choice([Fault.CUT, Fault.LOST, Fault.UNAVAILABLE_503])
    broken = scene.network(
        plan=lambda number, action: fault if number >= wanted else None, after_request=watch.look
    )
    assert scene.apply(broken).code == 1
    assert scene.apply(scene.network(after_request=watch.look)).code == 0
    assert scene.state() == after
    assert watch.violations == []
    entries = history(scene)
    assert len({entry["id"] for entry in entries}) == len(entries)
    # What failed after its last change leaves nothing to do, and no second entry.
    assert [entry["state"] for entry in entries].count("failed") == 1
