"""What certs/ wants, judged against the tenants and the zones of the same repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.certs.load import Manifests, load_manifests
from psfdns.cli.repository import read_zone
from psfdns.diagnostics import Diagnostic

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.plans.desired import DesiredZone
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile


def open_manifests(workspace: Workspace, repository: Repository, *, root: Path | None = None) -> Manifests:
    """The certificates wanted below the root of the data, or below another one."""
    return load_manifests(root or workspace.root, repository, workspace.config.acme)


class CertificateCheck:
    """Everything wrong with the certificates wanted; a zone that one of them names something in is read.

    Zones that were read anyway are handed in by `keep`, so that none is read twice.
    """

    def __init__(self, workspace: Workspace, repository: Repository, *, root: Path | None = None) -> None:
        from psfdns.certs.hosted import HostedZones

        self._config = workspace.config
        self._manifests = open_manifests(workspace, repository, root=root)
        self._zones = HostedZones(repository.zone_files, self._read)
        names = (name for each in self._manifests.certificates for name in each.names)
        self._needed = {self._zones.origin_of(f"{name}.".removeprefix("*.")) for name in names}
        self._kept: dict[str, DesiredZone] = {}

    def keep(self, zone: DesiredZone) -> None:
        """Take a zone that was read, if a certificate needs it."""
        if zone.origin in self._needed:
            self._kept[zone.path] = zone

    def find(self) -> tuple[Diagnostic, ...]:
        """All findings, those of the files first."""
        from psfdns.certs.hosted import judge_hosted

        judged = judge_hosted(self._manifests.certificates, self._zones, self._config.acme)
        return (*self._manifests.findings, *judged)

    def _read(self, file: ZoneFile) -> DesiredZone:
        return self._kept.get(file.shown_path) or read_zone(file, self._config)
