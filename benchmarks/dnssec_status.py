"""What `dnssec status` takes for a hundred signed zones in one run: seconds, queries, memory.

    python benchmarks/dnssec_status.py [ZONES]

Each zone has two name servers, a key-signing and a zone-signing key, and ten record sets in its zone file.
The signed internet is on the loopback, in a process of its own (this file again). Route 53 has none of the
zones, so that only DNS is asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from peer import Peer

from tests.cli.ground import TENANT
from tests.dnssec.cases import SECURE, case, ds, ksk, two
from tests.dnssec.internet import RESOLVER, ROOT, internet

HOSTS = tuple(f"host{number}" for number in range(7))
LINES = "".join(f"{host} 300 A 192.0.2.{number}\n" for number, host in enumerate(HOSTS, 10))
CONFIG = """\
[resolver]
root_hints = ["{root}"]
servers = ["{resolver}:{port}"]
port = {port}
trust_anchor = "anchor"
"""


def main() -> None:
    if sys.argv[1:] == ["serve"]:
        serve(int(os.environ["ZONES"]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    os.environ["ZONES"] = str(count)
    with tempfile.TemporaryDirectory() as folder, Peer(Path(__file__), "serve") as net:
        root = Path(folder)
        fill(root, count, net)
        before = net.order(do="look")["asked"]
        wall, cpu, memory, states = run(root)
        asked = net.order(do="look")["asked"] - before
    print(f"{count} zones, {states}: {wall:.1f} s, {cpu:.1f} s CPU, {memory:.0f} MB, {asked:,} queries")


def serve(count: int) -> None:
    """The internet; each line on stdin is answered with how many queries there were."""
    cases = [case(f"z{number}", SECURE, recipe=two(lines=LINES), ds=ds(ksk())) for number in range(count)]
    with internet(cases) as net:
        anchors = [str(each) for each in net.anchors]
        print(json.dumps({"port": net.port, "anchors": anchors}), flush=True)
        for _ in sys.stdin:
            print(json.dumps({"asked": net.asked}), flush=True)


def fill(root: Path, count: int, net: Peer) -> None:
    zones = root / "zones" / "one"
    zones.mkdir(parents=True)
    names = [f"z{number}.lab" for number in range(count)]
    wanted = "".join(f'[zones."{name}"]\ndnssec = true\n' for name in names)
    (zones / "tenant.toml").write_text(TENANT.format(slug="one") + "\n" + wanted)
    lines = "$TTL 300\nwww A 192.0.2.1\n@ MX 10 mail.example.\n@ TXT hello\n" + LINES.replace(" 300 ", " ")
    for name in names:
        (zones / f"{name}.zone").write_text(lines)
    (root / "anchor").write_text("".join(f". DS {each}\n" for each in net.told["anchors"]))
    config = CONFIG.format(root=ROOT, resolver=RESOLVER, port=net.told["port"])
    (root / "psfdns.toml").write_text(config)


def run(root: Path) -> tuple[float, float, float, str]:
    """Seconds, CPU seconds, megabytes, and how many zones are what."""
    program = str(Path(sys.executable).with_name("psfdns"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "LANG": "C.UTF-8"}
    said = root / "said"
    began = time.perf_counter()
    with said.open("wb") as file:
        process = subprocess.Popen(
            [program, "--sandbox", "--json", "dnssec", "status"], cwd=root, env=environment, stdout=file
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    summary = json.loads(said.read_text())["summary"]
    states = ", ".join(f"{number} {state}" for state, number in summary.items() if number)
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, states


if __name__ == "__main__":
    main()
