"""The actions on record sets: listing them page by page, and changing them in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psfdns.sandbox.cloud import Cloud, Params, Result, page_size, read_name
from psfdns.sandbox.faults import ApiError, invalid_input
from psfdns.sandbox.protections import refuse_protected
from psfdns.sandbox.recordsets import Key, RecordSets
from psfdns.sandbox.rules import ZoneFacts, change_record_sets
from psfdns.sandbox.spelling import listing_order
from psfdns.sandbox.zones import HostedZone

RECORD_PAGE = 300
"""The most record sets in one answer, whatever MaxItems says; 100 where it says nothing."""


def list_resource_record_sets(cloud: Cloud, params: Params) -> Result:
    """One page of a zone, from a position on: all three parts of it are needed inside a routing group."""
    size = page_size(params, most=RECORD_PAGE)
    _, record_sets = cloud.zone_with_record_sets(params["HostedZoneId"])
    shown, following = record_sets.page(_start_of(params), size)
    return {
        "ResourceRecordSets": shown,
        "IsTruncated": following is not None,
        **(_next_of(following, record_sets) if following else {}),
        "MaxItems": str(size),
    }


def _start_of(params: Params) -> Key:
    name, rdtype = params.get("StartRecordName"), params.get("StartRecordType", "")
    identifier = params.get("StartRecordIdentifier", "")
    if name is None and (rdtype or identifier):
        raise invalid_input("StartRecordType needs StartRecordName")
    if identifier and not rdtype:
        raise invalid_input("StartRecordIdentifier needs StartRecordType")
    return Key("" if name is None else listing_order(read_name(name)), rdtype, identifier)


def _next_of(following: Key, record_sets: RecordSets) -> Result:
    record_set = record_sets.get(following) or {}
    return {
        "NextRecordName": record_set.get("Name"),
        "NextRecordType": following.type,
        "NextRecordIdentifier": record_set.get("SetIdentifier"),
    }


def change_resource_record_sets(cloud: Cloud, params: Params) -> Result:
    """Apply a batch to a zone, all of it or nothing."""
    batch = params["ChangeBatch"]
    with cloud.store.writing():
        zone, record_sets = cloud.zone_with_record_sets(params["HostedZoneId"])
        _check_turn(cloud, zone)
        _check_health_checks(cloud, batch["Changes"])
        refuse_protected(zone, batch["Changes"])
        changed = change_record_sets(
            batch["Changes"],
            zone=ZoneFacts(zone.id, zone.name, cloud.max_record_sets),
            record_sets=record_sets,
            look_up_zone=lambda zone_id: _zone_of_alias(cloud, zone_id),
        )
        change = cloud.new_change(batch.get("Comment"))
        cloud.store.store_zone(zone.with_change(change), changed)
        cloud.keep_busy(zone.id)
    return {"ChangeInfo": cloud.change_info(change)}


def _check_turn(cloud: Cloud, zone: HostedZone) -> None:
    """One change at a time in a zone."""
    if cloud.is_busy(zone.id):
        raise ApiError(
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        )


def _check_health_checks(cloud: Cloud, changes: Iterable[Mapping[str, Any]]) -> None:
    wanted = {
        change["ResourceRecordSet"]["HealthCheckId"]
        for change in changes
        if "HealthCheckId" in change["ResourceRecordSet"] and change["Action"] != "DELETE"
    }
    if not wanted:
        return
    known = {check["Id"] for check in cloud.store.account().health_checks}
    for missing in sorted(wanted - known):
        raise ApiError("NoSuchHealthCheck", f"No health check exists with the specified ID: {missing}")


def _zone_of_alias(cloud: Cloud, zone_id: str) -> tuple[str, RecordSets] | None:
    found = cloud.store.fetch_zone(zone_id)
    return None if found is None else (found[0].name, found[1])
