"""Routing policies to and from the fields that a ResourceRecordSet has for them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

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
from psfdns.rrsets.octal import InexpressibleError

_DEGREES = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{0,2})?")


def decode_routing(api: Mapping[str, Any]) -> Routing | None:
    """The policy of a ResourceRecordSet, None where it has none. Raises InexpressibleError."""
    found = [
        decode(api[field])
        for field, decode in DECODERS.items()
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


DECODERS: dict[str, Callable[[Any], Routing]] = {
    "Weight": lambda weight: Weighted(int(weight)),
    "Region": Latency,
    "Failover": _decode_failover,
    "GeoLocation": _decode_geolocation,
    "MultiValueAnswer": lambda _: Multivalue(),
    "GeoProximityLocation": _decode_geoproximity,
    "CidrRoutingConfig": _decode_cidr,
}
"""Field of a ResourceRecordSet -> what makes a policy of its value."""


def encode_routing(routing: Routing) -> dict[str, Any]:
    """The field of a policy, with its value."""
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
