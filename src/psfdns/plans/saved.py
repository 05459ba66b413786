"""A saved plan against what would be planned now: only what stands in both is done. Pure.

The saved file is never the authority. Files and account are planned afresh; a change is made if the
saved plan has the very same one, counts as done if the live record set is as wanted already, and stops
everything if the live record set is another than the one that was reviewed. What moved elsewhere in a
zone is told and left alone. So a forged file can at most leave things out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.plans.plan import Change, Plan, Setting, ZoneAction, ZonePlan
from psfdns.records import RRset, RRsetKey

NEW_PLAN = "make a new plan and have it looked at: psfdns plan --out FILE"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of a saved plan is left to do, why it cannot be done, and what else a person should know."""

    plan: Plan
    refused: tuple[Diagnostic, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def narrow_plan(*, saved: Plan, now: Plan) -> Narrowed:
    """Hold a saved plan against today's, which must be of the same zones or more of them."""
    if saved.account != now.account:
        was, is_now = saved.account or "an unknown account", now.account or "an unknown account"
        summary = f"the plan was made for {was}; this is {is_now}"
        return Narrowed(replace(now, zones=()), (_refusal("other-account", summary),))
    today = {zone.label: zone for zone in now.zones}
    refused: list[Diagnostic] = []
    notes: list[Diagnostic] = []
    zones = []
    for zone in {zone.label: zone for zone in saved.zones}.values():  # a forged file may hold one twice
        current = today.get(zone.label)
        problems = list(_problems(zone, current))
        refused += problems
        if current is not None and not problems:
            notes += _notes(zone, current)
            zones.append(_narrow_zone(zone, current))
    return Narrowed(replace(now, zones=tuple(zones)), tuple(refused), tuple(notes))


def _narrow_zone(saved: ZonePlan, current: ZonePlan) -> ZonePlan:
    reviewed = _by_key(saved.changes)
    changes = tuple(change for change in current.changes if _is_same(reviewed.get(change.key), change))
    settings = tuple(
        setting for setting in current.settings if _is_reviewed(setting, saved.settings, current)
    )
    return replace(current, changes=changes, settings=settings)


def _is_reviewed(setting: Setting, reviewed: Sequence[Setting], current: ZonePlan) -> bool:
    """A zone that is still to be made has nothing before, so only what it will get is compared."""
    if current.hosted_id is None:
        return any((old.name, old.after) == (setting.name, setting.after) for old in reviewed)
    return setting in reviewed


def _problems(saved: ZonePlan, current: ZonePlan | None) -> Iterator[Diagnostic]:
    if saved.action is ZoneAction.ERROR:
        yield _refusal("no-plan", f"{saved.label}: its file had errors when the plan was made")
    elif current is None:
        yield _refusal("zone-gone", f"{saved.label}: in the plan, but no zone of this repository now")
    elif current.action is ZoneAction.ERROR:
        yield _refusal("no-plan", f"{saved.label}: its file has errors now")
    elif saved.hosted_id != current.hosted_id and not _was_made_since(saved, current):
        was, is_now = saved.hosted_id or "to be created", current.hosted_id or "not there"
        yield _refusal("other-zone", f"{saved.label}: the hosted zone was {was} and is {is_now} now")
    elif saved.desired_digest != current.desired_digest:
        yield _refusal(
            "files-changed", f"{saved.label}: its zone file says something else since the plan was made"
        )
    else:
        yield from _moved(saved, current)


def _was_made_since(saved: ZonePlan, current: ZonePlan) -> bool:
    """The zone that the plan wanted is there: an apply of it was cut short."""
    return saved.hosted_id is None and current.adopted


def _moved(saved: ZonePlan, current: ZonePlan) -> Iterator[Diagnostic]:
    """Reviewed record sets that are now another than was reviewed, and not as wanted either."""
    left = _by_key(current.changes)
    foreign = {item.key: item.reason for item in current.foreign}
    for change in saved.changes:
        today = left.get(change.key)
        if change.key in foreign:
            yield _refusal(
                "live-changed", f"{change.key}: not ours to change now: {foreign[change.key]}", change
            )
        elif today is not None and not _is_same(change, today):
            was, is_now = _show(change.before), _show(today.before)
            summary = f"{change.key}: was {was} when the plan was made, is {is_now} now"
            yield _refusal("live-changed", summary, change)
    yield from _moved_settings(saved, current)


def _moved_settings(saved: ZonePlan, current: ZonePlan) -> Iterator[Diagnostic]:
    if current.hosted_id is None or saved.hosted_id is None:
        return
    today = {setting.name: setting for setting in current.settings}
    for setting in saved.settings:
        now = today.get(setting.name)
        if now is not None and now != setting:
            summary = f"{saved.label}: {setting.name} was {setting.before!r}, is {now.before!r} now"
            yield _refusal("live-changed", summary)


def _notes(saved: ZonePlan, current: ZonePlan) -> Iterator[Diagnostic]:
    """What is true today and was not reviewed: told, not done."""
    reviewed = _by_key(saved.changes)
    extra = [change.key for change in current.changes if change.key not in reviewed]
    if extra:
        shown = ", ".join(map(str, extra[:5])) + (f" and {len(extra) - 5} more" if len(extra) > 5 else "")
        yield Diagnostic(
            "moved-elsewhere",
            Severity.WARNING,
            f"{saved.label}: changed at Route 53 since the plan was made, and left as it is: {shown}",
            hint="psfdns plan shows it",
        )
    done = len(saved.changes) - sum(key in reviewed for key in _by_key(current.changes))
    if done:
        summary = f"{saved.label}: {done} of {len(saved.changes)} changes of the plan stand already"
        yield Diagnostic("done-already", Severity.INFO, summary)


def _by_key(changes: Sequence[Change]) -> Mapping[RRsetKey, Change]:
    return {change.key: change for change in changes}


def _is_same(one: Change | None, other: Change) -> bool:
    return one is not None and (one.before, one.after) == (other.before, other.after)


def _show(rrset: RRset | None) -> str:
    if rrset is None:
        return "not there"
    if rrset.alias is not None:
        return f"an alias of {rrset.alias.name}"
    values = ", ".join(rrset.values[:5]) + (", …" if len(rrset.values) > 5 else "")
    return f"{values} (TTL {rrset.ttl})"


def _refusal(code: str, summary: str, change: Change | None = None) -> Diagnostic:
    span = change.after.span if change is not None and change.after is not None else None
    return Diagnostic(code, Severity.ERROR, summary, span, NEW_PLAN)
