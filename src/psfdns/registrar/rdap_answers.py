"""What an RDAP server says of a domain (RFC 9083 §5.3), as a value. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from psfdns.moments import read_moment
from psfdns.names import NameSyntaxError, parse_name
from psfdns.rdata import RdataError, canonical_rdata
from psfdns.registrar.domains import Expiry, Registration, Source, expiry_at
from psfdns.registrar.epp import epp_status

MAX_VALUES = 64
"""Name servers, or DS, of one domain that are taken over."""

_REGISTRY, _REGISTRAR = "expiration", "registrar expiration"
"""Events (RFC 9083 §10.2.3; the second is in IANA's "RDAP JSON Values")."""


def read_registration(body: Any, name: str, *, checked_at: datetime.datetime) -> Registration:
    """What is said of this canonical name. Raises ValueError where it is no answer about it."""
    if not isinstance(body, dict) or body.get("objectClassName") != "domain":
        raise ValueError("it is no domain of RDAP")
    if not _is_about(body, name):
        raise ValueError("it is about another domain")
    return Registration(
        Source.RDAP,
        checked_at,
        _expiry(body),
        epp_status(_items(body, "status")),
        _nameservers(body),
        _ds(body),
        registrar_name=_registrar(body),
    )


def _is_about(body: Mapping[str, Any], name: str) -> bool:
    """By either spelling; an answer without any is taken at its word."""
    said = [body[key] for key in ("ldhName", "unicodeName") if isinstance(body.get(key), str)]
    return not said or name in {_canonical(each) for each in said}


def _expiry(body: Mapping[str, Any]) -> Expiry | None:
    """The earlier of the registry's date and the registrar's.

    A registry renews by itself before the registrar is paid, and takes that back if it never is.
    """
    found = []
    for event in _items(body, "events"):
        action = event.get("eventAction") if isinstance(event, dict) else None
        if isinstance(action, str) and action.lower() in {_REGISTRY, _REGISTRAR}:
            moment = read_moment(event.get("eventDate"))
            if moment is not None:
                by_registrar = action.lower() == _REGISTRAR
                found.append(expiry_at(moment, Source.RDAP, by_registrar=by_registrar))
    return min(found, key=lambda each: (each.at or _NEVER, each.by_registrar), default=None)


_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def _nameservers(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """None where the answer does not speak of them."""
    if "nameservers" not in body:
        return None
    names = (each.get("ldhName") for each in _items(body, "nameservers") if isinstance(each, dict))
    return tuple(sorted({found for name in names if (found := _canonical(name)) is not None})[:MAX_VALUES])


def _ds(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """None where it is not said, or said that there is one and not which."""
    secure = body.get("secureDNS")
    if not isinstance(secure, dict):
        return None
    found = tuple(sorted(set(_ds_texts(_items(secure, "dsData")))))
    if not found and (secure.get("delegationSigned") is not False or _items(secure, "dsData")):
        return None
    return found[:MAX_VALUES]


def _ds_texts(items: list[Any]) -> Iterator[str]:
    for item in items[:MAX_VALUES]:
        if isinstance(item, dict):
            fields = [item.get(key) for key in ("keyTag", "algorithm", "digestType", "digest")]
            try:
                yield canonical_rdata("DS", " ".join(map(str, fields)))
            except RdataError:
                continue


def _registrar(body: Mapping[str, Any]) -> str | None:
    """The name of the entity whose role it is (jCard's "fn", RFC 7095)."""
    for entity in _items(body, "entities"):
        if isinstance(entity, dict) and "registrar" in _items(entity, "roles"):
            card = _items(entity, "vcardArray")
            properties = card[1] if len(card) > 1 and isinstance(card[1], list) else []
            for each in properties:
                if isinstance(each, list) and len(each) > 3 and each[0] == "fn" and isinstance(each[3], str):
                    return each[3][:200]
    return None


def _items(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def _canonical(name: Any) -> str | None:
    if not isinstance(name, str) or not name.strip("."):
        return None
    try:
        return parse_name(name.rstrip(".") + ".")
    except NameSyntaxError:
        return None
