"""Documents by key, in a folder and in an object store that is held: what is asked of both."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from psfdns.certs.documents import DocumentError, Documents, Folder
from tests.certs.hosts import fenced
from tests.stores import MemoryStore


@pytest.fixture(params=["folder", "objects"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Documents]:
    if request.param == "folder":
        yield Folder(tmp_path / "documents")
        return
    objects = fenced(MemoryStore())
    with objects.held():
        yield objects


def test_a_document_is_read_again_until_it_is_removed(documents: Documents) -> None:
    assert documents.load("a/b.json") is None
    for data in (b"first", b"second"):
        documents.store("a/b.json", data)
        assert documents.load("a/b.json") == data
    documents.remove("a/b.json")
    documents.remove("a/b.json")
    assert documents.load("a/b.json") is None


def test_a_secret_one_is_replaced_as_any(documents: Documents) -> None:
    for data in (b"first", b"second"):
        documents.store("a/key.pem", data, secret=True)
        assert documents.load("a/key.pem") == data


def test_a_document_moves_over_what_has_that_key(documents: Documents) -> None:
    documents.store("a/next", b"new")
    documents.store("b/now", b"old")
    documents.move("a/next", "b/now")
    assert (documents.load("a/next"), documents.load("b/now")) == (None, b"new")


def test_on_the_disk_they_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "documents")
    folder.store("a/b/c", b"")
    folder.store("a/key", b"", secret=True)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.folder.rglob("*")}
    assert modes == {"a": 0o700, "b": 0o700, "c": 0o600, "key": 0o400}
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700


def test_what_the_disk_does_not_take_is_said_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("in the way")
    folder = Folder(tmp_path / "documents")
    with pytest.raises(DocumentError, match="documents/a/b: cannot be written: "):
        folder.store("a/b", b"")
    with pytest.raises(DocumentError, match="documents/a: cannot be read: Not a directory"):
        folder.load("a")
    with pytest.raises(DocumentError, match="documents/a: cannot be removed: "):
        folder.remove("a")
    with pytest.raises(DocumentError, match="documents/b: cannot be written: "):
        folder.move("a", "b")
