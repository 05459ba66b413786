"""Packing changes into requests: few, each within Route 53's limits, none in the wrong order. Pure.

A changed record set is a DELETE of exactly what was read and a CREATE of what is wanted, in one
batch: Route 53 refuses the batch if anybody touched the record set in between. All changes of one
name stay together, because the rules between record sets of one name (a CNAME beside others, the one
TTL of a weighted group) are judged batch by batch.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.errors import UnpackableError
from psfdns.names import canonical_order
from psfdns.plans.diff import key_order
from psfdns.plans.plan import Change
from psfdns.records import SELF_ZONE, RRset, RRsetKey
from psfdns.route53.packing import LIMITS, Limits, Load, pack_loads
from psfdns.rrsets import to_api

Place = tuple[str, str]
"""Name and type: what an alias points at."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The API's form of what is there in a zone, and of what shall be."""

    there: Mapping[RRsetKey, Mapping[str, Any]]
    wanted: Mapping[RRsetKey, Mapping[str, Any]]
    zone_id: str

    def new(self, rrset: RRset) -> Mapping[str, Any]:
        """What the record set shall be."""
        return self.wanted.get(rrset.key) or to_api(rrset, zone_id=self.zone_id)

    def actions(self, change: Change, origin: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(action, ResourceRecordSet) once or twice."""
        if change.after is not None and is_upsert(change, origin):
            yield "UPSERT", self.new(change.after)
            return
        if change.before is not None:
            yield "DELETE", self.there[change.key]
        if change.after is not None:
            yield "CREATE", self.new(change.after)


@dataclass(frozen=True, slots=True)
class Batch:
    """One request: the changes it makes in the zone `origin`; ten times as large once it is written out."""

    changes: tuple[Change, ...]
    elements: int
    characters: int
    origin: str
    forms: Forms

    def sent_to(self, zone_id: str) -> Batch:
        """The same batch for a zone that had no id when it was packed."""
        return replace(self, forms=replace(self.forms, zone_id=zone_id))

    def entries(self) -> list[Mapping[str, Any]]:
        """ChangeBatch.Changes: all DELETEs, an alias before its target; then the rest, an alias after its."""
        zone_id = self.forms.zone_id
        old = _levels([change.before for change in self.changes], zone_id)
        new = _levels([change.after for change in self.changes], zone_id)
        actions = {change.key: list(self.forms.actions(change, self.origin)) for change in self.changes}
        deletes = sorted(self.changes, key=lambda change: -old.get(_place(change), 0))
        others = sorted(self.changes, key=lambda change: new.get(_place(change), 0))
        entries = [_entry(a, r) for change in deletes for a, r in actions[change.key] if a == "DELETE"]
        return entries + [_entry(a, r) for change in others for a, r in actions[change.key] if a != "DELETE"]


def is_upsert(change: Change, origin: str) -> bool:
    """A zone is never without SOA and NS at its apex, not even within a batch: the one place for UPSERT."""
    return change.after is not None and change.key.name == origin and change.key.type in {"SOA", "NS"}


def pack_changes(
    changes: Iterable[Change],
    *,
    spelled: Mapping[RRsetKey, Mapping[str, Any]],
    wanted: Mapping[RRsetKey, Mapping[str, Any]] | None = None,
    origin: str,
    zone_id: str,
    limits: Limits = LIMITS,
) -> tuple[Batch, ...]:
    """The batches that make `changes`, to be sent one after the other.

    An alias is created in the batch of its new target or later, and deleted in the batch in which its
    target goes or earlier. `spelled` holds the API's own form of every record set that is there now,
    `wanted` that of record sets which shall be spelled just so.
    Raises UnpackableError that names all that cannot be made in one request.
    """
    forms = Forms(spelled, wanted or {}, zone_id)
    pieces = [_piece_of(change, forms, origin) for change in changes]
    units = _units_of(pieces, zone_id)
    _refuse_oversized(units, limits)
    bins = pack_loads([unit.load for unit in units], limits)
    return tuple(
        _batch_of([piece for index in found for piece in units[index].pieces], forms, origin)
        for found in bins
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """One change, and what it weighs."""

    change: Change
    elements: int
    characters: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """What must not be split, and what it weighs."""

    pieces: tuple[_Piece, ...]
    load: Load


def _piece_of(change: Change, forms: Forms, origin: str) -> _Piece:
    elements = characters = 0
    for action, rrset in forms.actions(change, origin):
        weight = 2 if action == "UPSERT" else 1
        values = rrset.get("ResourceRecords", ())
        elements += weight * max(1, len(values))
        characters += weight * sum(len(value["Value"]) for value in values)
    return _Piece(change, elements, characters)


def _units_of(pieces: Sequence[_Piece], zone_id: str) -> list[_Unit]:
    """Pieces by name, names that wait for each other together, in an order that respects all waits."""
    by_name: dict[str, list[_Piece]] = {}
    for piece in pieces:
        by_name.setdefault(piece.change.key.name, []).append(piece)
    waits = _waits_between_names([piece.change for piece in pieces], zone_id)
    groups, order = _order_of_names(by_name, waits)
    units: list[_Unit] = []
    index_of: dict[str, int] = {}
    for index, leader in enumerate(order):
        members = groups[leader]
        # A name can wait for another of its own unit only inside the batch, where entries are sorted.
        after = {index_of[other] for name in members for other in waits.get(name, ()) if other in index_of}
        units.append(_unit_of([piece for name in members for piece in by_name[name]], after))
        index_of.update(dict.fromkeys(members, index))
    return units


def _unit_of(pieces: Sequence[_Piece], after: Iterable[int]) -> _Unit:
    elements = sum(piece.elements for piece in pieces)
    characters = sum(piece.characters for piece in pieces)
    return _Unit(tuple(pieces), Load(elements, characters, tuple(sorted(after))))


def _waits_between_names(changes: Sequence[Change], zone_id: str) -> dict[str, list[str]]:
    """Name -> names that may not be changed in a later batch than it."""
    made = {_place(change) for change in changes if change.before is None}
    gone = {_place(change) for change in changes if change.after is None}
    waits: dict[str, list[str]] = {}
    for change in changes:
        new, old = _target(change.after, zone_id), _target(change.before, zone_id)
        if new in made:
            waits.setdefault(change.key.name, []).append(new[0])
        if old != new and old in gone:
            waits.setdefault(old[0], []).append(change.key.name)
    return waits


def _order_of_names(
    names: Iterable[str], waits: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Names that wait for each other in a circle become one group, called by its first name."""
    if not waits:
        return {name: [name] for name in names}, list(names)
    leader_of = {name: name for name in names}
    while (order := _sort_leaders(leader_of, waits)) is None:
        pass
    groups: dict[str, list[str]] = {}
    for name, leader in leader_of.items():
        groups.setdefault(leader, []).append(name)
    return groups, order


def _sort_leaders(leader_of: dict[str, str], waits: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The leaders in order; None where a circle was in the way, whose names then have one leader."""
    graph: dict[str, list[str]] = {leader: [] for leader in leader_of.values()}
    for name, others in waits.items():
        graph[leader_of[name]] += [leader_of[o] for o in others if leader_of[o] != leader_of[name]]
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        circle = set(error.args[1])
        first = min(circle, key=canonical_order)
        leader_of.update({name: first for name, leader in leader_of.items() if leader in circle})
        return None


def _refuse_oversized(units: Iterable[_Unit], limits: Limits) -> None:
    findings = [
        _oversized(unit, limits)
        for unit in units
        if unit.load.elements > limits.elements or unit.load.characters > limits.characters
    ]
    if findings:
        raise UnpackableError(findings, summary="changes are too big for one request")


def _oversized(unit: _Unit, limits: Limits) -> Diagnostic:
    changes = [piece.change for piece in unit.pieces]
    named = ", ".join(dict.fromkeys(f"{change.key.name} {change.key.type}" for change in changes))
    spans = (change.after.span for change in changes if change.after is not None)
    return Diagnostic(
        "too-big-for-one-request",
        Severity.ERROR,
        f"{named}: the change holds {unit.load.elements:,} values of {unit.load.characters:,} characters and"
        f" has to be made in one request, which holds {limits.elements:,} and {limits.characters:,}",
        next((span for span in spans if span is not None), None),
        "change it in steps: remove some of the old values first, apply, then add the new ones",
        "Route 53 Developer Guide, Quotas",
    )


def _batch_of(pieces: Sequence[_Piece], forms: Forms, origin: str) -> Batch:
    return Batch(
        tuple(sorted((piece.change for piece in pieces), key=lambda change: key_order(change.key))),
        sum(piece.elements for piece in pieces),
        sum(piece.characters for piece in pieces),
        origin,
        forms,
    )


def _levels(rrsets: Iterable[RRset | None], zone_id: str) -> dict[Place, int]:
    """How many aliases stand between a place and the record set that answers in the end."""
    graph: dict[Place, list[Place]] = {}
    for rrset in rrsets:
        target = _target(rrset, zone_id)
        if rrset is not None and target is not None:
            graph.setdefault((rrset.name, rrset.type), []).append(target)
    levels: dict[Place, int] = {}
    try:
        for place in graphlib.TopologicalSorter(graph).static_order():
            levels[place] = max((levels[target] + 1 for target in graph.get(place, ())), default=0)
    except graphlib.CycleError:
        return {}  # aliases in a circle have no order; Route 53 says so itself
    return levels


def _entry(action: str, rrset: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Action": action, "ResourceRecordSet": rrset}


def _place(change: Change) -> Place:
    return change.key.name, change.key.type


def _target(rrset: RRset | None, zone_id: str) -> Place | None:
    """What an alias into this zone points at."""
    if rrset is None or rrset.alias is None or rrset.alias.zone_id not in {SELF_ZONE, zone_id}:
        return None
    return rrset.alias.name, rrset.type
