"""What `psfdns history` tells of `dnssec enable`, `rotate` and `disable`, whatever cut them short."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.dnssec.acting import Hands
from psfdns.cli.dnssec.noting import NOT_AT_GANDI, NOT_SEEN_LATER, SEEN_LATER
from psfdns.cli.options import Options
from psfdns.cli.status.zone_history import histories_of
from psfdns.cli.wiring import open_repository, open_workspace
from psfdns.dnssec.procedures.advance import Outcome
from psfdns.dnssec.procedures.deeds import Entry
from psfdns.dnssec.procedures.ledger import DeedLedger
from psfdns.dnssec.procedures.record import Action, Record
from psfdns.dnssec.procedures.store import Shelf
from psfdns.errors import HostError, PsfdnsError
from psfdns.registrar.gandi import Gandi
from psfdns.registrar.gandi_wire import Order
from psfdns.registrar.ledger import Ledger, State, new_entry
from psfdns.route53.signing import SigningSwitch
from tests.cli.registry import Registry
from tests.cli.signed_scene import NAME, Scene, signed_scene
from tests.stores import MemoryStore, unreachable

ZONE = f"{NAME}."
KEY = "psfdns_ours_test_1"


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture
def scene(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with signed_scene(registry, monkeypatch) as scene:
        yield scene


def folder(scene: Scene, room: str = "dnssec") -> Path:
    return scene.shop.root / ".psfdns" / "journal" / room


def journal(scene: Scene, *words: str) -> list[dict[str, Any]]:
    """The oldest first, without the apply that made the zone."""
    code, document = scene.shop.document("history", "--limit", "0", *words, sandbox=True)
    assert (code, document["format"]) == (0, "psfdns-history/1")
    return [entry for entry in reversed(document["entries"]) if entry["kind"] != "apply"]


def told(scene: Scene) -> list[tuple[str, str]]:
    return [(entry["kind"], entry["state"]) for entry in journal(scene)]


def last_why(scene: Scene, kind: str) -> str | None:
    (entry,) = (each for each in journal(scene) if each["kind"] == kind)
    why: str | None = (entry["signing"] or entry["order"])["events"][-1]["why"]
    return why


BEGUN = [
    ("dnssec-begin", "done"),
    ("make-kms-key", "done"),
    ("create-ksk", "done"),
    ("enable-signing", "done"),
]


def test_each_deed_is_an_entry_with_who_when_what_and_how_it_ended(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    assert told(scene) == BEGUN
    apply = scene.shop.document("history", sandbox=True)[1]["entries"][-1]
    entries = journal(scene)
    for entry in entries:
        assert entry.keys() == apply.keys()
        assert (entry["zones"], entry["order"], entry["account"]) == ([], None, "sandbox")
        assert entry["created"] == scene.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert entry["who"]["user"] == apply["who"]["user"]
        assert entry["signing"].keys() == {
            "zone", "id", "procedure", "key", "kms", "found", "change", "events",
        }  # fmt: skip
        assert (entry["signing"]["zone"], entry["signing"]["procedure"]["kind"]) == (ZONE, "enable")
    made, created, signed = (entry["signing"] for entry in entries[1:])
    assert (made["key"], made["kms"].split(":")[2], made["found"]) == (KEY, "kms", False)
    assert (created["key"], signed["key"]) == (KEY, None)
    assert created["change"] != signed["change"]
    assert [event["state"] for event in signed["events"]] == ["sending", "done"]
    assert apply["signing"] is None

    lines = scene.shop.run("history", sandbox=True)[1].splitlines()
    assert lines[1].endswith(f"done (enable-signing)  {ZONE}: signing enabled")
    assert lines[3].endswith(f"{ZONE}: key in KMS made for {KEY}")
    assert lines[4].endswith(f"{ZONE}: enable begun")
    code, out, err = scene.shop.run("history", entries[2]["id"][-8:], sandbox=True)
    assert (code, err) == (0, "")
    assert out.startswith(
        f"{entries[2]['id']}: done\n  what:      create-ksk of {ZONE}: key-signing key {KEY} created\n"
    )
    assert f"\n  change:    {created['change']}\n" in out


def test_zone_and_limit_choose_among_them(scene: Scene) -> None:
    scene.shop.claim("one", "more.test")
    scene.step("enable", NAME, "--yes")
    assert len(journal(scene, "--zone", NAME)) == 4
    assert journal(scene, "--zone", "more.test") == []
    assert [each["kind"] for each in journal(scene, "--limit", "1")] == ["enable-signing"]


def test_what_only_waits_writes_nothing(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    files = {path: path.stat().st_mtime_ns for path in folder(scene, "").rglob("*")}
    for _ in range(2):
        scene.later(minutes=10)
        assert scene.run("continue", "--yes", "-q") == (0, "", "")
    assert {path: path.stat().st_mtime_ns for path in folder(scene, "").rglob("*")} == files
    scene.step("disable", NAME, "--dry-run")
    assert {path: path.stat().st_mtime_ns for path in folder(scene, "").rglob("*")} == files


def test_the_zone_s_history_in_status_and_on_its_page_has_them(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    words = ("status", "--only", "drift")
    document = scene.shop.document(*words, sandbox=True)[1]
    (zone,) = document["zones"]
    assert [(each["kind"], each["summary"]) for each in zone["history"]] == [
        ("enable-signing", "signing enabled"),
        ("create-ksk", f"key-signing key {KEY} created"),
        ("make-kms-key", f"key in KMS made for {KEY}"),
        ("dnssec-begin", "enable begun"),
        ("apply", "zone created, 1 added"),
    ]
    assert "arn:" not in json.dumps(document)
    site = scene.shop.root / "site"
    assert scene.shop.run(*words, "--html", str(site), sandbox=True)[0] == 0
    (page,) = (path.read_text() for path in site.rglob("*.html") if NAME in path.name)
    assert '<span class="tag">enable-signing</span> signing enabled' in page


def test_what_cannot_be_written_down_is_not_done(scene: Scene) -> None:
    folder(scene).parent.mkdir(exist_ok=True)
    folder(scene).write_text("in the way")
    code, _, err = scene.run("enable", NAME, "--yes")
    assert code == 1
    assert "cannot be" in err
    folder(scene).unlink()
    assert journal(scene) == []
    assert scene.status()["chain"][-1]["keys"] == []
    assert scene.step("enable", NAME, "--yes")[0] == 0
    assert told(scene) == BEGUN


def test_one_that_can_be_written_no_longer_stops_the_next_deed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = DeedLedger.begin

    def full(self: DeedLedger, entry: Entry) -> None:
        if entry.kind == "enable-signing":
            raise PsfdnsError("the disk is full")
        write(self, entry)

    monkeypatch.setattr(DeedLedger, "begin", full)
    code, _, err = scene.run("enable", NAME, "--yes")
    assert (code, "the disk is full" in err) == (1, True)
    assert told(scene) == BEGUN[:3]
    assert scene.status()["chain"][-1]["keys"] == [], "it is not signed"
    monkeypatch.setattr(DeedLedger, "begin", write)
    assert scene.step("continue", NAME, "--yes")[0] == 0
    assert told(scene) == BEGUN


def test_an_end_that_cannot_be_written_is_warned_of_and_told_by_the_next_run(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: DeedLedger, __: Entry) -> bool:
        raise PsfdnsError("the disk is full")

    note = DeedLedger.note
    monkeypatch.setattr(DeedLedger, "note", full)
    code, _, err = scene.run("enable", NAME, "--yes")
    assert code == 0
    for kind, _ in BEGUN[1:]:
        assert f"warning: the disk is full: what became of {kind} of {ZONE} is not in the journal" in err
    interrupted = [(kind, "interrupted") for kind, _ in BEGUN[1:]]
    assert told(scene) == [BEGUN[0], *interrupted]
    out = scene.shop.run("history", journal(scene)[-1]["id"], sandbox=True)[1]
    assert "cut short, not known whether it was done" in out
    assert out.endswith(f"hint: psfdns dnssec continue {NAME} looks what became of it\n")
    with Shelf(scene.shop.root / ".psfdns" / "dnssec" / "sandbox").held(ZONE):
        assert told(scene)[1:] == [(kind, "running") for kind, _ in BEGUN[1:]]
    monkeypatch.setattr(DeedLedger, "note", note)
    assert scene.step("continue", NAME, "--yes")[0] == 0
    assert told(scene) == BEGUN
    assert last_why(scene, "make-kms-key") == SEEN_LATER


def test_an_end_that_cannot_be_written_once_is_told_by_the_next_look_of_the_same_run(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A procedure that ends with this run is not looked at again."""
    note, refused = DeedLedger.note, list[str]()

    def full_once(self: DeedLedger, entry: Entry) -> bool:
        if entry.kind == "enable-signing" and not refused:
            refused.append(entry.id)
            raise PsfdnsError("the disk is full")
        return note(self, entry)

    monkeypatch.setattr(DeedLedger, "note", full_once)
    code, _, err = scene.run("enable", NAME, "--yes")
    assert (code, len(refused)) == (0, 1)
    assert f"the disk is full: what became of enable-signing of {ZONE} is not in the journal" in err
    assert told(scene) == BEGUN
    assert last_why(scene, "enable-signing") == SEEN_LATER


