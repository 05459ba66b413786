"""Proof by DNS-01: TXT values of many names in few changes, seen by every server before the CA is asked.

What is written is merged with what is there, by compare and swap, and taken away value by value: other ACME
clients at the same name lose nothing. Written is only to zones that psfdns made or that `id` adopts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from psfdns.errors import HostError, PsfdnsError, StalePlanError
from psfdns.lookup.presence import Presence, wait_for_values
from psfdns.lookup.view import Lead, View, follow_aliases
from psfdns.names import canonical_order, is_subdomain
from psfdns.plans.host import HostedZone
from psfdns.plans.plan import Change
from psfdns.proofs import Place, Proof, Unprovable
from psfdns.records import RRset, RRsetKey
from psfdns.route53.batches import Batch, pack_changes
from psfdns.route53.challenge_memory import Memory, Written
from psfdns.route53.insync import wait_insync
from psfdns.route53.spots import Spots, read_spots
from psfdns.route53.submit import Submitter

if TYPE_CHECKING:
    from psfdns.aws import Api

TTL = 60
ROUNDS = 4
"""How often a change is made anew after another writer was faster."""
MAX_VALUES = 400
"""Values in one record set (Route 53 Developer Guide, Quotas)."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a run has: the account, the zones that may be written to, eyes, and what waiting is done with."""

    api: Api
    zones: Sequence[HostedZone]
    view: View
    pause: Callable[[float], None]
    clock: Callable[[], float]
    comment: str
    say: Callable[[str], None]


@dataclass(slots=True)
class _Outcome:
    """What became of the values: ids of changes, and why a value is not there."""

    change_ids: list[str] = field(default_factory=list)
    faults: dict[Written, str] = field(default_factory=dict)


