"""`NAME TYPE` patterns of tenant.toml's ignore and protect (docs/contract.md §1): pure.

NAME is relative to the zone, `@` the apex; `*` matches within one label, `**` zero or more labels,
and `\\*` is the wildcard label itself. TYPE is a mnemonic or `*`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """One parsed pattern; make it with `parse_pattern`."""

    text: str
    labels: tuple[str, ...]
    type: str
