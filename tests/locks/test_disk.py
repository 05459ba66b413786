"""The lock on this machine: between threads and processes, and after a process was killed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from psfdns.errors import LockedError, PsfdnsError
from psfdns.locks.disk import hold_disk_lock
from tests.locks.holding import ACCOUNT, me
from tests.locks.processes import first_line, process


def quiet(text: str) -> None:
    pytest.fail(f"nothing to say, but: {text}")


def take(folder: Path, account: str = ACCOUNT) -> list[str]:
    """Take and let go; what was said."""
    said: list[str] = []
    with hold_disk_lock(folder, account, me("bob"), say=said.append):
        pass
    return said


def test_of_two_processes_at_once_one_wins_and_the_other_is_told_who(tmp_path: Path) -> None:
    with process("disk", str(tmp_path)) as one, process("disk", str(tmp_path)) as other:
        lines = {first_line(one): one, first_line(other): other}
        assert set(lines) > {"held\n"}
        winner = lines.pop("held\n")
        (refused,) = lines
        assert refused.startswith(f"refused: the account {ACCOUNT} is locked on this machine: apply by alice")
        assert f"(pid {winner.pid}) since " in refused
        winner.communicate("")
    assert take(tmp_path) == []


def test_the_lock_of_a_killed_process_is_free_at_once_and_that_is_said(tmp_path: Path) -> None:
    with process("disk", str(tmp_path)) as holder:
        assert first_line(holder) == "held\n"
        with pytest.raises(LockedError):
            take(tmp_path)
        holder.kill()
        holder.wait()
        (said,) = take(tmp_path)
    assert said.startswith(f"the lock of {ACCOUNT} was left by a process that died: apply by alice on laptop")
    assert f"(pid {holder.pid})" in said
    assert take(tmp_path) == []


def test_two_holders_in_one_process_are_kept_apart_too(tmp_path: Path) -> None:
    with hold_disk_lock(tmp_path, ACCOUNT, me(), say=quiet):
        with pytest.raises(LockedError, match="apply by alice") as caught:
            take(tmp_path)
        assert caught.value.hint is not None
    assert take(tmp_path) == []


def test_accounts_do_not_meet(tmp_path: Path) -> None:
    with hold_disk_lock(tmp_path, ACCOUNT, me(), say=quiet):
        assert take(tmp_path, "sandbox") == []


def test_a_holder_who_fails_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold_disk_lock(tmp_path, ACCOUNT, me(), say=quiet):
        raise ZeroDivisionError
    assert take(tmp_path) == []
    assert [path.name for path in tmp_path.glob("*.json*")] == []


def test_a_damaged_note_is_no_obstacle(tmp_path: Path) -> None:
    note = tmp_path / f"apply-{ACCOUNT}.json"
    note.write_bytes(b"\xff")
    assert take(tmp_path) == []
    with hold_disk_lock(tmp_path, ACCOUNT, me(), say=quiet):
        note.write_bytes(b"\xff")
        with pytest.raises(LockedError, match="does not say who it is"):
            take(tmp_path)


def test_what_is_written_is_the_user_s_alone(tmp_path: Path) -> None:
    with hold_disk_lock(tmp_path / "new", ACCOUNT, me(), say=quiet):
        files = list((tmp_path / "new").iterdir())
        assert len(files) == 2
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PsfdnsError, match=r"apply-\w+\.lock cannot be taken") as caught:
        take(tmp_path / "file")
    assert caught.value.hint is not None
    (tmp_path / f"apply-{ACCOUNT}.json").mkdir()
    with pytest.raises(PsfdnsError, match=r"apply-\w+\.json cannot be taken"):
        take(tmp_path)
    (tmp_path / f"apply-{ACCOUNT}.json").rmdir()
    assert take(tmp_path) == []
    assert [path.name for path in tmp_path.glob("*.json*")] == []
