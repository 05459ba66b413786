from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from psfdns.errors import HostError
from psfdns.plans.host import HostedZone
from psfdns.route53.signing import NewKey, SigningSwitch, fetch_signing, key_reference

ZONE = HostedZone(
    "Z1EXAMPLE", "zone.example.", private=False, caller_reference="r", comment=None, record_set_count=2
)
ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_ARN = ARN.replace("1234abcd", "5678abcd")
CHANGE = {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING"}}


def shape(name: str = "key_1", status: str = "ACTIVE", arn: str = ARN) -> dict[str, Any]:
    return {
        "Name": name,
        "Status": status,
        "KmsArn": arn,
        "KeyTag": 4711,
        "SigningAlgorithmType": 13,
        "DigestAlgorithmType": 2,
        "DigestValue": "ab" * 32,
        "PublicKey": "cHVibGlj",
    }


def says(*keys: dict[str, Any], status: str = "NOT_SIGNING") -> dict[str, Any]:
    return {"Status": {"ServeSignature": status}, "KeySigningKeys": list(keys)}


def refuse(code: str, why: str = "", **fields: Any) -> HostError:
    return HostError("Route 53", "do it", why or code, code=code, **fields)


class Script:
    """An API that gives these answers, one a request, and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.paused: list[float] = []

    def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
        self.asked.append((action, parameters))
        answer = self._answers.pop(0)
        if isinstance(answer, HostError):
            raise answer
        return answer

    @property
    def switch(self) -> SigningSwitch:
        return SigningSwitch(self, ZONE, self.paused.append)

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.asked]


Step = Callable[[SigningSwitch], str | None]
STEPS: dict[str, tuple[Step, dict[str, Any], dict[str, Any]]] = {
    "ActivateKeySigningKey": (
        lambda switch: switch.activate_key("key_1"),
        says(shape()),
        says(shape(status="INACTIVE")),
    ),
    "DeactivateKeySigningKey": (
        lambda switch: switch.deactivate_key("key_1"),
        says(shape(status="INACTIVE")),
        says(shape()),
    ),
    "DeleteKeySigningKey": (
        lambda switch: switch.delete_key("key_1"),
        says(shape("key_2")),
        says(shape(status="INACTIVE")),
    ),
    "EnableHostedZoneDNSSEC": (
        lambda switch: switch.enable_signing(),
        says(shape(), status="SIGNING"),
        says(shape()),
    ),
    "DisableHostedZoneDNSSEC": (
        lambda switch: switch.disable_signing(),
        says(shape()),
        says(shape(), status="SIGNING"),
    ),
}
"""Action -> the step, what GetDNSSEC says once it is done, and what it says before."""


@pytest.mark.parametrize("action", STEPS)
def test_a_step_is_one_request_and_gives_the_change_to_wait_for(action: str) -> None:
    step, _, _ = STEPS[action]
    script = Script(CHANGE)

    assert step(script.switch) == "C1"
    [(asked, parameters)] = script.asked
    assert (asked, parameters["HostedZoneId"]) == (action, "Z1EXAMPLE")
    assert parameters.get("Name") == (None if "Hosted" in action else "key_1")


@pytest.mark.parametrize("action", STEPS)
def test_a_lost_answer_is_no_failure_where_the_step_was_done(action: str) -> None:
    step, done, before = STEPS[action]

    assert step(Script(refuse("", uncertain=True), done).switch) is None
    with pytest.raises(HostError):
        step(Script(refuse("", uncertain=True), before).switch)


@pytest.mark.parametrize("action", STEPS)
def test_a_refusal_of_the_second_sending_is_no_failure_either(action: str) -> None:
    step, done, _ = STEPS[action]

    assert step(Script(refuse("InvalidSigningStatus", attempts=2), done).switch) is None
    with pytest.raises(HostError):
        step(Script(refuse("InvalidSigningStatus"), done).switch)


def test_another_change_is_waited_out() -> None:
    busy = refuse("ConcurrentModification")
    script = Script(busy, refuse("PriorRequestNotComplete"), busy, CHANGE)

    assert script.switch.enable_signing() == "C1"
    assert script.paused == [1.0, 4.0, 16.0]


def test_another_change_that_does_not_end_is_an_error_that_may_be_tried_again() -> None:
    script = Script(*(refuse("ConcurrentModification") for _ in range(4)))

    with pytest.raises(HostError) as caught:
        script.switch.disable_signing()
    assert caught.value.retryable
    assert "under way" in (caught.value.hint or "")


def test_an_answer_that_was_lost_before_a_wait_counts_after_it() -> None:
    script = Script(
        refuse("ConcurrentModification", attempts=2), refuse("NoSuchKeySigningKey"), says(shape("key_2"))
    )

    assert script.switch.delete_key("key_1") is None


HINTS = {
    "KeySigningKeyInParentDSRecord": "TTL has passed",
    "KeySigningKeyInUse": "activate another",
    "InvalidKMSArn": "dnssec-route53.amazonaws.com",
    "KeySigningKeyWithActiveStatusNotFound": "activate",
    "HostedZonePartiallyDelegated": "psfdns delegation",
    "DNSSECNotFound": "make one first",
    "InvalidKeySigningKeyStatus": "INACTIVE",
    "InvalidSigningStatus": "psfdns dnssec status",
    "NoSuchKeySigningKey": "psfdns dnssec status",
    "TooManyKeySigningKeys": "2 at most",
    "InvalidArgument": "public zones",
}


@pytest.mark.parametrize("code", HINTS)
def test_a_refusal_says_what_to_do(code: str) -> None:
    with pytest.raises(HostError) as caught:
        Script(refuse(code)).switch.disable_signing()
    assert HINTS[code] in (caught.value.hint or "")
    assert not caught.value.retryable


def test_a_hint_that_is_there_already_stays() -> None:
    denied = refuse("AccessDenied", hint="the IAM identity in use needs route53:EnableHostedZoneDNSSEC")

    with pytest.raises(HostError) as caught:
        Script(denied).switch.enable_signing()
    assert caught.value.hint == denied.hint


def test_a_parent_that_route53_could_not_see_is_looked_at_again() -> None:
    words = "Due to DNS lookup failure, we cannot determine if the KSK is in a parent DS record."

    with pytest.raises(HostError) as caught:
        Script(refuse("KeySigningKeyInParentDSRecord", words)).switch.disable_signing()
    assert caught.value.retryable
    assert "some minutes" in (caught.value.hint or "")


MADE = {**CHANGE, "KeySigningKey": shape(), "Location": "…"}


def create(script: Script, name: str = "key_1", arn: str = ARN, *, active: bool = True) -> NewKey:
    return script.switch.create_key(name, kms_arn=arn, active=active)


@pytest.mark.parametrize(("active", "status"), [(True, "ACTIVE"), (False, "INACTIVE")])
def test_a_key_is_made_with_a_reference_that_follows_from_what_is_wanted(active: bool, status: str) -> None:
    script = Script(MADE)

    made = create(script, active=active)

    assert (made.change_id, made.key.name, made.key.kms_arn, made.key.public_key) == (
        "C1",
        "key_1",
        ARN,
        "cHVibGlj",
    )
    assert made.key.digest == "AB" * 32
    reference = key_reference("Z1EXAMPLE", "key_1", ARN, 0)
    assert script.asked[0][1] == {
        "CallerReference": reference,
        "HostedZoneId": "Z1EXAMPLE",
        "KeyManagementServiceArn": ARN,
        "Name": "key_1",
        "Status": status,
    }
    assert len(reference) <= 128


def test_references_differ_where_the_wish_does() -> None:
    wishes = [
        ("Z1", "key", "a", 0),
        ("Z2", "key", "a", 0),
        ("Z1", "yek", "a", 0),
        ("Z1", "key", "b", 0),
        ("Z1", "key", "a", 1),
    ]

    assert len({key_reference(*wish) for wish in wishes}) == len(wishes)


TAKEN = "KeySigningKeyAlreadyExists"


@pytest.mark.parametrize(
    "refusal", [refuse(TAKEN), refuse("", uncertain=True), refuse("TooManyKeySigningKeys", attempts=2)]
)
def test_a_key_that_is_there_already_is_the_one(refusal: HostError) -> None:
    script = Script(refusal, says(shape("key_0", arn=OTHER_ARN), shape(status="INACTIVE")))

    made = create(script)

    assert made.change_id is None
    assert (made.key.name, made.key.status) == ("key_1", "INACTIVE")


@pytest.mark.parametrize(
    "there", [shape(arn=OTHER_ARN), shape("key_2")], ids=["the name is another's", "the KMS key is another's"]
)
def test_a_name_or_kms_key_that_is_taken_is_refused(there: dict[str, Any]) -> None:
    with pytest.raises(HostError) as caught:
        create(Script(refuse(TAKEN), says(there)))
    assert "choose another" in (caught.value.hint or "")


def test_a_request_that_did_not_arrive_makes_no_key() -> None:
    with pytest.raises(HostError) as caught:
        create(Script(refuse("", uncertain=True), says()))
    assert caught.value.uncertain


def test_a_refusal_is_not_looked_into() -> None:
    script = Script(refuse("TooManyKeySigningKeys"))

    with pytest.raises(HostError):
        create(script)
    assert script.actions == ["CreateKeySigningKey"]


def test_after_a_deletion_the_next_reference_is_taken() -> None:
    script = Script(refuse(TAKEN), says(), MADE)

    assert create(script).change_id == "C1"
    assert script.asked[2][1]["CallerReference"] == key_reference("Z1EXAMPLE", "key_1", ARN, 1)


def test_references_come_to_an_end() -> None:
    with pytest.raises(HostError, match="references"):
        create(Script(*[answer for _ in range(20) for answer in (refuse(TAKEN), says())]))


@pytest.mark.parametrize("name", ["ab", "psf-2026", "zone.example", "a" * 129, "schlüssel", "key_1\n", ""])
def test_a_bad_name_is_refused_before_anything_is_sent(name: str) -> None:
    script = Script()

    with pytest.raises(HostError) as caught:
        create(script, name)
    assert "letters, digits and underscores" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["abc", "a" * 128, "KSK_2026"])
def test_a_good_name_is_sent(name: str) -> None:
    assert create(Script(MADE), name).change_id == "C1"


@pytest.mark.parametrize(
    "arn",
    [
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        ARN.replace("us-east-1", "eu-central-1"),
        ARN.replace("key/", "alias/"),
        ARN + "\n",
    ],
)
def test_what_is_no_arn_of_a_key_there_is_refused_before_anything_is_sent(arn: str) -> None:
    with pytest.raises(HostError) as caught:
        create(Script(), arn=arn)
    assert "us-east-1" in (caught.value.hint or "")


def test_what_route53_says_is_read_whole() -> None:
    signing = fetch_signing(Script(says(shape(), status="SIGNING")), ZONE)

    assert (signing.status, signing.keys[0].key_tag, signing.keys[0].kms_arn) == ("SIGNING", 4711, ARN)
