"""`type = "directory"`: whole sets, one link that is replaced, rights as they were asked for, no tricks."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.deploy import directory
from psfdns.certs.deploy.directory import copy_set
from psfdns.certs.settings import TargetType
from psfdns.errors import DeployError
from tests.certs.deploy.parcels import NEXT, SET, parcel, target

FILES = {"cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"}


def copy(path: Path, found: Any = SET, **settings: Any) -> None:
    copy_set(target(TargetType.DIRECTORY, path=path, **settings), parcel(found))


def fault_of(path: Path, **settings: Any) -> str:
    with pytest.raises(DeployError) as caught:
        copy(path, **settings)
    return str(caught.value)


def modes(folder: Path) -> dict[str, str]:
    return {entry.name: f"{entry.stat().st_mode & 0o7777:04o}" for entry in folder.iterdir()}


def numbers(path: Path) -> list[str]:
    return sorted(entry.name for entry in (path / ".psfdns" / "a.example").iterdir())


def test_the_files_are_named_as_certbots(tmp_path: Path) -> None:
    path = tmp_path / "new" / "pillar"
    copy(path)
    live = path / "a.example"
    assert {entry.name for entry in live.iterdir()} == FILES
    assert (live / "cert.pem").read_bytes() == SET.certificate
    assert (live / "chain.pem").read_bytes() == SET.chain
    assert (live / "fullchain.pem").read_bytes() == SET.full_chain
    assert (live / "privkey.pem").read_bytes() == SET.key
    assert {entry.name for entry in path.iterdir()} == {"a.example", ".psfdns"}


def test_a_combined_file_is_made_where_it_is_asked_for(tmp_path: Path) -> None:
    copy(tmp_path, combined=True, mode=0o644)
    assert (tmp_path / "a.example" / "combined.pem").read_bytes() == SET.full_chain + SET.key
    assert modes(tmp_path / "a.example")["combined.pem"] == "0640"


def test_the_next_set_takes_the_place_of_the_one_before_which_stays_for_a_while(tmp_path: Path) -> None:
    copy(tmp_path)
    before = (tmp_path / "a.example").resolve()
    copy(tmp_path, NEXT)
    assert (tmp_path / "a.example" / "privkey.pem").read_bytes() == NEXT.key
    assert (before / "privkey.pem").read_bytes() == SET.key
    copy(tmp_path)
    copy(tmp_path, NEXT)
    assert numbers(tmp_path) == ["3", "4"]


RIGHTS = {
    0o600: ("0600", "0600", "0700"),
    0o640: ("0640", "0640", "0750"),
    0o644: ("0644", "0640", "0755"),
    0o444: ("0444", "0440", "0755"),
}


@pytest.mark.parametrize("mode", RIGHTS)
def test_the_key_is_never_for_everybody(tmp_path: Path, mode: int) -> None:
    before = os.umask(0)
    try:
        copy(tmp_path / "path", mode=mode)
    finally:
        os.umask(before)
    found = modes(tmp_path / "path" / "a.example")
    of_certificates, of_key, of_folder = RIGHTS[mode]
    assert found == {**dict.fromkeys(FILES, of_certificates), "privkey.pem": of_key}
    assert f"{(tmp_path / 'path' / 'a.example').resolve().stat().st_mode & 0o7777:04o}" == of_folder
    assert not (tmp_path / "path").stat().st_mode & 0o022


def test_whatever_the_umask_who_may_read_can_reach_the_files(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        copy(tmp_path, mode=0o644)
    finally:
        os.umask(before)
    for folder in (tmp_path / ".psfdns", tmp_path / ".psfdns" / "a.example", tmp_path / "a.example"):
        assert folder.resolve().stat().st_mode & 0o7777 == 0o755


def test_owner_and_group_are_given_by_name_or_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: set[tuple[int, int]] = set()
    monkeypatch.setattr(os, "fchown", lambda handle, owner, group: given.add((owner, group)))
    copy(tmp_path, owner="root", group="4242")
    assert given == {(0, 4242)}
    given.clear()
    copy(tmp_path, group="root")
    assert given == {(-1, 0)}


def test_unknown_owners_and_groups_are_said_before_anything_is_written(tmp_path: Path) -> None:
    assert fault_of(tmp_path, owner="no-such-user-here") == "there is no user no-such-user-here"
    assert fault_of(tmp_path, group="no-such-group-here") == "there is no group no-such-group-here"
    assert list(tmp_path.iterdir()) == []


def a_link_elsewhere(path: Path, outside: Path) -> None:
    (path / "a.example").symlink_to(outside)


def a_link_that_nearly_is_ours(path: Path, outside: Path) -> None:
    (path / "a.example").symlink_to(".psfdns/a.example/../../../outside")


def a_folder(path: Path, outside: Path) -> None:
    (path / "a.example").mkdir()


def a_file(path: Path, outside: Path) -> None:
    (path / "a.example").write_text("theirs")


def sets_that_lead_elsewhere(path: Path, outside: Path) -> None:
    (path / ".psfdns").symlink_to(outside)


def a_certificates_sets_that_lead_elsewhere(path: Path, outside: Path) -> None:
    (path / ".psfdns").mkdir()
    (path / ".psfdns" / "a.example").symlink_to(outside)


def sets_that_others_write(path: Path, outside: Path) -> None:
    (path / ".psfdns").mkdir()
    (path / ".psfdns").chmod(0o777)


def everybody_writes(path: Path, outside: Path) -> None:
    path.chmod(0o1777)


TRICKS = {
    a_link_elsewhere: "is not of psfdns's making and is kept as it is",
    a_link_that_nearly_is_ours: "is not of psfdns's making and is kept as it is",
    a_folder: "is not of psfdns's making and is kept as it is",
    a_file: "is not of psfdns's making and is kept as it is",
    sets_that_lead_elsewhere: "cannot be written: Not a directory",
    a_certificates_sets_that_lead_elsewhere: "cannot be written: Not a directory",
    sets_that_others_write: "somebody else may write in this folder of psfdns's",
    everybody_writes: "everybody may write there, keys do not belong there",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_are_refused_and_nothing_is_written(tmp_path: Path, trick: Any) -> None:
    path, outside = tmp_path / "path", tmp_path / "outside"
    path.mkdir()
    outside.mkdir()
    trick(path, outside)
    assert TRICKS[trick] in fault_of(path)
    assert list(outside.iterdir()) == []
    assert not list(path.rglob("*.pem"))


def test_sets_that_somebody_else_owns_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".psfdns").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert "somebody else may write" in fault_of(tmp_path)


def test_a_path_that_is_a_link_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        assert fault_of(tmp_path / name) == f"{tmp_path / name} is not a folder"


def test_a_link_that_is_laid_as_a_file_is_written_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, write = tmp_path / "victim", directory._write
    victim.write_text("theirs")

    def race(folder: int, name: str, *rest: Any) -> None:
        if name == "privkey.pem":
            os.symlink(victim, name, dir_fd=folder)
        write(folder, name, *rest)

    monkeypatch.setattr(directory, "_write", race)
    assert "File exists" in fault_of(tmp_path / "path")
    assert victim.read_text() == "theirs"


@pytest.mark.parametrize("at", range(1, 5))
def test_a_full_disk_leaves_the_old_set_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    copy(tmp_path)
    calls: list[int] = []

    def write_all(handle: int, content: bytes) -> None:
        calls.append(handle)
        os.write(handle, content[:10])
        if len(calls) == at:
            raise OSError(errno.ENOSPC, "No space left on device")
        os.write(handle, content[10:])

    monkeypatch.setattr(directory, "write_all", write_all)
    with pytest.raises(DeployError, match="No space left on device"):
        copy(tmp_path, NEXT)
    assert (tmp_path / "a.example" / "privkey.pem").read_bytes() == SET.key
    assert numbers(tmp_path) == ["1"], "nothing of a key is left"
    monkeypatch.undo()
    copy(tmp_path, NEXT)
    assert (tmp_path / "a.example" / "privkey.pem").read_bytes() == NEXT.key


@pytest.mark.parametrize("step", ["rename", "symlink", "fsync"])
def test_a_crash_at_any_step_leaves_the_old_set_or_the_new_and_the_next_run_mends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: Any, **__: Any) -> None:
        raise Crash

    copy(tmp_path)
    monkeypatch.setattr(os, step, crash)
    with pytest.raises(Crash):
        copy(tmp_path, NEXT)
    monkeypatch.undo()
    assert (tmp_path / "a.example" / "privkey.pem").read_bytes() == SET.key
    copy(tmp_path, NEXT)
    assert (tmp_path / "a.example" / "privkey.pem").read_bytes() == NEXT.key
    assert not list(tmp_path.rglob(".new-*"))
