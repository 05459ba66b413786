"""Results as Markdown: a row for each operation, with one line of notes for what each request was."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from measure import Run, middle
from programs import PINNED, SHARED

HEADER = """\
| zones × record sets | seconds | CPU seconds | MB | requests |
|---|---|---|---|---|"""


def render(results: Sequence[tuple[Any, dict[str, list[Run]]]], *, seconds: float) -> str:
    """The table, and below it what was asked for how often and what failed."""
    lines = [HEADER]
    notes: list[str] = []
    for row, runs in results:
        lines.append(f"| {row.label} | " + " | ".join(cells(runs)) + " |")
        notes += list(asked(row.label, runs))
    return "\n".join(["psfdns / octoDNS [/ boto3 alone]", "", *lines, "", versions(seconds), "", *notes])


def cells(runs: dict[str, list[Run]]) -> Iterator[str]:
    for field, digits in (("wall", 2), ("cpu", 2), ("memory", 0)):
        yield " / ".join(figure(each, field, digits) for each in runs.values())
    sent = " / ".join(requests(each) for each in runs.values())
    yield "" if set(sent) <= set("0 /") else sent


def figure(runs: Sequence[Run], field: str, digits: int) -> str:
    """The median, of three figures at least; a program that failed once has none."""
    if any(run.fault for run in runs):
        return "fails" if field == "wall" else "–"
    value = middle(runs, field)
    return f"{value:.{digits if value < 10 else min(digits, 1)}f}"


def requests(runs: Sequence[Run]) -> str:
    """All that were sent, and how many of them were throttled."""
    if any(run.fault for run in runs):
        return "–"
    sent = sorted(run.asked.total() for run in runs)[len(runs) // 2]
    throttled = max(run.throttled for run in runs)
    return f"{sent:,}" + f", {throttled:,} throttled" * bool(throttled)


def asked(label: str, runs: dict[str, list[Run]]) -> Iterator[str]:
    for program, each in runs.items():
        wall = statistics.median(run.wall for run in each)
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(each[0].asked.items()))
        span = (
            f"CPU {min(run.cpu for run in each):.2f} to {max(run.cpu for run in each):.2f} s in {len(each)}"
        )
        yield f"- {label}, {program}: {span}, wall {wall:.2f} s; {kinds or 'no request'}"
        for fault, times in Counter(run.fault for run in each if run.fault).items():
            yield f"  - {times} of {len(each)} FAILED: {fault}"


def versions(seconds: float) -> str:
    parts = [f"Python {platform.python_version()}", f"{os.cpu_count()} cores"]
    parts += [f"{name} {version}" for name, version in PINNED.items()]
    parts += [f"{name} {importlib.metadata.version(name)}" for name in SHARED]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{today}; " + ", ".join(parts) + f"; measured in {seconds:.0f} s"
