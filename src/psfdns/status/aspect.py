"""What is looked at of a zone, how bad that can be, and what a command said of it. Pure values."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.diagnostics import Severity

Shape = dict[str, Any]
"""Something JSON-able."""


class Aspect(enum.StrEnum):
    """What is looked at, in the order in which it is shown."""

    DOMAIN = "domain"
    DELEGATION = "delegation"
    DNSSEC = "dnssec"
    DRIFT = "drift"
    CERTIFICATES = "certificates"


ZONE = "zone"
"""Stands for an aspect where a finding is about the zone's file."""


class Level(enum.StrEnum):
    """How a zone stands, worst first. What is not known is never well, and never broken."""

    ERROR = "error"
    WARNING = "warning"
    UNKNOWN = "unknown"
    WELL = "well"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Level).index(self)


def worst(levels: Iterable[Level]) -> Level:
    """The worst of them; nothing is well."""
    return min(levels, key=lambda level: level.rank, default=Level.WELL)


def level_of(findings: Iterable[Mapping[str, Any]]) -> Level:
    """How bad findings are; what is for information harms nobody."""
    known = (finding["severity"] for finding in findings)
    return worst(Level(severity) for severity in known if severity != Severity.INFO)


@dataclass(frozen=True, slots=True)
class Heard:
    """The document of a command, or why there is none."""

    document: Mapping[str, Any] | None = None
    why: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A zone that is asked about; `origin` is canonical, `domain` the registered name that it belongs to."""

    origin: str
    view: str | None
    tenant: str
    private: bool = False
    domain: str | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """By which documents know it."""
        return (self.origin, self.view)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of an aspect of a zone: the table of the document, and the findings about it."""

    section: Shape
    findings: tuple[Shape, ...] = field(default=())
