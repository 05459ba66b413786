"""Years of `psfdns certs renew` in minutes: seeded histories against a CA that counts, judged by an oracle.

    python benchmarks/certificate_soak.py --days 1000 --certificates 100 --seeds 1 2

Cron runs twice a day over certificates of 6, 45 and 90 days. The CA is away, slow, limits, loses answers,
moves its suggestions or revokes; DNS and the disk fail, runs are killed, the clock jumps, manifests change
(tests/cli/years). A violation is a certificate that lapsed though it could have been kept, a limit of Let's
Encrypt that was exceeded, or a run whose alerts, orders or exit code are not those that the events call for.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.cli.years.events import draw_history
from tests.cli.years.simulate import Report, Simulation
from tests.conftest import pytest_configure

COLUMNS = (
    "runs",
    "killed",
    "renewals",
    "requests",
    "events",
    "runs with alerts",
    "alerts",
    "lapsed, excused",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--days", type=int, default=1000)
    parser.add_argument("--certificates", type=int, default=100)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--folder", type=Path, help="where the store is (default: a new one in the temporary folder)"
    )
    wanted = parser.parse_args()
    pytest_configure()
    print("| seed | " + " | ".join(COLUMNS) + " | CPU s | violations |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    reports = [_one(seed, wanted.certificates, wanted.days, wanted.folder) for seed in wanted.seeds]
    return 1 if any(each.violations for each in reports) else 0


def _one(seed: int, count: int, days: int, folder: Path | None) -> Report:
    history = draw_history(seed, count=count, days=days)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        report = Simulation(Path(place), history).go()
    print(_row(seed, report), flush=True)
    for text in report.violations:
        print(f"VIOLATION, seed {seed}: {text}")
    kinds = sorted(name for name in report.tally if name.startswith("alert: "))
    told = [f"{name} {report.tally[name]:,}" for name in kinds]
    told.append(f"renewed without new names {report.tally['kept']:,}")
    print(f"  seed {seed}: {', '.join(told)}", file=sys.stderr)
    return report


def _row(seed: int, report: Report) -> str:
    tally = report.tally
    alerts = sum(number for name, number in tally.items() if name.startswith("alert: "))
    found: Sequence[int] = [
        *(tally[name] for name in ("runs", "killed", "renewals", "requests", "events", "runs with alerts")),
        alerts,
        tally["lapsed, could not be had"],
    ]
    numbers = " | ".join(f"{number:,}" for number in found)
    return f"| {seed} | {numbers} | {report.seconds:.0f} | {len(report.violations)} |"


if __name__ == "__main__":
    sys.exit(main())
