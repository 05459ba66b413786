"""What unbound and delv say of the cases: run as a program inside a network namespace of its own.

Resolvers ask name servers at port 53, whatever they are told; in a namespace (`unshare -rn`,
no root needed) that port is ours. The program writes a JSON object: zone -> resolver -> verdict.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from tests.dnssec.cases import CASES, Case
from tests.dnssec.internet import ROOT, Internet, internet
from tests.mini_internet import stop
from tests.oracles import run, start

PORT = 5300
SECONDS = 3.0
"""It may go on to look for a server that is not there; who waits longer hears nothing else."""
_ANSWERS = {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}
ASKED = ("@ SOA", "www A", "nothing-here A")
_WORST = ("bogus", "indeterminate", "insecure", "secure")
_DELV = {"fully validated": "secure", "unsigned answer": "insecure"}


def raise_loopback() -> None:
    """`ip link set lo up`, without ip."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.pack("16sh14x", b"lo", 0x1 | 0x8 | 0x40)
        fcntl.ioctl(any_socket, 0x8914, flags)


def ask_unbound(name: str, rdtype: str) -> str:
    """By RFC 4035 §3.2.3: AD, or not; or SERVFAIL that goes away with CD, or does not."""
    query = dns.message.make_query(name, rdtype, want_dnssec=True)
    query.flags |= dns.flags.AD
    answer = exchange(query)
    if answer is not None and answer.rcode() in _ANSWERS:
        return "secure" if answer.flags & dns.flags.AD else "insecure"
    query.flags |= dns.flags.CD
    answer = exchange(query)
    return "bogus" if answer is not None and answer.rcode() in _ANSWERS else "indeterminate"


def exchange(query: dns.message.Message) -> dns.message.Message | None:
    try:
        return dns.query.udp(query, "127.0.0.1", port=PORT, timeout=SECONDS)
    except dns.exception.Timeout:
        return None


def ask_delv(name: str, rdtype: str, anchor: Path) -> str:
    """It validates for itself, with unbound to fetch for it."""
    words = ("@127.0.0.1", "-p", str(PORT), "-a", str(anchor), "+root=.", name, rdtype)
    said = run("delv", *words)
    text = said.stdout + said.stderr
    for words_of_delv, verdict in _DELV.items():
        if words_of_delv in text:
            return verdict
    return "indeterminate" if "timed out" in text or "SERVFAIL" in text else "bogus"


def names_of(case: Case) -> list[tuple[str, str]]:
    found = []
    for each in ASKED:
        label, rdtype = each.split()
        found.append((case.zone if label == "@" else f"{label}.{case.zone}", rdtype))
    return found


def judge(case: Case, anchor: Path) -> dict[str, object]:
    told: dict[str, object] = {}
    programs = ("unbound",) if case.dead else ("unbound", "delv")
    for program in programs:
        begun = time.monotonic()
        said = [
            ask_unbound(name, rdtype) if program == "unbound" else ask_delv(name, rdtype, anchor)
            for name, rdtype in names_of(case)
        ]
        worst = min(said, key=_WORST.index)
        told[program] = {"worst": worst, "said": said, "seconds": round(time.monotonic() - begun, 4)}
    return told


def write_settings(home: Path, net: Internet) -> Path:
    """unbound's configuration, and delv's anchor, whose path is returned."""
    (home / "hints").write_text(f". 3600 NS a.root-servers.lab.\na.root-servers.lab. 3600 A {ROOT}\n")
    (home / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
    static = "".join('. static-ds {} {} {} "{}";'.format(*str(each).split()) for each in net.anchors)
    (home / "keys").write_text(f"trust-anchors {{ {static} }};\n")
    (home / "unbound.conf").write_text(
        f'server:\n directory: "{home}"\n chroot: ""\n username: ""\n pidfile: ""\n use-syslog: no\n'
        f' logfile: ""\n interface: 127.0.0.1@{PORT}\n do-daemonize: no\n do-not-query-localhost: no\n'
        f' root-hints: "{home}/hints"\n trust-anchor-file: "{home}/anchor"\n num-threads: 1\n'
        ' do-ip6: no\n access-control: 127.0.0.0/8 allow\n module-config: "validator iterator"\n'
        ' val-sig-skew-min: 0\n val-sig-skew-max: 0\n target-fetch-policy: "0 0 0 0 0"\n'
        "remote-control:\n control-enable: no\n"
    )
    return home / "keys"


def wait_for_unbound() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            dns.query.udp(dns.message.make_query("lab.", "SOA"), "127.0.0.1", port=PORT, timeout=0.2)
        except (OSError, dns.exception.Timeout):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("unbound does not answer")


def main() -> int:
    """The cases that are named, or all."""
    raise_loopback()
    wanted = set(sys.argv[1:])
    cases = [case for case in CASES if not wanted or case.zone in wanted]
    with tempfile.TemporaryDirectory() as folder, internet(port=53) as net:
        home = Path(folder)
        anchor = write_settings(home, net)
        process = start("unbound", "-d", "-c", str(home / "unbound.conf"), log=home / "unbound.log")
        try:
            wait_for_unbound()
            with ThreadPoolExecutor(4) as pool:
                told = pool.map(lambda case: judge(case, anchor), cases)
                found = {case.zone: each for case, each in zip(cases, told, strict=True)}
            sys.stdout.write(json.dumps(found))
        finally:
            stop(process)
    return 0


if __name__ == "__main__":
    sys.exit(main())