class Dns01Prover:
    """`psfdns.proofs.Prover` by Route 53."""

    kind = "dns-01"

    def __init__(self, means: Means, memory: Memory) -> None:
        self._means = means
        self._memory = memory
        self._spots: dict[Place, tuple[str, str]] = {}

    @property
    def view(self) -> View:
        """The eyes that it looks with."""
        return self._means.view

    def check(self, places: Sequence[Place]) -> Mapping[Place, str | None]:
        """None, or why nothing could be proved at a place: its aliases, or no zone that may be written to."""
        leads = follow_aliases(dict.fromkeys(place.owner for place in places), self._means.view.resolve)
        leads |= self._look_past_wildcards(places, leads)
        found: dict[Place, str | None] = {}
        for place in places:
            spot = self._locate(place, leads[place.owner])
            found[place] = spot if isinstance(spot, str) else None
            if not isinstance(spot, str):
                self._spots[place] = spot
        return found

    def present(self, proofs: Sequence[Proof]) -> Mapping[Proof, str | None]:
        """Write all values, wait for INSYNC once, ask all servers; None, or why a value is not in place."""
        unknown = [proof.place for proof in proofs if proof.place not in self._spots]
        faults = self.check(list(dict.fromkeys(unknown))) if unknown else {}
        verdicts = {proof: fault for proof in proofs if (fault := faults.get(proof.place)) is not None}
        spots = {
            proof: Written(*self._spots[proof.place], proof.value)
            for proof in proofs
            if proof not in verdicts
        }
        outcome = self._write(frozenset(spots.values()))
        failed = {proof: outcome.faults[spot] for proof, spot in spots.items() if spot in outcome.faults}
        in_place = {proof: spot for proof, spot in spots.items() if proof not in failed}
        return {**verdicts, **failed, **self._see(in_place, outcome.change_ids)}

    def clean(self) -> Sequence[str]:
        """Take away everything of ours, what killed runs have left too; what could not be done, in words."""
        written = self._memory.load()
        if not written:
            return ()
        outcome = self._change(add=frozenset(), remove=written)
        self._memory.store(outcome.faults.keys() & written)
        return tuple(dict.fromkeys(outcome.faults.values()))

    def _look_past_wildcards(self, places: Iterable[Place], leads: Mapping[str, Lead]) -> dict[str, Lead]:
        """Owners that are a CNAME by a wildcard alone: what is written there takes the wildcard's place."""
        by_zone: defaultdict[HostedZone, set[str]] = defaultdict(set)
        for place in places:
            zone = find_zone(self._means.zones, place.owner)
            if place.target is None and zone is not None and len(leads[place.owner].names) > 1:
                by_zone[zone].add(place.owner)
        free: dict[str, Lead] = {}
        for zone, owners in by_zone.items():
            try:
                there = read_spots(self._means.api, zone, owners).faults
            except PsfdnsError as error:
                free |= {owner: Lead((owner,), error.summary, unknown=True) for owner in owners}
            else:
                free |= {owner: Lead((owner,)) for owner in owners - there.keys()}
        return free

    def _locate(self, place: Place, lead: Lead) -> tuple[str, str] | str:
        """Where values go, as zone id and name; or why they cannot."""
        fault = lead.fault or fault_of_lead(place, lead)
        if fault is not None:
            return fault
        zone = find_zone(self._means.zones, lead.end)
        if zone is None:
            return f"{lead.end} lies in no zone that psfdns made or that tenant.toml adopts with id"
        return zone.id, lead.end

    def _write(self, wanted: frozenset[Written]) -> _Outcome:
        """The values of ours that shall be live; what is left of killed runs goes at the same names."""
        if not wanted:
            return _Outcome()
        left = self._memory.load()
        self._memory.store(left | wanted)
        names = {(each.zone_id, each.name) for each in wanted}
        old = frozenset(each for each in left - wanted if (each.zone_id, each.name) in names)
        outcome = self._change(add=wanted, remove=old)
        self._memory.store((left | wanted) - (old - outcome.faults.keys()))
        return outcome

    def _change(self, *, add: frozenset[Written], remove: frozenset[Written]) -> _Outcome:
        """Zone by zone; a zone that fails does not stop the next."""
        outcome = _Outcome()
        by_zone: defaultdict[str, set[Written]] = defaultdict(set)
        for each in add | remove:
            by_zone[each.zone_id].add(each)
        zones = {zone.id: zone for zone in self._means.zones}
        for zone_id, several in by_zone.items():
            zone = zones.get(zone_id)
            if zone is None:
                outcome.faults |= dict.fromkeys(several & add, f"there is no zone {zone_id} any more")
                continue
            editor = _Editor(self._means, zone, frozenset(several & add), frozenset(several & remove))
            editor.run(outcome)
        return outcome

    def _see(self, in_place: Mapping[Proof, Written], change_ids: Iterable[str]) -> dict[Proof, str | None]:
        """Wait until Route 53 says INSYNC, then ask the servers; what nobody could ask is taken on trust."""
        if not in_place:
            return {}
        means = self._means
        _, error = wait_insync(
            means.api, change_ids, pause=means.pause, clock=means.clock, report=lambda _: None
        )
        if error is not None:
            return dict.fromkeys(in_place, f"it is not known whether all servers have it: {error.summary}")
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for written in in_place.values():
            wanted[written.name].add(quoted(written.value))
        presences = wait_for_values(
            {name: frozenset(values) for name, values in wanted.items()},
            means.view,
            pause=means.pause,
            clock=means.clock,
        )
        return {proof: self._verdict(written.name, presences) for proof, written in in_place.items()}

    def _verdict(self, name: str, presences: Mapping[str, Presence]) -> str | None:
        presence = presences[name]
        if presence.missing:
            return Unprovable(f"{name} TXT: {'; '.join(presence.missing)}")
        if presence.is_unknown:
            self._means.say(f"{name} TXT: {presence.why or '; '.join(presence.silent)}; Route 53 says INSYNC")
        return None


