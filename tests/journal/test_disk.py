"""The journal's folder may hold what we did not put there: it neither hangs nor eats the machine."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psfdns.journal.disk import is_held, make_folder, read_file, write_held_folder
from psfdns.journal.store import ENTRY, EVENTS, Journal

ENTRY_ID = "20261121T120000000Z-0a1b"


def link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


PLANTED: list[Callable[[Path], object]] = [os.mkfifo, link_to_zeros, Path.mkdir]


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_no_plain_file_is_not_read(tmp_path: Path, plant: Callable[[Path], object]) -> None:
    plant(tmp_path / "planted")
    with pytest.raises(OSError, match=r"no plain file|symbolic links|directory"):
        read_file(tmp_path / "planted")


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_no_umask_lets_others_write_beside_our_folders(tmp_path: Path) -> None:
    make_folder(tmp_path / "state" / "journal" / "entries")
    make_folder(tmp_path / "state" / "journal" / "entries")
    modes = [
        oct(stat.S_IMODE((tmp_path / each).stat().st_mode))
        for each in ("state", "state/journal", "state/journal/entries")
    ]
    assert modes == ["0o755", "0o755", "0o700"]


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"all of it")
    assert read_file(tmp_path / "plain") == b"all of it"


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("name", [ENTRY, EVENTS])
def test_an_entry_with_such_a_file_is_damaged_and_told(
    tmp_path: Path, name: str, plant: Callable[[Path], object]
) -> None:
    folder = tmp_path / ENTRY_ID
    folder.mkdir()
    plant(folder / name)
    (stored,) = Journal(tmp_path).entries()
    assert stored.entry is None
    assert stored.fault is not None
    assert not is_held(folder / EVENTS)


def test_an_entry_is_held_before_it_can_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a look at the journal in that instant would take it from the apply that begins."""
    seen: list[bool] = []
    rename = Path.rename

    def look(unfinished: Path, target: Path) -> Path:
        found = rename(unfinished, target)
        seen.append(is_held(target / "events"))
        return found

    monkeypatch.setattr(Path, "rename", look)
    appender = write_held_folder(tmp_path / "entry", {"events": b""}, held="events")
    assert seen == [True]
    appender.append(b"a line\n")
    appender.close()
    assert (tmp_path / "entry" / "events").read_bytes() == b"a line\n"
    assert not is_held(tmp_path / "entry" / "events")


def test_a_folder_that_cannot_appear_leaves_nothing_and_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", refuse)
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="No space left"):
        write_held_folder(tmp_path / "entry", {"events": b""}, held="events")
    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