@pytest.mark.parametrize(
    ("is_done", "uncertain", "now", "later"),
    [
        (True, True, "uncertain", [("enable-signing", "done")]),
        (False, True, "uncertain", [("enable-signing", "failed"), ("enable-signing", "done")]),
        (False, False, "failed", [("enable-signing", "failed"), ("enable-signing", "done")]),
    ],
)
def test_a_lost_answer_is_uncertain_and_a_no_is_failed(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_done: bool,
    uncertain: bool,
    now: str,
    later: list[tuple[str, str]],
) -> None:
    enable = SigningSwitch.enable_signing

    def lose(self: SigningSwitch) -> str:
        if is_done:
            enable(self)
        raise HostError("Route 53", "enable signing", "it says no", uncertain=uncertain)

    monkeypatch.setattr(SigningSwitch, "enable_signing", lose)
    assert scene.run("enable", NAME, "--yes")[0] in {1, 3}
    assert told(scene) == [*BEGUN[:3], ("enable-signing", now)]
    assert last_why(scene, "enable-signing") == "Route 53: enable signing: it says no"
    monkeypatch.setattr(SigningSwitch, "enable_signing", enable)
    scene.later(minutes=10)
    assert scene.step("continue", NAME, "--yes")[0] == 0
    assert told(scene) == [*BEGUN[:3], *later]
    whys = {
        event["why"]
        for entry in journal(scene)
        for event in entry["signing"]["events"]
        if event["state"] == later[0][1] and event["why"]
    }
    assert whys == {
        SEEN_LATER if is_done else NOT_SEEN_LATER if uncertain else "Route 53: enable signing: it says no"
    }


