"""The actions on hosted zones (API reference, "Actions on hosted zones")."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from psfdns.sandbox import signing_actions
from psfdns.sandbox.cloud import Cloud, Params, Result, cut_page, page_size, read_name
from psfdns.sandbox.faults import ApiError, SpellingError, invalid_input
from psfdns.sandbox.protections import refuse_deletion
from psfdns.sandbox.spelling import listing_order, stored_name
from psfdns.sandbox.zones import (
    LOCATION,
    HostedZone,
    first_record_sets,
    name_servers_of,
    private_name_servers,
)

ZONE_PAGE = 100
"""The most hosted zones in one answer, whatever MaxItems says."""
KEPT_DELETIONS = 200
"""Changes of deleted zones that GetChange can still tell of."""
MAX_VPCS = 300


def create_hosted_zone(cloud: Cloud, params: Params) -> Result:
    """Make a zone with its SOA and NS."""
    name = _zone_name(params["Name"])
    config = params.get("HostedZoneConfig", {})
    vpc = params.get("VPC")
    private = bool(vpc) or config.get("PrivateZone", False)
    if private and not vpc:
        raise invalid_input("A private hosted zone needs a VPC")
    with cloud.store.writing():
        zones = cloud.store.zones()
        reference = params["CallerReference"]
        _check_reference(cloud, zones.values(), reference)
        if len(zones) >= cloud.max_zones:
            raise ApiError("TooManyHostedZones", "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER")
        delegation_set = params.get("DelegationSetId")
        zone_id = cloud.new_id("Z")
        servers = _servers_for(cloud, zone_id, private=private, delegation_set=delegation_set)
        _check_conflict(zones.values(), name, delegation_set=delegation_set, vpc=vpc)
        change = cloud.new_change()
        zone = HostedZone(
            id=zone_id,
            name=name,
            caller_reference=reference,
            private=private,
            name_servers=servers,
            delegation_set=delegation_set,
            comment=config.get("Comment"),
            vpcs=(vpc,) if vpc else (),
            changes=(change,),
        )
        zone = cloud.store.store_zone(zone, first_record_sets(name, servers))
    return {
        **_zone_answer(zone),
        "VPC": vpc,
        "ChangeInfo": cloud.change_info(change),
        "Location": f"{LOCATION}/hostedzone/{zone_id}",
    }


def _zone_name(text: str) -> str:
    """The name of a zone to be; single labels and leading asterisks are refused."""
    try:
        name = stored_name(text)
    except SpellingError as fault:
        raise ApiError("InvalidDomainName", str(fault)) from fault
    if name.count(".") < 2 or name.startswith("\\052."):
        raise ApiError("InvalidDomainName", f"{name} is not a valid domain name for a hosted zone")
    return name


def _check_reference(cloud: Cloud, zones: Iterable[HostedZone], reference: str) -> None:
    """A CallerReference is used once, also where its zone is gone."""
    if (
        any(zone.caller_reference == reference for zone in zones)
        or reference in cloud.store.account().references
    ):
        raise ApiError(
            "HostedZoneAlreadyExists",
            f"A hosted zone has already been created with the specified caller reference: {reference}",
        )


def _servers_for(cloud: Cloud, zone_id: str, *, private: bool, delegation_set: str | None) -> tuple[str, ...]:
    if private:
        if delegation_set:
            raise invalid_input("A private hosted zone cannot have a delegation set")
        return private_name_servers()
    if delegation_set is None:
        return name_servers_of(zone_id)
    for each in cloud.store.account().delegation_sets:
        if each["Id"] == f"/delegationset/{delegation_set}":
            return tuple(f"{server}." for server in each["NameServers"])
    raise ApiError("NoSuchDelegationSet", f"No delegation set found with ID: {delegation_set}")


def _check_conflict(
    zones: Iterable[HostedZone], name: str, *, delegation_set: str | None, vpc: dict[str, str] | None
) -> None:
    """Zones that share name servers, or a VPC, cannot be one another's name or, with name servers, parent."""
    for zone in zones:
        if vpc is not None and zone.name == name and vpc in zone.vpcs:
            raise ApiError(
                "ConflictingDomainExists",
                f"The VPC {vpc['VPCId']} is already associated with another hosted zone of the name {name}",
            )
        if delegation_set is not None and zone.delegation_set == delegation_set and _related(zone.name, name):
            raise ApiError(
                "ConflictingDomainExists",
                f"Cannot create hosted zone with DelegationSetId {delegation_set} as the DNSName {name} "
                "conflicts with existing ones sharing the delegation set",
            )


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def _zone_answer(zone: HostedZone) -> Result:
    """The two shapes in which an answer shows one zone."""
    return {"HostedZone": zone.as_api(), "DelegationSet": None if zone.private else zone.delegation_as_api()}


def get_hosted_zone(cloud: Cloud, params: Params) -> Result:
    """One zone with its name servers or VPCs."""
    zone = cloud.zone(params["Id"])
    return {**_zone_answer(zone), "VPCs": zone.vpcs or None}


