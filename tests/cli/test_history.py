"""`psfdns history`, and what plan and apply say of an apply that was cut short."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.cli.clocks import set_clock
from tests.cli.ground import Ground
from tests.cli.registry import NOW, Registry, in_days
from tests.stores import BUCKET, MemoryStore, playing_s3, unreachable


def documents(ground: Ground, *words: str) -> list[dict[str, Any]]:
    code, out, _ = ground.run("history", "--json", *words)
    assert code == 0
    document = json.loads(out)
    assert document["format"] == "psfdns-history/1"
    entries: list[dict[str, Any]] = document["entries"]
    return entries


def change(ground: Ground) -> str:
    """Two applies, the second of one zone: one created, one changed, one deleted."""
    ground.write("one", "alpha.test", "www A 192.0.2.1", "old A 192.0.2.1", "@ TXT hello")
    ground.apply()
    ground.write("one", "alpha.test", "www A 192.0.2.9", "new A 192.0.2.1", "@ TXT hello")
    (zone,) = ground.apply("--allow", "many-changes")["zones"]
    return str(zone["journal"])


def test_an_empty_journal_says_so_and_is_not_made(ground: Ground) -> None:
    assert ground.run("history") == (0, "The journal is empty: nothing was applied from here.\n", "")
    assert documents(ground) == []
    assert not (ground.root / ".psfdns" / "journal").exists()


def test_history_lists_who_when_from_what_and_how_many_the_newest_first(ground: Ground) -> None:
    newest = change(ground)
    code, out, err = ground.run("history")
    assert (code, err) == (0, "")
    header, first, second = out.splitlines()
    assert header.split() == ["ID", "WHEN", "(UTC)", "WHO", "COMMIT", "CHANGES", "STATE", "ZONES"]
    assert first.startswith(newest)
    assert "+1 ~1 -1  done   alpha.test." in first
    assert "+4 ~0 -0  done   alpha.test., beta.test." in second
    entry = documents(ground)[0]
    assert entry["id"] == newest
    assert entry["summary"] == entry["made"] == {"create": 1, "update": 1, "delete": 1}
    assert (entry["account"], entry["who"]["aws"], entry["kind"]) == ("sandbox", None, "apply")
    assert (entry["zones"][0]["batches"], entry["zones"][0]["batches_planned"]) == (1, 1)


def test_history_of_one_shows_every_change_and_request(ground: Ground) -> None:
    newest, out = change(ground), ""
    for text in (newest, newest[:18], newest[-4:]):
        code, out, err = ground.run("history", text)
        assert (code, err) == (0, "")
    assert out.startswith(f"{newest}: done\n")
    for line in ("  - old.alpha.test. A", "      - 192.0.2.1", "      + 192.0.2.9", "  + new.alpha.test. A"):
        assert line in out.splitlines()
    (entry,) = documents(ground, newest)
    assert [each["fate"] for each in entry["zones"][0]["changes"]] == ["done"] * 3
    (step,) = entry["zones"][0]["steps"]
    assert (step["name"], step["fate"]) == ("batch", "done")


def test_history_can_be_narrowed(ground: Ground) -> None:
    change(ground)
    assert len(documents(ground, "--limit", "1")) == 1
    assert len(documents(ground, "--limit", "0")) == 2
    assert len(documents(ground, "--zone", "BETA.test")) == 1
    assert len(documents(ground, "--zone", "alpha.test.", "--zone", "beta.test")) == 2
    assert documents(ground, "--zone", "unheard-of.test") == []


def test_an_unknown_entry_is_an_error(ground: Ground) -> None:
    change(ground)
    code, out, err = ground.run("history", "1999")
    assert (code, out) == (1, "")
    assert "no entry '1999'" in err
    assert "psfdns history lists them" in err


def test_a_damaged_entry_is_listed_and_stops_nothing(ground: Ground) -> None:
    newest = change(ground)
    folder = ground.root / ".psfdns" / "journal" / newest
    (folder / "entry.json").write_text('{"format": "psfdns-journal/1", "id": "\x1b[2J"')
    code, out, err = ground.run("history")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split()[:2] == [newest, "damaged"]
    assert ground.run("history", newest)[0] == 0
    assert documents(ground, newest)[0]["state"] == "damaged"
    assert ground.run("plan")[0] == 0


def test_text_of_an_entry_moves_no_cursor(ground: Ground) -> None:
    newest = change(ground)
    path = ground.root / ".psfdns" / "journal" / newest / "entry.json"
    document = json.loads(path.read_text())
    document["who"] = {"aws": "\x1b[31m", "user": "\x1b[2Juser", "host": "h\nforged"}
    document["commit"] = "\x9b1mdead"
    path.write_text(json.dumps(document))
    for words in (("history",), ("history", newest)):
        out = ground.run(*words)[1]
        assert not any(char in out for char in "\x1b\x9b")
        assert "\nforged" not in out


KILLED = """
    import os, signal, sys
    import psfdns.aws.route53 as door
    from psfdns.cli.main import run
    call = door.AwsApi.call
    def count(self, action, doing, /, **parameters):
        if action == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(self, action, doing, **parameters)
    door.AwsApi.call = count
    run(["--sandbox", "apply", "alpha.test", "--yes", "--no-wait", "--verify", "off"])
