"""From files and an account to a judged plan: what `plan`, `apply` and `import` share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.cli.repository import read_zones
from psfdns.diagnostics import Diagnostic
from psfdns.plans.desired import DesiredZone, HeldZone
from psfdns.plans.estimate import estimate_seconds
from psfdns.plans.guards import Policy, judge
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.make import Selection, make_plan, zones_to_fetch
from psfdns.plans.match import match_zones
from psfdns.plans.plan import Plan, ZonePlan
from psfdns.plans.protection import Listed, with_protections, zones_to_look_at
from psfdns.settings import ZoneSettings

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.route53.host import Route53Host
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile


ZONES_AT_A_TIME = 16
"""Twice as many as are read at the same time."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A judged plan, and what it was made from: live zones by hosted id, every zone of the repository.

    `desired` holds what was read of the files, where files are behind the plan.
    """

    plan: Plan
    live: Mapping[str, LiveZone]
    held: tuple[HeldZone, ...]
    desired: tuple[DesiredZone, ...] = ()


def plan_zones(
    workspace: Workspace, repository: Repository, files: Sequence[ZoneFile], host: Route53Host
) -> Planned:
    """Read the files and the account at the same time, then compare them.

    Raises HostError; faults of the files stand in the plan as findings of their zones.
    """
    with ThreadPoolExecutor(2, thread_name_prefix="account") as pool:
        account_asked = pool.submit(host.look_up_account)
        zones_asked = pool.submit(host.list_zones)
        desired = read_zones(files, default_ttl=workspace.config.default_ttl)
        hosted = zones_asked.result()
        account = account_asked.result()
    return _compare(workspace, held_zones(repository), desired, hosted, account=account, host=host)


def plan_again(
    workspace: Workspace, planned: Planned, labels: Collection[str], host: Route53Host
) -> Iterator[ZonePlan]:
    """The zones of `labels` as they were wanted before, compared with what is live now. Raises HostError.

    A few at a time: all of them are in memory once already.
    """
    desired = [zone for zone in planned.desired if zone.label in labels]
    account, hosted = planned.plan.account, host.list_zones()
    for start in range(0, len(desired), ZONES_AT_A_TIME):
        few = tuple(desired[start : start + ZONES_AT_A_TIME])
        yield from _compare(workspace, planned.held, few, hosted, account=account, host=host).plan.zones


def _compare(
    workspace: Workspace,
    held: tuple[HeldZone, ...],
    desired: tuple[DesiredZone, ...],
    hosted: Sequence[HostedZone],
    *,
    account: str | None,
    host: Route53Host,
) -> Planned:
    matching = match_zones(held, hosted, account=account)
    live = {zone.hosted.id: zone for zone in host.fetch_zones(zones_to_fetch(desired, matching))}
    default = workspace.config.route53.delegation_set
    plan = make_plan(Selection(desired, matching, live), account=account, delegation_set=default)
    plan, live = _with_protections(plan, desired, live, host)
    return Planned(judge_plan(plan, held, workspace), live, held, desired)


def _with_protections(
    plan: Plan, desired: Sequence[DesiredZone], live: dict[str, LiveZone], host: Route53Host
) -> tuple[Plan, dict[str, LiveZone]]:
    """Plan and live zones with Route 53's protections, asked for only where they matter."""
    wanted = zones_to_look_at(plan, desired)
    listed = host.look_at_protections(live[zone_id].hosted for zone_id in wanted)
    return with_protections(plan, desired, listed), _with_listed(live, listed)


def read_protections(plan: Plan, live: Mapping[str, LiveZone], host: Route53Host) -> dict[str, LiveZone]:
    """The live zones with the protections that may stand in the way of a plan that no file is behind."""
    wanted = zones_to_look_at(plan, ())
    return _with_listed(live, host.look_at_protections(live[zone_id].hosted for zone_id in wanted))


def _with_listed(live: Mapping[str, LiveZone], listed: Listed) -> dict[str, LiveZone]:
    known = {
        zone_id: replace(live[zone_id], protections=found)
        for zone_id, found in listed.items()
        if not isinstance(found, Diagnostic)
    }
    return {**live, **known}


def plan_selection(
    workspace: Workspace,
    repository: Repository,
    files: Sequence[ZoneFile],
    host: Route53Host,
    *,
    since: str | None,
) -> Planned:
    """As `plan_zones`; a change since a revision is judged by ownership and protection of that revision."""
    planned = plan_zones(workspace, repository, files, host)
    if since is None:
        return planned
    from psfdns.cli.before import before_change
    from psfdns.tenants.load import load_repository

    with before_change(workspace.root, since) as before:
        held = held_since(planned.held, held_zones(load_repository(before.revision)))
    return replace(planned, plan=judge_plan(planned.plan, held, workspace), held=held)


def held_since(held: Sequence[HeldZone], base: Sequence[HeldZone]) -> tuple[HeldZone, ...]:
    """The zones as guards see them: `delegated` of the base, `protect` of both; what was taken is kept."""
    before = {zone.label: zone for zone in base}
    now = {zone.label: zone.tenant for zone in held}
    taken = (zone for zone in base if now.get(zone.label) != zone.tenant)
    return (*taken, *(_as_before(zone, before.get(zone.label)) for zone in held))


def _as_before(zone: HeldZone, before: HeldZone | None) -> HeldZone:
    old = ZoneSettings() if before is None else before.settings
    protect = tuple(dict.fromkeys([*old.protect, *zone.settings.protect]))
    return replace(zone, settings=replace(zone.settings, delegated=old.delegated, protect=protect))


def judge_plan(plan: Plan, held: Sequence[HeldZone], workspace: Workspace) -> Plan:
    """The plan with what the guards say of it."""
    wanted = workspace.config.route53
    policy = Policy(wanted.accounts, wanted.adopted_only)
    return replace(plan, refused=judge(plan, held=held, policy=policy))


def estimate_apply(plan: Plan, workspace: Workspace) -> int:
    """Seconds that an apply would take; the sandbox has no limits to keep below and nothing to spread."""
    if workspace.options.sandbox:
        return 0
    return estimate_seconds(plan, workspace.config.route53.rates)


def held_zones(repository: Repository) -> tuple[HeldZone, ...]:
    """Every zone of the repository, from its file's name and tenant.toml."""
    return tuple(
        HeldZone(file.origin, file.view, file.tenant, file.shown_path, file.settings)
        for file in repository.zone_files
    )
