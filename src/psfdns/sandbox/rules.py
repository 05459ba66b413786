"""Judging a batch of changes as ChangeResourceRecordSets does: all of it, or nothing and every reason. Pure.

The order of the service as tools have met it: what the batch deletes or upserts is gone before anything is
created, then the rest happens in the order of the batch, so an alias has to follow its target. Where the
service's answer is not known the stricter one is given, so that what passes here passes there: an apex NS
or SOA cannot be deleted even where the batch creates it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psfdns.sandbox import policies
from psfdns.sandbox.batch import Change, read_batch
from psfdns.sandbox.faults import invalid_batch
from psfdns.sandbox.record_rules import own_faults
from psfdns.sandbox.recordsets import ApiRecordSet, Draft, Key, RecordSets
from psfdns.sandbox.spelling import lies_within, listing_order
from psfdns.sandbox.values import meaning_of

MAX_RECORD_SETS = 10_000
"""Of one hosted zone (Developer Guide, "Quotas on records")."""

OWN_RECORD_SETS = 2
"""The zone's own SOA and NS. The guide does not say whether they count; here they do not."""

ZoneLookup = Callable[[str], "tuple[str, RecordSets] | None"]
"""The name and the record sets of another hosted zone of the account, by id."""


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What the rules need to know of the zone besides its record sets; `name` as stored."""

    id: str
    name: str
    max_record_sets: int = MAX_RECORD_SETS


def change_record_sets(
    requested: Sequence[Mapping[str, Any]],
    *,
    zone: ZoneFacts,
    record_sets: RecordSets,
    look_up_zone: ZoneLookup = lambda _: None,
) -> RecordSets:
    """The record sets after a batch of changes in the API's shape; raises ApiError with every fault."""
    changes, faults = read_batch(requested)
    sound = []
    for change in changes:
        own = list(own_faults(change, zone.name))
        faults += own
        if not own:
            sound.append(change)
    draft = Draft(record_sets)
    faults += _delete_all(sound, draft, zone)
    faults += _create_all(sound, draft, zone, look_up_zone)
    if len(draft) - OWN_RECORD_SETS > zone.max_record_sets:
        faults.append(f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {zone.id}")
    if faults:
        raise invalid_batch(faults)
    return draft.finish()


def _delete_all(changes: Sequence[Change], draft: Draft, zone: ZoneFacts) -> Iterator[str]:
    for change in changes:
        if change.action == "DELETE":
            yield from _delete(change, draft, zone)


def _create_all(
    changes: Sequence[Change], draft: Draft, zone: ZoneFacts, look_up_zone: ZoneLookup
) -> Iterator[str]:
    """What is upserted makes room first; then all is put in, in the order of the batch."""
    made = [change for change in changes if change.action != "DELETE"]
    existing = {change.key: draft.get(change.key) for change in made if change.action == "UPSERT"}
    replaced = {key: record_set for key, record_set in existing.items() if record_set is not None}
    for key in replaced:
        draft.remove(key)
    for change in made:
        before = replaced.get(change.key)
        faults = list(_creation_faults(change, draft, before, zone, look_up_zone))
        yield from faults
        if not faults:
            draft.add(change.key, _sticky(change.record_set, before))


def _delete(change: Change, draft: Draft, zone: ZoneFacts) -> Iterator[str]:
    existing = draft.get(change.key)
    tried = f"Tried to delete resource record set {change.bracketed}"
    if existing is None:
        yield f"{tried} but it was not found"
    elif not _same(existing, change.record_set):
        yield f"{tried} but the values provided do not match the current values"
    elif change.name == zone.name and change.type == "NS":
        yield "A HostedZone must contain at least one NS record for the zone itself."
    elif change.name == zone.name and change.type == "SOA":
        yield "A HostedZone must contain exactly one SOA record."
    else:
        draft.remove(change.key)


def _same(existing: ApiRecordSet, given: ApiRecordSet) -> bool:
    """Whether a DELETE names what is there: everything exactly, the values in any order."""
    return _comparable(existing) == _comparable(given)


def _comparable(record_set: ApiRecordSet) -> dict[str, Any]:
    values = sorted(record["Value"] for record in record_set.get("ResourceRecords", ()))
    kept = {field: value for field, value in record_set.items() if value is not False}
    return {**kept, "ResourceRecords": values}


def _creation_faults(
    change: Change, draft: Draft, replaced: ApiRecordSet | None, zone: ZoneFacts, look_up_zone: ZoneLookup
) -> Iterator[str]:
    members = draft.members(change.key.order)
    if change.action == "CREATE" and draft.get(change.key) is not None:
        yield f"Tried to create resource record set {change.bracketed} but it already exists"
        return
    others = [(key, each) for key, each in members if key != change.key]
    yield from _cname_faults(change, others, zone)
    group = [(key, each) for key, each in others if key.type == change.type]
    if replaced is not None and policies.kinds_of(replaced) != policies.kinds_of(change.record_set):
        yield f"{change.label} cannot be changed to another routing policy."
    yield from policies.group_faults(change.record_set, group, change.label)
    yield from _alias_target_faults(change, draft, zone, look_up_zone)


def _cname_faults(change: Change, others: list[tuple[Key, ApiRecordSet]], zone: ZoneFacts) -> Iterator[str]:
    named = f"RRSet of type {change.type} with DNS name {change.name} is not permitted"
    types = {key.type for key, _ in others}
    if change.type == "CNAME" and types - {"CNAME"}:
        yield (f"{named} as it conflicts with other records with the same DNS name in zone {zone.name}")
    if change.type != "CNAME" and "CNAME" in types:
        yield (
            f"{named} because a conflicting RRSet of type CNAME with the same DNS name "
            f"already exists in zone {zone.name}"
        )


def _alias_target_faults(
    change: Change, draft: Draft, zone: ZoneFacts, look_up_zone: ZoneLookup
) -> Iterator[str]:
    """An alias into a hosted zone needs its target there; zone ids we do not know are AWS services'."""
    target = change.record_set.get("AliasTarget")
    if target is None:
        return
    name, zone_id = target["DNSName"], target["HostedZoneId"]
    holder: tuple[str, Draft] | None = (zone.name, draft) if zone_id == zone.id else None
    if holder is None:
        other = look_up_zone(zone_id)
        if other is None:
            return
        holder = other[0], Draft(other[1])
    faults = []
    if not lies_within(name, holder[0]):
        faults.append("but the alias target name does not lie within the target zone")
    members = holder[1].members(listing_order(name))
    if all(key.type != change.type for key, _ in members):
        faults.append("but that target was not found")
    if faults:
        yield (
            f"Tried to create an alias that targets {name}, type {change.type} in zone {zone_id}, "
            + ", ".join(faults)
        )


def _sticky(record_set: ApiRecordSet, replaced: ApiRecordSet | None) -> ApiRecordSet:
    """An UPSERT of values that mean the same leaves their spelling as it was."""
    if replaced is None or "ResourceRecords" not in record_set or "ResourceRecords" not in replaced:
        return record_set
    rdtype = record_set["Type"]
    old = {meaning_of(rdtype, record["Value"]) for record in replaced["ResourceRecords"]}
    new = {meaning_of(rdtype, record["Value"]) for record in record_set["ResourceRecords"]}
    return {**record_set, "ResourceRecords": replaced["ResourceRecords"]} if old == new else record_set
