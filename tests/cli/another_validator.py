"""unbound's verdict of the zone of a signed scene, at the scene's own time, with nothing in its cache."""

from __future__ import annotations

import time
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.dns_server import DnsServer
from psfdns.sandbox.sandbox import Sandbox
from tests.cli.signed_scene import NAME, TOP_A, TOP_B, TOP_DS, Scene
from tests.mini_internet import free_port, stop
from tests.oracles import require, start

SECONDS = 3.0
_ANSWERS = {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}


def ask_unbound(scene: Scene, home: Path) -> str:
    """The worst of what it says of a record set, the keys, and a name that is not there, by each parent."""
    require("unbound")
    scene.bring_to_parents()
    server = DnsServer(DnsService(Sandbox(scene.shop.root / ".psfdns" / "sandbox").cloud))
    server.start()
    try:
        said = [_by_parent(scene, home, address, server.port) for address in (TOP_A, TOP_B)]
    finally:
        server.stop()
    return min(said, key=("bogus", "indeterminate", "insecure", "secure").index)


def _by_parent(scene: Scene, home: Path, address: str, upstream: int) -> str:
    port = free_port()
    (home / "hints").write_text(". 3600 NS nobody.\nnobody. 3600 A 127.0.0.1\n")
    config = home / "unbound.conf"
    config.write_text(
        f'server:\n directory: "{home}"\n chroot: ""\n username: ""\n pidfile: ""\n use-syslog: no\n'
        f' logfile: ""\n interface: 127.0.0.1@{port}\n do-daemonize: no\n do-not-query-localhost: no\n'
        f' root-hints: "{home}/hints"\n trust-anchor: "{TOP_DS}"\n num-threads: 1\n do-ip6: no\n'
        ' access-control: 127.0.0.0/8 allow\n module-config: "validator iterator"\n'
        ' local-zone: "test." nodefault\n'
        f' val-override-date: "{scene.now:%Y%m%d%H%M%S}"\n'
        "remote-control:\n control-enable: no\n"
        f'stub-zone:\n name: "test."\n stub-addr: {address}@{scene.port}\n'
        f'stub-zone:\n name: "{NAME}."\n stub-addr: 127.0.0.1@{upstream}\n'
    )
    process = start("unbound", "-d", "-c", str(config), log=home / "unbound.log")
    try:
        until = time.monotonic() + 10
        while _ask(port, "test.", "SOA") is None:
            assert time.monotonic() < until, (home / "unbound.log").read_text()
            time.sleep(0.05)
        asked = ((f"www.{NAME}.", "A"), (f"{NAME}.", "DNSKEY"), (f"nothing.{NAME}.", "A"))
        said = {_judge(port, name, rdtype) for name, rdtype in asked}
    finally:
        stop(process)
    return min(said, key=("bogus", "indeterminate", "insecure", "secure").index)


def _judge(port: int, name: str, rdtype: str) -> str:
    """By RFC 4035 §3.2.3: AD, or not; or SERVFAIL that goes away with CD, or does not."""
    answer = _ask(port, name, rdtype)
    if answer is not None and answer.rcode() in _ANSWERS:
        return "secure" if answer.flags & dns.flags.AD else "insecure"
    answer = _ask(port, name, rdtype, checking_disabled=True)
    return "bogus" if answer is not None and answer.rcode() in _ANSWERS else "indeterminate"


def _ask(port: int, name: str, rdtype: str, *, checking_disabled: bool = False) -> dns.message.Message | None:
    query = dns.message.make_query(name, rdtype, want_dnssec=True)
    query.flags |= dns.flags.AD | (dns.flags.CD if checking_disabled else 0)
    try:
        return dns.query.udp(query, "127.0.0.1", port=port, timeout=SECONDS)
    except (OSError, dns.exception.Timeout):
        return None
