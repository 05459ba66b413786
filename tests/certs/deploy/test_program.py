"""`type = "exec"`: certbot's environment, nothing else of ours, and an end in time whatever it does."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.deploy.parcel import Arrival
from psfdns.certs.deploy.program import KEPT_OUTPUT, SHOWN, _run, run_hook
from psfdns.certs.settings import TargetType
from psfdns.errors import DeployError
from tests.certs.deploy.parcels import SET, key_text, parcel, target

OURS = {"PATH": "/usr/bin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "FASTLY_API_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret", "PSFDNS_ROOT": "/x"}  # fmt: skip


def run(*command: str, environment: dict[str, str] | None = None, **settings: Any) -> Arrival:
    hook = target(TargetType.EXEC, command=command, **settings)
    return run_hook(hook, parcel(), OURS if environment is None else environment)


def sh(script: str, **settings: Any) -> Arrival:
    return run("/bin/sh", "-c", script, **settings)


def fault_of(script: str, **settings: Any) -> str:
    with pytest.raises(DeployError) as caught:
        sh(script, **settings)
    return str(caught.value)


def test_it_sees_what_certbots_deploy_hooks_see_and_no_secret_of_ours() -> None:
    script = "import json, os; print(json.dumps([dict(os.environ), os.getcwd()]))"
    environment, folder = json.loads(run(sys.executable, "-I", "-c", script).remark)
    for added in ("LC_CTYPE", "PWD", "SHLVL", "_"):
        environment.pop(added, None)
    assert environment == {
        "PATH": "/usr/bin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "RENEWED_LINEAGE": "/srv/certs/live/a.example",
        "RENEWED_DOMAINS": "a.example *.a.example",
    }
    assert folder == "/"


def test_without_a_path_of_ours_it_has_the_usual_one() -> None:
    assert "/usr/sbin" in sh("echo $PATH", environment={}).remark


def test_no_shell_reads_the_words() -> None:
    assert run("/bin/echo", "$HOME; `id`", "*").remark == "$HOME; `id` *"


def test_it_has_no_input() -> None:
    assert sh("cat; echo end").remark == "end"


ENDS = {
    "exit 3": "/bin/sh: ended with exit code 3",
    "echo one; echo two >&2; exit 1": "/bin/sh: ended with exit code 1:\none\ntwo",
    "echo one; exit 1": "/bin/sh: ended with exit code 1: one",
    "kill -TERM $$": "/bin/sh: was ended by SIGTERM",
    "kill -40 $$": "/bin/sh: was ended by signal 40",
}


@pytest.mark.parametrize("script", ENDS)
def test_another_end_than_0_is_a_failure_that_is_said(script: str) -> None:
    assert fault_of(script) == ENDS[script]


PROGRAMS = {"missing": "No such file or directory", "plain": "Permission denied", "odd": "Exec format error"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_cannot_be_run_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    (tmp_path / "odd").write_text("nothing that a kernel knows")
    (tmp_path / "odd").chmod(0o700)
    with pytest.raises(DeployError) as caught:
        run(str(tmp_path / name))
    assert str(caught.value) == f"{tmp_path / name}: cannot be run: {PROGRAMS[name]}"


def test_one_that_hangs_is_ended_with_all_that_it_has_begun(tmp_path: Path) -> None:
    script = f"sleep 900 & echo $! > {tmp_path}/child; echo waiting; trap '' TERM; sleep 900"
    assert fault_of(script, timeout=1) == "/bin/sh: was ended after 1 seconds: waiting"
    assert ends(int((tmp_path / "child").read_text()))


def ends(process: int) -> bool:
    """Whether it is gone within ten seconds: what is killed dies when it has its turn."""
    for _ in range(1000):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_what_it_leaves_behind_does_not_hold_us_up(tmp_path: Path) -> None:
    remark = sh(f"sleep 900 & echo $! > {tmp_path}/child; echo done", timeout=30).remark
    os.kill(int((tmp_path / "child").read_text()), 9)
    assert remark == "done"


def test_of_huge_output_the_end_is_kept() -> None:
    script = f"head -c {KEPT_OUTPUT * 20} /dev/zero | tr '\\0' x; echo; echo the end; exit 1"
    assert len(_run(("/bin/sh", "-c", script), OURS, seconds=60).output) == KEPT_OUTPUT
    fault = fault_of(script)
    assert fault.endswith("the end")
    assert len(fault) < SHOWN + 60
    assert ":\n…x" in fault


@pytest.mark.parametrize("code", [0, 1])
def test_one_that_prints_the_key_is_not_quoted(code: int) -> None:
    script = f'printf "%s\\n" "{SET.key.decode()}" "{key_text()}" hello; exit {code}'
    said = sh(script).remark if code == 0 else fault_of(script)
    assert "***" in said
    assert "hello" in said
    assert key_text()[20:40] not in said


def test_bytes_that_are_no_text_are_shown_somehow() -> None:
    assert sh("printf 'a\\377b'").remark == "a\ufffdb"
