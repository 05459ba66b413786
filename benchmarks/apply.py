"""A zone of 10,000 record sets and a hundred zones of a hundred: seconds, megabytes, requests.

Run it with `python benchmarks/apply.py`; it needs the sandbox (pip install 'psfdns[sandbox]'). The mix is
that of the comparison in docs: 44 % A, 20 % CNAME, 14 % AAAA, 9 % TXT (a third of them DKIM keys), 4 % MX,
4 % SRV, 3 % NS, 2 % CAA. Everything runs as processes of their own, as a person would run it.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KINDS = ["A"] * 44 + ["CNAME"] * 20 + ["AAAA"] * 14 + ["TXT"] * 9 + ["MX"] * 4 + ["SRV"] * 4 + ["NS"] * 3
KINDS += ["CAA"] * 2
TENANT = """
name = "Benchmark"
kind = "psf"
approved = "for measuring"
billing = "psf"
[[liaison]]
name = "Nobody"
email = "dns@example.net"
"""
RUN = "from psfdns.cli.main import main; main()"


def zone_text(count: int, chance: random.Random) -> str:
    lines = ["$TTL 300"]
    for number in range(count):
        lines += [f"h{number} IN {line}" for line in record_lines(chance.choice(KINDS), number, chance)]
    return "\n".join(lines) + "\n"


def record_lines(kind: str, number: int, chance: random.Random) -> list[str]:
    if kind == "TXT":
        if chance.random() < 1 / 3:
            key = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789+/", k=380))
            return [f'TXT "v=DKIM1; k=rsa; p={key[:200]}" "{key[200:]}"']
        return [f'TXT "v=spf1 include:_spf{number}.example.net -all"']
    values = {
        "A": [f"192.0.2.{number % 256}"],
        "AAAA": [f"2001:db8::{number:x}"],
        "CNAME": [f"target{number}.example.net."],
        "MX": [f"{preference} mx{preference}.example.net." for preference in (10, 20)],
        "SRV": [f"0 5 5060 sip{server}.example.net." for server in (1, 2)],
        "NS": [f"ns{server}.example.net." for server in (1, 2)],
        "CAA": ['0 issue "letsencrypt.org"', '0 iodef "mailto:dns@example.net"'],
    }
    return [f"{kind} {value}" for value in values[kind]]


def make_repository(root: Path, zones: dict[str, int]) -> None:
    chance = random.Random(53)
    folder = root / "zones" / "bench"
    folder.mkdir(parents=True)
    (root / "psfdns.toml").write_text('[route53]\naccounts = ["sandbox"]\n')
    (folder / "tenant.toml").write_text(TENANT)
    for name, count in zones.items():
        (folder / f"{name}.zone").write_text(zone_text(count, chance))


def measure(root: Path, *words: str, expected: int = 0) -> tuple[str, str]:
    """Run a command line; prints its seconds and the most memory of any so far."""
    began = time.monotonic()
    command = [sys.executable, "-c", RUN, "--sandbox", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  {' '.join(words):44} {seconds:6.2f} s, at most {memory:4.0f} MB so far")
    assert done.returncode == expected, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout, done.stderr


def one_big_zone(root: Path) -> None:
    print("One zone of 10,000 record sets, without limits")
    make_repository(root, {"big.test": 10_000})
    out, err = measure(root, "apply", "--yes", "--json", "-v")
    (zone,) = json.loads(out)["zones"]
    print(f"    {zone['applied']:,} record sets in {zone['batches']} batches; {err.splitlines()[-1]}")
    measure(root, "plan", "--detailed-exitcode")
    (root / "zones" / "bench" / "big.test.zone").unlink()
    measure(root, "import", "--all", "--tenant", "bench")
    measure(root, "plan", "--detailed-exitcode")


def many_zones(root: Path) -> None:
    print("A hundred zones of a hundred record sets, without limits")
    make_repository(root, {f"z{number:02}.test": 98 for number in range(100)})
    measure(root, "apply", "--yes", "--no-wait")
    measure(root, "plan", "--detailed-exitcode")


def under_limits() -> None:
    """In one process, with the service's token buckets and a clock that only sleeping moves."""
    from psfdns.budget import Rates
    from psfdns.route53.host import Route53Host
    from psfdns.sandbox.throttle import Throttle
    from tests.route53.accounts import address, new_zone, open_account

    print("The same under the limits of July 2026, simulated")
    filled = open_account()
    filled.apply(*(new_zone(origin=f"z{number}.example.") for number in range(100)), wait=False)
    throttle = Throttle()
    account = open_account(Rates(), throttle=throttle)
    account.sandbox.cloud.store = filled.sandbox.cloud.store
    host = Route53Host(account.api, look_up_account=lambda: "sandbox")
    host.fetch_zones(host.list_zones())
    print(f"  plan of the hundred: {dict(account.budget.sent)}, {throttle.refused} throttled")
    throttle = Throttle()
    account = open_account(Rates(), throttle=throttle)
    account.apply(new_zone(*(address(f"h{number}") for number in range(10_000))))
    print(f"  10,000 created: {account.time.now:.0f} s on that clock, {throttle.refused} throttled")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        one_big_zone(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        many_zones(Path(folder))
    sys.path.insert(0, str(Path(__file__).parents[1]))
    under_limits()
