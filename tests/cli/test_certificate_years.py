"""Some months of `certs renew`, with all that goes wrong: no certificate lapses that could have been kept.

benchmarks/certificate_soak.py has years of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.years.ca import DAY, HOUR, LIFETIMES
from tests.cli.years.events import START, Event, History, Run, Wanted, draw_history
from tests.cli.years.simulate import Simulation


@pytest.mark.parametrize(
    ("seed", "met"),
    [(2, {"ca", "dns", "disk"}), (5, {"ca", "wait", "host"})],
)
def test_every_run_comes_to_what_the_events_call_for(tmp_path: Path, seed: int, met: set[str]) -> None:
    report = Simulation(tmp_path, draw_history(seed, count=10, days=100)).go()

    assert report.violations == []
    assert report.tally["renewals"] > 50
    assert report.tally["killed"] > 0
    assert met <= {name.partition(": ")[2] for name in report.tally if name.startswith("alert: ")}


def test_a_clock_that_is_wrong_for_a_run_costs_nothing(tmp_path: Path) -> None:
    """Ahead of all that is held, behind while names change, ahead of half a short life, and ahead twice."""
    wrong = {10: 400 * DAY, 30: -30 * DAY, 50: 3 * DAY, 70: 400 * DAY, 71: 400 * DAY}
    wanted = tuple(
        Wanted(f"{profile}.example.org", (f"{profile}.example.org",), profile, deploys=True)
        for profile in LIFETIMES
    )
    limited = Event("limited", START + 3 * DAY, START + 4 * DAY, seconds=20 * 24 * 3600)
    renamed = Event("renamed", START + 15 * DAY, START + 90 * DAY, frozenset(each.name for each in wanted))
    runs = tuple(
        Run(number, at, tuple(e for e in (limited, renamed) if e.covers(at)), wrong.get(number, 0 * DAY))
        for number in range(100)
        for at in (START + number * 12 * HOUR,)
    )
    report = Simulation(tmp_path, History(wanted, runs, (limited, renamed))).go()

    assert report.violations == []
    assert report.tally["alert: ca"] > 0
    assert report.tally["alert: wait"] > 0
    assert report.tally["lapsed, could not be had"] == 0


def test_an_oracle_that_expects_another_thing_is_not_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.renewal.LAST_FRACTION", 0.5)
    monkeypatch.setattr("psfdns.certs.renewal.USUAL_FRACTION", 0.4)

    report = Simulation(tmp_path, draw_history(3, count=3, days=40)).go()

    assert any("issued" in each for each in report.violations)
