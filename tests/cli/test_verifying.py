"""`apply --verify`: what the name servers say afterwards, in the sandbox and over sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.apply.verifying import say_verdicts
from psfdns.cli.main import run
from psfdns.cli.options import Options
from psfdns.errors import LookupFailedError
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.dns_server import DnsServer
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.serve import SandboxServer
from psfdns.verification.judge import Difference
from psfdns.verification.verify import Verdict
from tests.cli.ground import Ground
from tests.mini_internet import free_port

MIXED = """\
@ TXT "v=spf1 -all" "two"
www A 192.0.2.1
www AAAA 2001:db8::1
*.wild A 192.0.2.2
cname CNAME www
sub NS ns.sub
sub NS ns.example.net.
sub DS 12345 13 2 abababababababababababababababababababababababababababababababab
ns.sub A 192.0.2.3
@ AWS ALIAS A dualstack.lb.us-east-1.elb.amazonaws.com. Z35SXDOTRQ7X7K false
self AWS ALIAS A www $self false
w 300 A 192.0.2.4 ; AWS routing="WEIGHTED" weight=1 identifier="one"
w 300 A 192.0.2.5 ; AWS routing="WEIGHTED" weight=0 identifier="two"
m 300 A 192.0.2.6 ; AWS routing="MULTIVALUE" identifier="one"
m 300 A 192.0.2.7 ; AWS routing="MULTIVALUE" identifier="two"
g 300 A 192.0.2.8 ; AWS routing="GEOLOCATION" continentCode="EU" identifier="eu"
gone.wild A 192.0.2.9
gone MX 10 www
"""


def applied(ground: Ground, *words: str) -> tuple[int, dict[str, Any], str]:
    code, out, err = ground.run("-q", "apply", "--yes", "--json", *words)
    return code, {zone["name"]: zone for zone in json.loads(out)["zones"]}, err


def test_the_sandbox_is_asked_after_each_apply_and_agrees(ground: Ground) -> None:
    lines = MIXED.splitlines()
    ground.write("one", "alpha.test", *lines)
    code, zones, err = applied(ground, "--verify=require")
    assert (code, err) == (0, "")
    assert {zone["verified"] for zone in zones.values()} == {True}
    changed = [line.replace("192.0.2.1", "192.0.2.99") for line in lines if not line.startswith("gone")]
    ground.write(
        "one",
        "alpha.test",
        *changed,
        'w 300 A 192.0.2.10 ; AWS routing="WEIGHTED" weight=1 identifier="three"',
    )
    code, zones, err = applied(ground, "--verify=require")
    assert (code, err, zones["alpha.test."]["planned"]) == (0, "", 4)
    assert (zones["alpha.test."]["verified"], zones["alpha.test."]["differences"]) == (True, [])


def test_the_line_of_a_zone_says_that_it_was_verified(ground: Ground) -> None:
    assert ", on all servers, verified\n" in ground.run("apply", "--yes", "beta.test")[1]


def test_without_verification_nothing_is_asked(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.cli.resolving.open_dns", None)
    code, zones, err = applied(ground, "--verify=off", "alpha.test")
    assert (code, err, zones["alpha.test."]["verified"]) == (0, "", None)
    code, zones, err = applied(ground, "--no-wait", "beta.test")
    assert (code, err, zones["beta.test."]["verified"]) == (0, "", None)


def test_to_require_what_cannot_be_is_wrong_usage(ground: Ground) -> None:
    assert ground.run("apply", "--yes", "--no-wait", "--verify=require")[0] == 64
    assert ground.call("ListHostedZones")["HostedZones"] == []


def test_a_private_zone_cannot_be_asked(ground: Ground) -> None:
    with (ground.root / "zones" / "one" / "tenant.toml").open("a") as file:
        file.write('[zones."alpha.test"]\nprivate = ["us-east-1:vpc-0123"]\n')
    code, _, err = ground.run("apply", "--yes", "alpha.test")
    assert (code, err) == (0, "not verified: alpha.test.: private zones answer inside their VPCs only\n")
    ground.write("one", "alpha.test", "www A 192.0.2.2")
    assert ground.run("-q", "apply", "--yes", "--verify=require", "alpha.test")[0] == 3


def test_a_zone_with_name_servers_of_others_is_asked_where_route53_serves_it(ground: Ground) -> None:
    with (ground.root / "zones" / "two" / "tenant.toml").open("a") as file:
        file.write('[zones."beta.test"]\napex = "managed"\n')
    soa = "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300"
    for address in ("192.0.2.1", "192.0.2.2"):
        ground.write("two", "beta.test", soa, "@ NS ns1.example.net.", f"www A {address}")
        code, zones, err = applied(ground, "--allow", "apex", "--verify=require", "beta.test")
        assert (code, err, zones["beta.test."]["verified"]) == (0, "", True)


def test_where_no_resolver_is_to_be_found_the_reason_is_said(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LookupFailedError("the system's resolver", "read its configuration", "there is none")

    monkeypatch.setattr("psfdns.cli.resolving.open_dns", fail)
    code, _, err = ground.run("apply", "--yes")
    assert code == 0
    assert err == (
        "not verified: alpha.test., beta.test.: the system's resolver:"
        " read its configuration: there is none\n"
    )


def test_ctrl_c_while_verifying_still_tells_what_was_applied(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("psfdns.cli.resolving.open_dns", stop)
    code, out, err = ground.run("apply", "--yes", "alpha.test")
    assert code == 0
    assert "2 record sets applied" in out
    assert "stopped before the answers were in" in err


class Served:
    """The repository against an endpoint that is not Amazon's."""

    def __init__(self, ground: Ground, dns: int) -> None:
        self.ground = ground
        self.dns = dns

    def resolver(self, port: int) -> None:
        with (self.ground.root / "psfdns.toml").open("a") as file:
            file.write(f'[resolver]\nservers = ["127.0.0.1:{port}"]\nport = {port}\n')

    def apply(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["apply", "--yes", *words])
        return code, *capsys.readouterr()


