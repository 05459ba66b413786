"""What import-linter cannot say about the house (pyproject.toml holds the storeys and the doors)."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import psfdns

SOURCE = Path(psfdns.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "common", "core", "base", "manager", "service", "misc", "dns", "types"}
HEAVY = (
    "boto3",
    "botocore",
    "moto",
    "dns",
    "cryptography",
    "rich",
    "tomlkit",
    "idna",
    "werkzeug",
    "flask",
    "acme",
    "josepy",
    "cryptography",
    "requests",
    "apprise",
    "smtplib",
    "jinja2",
    "cryptography",
)


def imported_by(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after running `code`."""
    script = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_module_is_small_enough_to_read() -> None:
    long = {str(path): length for path in MODULES if (length := len(path.read_text().splitlines())) > 350}

    assert not long, "split at the second reason to change"


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in MODULES if path.stem in VAGUE]


def test_functions_are_short_as_a_rule() -> None:
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    )

    assert lengths[len(lengths) // 2] <= 10
    assert sum(length > 40 for length in lengths) <= 5


def test_help_imports_nothing_heavy() -> None:
    loaded = imported_by("from psfdns.cli.main import run\nassert run(['--help']) == 0")

    assert loaded.isdisjoint(HEAVY)


def test_check_imports_no_client_and_no_sandbox(repository_root: Path) -> None:
    zones = repository_root / "zones"
    loaded = imported_by(
        f"from psfdns.cli.main import run\nassert run(['--root', {str(zones.parent)!r}, 'check']) == 0"
    )

    assert loaded.isdisjoint(
        {"boto3", "botocore", "moto", "acme", "werkzeug", "flask", "apprise", "cryptography"}
    )


ASKING_CAS = {"acme", "josepy", "requests", "cryptography"}


@pytest.mark.parametrize("command", ["plan", "check", "tenants", "certs renew", "certs list"])
def test_what_asks_no_ca_does_not_import_what_asks_one(
    repository_root: Path, tmp_path: Path, command: str
) -> None:
    shutil.copytree(repository_root / "zones", tmp_path / "zones")
    shutil.copy(repository_root / "psfdns.toml", tmp_path)
    words = ["--config", str(tmp_path / "psfdns.toml"), "--sandbox", *command.split()]
    loaded = imported_by(f"from psfdns.cli.main import run\nassert run({words!r}) == 0")
    moto = {"requests", "cryptography"} if "moto" in loaded else set()

    assert loaded.isdisjoint(ASKING_CAS - moto)


def test_a_plan_of_certificates_reads_none_of_them(repository_root: Path) -> None:
    loaded = imported_by(
        "from psfdns.cli.main import run\n"
        f"assert run(['--root', {str(repository_root)!r}, 'certs', 'plan']) == 0"
    )

    assert loaded.isdisjoint(
        {"boto3", "botocore", "moto", "acme", "dns", "apprise", "cryptography", "filelock"}
    )


def test_the_storeys_that_are_written_down_are_those_that_are_held(repository_root: Path) -> None:
    configuration = tomllib.loads((repository_root / "pyproject.toml").read_text(encoding="utf-8"))
    written = (repository_root / "docs" / "architecture.md").read_text(encoding="utf-8")
    _, _, storeys = written.partition("## Storeys")

    layers = configuration["tool"]["importlinter"]["contracts"][0]["layers"]

    assert re.findall(r"^    (.*)$", storeys, re.MULTILINE) == layers


_MODULES = {"dnspython": "dns", "prometheus-client": "prometheus_client", "pyopenssl": "OpenSSL"}
"""Where a module has another name than what is installed."""


def test_what_is_imported_is_declared_and_what_is_declared_is_imported(repository_root: Path) -> None:
    project = tomllib.loads((repository_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["sandbox"]]
    names = {re.split(r"[<>=\[]", requirement)[0] for requirement in declared}
    imported = {
        (node.names[0].name if isinstance(node, ast.Import) else node.module or "").partition(".")[0]
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    third_party = {
        name for name in imported - sys.stdlib_module_names - {"psfdns"} if not name.startswith("mypy_boto3_")
    }

    assert {_MODULES.get(name, name) for name in names} == third_party
