"""`psfdns plan` on a repository and the embedded Route 53, from the command line down."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run
from psfdns.plans.document import parse_document
from tests.cli.ground import Ground


class PlanGround(Ground):
    """The small repository, with a zone of a Unicode name besides."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(root, capsys)
        self.write("one", "xn--bcher-kva.test", "www A 192.0.2.2")

    def plan(self, *words: str) -> dict[str, Any]:
        code, out, err = self.run("plan", "--json", *words)
        assert (code, err) == (0, "")
        document: dict[str, Any] = json.loads(out)
        return document

    def refused(self, *words: str) -> list[str]:
        """The codes of the guards that refuse."""
        code, out, _ = self.run("plan", "--json", *words)
        assert code == 0
        return [finding["code"] for finding in json.loads(out)["refused"]]

    def names(self, *words: str) -> list[str]:
        return [zone["name"] for zone in self.plan(*words)["zones"]]


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> PlanGround:
    monkeypatch.chdir(tmp_path)
    return PlanGround(tmp_path, capsys)


def test_zones_still_to_be_created_are_planned_with_all_their_records(ground: PlanGround) -> None:
    document = ground.plan()
    assert document["summary"] == {"create": 4, "update": 0, "delete": 0, "zones_create": 3}
    assert [(zone["name"], zone["tenant"], zone["action"]) for zone in document["zones"]] == [
        ("alpha.test.", "one", "create"),
        ("beta.test.", "two", "create"),
        ("xn--bcher-kva.test.", "one", "create"),
    ]
    assert document["account"] == "sandbox"
    assert document["refused"] == []


def test_after_apply_a_plan_is_empty_and_one_edit_is_one_change_at_its_line(ground: PlanGround) -> None:
    ground.apply()
    assert ground.run("plan", "--detailed-exitcode")[:2] == (0, "Plan: nothing to do: 3 zones in sync.\n")
    ground.write("one", "alpha.test", "www A 192.0.2.9", "@ TXT hello")
    code, out, err = ground.run("plan", "--detailed-exitcode")
    assert (code, err) == (2, "")
    assert "~ update www.alpha.test. A  zones/one/alpha.test.zone:2" in out
    assert "- 192.0.2.1\n      + 192.0.2.9\n" in out
    assert "Plan: record sets: 1 to update; 2 zones in sync.\n" in out
    assert ground.run("plan")[0] == 0


@pytest.mark.parametrize(
    ("words", "zones"),
    [
        (["alpha.test"], ["alpha.test."]),
        (["ALPHA.Test.", "beta.test"], ["alpha.test.", "beta.test."]),
        (["bücher.test"], ["xn--bcher-kva.test."]),
        (["--tenant", "two"], ["beta.test."]),
        (["--tenant", "two", "alpha.test"], []),
    ],
)
def test_zones_are_selected_by_name_and_tenant(
    ground: PlanGround, words: list[str], zones: list[str]
) -> None:
    assert ground.names(*words) == zones


@pytest.mark.parametrize(
    "words", [["gamma.test"], ["--tenant", "three"], ["--format", "xml"], ["--nonsense"]]
)
def test_what_is_unknown_is_wrong_usage(ground: PlanGround, words: list[str]) -> None:
    code, out, err = ground.run("plan", *words)
    assert (code, out) == (64, "")
    assert err


def test_a_broken_file_is_an_error_at_its_line_and_the_others_are_planned(ground: PlanGround) -> None:
    ground.write("one", "alpha.test", "www A 192.0.2.1", "bad A 192.0.2.300")
    code, out, _ = ground.run("plan", "--detailed-exitcode")
    assert code == 1
    assert "zones/one/alpha.test.zone:3: error: " in out
    assert "+ create www.beta.test. A" in out
    code, out, _ = ground.run("plan", "--json")
    document = json.loads(out)
    assert code == 1
    assert [(zone["name"], zone["action"], len(zone["changes"])) for zone in document["zones"]] == [
        ("alpha.test.", "error", 0),
        ("beta.test.", "create", 1),
        ("xn--bcher-kva.test.", "create", 1),
    ]
    assert document["zones"][0]["findings"][0]["line"] == 3


