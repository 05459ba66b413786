"""What the files want for one zone: the input of a plan. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic
from psfdns.records import Zone
from psfdns.settings import ZoneSettings


@dataclass(frozen=True, slots=True)
class DesiredZone:
    """One zone file as read; `zone` is None where errors made it unusable (they stand in `findings`)."""

    origin: str
    view: str | None
    tenant: str
    path: str
    settings: ZoneSettings
    zone: Zone | None
    findings: tuple[Diagnostic, ...] = ()
