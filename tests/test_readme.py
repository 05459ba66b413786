"""README.md is true: its transcript is what happens, and every command stands in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from psfdns.cli.main import cli
from tests.transcripts import assert_true, read_transcript

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group = cli, path: str = "psfdns") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


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

    assert named <= known | {"--alone", "--help", "--quick", "--quiet"}


def test_every_setting_that_the_code_reads_stands_in_the_readme() -> None:
    from psfdns.config import ResolverConfig, Route53Config, acme, deploy
    from psfdns.notify.settings import NotifyConfig
    from psfdns.reminders.policy import Policy

    of_targets = (key for settings in deploy.SETTINGS.values() for each in settings for key in each)
    tables = (Route53Config, ResolverConfig, NotifyConfig, Policy)
    names: tuple[str, ...] = tuple(name for table in tables for name in table.__slots__)
    names = (*names, *(key for key in acme.KEYS if key != "ca"), *acme.CA_KEYS, *of_targets)
    names = (*names, "url", "token_expires", "bootstrap")
    assert all(f"`{name}`" in README or f"] {name}`" in README or f"`{name} = " in README for name in names)


def test_ci_runs_exactly_the_lines_that_a_user_is_told() -> None:
    told = re.findall(r"^```sh\n(python3 -m venv .*)\n```$", README, re.MULTILINE)
    run = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if "venv" in line]

    assert len(told) == 2
    assert run == told


def test_the_transcript_is_what_happens(tmp_path: Path) -> None:
    for name in ("zones", "certs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "psfdns.toml", tmp_path)
    steps = list(read_transcript(README))

    assert len(steps) >= 6
    assert_true(steps, tmp_path)
