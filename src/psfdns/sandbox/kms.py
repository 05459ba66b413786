"""KMS as far as keys are made, looked at and taken away (AWS KMS API reference); JSON in, JSON out.

Ours like the zones: moto's KMS forgets keys with the process, has a clock of its own, and lets a disabled
key sign. Nothing is encrypted or signed here for others.
"""

from __future__ import annotations

import base64
import datetime
import functools
import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from psfdns.key_policies import REGION, lets_account_rule
from psfdns.sandbox import kms_labels
from psfdns.sandbox.cloud import ACCOUNT, Cloud
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.kms_call import Call, Params, read_tags, refuse_pending
from psfdns.sandbox.kms_keys import DISABLED, ENABLED, PENDING, KmsKey
from psfdns.sandbox.wire import Response

if TYPE_CHECKING:
    from botocore.model import ServiceModel

TARGET = "TrentService."
"""What the X-Amz-Target of every request to KMS begins with."""

_REGION = re.compile(r"Credential=[^/]*/[^/]*/([a-z0-9-]+)/kms/")
_DEFAULT_SPEC, _DEFAULT_USAGE = "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"
_USAGES = {
    "SYMMETRIC_DEFAULT": {"ENCRYPT_DECRYPT"},
    "ECC_NIST_P256": {"SIGN_VERIFY", "KEY_AGREEMENT"},
    "ECC_NIST_P384": {"SIGN_VERIFY", "KEY_AGREEMENT"},
    "RSA_2048": {"SIGN_VERIFY", "ENCRYPT_DECRYPT"},
}
"""The specs that there are here, with what a key of each may be used for."""
_SHORTEST, _LONGEST = 7, 30
"""Days between the order to delete a key and its end; the longest where none are given."""


def answer(cloud: Cloud, headers: Mapping[str, str], body: bytes, request_id: str) -> Response:
    """The answer to a request: what was asked, or why not."""
    try:
        result = _act(cloud, {name.lower(): value for name, value in headers.items()}, body)
        status, content = 200, result
    except ApiError as error:
        status, content = error.status or 400, {"__type": error.code, "message": error.message}
    told = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": request_id}
    return status, told, json.dumps(content).encode()


