"""What tests of commands stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.ground import Ground
from tests.outbox import MailBox, Webhook, receiving_mail, receiving_posts


@pytest.fixture
def ground(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.chdir(tmp_path)
    return Ground(tmp_path, capsys)


@pytest.fixture
def box() -> Iterator[MailBox]:
    with receiving_mail() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with receiving_posts() as hook:
        yield hook
