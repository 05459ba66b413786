"""Asking the sandbox's DNS within the process: every name server of a zone answers for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked, Pair, Way
from psfdns.lookup.hosts import Host, values_of
from psfdns.lookup.parents import NameServer, ParentView
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Means
from psfdns.lookup.view import View, follow_aliases
from psfdns.sandbox import zones as sandbox_zones
from psfdns.sandbox.dns_inquiry import DnsInquiry
from psfdns.sandbox.recordsets import RecordSets
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


def with_records(sandbox: Sandbox, zone_id: str, name: str, records: dict[tuple[str, str], str]) -> None:
    servers = (f"ns-{zone_id.lower()}.awsdns-01.com.",)
    hosted = sandbox_zones.HostedZone(zone_id, name, name, private=False, name_servers=servers)
    more = [
        {"Name": owner, "Type": rdtype, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        for (owner, rdtype), value in records.items()
    ]
    record_sets = RecordSets.of([*sandbox_zones.first_record_sets(name, servers), *more])
    sandbox.cloud.store.store_zone(hosted, record_sets)


OUTSIDE = Server("192.0.2.53")


def outside_view(asked: list[str]) -> View:
    def answer(question: Question) -> Answer:
        asked.append(question.name)
        heard = (HeardSet(question.name, question.type, 60, ('0 issue "outside.example"',)),)
        return Answer(OUTSIDE, question, "NOERROR", authoritative=True, answer=heard)

    return View(
        lambda questions: {question: answer(question) for question in questions},
        lambda names: dict.fromkeys(names, (NameServer("ns.outside.example.", OUTSIDE),)),
        lambda pairs: [answer(pair[1]) for pair in pairs],
    )


def test_a_view_follows_aliases_from_zone_to_zone_and_out_of_them() -> None:
    sandbox = Sandbox(None)
    with_records(
        sandbox, "ZA", "a.test.", {("x.a.test.", "CNAME"): "y.b.test", ("o.a.test.", "CNAME"): "z.outside"}
    )
    with_records(sandbox, "ZB", "b.test.", {("y.b.test.", "CAA"): '0 issue "inside.example"'})
    asked: list[str] = []
    view = DnsInquiry(sandbox.cloud).view(outside_view(asked))
    questions = [Question(name, "CAA") for name in ("x.a.test.", "o.a.test.", "other.outside.")]

    answers = view.resolve(questions)

    values = [values_of(each) for each in answers.values() if isinstance(each, Answer)]
    assert values == [('0 issue "inside.example"',), *[('0 issue "outside.example"',)] * 2]
    assert asked == ["z.outside.", "other.outside."]


def test_a_view_without_an_outside_knows_the_zones_that_are_here_alone() -> None:
    sandbox = Sandbox(None)
    with_records(sandbox, "ZA", "a.test.", {("o.a.test.", "CNAME"): "z.outside"})
    view = DnsInquiry(sandbox.cloud).view()

    answers = view.resolve([Question(name, "CAA") for name in ("o.a.test.", "other.outside.")])

    assert all(isinstance(each, Failure) for each in answers.values())
    assert follow_aliases(["o.a.test."], view.resolve)["o.a.test."].end == "z.outside."


def test_a_view_asks_each_name_of_the_servers_of_its_own_zone() -> None:
    sandbox = Sandbox(None)
    with_records(sandbox, "ZA", "a.test.", {("t.a.test.", "TXT"): '"here"'})
    asked: list[str] = []
    view = DnsInquiry(sandbox.cloud).view(outside_view(asked))

    servers = view.find_servers(["t.a.test.", "elsewhere.example."])
    pairs = []
    for name, found in servers.items():
        assert not isinstance(found, Failure)
        pairs.append((found[0].server, Question(name, "TXT")))
    answers = view.ask_many(pairs)

    here, there = answers
    assert isinstance(here, Answer)
    assert here.authoritative
    assert here.answer[0].values == ('"here"',)
    assert there.server == OUTSIDE
    assert asked == ["elsewhere.example."]
