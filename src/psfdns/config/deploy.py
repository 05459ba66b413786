"""`[deploy.<name>]` of psfdns.toml: where certificates are brought, for whom (docs/contract.md §4). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.config.acme import NAME
from psfdns.config.reading import Reader, read_path, read_s3, read_strings

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?|\*")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,3}-[0-9]{1,2}")
_SECRET_PREFIX = re.compile(r"[A-Za-z0-9/_+=.@-]{1,256}")
"""Characters of a secret's name (AWS Secrets Manager API reference, CreateSecret)."""

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


SETTINGS: Mapping[TargetType, tuple[dict[str, _Read], dict[str, _Read]]] = {
    TargetType.EXEC: ({"command": _read_command}, {}),
    TargetType.DIRECTORY: ({"path": _read_path}, {}),
    TargetType.ACM: ({"region": _read_region}, {}),
    TargetType.SECRETS_MANAGER: ({"region": _read_region}, {"prefix": _read_prefix}),
    TargetType.S3: ({"s3": _read_s3}, {}),
    TargetType.FASTLY: ({}, {"token_file": _read_path}),
}
"""Type -> what it needs, and what it may have."""
