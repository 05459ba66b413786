"""Some months of `certs renew`, with all that goes wrong: no certificate lapses that could have been kept.

benchmarks/certificate_soak.py has years of it.
"""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("kind", ["undelegated", "unseen"])
def test_a_name_that_cannot_be_had_for_months_lets_no_other_lapse(tmp_path: Path, kind: str) -> None:
    """Though runs are killed meanwhile, and the CA, Route 53 and the disk fail in their turn."""
    wanted = tuple(
        Wanted(f"{profile}.example.org", (f"{profile}.example.org",), profile, deploys=True)
        for profile in LIFETIMES
    )
    names = frozenset(each.name for each in wanted)
    added = Event("renamed", START + 5 * DAY, START + 900 * DAY, names)
    missing = Event(kind, START + 5 * DAY, START + 100 * DAY, names)
    ills = [
        Event(what, START + day * DAY, START + (day + 1) * DAY, seconds=3600)
        for day, what in ((28, "slow"), (31, "limited"), (34, "denied"), (37, "disk-full"), (40, "stale"))
    ]
    events = (added, missing, *ills)
    runs = tuple(
        Run(number, at, tuple(each for each in events if each.covers(at)), kill_at=kill_at)
        for number in range(106)
        for at in (START + number * DAY,)
        for kill_at in ((number - 42) * 2 if 42 < number < 96 and not number % 3 else None,)
    )
    report = Simulation(tmp_path, History(wanted, runs, events)).go()

    assert report.violations == []
    assert report.tally["lapsed, could not be had"] == 0
    assert report.tally["kept"] > 15
    assert report.tally["killed"] > 3
    document = json.loads((tmp_path / ".psfdns/certs/live/classic.example.org/about.json").read_text())
    assert document["names"] == ["classic.example.org", "extra-classic.example.org"]


def test_an_oracle_that_expects_another_thing_is_not_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.renewal.LAST_FRACTION", 0.5)
    monkeypatch.setattr("psfdns.certs.renewal.USUAL_FRACTION", 0.4)

    report = Simulation(tmp_path, draw_history(3, count=3, days=40)).go()

    assert any("issued" in each for each in report.violations)
