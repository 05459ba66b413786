"""KMS: what we rely on, asked of moto and of the sandbox; where moto is too lenient the sandbox alone."""

from __future__ import annotations

import base64
import datetime
import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from psfdns.key_policies import write_policy
from psfdns.sandbox.cloud import ACCOUNT
from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import Clock
from tests.sandbox.keys import code_of

SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
Action = Callable[..., Any]


@pytest.fixture(params=["sandbox", "moto"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if request.param == "sandbox":
        yield request.getfixturevalue("kms")
        return
    with mock_aws():
        yield client_in("us-east-1", monkeypatch)


def client_in(region: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    return session().create_client("kms", region_name=region)


@functools.cache
def session() -> botocore.session.Session:
    return botocore.session.Session()


def make(kms: Any, **settings: Any) -> dict[str, Any]:
    return dict(kms.create_key(**{**SIGNING, **settings})["KeyMetadata"])


def test_a_key_is_described_as_it_was_made(either: Any) -> None:
    made = make(either, Description="for a zone", Tags=[{"TagKey": "a", "TagValue": "b"}])

    found = either.describe_key(KeyId=made["KeyId"])["KeyMetadata"]

    assert found == made
    assert (found["KeySpec"], found["KeyUsage"], found["KeyState"]) == (
        "ECC_NIST_P256",
        "SIGN_VERIFY",
        "Enabled",
    )
    assert (found["Enabled"], found.get("MultiRegion", False), found["KeyManager"]) == (
        True,
        False,
        "CUSTOMER",
    )
    assert found["SigningAlgorithms"] == ["ECDSA_SHA_256"]
    assert found["Arn"].endswith(f":key/{found['KeyId']}")
    assert either.list_resource_tags(KeyId=made["KeyId"])["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert [each["KeyArn"] for each in either.list_keys()["Keys"]] == [made["Arn"]]


def test_a_multi_region_key_is_told_apart(either: Any) -> None:
    made = make(either, MultiRegion=True)

    assert made["MultiRegion"]
    assert made["KeyId"].startswith("mrk-")


def test_its_public_key_is_one_of_the_curve(either: Any) -> None:
    found = either.get_public_key(KeyId=make(either)["KeyId"])["PublicKey"]

    assert len(found) == 91
    assert found.startswith(base64.b64decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"))


def test_a_policy_is_kept_as_it_was_written(either: Any) -> None:
    made = make(either)
    policy = write_policy(account=ACCOUNT, zone_ids=["Z1"])

    assert "kms:*" in either.get_key_policy(KeyId=made["KeyId"], PolicyName="default")["Policy"]
    either.put_key_policy(KeyId=made["KeyId"], PolicyName="default", Policy=policy)
    assert either.get_key_policy(KeyId=made["Arn"], PolicyName="default")["Policy"] == policy
    assert either.list_key_policies(KeyId=made["KeyId"])["PolicyNames"] == ["default"]


def test_an_alias_leads_to_a_key_until_it_is_moved_or_deleted(either: Any) -> None:
    first, second = make(either), make(either)
    either.create_alias(AliasName="alias/psfdns/a", TargetKeyId=first["KeyId"])

    def leads_to() -> str:
        return str(either.describe_key(KeyId="alias/psfdns/a")["KeyMetadata"]["KeyId"])

    assert leads_to() == first["KeyId"]
    assert code_of(either.create_alias, AliasName="alias/psfdns/a", TargetKeyId=second["KeyId"]) == (
        "AlreadyExistsException"
    )
    either.update_alias(AliasName="alias/psfdns/a", TargetKeyId=second["KeyId"])
    assert leads_to() == second["KeyId"]
    ours = [each for each in either.list_aliases()["Aliases"] if "psfdns" in each["AliasName"]]
    assert [(each["AliasName"], each["TargetKeyId"]) for each in ours] == [
        ("alias/psfdns/a", second["KeyId"])
    ]
    either.delete_alias(AliasName="alias/psfdns/a")
    assert code_of(either.describe_key, KeyId="alias/psfdns/a") == "NotFoundException"


def test_states_follow_one_another(either: Any) -> None:
    key_id = make(either)["KeyId"]

    def state() -> tuple[str, bool]:
        found = either.describe_key(KeyId=key_id)["KeyMetadata"]
        return found["KeyState"], "DeletionDate" in found

    either.disable_key(KeyId=key_id)
    assert state() == ("Disabled", False)
    either.enable_key(KeyId=key_id)
    assert state() == ("Enabled", False)
    either.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    assert state() == ("PendingDeletion", True)
    either.cancel_key_deletion(KeyId=key_id)
    assert state() == ("Disabled", False)


@pytest.mark.parametrize("key", ["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/nothing", "nonsense"])
def test_what_is_not_there_is_not_found(either: Any, key: str) -> None:
    assert code_of(either.describe_key, KeyId=key) == "NotFoundException"


def test_tags_are_added_and_taken_away(either: Any) -> None:
    key_id = make(either, Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyId"]
    either.tag_resource(
        KeyId=key_id, Tags=[{"TagKey": "b", "TagValue": "2"}, {"TagKey": "a", "TagValue": "3"}]
    )
    either.untag_resource(KeyId=key_id, TagKeys=["b"])

    assert either.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "a", "TagValue": "3"}]


def pending(kms: Any) -> str:
    key_id = make(kms)["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id)
    return str(key_id)


REFUSED: dict[str, tuple[Callable[[Any], str], str]] = {
    "a usage that the spec does not have": (
        lambda kms: code_of(kms.create_key, KeySpec="ECC_NIST_P256"),
        "ValidationException",
    ),
    "a spec that is not kept here": (
        lambda kms: code_of(kms.create_key, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
        "UnsupportedOperationException",
    ),
    "a policy that is none": (
        lambda kms: code_of(kms.create_key, Policy="{}"),
        "MalformedPolicyDocumentException",
    ),
    "a policy that locks everybody out": (
        lambda kms: code_of(
            kms.create_key,
            Policy=json.dumps(
                {"Statement": [{"Effect": "Allow", "Principal": {"Service": "x"}, "Action": "kms:*"}]}
            ),
        ),
        "MalformedPolicyDocumentException",
    ),
    "a policy of another name": (
        lambda kms: code_of(kms.get_key_policy, KeyId=make(kms)["KeyId"], PolicyName="other"),
        "NotFoundException",
    ),
    "an alias of Amazon's": (
        lambda kms: code_of(kms.create_alias, AliasName="alias/aws/a", TargetKeyId=make(kms)["KeyId"]),
        "NotAuthorizedException",
    ),
    "an alias that is none": (
        lambda kms: code_of(kms.create_alias, AliasName="psfdns", TargetKeyId=make(kms)["KeyId"]),
        "InvalidAliasNameException",
    ),
    "an alias that is not there": (
        lambda kms: code_of(kms.delete_alias, AliasName="alias/a"),
        "NotFoundException",
    ),
    "six days": (
        lambda kms: code_of(kms.schedule_key_deletion, KeyId=make(kms)["KeyId"], PendingWindowInDays=6),
        "ValidationException",
    ),
    "a deletion that is not under way": (
        lambda kms: code_of(kms.cancel_key_deletion, KeyId=make(kms)["KeyId"]),
        "KMSInvalidStateException",
    ),
    "a tag of Amazon's": (
        lambda kms: code_of(kms.create_key, Tags=[{"TagKey": "aws:a", "TagValue": "b"}]),
        "TagException",
    ),
    "an ARN of another account": (
        lambda kms: code_of(kms.describe_key, KeyId=make(kms)["Arn"].replace(ACCOUNT, "111122223333")),
        "NotFoundException",
    ),
    "the public half of a symmetric key": (
        lambda kms: code_of(kms.get_public_key, KeyId=kms.create_key()["KeyMetadata"]["KeyId"]),
        "UnsupportedOperationException",
    ),
    "an action that is not known": (
        lambda kms: code_of(kms.generate_random, NumberOfBytes=8),
        "UnsupportedOperationException",
    ),
    **{
        f"{action} of a key that is about to go": (
            lambda kms, action=action, more=more: code_of(getattr(kms, action), KeyId=pending(kms), **more),  # type: ignore[misc]
            "KMSInvalidStateException",
        )
        for action, more in {
            "enable_key": {},
            "disable_key": {},
            "schedule_key_deletion": {},
            "get_public_key": {},
            "put_key_policy": {"Policy": "{}"},
            "tag_resource": {"Tags": []},
            "untag_resource": {"TagKeys": []},
        }.items()
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_kms_refuses_is_refused(kms: Any, what: str) -> None:
    ask, code = REFUSED[what]

    assert ask(kms) == code


def test_a_disabled_key_does_not_show_its_public_half(kms: Any) -> None:
    key_id = make(kms)["KeyId"]
    kms.disable_key(KeyId=key_id)

    assert code_of(kms.get_public_key, KeyId=key_id) == "DisabledException"


def test_a_lock_out_can_be_asked_for(kms: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "x"}, "Action": "kms:*"}
    policy = json.dumps({"Statement": [statement]})

    assert make(kms, Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyState"] == "Enabled"


@pytest.mark.parametrize(
    ("spec", "usage", "algorithms"),
    [("ECC_NIST_P384", "SIGN_VERIFY", ["ECDSA_SHA_384"]), ("RSA_2048", "SIGN_VERIFY", None)],
)
def test_keys_that_route53_cannot_use_are_made_too(kms: Any, spec: str, usage: str, algorithms: Any) -> None:
    made = make(kms, KeySpec=spec, KeyUsage=usage)

    assert (made["KeySpec"], made.get("SigningAlgorithms")) == (spec, algorithms)
    assert kms.get_public_key(KeyId=made["Arn"])["KeySpec"] == spec


def test_a_key_that_was_to_go_is_gone_when_its_time_has_come(kms: Any, clock: Clock) -> None:
    key_id = make(kms)["KeyId"]
    ending = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)["DeletionDate"]

    assert ending == clock.now + datetime.timedelta(days=7)
    clock.pass_(7 * 86400 - 1)
    assert code_of(kms.describe_key, KeyId=key_id) == "accepted"
    clock.pass_(1)
    assert code_of(kms.describe_key, KeyId=key_id) == "NotFoundException"


def test_a_region_sees_its_own_keys(sandbox: Sandbox, kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here = make(kms)
    there = client_in("eu-central-1", monkeypatch)
    sandbox.attach(there)
    made = make(there)

    assert made["Arn"].startswith("arn:aws:kms:eu-central-1:")
    assert [each["KeyArn"] for each in there.list_keys()["Keys"]] == [made["Arn"]]
    assert [each["KeyArn"] for each in kms.list_keys()["Keys"]] == [here["Arn"]]


def test_keys_outlive_the_process_and_are_nobody_elses_to_read(tmp_path: Path) -> None:
    kms = Sandbox(tmp_path).client("kms")
    made = make(
        kms, Policy=write_policy(account=ACCOUNT, zone_ids=["Z1"]), Tags=[{"TagKey": "a", "TagValue": "b"}]
    )
    kms.create_alias(AliasName="alias/psfdns/a", TargetKeyId=made["KeyId"])
    public = kms.get_public_key(KeyId=made["KeyId"])["PublicKey"]

    later = Sandbox(tmp_path).client("kms")

    found = later.describe_key(KeyId="alias/psfdns/a")["KeyMetadata"]
    assert {**found, "CreationDate": None} == {**made, "CreationDate": None}
    assert later.get_public_key(KeyId=made["KeyId"])["PublicKey"] == public
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_a_damaged_document_of_keys_is_named(tmp_path: Path) -> None:
    kms = Sandbox(tmp_path).client("kms")
    make(kms)
    (tmp_path / "keys.json").write_text('{"format": "psfdns-sandbox/1", "Keys": [{}]}')

    with pytest.raises(Exception, match=r"keys\.json"):
        kms.list_keys()


def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox) -> None:
    headers = {"X-Amz-Target": "TrentService.CreateKey"}

    status, _, body = sandbox.handle("POST", "/", "", headers, b"<xml/>")

    assert (status, json.loads(body)["__type"]) == (400, "SerializationException")


def test_what_does_not_fit_the_model_is_refused(sandbox: Sandbox) -> None:
    headers = {"x-amz-target": "TrentService.DescribeKey"}

    status, _, body = sandbox.handle("POST", "/", "", headers, b'{"KeyId": 3}')

    assert (status, json.loads(body)["__type"]) == (400, "ValidationException")


def test_keys_are_forgotten_with_the_rest(tmp_path: Path) -> None:
    from psfdns.sandbox.reset import forget

    make(Sandbox(tmp_path).client("kms"))
    forget(tmp_path)

    assert Sandbox(tmp_path).client("kms").list_keys()["Keys"] == []


def test_moto_s_disabled_keys_sign_and_dying_ones_recover_so_it_does_not_play_kms_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with mock_aws():
        client = client_in("us-east-1", monkeypatch)
        key_id = make(client)["KeyId"]
        client.disable_key(KeyId=key_id)
        client.sign(KeyId=key_id, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
        client.schedule_key_deletion(KeyId=key_id)
        client.enable_key(KeyId=key_id)
        assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_refusal_is_a_typed_error_of_the_client(kms: Any) -> None:
    with pytest.raises(kms.exceptions.NotFoundException) as caught:
        kms.describe_key(KeyId="alias/a")
    assert isinstance(caught.value, ClientError)
