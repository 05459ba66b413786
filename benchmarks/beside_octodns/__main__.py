"""psfdns beside octoDNS: the same zone files, the same account over HTTP, the same limits; a Markdown table.

    python benchmarks/beside_octodns            about nine minutes
    python benchmarks/beside_octodns --quick    about one: single runs, nothing under limits

Needs this Python to have psfdns[sandbox], and a package index: both programs are installed as their users
install them, each in an environment of its own below .cache/benchmarks. The account is the sandbox in a
process of its own, so what it costs is nobody's CPU or memory here. Runs of the programs take turns; figures
are medians. Every apply is looked at afterwards: the account must hold exactly what the files say.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from measure import Run, run
from peer import Peer
from programs import Program, floor, install_octodns, install_psfdns
from table import render

from zones import Case, make_repository

SMALL, MANY, BIG = Case(1, 100), Case(100, 100), Case(1, 10_000)
MAX_CHANGES = {SMALL: 1000, MANY: 1000, BIG: 60}
"""octoDNS's own 1,000 counts values once and characters never. In the big zone Route 53 refuses its batches
of DKIM keys, which stand together once sorted: 80 is too many."""


START = "`--help`"


@dataclass(frozen=True)
class Row:
    """One operation on one case; `runs` times each program."""

    case: Case
    operation: str
    runs: int
    limited: bool = False
    has_floor: bool = False

    @property
    def label(self) -> str:
        where = "as at AWS, " if self.limited else ""
        return START if self.operation == START else f"{where}{self.case.label}: {self.operation}"


OPERATIONS = {
    # name: what is called, whether the files hold the change, whether the zones are live
    START: ("help", False, True),
    "plan, in sync": ("plan", False, True),
    "plan, 1 % changed": ("plan", True, True),
    "apply 1 %": ("apply", True, True),
    "create": ("apply", False, False),
}
LATENCY = 0.04
"""Seconds for each request, in the rows under limits."""


def rows(*, quick: bool, runs: int | None) -> Iterator[Row]:
    """What is measured; `runs` instead of the usual number of them."""
    yield Row(SMALL, START, runs or (5 if quick else 21))
    for case, usual in ((SMALL, 7), (MANY, 3), (BIG, 3)):
        for name in list(OPERATIONS)[1:]:
            yield Row(case, name, runs or (1 if quick else usual), has_floor=name == "plan, in sync")
    if not quick:
        for case, name in ((MANY, "plan, in sync"), (MANY, "apply 1 %"), (BIG, "create")):
            yield Row(case, name, runs or 1, limited=True)


class Bench:
    """The programs, the account, and the folders in which they are run."""

    def __init__(self, root: Path, server: Peer) -> None:
        self.programs = (install_psfdns(), install_octodns())
        self._server = server
        self._home = root / "home"
        self._home.mkdir()
        self._folders: dict[tuple[Case, bool], dict[bool, Path]] = {}
        self._root = root

    def measure(self, row: Row) -> dict[str, list[Run]]:
        """Runs by program; they take turns."""
        found: dict[str, list[Run]] = {}
        programs = [*self.programs, floor()] if row.has_floor else self.programs
        for turn in range(row.runs):
            for program in programs[:: 1 if turn % 2 else -1]:
                found.setdefault(program.name, []).append(self._once(row, program))
        return {program.name: found[program.name] for program in programs}

    def _once(self, row: Row, program: Program) -> Run:
        words, changed, live = OPERATIONS[row.operation]
        folders = self._folders_of(row.case, limited=row.limited)
        self._server.order(
            do="open",
            folder=str(folders[False] / "zones" / "bench") if live else None,
            limited=row.limited,
            latency=LATENCY if row.limited else 0,
        )
        wall, cpu, memory, fault = run(program, words, folders[changed], self._home, self._server.told["url"])
        wanted = str(folders[changed] / "zones" / "bench") if words == "apply" else None
        seen = self._server.order(do="look", folder=wanted)
        if seen["differs"]:
            fault = f"{fault or 'done'}: {seen['differs']:,} record sets are not as the files say"
        return Run(wall, cpu, memory, Counter(seen["asked"]), seen["throttled"], fault)

    def _folders_of(self, case: Case, *, limited: bool) -> dict[bool, Path]:
        key = (case, limited)
        if key not in self._folders:
            self._folders[key] = make_repository(
                self._root, case, limited=limited, max_changes=MAX_CHANGES[case]
            )
        return self._folders[key]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs, nothing under limits")
    parser.add_argument("--only", default="", help="only rows whose label holds this text")
    parser.add_argument("--runs", type=int, help="so many runs of each row")
    wanted = parser.parse_args()
    began = time.monotonic()
    results: list[tuple[Row, dict[str, list[Run]]]] = []
    with tempfile.TemporaryDirectory() as folder, Peer(Path(__file__).with_name("account.py")) as server:
        bench = Bench(Path(folder), server)
        for row in rows(quick=wanted.quick, runs=wanted.runs):
            if wanted.only not in row.label:
                continue
            print(f"{time.monotonic() - began:4.0f} s: {row.label}", file=sys.stderr, flush=True)
            results.append((row, bench.measure(row)))
    print(render(results, seconds=time.monotonic() - began))


if __name__ == "__main__":
    main()
