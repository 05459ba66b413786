"""Errors become words and exit codes; nothing heavy is imported before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest

from psfdns.cli import main as cli_main
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.errors import (
    HostError,
    InvalidInputError,
    PlanRefusedError,
    PsfdnsError,
    StalePlanError,
    UsageError,
)
from psfdns.records import RRsetKey
from tests.cli.ground import Ground

FINDING = Diagnostic("bad-thing", Severity.ERROR, "it is \x1b[31mbad", Span("zones/a.zone", 3), "mend it")

CASES: list[tuple[BaseException, int, str]] = [
    (PsfdnsError("no luck", hint="try\x07 again"), 1, "error: no luck\nhint: try"),
    (UsageError("unknown zone 'x'"), 64, "error: unknown zone 'x'\n"),
    (InvalidInputError([FINDING]), 1, "zones/a.zone:3: error: it is"),
    (PlanRefusedError([FINDING]), 1, "the plan is refused"),
    (StalePlanError("example.com.", [RRsetKey("www.example.com.", "A")]), 1, "www.example.com. A"),
    (HostError("Route 53", "listing zones", "no credentials"), 1, "Route 53: listing zones: no credentials"),
    (click.UsageError("no such option"), 64, "no such option"),
    (click.ClickException("cannot"), 1, "cannot"),
    (click.Abort(), 1, "stopped"),
    (click.exceptions.Exit(3), 3, ""),
    (PsfdnsError("no tenant", hint="write\nname = ...\x1b"), 1, "\nhint: write\n      name = ..."),
    (OSError(28, "No space left on device"), 1, "error: reading or writing: No space left on device\n"),
    (OSError(13, "Permission denied", "a\x1bb"), 1, "b: Permission denied\n"),
    (KeyError("surprise"), 1, "psfdns itself failed: KeyError"),
]


@pytest.mark.parametrize(("error", "code", "words"), CASES, ids=lambda value: type(value).__name__)
def test_each_error_has_its_exit_code_and_words(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_main.report(error) == code
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""
    assert "\x1b" not in captured.err
    assert "\x07" not in captured.err
    assert "Traceback" not in captured.err


def test_a_traceback_is_printed_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PSFDNS_TRACEBACK", "1")
    cli_main.report(KeyError("surprise"))
    assert "KeyError: 'surprise'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"), [(["--help"], 0), (["nonsense"], 64), (["--nonsense"], 64), (["--version"], 0)]
)
def test_the_exit_code_of_a_command_line(words: list[str], code: int) -> None:
    assert cli_main.run(words) == code


def test_a_closed_pipe_ends_without_a_word() -> None:
    script = f"{sys.executable} -m psfdns.cli.main completion bash | true; test ${{PIPESTATUS[0]}} -le 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        (">&-", ""),
        ("<&- >&- 2>&-", ""),
        (">/dev/full", "error: reading or writing: No space left on device\n"),
    ],
)
def test_output_that_cannot_be_written_is_no_defect(closed: str, said: str) -> None:
    script = f"{sys.executable} -m psfdns.cli.main completion bash {closed}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1 if said else 0, said)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli_main.run(["completion", shell]) == 0
    assert "_PSFDNS_COMPLETE" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['psfdns', '--help']\n"
        "from psfdns.cli.main import run\n"
        "run(['--help'])\n"
        "heavy = {'boto3', 'botocore', 'moto', 'dns', 'idna', 'tomlkit', 'rich', 'asyncio', 'json'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    # Measuring coverage would import json.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stderr.strip() == "[]"


def test_with_json_a_failure_is_a_document_too(ground: Ground) -> None:
    code, out, err = ground.run("plan", "--json", "nowhere.test")
    document = json.loads(out)
    assert code == 64
    assert document["format"] == "psfdns-error/1"
    assert "nowhere.test" in document["error"]
    assert "nowhere.test" in err
    code, out, _ = ground.run("--json", "plan", "--nonsense")
    assert (code, json.loads(out)["findings"]) == (64, [])


def test_with_json_there_is_one_document_and_no_second_for_the_error(ground: Ground) -> None:
    code, out, _ = ground.run("apply", "--json")
    assert code == 1
    assert json.loads(out)["format"] == "psfdns-apply/1"


def test_an_allowance_for_an_unknown_zone_is_wrong_usage(ground: Ground) -> None:
    code, _, err = ground.run("apply", "--yes", "--allow", "many-changes=alpha.tst")
    assert code == 64
    assert "did you mean 'alpha.test.'?" in err


@pytest.mark.parametrize(("place", "why"), [("nowhere", "no such file"), (".", "that is a folder")])
def test_a_configuration_that_is_no_file_is_wrong_usage(
    place: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_main.run(["--config", place, "check"]) == 64
    assert f"--config {place}: {why}" in capsys.readouterr().err
