"""The actions on tags, reusable delegation sets and lists of health checks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace

from psfdns.sandbox.cloud import Cloud, Params, Result, cut_page, page_size
from psfdns.sandbox.faults import ApiError, invalid_input
from psfdns.sandbox.zones import LOCATION, name_servers_of

MAX_TAGS = 50
"""Tags of one resource (AWS General Reference, "Tag naming limits")."""
MAX_DELEGATION_SETS = 100
PAGE = 100


def change_tags_for_resource(cloud: Cloud, params: Params) -> Result:
    """Add or replace tags, and remove some, of a hosted zone or a health check."""
    added = {tag["Key"]: tag.get("Value", "") for tag in params.get("AddTags", [])}
    removed = set(params.get("RemoveTagKeys", []))
    if not added and not removed:
        raise invalid_input("Either AddTags or RemoveTagKeys is needed")
    with cloud.store.writing():
        tags = {**_tags_of(cloud, params["ResourceType"], params["ResourceId"]), **added}
        tags = {key: value for key, value in tags.items() if key not in removed}
        if len(tags) > MAX_TAGS:
            raise invalid_input(f"A resource cannot have more than {MAX_TAGS} tags")
        _store_tags(cloud, params["ResourceType"], params["ResourceId"], tags)
    return {}


def _tags_of(cloud: Cloud, resource_type: str, resource_id: str) -> Mapping[str, str]:
    """The tags of a resource that exists; an id with its prefix is no id here."""
    if resource_type == "hostedzone":
        return cloud.zone(resource_id).tags
    account = cloud.store.account()
    if all(check["Id"] != resource_id for check in account.health_checks):
        raise ApiError("NoSuchHealthCheck", f"No health check exists with the specified ID: {resource_id}")
    return account.tags.get(resource_id, {})


def _store_tags(cloud: Cloud, resource_type: str, resource_id: str, tags: dict[str, str]) -> None:
    if resource_type == "hostedzone":
        zone, record_sets = cloud.zone_with_record_sets(resource_id)
        cloud.store.store_zone(replace(zone, tags=tags), record_sets)
        return
    account = cloud.store.account()
    account.tags[resource_id] = tags
    cloud.store.store_account(account)


def list_tags_for_resource(cloud: Cloud, params: Params) -> Result:
    """The tags of one resource."""
    return {"ResourceTagSet": _tag_set(cloud, params["ResourceType"], params["ResourceId"])}


def list_tags_for_resources(cloud: Cloud, params: Params) -> Result:
    """The tags of up to ten resources of one kind."""
    ids = params["ResourceIds"]
    return {"ResourceTagSets": [_tag_set(cloud, params["ResourceType"], each) for each in ids]}


def _tag_set(cloud: Cloud, resource_type: str, resource_id: str) -> Result:
    tags = _tags_of(cloud, resource_type, resource_id)
    shown = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    return {"ResourceType": resource_type, "ResourceId": resource_id, "Tags": shown}


def create_reusable_delegation_set(cloud: Cloud, params: Params) -> Result:
    """Four name servers for many zones: new ones, or those of a zone there is."""
    with cloud.store.writing():
        account = cloud.store.account()
        if any(each["CallerReference"] == params["CallerReference"] for each in account.delegation_sets):
            raise ApiError(
                "DelegationSetAlreadyCreated",
                "A delegation set with the same caller reference has already been created.",
            )
        if len(account.delegation_sets) >= MAX_DELEGATION_SETS:
            raise ApiError("LimitsExceeded", "Limits Exceeded: MAX_REUSABLE_DELEGATION_SETS_BY_OWNER")
        set_id = cloud.new_id("N")
        delegation_set = {
            "Id": f"/delegationset/{set_id}",
            "CallerReference": params["CallerReference"],
            "NameServers": _servers_of_new_set(cloud, set_id, params.get("HostedZoneId")),
        }
        account.delegation_sets = [*account.delegation_sets, delegation_set]
        cloud.store.store_account(account)
    return {"DelegationSet": delegation_set, "Location": f"{LOCATION}/delegationset/{set_id}"}


def _servers_of_new_set(cloud: Cloud, set_id: str, zone_id: str | None) -> list[str]:
    if zone_id is None:
        return [server.rstrip(".") for server in name_servers_of(set_id)]
    found = cloud.store.fetch_zone(zone_id.removeprefix("/hostedzone/"))
    if found is None:
        raise ApiError("HostedZoneNotFound", f"No hosted zone found with ID: {zone_id}")
    zone, record_sets = found
    if zone.delegation_set is not None:
        raise ApiError("DelegationSetAlreadyReusable", "The specified delegation set is already reusable.")
    cloud.store.store_zone(replace(zone, delegation_set=set_id), record_sets)
    return [server.rstrip(".") for server in zone.name_servers]


def get_reusable_delegation_set(cloud: Cloud, params: Params) -> Result:
    """One reusable delegation set."""
    return {"DelegationSet": _delegation_set(cloud, params["Id"])}


def _delegation_set(cloud: Cloud, set_id: str) -> Result:
    for each in cloud.store.account().delegation_sets:
        if each["Id"] == f"/delegationset/{set_id}":
            return each
    raise ApiError("NoSuchDelegationSet", f"No delegation set found with ID: {set_id}")


def delete_reusable_delegation_set(cloud: Cloud, params: Params) -> Result:
    """Remove a delegation set that no zone uses."""
    with cloud.store.writing():
        wanted = _delegation_set(cloud, params["Id"])
        if any(zone.delegation_set == params["Id"] for zone in cloud.store.zones().values()):
            raise ApiError("DelegationSetInUse", "The specified delegation set is in use by a hosted zone.")
        account = cloud.store.account()
        account.delegation_sets = [each for each in account.delegation_sets if each["Id"] != wanted["Id"]]
        cloud.store.store_account(account)
    return {}


def list_reusable_delegation_sets(cloud: Cloud, params: Params) -> Result:
    """The reusable delegation sets, by id."""
    return _list_page(params, cloud.store.account().delegation_sets, "DelegationSets")


def list_health_checks(cloud: Cloud, params: Params) -> Result:
    """The health checks, by id; moto's answer lacks the fields of paging."""
    return _list_page(params, cloud.store.account().health_checks, "HealthChecks")


def _list_page(params: Params, items: list[Result], field: str) -> Result:
    size = page_size(params, most=PAGE)
    ordered = sorted(items, key=_id_of)
    marker = params.get("Marker", "")
    shown, following = cut_page(ordered, bisect_left([_id_of(item) for item in ordered], marker), size)
    return {
        field: shown,
        "Marker": marker,
        "IsTruncated": following is not None,
        "NextMarker": _id_of(following) if following else None,
        "MaxItems": str(size),
    }


def _id_of(item: Mapping[str, str]) -> str:
    return item["Id"].rpartition("/")[2]


def get_health_check_count(cloud: Cloud, params: Params) -> Result:
    """How many health checks there are."""
    del params
    return {"HealthCheckCount": len(cloud.store.account().health_checks)}
