"""`[acme]` and `[acme.ca.<name>]` of psfdns.toml (docs/contract.md §4, §5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psfdns.certs.settings import (
    KNOWN_AUTHORITIES,
    LETS_ENCRYPT,
    AcmeSettings,
    CertificateAuthority,
    RemoteStore,
)
from psfdns.config.reading import Reader, is_number, read_path, read_s3, read_strings
from psfdns.names import NameSyntaxError, parse_name
from psfdns.notify.checkin import may_be_url
from psfdns.urls import read_url

MAX_JITTER = 24 * 3600
"""Seconds: whoever renews daily must be done before the next run."""
NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
"""How CAs and deploy targets may be called."""

KEYS = ("order", "contact", "validation_zone", "store", "kms_key", "local", "jitter", "checkin", "ca")
CA_KEYS = ("directory", "ca_bundle", "eab_kid", "eab_key_file", "caa")
_KMS_KEY = re.compile(
    r"(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/)?"
    r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?alias/[\w/-]{1,250}",
    re.ASCII,
)
"""A key's id, its ARN, or an alias (KMS Developer Guide, "Key identifiers")."""
_MAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


def read_acme(reader: Reader, table: Mapping[str, Any], folder: Path, *, store: Path) -> AcmeSettings:
    """The settings; what cannot be read keeps its default and is a finding. `store` is the default one."""
    reader.known("acme", table, KEYS)
    authorities = _read_authorities(reader, table, folder)
    place, remote = _read_places(reader, table, folder)
    return AcmeSettings(
        place or store,
        authorities,
        _read_order(reader, table.get("order", [LETS_ENCRYPT.name]), authorities),
        _read_contact(reader, table.get("contact", [])),
        _read_zone(reader, table["validation_zone"]) if "validation_zone" in table else None,
        _read_jitter(reader, table.get("jitter", 0)),
        checkin=_read_checkin(reader, table["checkin"]) if "checkin" in table else None,
        remote=remote,
    )


def _read_authorities(
    reader: Reader, table: Mapping[str, Any], folder: Path
) -> dict[str, CertificateAuthority]:
    found = dict(KNOWN_AUTHORITIES)
    configured = reader.table(table, "ca", within="acme.")
    for name in configured:
        if NAME.fullmatch(name):
            settings = reader.table(configured, name, within="acme.ca.")
            found[name] = _read_authority(reader, name, settings, folder, found.get(name))
        else:
            reader.fault(f"[acme.ca] {name!r}: a CA is called in lower-case letters, digits, - and _")
    return found


def _read_authority(
    reader: Reader, name: str, table: Mapping[str, Any], folder: Path, known: CertificateAuthority | None
) -> CertificateAuthority:
    where = f"acme.ca.{name}"
    reader.known(where, table, CA_KEYS)
    if "directory" not in table and known is None:
        reader.fault(f"[{where}] has no directory", 'directory = "https://…", the URL of its ACME directory')
    if ("eab_kid" in table) != ("eab_key_file" in table):
        reader.fault(f"[{where}] eab_kid and eab_key_file go together")
    kid = table.get("eab_kid")
    if kid is not None and not (isinstance(kid, str) and kid.isprintable() and kid.strip()):
        reader.fault(f"{where}.eab_kid must be text in quotes")
        kid = None
    elsewhere = "directory" in table
    return CertificateAuthority(
        name,
        _read_directory(reader, table["directory"], where) if elsewhere else known.directory if known else "",
        _read_caa(reader, table["caa"], where) if "caa" in table else known.caa if known else (),
        _read_optional_path(reader, table, where, "ca_bundle", folder),
        kid,
        _read_optional_path(reader, table, where, "eab_key_file", folder),
    )


def _read_optional_path(
    reader: Reader, table: Mapping[str, Any], where: str, key: str, folder: Path
) -> Path | None:
    return read_path(reader, table[key], f"{where}.{key}", folder) if key in table else None


def _read_directory(reader: Reader, value: object, where: str) -> str:
    if isinstance(value, str) and read_url(value):
        return value
    reader.fault(f"{where}.directory must be an https:// URL", "http:// goes to loopback only")
    return ""