"""


def kill(ground: Ground, action: str) -> None:
    """An apply that kill -9 ends right before a request is sent."""
    words = [sys.executable, "-c", textwrap.dedent(KILLED), action]
    done = subprocess.run(words, cwd=ground.root, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("CreateHostedZone", "0 of 1 request made, 0 of 2 record sets"),
        ("ChangeTagsForResource", "0 of 1 request made, 0 of 2 record sets"),
        ("ChangeResourceRecordSets", "0 of 1 request made, 0 of 2 record sets, 2 not known"),
    ],
)
def test_what_kill_9_left_is_told_until_an_apply_has_brought_it_in_order(
    ground: Ground, action: str, told: str
) -> None:
    kill(ground, action)
    err = ""
    for words in (("plan",), ("history",), ("-q", "history", "--json")):
        err = ground.run(*words)[2]
        assert "was cut short" in err
        assert "psfdns apply brings these zones in order" in err
    assert documents(ground)[0]["state"] == "interrupted"
    assert told in err
    code, _, err = ground.run("apply", "--yes")
    assert code == 0
    assert "was cut short" in err
    assert ground.run("plan", "--detailed-exitcode")[0] == 0
    assert ground.run("history")[2] == ""
    assert [entry["state"] for entry in documents(ground)] == ["done", "settled"]


def test_what_was_cut_short_after_its_last_request_is_settled_by_an_apply_with_nothing_to_do(
    ground: Ground,
) -> None:
    ground.apply()
    (newest,) = (ground.root / ".psfdns" / "journal").glob("2*")
    events = newest / "events.jsonl"
    events.write_bytes(b"".join(events.read_bytes().splitlines(keepends=True)[:-1]))
    assert "was cut short" in ground.run("plan")[2]
    for _ in range(2):
        code, out, _ = ground.run("apply", "alpha.test")
        assert (code, "nothing to do" in out) == (0, True)
    assert "was cut short" in ground.run("plan")[2], "the other zone of it has not been looked at"
    ground.run("apply")
    assert ground.run("plan")[2] == ""
    assert [entry["state"] for entry in documents(ground)] == ["done", "done", "settled"]
    assert ground.run("apply")[2] == ""
    assert len(documents(ground)) == 3, "what is settled once needs no entry any more"


def test_entries_of_other_machines_are_shown(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox keeps to itself; here its journal is put where S3 is, by hand."""
    newest = change(ground)
    with playing_s3() as moto:
        store = moto.open("dns")
        folder = ground.root / ".psfdns" / "journal" / newest
        for name in ("entry.json", "events.jsonl"):
            store.put(f"journal/{newest}/{name}", (folder / name).read_bytes())
        monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)
        other = tmp_path / "other"
        other.mkdir()
        (other / "psfdns.toml").write_text(f'[journal]\ns3 = "s3://{BUCKET}/dns"\n')
        code, out, err = ground.run("--config", str(other / "psfdns.toml"), "history")
    assert (code, err) == (0, "")
    assert newest in out


def test_a_store_that_cannot_be_asked_is_said_and_the_rest_shown(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = change(ground)
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: MemoryStore(fault=unreachable))
    code, out, err = ground.run("history")
    assert (code, newest in out) == (0, True)
    assert "cannot be reached; entries of other machines may be missing" in err


def test_an_apply_is_in_the_bucket_too_or_is_not_begun(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore(fault=lambda action: unreachable(action) if action == "put" else None)
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)
    code, _, err = ground.run("apply", "--yes")
    assert (code, ground.live()) == (1, [])
    assert "cannot be reached" in err
    assert [entry["state"] for entry in documents(ground)] == ["failed"]
    store.fault = lambda _: None
    entry = ground.apply()["zones"][0]["journal"]
    assert {key for key in store.objects if entry in key} == {
        f"journal/{entry}/entry.json",
        f"journal/{entry}/events.jsonl",
    }
    assert len(store.list("journal/")) == 4, "the one that was not begun is sent later too"


def test_history_needs_no_boto3(ground: Ground) -> None:
    change(ground)
    program = "import sys; from psfdns.cli.main import run; run(['history']); print('boto3' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ground.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.fixture
