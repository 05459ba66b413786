from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psfdns.errors import PsfdnsError
from psfdns.journal import state_document
from psfdns.journal.state_document import (
    DamagedError,
    load_document,
    parse_document,
    render_document,
    store_document,
)

FORM = "psfdns-example/2"


def read(document: dict[str, Any]) -> int:
    count = document["counts"]["all"]
    if count < 0:
        raise ValueError("it counts below nothing")
    return int(count)


def test_a_document_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "example.json"
    store_document(path, {"format": FORM, "counts": {"all": 7, "née": None}})
    assert load_document(path, FORM, read, hint="h") == 7
    assert path.read_bytes().isascii()
    assert path.read_bytes().endswith(b"}\n")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_is_not_there_is_none_and_zero_is_something(tmp_path: Path) -> None:
    assert load_document(tmp_path / "absent" / "example.json", FORM, read, hint="h") is None
    assert parse_document(render_document({"format": FORM, "counts": {"all": 0}}), FORM, read) == 0


DAMAGED = {
    b"": "it is damaged: it is no JSON",
    b'{"format": "psfdns-example/2", "counts"': "it is damaged: it is no JSON",
    b"\xff\xfe": "it is damaged: it is no JSON",
    b"[" * 100_000: "it is damaged: it is no JSON",
    b"[]": "it is not of format psfdns-example/2",
    b'{"counts": {"all": 1}}': "it is not of format psfdns-example/2",
    b'{"format": 2, "counts": {"all": 1}}': "it is not of format psfdns-example/2",
    b'{"format": "psfdns-examples/2"}': "it is not of format psfdns-example/2",
    b'{"format": "psfdns-example/2x"}': "it is not of format psfdns-example/2",
    b'{"format": "psfdns-example/3"}': (
        "it was written by another version of psfdns: psfdns-example/3, where this one knows psfdns-example/2"
    ),
    b'{"format": "psfdns-example/2"}': "it is damaged: it has no 'counts'",
    b'{"format": "psfdns-example/2", "counts": {}}': "it is damaged: it has no 'all'",
    b'{"format": "psfdns-example/2", "counts": []}': "it is damaged: a field is no such thing",
    b'{"format": "psfdns-example/2", "counts": {"all": "x"}}': "it is damaged: a field is no such thing",
    b'{"format": "psfdns-example/2", "counts": {"all": -1}}': "it is damaged: it counts below nothing",
}


@pytest.mark.parametrize(("data", "why"), list(DAMAGED.items()), ids=range(len(DAMAGED)))
def test_damage_is_told_in_words_that_follow_the_place(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(DamagedError) as damaged:
        parse_document(data, FORM, read)
    assert str(damaged.value) == why
    path = tmp_path / "example.json"
    path.write_bytes(data)
    with pytest.raises(PsfdnsError) as caught:
        load_document(path, FORM, read, hint="move it away")
    assert (caught.value.summary, caught.value.hint) == (f"{path}: cannot be read: {why}", "move it away")


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = render_document({"format": FORM, "counts": {"all": 1}})
    path = tmp_path / "example.json"
    path.write_bytes(data)
    monkeypatch.setattr(state_document, "MAX_BYTES", len(data))
    assert load_document(path, FORM, read, hint="h") == 1
    monkeypatch.setattr(state_document, "MAX_BYTES", len(data) - 1)
    with pytest.raises(PsfdnsError, match=r"example\.json: cannot be read: it is too large"):
        load_document(path, FORM, read, hint="h")
    with pytest.raises(DamagedError, match="it is too large"):
        parse_document(data, FORM, read)


def link_to_another(path: Path) -> None:
    store_document(path.with_name("other.json"), {"format": FORM, "counts": {"all": 1}})
    path.symlink_to(path.with_name("other.json"))


@pytest.mark.parametrize("plant", [os.mkfifo, Path.mkdir, link_to_another])
def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path, plant: Callable[[Path], object]) -> None:
    plant(tmp_path / "example.json")
    with pytest.raises(PsfdnsError, match=r"example\.json: cannot be read: "):
        load_document(tmp_path / "example.json", FORM, read, hint="h")


def test_where_nothing_can_be_kept_the_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PsfdnsError, match=r"file/example\.json: cannot be written: ") as caught:
        store_document(tmp_path / "file" / "example.json", {"format": FORM}, hint="another [state] dir")
    assert caught.value.hint == "another [state] dir"