def _read_caa(reader: Reader, value: object, where: str) -> tuple[str, ...]:
    wanted = 'the domains that CAA names it by: ["ca.example"]'
    domains = read_strings(reader, value, f"{where}.caa", wanted)
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            reader.fault(f"{where}.caa: {domain!r} is not a domain in lower case, without a final dot")
    return domains


def _read_order(
    reader: Reader, value: object, authorities: Mapping[str, CertificateAuthority]
) -> tuple[str, ...]:
    names = read_strings(reader, value, "acme.order", "names of CAs")
    if value == []:
        reader.fault("acme.order names no CA", 'order = ["letsencrypt"]')
    for name in names:
        if name not in authorities:
            known = ", ".join(sorted(authorities))
            reader.fault(f"acme.order: there is no CA {name!r}", f"add [acme.ca.{name}]; known: {known}")
    return tuple(dict.fromkeys(name for name in names if name in authorities)) or (LETS_ENCRYPT.name,)


def _read_contact(reader: Reader, value: object) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    wanted = "e-mail addresses"
    addresses = read_strings(reader, given, "acme.contact", wanted)
    bare = tuple(address.removeprefix("mailto:") for address in addresses)
    for address in bare:
        if not _MAIL.fullmatch(address):
            reader.fault(f"acme.contact: {address!r} is not an e-mail address")
    return bare


def _read_zone(reader: Reader, value: object) -> str | None:
    try:
        zone = parse_name(value if value.endswith(".") else value + ".") if isinstance(value, str) else "."
    except NameSyntaxError as error:
        reader.fault(f"acme.validation_zone: {error}", error.hint)
        return None
    if _DOMAIN.fullmatch(zone.removesuffix(".")):
        return zone
    reader.fault("acme.validation_zone must be the name of a zone", 'validation_zone = "acme.example.org"')
    return None


def _read_places(
    reader: Reader, table: Mapping[str, Any], folder: Path
) -> tuple[Path | None, RemoteStore | None]:
    """The folder on this machine, and the place in S3 of which it is the copy."""
    value = table.get("store")
    if isinstance(value, str) and value.startswith("s3://"):
        local = _read_folder(reader, table["local"], "local", folder) if "local" in table else None
        return local, _read_remote(reader, table)
    for key in ("kms_key", "local"):
        if key in table:
            reader.fault(f"acme.{key} goes with a store in S3", 'store = "s3://bucket/prefix"')
    return (_read_folder(reader, value, "store", folder) if "store" in table else None), None


def _read_remote(reader: Reader, table: Mapping[str, Any]) -> RemoteStore | None:
    """A store in S3 holds private keys: without a key to encrypt them with there is none."""
    location = read_s3(reader, table["store"], "acme.store")
    key = table.get("kms_key")
    if not isinstance(key, str) or not _KMS_KEY.fullmatch(key):
        wanted = 'kms_key = "arn:aws:kms:REGION:ACCOUNT:key/ID", or its id, or an alias'
        reader.fault("acme.kms_key must name the KMS key that a store in S3 is encrypted with", wanted)
        return None
    return None if location is None else RemoteStore(*location, key)


def _read_folder(reader: Reader, value: object, key: str, folder: Path) -> Path | None:
    if isinstance(value, str) and value:
        return folder / value
    reader.fault(f"acme.{key} must be the path of a folder")
    return None


def _read_jitter(reader: Reader, value: object) -> int:
    if is_number(value, int) and isinstance(value, int) and 0 <= value <= MAX_JITTER:
        return value
    reader.fault(f"acme.jitter must be a whole number of seconds from 0 to {MAX_JITTER}")
    return 0


def _read_checkin(reader: Reader, value: object) -> str | None:
    if isinstance(value, str) and may_be_url(value):
        return value
    # The value may be a secret, and is not shown.
    hint = '"https://…", or "$CERTS_CHECKIN_URL" for the environment\'s'
    reader.fault("acme.checkin must be an https URL, or one of this machine", hint)
    return None
