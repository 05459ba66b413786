"""A run of `certs renew` that is killed at any step at all: the steps are counted, and none is listed by hand.

A step is whatever the process does outside of itself: each request before and after the CA was asked, each call
to Route 53, each write, rename, link, removal and fsync on the disk, each deploy. After the kill the old
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


def simulate(root: Path, kill_at: int | None, *, renewing: bool) -> Simulation:
    """A run that is killed, one that ends its work, and one that finds nothing to do."""
    root.mkdir()
    first = [Run(0, BEGIN)] if renewing else []
    killed = Run(1, LATER, kill_at=kill_at)
    runs = (*first, killed, Run(2, LATER + HOUR), Run(3, LATER + 2 * HOUR))
    simulation = Simulation(root, History(WANTED, runs))
    simulation.go()
    return simulation


def steps_of(root: Path, *, renewing: bool) -> int:
    """How many steps the run has that nobody kills."""
    root.mkdir()
    first = [Run(0, BEGIN)] if renewing else []
    simulation = Simulation(root, History(WANTED, (*first, Run(1, LATER))))
    assert simulation.go().violations == []
    return simulation.doors.steps


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("renewing", [False, True], ids=["first", "renewal"])
def test_a_run_that_is_killed_at_any_step_is_ended_by_the_next(
    tmp_path: Path, part: int, *, renewing: bool
) -> None:
    steps = steps_of(tmp_path / "count", renewing=renewing)
    assert steps > 80
    for at in range(1 + part, steps + 1, PARTS):
        simulation = simulate(tmp_path / f"{at}", at, renewing=renewing)
        assert simulation.report.tally["killed"] == 1, at
        assert simulation.report.violations == [], at
        placed = len(simulation.ca.orders) - renewing
        assert placed <= 2, at
        assert len(simulation.ca.certificates) == 1 + renewing, at
        assert simulation.oracle.known["w.example.org"].held is not None
