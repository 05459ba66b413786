"""`plan --out` and `apply --plan`: what was reviewed is what is done, and a file is never the authority."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psfdns.plans.document import digest_document
from tests.cli.checks import git
from tests.cli.ground import Ground


@pytest.fixture
def reviewed(ground: Ground) -> Ground:
    """Zones that were applied, an edit of one, and the plan of that edit in plan.json."""
    ground.apply()
    ground.write("one", "alpha.test", "www A 192.0.2.7", "@ TXT hello")
    assert ground.run("plan", "--out", "plan.json")[0] == 0
    return ground


def write_by_hand(ground: Ground, name: str, value: str) -> None:
    zones = {zone["Name"]: zone["Id"] for zone in ground.call("ListHostedZones")["HostedZones"]}
    rrset = {"Name": name, "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
    ground.call("ChangeResourceRecordSets", HostedZoneId=zones["alpha.test."], ChangeBatch=batch)


def forge(path: Path, **changed: Any) -> None:
    """Edit a plan file as somebody would who knows how to compute its digest."""
    document = {**json.loads(path.read_text()), **changed}
    document["digest"] = digest_document(document)
    path.write_text(json.dumps(document))


def test_what_was_reviewed_is_done(reviewed: Ground) -> None:
    code, out, err = reviewed.run("apply", "--plan", "plan.json", "--yes", "--no-wait")
    assert (code, err) == (0, "")
    assert "update www.alpha.test. A" in out
    assert "www.alpha.test. A 192.0.2.7" in reviewed.live()
    code, out, err = reviewed.run("apply", "--plan", "plan.json")
    assert code == 0
    assert "1 of 1 changes of the plan stand already" in err


def test_a_plan_asks_too(reviewed: Ground) -> None:
    code, _, err = reviewed.run("apply", "--plan", "plan.json")
    assert code == 1
    assert "there is no terminal to ask on" in err


def test_a_plan_file_is_its_owners_alone(reviewed: Ground) -> None:
    assert (reviewed.root / "plan.json").stat().st_mode & 0o777 == 0o600


def test_a_record_set_that_moved_since_refuses_and_both_values_are_shown(reviewed: Ground) -> None:
    write_by_hand(reviewed, "www.alpha.test.", "203.0.113.1")
    code, _, err = reviewed.run("apply", "--plan", "plan.json", "--yes")
    assert code == 1
    assert "zones/one/alpha.test.zone:2: error: www.alpha.test. A: was 192.0.2.1 (TTL 300)" in err
    assert "is 203.0.113.1 (TTL 5) now" in err
    assert "www.alpha.test. A 203.0.113.1" in reviewed.live()


def test_a_live_change_elsewhere_survives_and_is_told(reviewed: Ground) -> None:
    write_by_hand(reviewed, "elsewhere.alpha.test.", "203.0.113.1")
    code, _, err = reviewed.run("apply", "--plan", "plan.json", "--yes", "--no-wait")
    assert code == 0
    assert "left as it is: elsewhere.alpha.test. A" in err
    assert {"www.alpha.test. A 192.0.2.7", "elsewhere.alpha.test. A 203.0.113.1"} <= set(reviewed.live())


def test_files_that_changed_since_refuse(reviewed: Ground) -> None:
    reviewed.write("one", "alpha.test", "www A 192.0.2.8", "@ TXT hello")
    code, _, err = reviewed.run("apply", "--plan", "plan.json", "--yes")
    assert code == 1
    assert "its zone file says something else since the plan was made" in err


def test_a_forged_plan_can_do_nothing_that_the_files_do_not_want(reviewed: Ground) -> None:
    path = reviewed.root / "plan.json"
    zones = json.loads(path.read_text())["zones"]
    evil = {**zones[0]["changes"][0], "action": "create", "name": "evil.alpha.test.", "before": None}
    zones[0]["changes"] = [evil]
    forge(path, zones=zones)
    before = reviewed.live()
    code, _, _ = reviewed.run("apply", "--plan", "plan.json", "--yes", "--no-wait")
    assert code == 0
    assert reviewed.live() == before


def test_a_plan_of_another_account_refuses(reviewed: Ground) -> None:
    forge(reviewed.root / "plan.json", account="123456789012")
    code, _, err = reviewed.run("apply", "--plan", "plan.json", "--yes")
    assert code == 1
    assert "the plan was made for 123456789012; this is sandbox" in err


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace("192.0.2.7", "192.0.2.66"), "its digest does not match"),
        (
            lambda text: text.replace("psfdns-plan/1", "psfdns-plan/2"),
            "not a plan file of format psfdns-plan/1",
        ),
        (lambda text: text[:-100], "not JSON"),
        (lambda _: "[]", "not a plan file"),
    ],
)
def test_a_damaged_file_refuses(reviewed: Ground, damage: Any, words: str) -> None:
    path = reviewed.root / "plan.json"
    path.write_text(damage(path.read_text()))
    before = reviewed.live()
    code, _, err = reviewed.run("apply", "--plan", "plan.json", "--yes")
    assert code == 1
    assert words in err
    assert reviewed.live() == before


@pytest.mark.parametrize("path", ["missing.json", "zones", "/dev/zero"])
def test_what_is_no_file_refuses(reviewed: Ground, path: str) -> None:
    code, _, err = reviewed.run("apply", "--plan", path, "--yes")
    assert code == 1
    assert f"--plan {path}" in err


def test_a_zone_named_beside_the_plan_narrows_it(reviewed: Ground) -> None:
    code, out, _ = reviewed.run("apply", "beta.test", "--plan", "plan.json", "--yes")
    assert code == 0
    assert "nothing to do" in out
    assert "www.alpha.test. A 192.0.2.1" in reviewed.live()


def test_a_zone_that_the_plan_does_not_hold_is_no_silent_nothing(reviewed: Ground) -> None:
    assert reviewed.run("plan", "alpha.test", "--out", "one.json")[0] == 0
    code, _, err = reviewed.run("apply", "beta.test", "--plan", "one.json", "--yes")
    assert code == 1
    assert "the plan holds none of the zones meant" in err


def test_a_plan_of_another_digest_than_the_reviewed_one_is_not_applied(ground: Ground) -> None:
    _, out, _ = ground.run("plan", "--json")
    digest = json.loads(out)["digest"]
    ground.write("two", "beta.test", "www A 192.0.2.66")
    code, _, err = ground.run("apply", "--yes", "--digest", digest)
    assert code == 1
    assert "[other-digest]" in err
    assert ground.live() == []
    ground.write("two", "beta.test", "www A 192.0.2.3")
    assert ground.run("apply", "--yes", "--no-wait", "--digest", digest)[0] == 0
    assert len(ground.live()) == 3


def test_a_saved_plan_takes_no_second_digest(ground: Ground) -> None:
    ground.run("plan", "--out", "plan.json")
    assert ground.run("apply", "--yes", "--plan", "plan.json", "--digest", "sha256:0")[0] == 64
    assert ground.run("apply", "--yes", "--plan", "plan.json", "--changed-since", "main")[0] == 64


def test_a_merged_change_is_applied_by_the_digest_that_its_plan_had(ground: Ground) -> None:
    git(ground.root, "init", "-q", "-b", "main")
    (ground.root / ".gitignore").write_text(".psfdns\n")
    git(ground.root, "add", ".")
    git(ground.root, "commit", "-qm", "one")
    ground.run("apply", "--yes", "--no-wait")
    git(ground.root, "switch", "-qc", "topic")
    ground.write("two", "beta.test", "www A 192.0.2.66")
    git(ground.root, "commit", "-qam", "two")
    _, out, _ = ground.run("plan", "--json", "--changed-since", "main")
    git(ground.root, "switch", "-q", "main")
    git(ground.root, "merge", "-q", "--no-ff", "-m", "merged", "topic")
    ground.write("one", "alpha.test", "www A 192.0.2.9")
    git(ground.root, "commit", "-qam", "not reviewed")
    git(ground.root, "switch", "-q", "--detach", "HEAD^1")
    words = ("--changed-since", "HEAD^1", "--digest", json.loads(out)["digest"])
    assert ground.run("apply", "--yes", "--no-wait", *words)[0] == 0
    assert "www.beta.test. A 192.0.2.66" in ground.live()
