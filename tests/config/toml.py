"""How the tests of psfdns.toml's tables read one."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.config import Config, read_config
from psfdns.diagnostics import Diagnostic
from psfdns.errors import InvalidInputError


def read(folder: Path, text: str) -> Config:
    path = folder / "psfdns.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def findings_of(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInputError) as caught:
        read(folder, text)
    return caught.value.diagnostics
