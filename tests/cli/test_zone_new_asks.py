"""`psfdns zone new` on a terminal: what is missing is asked for, and judged before the next question."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.cli.ground import Ground

SECONDS = 30.0


def converse(root: Path, words: Iterable[str], answers: Iterable[tuple[str, str]]) -> tuple[int, str]:
    """Run it on a terminal; each answer is typed once its prompt stands there. (Exit code, all shown.)"""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "psfdns.cli.main", "zone", "new", *words]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=root, close_fds=True)
    os.close(slave)
    shown, seen = "", 0
    until = time.monotonic() + SECONDS
    left = list(answers)
    try:
        while time.monotonic() < until:
            if left and left[0][0] in shown[seen:]:
                seen = len(shown)
                os.write(master, left.pop(0)[1].encode() + b"\n")
            if select.select([master], [], [], 0.05)[0]:
                try:
                    shown += os.read(master, 4096).decode()
                except OSError:
                    break
            elif process.poll() is not None:
                break
        assert not left, f"never asked: {left[0][0]}\n{shown}"
        return process.wait(SECONDS), shown.replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_everything_is_asked_for_and_a_wrong_answer_again(ground: Ground) -> None:
    code, shown = converse(
        ground.root,
        (),
        [
            ("The name of the zone", "a..b"),
            ("Error: ", "PyLadies.example"),
            ("Here are: one, two.", "../x"),
            ("Error: ", "pyladies"),
            ("Who the tenant is", "   "),
            ("Error: name must be one line of text", "PyLadies"),
            ("What the tenant is. One of psf, working-group, community-organisation.", "club"),
            ("Error: kind must be one of", "community-organisation"),
            ("The decision", "Board resolution, 2026-03-11"),
            ("Who pays", "tenant"),
            ("of somebody to talk to", "web"),
            ("Error: write", "Web team <web@pyladies.example> @octocat"),
            ("Another one", "Second <two@example>"),
            ("Error: 'two@example' is not an e-mail address", "Second <two@example.net>"),
            ("Another one", ""),
        ],
    )

    assert code == 0, shown
    assert "created  zones/pyladies/pyladies.example.zone" in shown
    said = tomllib.loads((ground.root / "zones/pyladies/tenant.toml").read_text())
    assert (said["name"], said["kind"], said["billing"]) == ("PyLadies", "community-organisation", "tenant")
    assert [liaison["name"] for liaison in said["liaison"]] == ["Web team", "Second"]
    assert ground.run("check", "zones/pyladies")[0] == 0


def test_only_what_is_missing_is_asked_for(ground: Ground) -> None:
    code, shown = converse(ground.root, ("new.test",), [("Whose it is", "one")])

    assert code == 0
    assert "Who the tenant is" not in shown


@pytest.mark.parametrize("name", ["alpha.test", "low.alpha.test", "co.uk", "example.com"])
def test_a_name_that_cannot_be_is_refused_before_more_is_asked(ground: Ground, name: str) -> None:
    code, shown = converse(ground.root, (name,), [("Whose it is", "three")])

    assert code == 1
    assert "Who the tenant is" not in shown
    assert "is not made" in shown


def test_whoever_ends_the_conversation_leaves_nothing(ground: Ground) -> None:
    code, shown = converse(ground.root, ("new.test", "--tenant", "three"), [("Who the tenant is", "\x04")])

    assert (code, "stopped" in shown) == (1, True)
    assert not (ground.root / "zones/three").exists()


def test_what_is_typed_cannot_move_the_cursor(ground: Ground) -> None:
    code, shown = converse(
        ground.root,
        ("other.test",),
        [("Whose it is", "\x1b[2Jx"), ("Error: a tenant's folder is named", "one")],
    )
    assert code == 0
    assert "\x1b" not in shown
