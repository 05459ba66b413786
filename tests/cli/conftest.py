"""What tests of commands stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.ground import Ground


@pytest.fixture
def ground(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.chdir(tmp_path)
    return Ground(tmp_path, capsys)