def test_what_a_new_record_silences_is_among_the_risks(ground: PlanGround) -> None:
    ground.write("two", "beta.test", "www A 192.0.2.3 ; psfdns: ignore=some-code")
    (zone,) = ground.plan("beta.test")["zones"]
    (found,) = [finding for finding in zone["findings"] if finding["code"] == "new-suppression"]
    assert (found["severity"], found["path"], found["line"]) == ("info", "zones/two/beta.test.zone", 2)
    assert "some-code" in found["summary"]
    markdown = ground.run("plan", "beta.test", "--format", "markdown")[1]
    risks = markdown[markdown.index("### Look here first") : markdown.index("| | record set")]
    assert "new-suppression" in risks


def test_a_refusal_is_said_and_does_not_change_the_exit_code(ground: PlanGround) -> None:
    ground.apply()
    ground.write("two", "beta.test")
    code, out, _ = ground.run("plan")
    assert code == 0
    assert "beta.test.: no record set would be left of 1 [zone-emptied]" in out
    assert "hint: --allow zone-emptied=beta.test\n" in out
    assert [no["code"] for no in ground.plan()["refused"]] == ["zone-emptied"]


def test_an_account_that_may_not_be_written_to_is_said_once(ground: PlanGround) -> None:
    (ground.root / "psfdns.toml").write_text('[route53]\naccounts = ["111122223333"]\n')
    document = ground.plan()
    assert [(no["zone"], no["code"]) for no in document["refused"]] == [
        (name, "account") for name in ("alpha.test.", "beta.test.", "xn--bcher-kva.test.")
    ]
    assert ground.run("plan")[1].count("[account]") == 1


def test_a_zone_without_a_file_is_named_as_unmanaged(ground: PlanGround) -> None:
    ground.apply()
    (ground.root / "zones/two/beta.test.zone").unlink()
    assert [zone["name"] for zone in ground.plan()["unmanaged_zones"]] == ["beta.test."]
    selected = ground.plan("alpha.test")["unmanaged_zones"]
    assert [zone["name"] for zone in selected] == ["beta.test."], "zones not asked for are still managed"


def test_the_plan_is_kept_in_a_file_for_its_owner_alone(ground: PlanGround) -> None:
    out = ground.root / "plan.json"
    out.write_text("old")
    out.chmod(0o644)
    shown = ground.plan("--out", str(out))
    plan, kept = parse_document(out.read_text())
    assert kept == shown
    assert [zone.origin for zone in plan.zones] == ["alpha.test.", "beta.test.", "xn--bcher-kva.test."]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(path.name for path in ground.root.glob("*plan.json*")) == ["plan.json"]


def test_a_plan_that_cannot_be_kept_is_an_error_in_words(ground: PlanGround) -> None:
    code, out, err = ground.run("plan", "--out", "missing/plan.json")
    assert (code, out) == (1, "")
    assert err == "error: missing/plan.json could not be written: No such file or directory\n"


def test_the_same_plan_has_the_same_digest(ground: PlanGround) -> None:
    assert ground.plan()["digest"] == ground.plan()["digest"]


def test_markdown_for_a_pull_request(ground: PlanGround) -> None:
    code, out, err = ground.run("plan", "--format", "markdown")
    assert (code, err) == (0, "")
    assert out.startswith("## Plan: 3 zones to create; record sets: 4 to create\n")
    assert "| `+` | `www.beta.test. A` |" in out


def test_json_and_another_format_exclude_each_other(ground: PlanGround) -> None:
    assert ground.run("plan", "--json", "--format", "text")[0] == 64


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=Liaison", "-c", "user.email=dns@example.net", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def history(ground: PlanGround) -> Ground:
    """The ground as a git repository with one commit."""
    (ground.root / ".gitignore").write_text(".psfdns/\n")
    git(ground.root, "init", "-q", "-b", "main")
    git(ground.root, "add", "-A")
    git(ground.root, "commit", "-q", "-m", "first")
    return ground


