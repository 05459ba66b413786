"""`psfdns rollback` from the command line down."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from tests.cli.ground import Ground

BEFORE = (
    "www A 192.0.2.1",
    "gone A 192.0.2.1",
    "to AWS ALIAS A gone $self false",
    'w 60 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=1 identifier="one"',
    'w 60 A 192.0.2.2 ; AWS routing="WEIGHTED" weight=1 identifier="two"',
)
AFTER = (
    "www A 192.0.2.9",
    "new A 192.0.2.1",
    "to AWS ALIAS A new $self false",
    'w 60 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=7 identifier="one"',
)


def raw(ground: Ground) -> list[Any]:
    return [
        ground.call("ListResourceRecordSets", HostedZoneId=zone["Id"])["ResourceRecordSets"]
        for zone in ground.call("ListHostedZones")["HostedZones"]
    ]


@pytest.fixture
def applied(ground: Ground) -> tuple[list[Any], Ground]:
    """What Route 53 held before the newest apply, a mixed one."""
    ground.write("one", "alpha.test", *BEFORE)
    ground.apply()
    first = raw(ground)
    ground.write("one", "alpha.test", *AFTER)
    ground.apply()
    assert raw(ground) != first
    return first, ground


def upsert(ground: Ground, name: str, value: str) -> None:
    """Somebody else."""
    (zone,) = [z["Id"] for z in ground.call("ListHostedZones")["HostedZones"] if z["Name"] == "alpha.test."]
    rrset = {"Name": name, "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": value}]}
    changes = [{"Action": "UPSERT", "ResourceRecordSet": rrset}]
    ground.call("ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch={"Changes": changes})


def test_the_newest_apply_is_undone_to_the_letter(applied: tuple[list[Any], Ground]) -> None:
    first, ground = applied
    code, out, err = ground.run("rollback", "--yes")
    assert (code, raw(ground)) == (0, first)
    assert "2 to create, 3 to update, 1 to DELETE" in out
    assert "the next psfdns apply does it again" in err
    code, out, _ = ground.run("history", "--json")
    newest, undone, _ = json.loads(out)["entries"]
    assert (newest["kind"], newest["undoes"], newest["state"]) == ("rollback", undone["id"], "done")
    assert ground.run("plan", "--detailed-exitcode")[0] == 2, "the files say it still"


def test_undoing_without_an_id_again_undoes_the_undoing(applied: tuple[list[Any], Ground]) -> None:
    ground = applied[1]
    second = raw(ground)
    ground.run("rollback", "--yes")
    code, _, err = ground.run("rollback", "--yes")
    assert code == 0
    assert len(err.splitlines()) == 2
    assert re.match("undoing rollback .*\n.*is done again$", err.strip())
    assert raw(ground) == second


def test_an_entry_can_be_named_and_what_came_later_is_kept_and_named(
    applied: tuple[list[Any], Ground],
) -> None:
    first, ground = applied
    upsert(ground, "www.alpha.test.", "192.0.2.66")
    code, out, err = ground.run("rollback", "--yes", "--json", "-q")
    assert code == 1
    assert "kept: www.alpha.test. A: was changed since by somebody else" in err
    document = json.loads(out)
    assert document["format"] == "psfdns-apply/1"
    assert [(one["zone"], one["name"], one["type"]) for one in document["kept"]] == [
        ("alpha.test.", "www.alpha.test.", "A")
    ]
    now = {
        json.dumps([r["Name"], r["Type"], r.get("SetIdentifier")]): r for zone in raw(ground) for r in zone
    }
    then = {json.dumps([r["Name"], r["Type"], r.get("SetIdentifier")]): r for zone in first for r in zone}
    differing = [key for key in now.keys() | then.keys() if now.get(key) != then.get(key)]
    assert differing == ['["www.alpha.test.", "A", null]']
    assert now[differing[0]]["ResourceRecords"] == [{"Value": "192.0.2.66"}]


def test_the_files_may_be_broken(applied: tuple[list[Any], Ground]) -> None:
    first, ground = applied
    ground.write("one", "alpha.test", "www A not-an-address", "( unfinished")
    (ground.root / "zones" / "two" / "tenant.toml").write_text("= broken")
    code = ground.run("rollback", "--yes")[0]
    assert (code, raw(ground)) == (0, first)


def test_without_a_terminal_nothing_is_undone_unless_yes_is_said(applied: tuple[list[Any], Ground]) -> None:
    ground = applied[1]
    before = raw(ground)
    code, _, err = ground.run("rollback")
    assert (code, raw(ground)) == (1, before)
    assert "no terminal to ask on" in err


def test_guards_hold_for_undoing_too(applied: tuple[list[Any], Ground]) -> None:
    first, ground = applied
    before = raw(ground)
    path = ground.root / "zones" / "one" / "tenant.toml"
    path.write_text(path.read_text() + '[zones."alpha.test"]\nprotect = ["ww* A"]\n')
    code, _, err = ground.run("rollback", "--yes")
    assert (code, raw(ground)) == (1, before)
    assert "--allow protected=alpha.test" in err
    assert ground.run("rollback", "--yes", "--allow", "protected=alpha.test")[0] == 0
    assert raw(ground) == first


def test_a_zone_that_was_made_stays_and_is_named(ground: Ground) -> None:
    ground.apply()
    before = raw(ground)
    code, _, err = ground.run("rollback", "--yes")
    assert (code, raw(ground)) == (1, before)
    assert "psfdns zone delete alpha.test" in err
    assert "psfdns zone delete beta.test" in err


def test_there_may_be_nothing_to_undo(ground: Ground) -> None:
    code, out, err = ground.run("rollback", "--yes")
    assert (code, out) == (1, "")
    assert "there is nothing to undo" in err


def test_what_was_undone_already_is_nothing_to_do(applied: tuple[list[Any], Ground]) -> None:
    first, ground = applied
    entry = json.loads(ground.run("history", "--json")[1])["entries"][0]["id"]
    assert ground.run("rollback", entry, "--yes")[0] == 0
    code, out, _ = ground.run("rollback", entry)
    assert (code, "nothing to do" in out) == (0, True)
    assert raw(ground) == first


def test_an_entry_of_another_account_or_a_damaged_one_is_refused(applied: tuple[list[Any], Ground]) -> None:
    ground = applied[1]
    entry = json.loads(ground.run("history", "--json")[1])["entries"][0]["id"]
    path = ground.root / ".psfdns" / "journal" / entry / "entry.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "account": "123456789012"}))
    code, _, err = ground.run("rollback", entry, "--yes")
    assert (code, "was applied to 123456789012; this is sandbox" in err) == (1, True)
    path.write_text("{")
    code, _, err = ground.run("rollback", entry, "--yes")
    assert (code, "cannot be undone: entry.json cannot be read" in err) == (1, True)


def test_the_commit_to_revert_is_named(ground: Ground) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.net", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *who, *words], cwd=ground.root, check=True, capture_output=True, text=True
        ).stdout

    ground.apply()
    ground.write("one", "alpha.test", "www A 192.0.2.9", "@ TXT hello")
    git("init", "-q")
    git("add", "zones", "psfdns.toml")
    git("commit", "-qm", "x")
    ground.apply()
    err = ground.run("rollback", "--yes")[2]
    assert f"git revert {git('rev-parse', 'HEAD').strip()}" in err


def test_the_comment_comes_back(ground: Ground) -> None:
    path = ground.root / "zones" / "one" / "tenant.toml"
    plain = path.read_text()
    path.write_text(plain + '[zones."alpha.test"]\ncomment = "one"\n')
    ground.apply()
    path.write_text(plain + '[zones."alpha.test"]\ncomment = "two"\n')
    ground.apply()
    assert ground.run("rollback", "--yes")[0] == 0
    zones = ground.call("ListHostedZones")["HostedZones"]
    assert "one" in [zone["Config"].get("Comment") for zone in zones]


def test_what_is_undone_is_named_and_undoing_a_rollback_is_said_to_do_it_again(
    applied: tuple[list[Any], Ground],
) -> None:
    _, ground = applied
    after = raw(ground)
    newest = json.loads(ground.run("history", "--json")[1])["entries"][0]["id"]
    _, _, first = ground.run("rollback", "--yes")
    assert f"undoing apply {newest}: " in first
    assert "is done again" not in first
    _, _, second = ground.run("rollback", "--yes")
    assert "undoing rollback " in second
    assert f"that was a rollback: what {newest} did is done again" in second
    assert raw(ground) == after
