"""What is found of a delegation, and of whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic

SHOWN = 6
"""Names that a sentence lists before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Finding(Diagnostic):
    """A Diagnostic with the servers that it is about: `name (address)` each, or a name alone."""

    servers: tuple[str, ...] = ()


def join(names: Iterable[str]) -> str:
    """`a, b and 3 more`."""
    listed = list(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more