def delete_hosted_zone(cloud: Cloud, params: Params) -> Result:
    """Remove a zone that holds nothing but its own SOA and NS."""
    with cloud.store.writing():
        zone, record_sets = cloud.zone_with_record_sets(params["Id"])
        refuse_deletion(zone)
        signing_actions.refuse_deletion(cloud, zone)
        apex = listing_order(zone.name)
        if any(key.order != apex or key.type not in {"NS", "SOA"} for key in record_sets.order):
            raise ApiError(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets "
                "and so cannot be deleted.",
            )
        change = cloud.new_change()
        account = cloud.store.account()
        account.references[zone.caller_reference] = zone.id
        account.changes = [*account.changes, change][-KEPT_DELETIONS:]
        cloud.store.store_account(account)
        cloud.store.delete_zone(zone.id)
    return {"ChangeInfo": cloud.change_info(change)}


def update_hosted_zone_comment(cloud: Cloud, params: Params) -> Result:
    """Replace a zone's comment, or take it away."""
    with cloud.store.writing():
        zone, record_sets = cloud.zone_with_record_sets(params["Id"])
        zone = cloud.store.store_zone(replace(zone, comment=params.get("Comment")), record_sets)
    return {"HostedZone": zone.as_api()}


def list_hosted_zones(cloud: Cloud, params: Params) -> Result:
    """Zones in the order of their ids, which is nobody's business."""
    size = page_size(params, most=ZONE_PAGE)
    zones = sorted(_filtered(cloud.store.zones().values(), params), key=lambda zone: zone.id)
    marker = params.get("Marker", "")
    start = bisect_left([zone.id for zone in zones], marker)
    shown, following = cut_page(zones, start, size)
    return {
        "HostedZones": [zone.as_api() for zone in shown],
        "Marker": marker,
        "IsTruncated": following is not None,
        "NextMarker": following.id if following else None,
        "MaxItems": str(size),
    }


def _filtered(zones: Iterable[HostedZone], params: Params) -> Iterable[HostedZone]:
    delegation_set = params.get("DelegationSetId")
    if delegation_set:
        zones = [zone for zone in zones if zone.delegation_set == delegation_set]
    if params.get("HostedZoneType") == "PrivateHostedZone":
        zones = [zone for zone in zones if zone.private]
    return zones


def list_hosted_zones_by_name(cloud: Cloud, params: Params) -> Result:
    """Zones in the order of their names; DNSName and HostedZoneId are where to start, not a filter."""
    size = page_size(params, most=ZONE_PAGE)
    if "HostedZoneId" in params and "DNSName" not in params:
        raise invalid_input("HostedZoneId needs DNSName")
    zones = sorted(cloud.store.zones().values(), key=_name_order)
    start = 0
    if "DNSName" in params:
        wanted = listing_order(read_name(params["DNSName"])), params.get("HostedZoneId", "")
        start = bisect_left([_name_order(zone) for zone in zones], wanted)
    shown, following = cut_page(zones, start, size)
    return {
        "HostedZones": [zone.as_api() for zone in shown],
        "DNSName": params.get("DNSName"),
        "HostedZoneId": params.get("HostedZoneId"),
        "IsTruncated": following is not None,
        "NextDNSName": following.name if following else None,
        "NextHostedZoneId": following.id if following else None,
        "MaxItems": str(size),
    }


def _name_order(zone: HostedZone) -> tuple[str, str]:
    return listing_order(zone.name), zone.id


def get_hosted_zone_count(cloud: Cloud, params: Params) -> Result:
    """How many zones there are."""
    del params
    return {"HostedZoneCount": len(cloud.store.zones())}


def get_hosted_zone_limit(cloud: Cloud, params: Params) -> Result:
    """A limit of one zone, and how much of it is used."""
    zone = cloud.zone(params["HostedZoneId"])
    if params["Type"] == "MAX_RRSETS_BY_ZONE":
        return _limit(params, cloud.max_record_sets, zone.count)
    if not zone.private:
        raise ApiError("HostedZoneNotPrivate", f"The hosted zone {zone.id} is not private")
    return _limit(params, MAX_VPCS, len(zone.vpcs))


def get_account_limit(cloud: Cloud, params: Params) -> Result:
    """A limit of the account, and how much of it is used."""
    account = cloud.store.account()
    limits: dict[str, tuple[int, int]] = {
        "MAX_HOSTED_ZONES_BY_OWNER": (cloud.max_zones, len(cloud.store.zones())),
        "MAX_HEALTH_CHECKS_BY_OWNER": (200, len(account.health_checks)),
        "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER": (100, len(account.delegation_sets)),
        "MAX_TRAFFIC_POLICIES_BY_OWNER": (50, 0),
        "MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER": (5, 0),
    }
    return _limit(params, *limits[params["Type"]])


def _limit(params: Params, value: int, count: int) -> Result:
    return {"Limit": {"Type": params["Type"], "Value": value}, "Count": count}


def get_change(cloud: Cloud, params: Params) -> Result:
    """How far a change is."""
    wanted = f"/change/{params['Id']}"
    kept: list[Any] = [change for zone in cloud.store.zones().values() for change in zone.changes]
    for change in [*kept, *cloud.store.account().changes]:
        if change["Id"] == wanted:
            return {"ChangeInfo": cloud.change_info(change)}
    raise ApiError("NoSuchChange", f"Could not find resource with ID: {params['Id']}")
