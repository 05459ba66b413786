"""What procedures did, as entries of the journal: what a later look makes of them, and their documents."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import pytest

from psfdns.dnssec.procedures.deeds import (
    Decided,
    Entry,
    Event,
    Procedure,
    State,
    Who,
    decided,
    is_told,
    last_decision,
    log_words,
    procedure_of,
    shows,
)
from psfdns.dnssec.procedures.ledger import DeedLedger, new_id
from psfdns.dnssec.procedures.record import Deed, Kind, Record
from psfdns.dnssec.procedures.seen import Ksk, Seen
from psfdns.errors import PsfdnsError
from tests.stores import MemoryStore

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
RECORD = Record("a.test.", "Z1", "sandbox", Kind.ENABLE, NOW)
ENTRY = Entry(
    "20261128T120000000Z-0123abcd",
    "enable-signing",
    "a.test.",
    "Z1",
    "sandbox",
    NOW,
    Who("arn:aws:sts::123456789012:assumed-role/dns/one", "operator", "bastion"),
    "1.0",
    Procedure(Kind.ENABLE, back=False, begun=NOW),
    "key_1",
    (Event(NOW, State.SENDING),),
    {"change": "C1", "found": True},
)


def seen(key: str | None, signing: str = "SIGNING") -> Seen:
    ksks = (Ksk("key_2", "ACTIVE", "2 13 2 bb"),) + ((Ksk("key_1", key, "1 13 2 aa"),) if key else ())
    return Seen("insecure", signing=signing, ksks=ksks)


@pytest.mark.parametrize(
    ("deed", "looks"),
    [
        (Deed.CREATE_KSK, {"ACTIVE": True, "INACTIVE": True, None: False}),
        (Deed.ACTIVATE_KSK, {"ACTIVE": True, "ACTION_NEEDED": True, "INACTIVE": False, None: False}),
        (Deed.DEACTIVATE_KSK, {"INACTIVE": True, "DELETING": True, None: True, "ACTIVE": False}),
        (Deed.DELETE_KSK, {None: True, "DELETING": True, "INACTIVE": False, "ACTIVE": False}),
        (Deed.MAKE_KMS_KEY, {"ACTIVE": None, None: None}),
        (Decided.BEGIN, {"ACTIVE": None, None: None}),
    ],
)
def test_what_became_of_a_key_is_what_route_53_shows(
    deed: Deed | Decided, looks: dict[str | None, bool | None]
) -> None:
    entry = replace(ENTRY, kind=deed.value)
    assert {status: shows(entry, seen(status)) for status in looks} == looks


@pytest.mark.parametrize(
    ("signing", "on"),
    [("SIGNING", True), ("ACTION_NEEDED", True), ("NOT_SIGNING", False), ("DELETING", False)],
)
def test_what_became_of_signing_is_what_route_53_shows(signing: str, on: bool) -> None:
    for deed, wanted in ((Deed.SIGN, on), (Deed.STOP_SIGNING, signing in {"NOT_SIGNING", "DELETING"})):
        assert shows(replace(ENTRY, kind=deed.value, of=""), seen(None, signing)) is wanted


def record(kind: Kind, *, back: bool = False, after: int = 0, ended: bool = False) -> Record:
    begun = NOW + after * SECOND
    return replace(RECORD, kind=kind, back=back, begun=begun, finished=begun if ended else None)


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        (None, record(Kind.ENABLE), Decided.BEGIN),
        (record(Kind.ENABLE, ended=True), record(Kind.ROTATE, after=1), Decided.BEGIN),
        (record(Kind.ENABLE), record(Kind.ENABLE), None),
        (record(Kind.ENABLE), record(Kind.DISABLE, back=True, after=1), Decided.TURN_BACK),
        (record(Kind.DISABLE, back=True), record(Kind.ENABLE, after=1), Decided.TURN_BACK),
        (record(Kind.ROTATE), record(Kind.ROTATE, back=True, after=1), Decided.TURN_BACK),
        (record(Kind.ROTATE, back=True), record(Kind.ROTATE, after=1), Decided.TURN_BACK),
        (record(Kind.ROTATE), record(Kind.DISABLE, after=1), Decided.ABANDON),
    ],
)
def test_what_a_person_decided_is_seen_by_what_was_open(
    before: Record | None, now: Record, what: Decided | None
) -> None:
    assert decided(now, before, take_over=False) is what
    assert decided(now, before, take_over=True) is (Decided.TAKE_OVER if what is Decided.BEGIN else what)


def test_a_beginning_is_told_once_and_one_of_before_never() -> None:
    assert last_decision(RECORD) is None
    told = RECORD.told(log_words(Kind.ENABLE, Decided.BEGIN), who="operator@bastion", at=NOW)
    assert last_decision(told) == (Decided.BEGIN, "operator@bastion")
    later = replace(told, begun=NOW + SECOND)
    assert last_decision(later) is None, "that was an earlier one"
    entry = replace(ENTRY, kind=Decided.BEGIN.value, procedure=procedure_of(told))
    assert is_told(told, [ENTRY, entry])
    assert not is_told(told, [ENTRY])
    assert not is_told(later, [entry])


def test_what_is_stored_is_what_is_read(tmp_path: Path) -> None:
    ledger = DeedLedger(tmp_path / "journal" / "dnssec")
    ledger.begin(ENTRY)
    done = ENTRY.now_in(State.DONE, at=NOW + SECOND, why="because")
    assert ledger.own("a.test.") == [ENTRY]
    assert ledger.note(done)
    assert ledger.own("a.test.") == [done]
    assert (ENTRY.is_open, done.is_open) == (True, False)
    other = replace(ENTRY, id="20261128T120000001Z-0123abcd", zone="0/25.b.test.")
    ledger.begin(other)
    assert [(each.subject, each.entry) for each in ledger.listed()] == [
        ("0/25.b.test.", other),
        ("a.test.", done),
    ]


def test_what_the_disk_does_not_take_is_under_way_on_no_other_machine(tmp_path: Path) -> None:
    store = MemoryStore()
    (tmp_path / "journal").write_text("in the way")
    with pytest.raises(PsfdnsError, match="cannot be written"):
        DeedLedger(tmp_path / "journal", store).begin(ENTRY)
    (seen_there,) = DeedLedger(tmp_path / "there", store).of("a.test.")
    assert (seen_there.state, seen_there.is_open) == (State.FAILED, False)
    decision = replace(ENTRY, id="20261128T120000001Z-0123abcd", events=(Event(NOW, State.DONE),))
    with pytest.raises(PsfdnsError, match="cannot be written"):
        DeedLedger(tmp_path / "journal", store).begin(decision)
    assert DeedLedger(tmp_path / "there", store).of("a.test.")[0] == decision


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"events": []}, "it has no events"),
        ({"created": "yesterday"}, "a moment is none"),
        ({"details": None}, "a field is no such thing"),
        ({"procedure": {"kind": "sing"}}, "'sing' is not a valid Kind"),
        ({"format": "psfdns-dnssec-journal/2"}, "this one knows psfdns-dnssec-journal/1"),
    ],
)
def test_one_that_cannot_be_read_is_listed_as_that_and_stops_nothing(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    ledger = DeedLedger(tmp_path)
    ledger.begin(ENTRY)
    path = tmp_path / "a.test" / f"{ENTRY.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    (kept,) = ledger.listed()
    assert (kept.id, kept.entry) == (ENTRY.id, None)
    assert why in (kept.fault or "")
    assert ledger.own("a.test.") == []


def test_ids_follow_each_other_though_the_clock_goes_back() -> None:
    first = new_id(NOW, [])
    assert first.startswith("20261128T120000000Z-")
    entry = replace(ENTRY, id=first)
    assert new_id(NOW, [entry]).startswith("20261128T120000001Z-")
    assert new_id(NOW - 60 * SECOND, [entry]).startswith("20261128T120000001Z-")
    assert new_id(NOW + SECOND, [entry]).startswith("20261128T120001000Z-")