@dataclass(slots=True)
class _Editor:
    """The changes of one zone: read, merge, swap, and read again where somebody was faster."""

    means: Means
    zone: HostedZone
    add: frozenset[Written]
    remove: frozenset[Written]

    def run(self, outcome: _Outcome) -> None:
        names = {each.name for each in self.add | self.remove}
        try:
            for attempt in range(ROUNDS):
                names = self._round(names, outcome, singly=attempt > 1)
                if not names:
                    return
            self._blame(names, f"{self.zone.name}: others change it faster than psfdns can", outcome)
        except PsfdnsError as error:
            self._blame(names, error.summary, outcome)

    def _round(self, names: set[str], outcome: _Outcome, *, singly: bool) -> set[str]:
        """One reading and its changes; returns the names at which somebody was faster. Raises PsfdnsError."""
        spots = read_spots(self.means.api, self.zone, names)
        changes = []
        for name in sorted(names):
            change = self._change_at(name, spots, outcome)
            changes += [change] if change is not None else []
        stale: set[str] = set()
        for batch in pack_changes(
            changes, spelled=spots.spelled, origin=self.zone.name, zone_id=self.zone.id
        ):
            parts = _parts(batch) if singly else [batch]
            for part in parts:
                stale |= self._submit(part, outcome)
        return stale

    def _change_at(self, name: str, spots: Spots, outcome: _Outcome) -> Change | None:
        fault = spots.faults.get(name)
        if fault is not None:
            self._blame({name}, Unprovable(fault), outcome)
            return None
        before = spots.rrsets.get(name)
        ours = {quoted(each.value) for each in self.add if each.name == name}
        gone = {quoted(each.value) for each in self.remove if each.name == name}
        after = merge_values(before, RRsetKey(name, "TXT"), add=ours, remove=gone)
        if after is not None and len(after.values) > MAX_VALUES:
            self._blame({name}, Unprovable(f"{name} TXT: more than {MAX_VALUES} values"), outcome)
            return None
        return None if before == after else Change(before, after)

    def _submit(self, batch: Batch, outcome: _Outcome) -> set[str]:
        """Send a batch; where it is refused as a whole its names are sent one by one."""
        submitter = Submitter(self.means.api, self.means.comment, self.means.pause)
        try:
            change_id = submitter.submit(batch, self.zone)
        except StalePlanError:
            # A batch is all or nothing: the other names of it were not changed either.
            return {change.key.name for change in batch.changes}
        except PsfdnsError as error:
            return self._submit_singly(batch, error, outcome)
        outcome.change_ids += [change_id] if change_id is not None else []
        return set()

    def _submit_singly(self, batch: Batch, error: PsfdnsError, outcome: _Outcome) -> set[str]:
        is_refusal = not (isinstance(error, HostError) and (error.retryable or error.uncertain))
        if len(batch.changes) == 1 or not is_refusal:
            self._blame({change.key.name for change in batch.changes}, error.summary, outcome)
            return set()
        stale: set[str] = set()
        for part in _parts(batch):
            stale |= self._submit(part, outcome)
        return stale

    def _blame(self, names: set[str], why: str, outcome: _Outcome) -> None:
        outcome.faults |= {each: why for each in self.add | self.remove if each.name in names}


def _parts(batch: Batch) -> list[Batch]:
    """A batch for each of its names."""
    return [replace(batch, changes=(change,)) for change in batch.changes]


def merge_values(before: RRset | None, key: RRsetKey, *, add: set[str], remove: set[str]) -> RRset | None:
    """The record set with our values and everybody else's; None where nothing is left."""
    kept = set(before.values) - remove if before is not None else set()
    values = tuple(sorted(kept | add))
    if not values:
        return None
    return RRset(key, TTL, values) if before is None else replace(before, values=values, spans=())


def fault_of_lead(place: Place, lead: Lead) -> str | None:
    """Why the aliases of a place do not lead where they have to.

    What is proved at the owner itself follows none: its CNAME may be another tenant's, to that one's target.
    """
    if place.target is None and len(lead.names) > 1:
        return f'{place.owner} is a CNAME to {lead.names[1]}, which challenge = "direct" does not follow'
    if place.target is None or lead.end == place.target:
        return None
    there = "there is no CNAME" if len(lead.names) == 1 else f"it leads to {lead.end}"
    return f"{place.owner} has to lead to {place.target}: {there}"


def find_zone(zones: Iterable[HostedZone], name: str) -> HostedZone | None:
    """The zone closest above a name."""
    above = [zone for zone in zones if is_subdomain(name, zone.name)]
    return max(above, key=lambda zone: len(canonical_order(zone.name)), default=None)


def quoted(value: str) -> str:
    """A string of base64url as a canonical TXT value."""
    return f'"{value}"'
