"""A repository at GitHub with tenants, their forks and pull requests, and the workflows that run for them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.tenants.test_change import BASE, tenant
from tests.workflows.machine import REPOSITORY, Job, Machine

BOT = "github-actions[bot]"
OWN = "zones/french/fr.snakes.example.zone"
ZONE = BASE[OWN]
CONFIG = '[route53]\naccounts = ["sandbox"]\n[journal]\ns3 = "s3://bucket/psfdns"\n'
FILES = {**BASE, "psfdns.toml": CONFIG}
PLAN_ROLE = "arn:aws:iam::123456789012:role/psfdns-plan"
APPLY_ROLE = "arn:aws:iam::123456789012:role/psfdns-apply"


def git(root: Path, *words: str) -> str:
    identity = ["-c", "user.name=T", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Scene:
    """`work` is somebody's clone, in which all commits are made."""

    def __init__(self, root: Path, files: Mapping[str, str] = FILES) -> None:
        self.machine = Machine(root)
        self.work = root / "work"
        if not self.work.exists():
            self._begin(root, files)

    def _begin(self, root: Path, files: Mapping[str, str]) -> None:
        self.work.mkdir()
        git(self.work, "init", "--quiet", "--initial-branch=main")
        self.write(files)
        self.commit("base")
        git(root, "clone", "--quiet", "--bare", str(self.work), str(self.machine.server))
        git(self.machine.server, "config", "uploadpack.allowAnySHA1InWant", "true")
        # Relative, so that a copy pushes to its own.
        git(self.work, "remote", "add", "origin", f"../{self.machine.server.name}")

    def copy_to(self, root: Path) -> Scene:
        """The same in another folder, which is there and empty."""
        shutil.copytree(self.machine.root, root, symlinks=True, dirs_exist_ok=True)
        copied = Scene(root)
        copied.machine.variables.update(self.machine.variables)
        return copied

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            place = self.work / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                place.unlink()
            else:
                place.write_text(text)

    def commit(self, message: str) -> str:
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.work, "rev-parse", "HEAD")

    @property
    def main(self) -> str:
        return git(self.machine.server, "rev-parse", "main")

    def read_github(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(self.machine.github.read_text())
        return known

    def change_github(self, known: dict[str, Any]) -> None:
        self.machine.github.write_text(json.dumps(known))

    @property
    def comments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read_github()["comments"]
        return found

    @property
    def statuses(self) -> list[tuple[str, str]]:
        return [(each["context"], each["state"]) for each in self.read_github()["statuses"]]

    def say(self, number: int, login: str, body: str) -> None:
        """Somebody's comment."""
        known = self.read_github()
        comment = {"id": 1 + len(known["comments"]), "number": number, "user": {"login": login}, "body": body}
        known["comments"].append(comment)
        self.change_github(known)

    def open(
        self,
        files: Mapping[str, str | None],
        *,
        author: str = "vipere",
        fork: str = "vipere/dns",
        branch: str = "change",
    ) -> PullRequest:
        """A pull request: `fork` may be the repository itself."""
        git(self.work, "checkout", "--quiet", "--detach", self.main)
        self.write(files)
        sha = self.commit("please")
        known = self.read_github()
        number = 1 + len(known["pulls"])
        git(self.work, "push", "--quiet", "origin", f"{sha}:refs/pull/{number}/head")
        known["pulls"].append(
            {
                "number": number,
                "state": "open",
                "merged_at": None,
                "merge_commit_sha": "0" * 40,
                "user": {"login": author},
                "base": {"ref": "main", "sha": self.main},
                "head": {"ref": branch, "sha": sha, "repo": {"full_name": fork, "id": 5}},
            }
        )
        self.change_github(known)
        return PullRequest(self, number)


class PullRequest:
    """One pull request, and what happens to it."""

    def __init__(self, scene: Scene, number: int) -> None:
        self.scene = scene
        self.number = number

    @property
    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = self.scene.read_github()["pulls"][self.number - 1]
        return found

    def check(self) -> Job:
        """What check.yml of the base says of it."""
        facts = {"event": {"pull_request": self.about}, "sha": self.about["head"]["sha"]}
        return self.scene.machine.play("check", "pull_request", facts)["check"]

    def plan(
        self,
        *,
        conclusion: str = "success",
        sha: str | None = None,
        meanwhile: Mapping[str, str | None] | None = None,
    ) -> dict[str, Job]:
        """What plan.yml does after a run of check.yml; `sha` is what that run was for.

        `meanwhile` is pushed when the plan is made and the comment not yet posted.
        """
        head = self.about["head"]
        repository = head["repo"] | {"owner": {"login": head["repo"]["full_name"].split("/")[0]}}
        run = {
            "event": "pull_request",
            "conclusion": conclusion,
            "head_repository": repository,
            "head_branch": head["ref"],
            "head_sha": sha or head["sha"],
        }
        facts = {"event": {"workflow_run": run}, "sha": self.scene.main}
        machine = self.scene.machine
        if meanwhile is not None:
            machine.between["comment"] = lambda: self.push(meanwhile, amend=True)
        return machine.play("plan", "workflow_run", facts)

    def push(self, files: Mapping[str, str | None], *, amend: bool = False) -> str:
        """Another commit, or with `amend` another in its place; the new head."""
        scene = self.scene
        git(scene.work, "checkout", "--quiet", "--detach", self.about["head"]["sha"])
        if amend:
            git(scene.work, "reset", "--quiet", "--hard", "HEAD^")
        scene.write(files)
        sha = scene.commit("again")
        git(scene.work, "push", "--quiet", "--force", "origin", f"{sha}:refs/pull/{self.number}/head")
        known = scene.read_github()
        known["pulls"][self.number - 1]["head"]["sha"] = sha
        scene.change_github(known)
        return sha

    def merge(self) -> dict[str, Any]:
        """Merge it; what the event `push` says of that."""
        scene, before = self.scene, self.scene.main
        git(scene.work, "checkout", "--quiet", "--detach", before)
        git(scene.work, "merge", "--quiet", "--no-ff", "--message", "Merge", self.about["head"]["sha"])
        after = git(scene.work, "rev-parse", "HEAD")
        git(scene.work, "push", "--quiet", "origin", f"{after}:refs/heads/main")
        known = scene.read_github()
        known["pulls"][self.number - 1] |= {
            "state": "closed",
            "merged_at": "2026-11-20T18:00:00Z",
            "merge_commit_sha": after,
        }
        scene.change_github(known)
        return {"event": {"before": before}, "sha": after, "ref": "refs/heads/main"}

    def apply(self, pushed: dict[str, Any]) -> dict[str, Job]:
        """What apply.yml does after the push."""
        return self.scene.machine.play("apply", "push", pushed)


def with_roles(scene: Scene) -> Scene:
    """The same, with roles set, and the account as the base has it."""
    scene.machine.variables.update(PSFDNS_PLAN_ROLE=PLAN_ROLE, PSFDNS_APPLY_ROLE=APPLY_ROLE)
    fill_account(scene)
    return scene


def fill_account(scene: Scene, *, at: str = "main") -> None:
    """Somebody applies a revision by hand."""
    git(scene.work, "checkout", "--quiet", "--detach", scene.main if at == "main" else at)
    (scene.work / ".psfdns").symlink_to(scene.machine.account)
    subprocess.run(
        ["psfdns", "--sandbox", "--quiet", "--json", "apply", "--yes"],
        cwd=scene.work,
        env=scene.machine.environment(),
        check=True,
        capture_output=True,
        timeout=60,
    )
    (scene.work / ".psfdns").unlink()


__all__ = ["BOT", "FILES", "OWN", "REPOSITORY", "ZONE", "PullRequest", "Scene", "tenant", "with_roles"]