def ordered(registry: Registry) -> Registry:
    """Two orders for a domain at Gandi, and one for another."""
    registry.claim("one", "ours.test", 'registrar = "gandi"')
    registry.claim("one", "sub.ours.test", 'registrar = "none"')
    registry.claim("one", "more.test", 'registrar = "gandi"')
    for name in ("ours.test", "more.test"):
        registry.gandi.add(name, in_days(100))
    assert registry.run("domains", "lock", "ours.test", "--off", "--yes", "--wait", "0")[0] == 0
    assert registry.run("domains", "autorenew", "more.test", "--off", "--yes", "--wait", "0")[0] == 0
    return registry


def orders(world: Registry, *words: str) -> list[dict[str, Any]]:
    code, document = world.document("history", *words)
    assert (code, document["format"]) == (0, "psfdns-history/1")
    return list(document["entries"])


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    moment = NOW + datetime.timedelta(minutes=minutes)
    set_clock(monkeypatch, lambda: moment)


def test_orders_at_the_registrar_stand_among_the_applies(
    ordered: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 1)
    assert ordered.run("apply", "--yes", "-q", "--no-wait", sandbox=True)[0] == 0
    later(monkeypatch, 2)
    assert ordered.run("domains", "renew", "ours.test", "--yes", "--wait", "0")[0] == 0
    found = orders(ordered)
    assert [entry["kind"] for entry in found][:2] == ["renew", "apply"]
    assert sorted(entry["kind"] for entry in found[2:]) == ["autorenew", "lock"]
    keys = {key for key in found[1] if key != "order"}
    assert all(keys <= set(entry) for entry in found)
    assert (found[0]["order"]["domain"], found[1]["order"]) == ("ours.test.", None)
    assert found[0]["order"]["after"]["years"] == 1
    assert [event["state"] for event in found[0]["order"]["events"]][-1] == found[0]["state"] == "done"
    assert found[0]["zones"] == []

    lines = ordered.run("history")[1].splitlines()
    assert lines[1].endswith("done (renew)      ours.test.: renewed for 1 year")
    assert any(line.endswith("ours.test.: unlocked") for line in lines)
    assert any(line.endswith("more.test.: automatic renewal off") for line in lines)
    assert [entry["kind"] for entry in orders(ordered, "--limit", "1")] == ["renew"]
    assert [entry["kind"] for entry in orders(ordered, "--zone", "sub.ours.test")] == [
        "renew",
        "apply",
        "lock",
    ]
    assert [entry["kind"] for entry in orders(ordered, "--zone", "more.test")] == ["apply", "autorenew"]


def test_one_order_is_shown_whole_by_a_part_of_its_id(ordered: Registry) -> None:
    (lock,) = (entry for entry in orders(ordered) if entry["kind"] == "lock")
    for text in (lock["id"], lock["id"][-8:]):
        code, out, err = ordered.run("history", text)
        assert (code, err) == (0, "")
        assert out.startswith(f"{lock['id']}: done\n  what:      lock of ours.test.\n")
        assert "\n  locked: yes -> no\n" in out
        assert " sending\n" in out
    assert ordered.run("history", "20261128T")[0] == 1
    assert "there is no entry" in ordered.run("history", "0000000z")[2]


def test_a_damaged_order_is_told_and_the_others_are_listed(ordered: Registry) -> None:
    folder = ordered.root / ".psfdns" / "journal" / "registrar" / "ours.test"
    (path,) = (each for each in folder.glob("*.json"))
    path.write_text('{"format": "psfdns-registrar-journal/1", "id": "\\u001b[2J"}')
    found = orders(ordered)
    assert [(entry["state"], entry["id"]) for entry in found if "kind" not in entry] == [
        ("damaged", path.stem)
    ]
    assert len(found) == 2
    assert "damaged" in ordered.run("history")[1]
    assert "\x1b" not in ordered.run("history", path.stem)[1]


def test_in_the_sandbox_only_orders_at_a_stand_in_are_listed(ordered: Registry) -> None:
    assert len(ordered.document("history", sandbox=True)[1]["entries"]) == 2
    text = (ordered.root / "psfdns.toml").read_text()
    (ordered.root / "psfdns.toml").write_text(text.replace(ordered.gandi.url, "https://api.gandi.example/v5"))
    assert ordered.document("history", sandbox=True)[1]["entries"] == []
    assert len(orders(ordered)) == 2


def test_orders_of_other_machines_come_from_the_store(
    ordered: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    (lock,) = (entry for entry in orders(ordered) if entry["kind"] == "lock")
    folder = ordered.root / ".psfdns" / "journal" / "registrar" / "ours.test"
    path = folder / f"{lock['id']}.json"
    store.put(f"journal/registrar/ours.test/{path.name}", path.read_bytes())
    path.unlink()
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)
    found = {entry["kind"]: entry["elsewhere"] for entry in orders(ordered)}
    assert found == {"lock": True, "autorenew": False}
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: MemoryStore(fault=unreachable))
    code, out, err = ordered.run("history")
    assert (code, "lock" in out, "autorenew" in out) == (0, False, True)
    assert "orders of other machines may be missing" in err
