"""The commit at hand, and what changed since a revision, as git tells it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from psfdns.errors import PsfdnsError

_TIME_LIMIT = 60
"""Seconds for one git command."""

_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false")
"""No command that the repository's configuration names is run."""


_SUBMODULE = b"160000 "
"""The mode of an entry of the index (gitformat-index(5))."""

_PLANNED_FROM = ("zones", "certs", "psfdns.toml")
"""Whatever else lies about makes no commit dirty."""


def look_up_commit(root: Path) -> str | None:
    """HEAD, with `+dirty` where the files that plans are made from differ; None where git knows none."""
    try:
        commit = run_git(root, "rev-parse", "--verify", "--quiet", "HEAD").decode("ascii").strip()
        differing = run_git(root, "status", "--porcelain", "--", *_PLANNED_FROM)
    except PsfdnsError:
        return None
    return f"{commit}+dirty" if differing else commit


def look_up_subject(root: Path, commit: str | None) -> str | None:
    """The subject line of a commit (`+dirty` is passed over); None where git does not know it."""
    if commit is None:
        return None
    try:
        said = run_git(root, "log", "-1", "--format=%s", "--end-of-options", commit.partition("+")[0])
    except PsfdnsError:
        return None
    return said.decode("utf-8", "replace").strip() or None


def changed_paths(root: Path, revision: str) -> set[str]:
    """The files that differ from the merge base with `revision`, relative to `root`.

    Deleted, uncommitted and untracked files count; what lies beside or above `root` begins with `../`.
    Raises PsfdnsError for an unknown revision, and where there is no git or no common history.
    """
    base = find_merge_base(root, revision)
    options = ("--name-only", "--no-renames", "--no-ext-diff", "--no-relative", "--ignore-submodules=none")
    differing = run_git(root, "diff", *options, "-z", base, "--")
    untracked = run_git(root, "ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/")
    prefix = os.fsdecode(run_git(root, "rev-parse", "--show-prefix")).removesuffix("\n")
    names = {os.fsdecode(name) for name in (differing + untracked).split(b"\0") if name}
    return {os.path.relpath(name, prefix or ".") for name in names}


def find_submodules(root: Path) -> set[str]:
    """What of zones/ and certs/ is a commit of another repository, by its path. Raises PsfdnsError."""
    listed = run_git(root, "ls-files", "--stage", "-z", "--", "zones", "certs").split(b"\0")
    return {os.fsdecode(line.partition(b"\t")[2]) for line in listed if line.startswith(_SUBMODULE)}


def find_merge_base(root: Path, revision: str) -> str:
    """The commit where HEAD and `revision` parted. Raises PsfdnsError as `changed_paths` does.

    Where they were merged crosswise there are several, and what a merge brings is then told by none of
    them alone: a branch could be made so that the difference to one of them hides what it undoes.
    """
    known = find_commit(root, revision)
    try:
        bases = run_git(root, "merge-base", "--all", known, "HEAD").decode("ascii").split()
    except _GitFailedError as error:
        hint = "a shallow clone lacks it: git fetch --unshallow"
        raise PsfdnsError(f"{revision!r} and HEAD have no common history here", hint=hint) from error
    if len(bases) > 1:
        summary = f"{revision!r} and HEAD parted at {len(bases)} commits, so what HEAD changes is not certain"
        raise PsfdnsError(summary, hint=f"merge {revision} into the branch, or rebase the branch on it")
    return bases[0]


def find_commit(root: Path, revision: str) -> str:
    """The commit that a revision means. Raises PsfdnsError where this clone knows none of that name."""
    commit = f"{revision}^{{commit}}"
    try:
        known = run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", commit)
    except _GitFailedError as error:
        if error.words:
            raise PsfdnsError(f"git: {error.words}") from error
        hint = "name a branch, tag or commit that this clone has, such as origin/main"
        raise PsfdnsError(f"{revision!r} is no revision of this repository", hint=hint) from error
    return os.fsdecode(known).strip()


class _GitFailedError(PsfdnsError):
    """git ended with an error; `words` is the last line that it said."""

    def __init__(self, doing: str, words: str) -> None:
        super().__init__(f"git {doing} failed: {words or 'without a word'}")
        self.words = words


def run_git(root: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What git says to these arguments; raises PsfdnsError with its last line where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments without a shell
            [*_GIT, *arguments], cwd=root, input=stdin, capture_output=True, check=False, timeout=_TIME_LIMIT
        )
    except FileNotFoundError as error:
        raise PsfdnsError("git is not installed", hint="--changed-since asks git what changed") from error
    except subprocess.TimeoutExpired as error:
        raise PsfdnsError(f"git {arguments[0]} took more than {_TIME_LIMIT} seconds") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _GitFailedError(arguments[0], said[-1] if said else "")
    return done.stdout