def test_a_key_without_its_name_was_made_and_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The alias is refused for sure: the key is there all the same, and is not made a second time."""
    from psfdns.aws import Kms

    name_it = Kms.create_alias

    def refuse(self: Kms, name: str, key_id: str) -> None:
        del self, name, key_id
        raise HostError("KMS", "name the key", "AccessDenied")

    monkeypatch.setattr(Kms, "create_alias", refuse)
    assert scene.run("enable", NAME, "--yes")[0] == 1
    assert told(scene)[1:] == [("make-kms-key", "uncertain")]
    monkeypatch.setattr(Kms, "create_alias", name_it)
    assert scene.step("continue", NAME, "--yes")[0] == 0
    assert told(scene) == [BEGUN[0], BEGUN[1], *BEGUN[1:]]
    one, other = (each["signing"] for each in journal(scene)[1:3])
    assert (one["kms"], one["found"], other["found"]) == (other["kms"], False, True)
    assert f"{ZONE}: key in KMS found for {KEY}" in scene.shop.run("history", sandbox=True)[1]


@pytest.mark.parametrize("is_placed", [True, False])
def test_an_order_of_a_ds_that_was_cut_short_has_its_end_later(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, is_placed: bool
) -> None:
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    scene.later(hours=48)
    place = Gandi.place

    def deadly(self: Gandi, order: Order, doing: str) -> None:
        if is_placed:
            place(self, order, doing)
        raise KilledError

    monkeypatch.setattr(Gandi, "place", deadly)
    with pytest.raises(KilledError):
        scene.step("continue", "--yes")
    assert told(scene)[-1] == ("add-ds", "sending")
    monkeypatch.setattr(Gandi, "place", place)
    scene.later(minutes=10)
    scene.step("continue", "--yes")
    orders = [state for kind, state in told(scene) if kind == "add-ds"]
    assert orders == ["done" if is_placed else "uncertain"]
    assert last_why(scene, "add-ds") == (SEEN_LATER if is_placed else NOT_AT_GANDI)
    if not is_placed:
        scene.later(hours=1)
        scene.step("continue", "--yes")
        scene.later(hours=1)
        scene.step("continue", "--yes")
        orders = [state for kind, state in told(scene) if kind == "add-ds"]
        assert orders == ["uncertain", "done"], "whether the first one ever came, nobody knows"
    (ds,) = scene.wanted_ds()
    line = scene.shop.run("history", sandbox=True)[1].splitlines()[1]
    assert line.endswith(f"{ZONE}: DS {ds.split()[0]} added")


def test_a_retry_that_is_refused_hides_no_order_that_was_cut_short(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gandi has the DS already: it refuses it as a duplicate."""
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    scene.later(hours=48)
    place = Gandi.place

    def deadly(self: Gandi, order: Order, doing: str) -> None:
        place(self, order, doing)
        raise KilledError

    monkeypatch.setattr(Gandi, "place", deadly)
    with pytest.raises(KilledError):
        scene.step("continue", "--yes")
    monkeypatch.setattr(Gandi, "place", place)
    ledger = Ledger(folder(scene, "registrar"))
    (cut,) = ledger.own(ZONE)
    scene.later(minutes=1)
    retry = new_entry(
        cut.kind, ZONE, before=cut.before, after=cut.after, now=scene.now, user=cut.user, host=cut.host
    )
    ledger.begin(retry.now_in(State.REFUSED, at=scene.now, why="there is one already"))
    scene.later(minutes=10)
    scene.step("continue", "--yes")
    assert {each.id: each.state for each in ledger.own(ZONE)} == {
        cut.id: State.DONE,
        retry.id: State.REFUSED,
    }


