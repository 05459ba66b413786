"""What of a zone is ours to change, and what is another writer's. Pure.

Not ours in a live zone, each listed with its reason and never touched:

* what the codec cannot express (`LiveZone.foreign`);
* what a pattern of the zone's `ignore` means;
* psfdns's own ACME answers: TXT record sets whose first label is `_acme-challenge` and that the file
  does not declare (one that stands in the file is the file's).

The apex SOA and NS are Route 53's under `apex = "route53"`: they are taken off both sides in silence,
as a zone file carries them only to please other tools.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.patterns import find_match
from psfdns.plans.host import Foreign, LiveZone
from psfdns.records import SELF_ZONE, Alias, RRset, RRsetKey, Zone
from psfdns.settings import Apex, ZoneSettings

APEX_TYPES = frozenset({"SOA", "NS"})
"""The types that every hosted zone has at its apex."""

ACME_REASON = "an ACME challenge answer of psfdns, not in the file"


@dataclass(frozen=True, slots=True)
class Partition:
    """Both sides of the diff, with what is live and not ours set apart."""

    desired: Zone
    live: Zone
    foreign: tuple[Foreign, ...]
    findings: tuple[Diagnostic, ...]


def divide(*, desired: Zone, live: LiveZone, settings: ZoneSettings) -> Partition:
    """Set apart what is not ours; a file that declares it as well gets an error for each record set."""
    own = own_part(desired, settings, hosted_id=live.hosted.id)
    reasons = dict(_foreign(own, live, settings))
    kept = _managed(live.zone, settings)
    for key in reasons:
        kept.pop(key, None)
    ignored = find_ignored(own, settings)
    return Partition(
        desired=own,
        live=Zone(live.zone.origin, kept),
        foreign=tuple(Foreign(key, reason) for key, reason in reasons.items()),
        findings=ignored or tuple(_conflicts(own, reasons)),
    )


def own_part(zone: Zone, settings: ZoneSettings, *, hosted_id: str | None = None) -> Zone:
    """The file's record sets that psfdns writes, an alias to the zone's own id spelled `$self`."""
    managed = _managed(zone, settings)
    own = {
        key: replace(rrset, alias=_with_self(rrset.alias))
        for key, rrset in managed.items()
        if rrset.alias is not None and rrset.alias.zone_id == hosted_id
    }
    return Zone(zone.origin, managed | own)


def is_apex_authority(key: RRsetKey, origin: str) -> bool:
    """Whether the key is that of the zone's own SOA or NS."""
    return key.type in APEX_TYPES and key.name == origin


def _managed(zone: Zone, settings: ZoneSettings) -> dict[RRsetKey, RRset]:
    """A copy of the zone's record sets, less those that are Route 53's."""
    managed = dict(zone.rrsets)
    if settings.apex is not Apex.MANAGED:
        for key in [key for key in managed if is_apex_authority(key, zone.origin)]:
            del managed[key]
    return managed


def _with_self(alias: Alias) -> Alias:
    return Alias(alias.name, SELF_ZONE, alias.evaluate_target_health)


def _foreign(desired: Zone, live: LiveZone, settings: ZoneSettings) -> Iterator[tuple[RRsetKey, str]]:
    origin = live.zone.origin
    for foreign in live.foreign:
        if settings.apex is Apex.MANAGED or not is_apex_authority(foreign.key, origin):
            yield foreign.key, foreign.reason
    for key in _managed(live.zone, settings):
        pattern = find_match(settings.ignore, key, origin) if settings.ignore else None
        if pattern is not None:
            yield key, f'ignored by "{pattern.text}"'
        elif key.type == "TXT" and key.name.startswith("_acme-challenge.") and key not in desired.rrsets:
            yield key, ACME_REASON


def find_ignored(desired: Zone, settings: ZoneSettings) -> tuple[Diagnostic, ...]:
    """Errors for what the file declares and `ignore` gives away: once written, it were never ours again."""
    return tuple(
        Diagnostic(
            code="ignored-record",
            severity=Severity.ERROR,
            summary=f'{key} is left to another writer: ignore has "{pattern.text}"',
            span=rrset.span,
            hint="take the record out of the file, or the pattern out of tenant.toml",
        )
        for key, rrset in (desired.rrsets.items() if settings.ignore else ())
        if (pattern := find_match(settings.ignore, key, desired.origin)) is not None
    )


def _conflicts(desired: Zone, foreign: dict[RRsetKey, str]) -> Iterator[Diagnostic]:
    """What the file declares where something lives that we may not touch: Route 53 would refuse it."""
    by_name: dict[str, list[RRsetKey]] = {}
    for key in foreign:
        by_name.setdefault(key.name, []).append(key)
    for key, rrset in desired.rrsets.items() if by_name else ():
        rivals = [rival for rival in by_name.get(key.name, ()) if _excludes(rival, key)]
        if rivals:
            yield _conflict(rrset, rivals[0], foreign[rivals[0]])


def _excludes(rival: RRsetKey, key: RRsetKey) -> bool:
    """Whether Route 53 refuses both at once: one identity, or a CNAME beside another type."""
    return rival == key or (rival.type != key.type and "CNAME" in (rival.type, key.type))


def _conflict(rrset: RRset, rival: RRsetKey, reason: str) -> Diagnostic:
    return Diagnostic(
        code="foreign-record",
        severity=Severity.ERROR,
        summary=f"{rrset.key}: {rival} is live and not psfdns's to change ({reason})",
        span=rrset.span,
        hint="take the record out of the file, or make the live one psfdns's (change `ignore`, or delete it)",
    )
