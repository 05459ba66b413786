"""The limits that a plan is held against before it is applied; each says what lifts it. Pure.

Creates never count: not for a share, not as another tenant's, not as protected. Only `account` and
`not-adopted` are about writing at all. `apex` means the zone's own SOA and NS: other apex record sets
change often and rightly, and `protect` is there for those that must not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.errors import UsageError
from psfdns.names import is_subdomain
from psfdns.patterns import find_match
from psfdns.plans.desired import HeldZone, zone_stem
from psfdns.plans.ownership import is_apex_authority
from psfdns.plans.plan import Change, ChangeAction, Plan, Refusal, ZoneAction, ZonePlan
from psfdns.settings import ZoneSettings

MANY_PERCENT = 30
MANY_FROM = 10
MANY_AT_ONCE = 50
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """`[route53]` of psfdns.toml: the accounts that may be written to (None: any), adopted zones only."""

    accounts: tuple[str, ...] | None = None
    adopted_only: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """What one zone is judged by: its plan, its settings, every zone of the repository."""

    plan: ZonePlan
    settings: ZoneSettings
    held: Sequence[HeldZone]
    account: str | None
    policy: Policy

    @property
    def losses(self) -> tuple[Change, ...]:
        """The changes that alter or take away what is live."""
        return tuple(change for change in self.plan.changes if change.action is not ChangeAction.CREATE)


@dataclass(frozen=True, slots=True)
class Allowance:
    """One `--allow CODE[=ZONE]`; `zone` is a zone's label, None means every zone."""

    code: str
    zone: str | None = None

    def lifts(self, refusal: Refusal) -> bool:
        """Whether the refusal is waived; the wrong account never is."""
        if self.code == "account" or self.code != refusal.finding.code:
            return False
        return self.zone is None or self.zone == refusal.zone


def judge(plan: Plan, *, held: Sequence[HeldZone], policy: Policy) -> tuple[Refusal, ...]:
    """Every guard's no, in the order of zones and `GUARDS`; `held` are all zones of the repository."""
    settings = {zone.label: zone.settings for zone in held}
    return tuple(
        Refusal(zone.label, finding)
        for zone in plan.zones
        if zone.action in (ZoneAction.CREATE, ZoneAction.CHANGE)
        for guard in GUARDS.values()
        for finding in guard(
            Scene(zone, settings.get(zone.label, ZoneSettings()), held, plan.account, policy)
        )
    )


def without_allowed(refused: Iterable[Refusal], allowances: Sequence[Allowance]) -> tuple[Refusal, ...]:
    """The refusals that no allowance lifts."""
    return tuple(no for no in refused if not any(allowance.lifts(no) for allowance in allowances))


def parse_allowance(text: str, *, resolve: Callable[[str], str]) -> Allowance:
    """`CODE` or `CODE=ZONE`; `resolve` turns a zone as a person writes it into its label.

    Raises UsageError for a code that no guard has (and whatever `resolve` raises).
    """
    code, _, zone = text.partition("=")
    if code not in GUARDS:
        raise UsageError(f"--allow {code}: no such guard", hint="one of " + ", ".join(GUARDS))
    return Allowance(code, resolve(zone) if zone else None)


def _judge_many(scene: Scene) -> Iterator[Diagnostic]:
    losses, live = len(scene.losses), scene.plan.live_rrset_count
    if losses > MANY_AT_ONCE or (live >= MANY_FROM and 100 * losses > MANY_PERCENT * live):
        share = f" ({losses / live:.0%})" if live else ""
        summary = f"{losses} of {live} live record sets{share} would be changed or deleted"
        yield _refusal(scene, "many-changes", summary)


def _judge_emptied(scene: Scene) -> Iterator[Diagnostic]:
    if scene.plan.live_rrset_count and not scene.plan.desired_rrset_count:
        count = scene.plan.live_rrset_count
        yield _refusal(scene, "zone-emptied", f"no record set would be left of {count}")


def _judge_apex(scene: Scene) -> Iterator[Diagnostic]:
    apex = [change for change in scene.losses if is_apex_authority(change.key, scene.plan.origin)]
    if apex:
        yield _refusal(scene, "apex", f"the zone's own {_name_types(apex)} would be changed", apex)


def _judge_protected(scene: Scene) -> Iterator[Diagnostic]:
    for pattern in scene.settings.protect:
        hit = [c for c in scene.losses if find_match((pattern,), c.key, scene.plan.origin)]
        if hit:
            summary = f'"{pattern.text}" is protected; it would lose or change {_name_keys(hit)}'
            yield _refusal(scene, "protected", summary, hit)


