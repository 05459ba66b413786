"""A tenant, as tenant.toml says it (docs/contract.md §1): pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psfdns.settings import ZoneSettings


@dataclass(frozen=True, slots=True)
class Liaison:
    """The charter's point of contact; `github` may act for the tenant in a pull request."""

    name: str
    email: str
    github: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who they are; `slug` is the folder's name, `path` that of tenant.toml as shown in findings.

    `zones` maps a zone's file stem without escapes (`pyladies.example`, `pyladies.example@internal`,
    lower-case A-labels, no final dot) to its settings.
    """

    slug: str
    path: str
    name: str
    kind: str
    approved: str
    billing: str
    liaisons: tuple[Liaison, ...]
    team: str | None
    zones: Mapping[str, ZoneSettings]
