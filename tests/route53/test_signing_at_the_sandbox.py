"""The steps of signing on an account that refuses as Route 53 does, with answers that get lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from psfdns.aws import Kms
from psfdns.errors import HostError
from psfdns.key_policies import write_policy
from psfdns.plans.host import HostedZone, ManagedKey
from psfdns.route53.insync import wait_insync
from psfdns.route53.signing import SigningSwitch, fetch_signing
from tests.route53.accounts import Account, UnsteadyApi, open_account


@dataclass
class Scene:
    account: Account
    kms: Kms
    hosted: HostedZone

    def make_kms_key(self) -> ManagedKey:
        policy = write_policy(account="sandbox", zone_ids=[self.hosted.id])
        return self.kms.create_key(description="a test", policy=policy, tags={"psfdns:zone": "zone.example"})

    def switch(self, api: Any = None) -> SigningSwitch:
        return SigningSwitch(api or self.account.api, self.hosted, self.account.budget.pause)

    def wait(self, change_id: str | None) -> None:
        if change_id is not None:
            done, error = wait_insync(
                self.account.api,
                [change_id],
                pause=self.account.budget.pause,
                clock=self.account.time.clock,
                report=lambda _: None,
            )
            assert (set(done), error) == ({change_id}, None)

    def states(self) -> tuple[str, dict[str, str]]:
        signing = fetch_signing(self.account.api, self.hosted)
        return signing.status, {key.name: key.status for key in signing.keys}


@pytest.fixture
def scene() -> Scene:
    account = open_account()
    live = account.create()
    return Scene(account, Kms(budget=account.budget, attach=account.sandbox.attach), live.hosted)


def test_a_zone_is_signed_and_is_signed_no_longer(scene: Scene) -> None:
    key = scene.make_kms_key()
    switch = scene.switch()
    made = switch.create_key("key_1", kms_arn=key.arn, active=False)
    scene.wait(made.change_id)
    scene.wait(switch.activate_key("key_1"))
    scene.wait(switch.enable_signing())
    assert scene.states() == ("SIGNING", {"key_1": "ACTIVE"})
    (told,) = fetch_signing(scene.account.api, scene.hosted).keys
    assert (told.kms_arn, told.public_key, told.key_tag) == (key.arn, made.key.public_key, made.key.key_tag)
    scene.wait(switch.disable_signing())
    scene.wait(switch.deactivate_key("key_1"))
    scene.wait(switch.delete_key("key_1"))
    assert scene.states() == ("NOT_SIGNING", {})


Step = tuple[str, Callable[[SigningSwitch, str], object]]
STEPS: tuple[Step, ...] = (
    ("CreateKeySigningKey", lambda switch, arn: switch.create_key("key_1", kms_arn=arn, active=False)),
    ("ActivateKeySigningKey", lambda switch, _: switch.activate_key("key_1")),
    ("EnableHostedZoneDNSSEC", lambda switch, _: switch.enable_signing()),
    ("DisableHostedZoneDNSSEC", lambda switch, _: switch.disable_signing()),
    ("DeactivateKeySigningKey", lambda switch, _: switch.deactivate_key("key_1")),
    ("DeleteKeySigningKey", lambda switch, _: switch.delete_key("key_1")),
)


def test_no_lost_answer_makes_a_second_key_or_stops_a_step(scene: Scene) -> None:
    arn = scene.make_kms_key().arn
    for action, step in STEPS:
        step(scene.switch(UnsteadyApi(scene.account.api, {(action, 1): "lost"})), arn)
        scene.account.time.sleep(60)
    assert scene.states() == ("NOT_SIGNING", {})


def test_a_request_that_did_not_arrive_is_an_error_and_nothing_is_done(scene: Scene) -> None:
    arn = scene.make_kms_key().arn
    for action, step in STEPS:
        before = scene.states()
        with pytest.raises(HostError):
            step(scene.switch(UnsteadyApi(scene.account.api, {(action, 1): "cut"})), arn)
        assert scene.states() == before
        step(scene.switch(), arn)
        scene.account.time.sleep(60)
        assert scene.states() != before


def test_a_key_is_made_again_after_it_was_deleted(scene: Scene) -> None:
    """Its first reference stays used."""
    arn = scene.make_kms_key().arn
    for _ in range(3):
        made = scene.switch().create_key("key_1", kms_arn=arn, active=False)
        assert made.change_id is not None
        scene.switch().delete_key("key_1")
        scene.account.time.sleep(60)


def test_the_same_wish_twice_makes_one_key(scene: Scene) -> None:
    arn = scene.make_kms_key().arn
    first = scene.switch().create_key("key_1", kms_arn=arn, active=True)
    second = scene.switch().create_key("key_1", kms_arn=arn, active=True)

    assert (second.key, second.change_id) == (first.key, None)
    assert scene.states() == ("NOT_SIGNING", {"key_1": "ACTIVE"})


def test_another_change_of_the_zone_is_waited_out() -> None:
    account = open_account(busy_for=3)
    hosted = account.create().hosted
    scene = Scene(account, Kms(budget=account.budget, attach=account.sandbox.attach), hosted)
    account.time.sleep(5)
    scene.switch().create_key("key_1", kms_arn=scene.make_kms_key().arn, active=True)

    assert scene.switch().enable_signing() is not None


def test_refusals_come_with_what_to_do(scene: Scene) -> None:
    key = scene.make_kms_key()
    unfit = scene.kms.create_key(
        description="",
        policy=write_policy(account="sandbox", zone_ids=["Z1OTHER"]),
        tags={},
    )
    with pytest.raises(HostError, match="permissions") as caught:
        scene.switch().create_key("key_1", kms_arn=unfit.arn, active=True)
    assert "policy" in (caught.value.hint or "")
    scene.switch().create_key("key_1", kms_arn=key.arn, active=True)
    scene.switch().enable_signing()
    with pytest.raises(HostError) as caught:
        scene.switch().deactivate_key("key_1")
    assert caught.value.code == "KeySigningKeyInUse"
    assert "disable signing first" in (caught.value.hint or "")
