"""What came of an order, as a value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.registrar.ledger import State


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of it; `state` None: all was as wanted already.

    `parents`: what their servers name, where they were asked.
    """

    kind: str
    domain: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    sent: bool
    state: State | None
    journal: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[tuple[str, tuple[str, ...] | None], ...] | None = None
    parents_agree: bool | None = None
