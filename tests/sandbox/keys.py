"""Keys of KMS and of zones, made in a sandbox for tests."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from psfdns.key_policies import write_policy
from psfdns.sandbox.cloud import ACCOUNT


def make_kms_key(kms: Any, zone_id: str, **settings: Any) -> str:
    """The ARN of a new key that may sign the zone, unless the settings say otherwise."""
    wanted = {
        "KeySpec": "ECC_NIST_P256",
        "KeyUsage": "SIGN_VERIFY",
        "Policy": write_policy(account=ACCOUNT, zone_ids=[zone_id]),
        **settings,
    }
    return str(kms.create_key(**wanted)["KeyMetadata"]["Arn"])


def make_key(
    client: Any, zone_id: str, arn: str, name: str = "key_1", status: str = "ACTIVE"
) -> dict[str, Any]:
    answer = client.create_key_signing_key(
        CallerReference=f"{zone_id} {name} {arn}",
        HostedZoneId=zone_id,
        KeyManagementServiceArn=arn,
        Name=name,
        Status=status,
    )
    return dict(answer["KeySigningKey"])


def sign(client: Any, kms: Any, zone_id: str) -> dict[str, Any]:
    """Sign a zone with one key, which is returned."""
    key = make_key(client, zone_id, make_kms_key(kms, zone_id))
    client.enable_hosted_zone_dnssec(HostedZoneId=zone_id)
    return key


def code_of(call: Any, **parameters: Any) -> str:
    """`accepted`, or the code of the refusal."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "accepted"
