"""What psfdns, unbound, delv and DNSViz say of each zone; run in a namespace of its own.

Its arguments are DNSViz's program and a folder for settings. It writes a JSON object: zone -> program ->
{"verdict", "codes", "seconds"}. psfdns and DNSViz are asked about one zone a process, as a person does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.query

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.dnssec import resolvers
from tests.dnssec.cases import CASES, Case
from tests.dnssec.internet import RESOLVER, ROOT, Internet, internet
from tests.mini_internet import stop
from tests.oracles import start

CONFIG = """\
[resolver]
root_hints = ["{root}"]
servers = ["{resolver}"]
trust_anchor = "anchor"
"""
ZONE = "$TTL 300\nwww A 192.0.2.1\n@ MX 10 mail.example.\n@ TXT hello\n"
TENANT = """\
name = "Laboratory"
kind = "working-group"
approved = "a benchmark"
billing = "psf"
[[liaison]]
name = "Liaison"
email = "dns@example.net"
"""
OF_TENANT_TOML = {"DNSSEC_WANTED", "DNSSEC_NOT_WANTED"}
"""What is said against tenant.toml, which the other programs do not know."""
WORST = ("BOGUS", "INCOMPLETE", "LAME", "INSECURE", "SECURE")
"""DNSViz's words for a delegation, a set, a key; INDETERMINATE says less than any."""


def main() -> None:
    dnsviz, home = sys.argv[1], Path(sys.argv[2])
    resolvers.raise_loopback()
    (home / "resolv.conf").write_text(f"nameserver {RESOLVER}\n")
    subprocess.run(["mount", "--bind", str(home / "resolv.conf"), "/etc/resolv.conf"], check=True)
    with internet(port=53) as net:
        settings = resolvers.write_settings(home, net)
        write_keys(home)
        write_config(home, net)
        process = start("unbound", "-d", "-c", str(home / "unbound.conf"), log=home / "unbound.log")
        try:
            resolvers.wait_for_unbound()
            print(json.dumps({case.zone: judge(case, settings, dnsviz, home) for case in CASES}))
        finally:
            stop(process)


def write_keys(home: Path) -> None:
    """The root's keys, as DNSViz wants to be told them."""
    answer = dns.query.tcp(dns.message.make_query(".", "DNSKEY"), ROOT)
    (home / "trusted").write_text("".join(f"{each.to_text()}\n" for each in answer.answer))


def write_config(home: Path, net: Internet) -> None:
    """A repository that holds the zones, so that psfdns knows what is in them."""
    folder = home / "zones" / "lab"
    folder.mkdir(parents=True)
    (folder / "tenant.toml").write_text(TENANT)
    for case in CASES:
        (folder / f"{case.zone}zone").write_text(
            "$TTL 300\nwww A 192.0.2.1\n@ MX 10 mail.example.\n@ TXT hello\n"
        )
    (home / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
    (home / "psfdns.toml").write_text(CONFIG.format(root=ROOT, resolver=RESOLVER))


def judge(case: Case, anchor: Path, dnsviz: str, home: Path) -> dict[str, Any]:
    print(case.zone, file=sys.stderr, flush=True)
    told: dict[str, Any] = {"psfdns": ask_psfdns(case, home)}
    for program, said in resolvers.judge(case, anchor).items():
        assert isinstance(said, dict)
        told[program] = {"verdict": said["worst"], "codes": [], "seconds": said["seconds"]}
    told["dnsviz"] = ask_dnsviz(case, dnsviz, home)
    return told


def ask_psfdns(case: Case, home: Path) -> dict[str, Any]:
    begun = time.perf_counter()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}
    program = str(Path(sys.executable).with_name("psfdns"))
    words = [program, "--sandbox", "--json", "dnssec", "status", case.zone]
    done = subprocess.run(words, cwd=home, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    zone = json.loads(done.stdout)["zones"][0]
    codes = {each["code"] for each in zone["findings"] if each["severity"] != "info"}
    return {"verdict": zone["status"], "codes": sorted(codes - OF_TENANT_TOML), "seconds": seconds}


def ask_dnsviz(case: Case, program: str, home: Path) -> dict[str, Any]:
    """`probe` asks every server, `grok` judges; it may be unable to judge all that it heard."""
    begun = time.perf_counter()
    names = [case.zone, f"www.{case.zone}", f"nothing-here.{case.zone}"]
    words = ["probe", "-4", "-A", "-a", ".", "-x", f".+:a.root-servers.lab={ROOT}", *names]
    probed = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    read: dict[str, Any] | None = None
    for level in ("info", "warning"):
        words = ["grok", "-P", "-t", str(home / "trusted"), "-l", level]
        judged = subprocess.run(
            [program, *words], input=probed.stdout, capture_output=True, text=True, check=False
        )
        if judged.returncode == 0:
            read = json.loads(judged.stdout or "{}")
            break
    seconds = time.perf_counter() - begun
    if read is None:
        return {"verdict": "fails", "codes": [], "seconds": seconds}
    of_zone = {
        name: each for name, each in read.items() if name.endswith(f".{case.zone}") or name == case.zone
    }
    states = {state for state in statuses(of_zone) if state in WORST}
    verdict = min(states, key=WORST.index).lower() if states else "says nothing"
    return {"verdict": verdict, "codes": sorted(set(codes(of_zone))), "seconds": seconds}


def statuses(value: Any) -> Iterator[str]:
    """Every status in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("status"), str):
            yield value["status"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from statuses(each)


def codes(value: Any) -> Iterator[str]:
    """The code of every error and warning in a document."""
    if isinstance(value, dict):
        for kind in ("errors", "warnings"):
            yield from (each["code"] for each in value.get(kind, ()) if isinstance(each, dict))
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from codes(each)


if __name__ == "__main__":
    main()
