from __future__ import annotations

import itertools

import click
import pytest
from click.testing import CliRunner

from psfdns.cli.fail_on import decide_exit_code, fail_on_option, reaches
from psfdns.diagnostics import Severity

WORST_FIRST = ["error", "warning", "info"]


@pytest.mark.parametrize(("found", "least"), list(itertools.product(WORST_FIRST, repeat=2)))
def test_a_severity_reaches_itself_and_what_is_less_bad(found: str, least: str) -> None:
    assert reaches([found], least) is (WORST_FIRST.index(found) <= WORST_FIRST.index(least))


def test_the_worst_of_several_counts_and_none_reaches_nothing() -> None:
    assert reaches([Severity.INFO, Severity.ERROR, Severity.INFO], "error")
    assert not reaches([], "info")


@pytest.mark.parametrize(
    ("found", "unknown", "code"),
    [([], False, 0), ([], True, 3), (["info"], True, 3), (["warning"], True, 2), (["error"], False, 2)],
)
def test_what_is_wrong_is_worse_than_what_is_not_known(found: list[str], unknown: bool, code: int) -> None:
    assert decide_exit_code(found, "warning", unknown=unknown) == code


def test_the_help_names_the_default_and_the_exit_code_of_the_command() -> None:
    @click.command()
    @fail_on_option(exit_code=1)
    def command(*, fail_on: str) -> None:
        click.echo(fail_on)

    runner = CliRunner()
    said = " ".join(runner.invoke(command, ["--help"]).output.split())
    assert "The least severity that makes the exit code 1. [default: error]" in said
    assert runner.invoke(command, []).output == "error\n"
    assert runner.invoke(command, ["--fail-on", "fatal"]).exit_code == 2
