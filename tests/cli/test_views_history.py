"""What is said of an entry that was cut short."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from psfdns.cli.views.history import render_unfinished
from psfdns.journal.entry import Entry, EntryZone, Kind, Who
from psfdns.journal.progress import Progress
from psfdns.journal.store import Stored

NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("kind", "undoes", "goes_on"),
    [
        (Kind.APPLY, None, "psfdns apply brings these zones in order"),
        (Kind.ROLLBACK, "id-of-it", "psfdns rollback id-of-it goes on with it"),
        (Kind.ZONE_DELETE, None, "psfdns zone delete example.org. goes on with it"),
    ],
)
def test_what_goes_on_with_it_is_the_command_that_was_cut_short(
    kind: Kind, undoes: str | None, goes_on: str
) -> None:
    zone = EntryZone("example.org.", None, "Z1", "one", private=False)
    entry = Entry("id", kind, NOON, Who(None, "user", "host"), "sandbox", None, "1", (zone,), undoes=undoes)
    told = render_unfinished(Stored("id", Path(), entry, Progress()))
    assert told.startswith(f"warning: {kind} id was cut short: user@host, 2026-11-21T12:00:00Z\n")
    assert f"hint: {goes_on}" in told
