"""A key of the sandbox's KMS as a value, its document, and what Route 53 makes of it. Pure.

The document is JSON in the API's shapes (KeyMetadata, Policy, Tags, aliases), and the private key: nothing
but test data is signed with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.key_policies import REGION, SPEC, USAGE, judge_policy
from psfdns.moments import write_moment
from psfdns.plans.host import region_of

if TYPE_CHECKING:
    from dns.dnssecalgs.base import GenericPrivateKey

ENABLED, DISABLED, PENDING = "Enabled", "Disabled", "PendingDeletion"


@dataclass(frozen=True, slots=True)
class KmsKey:
    """One key; `private` is PEM, None for a symmetric one; `deleted_at` is set while it is PendingDeletion.

    `changed_at`: when its state or policy changed last.
    """

    id: str
    arn: str
    account: str
    created_at: datetime.datetime
    changed_at: datetime.datetime
    policy: str
    spec: str
    usage: str
    state: str = ENABLED
    description: str = ""
    multi_region: bool = False
    deleted_at: datetime.datetime | None = None
    private: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        """Where it is."""
        return region_of(self.arn)

    def is_there(self, now: datetime.datetime) -> bool:
        """Whether it has not been deleted by now."""
        return self.deleted_at is None or now < self.deleted_at


def why_unusable(key: KmsKey | None, *, account: str, zone_id: str) -> str | None:
    """Why Route 53 cannot sign a zone with a key, None where it can (CreateKeySigningKey)."""
    if key is None:
        return "the customer managed key does not exist"
    if key.region != REGION or key.multi_region:
        return f"the customer managed key is not a single-region key in {REGION}"
    if (key.spec, key.usage) != (SPEC, USAGE):
        return f"the customer managed key is {key.spec} for {key.usage}, not {SPEC} for {USAGE}"
    if key.state != ENABLED:
        return f"the customer managed key is {key.state}"
    lacking = judge_policy(key.policy, account=account, zone_id=zone_id).lacking
    if lacking:
        return f"the customer managed key did not grant all required permissions: {', '.join(lacking)}"
    return None


def load_private(pem: str) -> GenericPrivateKey:
    """A P-256 key that signs."""
    from dns.dnssecalgs.ecdsa import PrivateECDSAP256SHA256

    return PrivateECDSAP256SHA256.from_pem(pem.encode())


def key_as_document(key: KmsKey) -> dict[str, Any]:
    """How a key is kept."""
    metadata: dict[str, Any] = {
        "KeyId": key.id,
        "Arn": key.arn,
        "AWSAccountId": key.account,
        "CreationDate": write_moment(key.created_at),
        "Description": key.description,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "MultiRegion": key.multi_region,
    }
    if key.deleted_at is not None:
        metadata["DeletionDate"] = write_moment(key.deleted_at)
    return {
        "KeyMetadata": metadata,
        "Policy": key.policy,
        "Tags": dict(key.tags),
        "Aliases": list(key.aliases),
        "ChangedAt": write_moment(key.changed_at),
        "PrivateKey": key.private,
    }


def key_of_document(document: Mapping[str, Any]) -> KmsKey:
    """A key from what was kept; raises KeyError, TypeError or ValueError."""
    metadata = document["KeyMetadata"]
    ending = metadata.get("DeletionDate")
    return KmsKey(
        id=metadata["KeyId"],
        arn=metadata["Arn"],
        account=metadata["AWSAccountId"],
        created_at=datetime.datetime.fromisoformat(metadata["CreationDate"]),
        changed_at=datetime.datetime.fromisoformat(document["ChangedAt"]),
        policy=document["Policy"],
        spec=metadata["KeySpec"],
        usage=metadata["KeyUsage"],
        state=metadata["KeyState"],
        description=metadata["Description"],
        multi_region=metadata["MultiRegion"],
        deleted_at=None if ending is None else datetime.datetime.fromisoformat(ending),
        private=document["PrivateKey"],
        tags=dict(document["Tags"]),
        aliases=tuple(document["Aliases"]),
    )
