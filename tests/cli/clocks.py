"""One clock for the whole command line, whichever of its modules were imported before."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

HOLDERS = (
    *(
        f"psfdns.cli.certs.{name}"
        for name in ("advising", "delivering", "issuing", "reaching", "renewing", "storing")
    ),
    "psfdns.cli.check.online",
    # The last: a module that is imported while it is replaced would keep the replacement for ever.
    "psfdns.cli.wiring",
)
"""Modules that hold the clock by name."""


def set_clock(monkeypatch: pytest.MonkeyPatch, now: Callable[[], datetime.datetime]) -> None:
    """All of them hear this time until the test ends."""
    for holder in HOLDERS:
        monkeypatch.setattr(f"{holder}.now", now)