def test_the_commit_is_named_and_dirty_where_files_differ(history: PlanGround) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=history.root, capture_output=True, check=True)
    commit = head.stdout.decode().strip()
    assert history.plan()["commit"] == commit
    (history.root / "notes.txt").write_text("no matter")
    assert history.plan()["commit"] == commit
    history.write("one", "new.test", "www A 192.0.2.1")
    assert history.plan()["commit"] == f"{commit}+dirty"


def test_outside_git_there_is_no_commit(ground: PlanGround) -> None:
    assert ground.plan()["commit"] is None


def test_zones_changed_since_a_revision_are_planned_alone(history: PlanGround) -> None:
    assert history.names("--changed-since", "main") == []
    history.write("two", "beta.test", "www A 192.0.2.4")
    assert history.names("--changed-since", "main") == ["beta.test."], "the working tree counts"
    git(history.root, "switch", "-q", "-c", "topic")
    git(history.root, "commit", "-q", "-am", "second")
    assert history.names("--changed-since", "main") == ["beta.test."], "and so do commits"
    git(history.root, "switch", "-q", "main")
    history.write("one", "alpha.test", "www A 192.0.2.7")
    git(history.root, "commit", "-q", "-am", "elsewhere")
    git(history.root, "switch", "-q", "topic")
    assert history.names("--changed-since", "main") == ["beta.test."], "against the merge base"
    with (history.root / "zones/one/tenant.toml").open("a") as file:
        file.write("# a setting may concern every zone\n")
    assert history.names("--changed-since", "main") == ["alpha.test.", "beta.test.", "xn--bcher-kva.test."]


def test_who_owns_a_zone_and_what_is_protected_is_read_from_the_revision(history: PlanGround) -> None:
    history.run("apply", "--yes", "--no-wait")
    assert history.refused("--changed-since", "main") == []
    tenant = history.root / "zones/two/tenant.toml"
    tenant.write_text(tenant.read_text() + '[zones."beta.test"]\nprotect = ["www A"]\n')
    git(history.root, "commit", "-q", "-am", "guarded")
    git(history.root, "switch", "-q", "-c", "topic")
    tenant.write_text(tenant.read_text().replace("www", "ftp"))
    history.write("two", "beta.test", "www A 192.0.2.66")
    assert history.refused() == []
    assert history.refused("--changed-since", "main") == ["protected"]
    (history.root / "zones/two/beta.test.zone").rename(history.root / "zones/one/beta.test.zone")
    assert history.refused() == []
    assert history.refused("--changed-since", "main") == ["protected", "other-tenant"]


@pytest.mark.parametrize("revision", ["nosuch", "--help", "-x", ""])
def test_an_unknown_revision_is_an_error(history: PlanGround, revision: str) -> None:
    code, out, err = history.run("plan", f"--changed-since={revision}")
    assert (code, out) == (1, "")
    assert err.startswith("error: ")


def test_without_an_account_there_is_a_hint(ground: PlanGround, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(ground.root / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(ground.root / "none"))
    assert run(["plan"]) == 1
    captured = ground._capsys.readouterr()
    assert captured.out == ""
    assert "hint: " in captured.err
    assert "--sandbox" in captured.err


def test_a_plan_is_not_written_in_the_place_of_a_pipe_or_a_device(ground: PlanGround, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    code, _, err = ground.run("plan", "--out", str(pipe))

    assert (code, pipe.is_fifo()) == (1, True)
    assert f"error: {pipe} could not be written: not a regular file" in err


def test_markdown_is_cut_where_it_is_told_to_be(ground: Ground) -> None:
    ground.write("one", "alpha.test", *(f'h{number} TXT "{"x" * 200}"' for number in range(400)))
    lengths = {
        limit: len(ground.run("plan", "--format", "markdown", "--limit", limit)[1])
        for limit in ("5000", "65536", "0")
    }
    usual = len(ground.run("plan", "--format", "markdown")[1])
    assert lengths["5000"] <= 5000 < lengths["65536"] == usual <= 65_536 < lengths["0"]
    assert ground.run("plan", "--limit", "5000")[0] == 64
