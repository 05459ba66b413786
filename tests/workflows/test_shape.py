"""What must hold for every workflow: pins, permissions, no expression in a script, and what linters say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.workflows.machine import ROOT, WORKFLOWS, load_workflow

GITHUB = ROOT / ".github"
FILES = sorted([*WORKFLOWS.glob("*.yml"), *GITHUB.glob("actions/*/action.yml")])
USES = re.compile(r"^ +(?:- )?uses: (.*)$", re.MULTILINE)
NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.yml"))

PERMISSIONS = {
    ("check", "check"): {},
    ("plan", "find"): {"pull-requests": "read"},
    ("plan", "plan"): {"contents": "read", "id-token": "write"},
    ("plan", "comment"): {"pull-requests": "write"},
    ("plan", "status"): {"statuses": "write"},
    ("apply", "find"): {"contents": "read", "pull-requests": "read"},
    ("apply", "apply"): {"contents": "read", "id-token": "write"},
    ("apply", "report"): {"pull-requests": "write"},
    ("drift", "drift"): {"contents": "read", "id-token": "write"},
    ("tests", "tests"): {"contents": "read"},
}
"""All that any job may do."""


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name in NAMES:
        for key, job in load_workflow(name)["jobs"].items():
            yield name, key, job


def steps(path: Path) -> Iterator[dict[str, Any]]:
    text = yaml.safe_load(path.read_text())
    for job in [text["runs"]] if "runs" in text else text["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_every_action_is_pinned_to_a_commit_and_says_which_version_that_is(path: Path) -> None:
    used = USES.findall(path.read_text())
    foreign = [each for each in used if not each.startswith("./")]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in foreign), (
        foreign
    )
    assert {each for each in used if each.startswith("./")} <= {
        "./base/.github/actions/psfdns",
        "./main/.github/actions/psfdns",
    }


def test_one_action_has_one_commit_everywhere() -> None:
    used = {each for path in FILES for each in USES.findall(path.read_text()) if each[0] != "."}
    assert len({each.partition("@")[0] for each in used}) == len(used)


def test_a_job_may_do_what_it_needs_and_nothing_else() -> None:
    assert all(load_workflow(name)["permissions"] == {} for name in NAMES)
    assert {(name, key): job.get("permissions", {}) for name, key, job in jobs()} == PERMISSIONS


def test_who_may_write_at_github_sees_no_file_of_a_pull_request_and_no_role() -> None:
    for name, key, job in jobs():
        if "write" in {level for scope, level in job.get("permissions", {}).items() if scope != "id-token"}:
            text = json.dumps(job)
            assert "checkout" not in text, (name, key)
            assert "aws" not in text, (name, key)
            assert "psfdns --" not in text, (name, key)


def test_every_job_ends_by_itself() -> None:
    assert all(0 < job["timeout-minutes"] <= 60 for _, _, job in jobs())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    assert not [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_no_secret_is_named_and_no_cache_is_used(path: Path) -> None:
    text = path.read_text()
    assert "secrets." not in text
    assert "actions/cache" not in text
    assert not [step for step in steps(path) if "cache" in step.get("with", {})]
    assert "pull_request_target" not in text


def test_what_is_checked_out_keeps_no_credentials() -> None:
    checkouts = [step for path in FILES for step in steps(path) if "actions/checkout" in step.get("uses", "")]
    assert len(checkouts) == 7
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    heads = [step["with"] for step in checkouts if step["with"].get("path") == "head"]
    assert len(heads) == 2
    assert all(
        (each["fetch-depth"], each["submodules"], each["lfs"]) == (0, False, False)
        and each["ref"].endswith(("head.sha }}", "head_sha }}"))
        for each in heads
    )


def test_nothing_below_head_is_run() -> None:
    for name in ("check", "plan"):
        for step in steps(WORKFLOWS / f"{name}.yml"):
            words = step.get("run", "") + step.get("uses", "")
            assert not re.search(r"\bhead/|\bcd head|--config[= ]head", words), step


def test_only_production_applies_and_only_in_turn() -> None:
    with_environment = [(name, key, job["environment"]) for name, key, job in jobs() if "environment" in job]
    assert with_environment == [("apply", "apply", "production")]
    assert load_workflow("apply")["concurrency"] == {
        "group": "apply",
        "cancel-in-progress": False,
        "queue": "max",
    }


def test_plan_runs_for_the_workflow_that_checks() -> None:
    # YAML 1.1 reads `on` as True.
    triggers: dict[Any, Any] = dict(load_workflow("plan"))
    assert triggers[True] == {
        "workflow_run": {"workflows": [load_workflow("check")["name"]], "types": ["completed"]}
    }


def run_tool(*words: str | Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / words[0]
    return subprocess.run(
        [tool, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_zizmor_has_nothing_to_say() -> None:
    done = run_tool("zizmor", "--offline", "--no-progress", "--persona", "pedantic", "--quiet", ".github")
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_would_have_something_to_say(tmp_path: Path) -> None:
    workflow = tmp_path / "x.yml"
    workflow.write_text((WORKFLOWS / "check.yml").read_text().replace('"$AUTHOR"', "${{ github.head_ref }}"))
    assert "template-injection" in run_tool("zizmor", "--offline", "--no-progress", workflow).stdout


def test_each_exception_for_zizmor_says_why() -> None:
    ignored = [
        (path.name, lines[number - 1].strip())
        for path in FILES
        for lines in [path.read_text().splitlines()]
        for number, line in enumerate(lines)
        if "zizmor: ignore" in line
    ]
    assert [name for name, _ in ignored] == ["plan.yml"]
    assert all(before.startswith("#") for _, before in ignored)
    rules = yaml.safe_load((GITHUB / "zizmor.yml").read_text())["rules"]
    assert list(rules) == ["self-repository"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_github_would_understand_the_file(path: Path) -> None:
    schema = "vendor.github-actions" if path.name == "action.yml" else "vendor.github-workflows"
    done = run_tool("check-jsonschema", "--builtin-schema", schema, path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_bash_understands_every_script(path: Path) -> None:
    for step in steps(path):
        if "run" in step:
            subprocess.run(["bash", "-n", "-c", step["run"]], check=True, capture_output=True)
