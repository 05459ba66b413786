"""Route 53 routing policies as values (API reference, ResourceRecordSet): pure.

Every policy needs a set identifier, which is part of the record set's key. The order of the
fields is the order in which an AWS comment writes them; `AWS_KEYS` gives their spelling there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Weighted:
    """A share of answers; weight 0 to 255."""

    policy: ClassVar[str] = "weighted"
    weight: int


@dataclass(frozen=True, slots=True)
class Latency:
    """The answer of the AWS region that is nearest by latency."""

    policy: ClassVar[str] = "latency"
    region: str


@dataclass(frozen=True, slots=True)
class Failover:
    """The primary or the secondary of a pair."""

    policy: ClassVar[str] = "failover"
    role: Literal["PRIMARY", "SECONDARY"]


@dataclass(frozen=True, slots=True)
class Geolocation:
    """An answer for a continent, a country ("*": everywhere else) or a US state."""

    policy: ClassVar[str] = "geolocation"
    continent: str | None = None
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Multivalue:
    """One of up to eight healthy answers."""

    policy: ClassVar[str] = "multivalue"


@dataclass(frozen=True, slots=True)
class Geoproximity:
    """The nearest of several places; exactly one of region, local zone group, coordinates.

    Latitude and longitude are decimal degrees as text, as the API takes them; bias -99 to 99.
    """

    policy: ClassVar[str] = "geoproximity"
    region: str | None = None
    local_zone_group: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    bias: int | None = None


@dataclass(frozen=True, slots=True)
class Cidr:
    """An answer for a location of a CIDR collection ("*": everyone else)."""

    policy: ClassVar[str] = "cidr"
    collection_id: str
    location_name: str


Routing = Weighted | Latency | Failover | Geolocation | Multivalue | Geoproximity | Cidr

POLICIES: dict[str, type[Routing]] = {
    kind.policy: kind for kind in (Weighted, Latency, Failover, Geolocation, Multivalue, Geoproximity, Cidr)
}

AWS_KEYS: dict[str, str] = {
    "weight": "weight",
    "region": "region",
    "role": "failover",
    "continent": "continentCode",
    "country": "countryCode",
    "subdivision": "subdivisionCode",
    "local_zone_group": "localZoneGroup",
    "latitude": "latitude",
    "longitude": "longitude",
    "bias": "bias",
    "collection_id": "collectionId",
    "location_name": "locationName",
}
"""Field name here -> key in an AWS comment and in the JSON documents."""


def routing_fault(routing: Routing) -> str | None:
    """What is wrong with the parts of a policy taken together, or None (API reference, GeoLocation, …)."""
    if isinstance(routing, Geolocation):
        if (routing.continent is None) == (routing.country is None):
            return "geolocation takes either a continent or a country"
        if routing.subdivision is not None and routing.country != "US":
            return "geolocation has subdivisions only in the country US"
    elif isinstance(routing, Geoproximity):
        if (routing.latitude is None) != (routing.longitude is None):
            return "geoproximity takes latitude and longitude together"
        if (
            sum(place is not None for place in (routing.region, routing.local_zone_group, routing.latitude))
            != 1
        ):
            return "geoproximity takes one of region, local zone group, coordinates"
    return None
