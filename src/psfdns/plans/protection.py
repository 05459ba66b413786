"""Route 53's record set protections: which are wanted, which are there, what differs. Pure.

A protection locks all record sets of one name and type against everybody (API reference,
ResourceRecordSetProtection). psfdns sets one for each record set of the file whose name a `protect`
pattern states exactly; patterns with `*` in the name are kept by psfdns's own guard alone. Only those
whose comment begins with `psfdns:` are ours; others are never taken away.

A name and type that the file does not hold gets none, as it could not be created any more. The apex SOA
and NS, which every zone has, get one only where a pattern names their type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.names import canonical_order
from psfdns.patterns import exact_name
from psfdns.plans.desired import DesiredZone
from psfdns.plans.host import LiveZone, Protection
from psfdns.plans.ownership import APEX_TYPES, own_part
from psfdns.plans.plan import Plan, Setting, ZoneAction, ZonePlan
from psfdns.records import Zone
from psfdns.settings import ZoneSettings

PREFIX = "psfdns:"
COMMENT_LENGTH = 256
_SETTING = "protection "

Place = tuple[str, str]
"""Name and type: what a protection is of."""

Listed = Mapping[str, tuple[Protection, ...] | Diagnostic]
"""By hosted id what was listed, or why it could not be."""


def is_ours(protection: Protection) -> bool:
    """Whether psfdns made the protection."""
    return (protection.comment or "").startswith(PREFIX)


def wants_protections(settings: ZoneSettings, origin: str) -> bool:
    """Whether a pattern of `protect` states a name exactly."""
    return any(exact_name(pattern, origin) is not None for pattern in settings.protect)


def wanted_protections(desired: DesiredZone, zone: Zone) -> tuple[Protection, ...]:
    """The protections that the zone should have, in canonical order; the first pattern is named."""
    if not desired.settings.protect:
        return ()
    own = own_part(zone, desired.settings)
    types: dict[str, set[str]] = {}
    for key in own.rrsets:
        types.setdefault(key.name, set()).add(key.type)
    found: dict[Place, Protection] = {}
    for pattern in desired.settings.protect:
        name = exact_name(pattern, zone.origin)
        if name is None:
            continue
        there = types.get(name, set())
        if pattern.type != "*":
            always = APEX_TYPES if name == zone.origin else frozenset()
            there = {pattern.type} & (there | always)
        comment = f'{PREFIX} protect = "{pattern.text}" in zones/{desired.tenant}/tenant.toml'
        for rdtype in there:
            found.setdefault((name, rdtype), Protection(name, rdtype, comment[:COMMENT_LENGTH]))
    return tuple(found[place] for place in sorted(found, key=_order))


def zones_to_look_at(plan: Plan, desired: Iterable[DesiredZone]) -> list[str]:
    """The hosted ids of the zones whose protections matter: some are wanted, or something will change.

    One request a zone is the price: so a zone without exact `protect` patterns that is in sync has none.
    """
    settings = {zone.label: zone.settings for zone in desired}
    return [
        zone.hosted_id
        for zone in plan.zones
        if zone.hosted_id is not None
        and zone.action is not ZoneAction.ERROR
        and (zone.changes or wants_protections(settings.get(zone.label, ZoneSettings()), zone.origin))
    ]


def with_protections(plan: Plan, desired: Iterable[DesiredZone], listed: Listed) -> Plan:
    """The plan with the protections that will be set or taken away, and what stands in the way."""
    by_label = {zone.label: zone for zone in desired}
    zones = tuple(_with_protections(zone, by_label.get(zone.label), listed) for zone in plan.zones)
    return replace(plan, zones=zones)


def _with_protections(plan: ZonePlan, desired: DesiredZone | None, listed: Listed) -> ZonePlan:
    if desired is None or desired.zone is None or plan.action is ZoneAction.ERROR:
        return plan
    wanted = wanted_protections(desired, desired.zone)
    if plan.hosted_id is None:
        return replace(plan, settings=(*plan.settings, *_differences((), wanted)))
    there = listed.get(plan.hosted_id)
    if there is None:
        return plan
    if isinstance(there, Diagnostic):
        return replace(plan, findings=(*plan.findings, there)) if wanted else plan
    settings = (*plan.settings, *_differences(there, wanted))
    return replace(plan, settings=settings, findings=(*plan.findings, *_in_the_way(plan, there)))


def _differences(there: Iterable[Protection], wanted: Sequence[Protection]) -> Iterator[Setting]:
    """What is to be set and taken away; whoever set one, a name and type that has one is protected."""
    live = {(each.name, each.type): each for each in there}
    asked = {(each.name, each.type): each for each in wanted}
    for place in sorted({*live, *asked}, key=_order):
        name = f"{_SETTING}{place[0]} {place[1]}"
        if place not in live:
            yield Setting(name, None, asked[place].comment)
        elif place not in asked and is_ours(live[place]):
            yield Setting(name, live[place].comment, None)


def _in_the_way(plan: ZonePlan, there: Iterable[Protection]) -> Iterator[Diagnostic]:
    touched = {(change.key.name, change.key.type) for change in plan.changes}
    for each in there:
        if (each.name, each.type) in touched and not is_ours(each):
            comment = f": {each.comment}" if each.comment else ""
            yield Diagnostic(
                "foreign-protection",
                Severity.WARNING,
                f"{each.name} {each.type} is protected at Route 53 by somebody else{comment}",
                hint="Route 53 will refuse the change; who set the protection has to take it away",
            )


def read_setting(setting: Setting) -> Place | None:
    """The name and type of a `protection NAME TYPE` setting; None for any other."""
    if not setting.name.startswith(_SETTING):
        return None
    name, _, rdtype = setting.name.removeprefix(_SETTING).rpartition(" ")
    return name, rdtype


def protections_to_lift(plan: ZonePlan, live: LiveZone) -> tuple[Protection, ...]:
    """Ours that stand in the way of the plan's changes and are to stand again afterwards."""
    removed = {read_setting(setting) for setting in plan.settings if setting.after is None}
    touched = {(change.key.name, change.key.type) for change in plan.changes} - removed
    return tuple(
        each for each in live.protections or () if is_ours(each) and (each.name, each.type) in touched
    )


def protections_to_remove(plan: ZonePlan) -> tuple[Protection, ...]:
    """Those that the plan takes away for good."""
    return _of_settings((setting, setting.before) for setting in plan.settings if setting.after is None)


def protections_to_add(plan: ZonePlan) -> tuple[Protection, ...]:
    """Those that the plan sets."""
    return _of_settings((setting, setting.after) for setting in plan.settings if setting.before is None)


def _of_settings(pairs: Iterable[tuple[Setting, str | None]]) -> tuple[Protection, ...]:
    placed = ((read_setting(setting), comment) for setting, comment in pairs)
    return tuple(Protection(*place, comment) for place, comment in placed if place is not None)


def _order(place: Place) -> tuple[tuple[bytes, ...], str]:
    return canonical_order(place[0]), place[1]
