"""The zone files that both programs read, and their configurations.

The mix: 44 % A, 20 % CNAME, 14 % AAAA, 9 % TXT (a third of them DKIM keys), 4 % MX, 4 % SRV, 3 % NS, 2 % CAA.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MIX = {"A": 44, "CNAME": 20, "AAAA": 14, "TXT": 9, "MX": 4, "SRV": 4, "NS": 3, "CAA": 2}
TENANT = """\
name = "Benchmark"
kind = "psf"
approved = "for measuring"
billing = "psf"
[[liaison]]
name = "Nobody"
email = "dns@example.net"
"""
OCTODNS = """\
manager:
  max_workers: {workers}
processors:
  apex:
    class: octodns.processor.filter.IgnoreRootNsFilter
providers:
  files:
    class: octodns_bind.ZoneFileProvider
    directory: zones/bench
    file_extension: .zone
  route53:
    class: octodns_route53.Route53Provider
    max_changes: {max_changes}
zones:
  '*':
    sources: [files]
    processors: [apex]
    targets: [route53]
"""


@dataclass(frozen=True)
class Case:
    """So many zones of so many record sets."""

    zones: int
    record_sets: int

    @property
    def label(self) -> str:
        return f"{self.zones} × {self.record_sets:,}"


def write_zones(folder: Path, case: Case, *, changed: bool) -> None:
    """The files; with `changed` one record set in a hundred is another than without."""
    for number in range(case.zones):
        text = zone_text(case.record_sets, changed=changed)
        (folder / f"zone{number:04}.example.zone").write_text(text)


def zone_text(count: int, *, changed: bool) -> str:
    chance = random.Random(53)
    kinds = [kind for kind, percent in MIX.items() for _ in range(percent)]
    chance.shuffle(kinds)
    changing = kinds.index("A")
    lines = [
        "$TTL 300",
        "@ IN SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300",
        "@ IN NS ns1.example.net.",
        "@ IN NS ns2.example.net.",
    ]
    for number in range(count):
        network = "198.51.100" if changed and number % 100 == changing else "192.0.2"
        owner, values = record_set(kinds[number % 100], number, network, chance)
        lines += [f"{owner} IN {kinds[number % 100]} {value}" for value in values]
    return "\n".join(lines) + "\n"


def record_set(kind: str, number: int, network: str, chance: random.Random) -> tuple[str, list[str]]:
    """Owner and values."""
    if kind == "TXT":
        return text_set(number, chance)
    if kind == "SRV":
        return f"_sip._tcp.h{number}", [f"0 5 5060 sip{each}.example.net." for each in (1, 2)]
    values = {
        "A": [f"{network}.{number % 256}"],
        "AAAA": [f"2001:db8::{number + 1:x}"],
        "CNAME": [f"target{number}.example.net."],
        "MX": [f"{preference} mx{preference}.example.net." for preference in (10, 20)],
        "NS": [f"ns{server}.example.net." for server in (1, 2)],
        "CAA": ['0 issue "letsencrypt.org"', '0 iodef "mailto:dns@example.net"'],
    }
    return f"h{number}", values[kind]


def text_set(number: int, chance: random.Random) -> tuple[str, list[str]]:
    if number % 3:
        return f"h{number}", [f'"v=spf1 include:_spf{number}.example.net -all"']
    key = "v=DKIM1; k=rsa; p=" + "".join(
        chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789+/", k=372)
    )
    return f"s{number}._domainkey", [f'"{key[:255]}" "{key[255:]}"']


def make_repository(root: Path, case: Case, *, limited: bool, max_changes: int) -> dict[bool, Path]:
    """Two folders for both programs, with the zones as they are live (False) and as changed (True)."""
    folders = {}
    for changed in (False, True):
        folder = (
            root / f"{case.zones}x{case.record_sets}-{'limited-' * limited}{'changed' if changed else 'live'}"
        )
        zones = folder / "zones" / "bench"
        zones.mkdir(parents=True)
        write_zones(zones, case, changed=changed)
        (zones / "tenant.toml").write_text(TENANT)
        rates = "" if limited else "requests_per_second = 0\nchanges_per_second = 0\n"
        (folder / "psfdns.toml").write_text(f"[route53]\nadopted_only = false\n{rates}")
        (folder / "octodns.yaml").write_text(OCTODNS.format(workers=1, max_changes=max_changes))
        (folder / ".gitignore").write_text(".psfdns/\n")
        commit(folder)
        folders[changed] = folder
    return folders


def commit(folder: Path) -> None:
    """Zone files stand in git; psfdns looks for the commit and pays for it."""
    if shutil.which("git") is None:
        return
    who = ["-c", "user.name=Benchmark", "-c", "user.email=dns@example.net"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "zones"]):
        subprocess.run(["git", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
