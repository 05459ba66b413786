"""The programs that are compared, each as its users install and call it, in an environment of its own."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from installing import CACHE, install, install_project

PINNED = {"octodns": "1.22.0", "octodns-route53": "1.3.1", "octodns-bind": "1.1.0"}
SHARED = ("boto3", "botocore", "dnspython")
"""Both get the versions of these that this Python has."""


@dataclass(frozen=True)
class Program:
    """A program: its name, and the command of an operation."""

    name: str
    command: Callable[[str], list[str]]


def install_psfdns() -> Program:
    """psfdns as it stands in this working tree."""
    folder = install_project("psfdns", shared_versions())
    words = {
        "help": ["--help"],
        "plan": ["plan"],
        "apply": ["apply", "--yes", "--no-wait", "--allow", "many-changes"],
    }
    return Program("psfdns", lambda operation: [str(folder / "psfdns"), *words[operation]])


def install_octodns() -> Program:
    wanted = [f"{name}=={version}" for name, version in PINNED.items()]
    folder = install("octodns", [*wanted, *shared_versions()])
    words = {"help": ["--help"], "plan": [], "apply": ["--doit"]}
    config = ["--config-file", "octodns.yaml"]
    sync = str(folder / "octodns-sync")
    return Program(
        "octoDNS",
        lambda operation: (
            [sync, *words[operation]] if operation == "help" else [sync, *config, *words[operation]]
        ),
    )


def floor() -> Program:
    python = str(CACHE / "octodns" / "bin" / "python")
    script = str(Path(__file__).with_name("floor.py"))
    return Program("boto3 alone", lambda _: [python, script])


def shared_versions() -> list[str]:
    return [f"{name}=={importlib.metadata.version(name)}" for name in SHARED]
