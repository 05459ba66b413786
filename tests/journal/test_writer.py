"""What is on the disk when a process ends anywhere, a disk is full, or a file is damaged."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from psfdns.journal.disk import Appender, is_held
from psfdns.journal.entry import JournalError
from psfdns.journal.progress import MADE, State, ZoneEnd, read_events, state_of
from psfdns.journal.recorder import Fate
from psfdns.journal.store import ENTRY, EVENTS, last_known, settled_ids
from psfdns.journal.writer import Writer
from psfdns.plans.plan import Change, Plan
from psfdns.route53.apply import Conditions, apply_plan
from tests.journal.actors import NOON, Dying, Killed, Operator, entry_zone, letting_go, new_entry
from tests.route53.accounts import ORIGIN, address, changed_zone, new_zone


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path / "state" / "journal")


def many(count: int = 1500) -> list[Any]:
    """So much that one zone takes two requests."""
    return [address(f"h{number}") for number in range(count)]


def test_entries_are_for_their_owner_alone(operator: Operator) -> None:
    operator.folder.mkdir(parents=True, mode=0o755)
    before = os.umask(0)
    try:
        operator.apply(new_zone(address("www")))
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in operator.folder.rglob("*")}
    assert len(modes) == 5
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert stat.S_IMODE(operator.folder.stat().st_mode) == 0o700


def die_at(operator: Operator, call: int) -> Writer:
    """An apply of a new zone with two requests, killed at the n-th word to the journal."""
    zone = new_zone(*many())
    writer = Writer(operator.journal, new_entry(operator.journal, entry_zone(zone)), {}, lambda: NOON)
    account = operator.account
    conditions = Conditions(
        "a test", account.budget.pause, account.time.clock, lambda _: None, wait=False, threads=1
    )
    with letting_go(writer), pytest.raises(Killed):
        apply_plan(
            account.api, Plan("sandbox", (zone,)), {}, replace(conditions, journal=Dying(writer, call))
        )
    return writer


@pytest.mark.parametrize("call", range(1, 10))
def test_killed_anywhere_the_journal_tells_no_less_than_was_done(operator: Operator, call: int) -> None:
    """start, then begin and end of the zone, its tags and two batches."""
    writer = die_at(operator, call)
    exists = bool(operator.journal.ids())
    assert exists is (call > 1)
    if not exists:
        return
    stored = operator.journal.load(writer.entry.id)
    assert (stored.fault, stored.running) == (None, False)
    assert state_of(stored.progress, running=False, settled=False) is State.INTERRUPTED
    assert stored.entry is not None
    (zone,) = stored.entry.zones
    told = {change.key for change in stored.progress.changes_with(zone, MADE)}
    perhaps = {change.key for change in stored.progress.changes_with(zone, {Fate.UNKNOWN})}
    live = set(operator.account.rrsets()) if call > 3 else set()
    assert told <= live <= told | perhaps
    assert stored.progress.batches_made(ORIGIN) == max(0, (call - 6) // 2)
    assert [one.id for one in operator.journal.unfinished()] == [stored.id]


def test_what_was_cut_short_is_settled_by_a_later_apply_of_all_its_zones(operator: Operator) -> None:
    writer = die_at(operator, 7)
    operator.account.create(origin="other.example.")
    operator.apply(replace(new_zone(address("www"), origin="third.example.")))
    assert [one.id for one in operator.journal.unfinished()] == [writer.entry.id]
    live = operator.account.read()
    missing = [Change(None, one) for one in many() if one.key not in live.zone.rrsets]
    operator.change(*missing)
    assert operator.journal.unfinished() == []
    assert settled_ids(operator.journal.entries()) == {writer.entry.id}


def test_an_apply_that_failed_settles_nothing_and_neither_does_another_account(operator: Operator) -> None:
    die_at(operator, 7)
    for account, ok in (("sandbox", False), ("123456789012", True)):
        entry = new_entry(operator.journal, account=account)
        writer = Writer(operator.journal, entry, {}, lambda: NOON)
        writer.start({})
        writer.finish({ORIGIN: ZoneEnd(ok)})
        writer.close()
    assert len(operator.journal.unfinished()) == 1


def test_a_running_apply_is_told_from_a_dead_one(operator: Operator) -> None:
    writer = Writer(operator.journal, new_entry(operator.journal), {}, lambda: NOON)
    writer.start({})
    assert operator.journal.load(writer.entry.id).running
    with pytest.raises(BlockingIOError):
        Appender(operator.folder / writer.entry.id / EVENTS)
    writer.close()
    writer.close()
    assert not operator.journal.load(writer.entry.id).running


WRITES_UNTIL_KILLED = """
    import os, signal, sys
    from pathlib import Path
    from psfdns.journal.writer import Writer
    from tests.journal.actors import NOON, Journal, new_entry
    journal = Journal(Path(sys.argv[1]))
    writer = Writer(journal, new_entry(journal), {}, lambda: NOON)
    writer.start({})
    writer.begin("zone.example.", "batch")
    print(writer.id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_kill_9_the_entry_is_there_and_nobody_holds_it(operator: Operator) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WRITES_UNTIL_KILLED), str(operator.folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == -9, done.stderr
    stored = operator.journal.load(done.stdout.strip())
    assert (stored.running, stored.fault) == (False, None)
    assert [(step.name, step.fate) for step in stored.progress.steps] == [("batch", Fate.UNKNOWN)]


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_told_and_ends_nothing(operator: Operator, cut: int) -> None:
    writer = die_at(operator, 8)
    path = operator.folder / writer.entry.id / EVENTS
    path.write_bytes(path.read_bytes()[:-cut])
    stored = operator.journal.load(writer.entry.id)
    assert stored.entry is not None
    assert stored.fault == (None if cut == 1 else "1 of its events cannot be read")
    assert len(stored.progress.steps) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": "psfdns-journal/2"}',
        b'{"format": "psfdns-journal/1"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=["empty", "cut", "list", "null", "newer", "hollow", "bytes", "deep"],
)
def test_a_damaged_entry_is_listed_as_such(operator: Operator, content: bytes) -> None:
    good = operator.apply(new_zone(address("www")))[0].entry.id
    bad = operator.apply(new_zone(address("www"), origin="b.example."))[0].entry.id
    (operator.folder / bad / ENTRY).write_bytes(content)
    found = operator.journal.entries()
    assert [one.id for one in found] == [bad, good]
    assert found[0].entry is None
    assert found[0].fault is not None
    assert found[0].fault.startswith("entry.json cannot be read: ")
    assert found[1].fault is None
    assert operator.journal.unfinished() == []


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\x00\x00",
        b"[]",
        b'{"event": "begin"}',
        b'{"event": "end", "step": 9, "fate": "done", "details": {}}',
        b'{"event": "end", "step": 1, "fate": "perhaps", "details": {}}',
        b'{"event": "finished", "account": null, "zones": {"a.": 1}}',
    ],
)
def test_lines_that_cannot_be_read_are_counted(line: bytes) -> None:
    good = b'{"event":"begin","at":"x","step":1,"zone":"a.","name":"batch","changes":[0]}\n'
    progress = read_events(good + line + b'\n{"event":"of-later-versions"}\n')
    assert (progress.damaged, len(progress.steps), progress.finished) == (1, 1, None)


