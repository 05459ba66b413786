"""From what the files want and what is live to the plan. Pure: everything read stands in the arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from psfdns.diagnostics import Diagnostic, Severity, Span, Suppression, has_errors
from psfdns.names import canonical_order
from psfdns.plans.caches import Caches, negative_ttl
from psfdns.plans.desired import DesiredZone
from psfdns.plans.diff import diff_zones, digest_zone, key_order
from psfdns.plans.exposure import find_exposed
from psfdns.plans.host import Foreign, HostedZone, LiveZone
from psfdns.plans.match import Matching, is_ours
from psfdns.plans.ownership import divide, find_ignored, own_part
from psfdns.plans.plan import Change, Plan, Setting, ZonePlan
from psfdns.records import RRsetKey, Zone
from psfdns.settings import ZoneSettings

TENANT_TAG = "psfdns:tenant"
NEW_SUPPRESSION = "new-suppression"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a plan is made of: the zones asked for, their matches, and the live zones by hosted id."""

    desired: Sequence[DesiredZone]
    matching: Matching
    live: Mapping[str, LiveZone] = field(default_factory=dict)


def zones_to_fetch(desired: Iterable[DesiredZone], matching: Matching) -> list[HostedZone]:
    """The hosted zones whose record sets a plan needs: those of zones without an error."""
    return [
        matching.hosted[zone.label]
        for zone in desired
        if zone.label in matching.hosted and not _is_unusable(zone, matching)
    ]


def _is_unusable(desired: DesiredZone, matching: Matching) -> bool:
    return desired.zone is None or has_errors(_all_findings(desired, matching))


def _all_findings(desired: DesiredZone, matching: Matching) -> tuple[Diagnostic, ...]:
    """Those of the file, and those of the match that the repository's own checks did not make already."""
    known = {finding.code for finding in desired.findings}
    found = matching.findings.get(desired.label, ())
    return (*desired.findings, *(finding for finding in found if finding.code not in known))


def make_plan(selection: Selection, *, account: str | None, delegation_set: str | None = None) -> Plan:
    """The plan, not yet judged; `delegation_set` is the default for new public zones.

    Every one of `zones_to_fetch` must be in `selection.live`: else KeyError, as a zone that is there
    but was not read must never look like one that is still to be created.
    """
    parents = _delegation_ttls(selection.live.values())
    plans = [_plan_one(zone, selection, parents, delegation_set) for zone in selection.desired]
    plans.sort(key=lambda plan: (canonical_order(plan.origin), plan.view or ""))
    return Plan(account=account, zones=tuple(plans), unmanaged=selection.matching.unmanaged)


def _plan_one(
    desired: DesiredZone,
    selection: Selection,
    parents: Mapping[RRsetKey, int],
    delegation_set: str | None,
) -> ZonePlan:
    hosted = selection.matching.hosted.get(desired.label)
    judged = replace(desired, findings=_all_findings(desired, selection.matching))
    if judged.zone is None or has_errors(judged.findings):
        return plan_broken_zone(judged, hosted)
    if hosted is None:
        return plan_new_zone(judged, judged.zone, delegation_set=delegation_set)
    return plan_live_zone(judged, judged.zone, selection.live[hosted.id], parents=parents)


def plan_broken_zone(desired: DesiredZone, hosted: HostedZone | None) -> ZonePlan:
    """A zone whose findings forbid a plan: nothing will happen to it."""
    return ZonePlan(
        origin=desired.origin,
        view=desired.view,
        hosted_id=hosted.id if hosted else None,
        tenant=desired.tenant,
        private=desired.private,
        findings=desired.findings,
        adopted=hosted is None or _is_adopted(hosted, desired.settings),
    )


def plan_new_zone(desired: DesiredZone, zone: Zone, *, delegation_set: str | None = None) -> ZonePlan:
    """A zone that does not exist yet, with every record set that it will have."""
    own = own_part(zone, desired.settings)
    ignored = find_ignored(own, desired.settings)
    missed = negative_ttl(own)
    keys = () if ignored else sorted(own.rrsets, key=key_order)
    changes = tuple(Change(None, own.rrsets[key], missed) for key in keys)
    return ZonePlan(
        origin=desired.origin,
        view=desired.view,
        hosted_id=None,
        tenant=desired.tenant,
        private=desired.private,
        changes=changes,
        settings=tuple(_new_settings(desired, delegation_set)),
        findings=(*desired.findings, *ignored, *_risks(desired, changes)),
        desired_digest=digest_zone(own),
        desired_rrset_count=len(own.rrsets),
    )


