"""What the workflows install is complete, of the versions that pyproject.toml asks for, and known by hash."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / ".github" / "requirements.txt").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", LOCK, re.MULTILINE))


def wanted() -> list[Requirement]:
    """What psfdns is built with, and needs to check, plan and apply, with the sandbox."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = about["project"]
    named = [
        *about["build-system"]["requires"],
        *project["dependencies"],
        *project["optional-dependencies"]["sandbox"],
    ]
    return [Requirement(each) for each in named]


def unmet(requirement: Requirement) -> bool:
    pin = PINS.get(canonicalize_name(requirement.name))
    return pin is None or not requirement.specifier.contains(pin, prereleases=True)


def test_all_that_pyproject_asks_for_is_there() -> None:
    assert len(wanted()) >= 11
    assert [str(each) for each in wanted() if unmet(each)] == []


def test_all_that_these_ask_for_is_there() -> None:
    """As far as it is installed here: an extra is asked for by name."""
    missing = []
    for name in PINS:
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for text in needs:
            requirement = Requirement(text)
            applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if applies and unmet(requirement):
                missing.append(f"{name}: {text}")
    assert missing == []


def test_each_has_its_hashes_and_comes_from_nowhere_else() -> None:
    blocks = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINS) > 20
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
    asked = [line for line in LOCK.splitlines() if not line.startswith("#")]
    assert all(re.match(r"[a-z0-9-]+==|    --hash=sha256:[0-9a-f]{64}( \\)?$", line) for line in asked)


def test_the_action_takes_nothing_that_the_file_does_not_name() -> None:
    action = (ROOT / ".github" / "actions" / "psfdns" / "action.yml").read_text(encoding="utf-8")
    (from_index, from_base) = re.findall(r"^ +(pip install .*)$", action, re.MULTILINE)
    assert "--require-hashes" in from_index
    assert "--only-binary :all:" in from_index
    assert all(option in from_base for option in ("--no-deps", "--no-build-isolation", "--no-index"))
