"""Record set protections: names and types that nobody may change (API, ResourceRecordSetProtection).

The shapes, limits and codes are the service model's and the API reference's. How Route 53 words a refusal
is not documented beyond that it holds the record and the protection's comment: the words here are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from psfdns.sandbox.cloud import Cloud, Params, Result, cut_page, read_name
from psfdns.sandbox.faults import ApiError, SpellingError, invalid_batch, invalid_input
from psfdns.sandbox.recordsets import Key
from psfdns.sandbox.spelling import lies_within, listing_order, stored_name
from psfdns.sandbox.zones import HostedZone

MAX_AT_ONCE = 100
PAGE = 300
MAX_PROTECTIONS = 1_000
"""Of one zone; that there is a quota is documented, its size is not."""

BAD_BATCH = "InvalidResourceRecordSetProtectionBatch"
EXISTS = "ProtectionAlreadyExists"
NOT_FOUND = "ProtectionNotFound"

Entry = Mapping[str, Any]


def create_protections(cloud: Cloud, params: Params) -> Result:
    """Lock names and types, all of them or none."""
    with cloud.store.writing():
        zone, record_sets = cloud.zone_with_record_sets(params["HostedZoneId"])
        entries = _read_entries(zone, params["Protections"])
        known = {_key_of(each) for each in zone.protections}
        taken = [entry for entry in entries if _key_of(entry) in known]
        if taken:
            code = EXISTS if len(taken) == len(entries) else BAD_BATCH
            raise _refused(code, [(entry, EXISTS, "a protection already exists") for entry in taken])
        if len(known) + len(entries) > MAX_PROTECTIONS:
            raise ApiError("LimitsExceeded", f"Limits Exceeded: {MAX_PROTECTIONS} protections of a zone")
        made = sorted((*zone.protections, *entries), key=_key_of)
        cloud.store.store_zone(replace(zone, protections=tuple(made)), record_sets)
    return {}


def delete_protections(cloud: Cloud, params: Params) -> Result:
    """Unlock names and types, all of them or none."""
    with cloud.store.writing():
        zone, record_sets = cloud.zone_with_record_sets(params["HostedZoneId"])
        entries = _read_entries(zone, params["Protections"])
        known = {_key_of(each) for each in zone.protections}
        missing = [entry for entry in entries if _key_of(entry) not in known]
        if missing:
            raise _refused(
                BAD_BATCH, [(entry, NOT_FOUND, "there is no such protection") for entry in missing]
            )
        gone = set(map(_key_of, entries))
        left = tuple(each for each in zone.protections if _key_of(each) not in gone)
        cloud.store.store_zone(replace(zone, protections=left), record_sets)
    return {}


def list_protections(cloud: Cloud, params: Params) -> Result:
    """One page of a zone's protections; the token is the place of the next."""
    zone = cloud.zone(params["HostedZoneId"])
    if "StartRecordType" in params and "StartRecordName" not in params:
        raise invalid_input("StartRecordType needs StartRecordName")
    size = min(int(params.get("MaxResults") or PAGE), PAGE)
    start = _start_of(zone, params)
    shown, following = cut_page(zone.protections, start, size)
    return {
        "ResourceRecordSetProtections": [dict(each) for each in shown],
        "NextToken": str(start + size) if following is not None else None,
    }


def _start_of(zone: HostedZone, params: Params) -> int:
    token = params.get("NextToken")
    if token is not None:
        if not token.isdecimal():
            raise ApiError("InvalidPaginationToken", "The pagination token is not valid.")
        return int(token)
    if "StartRecordName" not in params:
        return 0
    wanted = Key(listing_order(read_name(params["StartRecordName"])), params.get("StartRecordType", ""))
    return sum(_key_of(each) < wanted for each in zone.protections)


def refuse_protected(zone: HostedZone, changes: Sequence[Entry]) -> None:
    """Raise InvalidChangeBatch where a batch would create, update or delete what is protected."""
    if not zone.protections:
        return
    protected = {_key_of(each): each for each in zone.protections}
    faults = []
    for change in changes:
        try:
            name = stored_name(change["ResourceRecordSet"]["Name"])
        except SpellingError:
            continue  # the batch is refused for that
        protection = protected.get(Key(listing_order(name), change["ResourceRecordSet"]["Type"]))
        if protection is not None:
            faults.append(_fault(name, protection))
    if faults:
        raise invalid_batch(list(dict.fromkeys(faults)))


def _fault(name: str, protection: Entry) -> str:
    comment = protection.get("Comment")
    behind = f" with comment: {comment}" if comment else ""
    return (
        f"The resource record set [name='{name}', type='{protection['RecordType']}'] "
        f"is protected by a resource record set protection{behind}"
    )


def refuse_deletion(zone: HostedZone) -> None:
    """Raise HostedZoneNotEmpty for a zone that still has protections."""
    if zone.protections:
        raise ApiError(
            "HostedZoneNotEmpty",
            "The specified hosted zone has resource record set protections and so cannot be deleted.",
        )


def _read_entries(zone: HostedZone, requested: Sequence[Entry]) -> list[dict[str, str]]:
    if len(requested) > MAX_AT_ONCE:
        raise invalid_input(f"A request holds at most {MAX_AT_ONCE} protections")
    faults: list[tuple[Entry, str, str]] = []
    entries: dict[Key, dict[str, str]] = {}
    for each in requested:
        entry, fault = _read_entry(zone, each)
        if fault is None and _key_of(entry) in entries:
            fault = "the same name and type stand in the request twice"
        if fault is not None:
            faults.append((each, "InvalidInput", fault))
        else:
            entries[_key_of(entry)] = entry
    if faults:
        raise _refused(BAD_BATCH, faults)
    return list(entries.values())


def _read_entry(zone: HostedZone, requested: Entry) -> tuple[dict[str, str], str | None]:
    """The entry as it would be kept, and what is wrong with it."""
    try:
        name = stored_name(requested["RecordName"])
    except SpellingError as fault:
        return dict(requested), str(fault)
    entry = {**requested, "RecordName": name}
    if not lies_within(name, zone.name):
        return entry, f"{name} is not in the hosted zone {zone.name}"
    return entry, None


def _refused(code: str, failures: Sequence[tuple[Entry, str, str]]) -> ApiError:
    """The error with its list of entries, as text too: the generic error document carries only that."""
    named = [f"{entry['RecordName']} {entry['RecordType']}: {why} ({each})" for entry, each, why in failures]
    return ApiError(code, f"[{', '.join(named)}]")


def _key_of(entry: Entry) -> Key:
    return Key(listing_order(entry["RecordName"]), entry["RecordType"])
