"""`psfdns delegation` in the sandbox, on a private root, and through an endpoint with DNS on sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run
from psfdns.errors import HostError
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.dns_server import DnsServer
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.serve import SandboxServer
from tests.cli.ground import Ground
from tests.cli.top import name_servers, parents
from tests.delegation.scene import ONE, TWO

OTHERS = ("ns1.other.example.", "ns2.other.example.")


def document(ground: Ground, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code, out, err = ground.run("delegation", "--json", *words)
    assert err == ""
    read = json.loads(out)
    assert read["format"] == "psfdns-delegation/1"
    return code, {zone["name"]: zone for zone in read["zones"]}


def codes(zone: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in zone["findings"]]


def test_a_sandbox_without_a_resolver_has_nobody_to_ask_and_says_what_would_help(ground: Ground) -> None:
    ground.apply()
    code, out, err = ground.run("delegation")
    assert (code, err) == (3, "")
    assert out.count("unknown ") == 2
    assert out.count("the sandbox has no parents") == 1
    assert "of 2 zones:\n" in out
    assert "hint: name a DNS that has parents in psfdns.toml: [resolver] root_hints" in out
    assert out.endswith("Delegation: 2 unknown.\n")


def test_a_right_delegation_is_one_line(ground: Ground) -> None:
    ground.apply()
    servers = name_servers(ground.root)
    with parents(ground.root, {"alpha": servers["alpha.test."], "beta": servers["beta.test."]}):
        code, out, err = ground.run("delegation")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("ok       alpha.test.  (tenant one, Z")
    assert lines[0].endswith("): test. names its 4 name servers")
    assert lines[2:] == ["Delegation: 2 ok."]


def test_the_worst_stands_first_with_its_findings_and_hints(ground: Ground) -> None:
    ground.apply()
    with parents(ground.root, {"alpha": name_servers(ground.root)["alpha.test."], "beta": OTHERS}):
        code, out, _ = ground.run("delegation")
        quiet = ground.run("delegation", "-q")[1]
    assert code == 2
    lines = out.splitlines()
    assert lines[0].startswith("wrong    beta.test.")
    assert "delegate it to servers that are not ours: ns1.other.example." in out
    assert "hint: have exactly these set at the registrar" in out
    assert lines[-2].startswith("ok       alpha.test.")
    assert "alpha" not in quiet
    assert "wrong    beta.test." in quiet


def test_the_document_tells_what_was_assigned_and_what_each_server_said(ground: Ground) -> None:
    ground.apply()
    servers = name_servers(ground.root)["alpha.test."]
    with parents(ground.root, {"alpha": servers}):
        code, zones = document(ground)
    alpha, beta = zones["alpha.test."], zones["beta.test."]
    assert code == 2
    assert (alpha["status"], alpha["expected"], alpha["findings"]) == ("ok", list(servers), [])
    assert [(each["name"], each["ns"], each["ns_ttl"]) for each in alpha["parent"]["servers"]] == [
        ("a.nic.test.", list(servers), 3600),
        ("b.nic.test.", list(servers), 3600),
    ]
    for each in alpha["servers"]:
        told = {key: each[key] for key in ("assigned", "delegated", "authoritative", "udp", "tcp", "edns")}
        assert set(told.values()) == {True}
        assert each["ns"] == list(servers)
    assert (beta["status"], codes(beta)) == ("none", ["not-delegated"])
    (finding,) = beta["findings"]
    assert [each.partition(" ")[0] for each in finding["servers"]] == ["a.nic.test.", "b.nic.test."]


def test_a_subzone_is_delegated_by_our_own_parent_zone(ground: Ground) -> None:
    ground.apply()
    ground.write("one", "sub.alpha.test", "www A 192.0.2.9")
    ground.apply("sub.alpha.test")
    assert codes(document(ground, "sub.alpha.test")[1]["sub.alpha.test."]) == ["not-delegated"]
    lines = [f"sub NS {name}" for name in name_servers(ground.root)["sub.alpha.test."]]

    message = ground.run("delegation", "sub.alpha.test", "--instructions")[1]
    assert "These lines belong into zones/one/alpha.test.zone," in " ".join(message.split())
    assert f"    sub.alpha.test. IN NS {name_servers(ground.root)['sub.alpha.test.'][0]}\n" in message

    ground.write("one", "alpha.test", "www A 192.0.2.1", *lines)
    ground.apply("alpha.test")
    code, zones = document(ground, "sub.alpha.test")
    assert (code, zones["sub.alpha.test."]["status"]) == (0, "ok")
    assert zones["sub.alpha.test."]["parent"]["zone"] == "alpha.test."


def test_private_zones_and_those_to_be_created_are_said_as_such_and_not_asked(ground: Ground) -> None:
    with (ground.root / "zones" / "one" / "tenant.toml").open("a") as file:
        file.write('[zones."alpha.test"]\nprivate = ["us-east-1:vpc-0123"]\n')
    ground.apply("alpha.test")
    code, zones = document(ground)
    alpha, beta = zones["alpha.test."], zones["beta.test."]
    assert (alpha["status"], codes(alpha), alpha["parent"]) == (None, ["private-zone"], None)
    assert (beta["status"], codes(beta), beta["parent"]) == ("unknown", ["no-hosted-zone"], None)
    assert code == 3
    assert document(ground, "alpha.test")[0] == 0
    assert ground.run("delegation", "alpha.test")[1].startswith("-        alpha.test.  (tenant one, Z")


def test_the_least_severity_that_counts_can_be_chosen(ground: Ground) -> None:
    ground.apply("alpha.test")
    servers = name_servers(ground.root)["alpha.test."]
    zone_id = ground.call("ListHostedZones")["HostedZones"][0]["Id"]
    records = [{"Value": name} for name in (*servers, "ns1.other.example.")]
    rrset = {"Name": "alpha.test.", "Type": "NS", "TTL": 172800, "ResourceRecords": records}
    change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
    ground.call("ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=change)
    with parents(ground.root, {"alpha": servers}):
        code, zones = document(ground, "alpha.test")
        assert (code, codes(zones["alpha.test."])) == (0, ["child-ns-differs"])
        assert document(ground, "alpha.test", "--fail-on", "warning")[0] == 2
    assert ground.run("delegation", "--fail-on", "none")[0] == 64


def test_an_unknown_zone_or_tenant_is_wrong_usage(ground: Ground) -> None:
    assert ground.run("delegation", "gamma.test")[0] == 64
    assert ground.run("delegation", "--tenant", "three")[0] == 64
    assert ground.run("delegation", "alpha.test", "--tenant", "two") == (0, "Delegation: no zones.\n", "")


def test_an_older_zone_of_the_same_name_is_named_by_its_id(ground: Ground) -> None:
    ground.apply("alpha.test")
    own = ground.call("ListHostedZones")["HostedZones"][0]["Id"].rpartition("/")[2]
    stale = ground.call("CreateHostedZone", Name="alpha.test", CallerReference="by hand")
    names = tuple(f"{name}." for name in stale["DelegationSet"]["NameServers"])
    with parents(ground.root, {"alpha": names}):
        assert codes(document(ground, "alpha.test")[1]["alpha.test."])[:1] == ["set-unknown"]
        with (ground.root / "zones" / "one" / "tenant.toml").open("a") as file:
            file.write(f'[zones."alpha.test"]\nid = "{own}"\n')
        code, zones = document(ground, "alpha.test")
    assert (code, zones["alpha.test."]["status"]) == (2, "wrong")
    (finding,) = zones["alpha.test."]["findings"]
    assert finding["code"] == "stale-zone"
    assert f"{stale['HostedZone']['Id'].rpartition('/')[2]} of this account" in finding["summary"]


def test_without_route_53_parent_and_child_are_compared_and_a_managed_file_says_what_is_wanted(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.apply()
    servers = name_servers(ground.root)
    with (ground.root / "zones" / "two" / "tenant.toml").open("a") as file:
        file.write('[zones."beta.test"]\napex = "managed"\n')
    soa = "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300"
    ground.write("two", "beta.test", soa, *(f"@ NS {name}" for name in servers["beta.test."]))

    def fail(*_: object) -> None:
        raise HostError("AWS", "list the hosted zones", "no usable credentials", hint="sign in")

    monkeypatch.setattr("psfdns.route53.host.list_zones", fail)
    with parents(ground.root, {"alpha": servers["alpha.test."], "beta": servers["beta.test."]}):
        code, zones = document(ground)
    alpha, beta = zones["alpha.test."], zones["beta.test."]
    assert (code, alpha["status"], codes(alpha)) == (3, "unknown", ["set-unknown"])
    assert alpha["findings"][0]["hint"] == "sign in"
    assert (alpha["assigned"], alpha["expected"], len(alpha["servers"])) == (None, None, 4)
    assert (beta["status"], beta["expected"]) == ("ok", list(servers["beta.test."]))


def test_a_managed_file_with_errors_says_nothing_of_what_is_wanted(ground: Ground) -> None:
    ground.apply("beta.test")
    with (ground.root / "zones" / "two" / "tenant.toml").open("a") as file:
        file.write('[zones."beta.test"]\napex = "managed"\n')
    zone = document(ground, "beta.test")[1]["beta.test."]
    assert "zones/two/beta.test.zone has errors" in zone["findings"][0]["summary"]


def test_a_zone_that_may_not_be_looked_at_is_unknown_and_the_others_are_not(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.apply()
    servers = name_servers(ground.root)
    real = __import__("psfdns.route53.host", fromlist=["fetch_name_servers"]).fetch_name_servers
    refused = {
        zone["Id"].rpartition("/")[2]
        for zone in ground.call("ListHostedZones")["HostedZones"]
        if zone["Name"] == "beta.test."
    }

    def fetch(api: Any, zone_id: str) -> Any:
        if zone_id in refused:
            raise HostError("Route 53", "look at it", "not authorised")
        return real(api, zone_id)

    monkeypatch.setattr("psfdns.route53.host.fetch_name_servers", fetch)
    with parents(ground.root, {"alpha": servers["alpha.test."], "beta": servers["beta.test."]}):
        code, zones = document(ground)
    assert (code, zones["alpha.test."]["status"], zones["beta.test."]["status"]) == (3, "ok", "unknown")
    assert "not authorised" in zones["beta.test."]["findings"][0]["summary"]


def test_the_message_is_all_of_stdout_and_the_verdict_goes_to_stderr(ground: Ground) -> None:
    ground.apply()
    servers = name_servers(ground.root)["alpha.test."]
    with parents(ground.root, {"alpha": OTHERS}):
        code, out, err = ground.run("delegation", "alpha.test", "--instructions")
        zone = document(ground, "alpha.test", "--instructions")[1]["alpha.test."]
    assert code == 2
    assert out.startswith("To: dns@example.net\nSubject: The name servers of alpha.test\n\n")
    assert all(f"\n    {name.removesuffix('.')}\n" in out for name in servers)
    assert "At present the servers of test. name: ns1.other.example, ns2.other.example." in out
    assert err.startswith("wrong    alpha.test.")
    assert zone["instructions"] == out
    assert document(ground, "alpha.test")[1]["alpha.test."]["instructions"] is None


def test_where_no_name_servers_are_known_there_is_no_message(ground: Ground) -> None:
    code, out, err = ground.run("delegation", "--instructions")
    assert (code, out) == (3, "")
    assert "no-hosted-zone" in err


def test_what_comes_from_outside_is_escaped(ground: Ground) -> None:
    ground.apply("alpha.test")
    with parents(ground.root, {"alpha": ("ns\\027[2J.other.example.", "ns2.other.example.")}):
        out = ground.run("delegation", "alpha.test")[1]
    assert "\x1b" not in out
    assert "other.example." in out


def test_on_a_terminal_a_word_says_what_is_waited_for_in_colour(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.apply()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    _, out, err = ground.run("delegation")
    assert err == "asking parents and name servers: a minute or more if they are silent\n"
    assert "\x1b[36munknown \x1b[0m" in out
    assert "\x1b" not in ground.run("--no-color", "delegation")[1]


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A Route 53 behind an endpoint that is not Amazon's."""
    sandbox = Sandbox(tmp_path / "served")
    server = SandboxServer(sandbox)
    thread = threading.Thread(target=server.run)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    yield sandbox
    server.stop()
    thread.join()


def test_name_servers_on_sockets_are_asked_at_every_address(
    ground: Ground, endpoint: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-q", "apply", "--yes", "--no-wait", "alpha.test"]) == 0
    capsys.readouterr()
    (hosted,) = endpoint.cloud.store.zones().values()
    hosts = "".join(f"{name} 60 A {ONE}\n{name} 60 A {TWO}\n" for name in hosted.name_servers)
    with parents(ground.root, {"alpha": hosted.name_servers}, hosts) as port, ExitStack() as stack:
        for address in (ONE, TWO):
            server = DnsServer(DnsService(endpoint.cloud, address=address), host=address, port=port)
            server.start()
            stack.callback(server.stop)
        assert run(["--json", "delegation", "alpha.test"]) == 0
    (zone,) = json.loads(capsys.readouterr().out)["zones"]
    assert (zone["status"], zone["findings"], len(zone["servers"])) == ("ok", [], 8)


def test_an_endpoint_without_a_resolver_has_no_parents(
    ground: Ground, endpoint: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-q", "apply", "--yes", "--no-wait", "alpha.test"]) == 0
    assert run(["delegation", "alpha.test"]) == 3
    assert "Route 53's endpoint is not Amazon's, which has no parents" in capsys.readouterr().out
