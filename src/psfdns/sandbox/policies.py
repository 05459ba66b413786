"""The rules of routing policies in a record set and among the record sets of one name and type. Pure.

Developer Guide, "Choosing a routing policy" and "Values that you specify"; API reference, ResourceRecordSet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from psfdns.sandbox.recordsets import ApiRecordSet, Key

KINDS = {
    "Weight": "weighted",
    "Region": "latency",
    "Failover": "failover",
    "GeoLocation": "geolocation",
    "MultiValueAnswer": "multivalue answer",
    "CidrRoutingConfig": "CIDR",
    "GeoProximityLocation": "geoproximity",
}
"""Field of the API -> what Route 53 calls the policy."""

MAX_MEMBERS = 100
MAX_GEOPROXIMITY = 30
"""Record sets of one name and type (Developer Guide, "Quotas on records")."""

_UNROUTED_TYPES = frozenset({"NS", "SOA", "DS"})
_CONTINENTS = frozenset({"AF", "AN", "AS", "EU", "OC", "NA", "SA"})
_COUNTRY = re.compile(r"[A-Z]{2}|\*")


def kinds_of(record_set: Mapping[str, Any]) -> list[str]:
    """The policy fields that a record set carries; more than one is a fault."""
    given = {field: record_set.get(field) for field in KINDS}
    return [field for field, value in given.items() if value is not None and value is not False]


def shape_fault(record_set: Mapping[str, Any]) -> str | None:
    """What is wrong with the policy fields as such (the service's InvalidInput), or None."""
    kinds = kinds_of(record_set)
    named = record_set.get("SetIdentifier") is not None
    if len(kinds) > 1:
        return (
            "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, "
            "CidrRoutingConfig, or GeoProximityLocation], but found more than one"
        )
    if kinds and not named:
        return "Missing field 'SetIdentifier'"
    if named and not kinds:
        return "Missing one of 'Weight', 'Region', 'Failover', 'GeoLocation', or 'MultiValueAnswer'"
    return None


def own_faults(record_set: ApiRecordSet, label: str) -> Iterator[str]:
    """What is wrong with one record set's policy, whatever stands beside it."""
    kinds = kinds_of(record_set)
    if not kinds:
        return
    kind = kinds[0]
    rdtype = record_set["Type"]
    if rdtype in _UNROUTED_TYPES:
        yield f"{label} cannot be created as {KINDS[kind]} routing is not supported for type {rdtype}."
    check = _FIELD_CHECKS.get(kind)
    fault = check(record_set) if check else None
    if fault:
        yield f"{label} is not valid: {fault}"


def group_faults(
    record_set: ApiRecordSet, others: list[tuple[Key, ApiRecordSet]], label: str
) -> Iterator[str]:
    """What keeps a record set from standing beside the others of its name and type."""
    kinds = kinds_of(record_set)
    kind = kinds[0] if kinds else None
    if any(not kinds_of(other) for _, other in others) or (others and kind is None):
        yield f"{label} {_mixing(kind)}"
        return
    if kind is None:
        return
    if any(kinds_of(other) != [kind] for _, other in others):
        yield f"{label} {_mixing(kind)}"
        return
    if any(_subject(other, kind) == _subject(record_set, kind) for _, other in others):
        yield f"{label} cannot be created as another {KINDS[kind]} set for the same {_SUBJECTS[kind]} exists."
    if kind == "Weight" and _ttls_differ(record_set, others):
        yield f"{label} cannot be created as weighted sets must contain the same TTL."
    limit = MAX_GEOPROXIMITY if kind == "GeoProximityLocation" else MAX_MEMBERS
    if len(others) >= limit:
        yield (
            f"Exceeded limit on number of {KINDS[kind]} RRSets for {record_set['Name']}, "
            f"type {record_set['Type']} in this zone."
        )


def _mixing(kind: str | None) -> str:
    if kind is None:
        return "cannot be created as other RRSets exist with the same name and type."
    if kind == "MultiValueAnswer":
        return "cannot be created because a non multivalue answer rrset exists with the same name and type."
    return f"cannot be created as a non-{KINDS[kind]} set exists with the same name and type."


def _ttls_differ(record_set: ApiRecordSet, others: list[tuple[Key, ApiRecordSet]]) -> bool:
    ttls = {each["TTL"] for each in (record_set, *(other for _, other in others)) if "TTL" in each}
    return len(ttls) > 1


def _subject(record_set: ApiRecordSet, kind: str) -> object:
    """What no two members of a group may share; the record set itself where they may share all."""
    return record_set[kind] if kind in _SUBJECTS else id(record_set)


_SUBJECTS = {
    "Region": "region",
    "Failover": "failover role",
    "GeoLocation": "location",
    "CidrRoutingConfig": "CIDR location",
    "GeoProximityLocation": "geoproximity location",
}


def _location_fault(record_set: ApiRecordSet) -> str | None:
    location = record_set["GeoLocation"]
    continent, country = location.get("ContinentCode"), location.get("CountryCode")
    if (continent is None) == (country is None):
        return "GeoLocation needs exactly one of ContinentCode and CountryCode."
    if continent is not None and continent not in _CONTINENTS:
        return f"ContinentCode {continent} is not known."
    if country is not None and not _COUNTRY.fullmatch(country):
        return f"CountryCode {country} is not a two-letter code or *."
    if "SubdivisionCode" in location and country != "US":
        return "SubdivisionCode is only supported for CountryCode US."
    return None


def _proximity_fault(record_set: ApiRecordSet) -> str | None:
    location = record_set["GeoProximityLocation"]
    if len(location.keys() & {"AWSRegion", "LocalZoneGroup", "Coordinates"}) != 1:
        return "GeoProximityLocation needs exactly one of AWSRegion, LocalZoneGroup and Coordinates."
    place = location.get("Coordinates")
    if place and (abs(Decimal(place["Latitude"])) > 90 or abs(Decimal(place["Longitude"])) > 180):
        return "Coordinates lie outside -90 to 90 and -180 to 180."
    return None


def _multivalue_fault(record_set: ApiRecordSet) -> str | None:
    if "AliasTarget" in record_set:
        return "a multivalue answer record cannot be an alias."
    if record_set["Type"] == "CNAME":
        return "a multivalue answer record cannot be of type CNAME."
    return None


_FIELD_CHECKS: dict[str, Callable[[ApiRecordSet], str | None]] = {
    "GeoLocation": _location_fault,
    "GeoProximityLocation": _proximity_fault,
    "MultiValueAnswer": _multivalue_fault,
}
