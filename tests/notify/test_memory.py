"""What is remembered of messages between commands."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from psfdns.errors import PsfdnsError
from psfdns.notify.mail import Receipt, Refused
from psfdns.notify.memory import Bounced, Memory, Missed
from psfdns.notify.message import Message

MESSAGE = Message("one", "One", (), "s", "b", "entry-1")
AT = "2026-11-21T12:00:00Z"


def test_nothing_is_known_and_nothing_made_before_something_is_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "notices")
    assert (memory.load().bounced, memory.load().missed) == ({}, {})
    assert memory.announced("digest") == frozenset()
    assert not memory.folder.exists()


def test_refusals_and_misses_are_kept_and_mended(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "notices")
    refused = (
        Refused("a@x.example", "550 no", lasting=True),
        Refused("b@x.example", "450 busy", lasting=False),
    )
    with memory.changing() as findings:
        findings.note(Receipt(MESSAGE, refused=refused), at=AT)
    known = memory.load()
    assert known.bounced == {"one": {"a@x.example": Bounced(AT, "550 no")}}
    assert known.missed == {"one": [Missed("entry-1", AT, "a@x.example: 550 no; b@x.example: 450 busy")]}
    assert stat.S_IMODE(memory.folder.stat().st_mode) == 0o700
    with memory.changing() as findings:
        findings.note(Receipt(MESSAGE, accepted=("a@x.example",)), at=AT)
    assert (memory.load().bounced, memory.load().missed) == ({}, {})


def test_misses_are_kept_once_each_and_not_for_ever(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "notices")
    with memory.changing() as findings:
        for number in [*range(30), 29]:
            findings.miss("one", f"entry-{number}", "away", at=AT)
    assert [one.about for one in memory.load().missed["one"]] == [
        f"entry-{number}" for number in range(10, 30)
    ]


def test_who_got_an_announcement_is_known_by_its_digest(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "notices")
    memory.note_announced("d1", "s", "one", ["a@x.example"], at=AT)
    memory.note_announced("d1", "s", "one", ["b@x.example"], at=AT)
    memory.note_announced("d2", "s", "two", ["c@x.example"], at=AT)
    assert memory.announced("d1") == {("one", "a@x.example"), ("one", "b@x.example")}
    assert memory.announced("d3") == frozenset()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "psfdns-notices/2"}', "[" * 100_000])
@pytest.mark.parametrize("name", ["findings.json", "announced.json"])
def test_a_damaged_memory_says_what_to_do(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    memory = Memory(tmp_path)
    with pytest.raises(PsfdnsError, match="cannot be read") as caught:
        memory.load() if name == "findings.json" else memory.announced("d")
    assert (caught.value.hint or "").startswith("remove it")


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notices").write_text("a file")
    with pytest.raises(PsfdnsError, match="cannot be written"):
        Memory(tmp_path / "notices").make_ready()
