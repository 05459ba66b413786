"""What the files want: the input of a plan. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic, Suppression
from psfdns.records import Zone
from psfdns.settings import ZoneSettings


def zone_label(origin: str, view: str | None) -> str:
    """How a zone is called where views must be told apart: `example.org.`, or `example.org.@internal`."""
    return origin if view is None else f"{origin}@{view}"


def zone_stem(label: str) -> str:
    """A label as tenant.toml and the command line write it: `example.org`, or `example.org@internal`."""
    origin, at, view = label.partition("@")
    return origin.removesuffix(".") + at + view


@dataclass(frozen=True, slots=True)
class HeldZone:
    """A zone that a tenant holds, known from its file's name and tenant.toml before the file is read."""

    origin: str
    view: str | None
    tenant: str
    path: str
    settings: ZoneSettings

    @property
    def label(self) -> str:
        """The zone's name, with its view where it has one."""
        return zone_label(self.origin, self.view)

    @property
    def private(self) -> bool:
        """Whether the zone is served inside VPCs only."""
        return bool(self.settings.private)


@dataclass(frozen=True, slots=True)
class DesiredZone(HeldZone):
    """One zone file as read; `zone` is None where errors made it unusable (they stand in `findings`)."""

    zone: Zone | None
    findings: tuple[Diagnostic, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