def test_a_journal_that_cannot_be_begun_lets_nothing_be_sent(operator: Operator) -> None:
    operator.folder.parent.mkdir(parents=True)
    operator.folder.write_text("a file where the folder should be")
    with pytest.raises(JournalError, match="the journal can"):
        operator.apply(new_zone(address("www")))
    assert operator.account.budget.sent["CreateHostedZone"] == 0


class FullDisk:
    """The disk is full after so many words to it, and stays so for a while."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, after: int, words: int = 1 << 30) -> None:
        self._write, self._count, self._after, self._until = os.write, 0, after, after + words
        monkeypatch.setattr("psfdns.journal.disk.os.write", self)

    def __call__(self, handle: int, content: Any) -> int:
        self._count += 1
        if self._after < self._count <= self._until:
            if len(content) > 20 and self._count % 2:
                return self._write(handle, content[:20])
            raise OSError(28, "No space left on device")
        return self._write(handle, content)


def test_a_disk_that_fills_up_ends_an_apply_after_the_request_in_flight(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = new_zone(*many())
    FullDisk(monkeypatch, after=1 + 4 + 1)  # the entry, the zone, its tags, and "about to send" of a batch
    writer, outcome = operator.apply(zone)
    assert operator.account.budget.sent["ChangeResourceRecordSets"] == 1
    (error,) = outcome.zones[0].errors
    assert isinstance(error, JournalError)
    assert "No space left on device" in str(error)
    assert str(error).endswith("nothing more was sent")
    assert writer.fault is not None
    stored = operator.journal.load(writer.entry.id)
    assert stored.fault is None, "what was half written is taken back"
    assert [step.fate for step in stored.progress.steps] == [Fate.DONE, Fate.DONE, Fate.UNKNOWN]


def test_a_disk_that_has_room_again_gets_what_it_missed(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    FullDisk(monkeypatch, after=1 + 4 + 1, words=2)
    writer = operator.apply(new_zone(*many()))[0]
    stored = operator.journal.load(writer.entry.id)
    assert [step.fate for step in stored.progress.steps] == [Fate.DONE] * 3
    assert stored.progress.finished == {ORIGIN: ZoneEnd(ok=False)}


def test_a_disk_full_from_the_start_leaves_nothing_behind(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    FullDisk(monkeypatch, after=0)
    with pytest.raises(JournalError, match="No space left") as caught:
        operator.apply(new_zone(address("www")))
    assert caught.value.hint
    assert list(operator.folder.iterdir()) == []
    assert operator.account.budget.sent["CreateHostedZone"] == 0


def test_a_limit_on_the_size_of_files_is_a_full_disk_too(operator: Operator) -> None:
    """The real thing: the kernel refuses the bytes."""
    program = """
        import resource, sys
        from pathlib import Path
        from psfdns.journal.writer import Writer
        from tests.journal.actors import NOON, Fate, Journal, new_entry
        journal = Journal(Path(sys.argv[1]))
        writer = Writer(journal, new_entry(journal), {}, lambda: NOON)
        writer.start({})
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        for count in range(100):
            try:
                number = writer.begin("zone.example.", "batch")
            except Exception as error:
                print(count, type(error).__name__, writer.id)
                break
            writer.end(number, Fate.DONE, {})
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(operator.folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    count, error, entry_id = done.stdout.split()
    assert error == "JournalError"
    stored = operator.journal.load(entry_id)
    assert stored.fault is None
    assert abs(len(stored.progress.steps) - int(count)) <= 1


def test_ids_go_up_whatever_the_clock_does(operator: Operator) -> None:
    ids = []
    for moment in (NOON, NOON, NOON.replace(year=2020), NOON.replace(year=2031), NOON):
        entry = new_entry(operator.journal, at=moment)
        operator.journal.create(entry).close()
        ids.append(entry.id)
    assert ids == sorted(ids)
    assert operator.journal.ids() == ids[::-1]
    assert len({one[:18] for one in ids}) == 5


def test_an_entry_is_found_by_its_beginning_or_its_end(operator: Operator) -> None:
    first = operator.apply(new_zone(address("www")))[0].entry.id
    second = operator.apply(new_zone(address("www"), origin="b.example."))[0].entry.id
    for text in (first, first[:18], first[-4:]):
        assert operator.journal.find(text) == first or first[-4:] == second[-4:]
    with pytest.raises(JournalError, match="2 entries"):
        operator.journal.find("2026")
    with pytest.raises(JournalError, match="no entry 'x'"):
        operator.journal.find("x")


def test_what_a_zone_held_after_our_last_apply_is_known(operator: Operator) -> None:
    operator.apply(new_zone(address("www")))
    zone_id = operator.account.read().hosted.id
    known = last_known(operator.journal, zone_id)
    assert known is not None
    assert dict(known.zone.rrsets) == operator.account.rrsets()
    stored = operator.change(Change(None, address("new")), Change(address("www"), None))
    known = last_known(operator.journal, zone_id)
    assert known is not None
    assert (dict(known.zone.rrsets), known.entry) == (dict(operator.account.read().zone.rrsets), stored.id)
    assert last_known(operator.journal, "ZNOTHERE") is None


def test_what_an_apply_that_was_cut_short_did_is_known_too(operator: Operator) -> None:
    operator.account.create(address("www"))
    operator.change(Change(None, address("old")))
    live = operator.account.read()
    zone = changed_zone(live, *(Change(None, one) for one in many()))
    writer = Writer(operator.journal, new_entry(operator.journal, entry_zone(zone, live)), {}, lambda: NOON)
    with letting_go(writer):
        writer.start({})
        writer.end(writer.begin(ORIGIN, "batch", zone.changes[:1000]), Fate.DONE, {})
        writer.begin(ORIGIN, "batch", zone.changes[1000:])
    known = last_known(operator.journal, live.hosted.id)
    assert known is not None
    assert known.entry == writer.entry.id
    assert {change.key for change in zone.changes[:1000]} <= set(known.zone.rrsets)
    assert known.unsure == {change.key for change in zone.changes[1000:]}


def test_a_damaged_snapshot_is_no_snapshot(operator: Operator) -> None:
    operator.apply(new_zone(address("www")))
    zone_id = operator.account.read().hosted.id
    (path,) = (operator.folder / "zones").iterdir()
    whole = path.read_bytes()
    for content in (b"", whole[:-9], b"\x1f\x8b" + whole[:20], b"nonsense"):
        path.write_bytes(content)
        assert last_known(operator.journal, zone_id) is None


def test_the_entry_holds_no_secret_and_no_environment(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never-to-be-seen")
    writer = operator.apply(new_zone(address("www")))[0]
    text = (operator.folder / writer.entry.id / ENTRY).read_text()
    assert "never-to-be-seen" not in text
    assert set(json.loads(text)) == {
        "format", "id", "kind", "created", "who", "account", "commit", "version", "plan", "undoes", "zones",
    }  # fmt: skip


def test_nobody_holds_what_is_not_there(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "nothing")


def test_a_request_that_cannot_be_announced_is_not_sent(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    FullDisk(monkeypatch, after=1 + 4)
    writer, outcome = operator.apply(new_zone(address("www")))
    assert operator.account.budget.sent["ChangeResourceRecordSets"] == 0
    assert isinstance(outcome.zones[0].errors[0], JournalError)
    assert len(operator.journal.load(writer.entry.id).progress.steps) == 2
