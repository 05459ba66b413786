"""Whether Route 53 signs a zone, and with which key-signing keys (GetDNSSEC)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psfdns.plans.host import HostedSigning, HostedZone, SigningKey

if TYPE_CHECKING:
    from psfdns.aws import Api


def fetch_signing(api: Api, hosted: HostedZone) -> HostedSigning:
    """One request; raises HostError."""
    answer = api.call("GetDNSSEC", f"look at DNSSEC of {hosted.name}", HostedZoneId=hosted.id)
    status = answer["Status"]
    return HostedSigning(
        status.get("ServeSignature", ""),
        status.get("StatusMessage", ""),
        tuple(map(_signing_key, answer.get("KeySigningKeys", ()))),
    )


def _signing_key(shape: Mapping[str, Any]) -> SigningKey:
    return SigningKey(
        shape.get("Name", ""),
        shape.get("Status", ""),
        shape.get("KeyTag", 0),
        shape.get("SigningAlgorithmType", 0),
        shape.get("DigestAlgorithmType", 0),
        shape.get("DigestValue", "").upper(),
        shape.get("StatusMessage", ""),
    )
