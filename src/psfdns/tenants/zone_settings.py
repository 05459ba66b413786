"""`[zones."x"]` of a tenant.toml -> ZoneSettings, and what is wrong with it (docs/contract.md §1). Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from psfdns.names import is_subdomain
from psfdns.patterns import Pattern, parse_pattern
from psfdns.settings import Apex, Registrar, Vpc, ZoneSettings
from psfdns.tenants.lines import KeyPath
from psfdns.tenants.names import SLUG, ZoneNameError, parse_zone_name, parse_zone_stem
from psfdns.tenants.reader import Reader, shown

MAX_COMMENT = 256
"""Characters of a hosted zone's comment (Route 53 API reference, HostedZoneConfig)."""
MAX_PATTERNS = 256
MAX_VPCS = 300
"""VPCs a private zone (Route 53 Developer Guide, "Quotas")."""
MAX_DELEGATED = 1_000

NOT_FOR_PLANS = frozenset({"registrar", "dnssec", "expires", "delegated"})
"""Settings that no plan goes by: an error in them need not stop one."""

_ID = re.compile(r"[A-Z0-9]{1,32}")
"""Hosted zones (`Z…`) and delegation sets (`N…`); stand-ins for Route 53 do not keep to the first letter."""

_VPC = re.compile(r"([a-z]{2}(?:-[a-z]+){1,3}-[0-9]{1,2}):(vpc-[0-9a-z]{1,32})")
_Choice = TypeVar("_Choice", Apex, Registrar)


def read_zone_settings(reader: Reader, stem: str, value: object) -> ZoneSettings:
    """The settings of one zone; what cannot be read keeps its default and is a finding of `reader`."""
    where: KeyPath = ("zones", stem)
    origin = _read_stem(reader, where, stem)
    table = reader.table(where, value)
    reader.refuse_unknown(where, table, tuple(_READERS))
    read = {key: _READERS[key](reader, (*where, key), table[key]) for key in table if key in _READERS}
    read = {key: value for key, value in read.items() if value is not None}
    if origin is not None:
        _refuse_strangers(reader, where, origin, read.get("delegated", {}))
    settings = ZoneSettings(**read)
    _find_contradictions(reader, where, settings)
    return settings


def _read_stem(reader: Reader, where: KeyPath, stem: str) -> str | None:
    try:
        return parse_zone_stem(stem).origin
    except ZoneNameError as error:
        reader.fault(where, f"{shown(stem)} is not the name of a zone: {error}", hint=error.hint)
        return None


def _find_contradictions(reader: Reader, where: KeyPath, settings: ZoneSettings) -> None:
    if settings.private and settings.delegation_set not in {None, "none"}:
        reader.fault((*where, "delegation_set"), "a private zone has no delegation set")
    if settings.private and settings.dnssec:
        reader.fault((*where, "dnssec"), "Route 53 does not sign private zones")


def _refuse_strangers(reader: Reader, where: KeyPath, origin: str, delegated: Mapping[str, str]) -> None:
    for name in delegated:
        subzone = name + "."
        if subzone == origin or not is_subdomain(subzone, origin):
            reader.fault((*where, "delegated", name), f"{name} does not lie below {origin}")


def _read_id(reader: Reader, where: KeyPath, value: object) -> str | None:
    return reader.parsed(where, value, _matching(_ID), 'the id of a hosted zone, such as "Z0123456789"')


def _read_delegation_set(reader: Reader, where: KeyPath, value: object) -> str | None:
    if value == "none":
        return "none"
    return reader.parsed(where, value, _matching(_ID), 'the id of a delegation set ("N…") or "none"')


def _read_expires(reader: Reader, where: KeyPath, value: object) -> datetime.date | None:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    reader.fault(where, "expires must be a date", hint="expires = 2027-05-01, without quotes and time")
    return None


def _read_patterns(reader: Reader, where: KeyPath, value: object) -> tuple[Pattern, ...]:
    items = reader.items(where, value, of="patterns", at_most=MAX_PATTERNS)
    read = (
        reader.parsed((*where, index), item, parse_pattern, "a pattern") for index, item in enumerate(items)
    )
    return tuple(pattern for pattern in read if pattern is not None)


def _read_vpcs(reader: Reader, where: KeyPath, value: object) -> tuple[Vpc, ...]:
    items = reader.items(where, value, of="VPCs", at_most=MAX_VPCS)
    if value == []:
        reader.fault(
            where, "a private zone needs a VPC", hint="name one, or remove the line of a public zone"
        )
    read = [
        reader.parsed((*where, index), item, _parse_vpc, 'a VPC, "region:vpc-…"')
        for index, item in enumerate(items)
    ]
    for index, vpc in enumerate(read):
        if vpc is not None and vpc in read[:index]:
            reader.fault((*where, index), f"{vpc.region}:{vpc.id} stands here twice")
    return tuple(dict.fromkeys(vpc for vpc in read if vpc is not None))


def _read_comment(reader: Reader, where: KeyPath, value: object) -> str | None:
    return reader.text(where, value, at_most=MAX_COMMENT)


def _read_delegated(reader: Reader, where: KeyPath, value: object) -> dict[str, str]:
    delegated: dict[str, str] = {}
    table = reader.table(where, value)
    if len(table) > MAX_DELEGATED:
        reader.fault(where, f"{len(table)} delegated names, at most {MAX_DELEGATED}")
    for name, tenant in list(table.items())[:MAX_DELEGATED]:
        try:
            parse_zone_name(name)
        except ZoneNameError as error:
            reader.fault((*where, name), f"{shown(name)} is not the name of a zone: {error}", hint=error.hint)
            continue
        if isinstance(tenant, str) and SLUG.fullmatch(tenant):
            delegated[name] = tenant
        else:
            reader.fault((*where, name), f"{name} must name a tenant, the folder under zones/")
    return delegated


def _choice(kind: type[_Choice]) -> Callable[[Reader, KeyPath, object], _Choice | None]:
    def read(reader: Reader, where: KeyPath, value: object) -> _Choice | None:
        return reader.parsed(where, value, kind, f"one of {', '.join(kind)}")

    return read


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise ValueError
        return text

    return parse


def _parse_vpc(text: str) -> Vpc:
    match = _VPC.fullmatch(text)
    if match is None:
        raise ValueError('write "us-east-1:vpc-0123456789abcdef0"')
    return Vpc(match[1], match[2])


_READERS: dict[str, Callable[[Reader, KeyPath, Any], Any]] = {
    "id": _read_id,
    "registrar": _choice(Registrar),
    "dnssec": Reader.boolean,
    "expires": _read_expires,
    "ignore": _read_patterns,
    "protect": _read_patterns,
    "apex": _choice(Apex),
    "delegation_set": _read_delegation_set,
    "private": _read_vpcs,
    "comment": _read_comment,
    "delegated": _read_delegated,
}
