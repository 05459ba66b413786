"""README.md is true: its transcript is what happens, and every command stands in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from psfdns.cli.main import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


ANY_LINES = r"(?:.*\n)*?"


class Step(NamedTuple):
    """One `$` line of the transcript, and what it says it prints; `…` is any text, alone any lines."""

    command: str
    printed: str


def commands(group: click.Group = cli, path: str = "psfdns") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def transcript() -> Iterator[Step]:
    for block in re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = step.partition("\n")
            yield Step(command, printed)


def as_pattern(printed: str) -> str:
    """A regular expression for what is printed."""
    lines = printed.splitlines(keepends=True)
    return "".join(ANY_LINES if line == "…\n" else re.escape(line).replace("…", ".*") for line in lines)


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_teaches_with_an_example_of_itself(path: str) -> None:
    examples = COMMANDS[path].epilog or ""

    assert examples.startswith("Example")
    assert path.removeprefix("psfdns ") in examples
    assert COMMANDS[path].help


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_says_what_it_does(path: str) -> None:
    options = [option for option in COMMANDS[path].params if isinstance(option, click.Option)]

    assert all(option.help for option in options)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_stands_in_the_readme(path: str) -> None:
    assert re.search(rf"\| `{path}\b", README)


def test_every_option_that_the_readme_names_exists() -> None:
    known = {name for command in COMMANDS.values() for option in command.params for name in option.opts}
    named = set(re.findall(r"`(--[a-z-]+)", README)) | set(re.findall(r"psfdns [^`\n]*?(--[a-z-]+)", README))

    assert named <= known | {"--help", "--quiet"}


def test_every_setting_that_the_code_reads_stands_in_the_readme() -> None:
    from psfdns.config import Route53Config

    assert all(f"`{name}`" in README or f"] {name}`" in README for name in Route53Config.__slots__)


def test_ci_runs_exactly_the_lines_that_a_user_is_told() -> None:
    told = re.findall(r"^```sh\n(python3 -m venv .*)\n```$", README, re.MULTILINE)
    run = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if "venv" in line]

    assert len(told) == 2
    assert run == told


def test_the_transcript_is_what_happens(tmp_path: Path) -> None:
    for name in ("zones", "certs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "psfdns.toml", tmp_path)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    steps = list(transcript())

    assert len(steps) >= 6
    for step in steps:
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        assert re.fullmatch(as_pattern(step.printed), done.stdout), f"$ {step.command}\n{done.stdout}"
