from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from psfdns.cli.dnssec.keys_in_kms import KeysInKms
from psfdns.dnssec.kms import KeyReading
from psfdns.errors import HostError
from psfdns.plans.host import HostedZone, ManagedKey, SigningKey

ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = ManagedKey("1234abcd", ARN, "Enabled", "ECC_NIST_P256", "SIGN_VERIFY")
ZONES = [HostedZone(f"Z{n}", "a.example.", False, "r", None, 2) for n in range(2)]


@dataclass
class Stand:
    """A KMS that answers so, or refuses."""

    key: ManagedKey | HostError | None = KEY
    policy: str | HostError = "{}"
    is_amazons: bool = True
    asked: list[str] = field(default_factory=list)

    def describe_key(self, key: str) -> ManagedKey | None:
        self.asked.append(f"key {key}")
        if isinstance(self.key, HostError):
            raise self.key
        return self.key

    def fetch_policy(self, key: str) -> str:
        self.asked.append(f"policy {key}")
        if isinstance(self.policy, HostError):
            raise self.policy
        return self.policy


def keys_in(kms: Stand, *, at_amazon: bool = True) -> KeysInKms:
    access: Any = SimpleNamespace(kms=kms, api=SimpleNamespace(is_amazons=at_amazon))
    return KeysInKms(access, "111122223333")


def signing_key(arn: str = ARN) -> SigningKey:
    return SigningKey("key_1", "ACTIVE", 1, 13, 2, "AB", "", arn)


DENIED = HostError(
    "KMS", "look at key …", "not allowed (AccessDeniedException)", code="AccessDeniedException"
)
SAID = "KMS: not allowed (AccessDeniedException)"


@pytest.mark.parametrize(
    ("kms", "reading"),
    [
        (Stand(), KeyReading(KEY, "{}")),
        (Stand(key=None), KeyReading()),
        (Stand(key=DENIED), KeyReading(why=SAID)),
        (Stand(policy=DENIED), KeyReading(KEY, why=SAID)),
    ],
    ids=["all is told", "no such key", "nothing may be asked", "the policy may not be asked for"],
)
def test_what_kms_says_is_kept_and_a_refusal_is_no_failure(kms: Stand, reading: KeyReading) -> None:
    witness = keys_in(kms).look_at(ZONES[0], [signing_key()])

    assert (dict(witness.readings), witness.zone_id, witness.account) == (
        {ARN: reading},
        "Z0",
        "111122223333",
    )


def test_a_key_of_several_zones_is_asked_about_once() -> None:
    kms = Stand()
    keys = keys_in(kms)
    for zone in ZONES:
        keys.look_at(zone, [signing_key(), signing_key()])

    assert kms.asked == [f"key {ARN}", f"policy {ARN}"]


def test_keys_of_other_regions_are_not_asked_for() -> None:
    kms = Stand()

    witness = keys_in(kms).look_at(
        ZONES[0], [signing_key(ARN.replace("us-east-1", "eu-central-1")), signing_key("")]
    )

    assert (dict(witness.readings), kms.asked) == ({}, [])


@pytest.mark.parametrize(
    ("at_amazon", "kms_at_amazon", "asks"), [(True, True, True), (False, False, True), (False, True, False)]
)
def test_a_stand_in_for_route53_does_not_send_us_to_amazon_s_kms(
    at_amazon: bool, kms_at_amazon: bool, asks: bool
) -> None:
    kms = Stand(is_amazons=kms_at_amazon)

    witness = keys_in(kms, at_amazon=at_amazon).look_at(ZONES[0], [signing_key()])

    assert bool(kms.asked) is asks
    assert ("AWS_ENDPOINT_URL_KMS" in witness.readings[ARN].why) is not asks
