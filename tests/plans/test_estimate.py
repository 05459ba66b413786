"""The estimate follows Route 53's budgets."""

from __future__ import annotations

import pytest

from psfdns.budget import Rates
from psfdns.plans.estimate import estimate_seconds
from psfdns.plans.plan import ZonePlan
from tests.plans.samples import addresses, plan_of, whole_plan


def new_zones(count: int) -> tuple[ZonePlan, ...]:
    return tuple(plan_of(None, addresses(1)) for _ in range(count))


def test_nothing_to_do_takes_no_time() -> None:
    assert estimate_seconds(whole_plan(plan_of(addresses(5), addresses(5))), Rates()) == 0


def test_a_small_change_takes_as_long_as_route_53_needs_to_spread_it() -> None:
    assert estimate_seconds(whole_plan(plan_of([], addresses(1))), Rates()) == 60


@pytest.mark.parametrize(
    ("records", "seconds"),
    [(1_400, 60), (10_400, 160)],
)
def test_changes_beyond_the_burst_wait_for_their_budget(records: int, seconds: int) -> None:
    assert estimate_seconds(whole_plan(plan_of([], addresses(records))), Rates()) == seconds


def test_an_update_takes_two_changes() -> None:
    plan = plan_of(addresses(1_150), addresses(1_150, address="192.0.2.2"))
    assert estimate_seconds(whole_plan(plan), Rates()) == 60 + 10


def test_500_new_zones_wait_for_the_rate_of_creating_zones() -> None:
    assert estimate_seconds(whole_plan(*new_zones(500)), Rates()) >= 60 + 230


def test_requests_beyond_the_burst_wait_for_their_budget() -> None:
    slow = Rates(requests_per_second=1, burst=0, changes_per_second=0)
    small = plan_of([], addresses(10))
    many_values = plan_of([], [f"big.example.org. 60 TXT x{number}" for number in range(1_001)])
    long_values = plan_of([], [f"{'x' * 4000}{number} 60 TXT {'x' * 4000}" for number in range(9)])
    # A batch, a look at INSYNC, and one page read again; two batches where one does not hold it.
    assert estimate_seconds(whole_plan(small), slow) == 60 + 3
    assert estimate_seconds(whole_plan(many_values), slow) == 60 + 5
    assert estimate_seconds(whole_plan(long_values), slow) == 60 + 5
    # A new zone: CreateHostedZone and its tags besides.
    assert estimate_seconds(whole_plan(plan_of(None, addresses(10))), slow) == 60 + 5


def test_a_rate_of_zero_is_unlimited() -> None:
    assert (
        estimate_seconds(whole_plan(*new_zones(500)), Rates(requests_per_second=0, changes_per_second=0))
        == 60
    )
