"""Of two operators at the same moment one wins each record set whole, and the other is told."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import psfdns.route53.batches
from psfdns.route53.packing import Limits
from tests.faults.operators import race_on_live_zone, race_on_new_zone
from tests.faults.scene import make_scene, put_on_disk
from tests.route53.accounts import open_account

SEEDS = range(30)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = psfdns.route53.batches.pack_changes.__kwdefaults__ or {}
    monkeypatch.setitem(limits, "limits", Limits(elements=6))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_update_of_a_live_zone_is_lost_in_silence(seed: int) -> None:
    wrong, _ = race_on_live_zone(open_account(), random.Random(seed))
    assert wrong == []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_update_of_a_zone_that_both_make_is_lost_in_silence(seed: int) -> None:
    wrong, operators = race_on_new_zone(open_account(), random.Random(seed))
    assert wrong == []
    assert len({operator.outcome.hosted_id for operator in operators if operator.outcome}) == 1


def test_the_races_are_races() -> None:
    """Among the seeds either one wins, and writes of one stand between writes of the other."""
    seen: Counter[str] = Counter()
    for seed in range(8):
        for race in (race_on_live_zone, race_on_new_zone):
            _, operators = race(open_account(), random.Random(seed))
            for operator in operators:
                seen[f"{operator.name} was told"] += bool(operator.told)
            order = operators[0].turnstile.order
            seen["switches"] += sum(one != other for one, other in itertools.pairwise(order))
    assert seen["operator 0 was told"] > 2
    assert seen["operator 1 was told"] > 2
    assert seen["switches"] > 16


def test_a_second_apply_is_kept_out_while_the_first_writes(tmp_path: Path) -> None:
    scene = put_on_disk(make_scene(tmp_path))
    kept_out: list[subprocess.CompletedProcess[str]] = []

    def second(number: int, action: str) -> None:
        if action.startswith("POST") and not kept_out:
            command = [sys.executable, "-m", "psfdns.cli.main", "--sandbox", "apply", "--yes"]
            allow = ["--allow", "many-changes", "--allow", "protected"]
            kept_out.append(
                subprocess.run(
                    [*command, *allow], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60
                )
            )

    first = scene.apply(scene.network(before_request=second))
    assert (first.code, first.err) == (0, "")
    (refused,) = kept_out
    assert refused.returncode == 1
    assert "error: the account sandbox is locked on this machine: apply by " in refused.stderr
    assert scene.apply().code == 0
