"""Which hosted zone is which zone file's: by id, else by name, privateness and CallerReference. Pure.

Route 53 allows any number of zones of one name, and takes a CallerReference only once for ever
(API reference, CreateHostedZone). psfdns's references are derived from what is wanted, so that a
retry cannot make a second zone and two views of a name can be told apart afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.names import canonical_order
from psfdns.plans.desired import HeldZone, zone_stem
from psfdns.plans.host import HostedZone
from psfdns.plans.plan import UnmanagedZone

REFERENCE_PREFIX = "psfdns:"
GENERATIONS = 100
"""How often a zone can be deleted and made again before its reference is not recognised any more."""


def caller_reference(*, account: str | None, name: str, view: str | None, generation: int) -> str:
    """The CallerReference of a zone that psfdns makes: 71 of the 128 characters allowed."""
    intent = json.dumps([account, name, view, generation], separators=(",", ":"))
    return REFERENCE_PREFIX + hashlib.sha256(intent.encode()).hexdigest()


def is_ours(hosted: HostedZone) -> bool:
    """Whether psfdns made the zone."""
    return hosted.caller_reference.startswith(REFERENCE_PREFIX)


@dataclass(frozen=True, slots=True)
class Matching:
    """The hosted zone of each held zone by label, errors by label, and who is left."""

    hosted: Mapping[str, HostedZone] = field(default_factory=dict)
    findings: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    unmanaged: tuple[UnmanagedZone, ...] = ()


def match_zones(held: Sequence[HeldZone], hosted: Sequence[HostedZone], *, account: str | None) -> Matching:
    """Match every zone of the repository (not only selected ones: what is left over is unmanaged)."""
    matcher = _Matcher(hosted, account)
    matcher.refuse_twins(held)
    for zone in held:
        if zone.settings.id is not None:
            matcher.match_by_id(zone, zone.settings.id)
    by_name: defaultdict[tuple[str, bool], list[HeldZone]] = defaultdict(list)
    for zone in held:
        if zone.settings.id is None:
            by_name[zone.origin, zone.private].append(zone)
    for zones in by_name.values():
        matcher.match_by_name(zones)
    return matcher.finish()


class _Matcher:
    """The work of one matching: hosted zones are taken one by one."""

    def __init__(self, hosted: Sequence[HostedZone], account: str | None) -> None:
        self._account = account
        self._by_id = {zone.id: zone for zone in hosted}
        self._by_name: defaultdict[tuple[str, bool], list[HostedZone]] = defaultdict(list)
        for zone in hosted:
            self._by_name[zone.name, zone.private].append(zone)
        self._taken: dict[str, str] = {}
        self._hosted: dict[str, HostedZone] = {}
        self._findings: dict[str, tuple[Diagnostic, ...]] = {}

    def refuse_twins(self, held: Sequence[HeldZone]) -> None:
        """One name and view in two files: neither can be said to be what is wanted."""
        by_label: defaultdict[str, list[HeldZone]] = defaultdict(list)
        for zone in held:
            by_label[zone.label].append(zone)
        for label, zones in by_label.items():
            if len(zones) > 1:
                paths = " and ".join(zone.path for zone in zones)
                self._refuse(zones[0], "zone-twice", f"{label} is in {paths}", "keep one of the files")

    def match_by_id(self, held: HeldZone, zone_id: str) -> None:
        """Take the zone that tenant.toml names, if it is there and is that zone."""
        zone = self._by_id.get(zone_id)
        problem = _problem_of_id(held, zone_id, zone, self._taken.get(zone_id))
        if problem is not None:
            self._refuse(held, "zone-id", problem, "correct or remove `id` of the zone in tenant.toml")
        elif zone is not None:
            self._take(held, zone)

    def match_by_name(self, zones: list[HeldZone]) -> None:
        """Tell the views of one name and privateness apart: by our references, then by what is left."""
        free = self._free(zones[0])
        rest = []
        for held in zones:
            own = self._made_for(held, free) if len(free) > 1 or len(zones) > 1 else []
            if len(own) == 1:
                self._take(held, own[0])
            else:
                rest.append(held)
        self._match_rest(rest)
        self._look_for_rivals(zones)

    def _match_rest(self, rest: list[HeldZone]) -> None:
        plain = [held for held in rest if held.view is None] if len(rest) > 1 else rest
        for held in plain:
            free = self._free(held)
            if len(free) == 1:
                self._take(held, free[0])
            elif free:
                self._refuse_rivals(held, free)

    def _look_for_rivals(self, zones: list[HeldZone]) -> None:
        """A second live zone of the name that psfdns did not make may be the one that answers."""
        for held in zones:
            rivals = [zone for zone in self._free(held) if not is_ours(zone)]
            if rivals and held.label in self._hosted:
                self._refuse_rivals(held, [self._hosted[held.label], *rivals])

    def _refuse_rivals(self, held: HeldZone, zones: Iterable[HostedZone]) -> None:
        ids = " and ".join(sorted(zone.id for zone in zones))
        kind = "private " if held.private else ""
        summary = f"{held.label}: more than one live {kind}zone has this name: {ids}"
        self._refuse(
            held,
            "ambiguous-zone",
            summary,
            f'say which: [zones."{zone_stem(held.label)}"] id = "Z…" in tenant.toml',
        )

    def _free(self, held: HeldZone) -> list[HostedZone]:
        return [z for z in self._by_name[held.origin, held.private] if z.id not in self._taken]

    def _made_for(self, held: HeldZone, zones: Iterable[HostedZone]) -> list[HostedZone]:
        ours = [zone for zone in zones if is_ours(zone)]
        if not ours:
            return []
        references = {
            caller_reference(account=self._account, name=held.origin, view=held.view, generation=generation)
            for generation in range(GENERATIONS)
        }
        return [zone for zone in ours if zone.caller_reference in references]

    def _take(self, held: HeldZone, zone: HostedZone) -> None:
        self._taken[zone.id] = held.label
        self._hosted[held.label] = zone
        if zone.linked_service is not None:
            summary = f"{held.label} ({zone.id}) is made and kept by another service: {zone.linked_service}"
            self._refuse(
                held, "linked-service", summary, "remove the zone file; psfdns does not touch such zones"
            )

    def _refuse(self, held: HeldZone, code: str, summary: str, hint: str) -> None:
        finding = Diagnostic(code, Severity.ERROR, summary, Span(held.path), hint)
        self._findings[held.label] = (*self._findings.get(held.label, ()), finding)

    def finish(self) -> Matching:
        """The result; what no file describes is unmanaged."""
        left = [zone for zone in self._by_id.values() if zone.id not in self._taken]
        return Matching(self._hosted, self._findings, tuple(_unmanaged(left)))


def _unmanaged(zones: Iterable[HostedZone]) -> Iterator[UnmanagedZone]:
    for zone in sorted(zones, key=lambda zone: (canonical_order(zone.name), zone.id)):
        yield UnmanagedZone(zone.name, zone.id)


def _problem_of_id(held: HeldZone, zone_id: str, zone: HostedZone | None, taken: str | None) -> str | None:
    if zone is None:
        return f"{held.label}: there is no hosted zone {zone_id} in this account"
    if zone.name != held.origin:
        return f"{held.label}: hosted zone {zone_id} is {zone.name}"
    if taken is not None:
        return f"{held.label}: hosted zone {zone_id} is {taken} already"
    if zone.private != held.private:
        return f"{held.label}: hosted zone {zone_id} is {'private' if zone.private else 'public'}"
    return None
