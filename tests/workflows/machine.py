"""A workflow of .github/workflows, played here: its own `run:` scripts by bash, with a GitHub beside it.

What other people's actions do is played in a few lines each: a checkout is a fetch of one commit, an
artifact is a folder, and to become a role is to be let at the embedded Route 53 that stands for the account.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from tests.oracles import require, run_environment
from tests.workflows.expressions import evaluate, fill

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
REPOSITORY = "psf/dns"
ALWAYS = "'yes' == 'yes'"
FAKE_GH = Path(__file__).with_name("fake_gh.py")


def load_workflow(name: str) -> dict[str, Any]:
    """The workflow; YAML 1.1 reads its key `on` as True."""
    found: dict[str, Any] = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
    return found


@dataclass
class Job:
    """What became of a job: success, failure or skipped; what it printed; what it hands on."""

    result: str
    printed: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


class Machine:
    """Plays workflows against a server (a bare repository), a GitHub (a JSON file) and an account.

    `became` are the roles that were taken; `between` is done once before the job of that name. A root
    that has all that already is used as it is.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.server = root / "server.git"
        self.github = root / "github.json"
        self.account = root / "account"
        self.variables = {"PSFDNS_PLAN_ROLE": "", "PSFDNS_APPLY_ROLE": ""}
        self.became: list[str] = []
        self.between: dict[str, Callable[[], object]] = {}
        self._runs = 0
        self._bin = root / "bin"
        if not self.account.exists():
            self.account.mkdir()
            self.github.write_text(json.dumps({"pulls": [], "comments": [], "statuses": []}))
            self._lay_out_programs()

    def play(self, name: str, event: str, facts: dict[str, Any], **inputs: str) -> dict[str, Job]:
        """Run all jobs of a workflow in their order, each on a machine of its own."""
        workflow = load_workflow(name)
        known = {
            "github": {
                "repository": REPOSITORY,
                "server_url": "https://github.example",
                "run_id": "77",
                "token": "token of the job",
                "event_name": event,
                **facts,
            },
            "vars": self.variables,
            "inputs": {key: inputs.get(key, "") for key in ("digest", "since", "allow")},
        }
        self._runs += 1
        jobs: dict[str, Job] = {}
        for key, job in workflow["jobs"].items():
            self.between.pop(key, lambda: None)()
            jobs[key] = self._play_job(key, job, known, jobs)
        return jobs

    def _play_job(self, key: str, job: dict[str, Any], known: dict[str, Any], done: dict[str, Job]) -> Job:
        needed = job.get("needs", [])
        needs = [needed] if isinstance(needed, str) else needed
        facts = known | {
            "needs": {
                each: {"result": done[each].result, "outputs": _Outputs(done[each].outputs)} for each in needs
            }
        }
        condition = str(job.get("if", ALWAYS))
        failed = any(done[each].result != "success" for each in needs)
        if (failed and "always()" not in condition) or not evaluate(condition, facts):
            return Job("skipped")
        folder = self.root / f"run{self._runs}-{key}"
        folder.mkdir()
        return _Player(self, folder, job, facts).play()

    def environment(self) -> dict[str, str]:
        """What GitHub sets for every step, and our programs."""
        path = f"{self._bin}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("AWS_", "COVERAGE_", "COV_"))
        }
        return kept | {
            "PATH": path,
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
            "GITHUB_REPOSITORY": REPOSITORY,
            "FAKE_GITHUB": str(self.github),
        }

    def _lay_out_programs(self) -> None:
        """`gh` that is ours, and `jq` with the libraries that it needs where it was unpacked."""
        self._bin.mkdir()
        jq = require("jq")
        libraries = run_environment(jq).get("LD_LIBRARY_PATH", "")
        _write_program(self._bin / "gh", f'exec "{sys.executable}" "{FAKE_GH}" "$@"')
        _write_program(self._bin / "jq", f'LD_LIBRARY_PATH="{libraries}" exec "{jq}" "$@"')


