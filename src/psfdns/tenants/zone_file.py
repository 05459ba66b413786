"""A zone file's place in the repository: whose it is and what its name says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from psfdns.diagnostics import Diagnostic
from psfdns.settings import ZoneSettings


@dataclass(frozen=True, slots=True)
class ZoneFile:
    """One `<zone>.zone` or `<zone>@<view>.zone` of a tenant's folder, unread.

    `shown_path` is the path that findings show. `findings` are errors about its name or its settings:
    a plan of the zone must not go on with them.
    """

    path: Path
    shown_path: str
    origin: str
    view: str | None
    tenant: str
    settings: ZoneSettings
    findings: tuple[Diagnostic, ...] = ()

    @property
    def stem(self) -> str:
        """The key of tenant.toml: `python.org`, `python.org@view`."""
        name = self.origin.removesuffix(".")
        return name if self.view is None else f"{name}@{self.view}"

    def with_findings(self, findings: Iterable[Diagnostic]) -> ZoneFile:
        """The same with more findings about it."""
        return replace(self, findings=(*self.findings, *findings))
