"""Record sets to and from Route 53's ResourceRecordSet dictionaries. Pure.

What cannot be said in a zone file is refused with the reason, so that a caller can keep its hands off it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psfdns.records import HOSTED_TYPES, SELF_ZONE, Alias, RRset, RRsetKey
from psfdns.routing import Routing
from psfdns.rrsets.octal import InexpressibleError, decode_name, decode_value, encode_name, encode_value
from psfdns.rrsets.policies import DECODERS, decode_routing, encode_routing

_CARRIED = frozenset(
    {"Name", "Type", "TTL", "ResourceRecords", "AliasTarget", "SetIdentifier", "HealthCheckId"}
)
_PLAIN = frozenset({"Name", "Type", "TTL", "ResourceRecords"})
"""All that most record sets have."""


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
    routing, identifier = decode_routing(api), api.get("SetIdentifier")
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
        api.update(encode_routing(rrset.routing))
    if rrset.alias is not None:
        api["AliasTarget"] = _encode_alias(rrset.alias, zone_id)
    else:
        api["TTL"] = rrset.ttl
        api["ResourceRecords"] = [{"Value": encode_value(value)} for value in rrset.values]
    if rrset.health_check is not None:
        api["HealthCheckId"] = rrset.health_check
    return api


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
        if field not in _CARRIED and field not in DECODERS and value not in (None, "", (), []):
            raise InexpressibleError(f"it has {field}, which psfdns does not know")


def _refuse_identifier(identifier: str | None, routing: Routing | None) -> None:
    if routing is not None and not identifier:
        raise InexpressibleError(f"its {routing.policy} routing has no set identifier")
    if routing is None and identifier is not None:
        raise InexpressibleError("it has a set identifier without a routing policy that psfdns knows")
    if identifier and not identifier.isprintable():
        raise InexpressibleError(f"its set identifier {identifier!r} has characters that no file can hold")
