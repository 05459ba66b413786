"""Reads certs/ of a repository: which certificates are wanted, by whom, and what is wrong with that.

Links and special files are refused, and files are read within bounds: anybody may propose them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.manifest import MAX_BYTES, ParsedManifest, parse_manifest
from psfdns.certs.ownership import find_conflicts, find_strangers
from psfdns.certs.rules import NO_CERTIFICATE_TENANT
from psfdns.certs.settings import AcmeSettings
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.tenants.load import ZONES, Repository, read_regular_file
from psfdns.tenants.names import TENANT_FILE
from psfdns.tenants.rules import BAD_FILE, UNREADABLE_FOLDER

CERTS = "certs"
SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class Manifests:
    """What certs/ holds: certificates in the order of files and lines, and everything found.

    `broken` are the tenants whose file has errors: nothing of theirs is renewed.
    """

    certificates: tuple[WantedCertificate, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    broken: frozenset[str] = frozenset()

    def of(self, tenant: str) -> tuple[WantedCertificate, ...]:
        """Those of one tenant."""
        return tuple(each for each in self.certificates if each.tenant == tenant)


def load_manifests(root: Path, repository: Repository, settings: AcmeSettings) -> Manifests:
    """Read certs/ below `root`; a repository without it wants none. Never raises for its content."""
    certificates: list[WantedCertificate] = []
    findings: list[Diagnostic] = []
    for parsed in _read_all(root, settings):
        certificates += parsed.certificates
        findings += parsed.findings
    findings += find_conflicts(certificates)
    findings += find_strangers(certificates, repository.zone_files)
    broken = {tenant_of(each) for each in findings if each.severity is Severity.ERROR}
    return Manifests(tuple(certificates), tuple(findings), frozenset(broken - {None}))  # type: ignore[arg-type]


def tenant_of(finding: Diagnostic) -> str | None:
    """Whose manifest it is about."""
    folder, _, name = (finding.span.path if finding.span else "").partition("/")
    return name.removesuffix(SUFFIX) if folder == CERTS and name.endswith(SUFFIX) else None


def _read_all(root: Path, settings: AcmeSettings) -> Iterator[ParsedManifest]:
    folder = root / CERTS
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        fault = BAD_FILE.broken(Span(CERTS), "must be a folder of this repository, not a link")
        yield ParsedManifest((), (fault,))
        return
    try:
        names = sorted(entry.name for entry in os.scandir(folder)) if folder.is_dir() else []
    except OSError as error:
        fault = UNREADABLE_FOLDER.broken(Span(CERTS), f"cannot be read: {error.strerror}")
        yield ParsedManifest((), (fault,))
        return
    for name in names:
        if name.endswith(SUFFIX) and not name.startswith("."):
            tenant = name.removesuffix(SUFFIX)
            has_tenant = os.path.lexists(root / ZONES / tenant / TENANT_FILE)
            yield _read(folder / name, tenant, settings) if has_tenant else _refuse(name)


def _refuse(name: str) -> ParsedManifest:
    """Of a tenant that there is not; one whose tenant.toml cannot be read keeps its certificates."""
    summary = f"there is no tenant {name.removesuffix(SUFFIX)}"
    return ParsedManifest((), (NO_CERTIFICATE_TENANT.broken(Span(f"{CERTS}/{name}"), summary),))


def _read(path: Path, tenant: str, settings: AcmeSettings) -> ParsedManifest:
    shown_path = f"{CERTS}/{path.name}"
    try:
        data = read_regular_file(path, limit=MAX_BYTES + 1)
    except OSError as error:
        is_plain = path.is_file() and not path.is_symlink()
        why = f"cannot be read: {error.strerror or error}" if is_plain else "is not a regular file"
        return ParsedManifest((), (BAD_FILE.broken(Span(shown_path), why),))
    return parse_manifest(data, tenant=tenant, path=shown_path, settings=settings)
