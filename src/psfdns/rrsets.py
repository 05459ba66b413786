r"""The codec between record sets and Route 53's ResourceRecordSet dictionaries. Pure.

Names and values are octal-escaped at Route 53 (``\052`` is an asterisk) and decimal-escaped in
zone files (``\042``): both directions go through bytes, never through the text
(Developer Guide, "DNS domain name format"). What cannot be said in a zone file is refused with
the reason, so that a caller can keep its hands off it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from psfdns.names import labels_of, name_from_labels
from psfdns.rdata import RdataError, canonical_rdata
from psfdns.records import HOSTED_TYPES, SELF_ZONE, Alias, RRset, RRsetKey
from psfdns.routing import (
    Cidr,
    Failover,
    Geolocation,
    Geoproximity,
    Latency,
    Multivalue,
    Routing,
    Weighted,
    routing_fault,
)

MAX_LABEL, MAX_NAME = 63, 255
"""Bytes (RFC 1035 §2.3.4); the name with its length bytes and the root."""

_PLAIN_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.")
_NAME_PIECE = re.compile(r"\\([0-3][0-7]{2})|([!-\[\]-~])")
_PLAIN_STRINGS = re.compile(r'"[ !#-\[\]-~]{0,255}"(?: "[ !#-\[\]-~]{0,255}")*')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
_OCTAL = re.compile(r"\\(?:([0-3][0-7]{2})|([^0-9])|())", re.DOTALL)
_ESCAPED = re.compile(r'("(?:[^"\\]|\\.)*")|\\([0-9]{3})|\\(.)')
_DECIMAL_IN_STRING = re.compile(r"\\(?:([0-9]{3})|.)")
_DEGREES = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{0,2})?")
_UNSUPPORTED = re.compile(r"[^ -~\t]")

_CARRIED = frozenset(
    {"Name", "Type", "TTL", "ResourceRecords", "AliasTarget", "SetIdentifier", "HealthCheckId"}
)
_PLAIN = frozenset({"Name", "Type", "TTL", "ResourceRecords"})
"""All that most record sets have."""


class InexpressibleError(ValueError):
    """A live record set has no zone-file form; `reason` says why in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def from_api(api: Mapping[str, Any], *, zone_id: str) -> RRset:
    """The canonical record set of what ListResourceRecordSets gives for the zone `zone_id`.

    Raises InexpressibleError.
    """
    name, rdtype = decode_name(api["Name"]), api["Type"]
    if api.keys() == _PLAIN and rdtype in HOSTED_TYPES and api["ResourceRecords"] and api["TTL"] is not None:
        return RRset(RRsetKey(name, rdtype), api["TTL"], _decode_values(rdtype, api["ResourceRecords"]))
    _refuse_unknown_fields(api)
    if rdtype not in HOSTED_TYPES:
        raise InexpressibleError(f"psfdns does not know the type {rdtype}")
    routing, identifier = _decode_routing(api), api.get("SetIdentifier")
    _refuse_identifier(identifier, routing)
    alias, records = api.get("AliasTarget"), api.get("ResourceRecords") or ()
    if bool(alias) == bool(records):
        raise InexpressibleError("it has both values and an alias target" if alias else "it has no values")
    ttl = None if alias else api.get("TTL")
    if records and ttl is None:
        raise InexpressibleError("it has values but no TTL")
    return RRset(
        RRsetKey(name, rdtype, identifier),
        ttl=ttl,
        values=_decode_values(rdtype, records),
        alias=_decode_alias(alias, zone_id) if alias else None,
        routing=routing,
        health_check=api.get("HealthCheckId") or None,
    )


