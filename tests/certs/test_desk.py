"""What orders leave on the disk."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from psfdns.certs.desk import Desk, Draft
from psfdns.certs.documents import Folder
from psfdns.certs.fenced import FencedObjects
from psfdns.certs.limits import Event, History, Wait
from psfdns.errors import OutsideError, PsfdnsError
from tests.certs.hosts import fenced, holding
from tests.stores import MemoryStore, unreachable

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
DRAFT = Draft(
    "example.org",
    "le",
    "https://ca.example/dir",
    "https://ca.example/acct/1",
    ("example.org", "*.example.org"),
    None,
    b"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n",
    b"\x30\x00",
)


def test_a_draft_comes_back_as_it_was_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    desk = Desk(Folder(tmp_path / "state"))
    placed = DRAFT.placed("https://ca.example/order/1", replaces=True)

    desk.store_draft(DRAFT)
    assert desk.load_draft("example.org") == DRAFT
    desk.store_draft(placed)

    assert desk.load_draft("example.org") == placed
    path = tmp_path / "state" / "orders" / "example.org.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_draft_is_forgotten_once_and_twice(tmp_path: Path) -> None:
    desk = Desk(Folder(tmp_path))
    desk.store_draft(DRAFT)

    desk.forget_draft("example.org")
    desk.forget_draft("example.org")

    assert desk.load_draft("example.org") is None


def test_an_order_for_the_names_that_there_are_stands_beside_that_for_all(tmp_path: Path) -> None:
    desk = Desk(Folder(tmp_path))
    kept = replace(DRAFT, names=("example.org",), is_kept=True)
    desk.store_draft(DRAFT)
    desk.store_draft(kept)

    assert desk.load_draft("example.org") == DRAFT
    assert desk.load_draft("example.org", is_kept=True) == kept
    assert (tmp_path / "orders" / "kept" / "example.org.json").stat().st_mode & 0o777 == 0o600

    desk.forget_draft("example.org", is_kept=True)

    assert desk.load_draft("example.org") == DRAFT
    assert desk.load_draft("example.org", is_kept=True) is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": "psfdns-order/2"}', "[" * 9999, '{"format": "psfdns-order/1"}']
)
def test_a_damaged_draft_is_as_none(tmp_path: Path, text: str) -> None:
    desk = Desk(Folder(tmp_path))
    desk.store_draft(DRAFT)
    (tmp_path / "orders" / "example.org.json").write_text(text)

    assert desk.load_draft("example.org") is None


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PsfdnsError, match="is no certificate's name"):
        Desk(Folder(tmp_path)).load_draft(name)


def test_no_key_is_shown() -> None:
    assert "SECRET" not in repr(DRAFT)


def test_history_comes_back_as_it_was_and_a_damaged_one_is_as_none(tmp_path: Path) -> None:
    desk = Desk(Folder(tmp_path))
    history = History(
        [Event("le", "a,b", NOW, "https://ca.example/order/1")],
        [Event("le", "a", NOW, "https://ca.example/authz/1")],
        [Event("le", "a.example", NOW, "https://ca.example/order/1")],
        [Event("le", "account", NOW, "", NOW)],
        [Event("le", "a,b", NOW, "https://ca.example/order/1")],
        {("le", "account"): Wait(NOW, "too many", NOW), ("le", "a"): Wait(NOW, "too many")},
    )
    assert desk.load_history() == History()

    desk.store_history(history)
    assert desk.load_history() == history
    (tmp_path / "limits.json").write_text('{"format": "psfdns-limits/1", "issued": 5}')

    assert desk.load_history() == History()


def test_the_history_of_an_older_psfdns_is_read(tmp_path: Path) -> None:
    when = NOW.isoformat()
    rows = f'"issued": [["le", "a,b", "{when}"]], "failed": [], "waits": [["le", "a", "{when}", "too many"]]'
    (tmp_path / "limits.json").write_text(f'{{"format": "psfdns-limits/1", {rows}}}')

    history = Desk(Folder(tmp_path)).load_history()

    assert history.issued == [Event("le", "a,b", NOW)]
    assert history.waits == {("le", "a"): Wait(NOW, "too many")}


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")

    with pytest.raises(PsfdnsError, match="cannot be written"):
        Desk(Folder(tmp_path / "state")).store_draft(DRAFT)


def test_silences_of_cas_come_back_and_damaged_ones_are_as_none(tmp_path: Path) -> None:
    desk = Desk(Folder(tmp_path))
    assert desk.load_silences() == {}

    desk.store_silences({"aki.serial": NOW})
    assert desk.load_silences() == {"aki.serial": NOW}
    (tmp_path / "advice.json").write_text('{"silent": []}')

    assert desk.load_silences() == {}


def test_in_a_shared_store_another_host_finds_all_of_it() -> None:
    objects = MemoryStore()
    desk = FencedObjects(objects, holding(objects, "one"))
    with desk.held():
        Desk(desk).store_draft(DRAFT)
        Desk(desk).store_history(History([Event("le", "a,b", NOW)]))
        Desk(desk).store_silences({"aki.serial": NOW})

    other = Desk(fenced(objects, "two"))
    assert other.load_draft("example.org") == DRAFT
    assert other.load_history() == History([Event("le", "a,b", NOW)])
    assert other.load_silences() == {"aki.serial": NOW}


def test_a_shared_store_that_cannot_be_asked_is_not_taken_for_an_empty_one() -> None:
    """What is not known is not nothing: limits would be forgotten, and an order be opened twice."""
    desk = Desk(fenced(MemoryStore(fault=unreachable)))
    for ask in (lambda: desk.load_draft("example.org"), desk.load_history, desk.load_silences):
        with pytest.raises(OutsideError, match="cannot be reached"):
            ask()
