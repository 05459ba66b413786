"""What tests of commands stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run
from tests.cli.checks import BAD, GOOD, ODD, TENANT, Said, write
from tests.cli.clocks import set_clock
from tests.cli.ground import Ground
from tests.cli.registry import NOW, Registry, make_registry
from tests.outbox import MailBox, Webhook, receiving_mail, receiving_posts
from tests.registrar.fake_gandi import TOKEN


@pytest.fixture
def ground(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.chdir(tmp_path)
    return Ground(tmp_path, capsys)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two tenants: one well, one with a zone that has errors and a zone with a warning."""
    root = tmp_path / "repository"
    write(root, "psfdns.toml", "")
    write(root, "zones/good/tenant.toml", TENANT)
    write(root, "zones/good/good.example.zone", GOOD)
    write(root, "zones/bad/tenant.toml", TENANT)
    write(root, "zones/bad/bad.example.zone", BAD)
    write(root, "zones/bad/odd.example.zone", ODD)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `psfdns check` with these words."""

    def run_check(*words: str) -> Said:
        code = run(["check", *words])
        return Said(code, *capsys.readouterr())

    return run_check


@pytest.fixture
def box() -> Iterator[MailBox]:
    with receiving_mail() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with receiving_posts() as hook:
        yield hook


@pytest.fixture
def registry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registry]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANDI_PAT", TOKEN)
    set_clock(monkeypatch, lambda: NOW)
    # What is asked again at once would be asked again after seconds.
    monkeypatch.setattr("psfdns.cli.wiring.sleep", lambda _: None)
    with make_registry(tmp_path, capsys) as registry:
        yield registry
