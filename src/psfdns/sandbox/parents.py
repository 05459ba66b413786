"""What a zone's parent says of it, where the sandbox can know: Route 53 looks before it changes signing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.sandbox.cloud import Cloud
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.recordsets import Key, RecordSets
from psfdns.sandbox.spelling import lies_within, listing_order
from psfdns.sandbox.zones import HostedZone

IN_PARENT = "KeySigningKeyInParentDSRecord"
_UNSEEN = "Due to DNS lookup failure, we cannot determine whether the KSK is in a parent DS record."


@dataclass(frozen=True, slots=True)
class Parent:
    """The NS and DS of a delegation, as texts; `ds` None where they could not be looked up."""

    name_servers: frozenset[str] = frozenset()
    ds: tuple[str, ...] | None = ()


def refuse_delegation_elsewhere(cloud: Cloud, zone: HostedZone) -> None:
    """A parent that names other servers; raises HostedZonePartiallyDelegated."""
    named = look_at_parent(cloud, zone).name_servers
    if named and named != frozenset(zone.name_servers):
        raise ApiError(
            "HostedZonePartiallyDelegated",
            "The hosted zone nameservers don't match the parent nameservers. The hosted zone and parent must "
            "have the same nameservers.",
        )


def refuse_known_to_parent(cloud: Cloud, zone: HostedZone, keys: Iterable[Mapping[str, Any]]) -> None:
    """A DS in the parent that leads to one of the keys; raises KeySigningKeyInParentDSRecord."""
    found = look_at_parent(cloud, zone).ds
    if found is None:
        raise ApiError(IN_PARENT, _UNSEEN)
    published = set(map(_digest, found))
    for key in keys:
        if _digest(key["DSRecord"]) in published:
            raise ApiError(
                IN_PARENT, f"The key-signing key {key['Name']} is specified in a parent DS record."
            )


def look_at_parent(cloud: Cloud, zone: HostedZone) -> Parent:
    """What the nearest zone above says, if the account has it; else what `find_parent_ds` finds."""
    above = [
        each
        for each in cloud.store.zones().values()
        if not each.private and each.name != zone.name and lies_within(zone.name, each.name)
    ]
    if not above:
        return Parent(ds=cloud.find_parent_ds(zone.name) if cloud.find_parent_ds else ())
    nearest = max(above, key=lambda each: len(each.name))
    _, record_sets = cloud.zone_with_record_sets(nearest.id)
    servers = (f"{text.rstrip('.').lower()}." for text in _values(record_sets, zone.name, "NS"))
    return Parent(frozenset(servers), tuple(_values(record_sets, zone.name, "DS")))


def _values(record_sets: RecordSets, name: str, rdtype: str) -> list[str]:
    found = record_sets.get(Key(listing_order(name), rdtype)) or {}
    return [each["Value"] for each in found.get("ResourceRecords", ())]


def _digest(text: str) -> tuple[str, ...]:
    """Key tag, algorithm, digest type and digest; the digest may be written in parts."""
    *numbers, digest = text.upper().split(maxsplit=3)
    return (*numbers, "".join(digest.split()))
