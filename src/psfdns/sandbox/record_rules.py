"""The rules for one record set, whatever else its zone holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.sandbox import policies
from psfdns.sandbox.batch import Change
from psfdns.sandbox.faults import SpellingError
from psfdns.sandbox.spelling import lies_within
from psfdns.sandbox.values import meaning_of

MAX_VALUES = 400
"""Of one record set (Developer Guide, "Quotas on records")."""

CLOUDFRONT = "Z2FDTNDATAQYW2"
"""The zone id of every CloudFront alias (API reference, AliasTarget)."""


def own_faults(change: Change, zone_name: str) -> Iterator[str]:
    """What is wrong with a change, whatever the zone holds."""
    if not lies_within(change.name, zone_name):
        yield f"RRSet with DNS name {change.name} is not permitted in zone {zone_name}"
    yield from _place_faults(change, zone_name)
    if change.action == "DELETE":
        return
    yield from _value_faults(change)
    yield from policies.own_faults(change.record_set, change.label)
    if "AliasTarget" in change.record_set:
        yield from _alias_form_faults(change)


def _place_faults(change: Change, zone_name: str) -> Iterator[str]:
    at_apex = change.name == zone_name
    named = f"RRSet of type {change.type} with DNS name {change.name}"
    if change.type in {"CNAME", "DS"} and at_apex:
        yield f"{named} is not permitted at apex in zone {zone_name}"
    if change.type == "SOA" and not at_apex:
        yield f"{named} is only permitted at apex in zone {zone_name}"
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
        except SpellingError as fault:
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
