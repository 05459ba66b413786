"""One run of one program against the account, measured from outside.

This process must stay small: Linux counts the memory of whoever starts a program as that program's own peak.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from programs import Program


@dataclass(frozen=True)
class Run:
    """Seconds, CPU seconds and peak megabytes of the client alone; what the account was asked."""

    wall: float
    cpu: float
    memory: float
    asked: Counter[str]
    throttled: int
    fault: str | None


def environment(home: Path, url: str) -> dict[str, str]:
    """No file of the machine's user takes part, and nothing is looked for beyond the loopback."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def run(
    program: Program, operation: str, folder: Path, home: Path, url: str
) -> tuple[float, float, float, str | None]:
    """Seconds, CPU seconds, peak megabytes, and the last line of what it said where it failed."""
    shutil.rmtree(folder / ".psfdns", ignore_errors=True)
    said = home / "said"
    began = time.perf_counter()
    with said.open("wb") as file:
        process = subprocess.Popen(
            program.command(operation), cwd=folder, env=environment(home, url), stdout=file, stderr=file
        )
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    fault = None
    if process.returncode:
        lines = said.read_text(errors="replace").strip().splitlines()
        fault = lines[-1] if lines else f"exit {process.returncode}"
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, fault


def middle(runs: Sequence[Run], field: str) -> float:
    """The median of a figure."""
    return statistics.median(getattr(run, field) for run in runs)
