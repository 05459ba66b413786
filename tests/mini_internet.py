"""A private internet on the loopback: a signed root, a top-level domain and zones, at addresses of their own.

BIND's tools sign the zones, each set of addresses has a Knot of its own. One server for all would answer for
a child from its parent's address, which no referral survives.

    127.0.53.1        .            signed
    127.0.53.2, .3    test.        signed; co.test. too, unsigned, on the same servers
    127.0.53.4, .5    child.test.  signed, with its DS in test.; deep.co.test., unsigned
    127.0.53.6        (nobody)     silent.test. is delegated there, and to 127.0.53.4, which refuses it
    127.0.0.1         a resolver   only inside `resolver`
"""

from __future__ import annotations

import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psfdns.lookup.answer import Answer, Question
from psfdns.lookup.ask import Patience, ask
from psfdns.lookup.server import Server
from tests.oracles import run, start

ROOT = "127.0.53.1"
TOP = ("127.0.53.2", "127.0.53.3")
LEAF = ("127.0.53.4", "127.0.53.5")
NOBODY = "127.0.53.6"
RESOLVER = "127.0.0.1"
READY_SECONDS = 5.0

_SOA = "@ 300 IN SOA {primary} hostmaster.example. 1 7200 900 1209600 300\n"

ZONES = {
    ".": _SOA.format(primary="a.root-servers.test.")
    + f"""
@ 518400 IN NS a.root-servers.test.
a.root-servers.test. 518400 IN A {ROOT}
test. 172800 IN NS ns1.nic.test.
test. 172800 IN NS ns2.nic.test.
ns1.nic.test. 172800 IN A {TOP[0]}
ns2.nic.test. 172800 IN A {TOP[1]}
""",
    "test.": _SOA.format(primary="ns1.nic.test.")
    + f"""
@ 86400 IN NS ns1.nic.test.
@ 86400 IN NS ns2.nic.test.
ns1.nic.test. 86400 IN A {TOP[0]}
ns2.nic.test. 86400 IN A {TOP[1]}
a.root-servers.test. 86400 IN A {ROOT}
child.test. 3600 IN NS ns1.child.test.
child.test. 3600 IN NS ns2.child.test.
ns1.child.test. 3600 IN A {LEAF[0]}
ns2.child.test. 3600 IN A {LEAF[1]}
co.test. 3600 IN NS ns1.nic.test.
co.test. 3600 IN NS ns2.nic.test.
silent.test. 3600 IN NS ns.silent.test.
silent.test. 3600 IN NS lame.silent.test.
ns.silent.test. 3600 IN A {NOBODY}
lame.silent.test. 3600 IN A {LEAF[0]}
glueless.test. 3600 IN NS ns.elsewhere.invalid.
""",
    "co.test.": _SOA.format(primary="ns1.nic.test.")
    + """
@ 3600 IN NS ns1.nic.test.
@ 3600 IN NS ns2.nic.test.
deep.co.test. 3600 IN NS ns1.child.test.
""",
    "child.test.": _SOA.format(primary="ns1.child.test.")
    + f"""
@ 3600 IN NS ns1.child.test.
@ 3600 IN NS ns2.child.test.
ns1 3600 IN A {LEAF[0]}
ns2 3600 IN A {LEAF[1]}
www 300 IN A 192.0.2.1
www 300 IN AAAA 2001:db8::1
big 300 IN TXT {" ".join('"' + letter * 200 + '"' for letter in "abcdefghij")}
text 300 IN TXT "a;b" "\\"\\195\\164"
to-www 300 IN CNAME www
to-gone 300 IN CNAME gone
circle 300 IN CNAME elcric
elcric 300 IN CNAME circle
*.wild 300 IN A 192.0.2.3
""",
    "deep.co.test.": _SOA.format(primary="ns1.child.test.")
    + """
@ 3600 IN NS ns1.child.test.
www 300 IN A 192.0.2.2
""",
}
SIGNED = ("child.test.", "test.", ".")
"""Children first: a parent's DS records come from what signing the child left behind."""

_EVERYBODY = "acl:\n  - id: everybody\n    address: 127.0.0.0/8\n    action: transfer\n"

HOLDERS = {(ROOT,): (".",), TOP: ("test.", "co.test."), LEAF: ("child.test.", "deep.co.test.")}


@dataclass(frozen=True, slots=True)
class MiniInternet:
    """What a client needs to know of it; `anchor` is a file with the root's DS."""

    port: int
    anchor: Path

    @property
    def roots(self) -> tuple[Server, ...]:
        return (self.server(ROOT),)

    def server(self, address: str) -> Server:
        return Server(address, self.port)


@contextmanager
def mini_internet(folder: Path) -> Iterator[MiniInternet]:
    """It runs inside the block; every process that it started ends with it."""
    _sign(folder)
    port = free_port((ROOT, *TOP, *LEAF, NOBODY, RESOLVER))
    with ExitStack() as stack:
        for number, (addresses, zones) in enumerate(HOLDERS.items()):
            home = folder / f"knot{number}"
            home.mkdir()
            files = {zone: _file(folder, zone) for zone in zones}
            stack.enter_context(knot(home, files, addresses=addresses, port=port, wait=False))
        for addresses, zones in HOLDERS.items():
            for address in addresses:
                wait_for(Server(address, port), zones)
        yield MiniInternet(port, folder / "dsset-.")