def _act(cloud: Cloud, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    name = headers.get("x-amz-target", "").removeprefix(TARGET)
    action = _ACTIONS.get(name)
    if action is None:
        raise ApiError("UnsupportedOperationException", f"the sandbox's KMS does not know the action {name}")
    signed_for = _REGION.search(headers.get("authorization", ""))
    params = _read(name, body)
    with cloud.store.writing():
        return action(Call(cloud, signed_for[1] if signed_for else REGION, params))


def _read(action: str, body: bytes) -> Params:
    from botocore.validate import ParamValidator

    try:
        params = json.loads(body or b"{}")
    except ValueError as error:
        raise ApiError("SerializationException", f"this is not JSON: {error}") from error
    shape = _kms_model().operation_model(action).input_shape
    assert shape is not None  # noqa: S101 - every action of KMS has one
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        raise ApiError("ValidationException", report.generate_report())
    found: Params = params
    return found


@functools.cache
def _kms_model() -> ServiceModel:
    import botocore.session

    return botocore.session.get_session().get_service_model("kms")


def _create_key(call: Call) -> dict[str, Any]:
    params = call.params
    spec = params.get("KeySpec") or params.get("CustomerMasterKeySpec") or _DEFAULT_SPEC
    usage = params.get("KeyUsage", _DEFAULT_USAGE)
    if spec not in _USAGES or params.get("Origin", "AWS_KMS") != "AWS_KMS":
        raise ApiError("UnsupportedOperationException", f"the sandbox's KMS does not make keys of {spec}")
    if usage not in _USAGES[spec]:
        raise ApiError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    policy = params.get("Policy") or _default_policy()
    _check_policy(policy, params)
    multi_region = params.get("MultiRegion", False)
    number = uuid.UUID(int=call.cloud.randomness.getrandbits(128), version=4)
    key_id = f"mrk-{number.hex}" if multi_region else str(number)
    now = call.cloud.now()
    key = KmsKey(
        id=key_id,
        arn=call.arn(f"key/{key_id}"),
        account=ACCOUNT,
        created_at=now,
        changed_at=now,
        policy=policy,
        spec=spec,
        usage=usage,
        description=params.get("Description", ""),
        multi_region=multi_region,
        private=_generate(spec),
        tags=read_tags(params.get("Tags", ())),
    )
    return {"KeyMetadata": _metadata(call.store(key))}


def _generate(spec: str) -> str | None:
    """A new private key."""
    from dns.dnssecalgs.ecdsa import PrivateECDSAP256SHA256, PrivateECDSAP384SHA384
    from dns.dnssecalgs.rsa import PrivateRSASHA256

    if spec == "ECC_NIST_P256":
        return PrivateECDSAP256SHA256.generate().to_pem().decode()
    if spec == "ECC_NIST_P384":
        return PrivateECDSAP384SHA384.generate().to_pem().decode()
    return PrivateRSASHA256.generate(2048).to_pem().decode() if spec == "RSA_2048" else None


def _default_policy() -> str:
    """What KMS gives a key where nothing is said (Developer Guide, "Default key policy")."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


def _check_policy(policy: str, params: Params) -> None:
    """A policy that nobody could change again is refused, unless that is asked for."""
    malformed = "MalformedPolicyDocumentException"
    try:
        rules = lets_account_rule(policy, account=ACCOUNT)
    except ValueError as error:
        raise ApiError(malformed, f"Policy contains a statement that is not valid: {error}") from error
    if not rules and not params.get("BypassPolicyLockoutSafetyCheck"):
        raise ApiError(
            malformed, "The new key policy will not allow you to update the key policy in the future."
        )


def _metadata(key: KmsKey) -> dict[str, Any]:
    """The KeyMetadata shape."""
    shape: dict[str, Any] = {
        "AWSAccountId": key.account,
        "KeyId": key.id,
        "Arn": key.arn,
        "CreationDate": _seconds(key.created_at),
        "Enabled": key.state == ENABLED,
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "MultiRegion": key.multi_region,
    }
    if key.usage == "SIGN_VERIFY" and key.spec.startswith("ECC"):
        shape["SigningAlgorithms"] = [f"ECDSA_SHA_{key.spec[-3:]}"]
    if key.deleted_at is not None:
        shape["DeletionDate"] = _seconds(key.deleted_at)
    return shape


def _seconds(moment: datetime.datetime) -> float:
    return moment.timestamp()


def _describe_key(call: Call) -> dict[str, Any]:
    return {"KeyMetadata": _metadata(call.find(by_alias=True))}


def _list_keys(call: Call) -> dict[str, Any]:
    keys = [{"KeyId": key.id, "KeyArn": key.arn} for key in call.keys().values()]
    return {"Keys": keys, "Truncated": False}


def _get_key_policy(call: Call) -> dict[str, Any]:
    _check_policy_name(call.params)
    return {"Policy": call.find().policy, "PolicyName": "default"}


def _list_key_policies(call: Call) -> dict[str, Any]:
    call.find()
    return {"PolicyNames": ["default"], "Truncated": False}


def _put_key_policy(call: Call) -> dict[str, Any]:
    _check_policy_name(call.params)
    key = call.find()
    refuse_pending(key)
    _check_policy(call.params["Policy"], call.params)
    call.store(key, policy=call.params["Policy"])
    return {}


def _check_policy_name(params: Params) -> None:
    if params.get("PolicyName", "default") != "default":
        raise ApiError("NotFoundException", "No such policy exists")


def _get_public_key(call: Call) -> dict[str, Any]:
    from dns.dnssecalgs.ecdsa import PrivateECDSAP256SHA256, PrivateECDSAP384SHA384
    from dns.dnssecalgs.rsa import PrivateRSASHA256

    key = call.find(by_alias=True)
    refuse_pending(key)
    if key.state == DISABLED:
        raise ApiError("DisabledException", f"{key.arn} is disabled.")
    if key.private is None:
        raise ApiError("UnsupportedOperationException", f"{key.arn} has no public key.")
    kinds = {"ECC_NIST_P256": PrivateECDSAP256SHA256, "ECC_NIST_P384": PrivateECDSAP384SHA384}
    pem = kinds.get(key.spec, PrivateRSASHA256).from_pem(key.private.encode()).public_key().to_pem()
    der = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    found = {"KeyId": key.arn, "PublicKey": base64.b64encode(der).decode()}
    shape = _metadata(key)
    same = ("CustomerMasterKeySpec", "KeySpec", "KeyUsage", "SigningAlgorithms")
    return found | {name: shape[name] for name in same if name in shape}


def _set_state(call: Call, state: str) -> dict[str, Any]:
    key = call.find()
    refuse_pending(key)
    if key.state != state:
        call.store(key, state=state)
    return {}


def _schedule_key_deletion(call: Call) -> dict[str, Any]:
    days = call.params.get("PendingWindowInDays", _LONGEST)
    if not _SHORTEST <= days <= _LONGEST:
        raise ApiError("ValidationException", f"PendingWindowInDays has to be {_SHORTEST} to {_LONGEST}")
    key = call.find()
    refuse_pending(key)
    ending = call.cloud.now() + datetime.timedelta(days=days)
    call.store(key, state=PENDING, deleted_at=ending)
    return {
        "KeyId": key.arn,
        "DeletionDate": _seconds(ending),
        "KeyState": PENDING,
        "PendingWindowInDays": days,
    }


def _cancel_key_deletion(call: Call) -> dict[str, Any]:
    """The key is disabled then."""
    key = call.find()
    if key.state != PENDING:
        raise ApiError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    call.store(key, state=DISABLED, deleted_at=None)
    return {"KeyId": key.arn}


_ACTIONS: Mapping[str, Callable[[Call], dict[str, Any]]] = {
    "CancelKeyDeletion": _cancel_key_deletion,
    "CreateAlias": kms_labels.create_alias,
    "CreateKey": _create_key,
    "DeleteAlias": kms_labels.delete_alias,
    "DescribeKey": _describe_key,
    "DisableKey": functools.partial(_set_state, state=DISABLED),
    "EnableKey": functools.partial(_set_state, state=ENABLED),
    "GetKeyPolicy": _get_key_policy,
    "GetPublicKey": _get_public_key,
    "ListAliases": kms_labels.list_aliases,
    "ListKeyPolicies": _list_key_policies,
    "ListKeys": _list_keys,
    "ListResourceTags": kms_labels.list_resource_tags,
    "PutKeyPolicy": _put_key_policy,
    "ScheduleKeyDeletion": _schedule_key_deletion,
    "TagResource": kms_labels.tag_resource,
    "UntagResource": kms_labels.untag_resource,
    "UpdateAlias": kms_labels.update_alias,
}