def _decode_values(rdtype: str, records: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    if len(records) == 1:
        return (decode_value(rdtype, records[0]["Value"]),)
    return tuple(sorted({decode_value(rdtype, record["Value"]) for record in records}))


def to_api(rrset: RRset, *, zone_id: str) -> dict[str, Any]:
    """The ResourceRecordSet dictionary of a record set, escaped as Route 53 returns it."""
    api: dict[str, Any] = {"Name": encode_name(rrset.name), "Type": rrset.type}
    if rrset.key.set_identifier is not None:
        api["SetIdentifier"] = rrset.key.set_identifier
    if rrset.routing is not None:
        api.update(_encode_routing(rrset.routing))
    if rrset.alias is not None:
        api["AliasTarget"] = _encode_alias(rrset.alias, zone_id)
    else:
        api["TTL"] = rrset.ttl
        api["ResourceRecords"] = [{"Value": encode_value(value)} for value in rrset.values]
    if rrset.health_check is not None:
        api["HealthCheckId"] = rrset.health_check
    return api


def decode_name(text: str) -> str:
    """Canonical text of a name in Route 53's spelling: octal escapes, final dot optional.

    Raises InexpressibleError.
    """
    if _PLAIN_NAME.fullmatch(text) and len(text) < MAX_NAME:
        return text
    labels = [bytearray()]
    position = 0
    while position < len(text):
        piece = _NAME_PIECE.match(text, position)
        if piece is None:
            raise InexpressibleError(f"the name {text!r} has a character that Route 53 would escape in octal")
        if piece[2] == ".":
            labels.append(bytearray())
        else:
            labels[-1].append(int(piece[1], 8) if piece[1] else ord(piece[2]))
        position = piece.end()
    if not labels[-1]:
        labels.pop()
    if (
        not all(0 < len(label) <= MAX_LABEL for label in labels)
        or sum(map(len, labels)) + len(labels) >= MAX_NAME
    ):
        raise InexpressibleError(f"{text!r} is not a domain name: a label or the whole is empty or too long")
    return name_from_labels(bytes(label) for label in labels)


def encode_name(name: str) -> str:
    r"""Route 53's spelling of a canonical name: all but letters, digits, - and _ as ``\ooo``."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    return "".join("".join(map(_octal_unless_plain, label)) + "." for label in labels_of(name)) or "."


def _octal_unless_plain(byte: int) -> str:
    return chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"-_") else f"\\{byte:03o}"


def decode_value(rdtype: str, text: str) -> str:
    """Canonical text of one value in Route 53's spelling, whose names are always absolute.

    Raises InexpressibleError.
    """
    if rdtype in {"TXT", "SPF"}:
        if _PLAIN_STRINGS.fullmatch(text):
            return text
        text = _separate_strings(text)
    try:
        return canonical_rdata(rdtype, _to_decimal(text), origin=".")
    except RdataError as error:
        raise InexpressibleError(f"psfdns cannot read the {rdtype} value {text!r}: {error}") from error


def encode_value(value: str) -> str:
    """Route 53's spelling of a canonical value."""
    return _ESCAPED.sub(_to_octal, value) if "\\" in value else value


def _separate_strings(text: str) -> str:
    """Route 53 takes and returns `"a""b"`, which zone files do not separate."""
    strings = [match[0].rstrip() for match in _STRING.finditer(text)]
    if not strings or re.sub(r"\s", "", "".join(strings)) != re.sub(r"\s", "", text):
        raise InexpressibleError(f"the value {text!r} is not a row of quoted strings")
    return " ".join(strings)


def _to_decimal(text: str) -> str:
    if _UNSUPPORTED.search(text):
        raise InexpressibleError(f"the value {text!r} has characters that Route 53 would escape in octal")
    return _OCTAL.sub(_decimal_escape, text) if "\\" in text else text


def _decimal_escape(match: re.Match[str]) -> str:
    if match[1]:
        return f"\\{int(match[1], 8):03d}"
    if match[2]:
        return match[0]
    raise InexpressibleError(f"the value {match.string!r} has a backslash that begins no octal escape")


def _to_octal(match: re.Match[str]) -> str:
    if match[1]:
        return _DECIMAL_IN_STRING.sub(lambda found: _octal(int(found[1])) if found[1] else found[0], match[1])
    return _octal(int(match[2]) if match[2] else ord(match[3]))


def _octal(byte: int) -> str:
    return f"\\{byte:03o}"


def _decode_alias(target: Mapping[str, Any], zone_id: str) -> Alias:
    target_zone = target["HostedZoneId"].removeprefix("/hostedzone/")
    return Alias(
        decode_name(target["DNSName"]),
        SELF_ZONE if target_zone == zone_id else target_zone,
        bool(target.get("EvaluateTargetHealth", False)),
    )


def _encode_alias(alias: Alias, zone_id: str) -> dict[str, Any]:
    return {
        "HostedZoneId": zone_id if alias.zone_id == SELF_ZONE else alias.zone_id,
        "DNSName": encode_name(alias.name),
        "EvaluateTargetHealth": alias.evaluate_target_health,
    }


def _refuse_unknown_fields(api: Mapping[str, Any]) -> None:
    if instance := api.get("TrafficPolicyInstanceId"):
        raise InexpressibleError(f"made by a traffic policy (instance {instance})")
    for field, value in api.items():
        if field not in _CARRIED and field not in _DECODERS and value not in (None, "", (), []):
            raise InexpressibleError(f"it has {field}, which psfdns does not know")


def _refuse_identifier(identifier: str | None, routing: Routing | None) -> None:
    if routing is not None and not identifier:
        raise InexpressibleError(f"its {routing.policy} routing has no set identifier")
    if routing is None and identifier is not None:
        raise InexpressibleError("it has a set identifier without a routing policy that psfdns knows")
    if identifier and not identifier.isprintable():
        raise InexpressibleError(f"its set identifier {identifier!r} has characters that no file can hold")


def _decode_routing(api: Mapping[str, Any]) -> Routing | None:
    found = [
        decode(api[field])
        for field, decode in _DECODERS.items()
        if api.get(field) is not None and api[field] is not False
    ]
    if len(found) > 1:
        raise InexpressibleError("it has more than one routing policy")
    if found and (fault := routing_fault(found[0])):
        raise InexpressibleError(fault)
    return found[0] if found else None


def canonical_degrees(text: str, *, limit: int) -> str:
    """Latitude or longitude as the shortest text of the same number; ValueError outside `limit`.

    At most two decimals (API reference, Coordinates).
    """
    if not _DEGREES.fullmatch(text):
        raise ValueError(f"{text!r} is not a number with at most two decimals")
    number = Decimal(text)
    if abs(number) > limit:
        raise ValueError(f"{text} is not between -{limit} and {limit}")
    return f"{number.normalize():f}" if number else "0"


def _decode_geolocation(location: Mapping[str, str]) -> Routing:
    _refuse_fields(location, {"ContinentCode", "CountryCode", "SubdivisionCode"})
    codes = (location.get(field) or None for field in ("ContinentCode", "CountryCode", "SubdivisionCode"))
    return Geolocation(*codes)


def _decode_geoproximity(location: Mapping[str, Any]) -> Routing:
    _refuse_fields(location, {"AWSRegion", "LocalZoneGroup", "Coordinates", "Bias"})
    place = location.get("Coordinates") or {}
    try:
        latitude = canonical_degrees(place["Latitude"], limit=90) if place else None
        longitude = canonical_degrees(place["Longitude"], limit=180) if place else None
    except ValueError as error:
        raise InexpressibleError(f"its coordinates are odd: {error}") from error
    region, group = location.get("AWSRegion") or None, location.get("LocalZoneGroup") or None
    return Geoproximity(region, group, latitude, longitude, location.get("Bias") or None)


def _decode_cidr(location: Mapping[str, str]) -> Routing:
    _refuse_fields(location, {"CollectionId", "LocationName"})
    return Cidr(location["CollectionId"], location["LocationName"])


def _decode_failover(role: str) -> Routing:
    if role not in {"PRIMARY", "SECONDARY"}:
        raise InexpressibleError(f"psfdns does not know the failover role {role!r}")
    return Failover("PRIMARY" if role == "PRIMARY" else "SECONDARY")


def _refuse_fields(location: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(location) - known):
        raise InexpressibleError(f"its routing has {', '.join(unknown)}, which psfdns does not know")


_DECODERS: dict[str, Callable[[Any], Routing]] = {
    "Weight": lambda weight: Weighted(int(weight)),
    "Region": Latency,
    "Failover": _decode_failover,
    "GeoLocation": _decode_geolocation,
    "MultiValueAnswer": lambda _: Multivalue(),
    "GeoProximityLocation": _decode_geoproximity,
    "CidrRoutingConfig": _decode_cidr,
}
"""Field of a ResourceRecordSet -> what makes a policy of its value."""


def _encode_routing(routing: Routing) -> dict[str, Any]:
    match routing:
        case Weighted(weight):
            return {"Weight": weight}
        case Latency(region):
            return {"Region": region}
        case Failover(role):
            return {"Failover": role}
        case Geolocation(continent, country, subdivision):
            codes = {"ContinentCode": continent, "CountryCode": country, "SubdivisionCode": subdivision}
            return {"GeoLocation": _present(codes)}
        case Multivalue():
            return {"MultiValueAnswer": True}
        case Geoproximity():
            return {"GeoProximityLocation": _encode_geoproximity(routing)}
        case Cidr(collection_id, location_name):
            return {"CidrRoutingConfig": {"CollectionId": collection_id, "LocationName": location_name}}


def _encode_geoproximity(routing: Geoproximity) -> dict[str, Any]:
    place = {"Latitude": routing.latitude, "Longitude": routing.longitude}
    return _present(
        {
            "AWSRegion": routing.region,
            "LocalZoneGroup": routing.local_zone_group,
            "Coordinates": place if routing.latitude is not None else None,
            "Bias": routing.bias,
        }
    )


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if value is not None}
