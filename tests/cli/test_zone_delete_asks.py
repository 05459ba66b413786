"""`psfdns zone delete` against real name servers: a private internet on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.ground import Ground
from tests.mini_internet import LEAF, MiniInternet, mini_internet


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniInternet]:
    with mini_internet(tmp_path_factory.mktemp("internet")) as running:
        yield running


@pytest.fixture
def connected(ground: Ground, internet: MiniInternet) -> Ground:
    """The sandbox whose zones have parents there."""
    roots = json.dumps([server.address for server in internet.roots])
    config = ground.root / "psfdns.toml"
    resolver = f'[resolver]\nroot_hints = {roots}\nport = {internet.port}\nservers = ["{LEAF[0]}"]\n'
    config.write_text(config.read_text() + resolver)
    return ground


def refusals(ground: Ground, zone: str, *, servers: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(code, summary) of each no to deleting a zone of this name that has these name servers too."""
    made = ground.call("CreateHostedZone", Name=zone, CallerReference=f"psfdns:{zone}")
    zone_id = made["HostedZone"]["Id"].rpartition("/")[2]
    if servers:
        values = [{"Value": value} for value in (*made["DelegationSet"]["NameServers"], *servers)]
        rrset = {"Name": zone, "Type": "NS", "TTL": 172800, "ResourceRecords": values}
        change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
        ground.call("ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=change)
    code, out, _ = ground.run("zone", "delete", zone, "--yes", "--json")
    assert code == 1
    return [(finding["code"], finding["summary"]) for finding in json.loads(out)["refused"]]


def test_every_server_of_the_parent_that_delegates_and_has_a_ds_is_named(
    connected: Ground, internet: MiniInternet
) -> None:
    found = refusals(connected, "child.test", servers=("ns1.child.test.",))

    assert [code for code, _ in found] == ["delegated", "ds-at-parent"] * 2
    for name, server in (("ns1", "127.0.53.2"), ("ns2", "127.0.53.3")):
        shown = f"{name}.nic.test. ({server}:{internet.port}) of test. delegates to it"
        assert any(shown in summary for _, summary in found)


def test_a_delegation_to_others_and_none_at_all_are_waited_for(connected: Ground) -> None:
    assert [code for code, _ in refusals(connected, "child.test")] == ["parent-ttl"]
    assert [code for code, _ in refusals(connected, "nobody.test")] == ["parent-ttl"]


def test_a_parent_whose_servers_are_silent_is_not_known_to_have_let_go(connected: Ground) -> None:
    ((code, summary),) = refusals(connected, "below.silent.test")

    assert code == "parent-unknown"
    assert "ns.silent.test. refuses" in summary
    assert "lame.silent.test. refuses" in summary
