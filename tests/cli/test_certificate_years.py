"""Some months of `certs renew`, with all that goes wrong: no certificate lapses that could have been kept.

benchmarks/certificate_soak.py has years of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.years.events import draw_history
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


def test_an_oracle_that_expects_another_thing_is_not_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.renewal.LAST_FRACTION", 0.5)
    monkeypatch.setattr("psfdns.certs.renewal.USUAL_FRACTION", 0.4)

    report = Simulation(tmp_path, draw_history(3, count=3, days=40)).go()

    assert any("issued" in each for each in report.violations)
