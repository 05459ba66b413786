"""Seconds that journal, lock and verification add to an apply of 100 changes; also 2,500 changes, measured.

Pairs of applies, with and without, in random order; the median of the differences and its middle half.
Route 53 and its name servers are the sandbox in this process, so that only our own work is measured: over a
network each question of the verification takes its time as well.
"""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import psfdns.cli.apply.locking
import psfdns.journal.writer
from psfdns.budget import Rates
from psfdns.route53.packing import LIMITS
from psfdns.sandbox.throttle import Throttle
from tests.faults.scene import Scene, open_sandbox
from tests.faults.test_many_changes import make_big
from tests.route53.accounts import Time, open_account
from tests.route53.test_apply import address, new_zone

PAIRS = 60


def make_hundred(root: Path) -> Scene:
    """100 changes: 50 updates, 25 deletes, 25 creates."""
    clock = Time()
    scene = Scene(root, clock, open_sandbox(clock), LIMITS)
    hosts = [f"h{number} A 192.0.2.1" for number in range(175)]
    scene.write({"alpha.test": tuple(hosts)}, comment="words")
    assert scene.apply().code == 0
    changed = [f"h{number} A 192.0.2.2" for number in range(50)]
    new = [f"n{number} A 192.0.2.3" for number in range(25)]
    scene.write({"alpha.test": (*changed, *hosts[75:], *new)}, comment="words")
    return scene


def seconds(prepared: Scene, *words: str) -> float:
    scene = prepared.fork()
    began = time.perf_counter()
    ran = scene.apply(None, *words)
    taken = time.perf_counter() - began
    assert ran.code == 0, ran.err
    return taken


@contextlib.contextmanager
def no_journal() -> Iterator[None]:
    def nothing(*_: Any, **__: Any) -> int:
        return 0

    with pytest.MonkeyPatch.context() as patch:
        for method in ("start", "begin", "end", "finish"):
            patch.setattr(psfdns.journal.writer.Writer, method, nothing)
        yield


@contextlib.contextmanager
def no_lock() -> Iterator[None]:
    def unlocked(*_: Any, **__: Any) -> Any:
        return contextlib.nullcontext(lambda: None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psfdns.cli.apply.locking, "hold_apply_lock", unlocked)
        yield


def compare(name: str, having: Callable[[], float], lacking: Callable[[], float]) -> None:
    chance = random.Random(1)
    differences, whole = [], []
    for _ in range(PAIRS):
        if chance.random() < 0.5:
            one, other = having(), lacking()
        else:
            other, one = lacking(), having()
        differences.append(one - other)
        whole.append(one)
    low, middle, high = statistics.quantiles(differences, n=4)
    print(
        f"  {name:13} {1000 * middle:7.1f} ms (middle half {1000 * low:.1f} to {1000 * high:.1f})"
        f" of {1000 * statistics.median(whole):.0f} ms"
    )


def costs(root: Path) -> None:
    prepared = make_hundred(root)
    seconds(prepared)
    print(f"100 changes in one zone: what is added, medians of {PAIRS} pairs")

    def without_journal() -> float:
        with no_journal():
            return seconds(prepared, "--verify=off")

    def without_lock() -> float:
        with no_lock():
            return seconds(prepared, "--verify=off")

    compare("journal", lambda: seconds(prepared, "--verify=off"), without_journal)
    compare("lock", lambda: seconds(prepared, "--verify=off"), without_lock)
    compare("verification", lambda: seconds(prepared), lambda: seconds(prepared, "--verify=off"))


def many(root: Path) -> None:
    prepared = make_big(root)
    scene = prepared.fork()
    network = scene.network()
    began = time.perf_counter()
    assert scene.apply(network, "--verify=off").code == 0
    batches = network.attempts.count("POST hostedzone/rrset")
    print("2,500 changes (1,000 updates, 500 deletes, 1,000 creates) in one zone of 2,000")
    taken = time.perf_counter() - began
    print(f"  {batches} batches, {len(network.attempts)} requests, {taken:.2f} s of our own work")
    throttle = Throttle()
    account = open_account(Rates(), throttle=throttle)
    account.apply(new_zone(*(address(f"h{number}") for number in range(2500))))
    print(
        f"  under the limits of July 2026: {account.time.now:.0f} s with INSYNC, {throttle.refused} throttled"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        costs(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        many(Path(folder))
