"""Applies that suffer, for as long as one likes: seeded faults, kills and races; every violation is printed.

    python benchmarks/soak.py --runs 2000 --seed 1

Three kinds of runs take turns. *Network*: random zones, and every attempt of every request (or change)
meets a random fault with some chance. *Kill*: the apply runs in a process that is killed (SIGKILL) at a
random step. *Race*: two operators with plans of their own on one zone, their writes in random order. After
the first two an apply without faults must leave exactly the files, everything foreign untouched, and at no
moment may any name have held anything but all that it held before or all that it shall hold. In a race no
update may be lost without being told.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import pytest_configure
from tests.faults import test_kill
from tests.faults.network import Fault
from tests.faults.operators import race_on_live_zone, race_on_new_zone
from tests.faults.scene import OTHERS, Scene, call, make_scene, open_sandbox, put_on_disk, upsert, witness
from tests.route53.accounts import Time, open_account

if TYPE_CHECKING:
    from collections.abc import Callable

Tally = Counter[str]


def random_lines(chance: random.Random) -> list[str]:
    """A zone file with addresses, aliases, a weighted group, texts; the same names come again and again."""
    lines = []
    for name in ("a", "b", "c", "d", "e", "f", "g", "*"):
        kind = chance.choice(["none", "A", "A", "CNAME", "both"])
        if kind in {"A", "both"}:
            lines.append(f"{name} {chance.choice([60, 300])} A 192.0.2.{chance.randrange(1, 5)}")
        if kind == "both":
            lines.append(f'{name} 300 TXT "{chance.randrange(3)}"')
        if kind == "CNAME":
            lines.append(f"{name} 300 CNAME x{chance.randrange(3)}.example.net.")
    addresses = [line.split()[0] for line in lines if " A " in line]
    if addresses:
        lines += [
            f"to{n} AWS ALIAS A {chance.choice(addresses)} $self false" for n in range(chance.randrange(3))
        ]
    ttl = chance.choice([60, 120])
    for identifier in chance.sample(["one", "two", "three"], chance.randrange(4)):
        routing = f'routing="WEIGHTED" weight={chance.randrange(1, 9)} identifier="{identifier}"'
        lines.append(f"w {ttl} A 192.0.2.{chance.randrange(1, 5)} ; AWS {routing}")
    return lines


def random_scene(root: Path, chance: random.Random) -> Scene:
    """A zone is live, with what others keep there; the files want other contents, and maybe a new zone."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    clock = Time()
    scene = Scene(root, clock, open_sandbox(clock, seed=chance.randrange(10**9)))
    scene.write({"alpha.test": ("keep A 192.0.2.1", *random_lines(chance))}, comment="old words")
    first = scene.apply()
    assert first.code == 0, first.err
    call(scene, "CreateHostedZone", Name="byhand.test.", CallerReference="by hand")
    for other in OTHERS:
        upsert(scene, *other)
    zones = {"alpha.test": ("keep A 192.0.2.1", *random_lines(chance))}
    if chance.random() < 0.5:
        zones["beta.test"] = ("keep A 192.0.2.1", *random_lines(chance))
    scene.write(zones, comment=chance.choice(["old words", "new words"]))
    return scene


def ends_well(scene: Scene, watch: Any, after: Any) -> list[str]:
    """One more apply, without faults: what is wrong then."""
    again = scene.apply(scene.network(after_request=watch.look))
    wrong = list(watch.violations)
    if again.code:
        wrong.append(f"the clean apply came to {again.code}: {again.err}")
    if scene.state() != after:
        wrong.append("the live zones are not what the files say")
    return wrong


def network_run(root: Path, chance: random.Random, tally: Tally) -> list[str]:
    """Every attempt meets a fault with some chance."""
    scene = random_scene(root, chance)
    goal = scene.fork()
    assert goal.apply().code == 0
    after = goal.state()
    scene = scene.fork()
    watch = witness(scene, after)
    odds, targets, faults = chance.choice([0.02, 0.1, 0.3, 0.6]), chance.choice(["", "POST"]), list(Fault)

    def plan(number: int, action: str) -> Fault | None:
        del number
        return chance.choice(faults) if action.startswith(targets) and chance.random() < odds else None

    network = scene.network(plan=plan, after_request=watch.look)
    suffered = scene.apply(network)
    tally.update({f"fault: {fault}": number for fault, number in network.injected.items()})
    tally[f"network: first apply came to {suffered.code}"] += 1
    tally["states looked at"] += watch.looks
    wrong = ends_well(scene, watch, after)
    if "psfdns itself failed" in suffered.err:
        wrong.append(suffered.err)
    return wrong


def kill_run(prepared: Scene, after: Any, steps: int, chance: random.Random, tally: Tally) -> list[str]:
    """One process killed at a step."""
    scene = put_on_disk(prepared)
    watch = witness(scene, after)
    died = test_kill.apply_and_die(scene, chance.randrange(1, steps + 1))
    watch.look(0, "the kill")
    tally["fault: kill -9"] += died == -signal.SIGKILL
    return ends_well(scene, watch, after)


def race_run(chance: random.Random, tally: Tally) -> list[str]:
    """Two operators."""
    wrong, operators = chance.choice([race_on_live_zone, race_on_new_zone])(open_account(), chance)
    tally["races in which somebody was told"] += any(operator.told for operator in operators)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    pytest_configure()
    tally: Tally = Counter()
    violations = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        prepared = make_scene(Path(folder, "kill"))
        goal = prepared.fork()
        assert goal.apply().code == 0
        after = goal.state()
        steps = len(test_kill.count_steps(prepared))
        kinds: dict[str, Callable[[random.Random], list[str]]] = {
            "network": lambda chance: network_run(Path(folder, "network"), chance, tally),
            "kill": lambda chance: kill_run(prepared, after, steps, chance, tally),
            "race": lambda chance: race_run(chance, tally),
        }
        for number in range(wanted.runs):
            kind = list(kinds)[number % len(kinds)]
            seed = f"{wanted.seed}:{number}"
            wrong = kinds[kind](random.Random(seed))
            tally[f"runs: {kind}"] += 1
            violations += bool(wrong)
            for text in wrong:
                print(f"VIOLATION in {kind} run, seed {seed}: {text}")
    print(f"{wanted.runs} runs, seed {wanted.seed}, {time.monotonic() - began:.0f} s")
    for name, number in sorted(tally.items()):
        print(f"  {name}: {number:,}")
    print(f"violations: {violations}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