def _sign(folder: Path) -> None:
    for zone, text in ZONES.items():
        (folder / f"{zone}zone").write_text(text)
    for zone in SIGNED:
        run("dnssec-keygen", "-q", "-K", str(folder), "-a", "ECDSAP256SHA256", "-f", "KSK", zone, check=True)
        words = ("-q", "-S", "-z", "-g", "-K", str(folder), "-d", str(folder), "-o", zone)
        run("dnssec-signzone", *words, "-f", f"{folder}/{zone}signed", f"{folder}/{zone}zone", check=True)


def _file(folder: Path, zone: str) -> Path:
    return folder / (f"{zone}signed" if zone in SIGNED else f"{zone}zone")


@contextmanager
def knot(
    home: Path,
    files: dict[str, Path],
    *,
    addresses: tuple[str, ...],
    port: int,
    wait: bool = True,
    transfers: bool = False,
) -> Iterator[None]:
    """A Knot with its own folder that serves these master files on these addresses.

    With `transfers` it hands its zones over to everybody (AXFR).
    """
    listen = ", ".join(f"{address}@{port}" for address in addresses)
    zones = "".join(f'  - domain: "{zone}"\n    file: "{path}"\n' for zone, path in files.items())
    config = home / "knot.conf"
    config.write_text(
        f"server:\n  rundir: {home}\n  listen: [{listen}]\n"
        "  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n"
        f"database:\n  storage: {home}\n"
        "log:\n  - target: stderr\n    any: error\n"
        f"{_EVERYBODY if transfers else ''}"
        "template:\n  - id: default\n    zonefile-sync: -1\n    journal-content: none\n"
        f"{'    acl: everybody' if transfers else ''}\n"
        f"zone:\n{zones}"
    )
    process = start("knotd", "-c", str(config), log=home / "knotd.log")
    try:
        if wait:
            for address in addresses:
                wait_for(Server(address, port), tuple(files))
        yield
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End one process that we started."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)


def wait_for(server: Server, zones: tuple[str, ...]) -> None:
    """Return when the server is an authority of these zones."""
    until = time.monotonic() + READY_SECONDS
    waiting = set(zones)
    while waiting:
        assert time.monotonic() < until, f"{server} does not serve {waiting}"
        for zone in sorted(waiting):
            asked = ask(server, Question(zone, "SOA"), patience=Patience(0.5, 1))
            if isinstance(asked, Answer) and asked.authoritative:
                waiting.discard(zone)
        if waiting:
            time.sleep(0.01)


def free_port(addresses: tuple[str, ...] = ("127.0.0.1",)) -> int:
    """A port that is free on all of these addresses, over UDP and TCP."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        if all(_is_free(address, port) for address in addresses):
            return port
    raise AssertionError("no port is free")


def _is_free(address: str, port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


@contextmanager
def resolver(folder: Path, internet: MiniInternet) -> Iterator[Server]:
    """A BIND that finds everything in the private internet, beginning at its root."""
    home = folder / "resolver"
    home.mkdir()
    (home / "hints").write_text(f". 3600 NS a.root-servers.test.\na.root-servers.test. 3600 A {ROOT}\n")
    config = home / "named.conf"
    config.write_text(
        f'options {{ directory "{home}"; pid-file none; session-keyfile none; port {internet.port};'
        f" listen-on {{ {RESOLVER}; }}; listen-on-v6 {{ none; }}; recursion yes; allow-query {{ any; }};"
        " allow-recursion { any; }; dnssec-validation no; query-source address 127.0.0.1;"
        " empty-zones-enable no; };\n"
        f'controls {{ }};\nzone "." {{ type hint; file "{home}/hints"; }};\n'
    )
    server = internet.server(RESOLVER)
    process = start("named", "-4", "-g", "-n", "1", "-c", str(config), log=home / "named.log")
    try:
        wait_to_resolve(server)
        yield server
    finally:
        stop(process)


def wait_to_resolve(server: Server) -> None:
    """Return when the resolver finds a name."""
    until = time.monotonic() + READY_SECONDS
    while True:
        asked = ask(server, Question("www.child.test.", "A"), recursive=True, patience=Patience(0.5, 1))
        if isinstance(asked, Answer) and asked.answer:
            return
        assert time.monotonic() < until, f"{server} finds nothing: {asked}"
        time.sleep(0.05)


@contextmanager
def bind(home: Path, files: dict[str, Path], *, address: str = "127.0.0.1") -> Iterator[Server]:
    """A BIND with its own folder that serves these master files; an address of an interface only."""
    server = Server(address, free_port((address,)))
    zones = "".join(
        f'zone "{zone}" {{ type primary; file "{path}"; check-names ignore; }};\n'
        for zone, path in files.items()
    )
    config = home / "named.conf"
    config.write_text(
        f'options {{ directory "{home}"; pid-file none; session-keyfile none; listen-on-v6 {{ none; }};'
        f" listen-on port {server.port} {{ {address}; }}; recursion no; dnssec-validation no;"
        " minimal-responses yes; zero-no-soa-ttl no; notify no; };\n"
        f"controls {{ }};\n{zones}"
    )
    process = start("named", "-g", "-n", "1", "-c", str(config), log=home / "named.log")
    try:
        wait_for(server, tuple(files))
        yield server
    finally:
        stop(process)
