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
from psfdns.sandbox.faults import ApiError, SyntaxFault, invalid_batch, invalid_input
from psfdns.sandbox.recordsets import ApiRecordSet, Draft, Key, RecordSets, key_of
from psfdns.sandbox.spelling import lies_within, stored_name
from psfdns.sandbox.values import meaning_of

MAX_ELEMENTS = 1000
MAX_CHARACTERS = 32_000
MAX_VALUES = 400
MAX_RECORD_SETS = 10_000
"""Developer Guide, "Quotas": per request, per request, per record set, per hosted zone."""

CLOUDFRONT = "Z2FDTNDATAQYW2"
"""The zone id of every CloudFront alias (API reference, AliasTarget)."""

ZoneLookup = Callable[[str], "tuple[str, RecordSets] | None"]
"""The name and the record sets of another hosted zone of the account, by id."""


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What the rules need to know of the zone besides its record sets; `name` as stored."""

    id: str
    name: str
    max_record_sets: int = MAX_RECORD_SETS


@dataclass(frozen=True, slots=True)
class Change:
    """One change with its record set as it would be stored."""

    action: str
    key: Key
    record_set: ApiRecordSet

    @property
    def label(self) -> str:
        """The record set as most messages name it."""
        identifier = self.record_set.get("SetIdentifier", "null")
        return f"RRSet with DNS name {self.name}, type {self.type}, SetIdentifier {identifier}"

    @property
    def name(self) -> str:
        """The stored name."""
        return str(self.record_set["Name"])

    @property
    def type(self) -> str:
        """The type's mnemonic."""
        return str(self.record_set["Type"])


