"""How a hosted zone is signed, as a value: its document, its keys, and what GetDNSSEC says of them. Pure.

The document is GetDNSSEC's answer, and beside it the zone-signing key, which is nobody's business at
Route 53, and the CallerReferences of keys that are gone. A document that was written by hand, with keys of
another account, is told as it stands.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from psfdns.moments import write_moment
from psfdns.names import labels_of
from psfdns.rrsets import decode_name
from psfdns.sandbox.kms_keys import load_private

if TYPE_CHECKING:
    import dns.name
    from dns.rdtypes.ANY.DNSKEY import DNSKEY

ACTIVE, INACTIVE, DELETING = "ACTIVE", "INACTIVE", "DELETING"
SIGNING, NOT_SIGNING = "SIGNING", "NOT_SIGNING"
ACTION_NEEDED, INTERNAL_FAILURE = "ACTION_NEEDED", "INTERNAL_FAILURE"
ALGORITHM, DIGEST = 13, 2
KSK_FLAGS, ZSK_FLAGS = 257, 256

Shape = Mapping[str, Any]
WhyUnusable = Callable[[str], str | None]
"""From the ARN of a KMS key to why Route 53 cannot sign with it."""


@dataclass(frozen=True, slots=True)
class Signing:
    """`keys` are KeySigningKey shapes; `ended_at`: when signing was disabled, while that is under way."""

    status: str = NOT_SIGNING
    message: str = ""
    keys: tuple[Shape, ...] = ()
    zone_key: str | None = None
    references: tuple[str, ...] = ()
    ended_at: datetime.datetime | None = None

    def key(self, name: str) -> Shape | None:
        """A key by name, or None."""
        return next((key for key in self.keys if key["Name"] == name), None)

    @property
    def active(self) -> tuple[Shape, ...]:
        """The keys that sign."""
        return tuple(key for key in self.keys if key["Status"] == ACTIVE)

    def with_key(self, changed: Shape) -> Signing:
        """The same, with one key changed or added."""
        kept = {key["Name"]: key for key in self.keys} | {changed["Name"]: changed}
        return replace(self, keys=tuple(kept.values()))

    def settled(self, now: datetime.datetime, delay: float) -> Signing:
        """What is left once what was deleted `delay` seconds ago is gone."""

        def is_over(since: datetime.datetime) -> bool:
            return (now - since).total_seconds() >= delay

        kept = tuple(
            key
            for key in self.keys
            if key["Status"] != DELETING or not is_over(_moment(key["LastModifiedDate"]))
        )
        left = replace(self, keys=kept)
        if self.status == DELETING and self.ended_at is not None and is_over(self.ended_at):
            return replace(left, status=NOT_SIGNING, ended_at=None)
        return left

    def told(self, why_unusable: WhyUnusable) -> dict[str, Any]:
        """What GetDNSSEC answers; an active key of KMS that cannot be used needs action, and so its zone."""
        keys = [_told(key, why_unusable) for key in self.keys]
        status, message = self.status, self.message
        needy = [key["Name"] for key in keys if key["Status"] == ACTION_NEEDED]
        if status == SIGNING and needy:
            status, message = ACTION_NEEDED, f"Check the customer managed key of {', '.join(needy)}."
        told = {"ServeSignature": status, **({"StatusMessage": message} if message else {})}
        return {"Status": told, "KeySigningKeys": keys}


def _told(key: Shape, why_unusable: WhyUnusable) -> dict[str, Any]:
    why = why_unusable(key["KmsArn"]) if key["Status"] == ACTIVE and key.get("KmsArn") else None
    return dict(key) if why is None else {**key, "Status": ACTION_NEEDED, "StatusMessage": why}


def read_signing(document: Shape | None) -> Signing:
    """What a zone's document says of it."""
    if document is None:
        return Signing()
    status = document["Status"]
    ended = document.get("EndedAt")
    return Signing(
        status=status["ServeSignature"],
        message=status.get("StatusMessage", ""),
        keys=tuple(document.get("KeySigningKeys", ())),
        zone_key=document.get("ZoneSigningKey"),
        references=tuple(document.get("CallerReferences", ())),
        ended_at=None if ended is None else _moment(ended),
    )


def signing_as_document(signing: Signing) -> dict[str, Any]:
    """What a zone's document keeps."""
    status = {"ServeSignature": signing.status}
    if signing.message:
        status["StatusMessage"] = signing.message
    document: dict[str, Any] = {"Status": status, "KeySigningKeys": [dict(key) for key in signing.keys]}
    if signing.zone_key is not None:
        document["ZoneSigningKey"] = signing.zone_key
    if signing.references:
        document["CallerReferences"] = list(signing.references)
    if signing.ended_at is not None:
        document["EndedAt"] = write_moment(signing.ended_at)
    return document


def make_key(
    zone_name: str, *, name: str, kms_arn: str, private: str, status: str, now: datetime.datetime
) -> dict[str, Any]:
    """The KeySigningKey shape of a new key: tag, digest and records follow from its public half."""
    import dns.dnssec

    public = public_key_of(private, KSK_FLAGS)
    tag = dns.dnssec.key_id(public)
    digest = dns.dnssec.make_ds(dns_name(zone_name), public, "SHA256").digest.hex().upper()
    text = base64.b64encode(public.key).decode()
    return {
        "Name": name,
        "KmsArn": kms_arn,
        "Flag": KSK_FLAGS,
        "SigningAlgorithmMnemonic": "ECDSAP256SHA256",
        "SigningAlgorithmType": ALGORITHM,
        "DigestAlgorithmMnemonic": "SHA-256",
        "DigestAlgorithmType": DIGEST,
        "KeyTag": tag,
        "DigestValue": digest,
        "PublicKey": text,
        "DSRecord": f"{tag} {ALGORITHM} {DIGEST} {digest}",
        "DNSKEYRecord": f"{KSK_FLAGS} 3 {ALGORITHM} {text}",
        "Status": status,
        "CreatedDate": write_moment(now),
        "LastModifiedDate": write_moment(now),
    }


def public_key_of(private: str, flags: int) -> DNSKEY:
    """The DNSKEY of a private key."""
    import dns.dnssec

    return dns.dnssec.make_dnskey(load_private(private).public_key(), ALGORITHM, flags)


def make_zone_key() -> str:
    """A zone-signing key, as PEM."""
    from dns.dnssecalgs.ecdsa import PrivateECDSAP256SHA256

    return PrivateECDSAP256SHA256.generate().to_pem().decode()


def dns_name(zone_name: str) -> dns.name.Name:
    """A zone's stored name as dnspython has it."""
    import dns.name

    return dns.name.Name((*labels_of(decode_name(zone_name)), b""))


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
