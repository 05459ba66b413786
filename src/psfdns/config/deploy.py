"""`[deploy.<name>]` of psfdns.toml: where certificates are brought, for whom (docs/contract.md §4). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.config.acme import NAME
from psfdns.config.reading import Reader, is_number, read_path, read_s3, read_strings
from psfdns.urls import read_url

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?|\*")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,3}-[0-9]{1,2}")
_SECRET_PREFIX = re.compile(r"[A-Za-z0-9/_+=.@-]{1,256}")
"""Characters of a secret's name (AWS Secrets Manager API reference, CreateSecret)."""
_KMS_KEY = re.compile(r"(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(?:key/|alias/)?[A-Za-z0-9/_-]{1,256}")
"""The id, the alias or the ARN of a key (AWS KMS Developer Guide, "Key identifiers")."""
_ACCOUNT_NAME = re.compile(r"[a-z_][a-z0-9_.-]{0,31}|[0-9]{1,9}")
"""A user or a group, by name (useradd(8)) or number."""
_MODE = re.compile(r"0?[46](?:00|40|44)")
"""For the owner, the group too, or everybody; whatever it is, the key is not for everybody."""
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
MAX_TIMEOUT = 3600

_Read = Callable[[Reader, object, str, Path], dict[str, Any]]


def read_deploy(reader: Reader, table: Mapping[str, Any], folder: Path) -> dict[str, DeployTarget]:
    """The targets by name; one that cannot be read is a finding."""
    found: dict[str, DeployTarget] = {}
    for name in table:
        if NAME.fullmatch(name):
            settings = reader.table(table, name, within="deploy.")
            target = _read_target(reader, name, settings, folder) if settings is table[name] else None
            if target is not None:
                found[name] = target
        else:
            reader.fault(f"[deploy] {name!r}: a target is called in lower-case letters, digits, - and _")
    return found


def _read_target(reader: Reader, name: str, table: Mapping[str, Any], folder: Path) -> DeployTarget | None:
    where = f"deploy.{name}"
    tenants = _read_tenants(reader, table, where)
    try:
        kind = TargetType(table.get("type", ""))
    except ValueError:
        reader.fault(f"{where}.type must be one of {', '.join(TargetType)}")
        return None
    needed, optional = SETTINGS[kind]
    known = {**needed, **optional}
    reader.known(where, table, ("type", "tenants", *known))
    read: dict[str, Any] = {}
    for key, read_one in known.items():
        if key in table:
            read |= read_one(reader, table[key], f"{where}.{key}", folder)
        elif key in needed:
            reader.fault(f"[{where}] has no {key}, which type = {kind.value!r} needs")
    return DeployTarget(name, kind, tenants, **read)


def _read_tenants(reader: Reader, table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    tenants = read_strings(
        reader, table.get("tenants"), f"{where}.tenants", 'tenants that may name it, or ["*"]'
    )
    if table.get("tenants") == []:
        reader.fault(f"{where}.tenants permits nobody", 'tenants = ["*"] permits all')
    for tenant in tenants:
        if not _SLUG.fullmatch(tenant):
            reader.fault(f"{where}.tenants: {tenant!r} is no tenant's name")
    return tenants


def _read_command(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    words = read_strings(reader, value, key, 'words: ["/abs/path", "argument"]')
    if value == [] or (words and not words[0].startswith("/")):
        reader.fault(f"{key} must begin with the absolute path of a program")
    if any("\0" in word for word in words):
        reader.fault(f"{key} holds a zero byte")
    return {"command": words}


def _read_path(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    return {key.rpartition(".")[2]: read_path(reader, value, key, folder)}


def _read_region(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not (isinstance(value, str) and _REGION.fullmatch(value)):
        reader.fault(f"{key} must be an AWS region", 'region = "us-east-1"')
    return {"region": value}


def _read_s3(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    location = read_s3(reader, value, key)
    return {} if location is None else location._asdict()


def _read_prefix(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not (isinstance(value, str) and _SECRET_PREFIX.fullmatch(value)):
        reader.fault(f"{key} must be what the names of the secrets begin with: letters, digits, /_+=.@-")
    return {"prefix": value}


def _read_timeout(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not (is_number(value, int) and isinstance(value, int) and 1 <= value <= MAX_TIMEOUT):
        reader.fault(f"{key} must be a whole number of seconds from 1 to {MAX_TIMEOUT}")
        return {}
    return {"timeout": value}


def _read_account_name(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    name = str(value) if is_number(value, int) else value
    if not (isinstance(name, str) and _ACCOUNT_NAME.fullmatch(name)):
        reader.fault(f"{key} must be the name or the number of a user or a group")
        return {}
    return {key.rpartition(".")[2]: name}


def _read_mode(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not (isinstance(value, str) and _MODE.fullmatch(value)):
        reader.fault(f'{key} must be "0600", "0640" or "0644" (or 4 in place of 6), in quotes')
        return {}
    return {"mode": int(value, 8)}


def _read_flag(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not isinstance(value, bool):
        reader.fault(f"{key} must be true or false")
        return {}
    return {key.rpartition(".")[2]: value}


def _read_kms_key(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not (isinstance(value, str) and _KMS_KEY.fullmatch(value)):
        reader.fault(f"{key} must be the id, the alias or the ARN of a KMS key")
        return {}
    return {"kms_key": value}


def _read_variable(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    if not (isinstance(value, str) and _VARIABLE.fullmatch(value)):
        reader.fault(f"{key} must be the name of an environment variable: capitals, digits and _")
        return {}
    return {"token_env": value}


def _read_url(reader: Reader, value: object, key: str, folder: Path) -> dict[str, Any]:
    del folder
    parts = read_url(value) if isinstance(value, str) else None
    if parts is None or parts.query or str(value).endswith("/"):
        reader.fault(f"{key} must be an https:// URL without a final slash", "http:// goes to loopback only")
        return {}
    return {"url": value}


SETTINGS: Mapping[TargetType, tuple[dict[str, _Read], dict[str, _Read]]] = {
    TargetType.EXEC: ({"command": _read_command}, {"timeout": _read_timeout}),
    TargetType.DIRECTORY: (
        {"path": _read_path},
        {
            "owner": _read_account_name,
            "group": _read_account_name,
            "mode": _read_mode,
            "combined": _read_flag,
        },
    ),
    TargetType.ACM: ({"region": _read_region}, {}),
    TargetType.SECRETS_MANAGER: (
        {"region": _read_region},
        {"prefix": _read_prefix, "kms_key": _read_kms_key},
    ),
    TargetType.S3: ({"s3": _read_s3}, {"kms_key": _read_kms_key}),
    TargetType.FASTLY: ({}, {"token_file": _read_path, "token_env": _read_variable, "url": _read_url}),
}
"""Type -> what it needs, and what it may have."""
