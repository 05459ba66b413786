"""A run of `certs renew` that is killed at any step: the steps are counted, and none is listed by hand.

A step is whatever the process does outside of itself: each request before and after the CA was asked, each
call to Route 53, each write, rename, link, removal and fsync on the disk, each deploy. After the kill the old
certificate or the new one counts, whole; the next run ends what was begun (tests/cli/years/oracle.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.years.events import DAY, HOUR, START, History, Run, Wanted
from tests.cli.years.simulate import Simulation

WANTED = (Wanted("w.example.org", ("w.example.org", "*.w.example.org"), "tlsserver", deploys=True),)
BEGIN, LATER = START + 3 * HOUR, START + 31 * DAY
PARTS = 4
ACCOUNT = ".psfdns/certs/accounts/*/account.json"


def simulate(root: Path, *runs: Run) -> Simulation:
    root.mkdir()
    simulation = Simulation(root, History(WANTED, runs))
    simulation.go()
    assert simulation.report.violations == [], runs
    return simulation


def assert_ended(simulation: Simulation, *, orders: int) -> None:
    """Killed once; then a certificate from one order, or from a second where the first was not heard of."""
    assert simulation.report.tally["killed"] == 1
    assert len(simulation.ca.certificates) == orders
    assert len(simulation.ca.orders) <= orders + 1
    assert simulation.oracle.known["w.example.org"].held is not None


@pytest.mark.parametrize("part", range(PARTS))
def test_a_renewal_that_is_killed_at_any_step_is_ended_by_the_next_run(tmp_path: Path, part: int) -> None:
    first, again = Run(0, BEGIN), Run(2, LATER + HOUR)
    steps = simulate(tmp_path / "count", first, Run(1, LATER)).doors.steps
    assert steps > 80
    for at in range(1 + part, steps + 1, PARTS):
        simulation = simulate(tmp_path / f"{at}", first, Run(1, LATER, kill_at=at), again)
        assert_ended(simulation, orders=2)


def test_a_first_run_that_is_killed_before_there_is_an_account_is_ended_by_the_next(tmp_path: Path) -> None:
    """After that it is as a renewal."""
    at, is_there = 0, False
    while not is_there:
        at += 1
        killed = Run(0, BEGIN, kill_at=at)
        root = tmp_path / f"{at}"
        assert_ended(simulate(root, killed, Run(1, BEGIN + HOUR)), orders=1)
        is_there = any(simulate(tmp_path / f"{at}-alone", killed).root.glob(ACCOUNT))
    assert at > 10
