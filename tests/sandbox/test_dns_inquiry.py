"""Asking the sandbox's DNS within the process: every name server of a zone answers for it."""

from __future__ import annotations

import pytest

from psfdns.lookup.answer import Answer, Question
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
