"""What is deployed in tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psfdns.certs.deploy.parcel import Parcel
from psfdns.certs.pem import CertificateSet, read_certificate
from psfdns.certs.settings import DeployTarget, TargetType
from tests.certs.issuing import issue

NAMES = ("a.example", "*.a.example")
SET = issue(NAMES)
NEXT = issue(NAMES, serial=0x0103, number=1)


def parcel(found: CertificateSet = SET, *, name: str = "a.example", **changes: Any) -> Parcel:
    stored = read_certificate(found.certificate, name=name)
    lineage = Path("/srv/certs/live", name)
    return Parcel(**{"name": name, "names": stored.names, "fingerprint": stored.fingerprint,
                     "lineage": lineage, "set": found, **changes})  # fmt: skip


def target(kind: TargetType, **settings: Any) -> DeployTarget:
    return DeployTarget("t", kind, ("*",), **settings)


def key_text(found: CertificateSet = SET) -> str:
    """The key as one line of base64."""
    return "".join(found.key.decode().splitlines()[1:-1])
