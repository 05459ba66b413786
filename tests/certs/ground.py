"""A small repository with certificates: tenants one and two, their zones, certs/."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psfdns.certs.hosted import HostedZones, judge_hosted
from psfdns.certs.load import Manifests, load_manifests
from psfdns.cli.repository import read_zone
from psfdns.config import Config
from psfdns.diagnostics import Diagnostic
from psfdns.tenants.load import load_repository
from tests.certs.wanted import settings

TENANT = 'name = "T"\nkind = "psf"\napproved = "yes"\n[[liaison]]\nname = "L"\nemail = "l@t.example"\n'


def write(root: Path, files: Mapping[str, str]) -> None:
    """These files below the root, beside the tenants' own."""
    for name, text in {**{f"zones/{slug}/tenant.toml": TENANT for slug in ("one", "two")}, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load(root: Path, **changes: Any) -> Manifests:
    return load_manifests(root, load_repository(root), settings(**changes))


def judge(root: Path, **changes: Any) -> list[Diagnostic]:
    """What the zones say of certificates without faults of their own."""
    repository, wanted = load_repository(root), settings(**changes)
    manifests = load_manifests(root, repository, wanted)
    assert manifests.findings == ()
    zones = HostedZones(repository.zone_files, lambda file: read_zone(file, Config(root)))
    return list(judge_hosted(manifests.certificates, zones, wanted))


def places(findings: Any) -> list[str]:
    """`path:line code` of each."""
    return [f"{finding.span} {finding.code}" for finding in findings]
