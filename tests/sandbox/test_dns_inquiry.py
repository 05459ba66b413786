"""Asking the sandbox's DNS within the process: every name server of a zone answers for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, Question, Reason
from psfdns.lookup.ask import Asked, Pair, Way
from psfdns.lookup.hosts import Host
from psfdns.lookup.parents import ParentView
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Means
from psfdns.sandbox import zones as sandbox_zones
from psfdns.sandbox.dns_inquiry import DnsInquiry
from psfdns.sandbox.sandbox import Sandbox

ONE = ("ns-1.awsdns-01.com.", "ns-513.awsdns-01.net.")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(("ns-2.awsdns-02.com.", "ns-513.awsdns-01.net."), id="second name is shared"),
        pytest.param(("ns-1.awsdns-01.com.", "ns-514.awsdns-02.net."), id="first name is shared"),
        pytest.param(ONE, id="all names are shared"),
        pytest.param(("ns-2.awsdns-02.com.", "ns-514.awsdns-02.net."), id="none is shared"),
    ],
)
def test_each_server_answers_for_its_zones_whatever_names_they_share(other: tuple[str, ...]) -> None:
    sandbox = Sandbox(None)
    zones = {"a.test.": ONE, "b.test.": other}
    for number, (name, servers) in enumerate(zones.items()):
        hosted = sandbox_zones.HostedZone(f"Z{number}", name, name, private=False, name_servers=servers)
        sandbox.cloud.store.store_zone(hosted, sandbox_zones.first_record_sets(name, servers))
    inquiry = DnsInquiry(sandbox.cloud)

    found = inquiry.find_addresses([*ONE, *other])

    for name, servers in zones.items():
        for server in servers:
            addresses = found[server]
            assert isinstance(addresses, tuple)
            (answer,) = inquiry.ask_many([(addresses[0], Question(name, "NS"))])
            assert isinstance(answer, Answer)
            assert answer.rcode == "NOERROR"


def stocked(**zones: tuple[str, ...]) -> DnsInquiry:
    """A sandbox with these zones below test. and their name servers."""
    sandbox = Sandbox(None)
    for number, (label, servers) in enumerate(zones.items()):
        name = f"{label.replace('_', '.')}.test."
        hosted = sandbox_zones.HostedZone(f"Z{number}", name, name, private=False, name_servers=servers)
        sandbox.cloud.store.store_zone(hosted, sandbox_zones.first_record_sets(name, servers))
    return DnsInquiry(sandbox.cloud)


class Outside:
    """Everybody else: what is asked of them is noted."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.pairs: list[Pair] = []

    def find_parents(self, zone: str) -> ParentView:
        raise LookupFailedError("DNS", f"ask the parents of {zone}", "there are none")

    def find_hosts(self, names: Sequence[str]) -> dict[str, Host]:
        self.hosts += names
        return {name: Host(name, (Server("192.0.2.1"),)) for name in names}

    def ask_many(self, pairs: Sequence[Pair], *, way: Way) -> list[Asked]:
        self.pairs += pairs
        return [Failure(*pair, Reason.TIMEOUT, way.name) for pair in pairs]

    def means(self) -> Means:
        return Means(self.find_parents, self.find_hosts, self.ask_many)


def test_only_the_zones_own_name_servers_are_asked_here() -> None:
    outside = Outside()
    means = stocked(a=ONE).in_front_of(outside.means())

    hosts = means.find_hosts([*ONE, "ns.other.example."])
    assert [hosts[name].addresses for name in ONE] == [(Server(name),) for name in ONE]
    assert outside.hosts == ["ns.other.example."]

    question = Question("a.test.", "SOA")
    other, own = means.ask_many([(Server("192.0.2.1"), question), (Server(ONE[1]), question)], way=Way.PLAIN)
    assert isinstance(own, Answer)
    assert (own.authoritative, own.edns) == (True, False)
    assert isinstance(other, Failure)
    assert outside.pairs == [(Server("192.0.2.1"), question)]


def test_a_zone_whose_parent_zone_is_here_has_its_parents_and_another_has_not() -> None:
    inner = ("ns-2.awsdns-02.com.", "ns-514.awsdns-02.net.")
    means = stocked(a=ONE, sub_a=inner).in_front_of(Outside().means())
    view = means.find_parents("deep.sub.a.test.")
    assert (view.parent, [at.name for at, _ in view.heard]) == ("sub.a.test.", list(inner))
    assert means.find_parents("sub.a.test.").parent == "a.test."
    with pytest.raises(LookupFailedError, match="there are none"):
        means.find_parents("a.test.")
