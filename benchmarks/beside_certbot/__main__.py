"""psfdns beside certbot: the same CA, the same Route 53, the same names; a Markdown table.

    python benchmarks/beside_certbot            three to four minutes
    python benchmarks/beside_certbot --alone    psfdns only: about half a minute

Needs this Python to have psfdns[dev], and a package index: both programs are installed as their users
install them, each in an environment of its own below .cache/benchmarks. Route 53 is the sandbox over HTTP,
the CA is Pebble, which refuses one request in twenty for its nonce and validates by a resolver that sees the
sandbox; all of that runs in processes of its own, which nobody's CPU or memory counts. certbot takes a
certificate at a time, as its users have it. Every certificate is looked for afterwards.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from installing import install, install_project
from peer import Peer
from wanted import Wanted, hundred, targets, write_repository

CERTBOT = ("certbot==5.8.0", "certbot-dns-route53==5.8.0")
TWENTY = 20


@dataclass
class Row:
    """What one or several processes took; `asked` of Route 53, `ca` of the CA."""

    label: str
    certificates: int
    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    ca: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def cells(self) -> str:
        each = f"{self.ca.total() / self.certificates:.1f}" if self.certificates else "–"
        figures = (f"{self.wall:.2f}", f"{self.cpu:.2f}", f"{self.memory:.0f}", str(self.asked.total()), each)
        return f"| {self.label} | " + " | ".join(figures if not self.faults else ("fails",) * 5) + " |"

    def notes(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.asked.items())) or "none"
        asked = ", ".join(f"{kind} {count}" for kind, count in self.ca.most_common()) or "none"
        said = "".join(f"\n  - FAILED: {fault}" for fault in self.faults)
        return f"- {self.label}: Route 53: {kinds}. CA: {asked}.{said}"


class Bench:
    """The world and the folders of one run."""

    def __init__(self, root: Path, world: Peer) -> None:
        self._root = root
        self._world = world
        self.rows: list[Row] = []
        self.psfdns = install_project("psfdns", []) / "psfdns"

    def environment(self, folder: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "AWS_ENDPOINT_URL": self._world.told["url"],
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "REQUESTS_CA_BUNDLE": self._world.told["world"]["bundle"],
        }

    def repository(self, name: str, wanted: list[Wanted], *, delegated: bool) -> Path:
        """A folder whose zones are live, each run with names that nobody had before."""
        folder = self._root / name
        folder.mkdir()
        write_repository(folder, wanted, self._world.told["world"], delegated=delegated)
        outside = [each for each in wanted if each.delegated]
        self._world.order(do="alias", aliases=targets(outside))
        done = subprocess.run(
            [self.psfdns, "apply", "--yes", "--no-wait", "--allow", "many-changes"],
            cwd=folder,
            env=self.environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"the zones of {name} could not be made:\n{done.stdout}{done.stderr}")
        self._world.order(do="look")
        return folder

    def measure(self, row: Row, folder: Path, *commands: list[str]) -> None:
        """Run the commands one after another; what they took goes into the row."""
        for command in commands:
            self._once(row, folder, command)
        seen = self._world.order(do="look")
        row.asked.update(seen["asked"])
        row.ca.update(seen["ca"])
        if seen["left"]:
            row.faults.append(f"{seen['left']} TXT record sets are left")
        self.rows.append(row)
        print(f"{row.label}: {row.wall:.2f} s", file=sys.stderr, flush=True)

    def _once(self, row: Row, folder: Path, command: list[str]) -> None:
        said = folder / "said"
        began = time.perf_counter()
        with said.open("wb") as file:
            process = subprocess.Popen(
                command, cwd=folder, env=self.environment(folder), stdout=file, stderr=file
            )
            _, status, used = os.wait4(process.pid, 0)
        row.wall += time.perf_counter() - began
        row.cpu += used.ru_utime + used.ru_stime
        row.memory = max(row.memory, used.ru_maxrss / 1024)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            row.faults.append(f"exit {process.returncode}: {said.read_text(errors='replace').strip()[-300:]}")
            print(row.faults[-1], file=sys.stderr)

    def psfdns_rows(self) -> None:
        """A hundred at once, in our zones and all of them delegated; nothing due; twenty due."""
        wanted = hundred()
        for delegated, label in ((False, "in three zones, 20 delegated"), (True, "all delegated")):
            folder = self.repository(f"psfdns-{delegated}", wanted, delegated=delegated)
            row = Row(f"psfdns: 100 certificates, {label}", 100)
            self.measure(row, folder, [str(self.psfdns), "certs", "renew"])
            count(row, folder / ".psfdns" / "certs" / "live", 100)
        # The CA is asked once for what it suggests.
        self.measure(Row("psfdns: 100, first asked when to renew", 100), folder, self.renew())
        self.measure(Row("psfdns: 100, nothing due", 0), folder, self.renew())
        for path in sorted((folder / ".psfdns" / "certs" / "live").iterdir())[:TWENTY]:
            path.unlink()
        self.measure(Row("psfdns: 20 of 100 due", TWENTY), folder, self.renew())

    def renew(self) -> list[str]:
        return [str(self.psfdns), "certs", "renew"]

    def both_rows(self) -> None:
        """The same twenty by psfdns in one run and by certbot one after another; then nothing due."""
        certbot = install("certbot", list(CERTBOT)) / "certbot"
        twenty = [each for each in hundred() if not each.delegated][:TWENTY]
        folder = self.repository("twenty", twenty, delegated=False)
        row = Row("psfdns: 20 certificates", TWENTY)
        self.measure(row, folder, self.renew())
        count(row, folder / ".psfdns" / "certs" / "live", TWENTY)
        folder = self._root / "certbot"
        folder.mkdir()
        base = [str(certbot), "--non-interactive", "--server", self._world.told["world"]["directory"]]
        base += [
            word for kind in ("config", "work", "logs") for word in (f"--{kind}-dir", str(folder / kind))
        ]
        often = ["--agree-tos", "--register-unsafely-without-email", "--dns-route53"]
        commands = [
            [*base, "certonly", *often, *(word for name in each.names for word in ("-d", name))]
            for each in twenty
        ]
        row = Row("certbot: the same 20", TWENTY)
        self.measure(row, folder, *commands)
        count(row, folder / "config" / "live", TWENTY)
        renew = [*base, "renew", "--no-random-sleep-on-renew"]
        self.measure(Row("certbot: 20, first asked when to renew", TWENTY), folder, renew)
        self.measure(Row("certbot: 20, nothing due", 0), folder, renew)


def count(row: Row, live: Path, wanted: int) -> None:
    found = len(list(live.glob("*/fullchain.pem")))
    if found != wanted:
        row.faults.append(f"{found} certificates instead of {wanted}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--alone", action="store_true", help="without certbot")
    wanted = parser.parse_args()
    began = time.monotonic()
    root = Path(tempfile.mkdtemp())
    try:
        with Peer(Path(__file__).with_name("world.py")) as world:
            bench = Bench(root, world)
            bench.psfdns_rows()
            if not wanted.alone:
                bench.both_rows()
    finally:
        shutil.rmtree(root)
    print(
        "| | seconds | CPU seconds | MB | requests to Route 53 | to the CA, each |\n|---|---|---|---|---|---|"
    )
    print("\n".join(row.cells() for row in bench.rows))
    print()
    print("\n".join(row.notes() for row in bench.rows))
    seconds = time.monotonic() - began
    today = datetime.now(tz=UTC).date()
    print(f"\n{today}; Python {platform.python_version()}, {os.cpu_count()} cores; in {seconds:.0f} s")


if __name__ == "__main__":
    main()
