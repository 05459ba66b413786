"""How the tests of certificates write what is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.manifest import ParsedManifest, parse_manifest
from psfdns.certs.settings import AcmeSettings, CertificateAuthority, DeployTarget, TargetType

OWN = CertificateAuthority("own", "https://ca.example/directory", ("ca.example",))
NAMELESS = CertificateAuthority("nameless", "https://ca.example/directory")


def settings(**changes: Any) -> AcmeSettings:
    known = AcmeSettings(Path("store")).authorities
    authorities = {**known, "own": OWN, "nameless": NAMELESS}
    targets = {
        "hook": DeployTarget("hook", TargetType.EXEC, ("one",), command=("/bin/true",)),
        "all": DeployTarget("all", TargetType.FASTLY, ("*",)),
        "theirs": DeployTarget("theirs", TargetType.FASTLY, ("two",)),
    }
    return AcmeSettings(Path("store"), **{"authorities": authorities, "targets": targets, **changes})


def parse(text: str, **changes: Any) -> ParsedManifest:
    return parse_manifest(text.encode(), tenant="one", path="certs/one.toml", settings=settings(**changes))


def parse_one(text: str, **changes: Any) -> WantedCertificate:
    """The certificate of a manifest without findings; `text` is what stands below [[certificate]]."""
    parsed = parse(f"[[certificate]]\n{text}", **changes)
    assert parsed.findings == ()
    (certificate,) = parsed.certificates
    return certificate
