"""Verdicts on what was heard, as values: what a loopback cannot show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psfdns.delegation.finding import join
from psfdns.delegation.verdict import Status, Verdict, judge
from psfdns.delegation.wanted import Wanted
from psfdns.diagnostics import Severity
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked
from psfdns.lookup.hosts import Host
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Heard, Survey

ZONE = "example.org."
OURS = ("ns-1.awsdns-01.org.", "ns-2.awsdns-02.com.")
ADDRESSES = {
    OURS[0]: ("192.0.2.1", "2001:db8::1"),
    OURS[1]: ("192.0.2.2", "2001:db8::2"),
    "ns.other.example.": ("198.51.100.1",),
}
WANTED = Wanted(OURS)
TO_US = Delegation(OURS, 86_400)
DS = ("1 13 2 AB",)


def failed(server: Server, reason: Reason = Reason.UNREACHABLE) -> Failure:
    return Failure(server, Question(ZONE, "SOA"), reason, "Network is unreachable")


def answered(server: Server, rdtype: str, *values: str) -> Answer:
    answer = (HeardSet(ZONE, rdtype, 300, values),) if values else ()
    return Answer(server, Question(ZONE, rdtype), "NOERROR", authoritative=True, answer=answer, edns=True)


def good(name: str, address: str, *, own: tuple[str, ...] = OURS, keys: tuple[str, ...] = ()) -> Heard:
    server = Server(address)
    soa = answered(server, "SOA", "a. b. 1 2 3 4 5")
    ns, dnskey = answered(server, "NS", *own), answered(server, "DNSKEY", *keys)
    return Heard(NameServer(name, server), soa, soa, soa, ns, dnskey)


def dead(name: str, address: str, reason: Reason = Reason.UNREACHABLE) -> Heard:
    failure = failed(Server(address), reason)
    return Heard(NameServer(name, Server(address)), failure, failure, failure, failure, failure)


def view(*said: Delegation | Failure, address: str = "203.0.113.{}") -> ParentView:
    heard = tuple(
        (NameServer(f"{letter}.nic.example.", Server(address.format(number))), each)
        for number, (letter, each) in enumerate(zip("abcdef", said, strict=False), start=1)
    )
    return ParentView(ZONE, "org.", heard)


def survey(*said: Delegation | Failure, heard: tuple[Heard, ...] | None = None) -> Survey:
    names = dict.fromkeys(
        (*(name for each in said if isinstance(each, Delegation) for name in each.ns), *OURS)
    )
    hosts = {name: Host(name, tuple(map(Server, ADDRESSES.get(name, ())))) for name in names}
    if heard is None:
        heard = tuple(good(name, address) for name in names for address in ADDRESSES.get(name, ()))
    return Survey(ZONE, view(*said), None, hosts, heard)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def test_the_right_one_is_well() -> None:
    assert judge(WANTED, survey(TO_US, TO_US)) == Verdict(Status.OK)


def test_a_machine_without_ipv6_says_nothing_of_ipv6_but_that() -> None:
    heard = tuple(
        (good if ":" not in address else dead)(name, address) for name in OURS for address in ADDRESSES[name]
    )
    verdict = judge(WANTED, survey(TO_US, heard=heard))
    assert (verdict.status, codes(verdict)) == (Status.OK, ["family-unasked"])
    assert "no IPv6 address anywhere answered" in verdict.findings[0].summary


def test_one_ipv6_address_that_answers_makes_the_others_silent() -> None:
    heard = (
        *(good(name, ADDRESSES[name][0]) for name in OURS),
        good(OURS[0], ADDRESSES[OURS[0]][1]),
        dead(OURS[1], ADDRESSES[OURS[1]][1]),
    )
    verdict = judge(WANTED, survey(TO_US, heard=heard))
    assert (verdict.status, codes(verdict)) == (Status.OK, ["server-silent"])
    assert verdict.findings[0].servers == (f"{OURS[1]} (2001:db8::2)",)


def test_a_server_that_cannot_be_asked_from_here_at_all_is_unknown() -> None:
    heard = (good(OURS[0], "192.0.2.1"), dead(OURS[1], "2001:db8::2"))
    verdict = judge(WANTED, survey(TO_US, heard=heard))
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, ["server-unasked", "family-unasked"])


def test_a_machine_without_any_network_accuses_nobody() -> None:
    heard = tuple(dead(name, address, Reason.TIMEOUT) for name in OURS for address in ADDRESSES[name])
    closed = Survey(ZONE, None, "nobody answers", {name: Host(name) for name in OURS}, heard)
    verdict = judge(WANTED, closed)
    assert verdict.status is Status.UNKNOWN
    assert {finding.severity for finding in verdict.findings} == {Severity.INFO}


def test_a_parent_server_with_one_address_dead_was_heard() -> None:
    parents = view(TO_US, failed(Server("203.0.113.2")))
    again = tuple((replace(at, name="a.nic.example."), said) for at, said in parents.heard)
    known = survey(TO_US)
    assert judge(WANTED, replace(known, parents=replace(parents, heard=again))) == Verdict(Status.OK)
    verdict = judge(WANTED, replace(known, parents=parents))
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, ["parent-silent"])
    assert verdict.findings[0].servers == ("b.nic.example.",)


def test_a_parent_without_any_server_is_unknown() -> None:
    verdict = judge(WANTED, replace(survey(TO_US), parents=view()))
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, ["parent-unknown"])
    nowhere = (("lost.example.", Failure(None, Question(ZONE, "A"), Reason.NO_ADDRESS)),)
    verdict = judge(WANTED, replace(survey(TO_US), parents=replace(view(), unaddressed=nowhere)))
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, ["parent-silent"])


@pytest.mark.parametrize(
    ("own_keys", "delegation", "status", "expected"),
    [
        ((), Delegation(OURS, 60, DS, 3600), Status.WRONG, [("error", "ds-left")]),
        (("257 3 13 AA",), Delegation(OURS, 60, DS, 3600), Status.OK, []),
        (None, Delegation(OURS, 60, DS, 3600), Status.OK, [("info", "ds-unproven")]),
        ((), Delegation(OURS, 60), Status.OK, []),
        (("257 3 13 AA",), Delegation(OURS, 60), Status.OK, []),
    ],
    ids=["DS, not signed", "DS, signed", "DS, nobody says", "no DS, not signed", "no DS, signed"],
)
def test_a_ds_is_wrong_where_our_servers_have_no_key(
    own_keys: tuple[str, ...] | None,
    delegation: Delegation,
    status: Status,
    expected: list[tuple[str, str]],
) -> None:
    places = [(name, address) for name in OURS for address in ADDRESSES[name]]
    heard = tuple(good(name, address, keys=own_keys or ()) for name, address in places)
    if own_keys is None:
        heard = tuple(replace(each, keys=failed(each.at.server)) for each in heard)
    verdict = judge(WANTED, survey(delegation, heard=heard))
    assert [(each.severity.value, each.code) for each in verdict.findings] == expected
    assert verdict.status is status


def test_different_ds_at_the_parents_servers_are_told() -> None:
    heard = tuple(good(name, address, keys=("257 3 13 AA",)) for name in OURS for address in ADDRESSES[name])
    said = (Delegation(OURS, 60, DS, 60), Delegation(OURS, 60))
    verdict = judge(WANTED, survey(*said, heard=heard))
    assert (verdict.status, codes(verdict)) == (Status.OK, ["parents-disagree"])


def test_a_server_that_answers_otherwise_over_tcp_is_dead_there() -> None:
    refusing = replace(answered(Server("192.0.2.1"), "SOA"), rcode="REFUSED", authoritative=False)
    strange: list[Asked] = [refusing, answered(Server("192.0.2.1"), "SOA")]
    for tcp, words in zip(strange, ["says REFUSED", "says something else"], strict=True):
        first = replace(good(OURS[0], "192.0.2.1"), tcp=tcp)
        verdict = judge(WANTED, survey(TO_US, heard=(first, good(OURS[1], "192.0.2.2"))))
        assert (verdict.status, codes(verdict)) == (Status.PARTIAL, ["tcp-dead"])
        assert words in verdict.findings[0].summary


def test_glue_is_no_matter_where_the_parents_server_holds_the_zone_too() -> None:
    names = ("ns1.example.org.", "ns2.example.org.")
    hosts = {name: Host(name, (Server(f"192.0.2.{number}"),)) for number, name in enumerate(names)}
    heard = tuple(good(name, hosts[name].addresses[0].address, own=names) for name in names)
    for from_child, expected in ((True, []), (False, ["glue-missing"] * 2)):
        said = Delegation(names, 60, from_child=from_child)
        assert codes(judge(Wanted(names), Survey(ZONE, view(said), None, hosts, heard))) == expected


def test_more_addresses_than_are_asked_are_not_called_well() -> None:
    verdict = judge(WANTED, replace(survey(TO_US), unasked=3))
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, ["too-many-addresses"])


def test_servers_that_were_assigned_are_looked_at_before_they_are_delegated_to() -> None:
    heard = (good(OURS[0], "192.0.2.1"), dead(OURS[1], "192.0.2.2"))
    verdict = judge(WANTED, survey(Delegation(), heard=heard))
    assert (verdict.status, codes(verdict)) == (Status.NONE, ["not-delegated", "server-silent"])
    assert verdict.findings[1].severity is Severity.WARNING


def test_long_lists_are_counted() -> None:
    assert join(["a", "b"]) == "a, b"
    assert join("abcdefgh") == "a, b, c, d, e, f and 2 more"
