"""How fast the zone-file reader is, beside dnspython's, named-checkzone and kzonecheck, on a made-up zone.

    python benchmarks/reader.py [RECORDS]

The mix of types is a busy zone's: A 44 %, CNAME 20, AAAA 14, TXT 9 (a third of it DKIM keys of two
strings), MX 4, SRV 4, NS 3, CAA 2. The two programs are found as the tests find them: on PATH, or
below .cache/debian, which `python -m tests.oracles` fills. Both start anew for each reading.
"""

from __future__ import annotations

import functools
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dns.zone

from psfdns.zonefile.parse import parse_zone

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import oracles

ORIGIN = "bench.example."
MIX = {"A": 44, "CNAME": 20, "AAAA": 14, "TXT": 9, "MX": 4, "SRV": 4, "NS": 3, "CAA": 2}
RUNS = 3
CHECKERS = {
    "named-checkzone": ["-q", "-i", "none", "-k", "ignore", "{origin}", "{file}"],
    "kzonecheck": ["-d", "off", "-o", "{origin}", "{file}"],
}
"""Programs and their words, without questions to DNS and without DNSSEC."""


def main() -> None:
    """Print the table."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    text = make_zone(records)
    print(f"{records} records, {len(text)} bytes, best of {RUNS}")
    print(f"{'reader':18} {'seconds':>8} {'records/s':>10} {'us/record':>10} {'times':>6}")
    baseline = 0.0
    for name, read in readers(text).items():
        seconds = min(timed(read) for _ in range(RUNS))
        baseline = baseline or seconds
        print(
            f"{name:18} {seconds:8.2f} {records / seconds:10.0f} {seconds / records * 1e6:10.2f}"
            f" {baseline / seconds:6.1f}"
        )


def readers(text: str) -> dict[str, Callable[[], object]]:
    """Name -> one full reading of the zone; the first is what the others are compared with."""
    data = text.encode()
    found: dict[str, Callable[[], object]] = {
        "dns.zone.from_text": lambda: dns.zone.from_text(text, ORIGIN),
        "psfdns": lambda: accepted(data),
    }
    for program, words in CHECKERS.items():
        if oracles.find(program) is None:
            print(f"{program} is not here: python -m tests.oracles")
        else:
            found[program] = functools.partial(check, program, words, text)
    return found


def accepted(data: bytes) -> None:
    """Read with psfdns; findings would mean that not the same work was done."""
    parsed = parse_zone(data, origin=ORIGIN, path="bench.example.zone")
    if parsed.findings:
        sys.exit(f"the reader has findings: {parsed.findings[:3]}")


def check(program: str, words: list[str], text: str) -> None:
    """Read with a program, its start included."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "zone")
        file.write_text(text)
        oracles.run(program, *(word.format(origin=ORIGIN, file=file) for word in words), check=True)


def timed(read: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    read()
    return time.perf_counter() - start


def make_zone(records: int) -> str:
    """A zone of so many records beside its SOA and NS; the same text every time."""
    chance = random.Random(2035)
    types = chance.choices(list(MIX), weights=list(MIX.values()), k=records)
    lines = [
        "$TTL 3600",
        "@ IN SOA ns1 hostmaster 1 7200 900 1209600 300",
        "@ IN NS ns1",
        "ns1 IN A 192.0.2.1",
    ]
    lines += [
        f"h{number} 300 IN {rdtype} {_rdata(rdtype, number, chance)}" for number, rdtype in enumerate(types)
    ]
    return "\n".join(lines) + "\n"


def _rdata(rdtype: str, number: int, chance: random.Random) -> str:
    match rdtype:
        case "A":
            return f"192.0.{number >> 8 & 255}.{number & 255}"
        case "AAAA":
            return f"2001:db8::{number & 0xFFFF or 1:x}:{number >> 16 or 1:x}"
        case "TXT":
            key = "".join(
                chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=372)
            )
            dkim = f'"v=DKIM1; k=rsa; p={key[:200]}" "{key[200:]}"'
            return dkim if number % 3 == 0 else f'"verification={number:032x}"'
        case "MX":
            return f"10 mail{number % 10}.mx.example."
        case "SRV":
            return f"0 5 5060 sip{number % 10}.voice.example."
        case "CAA":
            return '0 issue "letsencrypt.org"'
        case _:
            return f"target{number}.example.net."


if __name__ == "__main__":
    main()
