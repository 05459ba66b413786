"""How long an apply will take, from counts and budgets alone. Pure.

Route 53 refills token buckets (one for requests, one for changes, one for CreateHostedZone); a run
takes as long as the slowest of them, and then until the last change is INSYNC on all servers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from psfdns.budget import Rates
from psfdns.plans.plan import Plan, ZoneAction, ZonePlan
from psfdns.records import RRset

INSYNC_SECONDS = 60
"""What Route 53 says changes need to reach all its servers ("generally within 60 seconds")."""

BATCH_ELEMENTS = 1_000
BATCH_CHARACTERS = 32_000
PAGE = 300
CREATIONS_PER_SECOND = 2.0
CREATIONS_BURST = 40


def estimate_seconds(plan: Plan, rates: Rates) -> int:
    """Whole seconds until everything is applied and INSYNC; 0 where there is nothing to do."""
    zones = [zone for zone in plan.zones if zone.action in (ZoneAction.CREATE, ZoneAction.CHANGE)]
    if not zones:
        return 0
    created = sum(zone.action is ZoneAction.CREATE for zone in zones)
    requests = sum(map(_count_requests, zones))
    elements = 2 * created + sum(
        (c.before is not None) + (c.after is not None) for z in zones for c in z.changes
    )
    waits = (
        _wait(requests, rates.requests_per_second, rates.burst),
        _wait(elements, rates.changes_per_second, rates.changes_burst),
        _wait(created, CREATIONS_PER_SECOND if rates.requests_per_second else 0, CREATIONS_BURST),
    )
    return math.ceil(max(waits)) + INSYNC_SECONDS


def _wait(tokens: int, rate: float, burst: float) -> float:
    return max(0, tokens - burst) / rate if rate else 0


def _count_requests(zone: ZonePlan) -> int:
    """Batches, the tag call of a new zone, one look at INSYNC, and reading again afterwards."""
    sets = [rrset for c in zone.changes for rrset in (c.before, c.after) if rrset is not None]
    elements = sum(max(1, len(rrset.values)) for rrset in sets)
    batches = max(math.ceil(elements / BATCH_ELEMENTS), math.ceil(_count_characters(sets) / BATCH_CHARACTERS))
    pages = math.ceil((zone.desired_rrset_count + len(zone.foreign) + 2) / PAGE)
    return 2 * batches + pages + (2 if zone.action is ZoneAction.CREATE else 0)


def _count_characters(rrsets: Iterable[RRset]) -> int:
    return sum(len(value) for rrset in rrsets for value in rrset.values)
