"""The token buckets of July 2026, by the clock."""

from __future__ import annotations

import pytest

from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.throttle import Throttle, change_cost
from tests.sandbox.api import Clock, a, create, delete, upsert


def test_upsert_costs_two_and_values_cost_nothing() -> None:
    many = a("a.z.test", "192.0.2.1", "192.0.2.2", "192.0.2.3")
    params = {"ChangeBatch": {"Changes": [create(many), delete(many), upsert(many)]}}

    assert change_cost("ChangeResourceRecordSets", params) == 4
    assert change_cost("CreateHostedZone", {}) == 2
    assert change_cost("ListHostedZones", {}) == 0


def admitted(throttle: Throttle, action: str, clock: Clock, tries: int) -> int:
    """How many of so many requests at one time are let in."""
    for count in range(tries):
        try:
            throttle.admit(action, {}, clock.now)
        except ApiError:
            return count
    return tries


def test_a_refusal_is_in_the_service_s_words() -> None:
    throttle, clock = Throttle(), Clock()
    admitted(throttle, "ListHostedZones", clock, 60)

    with pytest.raises(ApiError, match="Throttling: Rate exceeded"):
        throttle.admit("ListHostedZones", {}, clock.now)


@pytest.mark.parametrize(
    ("action", "burst", "after_ten_seconds"),
    [
        ("ListHostedZones", 50, 50),
        ("CreateHostedZone", 40, 20),
        ("GetHealthCheckStatus", 4, 4),
        ("CreateHealthCheck", 50, 5),
    ],
)
def test_each_action_has_its_burst_and_its_rate(action: str, burst: int, after_ten_seconds: int) -> None:
    throttle, clock = Throttle(), Clock()

    assert admitted(throttle, action, clock, 60) == burst
    clock.pass_(10)
    assert admitted(throttle, action, clock, 60) == after_ten_seconds


def test_a_refused_request_takes_no_token() -> None:
    throttle, clock = Throttle(), Clock()
    admitted(throttle, "CreateHostedZone", clock, 60)

    assert admitted(throttle, "ListHostedZones", clock, 60) == 10
