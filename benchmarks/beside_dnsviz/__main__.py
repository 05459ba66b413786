"""psfdns dnssec status beside unbound, delv and DNSViz, on zones that are well and zones with a fault each.

    python benchmarks/beside_dnsviz > docs/dnssec-compared.md         about four minutes

Needs this Python to have psfdns[dev], a package index for DNSViz, and a network and a mount namespace of its
own (`unshare`; no root): port 53 has to be ours. The zones are those of the tests, on a signed internet on
the loopback. unbound runs all the time and is asked for three names a zone, delv is started for each of them;
psfdns and DNSViz are started for each zone, and DNSViz is told to look at the same three names.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from installing import PROJECT, install

from tests.dnssec.cases import CASES, Case

DNSVIZ = ("dnsviz==0.11.2", "pygraphviz==2.0.4", "dnspython==2.8.0", "cryptography")
PROGRAMS = ("psfdns", "unbound", "delv", "dnsviz")
HEAD = """\
# DNSSEC status beside unbound, delv and DNSViz

Made by `python benchmarks/beside_dnsviz`. Each zone has the fault that its name tells, or none. What is bold
was *missed*: nothing distinguishes the zone from one that is well, or it is called worse than it is. A
resolver answers for what it is asked and takes the first server that will do, so that what only one server
has wrong, or what will break tomorrow, it cannot see; that is no fault of it.

"""


def main() -> None:
    began = time.monotonic()
    dnsviz = install("dnsviz", list(DNSVIZ)) / "dnsviz"
    with tempfile.TemporaryDirectory() as home:
        inside = [sys.executable, str(Path(__file__).with_name("inside.py")), str(dnsviz), home]
        done = subprocess.run(
            ["unshare", "--map-root-user", "--net", "--mount", *inside],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=PROJECT,
        )
    told = json.loads(done.stdout)
    print(HEAD + "\n".join(table(told)))
    print("\n".join(["", *summary(told), ""]))
    today = datetime.now(tz=UTC).date()
    versions = f"Python {platform.python_version()}, {os.cpu_count()} shared cores, {', '.join(DNSVIZ[:2])}"
    print(f"{today}; {versions}; in {time.monotonic() - began:.0f} s.")


def table(told: Mapping[str, Any]) -> Iterator[str]:
    yield "| zone | psfdns | unbound | delv | DNSViz | seconds |"
    yield "|---|---|---|---|---|---|"
    for case in CASES:
        said = told[case.zone]
        cells = [cell(case, said.get(program)) for program in PROGRAMS]
        seconds = " / ".join(f"{said[each]['seconds']:.2f}" if each in said else "–" for each in PROGRAMS)
        yield f"| {case.name} | {' | '.join(cells)} | {seconds} |"


def cell(case: Case, said: Mapping[str, Any] | None) -> str:
    if said is None:
        return "not asked"
    words = said["verdict"] + "".join(f"<br>`{code}`" for code in said["codes"])
    return f"**{words}**" if is_missed(case, said) else words


def is_missed(case: Case, said: Mapping[str, Any]) -> bool:
    """Whether a fault is not seen, or a zone that is well is called otherwise."""
    if not is_faulty(case):
        return bool(said["codes"]) or said["verdict"] not in {case.status, "says nothing"}
    return not said["codes"] and said["verdict"] in {"secure", "insecure", "says nothing", "fails"}


def is_faulty(case: Case) -> bool:
    return bool(case.codes) or case.status not in {"secure", "insecure"}


def summary(told: Mapping[str, Any]) -> Iterator[str]:
    faulty = [case for case in CASES if is_faulty(case)]
    well = [case for case in CASES if not is_faulty(case)]
    zones = f"of {len(faulty)} zones with a fault and {len(well)} without"
    yield f"| {zones} | psfdns | unbound | delv | DNSViz |"
    yield "|---|---|---|---|---|"
    for label, cases in (("faults missed", faulty), ("called worse than they are", well)):
        counts = [
            sum(program in told[case.zone] and is_missed(case, told[case.zone][program]) for case in cases)
            for program in PROGRAMS
        ]
        yield f"| {label} | {' | '.join(map(str, counts))} |"
    right = [
        sum(
            program in told[case.zone] and told[case.zone][program]["verdict"] == case.status
            for case in CASES
        )
        for program in PROGRAMS
    ]
    yield f"| verdict as it is, of {len(CASES)} | {' | '.join(map(str, right))} |"
    spent = [sum(told[case.zone].get(each, {"seconds": 0})["seconds"] for case in CASES) for each in PROGRAMS]
    yield f"| seconds, all zones | {' | '.join(f'{each:.1f}' for each in spent)} |"


if __name__ == "__main__":
    main()