class _Outputs(dict[str, str]):
    """Outputs that were not set are empty."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return ""


def _write_program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


class _Player:
    """One job."""

    def __init__(self, machine: Machine, folder: Path, job: dict[str, Any], facts: dict[str, Any]) -> None:
        self._machine = machine
        self._folder = folder
        self._job = job
        self._steps: dict[str, dict[str, Any]] = {}
        self._facts = facts | {"steps": _Steps(self._steps)}
        self._extra: dict[str, str] = {}
        self._printed = ""

    def play(self) -> Job:
        failed = False
        for step in self._job["steps"]:
            condition = str(step.get("if", ALWAYS))
            if (failed and "always()" not in condition) or not evaluate(condition, self._facts):
                continue
            failed = not self._play_step(step) or failed
        outputs = {key: fill(value, self._facts) for key, value in self._job.get("outputs", {}).items()}
        return Job("failure" if failed else "success", self._printed, outputs)

    def _play_step(self, step: dict[str, Any]) -> bool:
        if "run" in step:
            return self._run(step)
        action = step["uses"].partition("@")[0]
        ACTIONS[action](
            self, {key: fill(str(value), self._facts) for key, value in step.get("with", {}).items()}
        )
        return True

    def _run(self, step: dict[str, Any]) -> bool:
        said = self._folder / "output"
        said.write_text("")
        variables = {key: fill(str(value), self._facts) for key, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self._folder,
            env=self._machine.environment() | self._about(said) | self._extra | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        self._printed += done.stdout
        if "id" in step:
            lines = [line.partition("=") for line in said.read_text().splitlines()]
            self._steps[step["id"]] = {"outputs": _Outputs({key: value for key, _, value in lines})}
        return done.returncode == 0

    def _about(self, said: Path) -> dict[str, str]:
        return {
            "GITHUB_OUTPUT": str(said),
            "GITHUB_STEP_SUMMARY": str(self._folder / "summary.md"),
            "GITHUB_EVENT_NAME": self._facts["github"]["event_name"],
            "FAKE_PERMISSIONS": json.dumps(self._job.get("permissions", {})),
        }

    def check_out(self, given: dict[str, str]) -> None:
        """As actions/checkout does: the one commit, or with depth 0 all branches too."""
        place, server = self._folder / given["path"], self._machine.server.as_uri()
        ref = given.get("ref") or self._facts["github"]["sha"]
        depth = [] if given.get("fetch-depth") == "0" else ["--depth=1"]
        branches = [] if depth else ["+refs/heads/*:refs/remotes/origin/*"]
        for words in (
            ("init", "--quiet", str(place)),
            ("-C", str(place), "fetch", "--quiet", *depth, server, *branches, ref),
            ("-C", str(place), "-c", "advice.detachedHead=false", "checkout", "--quiet", ref),
        ):
            subprocess.run(["git", *words], check=True, capture_output=True, timeout=60)
        assert given["persist-credentials"] == "False"

    def install(self, given: dict[str, str]) -> None:
        """psfdns is installed here already; from what folder it would have been is what counts."""
        assert given["from"] in {"base", "main"}
        assert (self._folder / given["from"] / "psfdns.toml").is_file()

    def become(self, given: dict[str, str]) -> None:
        """The account is the embedded Route 53 that all runs share."""
        assert self._job["permissions"]["id-token"] == "write"
        self._machine.became.append(given["role-to-assume"])
        self._extra["PSFDNS_SANDBOX"] = "1"
        for name in ("base", "main"):
            if (self._folder / name).is_dir():
                (self._folder / name / ".psfdns").symlink_to(self._machine.account)

    def hand_on(self, given: dict[str, str]) -> None:
        shutil.copytree(
            self._folder / given["path"], self._artifact(given["name"]), dirs_exist_ok=True, symlinks=True
        )

    def take(self, given: dict[str, str]) -> None:
        shutil.copytree(self._artifact(given["name"]), self._folder / given["path"])

    def _artifact(self, name: str) -> Path:
        return self._folder.with_name(f"{self._folder.name.partition('-')[0]}-artifact-{name}")


class _Steps(dict[str, Any]):
    """Steps that were skipped have no outputs."""

    def __init__(self, known: dict[str, dict[str, Any]]) -> None:
        super().__init__()
        self._known = known

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> Any:
        return self._known.get(key, {"outputs": _Outputs()})


ACTIONS = {
    "actions/checkout": _Player.check_out,
    "./base/.github/actions/psfdns": _Player.install,
    "./main/.github/actions/psfdns": _Player.install,
    "aws-actions/configure-aws-credentials": _Player.become,
    "actions/upload-artifact": _Player.hand_on,
    "actions/download-artifact": _Player.take,
}