def _new_settings(desired: DesiredZone, delegation_set: str | None) -> Iterator[Setting]:
    settings = desired.settings
    default = None if desired.private else delegation_set
    chosen = settings.delegation_set or default
    if settings.comment:
        yield Setting("comment", None, settings.comment)
    if chosen is not None and chosen != "none":
        yield Setting("delegation_set", None, chosen)
    if settings.private:
        yield Setting("vpcs", None, " ".join(f"{vpc.region}:{vpc.id}" for vpc in settings.private))
    yield Setting("tags", None, f"{TENANT_TAG}={desired.tenant}")


def plan_live_zone(
    desired: DesiredZone, zone: Zone, live: LiveZone, *, parents: Mapping[RRsetKey, int] | None = None
) -> ZonePlan:
    """A zone that exists: what differs, and what is there and not ours.

    `parents` holds the TTLs of delegations in other live zones, by key.
    """
    parts = divide(desired=zone, live=live, settings=desired.settings)
    findings = (*desired.findings, *parts.findings)
    changes = () if has_errors(findings) else diff_zones(desired=parts.desired, live=parts.live)
    live_digest = digest_zone(parts.live)
    return ZonePlan(
        origin=desired.origin,
        view=desired.view,
        hosted_id=live.hosted.id,
        tenant=desired.tenant,
        private=desired.private,
        changes=tuple(Caches(live.zone, parents or {}).annotate(changes)) if changes else (),
        settings=tuple(_changed_settings(desired, live)),
        foreign=tuple(sorted(parts.foreign, key=_foreign_order)),
        findings=(*findings, *_risks(desired, changes)),
        desired_digest=digest_zone(parts.desired) if changes or has_errors(findings) else live_digest,
        live_digest=live_digest,
        live_rrset_count=len(parts.live.rrsets),
        desired_rrset_count=len(parts.desired.rrsets),
        adopted=_is_adopted(live.hosted, desired.settings),
    )


def _risks(desired: DesiredZone, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    """What a reviewer should see of a change that is no fault."""
    yield from _new_suppressions(desired.suppressions, changes)
    yield from find_exposed(changes)


def _new_suppressions(suppressions: Iterable[Suppression], changes: Iterable[Change]) -> Iterator[Diagnostic]:
    """What a new or changed record set has silenced: its reader should know what was not said."""
    spans = (
        [span for change in changes if change.after for span in change.after.spans] if suppressions else []
    )
    for suppression in suppressions:
        if any(_holds(span, suppression.span) for span in spans):
            summary = f"silences here: {', '.join(suppression.codes)}"
            yield Diagnostic(NEW_SUPPRESSION, Severity.INFO, summary, suppression.span)


def _holds(record: Span, remark: Span) -> bool:
    first, line = record.first_line, remark.first_line
    if first is None or line is None or record.path != remark.path:
        return False
    return first <= line <= (record.last_line or first)


def _foreign_order(foreign: Foreign) -> tuple[tuple[bytes, ...], str, str]:
    return key_order(foreign.key)


def _changed_settings(desired: DesiredZone, live: LiveZone) -> Iterator[Setting]:
    """Only what was asked for; without a wanted comment the live one stays, and no VPC is taken away."""
    settings, comment = desired.settings, live.hosted.comment
    if settings.comment is not None and settings.comment != (comment or ""):
        yield Setting("comment", comment or None, settings.comment or None)
    wanted = [f"{vpc.region}:{vpc.id}" for vpc in settings.private]
    if live.vpcs is not None and not set(live.vpcs).issuperset(wanted):
        yield Setting("vpcs", " ".join(live.vpcs), " ".join(dict.fromkeys([*live.vpcs, *wanted])))
    tag = None if live.tags is None else live.tags.get(TENANT_TAG)
    if live.tags is not None and tag != desired.tenant:
        before = None if tag is None else f"{TENANT_TAG}={tag}"
        yield Setting("tags", before, f"{TENANT_TAG}={desired.tenant}")


def _is_adopted(hosted: HostedZone, settings: ZoneSettings) -> bool:
    return is_ours(hosted) or settings.id is not None


def _delegation_ttls(zones: Iterable[LiveZone]) -> dict[RRsetKey, int]:
    """What the zones at hand say as parents: the TTL of each NS and DS below their apex."""
    return {
        key: rrset.ttl
        for live in zones
        for key, rrset in live.zone.rrsets.items()
        if key.type in ("NS", "DS") and key.name != live.zone.origin and rrset.ttl is not None
    }