def _judge_other_tenant(scene: Scene) -> Iterator[Diagnostic]:
    holder = next((zone for zone in scene.held if _is_held_by_another(zone, scene.plan)), None)
    if holder is not None and scene.losses:
        yield _refusal(scene, "other-tenant", f"the zone is tenant {holder.tenant}'s")
        return
    host = _undelegated_parent(scene)
    if host is not None and scene.losses:
        summary = f"the zone lies in {host.label} of tenant {host.tenant}, which does not delegate it"
        yield _refusal(scene, "other-tenant", summary)
        return
    by_owner: dict[str, list[Change]] = {}
    others = tuple(_others_below(scene))
    for change in scene.losses if others else ():
        for origin, tenant in others:
            if is_subdomain(change.key.name, origin):
                by_owner.setdefault(f"{origin} of tenant {tenant}", []).append(change)
                break
    for owner, changes in by_owner.items():
        yield _refusal(scene, "other-tenant", f"inside {owner}: {_name_keys(changes)}", changes)


def _is_held_by_another(zone: HeldZone, plan: ZonePlan) -> bool:
    """As where a change moves a zone file, and ownership is read from before it."""
    return zone.label == plan.label and zone.tenant != plan.tenant


def _undelegated_parent(scene: Scene) -> HeldZone | None:
    """The closest zone above, where another tenant holds it and does not delegate to ours."""
    plan = scene.plan
    above = [z for z in scene.held if z.origin != plan.origin and is_subdomain(plan.origin, z.origin)]
    closest = max(above, key=lambda zone: len(zone.origin), default=None)
    if closest is None or closest.tenant == plan.tenant or _delegates(closest, plan):
        return None
    return closest


def _delegates(zone: HeldZone, plan: ZonePlan) -> bool:
    return any(
        tenant == plan.tenant and is_subdomain(plan.origin, subzone)
        for subzone, tenant in _delegations(zone.settings)
    )


def _delegations(settings: ZoneSettings) -> Iterator[tuple[str, str]]:
    """The delegated subzones as canonical names, with or without a final dot in tenant.toml."""
    for name, tenant in settings.delegated.items():
        yield name.removesuffix(".").lower() + ".", tenant


def _others_below(scene: Scene) -> Iterator[tuple[str, str]]:
    """(origin, tenant) of what other tenants hold at or below this zone, deepest first; ours shadow them."""
    plan = scene.plan
    found = {name: tenant for name, tenant in _delegations(scene.settings) if name != plan.origin}
    for zone in scene.held:
        if zone.origin != plan.origin and is_subdomain(zone.origin, plan.origin):
            found[zone.origin] = zone.tenant
    for origin in sorted(found, key=len, reverse=True):
        if found[origin] != plan.tenant:
            yield origin, found[origin]


def _judge_adopted(scene: Scene) -> Iterator[Diagnostic]:
    if scene.policy.adopted_only and not scene.plan.adopted:
        yield _refusal(
            scene,
            "not-adopted",
            f"hosted zone {scene.plan.hosted_id} was not made by psfdns and is not adopted",
            hint=f'adopt it: [zones."{zone_stem(scene.plan.label)}"] id = "{scene.plan.hosted_id}" in '
            f"zones/{scene.plan.tenant}/tenant.toml (psfdns import writes it), or --allow {{allow}}",
        )


def _judge_account(scene: Scene) -> Iterator[Diagnostic]:
    why = why_not_account(scene.account, scene.policy.accounts)
    if why is not None:
        yield _refusal(
            scene,
            "account",
            why,
            hint="use the credentials of one of them (or --sandbox), or add it to [route53] accounts in "
            "psfdns.toml; no --allow lifts this",
        )


def why_not_account(account: str | None, accounts: Collection[str] | None) -> str | None:
    """Why an account may not be written to; None where it may, as any may with `accounts` None."""
    if accounts is None or account in accounts:
        return None
    who = f"account {account}" if account else "an account that could not be learnt"
    return f"this is {who}; psfdns writes to: {', '.join(accounts) or 'none'}"


def _refusal(
    scene: Scene, code: str, summary: str, changes: Sequence[Change] = (), hint: str = "--allow {allow}"
) -> Diagnostic:
    span = next((change.span for change in changes if change.span), None)
    allow = f"{code}={zone_stem(scene.plan.label)}"
    return Diagnostic(
        code, Severity.ERROR, f"{scene.plan.label}: {summary}", span, hint.replace("{allow}", allow)
    )


def _name_types(changes: Iterable[Change]) -> str:
    return " and ".join(sorted({change.key.type for change in changes}))


def _name_keys(changes: Sequence[Change]) -> str:
    named = ", ".join(f"{change.key} ({change.action})" for change in changes[:SHOWN])
    return named if len(changes) <= SHOWN else f"{named} and {len(changes) - SHOWN} more"


GUARDS: dict[str, Callable[[Scene], Iterator[Diagnostic]]] = {
    "many-changes": _judge_many,
    "zone-emptied": _judge_emptied,
    "apex": _judge_apex,
    "protected": _judge_protected,
    "other-tenant": _judge_other_tenant,
    "not-adopted": _judge_adopted,
    "account": _judge_account,
}
"""Guards by code."""
