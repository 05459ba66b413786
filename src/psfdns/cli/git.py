"""What git knows of the repository: the commit, and which files differ from a revision.

Git is asked as a program; nothing that a commit holds is run or followed by it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from psfdns.errors import PsfdnsError

WATCHED = ("zones", "certs", "psfdns.toml")
"""What a plan is made from; whatever else lies about makes no commit dirty."""


def look_up_commit(folder: Path) -> str | None:
    """HEAD, with `+dirty` where the files of a plan differ from it; None outside a git repository."""
    try:
        commit = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD").strip()
        status = _git(folder, "status", "--porcelain", "--", *WATCHED)
    except PsfdnsError:
        return None
    return f"{commit}+dirty" if status else commit


def list_changed(folder: Path, revision: str) -> frozenset[str]:
    """The files below `folder`, relative to it, that differ from the merge base with `revision`.

    The working tree counts, files that git does not know yet too; a renamed file is there by both of
    its names. Raises PsfdnsError where the revision, or git, is unknown.
    """
    commit = _resolve(folder, revision)
    try:
        base = _git(folder, "merge-base", commit, "HEAD").strip()
    except PsfdnsError as error:
        raise PsfdnsError(
            f"--changed-since {revision}: no commit in common with HEAD",
            hint="a shallow clone lacks it: git fetch --unshallow",
        ) from error
    changed = _git(folder, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z", base)
    unknown = _git(folder, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(path for path in (changed + unknown).split("\0") if path)


def _resolve(folder: Path, revision: str) -> str:
    try:
        text = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except PsfdnsError as error:
        if error.__cause__ is None:
            raise
        raise PsfdnsError(
            f"--changed-since {revision}: git knows no such revision here",
            hint="a branch that was not fetched is written with its remote: origin/main",
        ) from error
    return text.strip()


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; raises PsfdnsError with git's words, caused by its exit code if it could be run."""
    # core.fsmonitor would run a program of the repository's configuration.
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - a fixed program, no shell
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip() or f"exit code {error.returncode}"
        raise PsfdnsError(f"git {arguments[0]}: {words}") from error
    except OSError:
        raise PsfdnsError("git could not be run", hint="install git") from None
    return done.stdout.decode(errors="surrogateescape")
