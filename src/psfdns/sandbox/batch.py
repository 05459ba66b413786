"""A batch of changes as it is read, before anything is looked at in the zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psfdns.sandbox import policies
from psfdns.sandbox.faults import SpellingError, invalid_batch, invalid_input
from psfdns.sandbox.recordsets import ApiRecordSet, Key, key_of
from psfdns.sandbox.spelling import stored_name

MAX_ELEMENTS = 1000
MAX_CHARACTERS = 32_000
"""Of one request: elements, and characters of all values; UPSERT counts twice (Developer Guide, "Quotas")."""


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
    def bracketed(self) -> str:
        """The record set as messages about existing ones name it."""
        identifier = self.record_set.get("SetIdentifier")
        behind = "" if identifier is None else f", set identifier='{identifier}'"
        return f"[name='{self.name}', type='{self.type}'{behind}]"

    @property
    def name(self) -> str:
        """The stored name."""
        return str(self.record_set["Name"])

    @property
    def type(self) -> str:
        """The type's mnemonic."""
        return str(self.record_set["Type"])


def read_batch(requested: Sequence[Mapping[str, Any]]) -> tuple[list[Change], list[str]]:
    """The changes of a batch that can be read, and what is wrong with it so far; raises ApiError."""
    for change in requested:
        _check_shape(change)
    faults = list(_size_faults(requested))
    if faults:
        raise invalid_batch(faults)
    changes = []
    for change in requested:
        try:
            changes.append(_read_change(change))
        except SpellingError as fault:
            faults.append(str(fault))
    return changes, [*faults, *_pair_faults(changes)]


def _check_shape(change: Mapping[str, Any]) -> None:
    """The request has to be one that can be read at all: TTL and values, or an alias; a whole policy."""
    record_set = change["ResourceRecordSet"]
    plain = [field for field in ("TTL", "ResourceRecords") if field in record_set]
    found = len(plain) == 2, "AliasTarget" in record_set, "TrafficPolicyInstanceId" in record_set
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
