"""What plans need of a DNS host, owned here by its user: values and a protocol, no network."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from psfdns.records import RRsetKey, Zone


@dataclass(frozen=True, slots=True)
class HostedZone:
    """A row of ListHostedZones: bare id (`Z…`), canonical name, what the list says for free."""

    id: str
    name: str
    private: bool
    caller_reference: str
    comment: str | None
    record_set_count: int
    linked_service: str | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """A live record set that is not ours to change, and why."""

    key: RRsetKey
    reason: str


@dataclass(frozen=True, slots=True)
class Protection:
    """A lock on all record sets of a name and type (API reference, ResourceRecordSetProtection)."""

    name: str
    type: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class LiveZone:
    """One zone as read: what can be expressed, the API's own spelling of it, and what cannot.

    `spelled` maps each key of `zone.rrsets` to the ResourceRecordSet dictionary exactly as the API
    gave it (API reference, ListResourceRecordSets): a DELETE must repeat it. `foreign` holds what
    the codec cannot express or parse. `protections`, `tags` and `vpcs` (`region:id` each) are None where
    they were not asked for.
    """

    hosted: HostedZone
    zone: Zone
    spelled: Mapping[RRsetKey, Mapping[str, Any]]
    foreign: tuple[Foreign, ...] = ()
    protections: tuple[Protection, ...] | None = None
    tags: Mapping[str, str] | None = None
    vpcs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key-signing key of a hosted zone (API reference, KeySigningKey).

    `digest` is upper-case hex, `public_key` base64 as in its DNSKEY, `kms_arn` the key of KMS behind it.
    """

    name: str
    status: str
    key_tag: int
    algorithm: int
    digest_type: int
    digest: str
    message: str = ""
    kms_arn: str = ""
    public_key: str = ""


@dataclass(frozen=True, slots=True)
class HostedSigning:
    """What GetDNSSEC says of a zone; `status` is its ServeSignature."""

    status: str
    message: str = ""
    keys: tuple[SigningKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagedKey:
    """A key of KMS (API reference, KeyMetadata); `deleted_at`: when it is to go, None where it stays."""

    id: str
    arn: str
    state: str
    spec: str
    usage: str
    multi_region: bool = False
    deleted_at: datetime.datetime | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether it can be used."""
        return self.state == "Enabled"

    @property
    def region(self) -> str:
        """The region that its ARN names."""
        return region_of(self.arn)


def region_of(arn: str) -> str:
    """The region in an ARN (`arn:PARTITION:SERVICE:REGION:ACCOUNT:…`); empty where that is none."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else ""


class Host(Protocol):
    """Where zones are read from; every method may raise HostError."""

    def look_up_account(self) -> str | None:
        """The account id, `sandbox`, or None where it cannot be learnt."""

    def list_zones(self) -> Sequence[HostedZone]:
        """Every hosted zone of the account, private ones too."""

    def fetch_zone(self, hosted: HostedZone) -> LiveZone:
        """All record sets of one zone."""
