"""What `domains list` asks of Gandi and of registries for 300 domains, and what it takes: a Markdown table.

    python benchmarks/domains.py        about a minute, which Gandi's limit makes it

200 domains are at Gandi, 100 elsewhere; both services are played on the loopback, in this process.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.registrar.fake_gandi import TOKEN, FakeGandi, fake_gandi
from tests.registrar.fake_rdap import FakeRdap, fake_rdap

AT_GANDI, ELSEWHERE = 200, 100
TENANT = """\
name = "A tenant"
kind = "working-group"
approved = "a benchmark"
billing = "psf"
[[liaison]]
name = "Liaison"
email = "dns@example.net"
"""


HEADER = """\
| run | seconds | CPU seconds | MB | requests to Gandi | to registries |
|---|---|---|---|---|---|"""


def main() -> None:
    print(f"{AT_GANDI} domains at Gandi, {ELSEWHERE} elsewhere\n")
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder, fake_gandi(balance="9999.00") as gandi, fake_rdap() as rdap:
        root = Path(folder)
        fill(root, gandi, rdap)
        for label in ("the first", "the next"):
            gandi.asked.clear()
            rdap.asked.clear()
            wall, cpu, memory = run(root)
            asked = Counter(kind(each.path) for each in gandi.asked)
            kinds = ", ".join(f"{name} {count}" for name, count in sorted(asked.items()))
            cells = (label, f"{wall:.1f}", f"{cpu:.2f}", f"{memory:.0f}", f"{asked.total()} ({kinds})")
            print(f"| {' | '.join(cells)} | {len(rdap.asked)} |")


def fill(root: Path, gandi: FakeGandi, rdap: FakeRdap) -> None:
    zones = root / "zones" / "one"
    zones.mkdir(parents=True)
    soon = datetime.datetime.now(tz=datetime.UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    lines = [TENANT]
    for number in range(AT_GANDI + ELSEWHERE):
        name, ends = f"d{number}.test", soon + datetime.timedelta(days=40 + number)
        (zones / f"{name}.zone").write_text("$TTL 300\n@ A 192.0.2.1\n")
        if number < AT_GANDI:
            gandi.add(name, ends)
            lines.append(f'[zones."{name}"]\nregistrar = "gandi"\n')
        else:
            rdap.add(name, f"{ends:%Y-%m-%dT%H:%M:%SZ}")
    (zones / "tenant.toml").write_text("".join(lines))
    config = f'[gandi]\nurl = "{gandi.url}"\n[rdap]\nbootstrap = "{rdap.url}/dns.json"\n'
    (root / "psfdns.toml").write_text(config)


def run(root: Path) -> tuple[float, float, float]:
    """Seconds, CPU seconds, megabytes."""
    program = str(Path(sys.executable).with_name("psfdns"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GANDI_PAT": TOKEN, "LANG": "C.UTF-8"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [program, "-q", "domains", "list"], cwd=root, env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"psfdns domains list: exit {process.returncode}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


KINDS = {
    r"/v5/domain/domains": "list",
    r"/v5/domain/domains/[^/]+": "domain",
    r"/v5/domain/domains/[^/]+/dnskeys": "dnskeys",
    r"/v5/domain/check": "price",
    r"/v5/billing/.*": "balance",
}


def kind(path: str) -> str:
    """What a request is about."""
    return next((name for pattern, name in KINDS.items() if re.fullmatch(pattern, path)), path)


if __name__ == "__main__":
    main()
