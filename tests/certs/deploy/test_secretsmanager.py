"""`type = "secretsmanager"`: one secret, one version a certificate, and the newest is the current one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from psfdns.certs.deploy.parcel import Parcel
from psfdns.certs.deploy.secretsmanager import put_secret
from psfdns.certs.pem import CertificateSet
from psfdns.certs.settings import TargetType
from psfdns.errors import HostError
from tests.certs.deploy.clouds import REGION, Cloud
from tests.certs.deploy.parcels import NEXT, SET, key_text, parcel, target


def bring(cloud: Cloud, found: Parcel, **settings: Any) -> str | None:
    where = target(TargetType.SECRETS_MANAGER, region=REGION, prefix="certs/", **settings)
    return put_secret(where, found, cloud.opener("secretsmanager")).place


def current(cloud: Cloud) -> Any:
    stage = {"VersionStage": "AWSCURRENT"}
    return cloud.client("secretsmanager").get_secret_value(SecretId="certs/a.example", **stage)


def test_the_secret_is_made_with_all_four_parts(cloud: Cloud) -> None:
    arn = bring(cloud, parcel(), kms_key="alias/certs")
    found = current(cloud)
    assert json.loads(found["SecretString"]) == {
        "certificate": SET.certificate.decode(),
        "chain": SET.chain.decode(),
        "fullchain": SET.full_chain.decode(),
        "privkey": SET.key.decode(),
    }
    assert (found["ARN"], found["VersionId"]) == (arn, parcel().fingerprint)
    about = cloud.client("secretsmanager").describe_secret(SecretId="certs/a.example")
    assert about["Tags"] == [{"Key": "psfdns:name", "Value": "a.example"}]
    assert about["KmsKeyId"] == "alias/certs"


def test_the_next_becomes_the_current_version_and_the_same_twice_is_one(cloud: Cloud) -> None:
    bring(cloud, parcel())
    for _ in range(2):
        bring(cloud, parcel(NEXT))
    assert current(cloud)["VersionId"] == parcel(NEXT).fingerprint
    versions = cloud.client("secretsmanager").describe_secret(SecretId="certs/a.example")[
        "VersionIdsToStages"
    ]
    assert set(versions) == {parcel().fingerprint, parcel(NEXT).fingerprint}


def test_what_somebody_else_made_current_is_replaced(cloud: Cloud) -> None:
    bring(cloud, parcel())
    cloud.client("secretsmanager").put_secret_value(SecretId="certs/a.example", SecretString="theirs")
    bring(cloud, parcel())
    assert json.loads(current(cloud)["SecretString"])["privkey"] == SET.key.decode()


def test_the_same_certificate_with_another_chain_is_another_version(cloud: Cloud) -> None:
    bring(cloud, parcel())
    longer = CertificateSet(SET.certificate, SET.chain * 2, SET.key)
    bring(cloud, parcel(longer))
    assert json.loads(current(cloud)["SecretString"])["chain"] == (SET.chain * 2).decode()


FAULTS = {
    (400, "AccessDeniedException"): ("not allowed", "needs secretsmanager:PutSecretValue"),
    (400, "ThrottlingException"): ("throttled 4 times", "the next run tries again"),
    (400, "InvalidRequestException"): ("says InvalidRequestException", ""),
    (500, "InternalServiceError"): ("says InternalServiceError", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_no_is_said_and_nothing_of_the_key_with_it(cloud: Cloud, fault: tuple[int, str]) -> None:
    bring(cloud, parcel())
    cloud.answer("secretsmanager", "PutSecretValue", *fault)
    with pytest.raises(HostError) as caught:
        bring(cloud, parcel(NEXT))
    why, hint = FAULTS[fault]
    assert f"AWS Secrets Manager: write certs/a.example: {why}" in str(caught.value)
    assert hint in (caught.value.hint or "")
    assert key_text(NEXT)[:20] not in str(caught.value)
    assert current(cloud)["VersionId"] == parcel().fingerprint