def change_record_sets(
    requested: Sequence[Mapping[str, Any]],
    *,
    zone: ZoneFacts,
    record_sets: RecordSets,
    look_up_zone: ZoneLookup = lambda _: None,
) -> RecordSets:
    """The record sets after a batch of changes in the API's shape; raises ApiError with every fault."""
    for change in requested:
        _check_shape(change)
    faults = list(_size_faults(requested))
    if faults:
        raise invalid_batch(faults)
    changes = []
    for change in requested:
        try:
            changes.append(_read_change(change))
        except SyntaxFault as fault:
            faults.append(str(fault))
    faults += _pair_faults(changes)
    sound = []
    for each in changes:
        own = [*_own_faults(each, zone)]
        faults += own
        if not own:
            sound.append(each)
    draft = Draft(record_sets)
    faults += _apply(sound, draft, zone, look_up_zone)
    if len(draft) > zone.max_record_sets:
        faults.append(f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {zone.id}")
    if faults:
        raise invalid_batch(faults)
    return draft.finish()


def _check_shape(change: Mapping[str, Any]) -> None:
    """The request has to be one that can be read at all: TTL and values, or an alias; a whole policy."""
    record_set = change["ResourceRecordSet"]
    plain = [field for field in ("TTL", "ResourceRecords") if field in record_set]
    found = len(plain) == 2, "AliasTarget" in record_set, "TrafficPolicyInstanceId" in record_set  # noqa: PLR2004
    fault = policies.shape_fault(record_set)
    if sum(found) != 1 or (plain and not found[0]):
        # An alias with a TTL, or with values, is a mixture too.
        count = "more than one" if sum(found) > 1 or (plain and any(found)) else "none"
        fault = (
            "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found {count}"
        )
    elif "TrafficPolicyInstanceId" in record_set:
        fault = "TrafficPolicyInstanceId is not allowed: only traffic policies make such record sets"
    if fault:
        raise invalid_input(
            f"Invalid request: {fault} in Change with [Action={change['Action']}, Name={record_set['Name']}, "
            f"Type={record_set['Type']}, SetIdentifier={record_set.get('SetIdentifier', 'null')}]"
        )


def _size_faults(requested: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    elements = characters = 0
    for change in requested:
        times = 2 if change["Action"] == "UPSERT" else 1
        values = change["ResourceRecordSet"].get("ResourceRecords", ())
        elements += times * max(1, len(values))
        characters += times * sum(len(value["Value"]) for value in values)
    if elements > MAX_ELEMENTS:
        yield f"Number of records limit of {MAX_ELEMENTS} exceeded."
    if characters > MAX_CHARACTERS:
        yield f"RDATA character limit of {MAX_CHARACTERS} exceeded."


def _read_change(change: Mapping[str, Any]) -> Change:
    """A change as the service stores it: names normalised, values as they were spelt."""
    record_set = dict(change["ResourceRecordSet"])
    record_set["Name"] = stored_name(record_set["Name"])
    if "AliasTarget" in record_set:
        target = record_set["AliasTarget"]
        record_set["AliasTarget"] = {**target, "DNSName": stored_name(target["DNSName"])}
    return Change(change["Action"], key_of(record_set), record_set)


def _pair_faults(changes: Sequence[Change]) -> Iterator[str]:
    """One record set stands in a batch once, or as a DELETE and behind it a CREATE."""
    actions: dict[Key, list[str]] = {}
    named: dict[Key, Change] = {}
    for change in changes:
        actions.setdefault(change.key, []).append(change.action)
        named[change.key] = change
    for key, seen in actions.items():
        if len(seen) > 1 and seen != ["DELETE", "CREATE"]:
            yield (
                "The request contains an invalid set of changes for a resource record set "
                f"'{named[key].type} {named[key].name}'"
            )


def _own_faults(change: Change, zone: ZoneFacts) -> Iterator[str]:
    """What is wrong with a change, whatever the zone holds."""
    if not lies_within(change.name, zone.name):
        yield f"RRSet with DNS name {change.name} is not permitted in zone {zone.name}"
    yield from _place_faults(change, zone)
    if change.action == "DELETE":
        return
    yield from _value_faults(change)
    yield from policies.own_faults(change.record_set, change.label)
    if "AliasTarget" in change.record_set:
        yield from _alias_form_faults(change)


def _place_faults(change: Change, zone: ZoneFacts) -> Iterator[str]:
    at_apex = change.name == zone.name
    named = f"RRSet of type {change.type} with DNS name {change.name}"
    if change.type in {"CNAME", "DS"} and at_apex:
        yield f"{named} is not permitted at apex in zone {zone.name}"
    if change.type == "SOA" and not at_apex:
        yield f"{named} is only permitted at apex in zone {zone.name}"
    if change.type == "NS" and change.name.startswith("\\052."):
        yield f"{named} is not permitted as wildcard NS records are not supported"


def _value_faults(change: Change) -> Iterator[str]:
    values = [record["Value"] for record in change.record_set.get("ResourceRecords", ())]
    if len(values) > MAX_VALUES:
        yield f"Cannot have more than {MAX_VALUES} records in a RRSet."
        return
    if len(values) > 1 and change.type in {"CNAME", "SOA"}:
        yield f"RRSet of type {change.type} with DNS name {change.name} must have exactly one value"
    seen = set()
    for value in values:
        try:
            meaning = meaning_of(change.type, value)
        except SyntaxFault as fault:
            yield f"Invalid Resource Record: '{fault}'"
            continue
        if meaning in seen:
            yield f"Duplicate Resource Record: '{value}'"
        seen.add(meaning)


def _alias_form_faults(change: Change) -> Iterator[str]:
    target = change.record_set["AliasTarget"]
    if change.type in {"NS", "SOA"}:
        yield f"RRSet of type {change.type} with DNS name {change.name} cannot be an alias"
    if target["HostedZoneId"] != CLOUDFRONT:
        return
    if target["EvaluateTargetHealth"]:
        yield f"{change.label} cannot be created as EvaluateTargetHealth must be false for CloudFront"
    if change.type not in {"A", "AAAA", "HTTPS"}:
        yield f"{change.label} cannot be created as CloudFront aliases are of type A, AAAA or HTTPS"


def _apply(changes: Sequence[Change], draft: Draft, zone: ZoneFacts, look_up_zone: ZoneLookup) -> Iterator[str]:
    """Write sound changes into the draft, in the service's order; yields what does not go."""
    replaced: dict[Key, ApiRecordSet] = {}
    for change in changes:
        if change.action == "DELETE":
            yield from _delete(change, draft, zone)
        elif change.action == "UPSERT":
            existing = draft.get(change.key)
            if existing is not None:
                replaced[change.key] = existing
    for key in replaced:
        draft.remove(key)
    for change in changes:
        if change.action == "DELETE":
            continue
        faults = [*_creation_faults(change, draft, replaced.get(change.key), zone, look_up_zone)]
        yield from faults
        if not faults:
            draft.add(change.key, _sticky(change.record_set, replaced.get(change.key)))


def _delete(change: Change, draft: Draft, zone: ZoneFacts) -> Iterator[str]:
    existing = draft.get(change.key)
    tried = f"Tried to delete resource record set {_bracketed(change)}"
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


def _bracketed(change: Change) -> str:
    identifier = change.record_set.get("SetIdentifier")
    behind = "" if identifier is None else f", set identifier='{identifier}'"
    return f"[name='{change.name}', type='{change.type}'{behind}]"


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
        yield f"Tried to create resource record set {_bracketed(change)} but it already exists"
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
        yield (
            f"{named} as it conflicts with other records with the same DNS name in zone {zone.name}"
        )
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
    members = holder[1].members(key_of({"Name": name, "Type": change.type}).order)
    if all(key.type != change.type or key == change.key for key, _ in members):
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


__all__ = ["ApiError", "RecordSets", "ZoneFacts", "change_record_sets"]
