"""`console` blocks of the documentation as commands with what they print, and how to run them."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from psfdns.cli.main import run

ANY_LINES = r"(?:.*\n)*?"


class Step(NamedTuple):
    """One `$` line of a transcript, and what it says it prints; `…` is any text, alone any lines."""

    command: str
    printed: str


def read_transcript(text: str) -> Iterator[Step]:
    """The steps of all `console` blocks of a Markdown text, in order; blocks in lists may be indented."""
    for indent, block in re.findall(r"^( *)```console\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        lines = [line.removeprefix(indent) for line in block.splitlines(keepends=True)]
        for step in re.split(r"^\$ ", "".join(lines), flags=re.MULTILINE)[1:]:
            # A here-document is part of its command.
            end = "\nEND\n" if "<<'END'\n" in step else "\n"
            command, _, printed = step.partition(end)
            yield Step(command + end.rstrip("\n"), printed)


def as_pattern(printed: str) -> str:
    """A regular expression for what is printed."""
    lines = printed.splitlines(keepends=True)
    return "".join(ANY_LINES if line == "…\n" else re.escape(line).replace("…", ".*") for line in lines)


def play(steps: Iterable[Step], folder: Path, **environment: str) -> Iterator[tuple[Step, str]]:
    """Run each step in a folder; yields it with what it printed, on stdout and stderr together."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    variables: Mapping[str, str] = {**os.environ, "PATH": path, **environment}
    for step in steps:
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        yield step, done.stdout


def play_inside(steps: Iterable[Step], folder: Path, **environment: str) -> Iterator[tuple[Step, str]]:
    """The same with psfdns inside this process, where a step is nothing else: each start takes a second."""
    for step in steps:
        commands = [each.split() for each in step.command.split(";")]
        if (
            all(words[:1] in (["psfdns"], ["sleep"]) for words in commands)
            and step.command.isascii()
            and not (set("&|<>$`\\'\"(){}*?") & set(step.command))
        ):
            yield step, "".join(_run_inside(words, folder, environment) for words in commands)
        else:
            yield from play([step], folder, **environment)


def _run_inside(words: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    if words[0] == "sleep":
        time.sleep(float(words[1]))
        return ""
    said = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        Path(os.devnull).open() as nothing,
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        patch.chdir(folder)
        patch.setattr(sys, "stdin", nothing)
        for name, value in environment.items():
            patch.setenv(name, value)
        run(words[1:])
    return said.getvalue()


def assert_true(steps: Iterable[Step], folder: Path, *, inside: bool = False, **environment: str) -> None:
    """Run the steps, and hold each to what the text says it prints."""
    for step, printed in (play_inside if inside else play)(steps, folder, **environment):
        assert re.fullmatch(as_pattern(step.printed), printed), f"$ {step.command}\n{printed}"
