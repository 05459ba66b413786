"""Aliases and tags of keys (AWS KMS API reference)."""

from __future__ import annotations

import re
from typing import Any

from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.kms_call import Call, Params, read_tags, refuse_pending
from psfdns.sandbox.kms_keys import KmsKey


def create_alias(call: Call) -> dict[str, Any]:
    """A name for a key."""
    name = _alias_name(call.params)
    if _holder_of(call, name) is not None:
        raise ApiError("AlreadyExistsException", f"An alias with the name {call.arn(name)} already exists")
    _add_alias(call, name)
    return {}


def update_alias(call: Call) -> dict[str, Any]:
    """The name leads to another key."""
    name = _alias_name(call.params)
    _remove_alias(call, name)
    _add_alias(call, name)
    return {}


def delete_alias(call: Call) -> dict[str, Any]:
    """The name is free."""
    _remove_alias(call, _alias_name(call.params))
    return {}


def _alias_name(params: Params) -> str:
    name: str = params["AliasName"]
    if not re.fullmatch(r"alias/[a-zA-Z0-9/_-]+", name):
        raise ApiError("InvalidAliasNameException", "an alias is alias/ and letters, digits, / _ or -")
    if name.startswith("alias/aws/"):
        raise ApiError("NotAuthorizedException", "alias/aws/ is for AWS's own keys")
    return name


def _holder_of(call: Call, name: str) -> KmsKey | None:
    return next((key for key in call.keys().values() if name in key.aliases), None)


def _add_alias(call: Call, name: str) -> None:
    key = call.find("TargetKeyId")
    refuse_pending(key)
    call.store(key, aliases=(*key.aliases, name))


def _remove_alias(call: Call, name: str) -> None:
    key = _holder_of(call, name)
    if key is None:
        raise ApiError("NotFoundException", f"Alias {call.arn(name)} is not found.")
    call.store(key, aliases=tuple(each for each in key.aliases if each != name))


def list_aliases(call: Call) -> dict[str, Any]:
    """All names, or those of one key."""
    keys = [call.find()] if "KeyId" in call.params else list(call.keys().values())
    found = [
        {"AliasName": name, "AliasArn": call.arn(name), "TargetKeyId": key.id}
        for key in keys
        for name in key.aliases
    ]
    return {"Aliases": found, "Truncated": False}


def tag_resource(call: Call) -> dict[str, Any]:
    """Add or replace tags."""
    key = call.find()
    refuse_pending(key)
    call.store(key, tags={**key.tags, **read_tags(call.params["Tags"])})
    return {}


def untag_resource(call: Call) -> dict[str, Any]:
    """Take tags away."""
    key = call.find()
    refuse_pending(key)
    call.store(
        key, tags={name: value for name, value in key.tags.items() if name not in call.params["TagKeys"]}
    )
    return {}


def list_resource_tags(call: Call) -> dict[str, Any]:
    """The tags of one key."""
    tags = [{"TagKey": name, "TagValue": value} for name, value in call.find().tags.items()]
    return {"Tags": tags, "Truncated": False}
