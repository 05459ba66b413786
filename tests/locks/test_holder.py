"""Who holds a lock, written and read back; what others wrote is not trusted."""

from __future__ import annotations

import datetime
import json

import pytest

from psfdns.locks.holder import Holder, parse_document, parse_holder, to_json

SINCE = datetime.datetime(2026, 11, 20, 19, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
HOLDER = Holder("alice", "laptop.example.net", 4242, SINCE, "apply")


def test_what_is_written_is_read() -> None:
    assert parse_holder(to_json(HOLDER, number=3)) == HOLDER
    assert parse_document(to_json(HOLDER, number=3))["number"] == 3


def test_a_person_reads_who_where_and_since_when() -> None:
    assert str(HOLDER) == "apply by alice on laptop.example.net (pid 4242) since 2026-11-20 18:00:00 UTC"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        to_json(HOLDER).replace(b"psfdns-lock/1", b"psfdns-lock/2"),
        to_json(HOLDER).replace(b"4242", b'"many"'),
        to_json(HOLDER).replace(b"4242", b"null"),
        to_json(HOLDER).replace(b"2026-11-20", b"2026-13-20"),
        to_json(HOLDER).replace(b"2026-11-20", b"0001-01-01").replace(b"+00:00", b"+23:00"),
        to_json(HOLDER).replace(b"user", b"used"),
    ],
)
def test_what_is_damaged_is_nobody(data: bytes) -> None:
    assert parse_holder(data) is None


def test_what_is_endless_is_cut() -> None:
    document = {**json.loads(to_json(HOLDER)), "user": "a" * 10_000}
    found = parse_holder(json.dumps(document).encode())
    assert found is not None
    assert len(found.user) == 100
