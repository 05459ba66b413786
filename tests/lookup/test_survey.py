"""A survey asks every address in every way, on real servers and on some that count."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import pytest

from psfdns.delegation.verdict import Status, judge
from psfdns.delegation.wanted import Wanted
from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked, Pair, Patience, Way, ask, ask_many
from psfdns.lookup.hosts import Host, read_host
from psfdns.lookup.parents import Delegation, NameServer, ParentView, Walk
from psfdns.lookup.resolve import Resolver
from psfdns.lookup.server import Server
from psfdns.lookup.survey import MAX_PLACES, Means, closed_means, survey_delegation
from tests.mini_internet import LEAF, NOBODY, TOP, MiniInternet

QUICK = Patience(1.0, 1)
ZONE = "child.test."
OURS = ("ns1.child.test.", "ns2.child.test.")


def means(internet: MiniInternet, *resolvers: str) -> Means:
    resolver = Resolver(tuple(map(internet.server, resolvers or (LEAF[0],))), internet.port, QUICK)
    walk = Walk(internet.roots, resolver.find_addresses, QUICK)
    return Means(
        walk.find_parents,
        resolver.find_hosts,
        functools.partial(ask_many, patience=QUICK),
        internet.port,
    )


def test_a_signed_zone_on_knots_servers_is_well(internet: MiniInternet) -> None:
    heard = survey_delegation(ZONE, OURS, means(internet))
    assert [each.at.server.address for each in heard.heard] == list(LEAF)
    assert heard.authorities == heard.heard
    verdict = judge(Wanted(OURS), heard)
    assert (verdict.status, verdict.findings) == (Status.OK, ())


def test_one_zone_of_a_server_is_as_good_as_two_servers_are_not(internet: MiniInternet) -> None:
    verdict = judge(
        Wanted(("ns1.child.test.",)),
        survey_delegation("deep.co.test.", ("ns1.child.test.",), means(internet)),
    )
    assert (verdict.status, [each.code for each in verdict.findings]) == (Status.PARTIAL, ["few-servers"])


def test_knot_that_does_not_know_the_zone_refuses_and_nobody_is_silent(internet: MiniInternet) -> None:
    verdict = judge(Wanted(), survey_delegation("silent.test.", (), means(internet)))
    assert {each.code for each in verdict.findings} == {"set-unknown", "server-silent", "server-refuses"}
    assert {each.severity.value for each in verdict.findings if each.code.startswith("server")} == {"error"}


@pytest.mark.parametrize("way", Way)
def test_a_real_server_answers_every_way(internet: MiniInternet, way: Way) -> None:
    asked = ask(internet.server(LEAF[0]), Question(ZONE, "SOA"), patience=QUICK, way=way)
    assert isinstance(asked, Answer)
    assert (asked.authoritative, asked.truncated) == (True, False)
    assert asked.edns is (way in {Way.USUAL, Way.UDP, Way.SIGNED})


@pytest.mark.parametrize(
    ("way", "truncated"), [(Way.USUAL, False), (Way.UDP, True), (Way.PLAIN, True), (Way.TCP, False)]
)
def test_what_does_not_fit_is_cut_short_where_tcp_is_not_asked(
    internet: MiniInternet, way: Way, truncated: bool
) -> None:
    asked = ask(internet.server(LEAF[0]), Question("big.child.test.", "TXT"), patience=QUICK, way=way)
    assert isinstance(asked, Answer)
    assert asked.truncated is truncated


@pytest.mark.parametrize("way", Way)
def test_where_nobody_listens_every_way_fails(internet: MiniInternet, way: Way) -> None:
    asked = ask(internet.server(NOBODY), Question(ZONE, "SOA"), patience=QUICK, way=way)
    assert isinstance(asked, Failure)
    assert asked.reason is Reason.REFUSED


def test_hosts_are_found_by_resolvers_with_the_reason_where_they_are_not(internet: MiniInternet) -> None:
    resolver = Resolver((internet.server(LEAF[0]),), internet.port, QUICK)
    found = resolver.find_hosts(["www.child.test.", "nowhere.child.test.", "www.test."])
    assert [each.address for each in found["www.child.test."].addresses] == ["192.0.2.1", "2001:db8::1"]
    assert found["nowhere.child.test."] == Host("nowhere.child.test.")
    failure = found["www.test."].failure
    assert failure is not None
    assert "says REFUSED" in failure.words


def said(name: str, rdtype: str, *sets: HeardSet, rcode: str = "NOERROR") -> Answer:
    return Answer(Server("192.0.2.53"), Question(name, rdtype), rcode, authoritative=True, answer=sets)


def test_a_host_is_read_from_the_answers_of_several_servers() -> None:
    one, two = (HeardSet("ns.test.", "A", 60, (address,)) for address in ("192.0.2.1", "192.0.2.2"))
    alias = HeardSet("ns.test.", "CNAME", 60, ("other.test.",))
    behind = HeardSet("other.test.", "AAAA", 60, ("2001:db8::1",))
    failed = Failure(None, Question("ns.test.", "A"), Reason.NO_ADDRESS)
    both = read_host("ns.test.", [said("ns.test.", "A", one), said("ns.test.", "A", two, one)], port=5300)
    assert both == Host("ns.test.", (Server("192.0.2.1", 5300), Server("192.0.2.2", 5300)))
    led = read_host("ns.test.", [said("ns.test.", "AAAA", alias, behind), failed], port=53)
    assert led == Host("ns.test.", (Server("2001:db8::1"),), "other.test.", failed)
    assert read_host("ns.test.", [said("ns.test.", "A", rcode="SERVFAIL")], port=53) == Host("ns.test.")


def test_a_name_below_a_cut_of_the_zone_is_not_the_zones_to_tell(internet: MiniInternet) -> None:
    heard = survey_delegation("test.", ("ns1.child.test.",), means(internet, TOP[0]))
    failure = heard.hosts["ns1.child.test."].failure
    assert failure is not None
    assert "none of the zone's servers tells its address" in failure.words


class Crowd:
    """A delegation to any number of names, each at an address of its own; counts what is asked."""

    def __init__(self, names: int) -> None:
        self.ns = tuple(f"ns{number}.example." for number in range(names))
        self.asked: list[tuple[Pair, Way]] = []

    def find_parents(self, zone: str) -> ParentView:
        heard = ((NameServer("a.nic.", Server("192.0.2.53")), Delegation(self.ns, 60)),)
        return ParentView(zone, "org.", heard)

    def find_hosts(self, names: Sequence[str]) -> dict[str, Host]:
        return {name: Host(name, (Server(f"198.51.100.{self.ns.index(name)}"),)) for name in names}

    def ask_many(self, pairs: Sequence[Pair], *, way: Way) -> list[Asked]:
        self.asked += [(pair, way) for pair in pairs]
        return [Failure(*pair, Reason.TIMEOUT) for pair in pairs]

    def means(self) -> Means:
        return Means(self.find_parents, self.find_hosts, self.ask_many)


def test_each_address_is_asked_five_questions_once() -> None:
    crowd = Crowd(3)
    heard = survey_delegation("example.org.", crowd.ns, crowd.means())
    kinds = {(pair[1].type, way) for pair, way in crowd.asked}
    assert kinds == {
        ("SOA", Way.UDP),
        ("SOA", Way.PLAIN),
        ("SOA", Way.TCP),
        ("NS", Way.USUAL),
        ("DNSKEY", Way.USUAL),
    }
    assert (len(crowd.asked), len(heard.heard), heard.unasked) == (15, 3, 0)


def test_a_delegation_to_a_crowd_is_asked_of_a_bounded_number_and_the_rest_is_counted() -> None:
    crowd = Crowd(MAX_PLACES + 7)
    heard = survey_delegation("example.org.", (), crowd.means())
    assert (len(heard.heard), heard.unasked) == (MAX_PLACES, 7)


def test_where_there_is_no_way_the_reason_is_handed_on() -> None:
    crowd = Crowd(1)
    error = LookupFailedError("DNS", "ask the parents", "there are none")
    heard = survey_delegation("example.org.", ("ns.example.",), closed_means(error, crowd.ask_many))
    assert (heard.parents, heard.why) == (None, "DNS: ask the parents: there are none")
    failure = heard.hosts["ns.example."].failure
    assert failure is not None
    assert "there are none" in failure.words
    assert heard.heard == ()