@pytest.fixture
def served(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    sandbox = Sandbox(tmp_path / "served")
    server = SandboxServer(sandbox)
    dns = DnsServer(DnsService(sandbox.cloud))
    dns.start()
    thread = threading.Thread(target=server.run)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    yield Served(ground, dns.port)
    dns.stop()
    server.stop()
    thread.join()


def test_another_endpoint_without_a_resolver_cannot_be_asked(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = served.apply(capsys, "alpha.test")
    assert code == 0
    assert (
        "not verified: alpha.test.: DNS: find the name servers: the endpoint of Route 53 is not Amazon's"
        in err
    )
    code, _, err = served.apply(capsys, "-q", "--verify=require", "beta.test")
    assert code == 3
    assert "not verified: beta.test.:" in err


def test_with_a_resolver_the_name_servers_are_found_and_asked(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.resolver(served.dns)
    code, out, err = served.apply(capsys, "--verify=require")
    assert (code, err) == (0, "")
    assert out.count(", verified\n") == 2


def test_name_servers_that_answer_otherwise_are_named_and_the_exit_code_is_2(
    served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served.resolver(served.dns)
    assert served.apply(capsys, "alpha.test")[0] == 0
    stale = Sandbox(None)
    for hosted in Sandbox(tmp_path / "served").cloud.store.zones().values():
        found = Sandbox(tmp_path / "served").cloud.store.fetch_zone(hosted.id)
        assert found is not None
        stale.cloud.store.store_zone(*found)
    monkeypatch.setattr("psfdns.verification.verify.PATIENCE_SECONDS", 0.5)
    server = DnsServer(DnsService(stale.cloud))
    server.start()
    (served.ground.root / "psfdns.toml").write_text('[route53]\naccounts = ["sandbox"]\n')
    served.resolver(server.port)
    served.ground.write("one", "alpha.test", "www A 192.0.2.2", "@ TXT hello", "new A 192.0.2.3")
    code, out, err = served.apply(capsys, "alpha.test")
    server.stop()
    assert code == 2
    assert ", but servers answer otherwise\n" in out
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("differs: new.alpha.test. A at ns-")
    assert lines[0].endswith(": expected 192.0.2.3 (TTL 300); seen no such name")
    assert lines[1].endswith(": expected 192.0.2.2 (TTL 300); seen 192.0.2.1 (TTL 300)")


def test_silent_name_servers_make_it_unknown(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served.resolver(free_port())
    code, out, err = served.apply(capsys, "--json", "-q", "alpha.test")
    assert (code, json.loads(out)["zones"][0]["verified"], err) == (0, None, "")
    code, _, err = served.apply(capsys, "-q", "--verify=require", "beta.test")
    assert code == 3
    assert "not verified: beta.test.: each of its 4 name servers could not be looked up (resolver " in err


def test_many_zones_that_cannot_be_asked_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    why = tuple(f"ns{number}.test. does not answer" for number in range(4))
    verdicts = {f"z{number}.test.": Verdict(None, unasked=why) for number in range(50)}
    assert say_verdicts(Options(), verdicts, required=False) == 0
    assert capsys.readouterr().err == (
        "not verified: z0.test., z1.test., z2.test. and 47 more zones:"
        " each of its 4 name servers does not answer\n"
    )


def test_many_differences_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    found = tuple(Difference("ns.test.", f"w{number}.test.", "A", "1", "\x1b[2J") for number in range(30))
    verdicts = {"z.test.": Verdict(False, found), "y.test.": Verdict(True, asked_of=2)}
    assert say_verdicts(Options(), verdicts, required=True) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 22
    assert lines[20] == "differs: and 10 more answers (all of them: --json)"
    assert "asked of 2 of its name servers" in lines[21]
    assert "\x1b" not in "".join(lines)