@pytest.mark.parametrize("is_other", [True, False])
def test_what_one_gandi_shows_ends_no_order_at_another(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, is_other: bool
) -> None:
    """The order was at the real one; or it is the real one that a sandbox may look at."""
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    ledger = Ledger(folder(scene, "registrar"))
    order = new_entry(
        "remove-ds", ZONE, before={"ds": ["1 13 2 aa"]}, after={}, now=scene.now, user="one", host="two"
    )
    mine = replace(order, id=f"{order.id[:-8]}00000000", stand_in=True)
    for each in (order, mine):
        ledger.begin(each)
    if not is_other:
        monkeypatch.setattr("psfdns.cli.domains.ordering.is_stand_in", lambda _: False)
    scene.step("continue", "--yes")
    states = {each.id: each.state for each in ledger.own(ZONE)}
    assert states == {order.id: State.SENDING, mine.id: State.DONE if is_other else State.SENDING}


def test_the_history_of_a_real_zone_has_nothing_of_the_sandbox(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.step("enable", NAME, "--yes")
    Ledger(folder(scene, "registrar")).begin(
        new_entry("lock", ZONE, before={}, after={}, now=scene.now, user="one", host="two", stand_in=True)
    )
    found = {}
    for sandbox, stand_in in ((True, True), (False, True), (False, False)):
        monkeypatch.setattr("psfdns.cli.domains.ordering.is_stand_in", lambda _, is_so=stand_in: is_so)
        workspace = open_workspace(Options(sandbox=sandbox))
        files = open_repository(workspace).zone_files
        (lines,) = histories_of(workspace, files, {ZONE: ZONE}).values()
        found[sandbox, stand_in] = [line["kind"] for line in lines]
    deeds = ["enable-signing", "create-ksk", "make-kms-key", "dnssec-begin"]
    assert sorted(found[True, True]) == sorted(["lock", *deeds, "apply"])
    assert found[False, True] == ["lock"]
    assert found[False, False] == []


def test_turning_round_and_abandoning_is_told(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    scene.later(minutes=10)
    scene.step("enable", NAME, "--yes")
    assert len(told(scene)) == 4, "it only went on"
    scene.step("enable", NAME, "--back", "--yes")
    kinds = [kind for kind, _ in told(scene)]
    assert kinds[4:] == ["dnssec-turn-back", "disable-signing"]
    assert (
        f"{ZONE}: turned round: disable (the way back) from here on"
        in scene.shop.run("history", sandbox=True)[1]
    )


def test_a_rotation_that_is_disabled_is_abandoned_and_one_of_another_machine_taken_over(scene: Scene) -> None:
    scene.enabled()
    scene.step("rotate", NAME, "--yes")
    before = len(told(scene))
    scene.later(minutes=10)
    scene.step("disable", NAME, "--yes")
    kinds = [kind for kind, _ in told(scene)][before:]
    assert kinds == ["dnssec-abandon", "remove-ds"]
    (scene.shop.root / ".psfdns" / "dnssec" / "sandbox" / f"{NAME}.json").unlink()
    scene.later(minutes=10)
    scene.step("disable", NAME, "--yes", "--take-over")
    assert told(scene)[-1] == ("dnssec-take-over", "done")


def test_a_damaged_entry_is_told_and_stops_no_procedure(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    path = folder(scene) / NAME / f"{journal(scene)[1]['id']}.json"
    path.write_text('{"format": "psfdns-dnssec-journal/1", "id": "\\u001b[2J"}')
    entries = scene.shop.document("history", sandbox=True)[1]["entries"]
    assert [entry["state"] for entry in entries] == ["done", "done", "damaged", "done", "done"]
    assert "\x1b" not in scene.shop.run("history", path.stem, sandbox=True)[1]
    scene.later(minutes=10)
    assert scene.step("continue", "--yes")[0] == 0


def test_rollback_does_not_undo_them_and_says_what_does(scene: Scene) -> None:
    scene.enabled()
    for kind, way in (
        ("enable-signing", f"psfdns dnssec disable {NAME} goes back in the safe order"),
        ("add-ds", f"psfdns dnssec disable {NAME} goes back in the safe order"),
    ):
        (entry,) = (each for each in journal(scene) if each["kind"] == kind)
        code, out, err = scene.shop.run("rollback", entry["id"], "--yes", sandbox=True)
        assert (code, out) == (1, "")
        assert f"{entry['id']} is {kind} of {ZONE}" in err
        assert way in err
    assert scene.status()["status"] == "secure"
    code, out, _ = scene.shop.run("rollback", "--yes", sandbox=True)
    assert "undoing apply" in out + _, "without an id it is the newest apply, however new a signing is"


def test_those_of_other_machines_come_from_the_store(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)
    scene.step("enable", NAME, "--yes")
    entries = journal(scene)
    assert [f"journal/dnssec/{NAME}/{entry['id']}.json" for entry in entries] == [
        key for key in sorted(store.objects) if key.startswith("journal/dnssec/")
    ]
    for path in (folder(scene) / NAME).iterdir():
        path.unlink()
    assert told(scene) == BEGUN
    assert {entry["elsewhere"] for entry in journal(scene)} == {True}
    store.fault = unreachable
    code, out, err = scene.shop.run("history", sandbox=True)
    assert (code, "enable-signing" in out) == (0, False)
    assert "changes of signing of other machines may be missing" in err
    scene.later(minutes=10)
    code, _, err = scene.run("disable", NAME, "--yes")
    assert (code, "cannot be reached" in err) == (1, True)
    assert scene.status()["chain"][-1]["keys"] != [], "what cannot be shared is not begun"
    store.fault = lambda _: None
    scene.step("disable", NAME, "--yes")
    assert told(scene)[-2:] == [("dnssec-turn-back", "done"), ("disable-signing", "done")]


def test_an_end_that_the_store_could_not_take_is_sent_by_the_next_command(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)
    enable = SigningSwitch.enable_signing

    def lose_the_store(self: SigningSwitch) -> str | None:
        store.fault = unreachable
        return enable(self)

    monkeypatch.setattr(SigningSwitch, "enable_signing", lose_the_store)
    code, _, err = scene.run("enable", NAME, "--yes")
    assert code == 0
    assert f"the shared journal does not have yet what became of enable-signing of {ZONE}" in err
    assert told(scene) == BEGUN
    (key,) = (f"journal/dnssec/{NAME}/{each['id']}.json" for each in journal(scene)[-1:])
    for command in ("history", "dnssec"):
        store.fault = lambda _: None
        begun = store.get(key)
        assert begun is not None
        assert [each["state"] for each in json.loads(begun.data)["events"]] == ["sending"]
        scene.shop.run(
            *{"history": ["history"], "dnssec": ["dnssec", "continue", "--yes"]}[command], sandbox=True
        )
        ended = store.get(key)
        assert ended is not None
        assert [each["state"] for each in json.loads(ended.data)["events"]] == ["sending", "done"]
        store.put(key, begun.data)
        (folder(scene) / NAME / Path(key).with_suffix(".unsent").name).touch()


def test_a_decision_that_the_disk_did_not_take_stands_in_the_store_and_is_told_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The procedure is open by then: it did not fail."""
    store = MemoryStore()
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)

    def full(_: DeedLedger, __: Entry) -> None:
        raise PsfdnsError("the disk is full")

    with monkeypatch.context() as context:
        context.setattr(DeedLedger, "_write", full)
        assert scene.run("enable", NAME, "--yes")[0] == 1
    (key,) = (key for key in store.objects if key.startswith("journal/dnssec/"))
    assert [each["state"] for each in json.loads(store.objects[key][0])["events"]] == ["done"]
    scene.later(minutes=10)
    assert scene.step("enable", NAME, "--yes")[0] == 0
    assert told(scene) == BEGUN
    assert key in store.objects


def test_a_kill_before_a_deed_is_no_deed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    do = Hands._do

    def deadly(self: Hands, action: Action, record: Record) -> Outcome:
        raise KilledError

    monkeypatch.setattr(Hands, "_do", deadly)
    with pytest.raises(KilledError):
        scene.step("enable", NAME, "--yes")
    assert told(scene) == [BEGUN[0], ("make-kms-key", "interrupted")]
    monkeypatch.setattr(Hands, "_do", do)
    scene.step("continue", "--yes")
    assert told(scene) == [BEGUN[0], ("make-kms-key", "failed"), *BEGUN[1:]]
