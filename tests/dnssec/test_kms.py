"""What KMS says of the keys behind key-signing keys: each fault is named, and nothing where there is none."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from psfdns.dnssec.finding import gather, seen_at
from psfdns.dnssec.kms import KeyReading, KmsWitness, judge_kms
from psfdns.key_policies import write_policy
from psfdns.plans.host import ManagedKey, SigningKey

ACCOUNT, ZONE = "111122223333", "Z1EXAMPLE"
ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
POLICY = write_policy(account=ACCOUNT, zone_ids=[ZONE])


def managed(**changed: Any) -> ManagedKey:
    wanted = {
        "id": "1234abcd",
        "arn": ARN,
        "state": "Enabled",
        "spec": "ECC_NIST_P256",
        "usage": "SIGN_VERIFY",
    }
    return ManagedKey(**{**wanted, **changed})


def signing_key(arn: str = ARN, status: str = "ACTIVE", name: str = "key_1") -> SigningKey:
    return SigningKey(name, status, 4711, 13, 2, "AB" * 32, "", arn)


def found(
    reading: KeyReading | None, *keys: SigningKey, account: str | None = ACCOUNT, zone_id: str = ZONE
) -> dict[str, tuple[str, str]]:
    """Code -> severity and summary."""
    readings = {} if reading is None else {ARN: reading}
    problems = judge_kms(KmsWitness(readings, zone_id, account), keys or (signing_key(),))
    return {each.code: (each.severity.value, each.summary) for each in gather(seen_at(problems))}


def opened(text: str, **changed: Any) -> str:
    """The policy with fields of Route 53's first statement changed."""
    document = json.loads(text)
    document["Statement"][1] |= changed
    return json.dumps(document)


def without(text: str, number: int) -> str:
    document = json.loads(text)
    del document["Statement"][number]
    return json.dumps(document)


@pytest.mark.parametrize("account", [ACCOUNT, None])
def test_a_key_that_is_as_it_should_be_is_not_mentioned(account: str | None) -> None:
    assert found(KeyReading(managed(), POLICY), account=account) == {}


def test_a_key_that_was_not_asked_for_is_not_mentioned() -> None:
    assert found(None) == {}
    assert found(None, signing_key("")) == {}


ENDING = datetime.datetime(2026, 12, 1, 9, tzinfo=datetime.UTC)
FAULTS: dict[str, tuple[KeyReading, str, str, str]] = {
    "gone": (KeyReading(), "KMS_KEY_MISSING", "error", "no key any more"),
    "disabled": (KeyReading(managed(state="Disabled"), POLICY), "KMS_KEY_DISABLED", "error", "Disabled"),
    "about to go": (
        KeyReading(managed(state="PendingDeletion", deleted_at=ENDING), POLICY),
        "KMS_KEY_PENDING_DELETION",
        "error",
        "on 2026-12-01T09:00:00Z",
    ),
    "not ready": (
        KeyReading(managed(state="Unavailable"), POLICY),
        "KMS_KEY_UNUSABLE",
        "error",
        "Unavailable",
    ),
    "another curve": (
        KeyReading(managed(spec="ECC_NIST_P384"), POLICY),
        "KMS_KEY_WRONG_KIND",
        "error",
        "P384",
    ),
    "another usage": (
        KeyReading(managed(usage="KEY_AGREEMENT"), POLICY),
        "KMS_KEY_WRONG_KIND",
        "error",
        "AGREE",
    ),
    "several regions": (
        KeyReading(managed(multi_region=True), POLICY),
        "KMS_KEY_MULTI_REGION",
        "warning",
        "",
    ),
    "no Sign": (
        KeyReading(managed(), opened(POLICY, Action=["kms:DescribeKey", "kms:GetPublicKey"])),
        "KMS_POLICY_LACKS_ROUTE53",
        "error",
        "no kms:Sign",
    ),
    "another service": (
        KeyReading(managed(), opened(POLICY, Principal={"Service": "route53.amazonaws.com"})),
        "KMS_POLICY_LACKS_ROUTE53",
        "error",
        "kms:DescribeKey, kms:GetPublicKey, kms:Sign",
    ),
    "no grants": (
        KeyReading(managed(), without(POLICY, 2)),
        "KMS_POLICY_LACKS_ROUTE53",
        "warning",
        "CreateGrant",
    ),
    "nonsense": (KeyReading(managed(), "{}"), "KMS_POLICY_LACKS_ROUTE53", "error", "no statements"),
    "for anybody's zone": (
        KeyReading(managed(), opened(POLICY, Condition={})),
        "KMS_POLICY_FOR_ANY_ZONE",
        "warning",
        "any zone of any account",
    ),
    "nothing could be asked": (KeyReading(why="KMS: not allowed"), "KMS_UNKNOWN", "info", "not allowed"),
    "its policy could not be asked": (
        KeyReading(managed(), why="KMS: not allowed"),
        "KMS_UNKNOWN",
        "info",
        "",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_said_and_nothing_else(fault: str) -> None:
    reading, code, severity, words = FAULTS[fault]

    told = found(reading)

    assert {name: each for name, (each, _) in told.items()} == {code: severity}
    assert words in told[code][1]
    assert code == "KMS_UNKNOWN" or "key_1 (4711)" in told[code][1]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("status", ["INACTIVE", "DELETING"])
def test_of_a_key_that_does_not_sign_all_is_information(fault: str, status: str) -> None:
    told = found(FAULTS[fault][0], signing_key(status=status))

    assert [severity for severity, _ in told.values()] == ["info"]


@pytest.mark.parametrize("status", ["ACTION_NEEDED", "INTERNAL_FAILURE"])
def test_of_one_that_should_sign_and_cannot_it_is_as_bad_as_of_one_that_does(status: str) -> None:
    assert found(KeyReading(managed(state="Disabled"), POLICY), signing_key(status=status))[
        "KMS_KEY_DISABLED"
    ][0] == ("error")


def test_a_key_of_another_region_is_told_by_its_arn() -> None:
    told = found(None, signing_key(ARN.replace("us-east-1", "eu-central-1")))

    assert told == {
        "KMS_KEY_WRONG_REGION": (
            "error",
            "the key in KMS behind key_1 (4711) is in eu-central-1, not in us-east-1",
        )
    }


def test_a_policy_for_another_zone_or_account_lacks_everything() -> None:
    for changed in ({"zone_id": "Z2OTHER"}, {"account": "444455556666"}):
        told = found(KeyReading(managed(), POLICY), **changed)
        assert list(told) == ["KMS_POLICY_LACKS_ROUTE53"]


def test_several_faults_are_all_said() -> None:
    reading = KeyReading(managed(state="Disabled", multi_region=True), opened(POLICY, Condition={}))

    assert set(found(reading)) == {"KMS_KEY_DISABLED", "KMS_KEY_MULTI_REGION", "KMS_POLICY_FOR_ANY_ZONE"}
