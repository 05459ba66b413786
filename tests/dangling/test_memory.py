"""What was seen, on the disk: whole or not at all, one run at a time, and never trusted."""

from __future__ import annotations

import json
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from psfdns.dangling import memory as module
from psfdns.dangling.memory import FILE, FORMAT, update_memory
from psfdns.dangling.strikes import Key, Memory, Seen
from psfdns.journal import state_document

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ONE = {Key("example.com.", "a.example.com.", "gone.example.org.", "dangling-target"): Seen(NOW, NOW)}
ENTRY = {
    "zone": "example.com.",
    "name": "a.example.com.",
    "target": "gone.example.org.",
    "kind": "dangling-target",
    "first": "2026-11-20T18:00:00Z",
    "last": "2026-11-20T18:00:00Z",
}


def load(folder: Path) -> tuple[Memory, str | None]:
    return update_memory(folder, lambda known: known)


def test_what_is_kept_is_there_again_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "cache"
    assert update_memory(folder, lambda _: ONE) == (ONE, None)
    assert load(folder) == (ONE, None)
    assert json.loads((folder / FILE).read_text()) == {"format": FORMAT, "seen": [ENTRY]}
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"format": "psfdns-dangling/2", "seen": []}',
        b'{"format": "psfdns-dangling/1", "seen": {}}',
        b'{"format": "psfdns-dangling/1"}',
        b'{"format": "psfdns-dangling/1", "seen": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"format": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_file_that_is_none_of_ours_begins_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    known, fault = load(tmp_path)
    assert known == {}
    assert fault is not None
    assert "begins anew" in fault
    assert load(tmp_path) == ({}, None)


@pytest.mark.parametrize(
    "change",
    [
        {"zone": 5},
        {"name": None},
        {"target": "x" * 3000},
        {"kind": ["x"]},
        {"first": "soon"},
        {"last": 1e400},
        {"last": "9999-99-99T00:00:00Z"},
    ],
)
def test_an_entry_that_is_not_sound_is_left_out(tmp_path: Path, change: dict[str, object]) -> None:
    entries: list[object] = [5, None, [], {}, {**ENTRY, **change}, ENTRY]
    (tmp_path / FILE).write_text(json.dumps({"format": FORMAT, "seen": entries}))
    assert load(tmp_path) == (ONE, None)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    update_memory(tmp_path, lambda _: ONE)
    monkeypatch.setattr(state_document, "MAX_BYTES", 10)
    known, fault = load(tmp_path)
    assert (known, "too large" in (fault or "")) == ({}, True)


def test_what_is_no_plain_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps({"format": FORMAT, "seen": [ENTRY]}))
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    assert load(tmp_path)[0] == {}
    (tmp_path / FILE).unlink()
    os.mkfifo(tmp_path / FILE)
    assert load(tmp_path)[0] == {}


def test_where_nothing_can_be_written_what_is_known_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_memory(tmp_path, lambda _: ONE)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_file", fail)
    known, fault = load(tmp_path)
    assert known == ONE
    assert fault == f"{tmp_path / FILE}: No space left on device, so this run is not remembered"


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    known, fault = update_memory(tmp_path / "cache", lambda known: known)
    assert known == {}
    assert "is not remembered" in (fault or "")


def test_while_another_run_holds_it_what_is_known_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_memory(tmp_path, lambda _: ONE)
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with FileLock(tmp_path / f"{FILE}.lock"):
        known, fault = load(tmp_path)
    assert known == ONE
    assert "another psfdns holds it" in (fault or "")


def test_runs_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def add(number: int) -> None:
        key = Key("z.", f"{number}.z.", "t.", "x")
        update_memory(tmp_path, lambda known: {**known, key: Seen(NOW, NOW)})

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load(tmp_path)[0]) == 12
