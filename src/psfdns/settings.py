"""The settings of a zone, as `[zones."x"]` of tenant.toml says them (docs/contract.md §1): pure values."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from psfdns.patterns import Pattern


class Apex(enum.StrEnum):
    """Whose the apex SOA and NS are: Route 53's, or taken from the file."""

    ROUTE53 = "route53"
    MANAGED = "managed"


class Registrar(enum.StrEnum):
    """Where the domain is registered: with us at Gandi, by the tenant, or not at all (subzone, private)."""

    GANDI = "gandi"
    TENANT = "tenant"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC that a private zone is associated with."""

    region: str
    id: str


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """`[zones."x"]` of tenant.toml; the defaults are those of a zone without an entry."""

    id: str | None = None
    registrar: Registrar = Registrar.TENANT
    dnssec: bool = False
    expires: datetime.date | None = None
    ignore: tuple[Pattern, ...] = ()
    protect: tuple[Pattern, ...] = ()
    apex: Apex = Apex.ROUTE53
    delegation_set: str | None = None
    private: tuple[Vpc, ...] = ()
    comment: str | None = None
    delegated: Mapping[str, str] = field(default_factory=dict)
