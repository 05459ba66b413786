"""Results as Markdown: a row for each operation, with one line of notes for what each request was."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from measure import Run, middle
from programs import PINNED, SHARED

HEADER = """\
| | wall, s | CPU, s | memory, MB | requests (throttled) |
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
    for field, form in (("wall", "{:.2f}"), ("cpu", "{:.2f}"), ("memory", "{:.0f}")):
        yield " / ".join(form.format(middle(each, field)) for each in runs.values())
    yield " / ".join(requests(each) for each in runs.values())


def requests(runs: Sequence[Run]) -> str:
    """All that were sent, and in brackets those of them that were throttled."""
    sent = sorted(run.asked.total() for run in runs)[len(runs) // 2]
    throttled = max(run.throttled for run in runs)
    failed = sum(run.fault is not None for run in runs)
    return (
        f"{sent:,}"
        + f" ({throttled:,})" * bool(throttled)
        + f" FAILED {failed} of {len(runs)}" * bool(failed)
    )


def asked(label: str, runs: dict[str, list[Run]]) -> Iterator[str]:
    for program, each in runs.items():
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(each[0].asked.items()))
        span = (
            f"CPU {min(run.cpu for run in each):.2f} to {max(run.cpu for run in each):.2f} s in {len(each)}"
        )
        yield f"- {label}, {program}: {span}; {kinds or 'no request'}"
        for fault, times in Counter(run.fault for run in each if run.fault).items():
            yield f"  - {times} of {len(each)} FAILED: {fault}"


def versions(seconds: float) -> str:
    parts = [f"Python {platform.python_version()}", f"{os.cpu_count()} cores"]
    parts += [f"{name} {version}" for name, version in PINNED.items()]
    parts += [f"{name} {importlib.metadata.version(name)}" for name in SHARED]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{today}; " + ", ".join(parts) + f"; measured in {seconds:.0f} s"
