"""What is learnt of a zone from its name servers: real ones, ones that differ, and ones that lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import HeardSet, Question
from psfdns.lookup.ask import Patience
from psfdns.lookup.inventory import Survey, Surveyor
from psfdns.lookup.server import Server
from psfdns.lookup.transfer import TransferLimits
from tests.lookup.odd_server import Answerer, odd_server, road_to, zone_answerer
from tests.mini_internet import free_port, knot

ZONE = "old.test."
FIRST, SECOND = "127.0.55.1", "127.0.55.2"
DIGEST = "ab" * 32
TEXT = f"""\
$ORIGIN old.test.
$TTL 300
@ IN SOA ns1 hostmaster 7 7200 900 1209600 300
@ 86400 IN NS ns1
@ 86400 IN NS ns2
@ IN MX 10 mx-ams
@ IN MX 20 mx.example.net.
@ IN TXT "v=spf1 mx -all"
@ IN CAA 0 issue "letsencrypt.org"
@ IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
ns1 IN A {FIRST}
ns2 IN A {SECOND}
mx-ams 60 IN A 192.0.2.25
www IN CNAME web-host
web-host IN AAAA 2001:db8::80
k1._domainkey IN TXT "k=rsa; p=" "abc\\"\\\\\\195"
_xmpp-client._tcp IN SRV 5 0 5222 chat-host
chat-host IN A 192.0.2.26
status IN NS ns.status
status IN DS 12345 13 2 {DIGEST}
ns.status IN A 192.0.2.27
hidden-from-lists IN A 192.0.2.99
"""
HEARD = {
    ("old.test.", "MX"),
    ("old.test.", "TXT"),
    ("old.test.", "CAA"),
    ("old.test.", "LOC"),
    ("old.test.", "SOA"),
    ("old.test.", "NS"),
    ("ns1.old.test.", "A"),
    ("ns2.old.test.", "A"),
    ("mx-ams.old.test.", "A"),
    ("www.old.test.", "CNAME"),
    ("web-host.old.test.", "AAAA"),
    ("k1._domainkey.old.test.", "TXT"),
    ("_xmpp-client._tcp.old.test.", "SRV"),
    ("chat-host.old.test.", "A"),
    ("status.old.test.", "NS"),
    ("status.old.test.", "DS"),
    ("ns.status.old.test.", "A"),
}


def surveyor(port: int, addresses: tuple[str, ...] = (FIRST, SECOND)) -> Surveyor:
    servers = {
        f"ns{number}.old.test.": Server(address, port) for number, address in enumerate(addresses, start=1)
    }
    limits = TransferLimits(seconds=2)
    return Surveyor(road_to(servers), "psfdns-probe", Patience(0.5, 1), limits)


@pytest.fixture(scope="module", params=[False, True], ids=["no transfers", "transfers"])
def surveyed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survey]:
    home = tmp_path_factory.mktemp("knot")
    file = home / "old.test.zone"
    file.write_text(TEXT)
    port = free_port((FIRST, SECOND))
    with knot(home, {ZONE: file}, addresses=(FIRST, SECOND), port=port, transfers=request.param):
        yield surveyor(port).survey(ZONE)


def test_a_real_zone_is_heard_to_the_last_usual_name(surveyed: Survey) -> None:
    keys = {(heard.name, heard.type) for heard in surveyed.sets}

    assert keys == HEARD | ({("hidden-from-lists.old.test.", "A")} if surveyed.complete else set())
    found = {(heard.name, heard.type): heard for heard in surveyed.sets}
    assert found["mx-ams.old.test.", "A"] == HeardSet("mx-ams.old.test.", "A", 60, ("192.0.2.25",))
    assert found["k1._domainkey.old.test.", "TXT"].values == (r'"k=rsa; p=" "abc\"\\\195"',)
    assert found["old.test.", "MX"].values == ("10 mx-ams.old.test.", "20 mx.example.net.")
    assert found["status.old.test.", "DS"].values == (f"12345 13 2 {DIGEST}",)


def test_servers_that_agree_are_not_said_to_differ(surveyed: Survey) -> None:
    assert (surveyed.differences, surveyed.left_out, surveyed.unanswered) == ((), (), ())
    assert (surveyed.wildcard, len(surveyed.servers)) == (False, 2)


def test_what_was_asked_in_vain_is_told(surveyed: Survey) -> None:
    if surveyed.complete:
        assert (surveyed.asked, surveyed.empty) == ((), ())
        assert [each.outcome for each in surveyed.servers] == ["transfer", "transfer"]
        return
    assert {"@", "*", "www", "_dmarc", "mx-ams", "web-host", "chat-host"} <= set(surveyed.asked)
    assert {"*", "_dmarc", "mail"} <= set(surveyed.empty)
    assert not {"@", "www", "mx-ams", "status", "psfdns-probe"} & set(surveyed.empty)
    assert [each.outcome for each in surveyed.servers] == ["answers; no transfer: refuses (NOTAUTH)"] * 2


def survey_of(*answerers: Answerer) -> Survey:
    """The survey of these servers, at FIRST and SECOND."""
    addresses = (FIRST, SECOND)[: len(answerers)]
    port = free_port(addresses)
    with ExitStack() as stack:
        for address, answerer in zip(addresses, answerers, strict=True):
            stack.enter_context(odd_server(address, port, answerer))
        return surveyor(port, addresses).survey(ZONE)


def address(owner: str, *values: str, ttl: int = 300) -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
    return {(f"{owner}.{ZONE}", "A"): (ttl, values)}


def test_every_difference_is_told_and_no_record_is_lost() -> None:
    survey = survey_of(
        zone_answerer(ZONE, {**address("www", "192.0.2.1"), **address("mail", "192.0.2.2")}),
        zone_answerer(ZONE, {**address("www", "192.0.2.9"), **address("ftp", "192.0.2.3")}),
    )

    differences = {
        (each.name, each.type): [(server.name[:3], values) for server, _, values in each.answers]
        for each in survey.differences
    }
    assert differences == {
        ("www.old.test.", "A"): [("ns1", ("192.0.2.1",)), ("ns2", ("192.0.2.9",))],
        ("mail.old.test.", "A"): [("ns1", ("192.0.2.2",)), ("ns2", ())],
        ("ftp.old.test.", "A"): [("ns1", ()), ("ns2", ("192.0.2.3",))],
    }
    assert {(heard.name, heard.values) for heard in survey.sets if heard.type == "A"} == {
        ("www.old.test.", ("192.0.2.1",)),
        ("mail.old.test.", ("192.0.2.2",)),
        ("ftp.old.test.", ("192.0.2.3",)),
    }


def test_another_ttl_is_a_difference_too() -> None:
    survey = survey_of(
        zone_answerer(ZONE, address("www", "192.0.2.1")),
        zone_answerer(ZONE, address("www", "192.0.2.1", ttl=60)),
    )

    assert [[ttl for _, ttl, _ in each.answers] for each in survey.differences] == [[300, 60]]


def wildcard(query: dns.message.Message, question: Question) -> dns.message.Message:
    """Everything is 192.0.2.1, but www has a text besides and mail another address."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    labels = question.name.removesuffix(ZONE).strip(".")
    if question.type == "AXFR":
        response.set_rcode(dns.rcode.REFUSED)
    elif not labels and question.type == "SOA":
        response.answer.append(dns.rrset.from_text(ZONE, 300, "IN", "SOA", "a. b. 1 2 3 4 5"))
    elif labels and question.type == "A":
        value = "192.0.2.7" if labels == "mail" else "192.0.2.1"
        response.answer.append(dns.rrset.from_text(question.name, 300, "IN", "A", value))
    elif labels == "www" and question.type == "TXT":
        response.answer.append(dns.rrset.from_text(question.name, 300, "IN", "TXT", '"here"'))
    return response


def test_what_only_the_wildcard_answers_is_not_taken_for_names() -> None:
    survey = survey_of(wildcard)

    assert survey.wildcard
    assert {(heard.name, heard.type) for heard in survey.sets} == {
        ("old.test.", "SOA"),
        ("*.old.test.", "A"),
        ("www.old.test.", "A"),
        ("www.old.test.", "TXT"),
        ("mail.old.test.", "A"),
    }
    assert "blog" in survey.empty


def lying(query: dns.message.Message, question: Question) -> dns.message.Message:
    """It adds names that nobody asked for, and refers upwards and sideways."""
    response = zone_answerer(ZONE, address("www", "192.0.2.1"))(query, question)
    assert isinstance(response, dns.message.Message)
    if question.name == "www.old.test.":
        response.answer.append(dns.rrset.from_text("victim.test.", 300, "IN", "A", "192.0.2.66"))
        response.answer.append(dns.rrset.from_text("other.old.test.", 300, "IN", "A", "192.0.2.66"))
    if question.name in {"blog.old.test.", "ftp.old.test.", "mail.old.test."}:
        target = {"b": "test.", "f": "victim.test.", "m": ZONE}[question.name[0]]
        response = dns.message.make_response(query)
        response.authority.append(dns.rrset.from_text(target, 300, "IN", "NS", "evil.example."))
    return response


def test_names_that_nobody_asked_for_are_dropped_and_told() -> None:
    survey = survey_of(lying)

    assert {(heard.name, heard.type) for heard in survey.sets} == {
        ("old.test.", "SOA"),
        ("www.old.test.", "A"),
    }
    assert {(left.name, left.why) for left in survey.left_out} >= {
        ("victim.test.", "was not asked for"),
        ("other.old.test.", "was not asked for"),
        ("test.", "a referral out of the zone"),
        (ZONE, "a referral out of the zone"),
    }
    assert {(each.name, each.why) for each in survey.unanswered} == {
        ("ftp.old.test.", "answers, but not as an authority")
    }


def handing_over(*records: tuple[str, int, str, str]) -> Answerer:
    def answer(query: dns.message.Message, question: Question) -> dns.message.Message:
        response = zone_answerer(ZONE, {})(query, question)
        assert isinstance(response, dns.message.Message)
        if question.type == "AXFR":
            response.set_rcode(dns.rcode.NOERROR)
            soa = (ZONE, 300, "SOA", "a. b. 1 2 3 4 5")
            for name, ttl, rdtype, value in (soa, *records, soa):
                response.answer.append(dns.rrset.from_text(name, ttl, "IN", rdtype, value))
        return response

    return answer


def test_names_outside_of_a_zone_that_is_handed_over_are_dropped_and_told() -> None:
    survey = survey_of(
        handing_over(
            ("www.old.test.", 300, "A", "192.0.2.1"),
            ("www.old.test.", 60, "A", "192.0.2.2"),
            ("www.victim.test.", 300, "A", "192.0.2.66"),
            ("notold.test.", 300, "A", "192.0.2.66"),
        )
    )

    assert [heard for heard in survey.sets if heard.type != "SOA"] == [
        HeardSet("www.old.test.", "A", 60, ("192.0.2.1", "192.0.2.2"))
    ]
    assert [(left.name, left.why) for left in survey.left_out] == [
        ("www.victim.test.", "lies outside the zone"),
        ("notold.test.", "lies outside the zone"),
    ]


def test_a_whole_zone_from_one_server_is_believed_where_another_refuses(tmp_path: Path) -> None:
    del tmp_path
    survey = survey_of(zone_answerer(ZONE, {}), handing_over(("www.old.test.", 300, "A", "192.0.2.1")))

    assert survey.complete
    assert [each.outcome for each in survey.servers] == ["no transfer: refuses", "transfer"]


def test_two_zones_that_were_handed_over_are_compared() -> None:
    survey = survey_of(
        handing_over(("www.old.test.", 300, "A", "192.0.2.1"), ("a.old.test.", 300, "A", "192.0.2.1")),
        handing_over(("www.old.test.", 300, "A", "192.0.2.2"), ("b.old.test.", 300, "A", "192.0.2.1")),
    )

    assert {(each.name, tuple(values for _, _, values in each.answers)) for each in survey.differences} == {
        ("www.old.test.", (("192.0.2.1",), ("192.0.2.2",))),
        ("a.old.test.", (("192.0.2.1",), ())),
        ("b.old.test.", ((), ("192.0.2.1",))),
    }


def test_a_server_that_fails_at_a_name_leaves_it_unknown() -> None:
    def failing(query: dns.message.Message, question: Question) -> dns.message.Message | bytes | None:
        if question.name == "mail.old.test.":
            response = dns.message.make_response(query)
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        return zone_answerer(ZONE, address("www", "192.0.2.1"))(query, question)

    survey = survey_of(failing)

    assert [(each.name, each.type, each.why) for each in survey.unanswered] == [
        ("mail.old.test.", "A", "says SERVFAIL")
    ]


def test_servers_that_are_none_are_named_and_without_any_there_is_nothing() -> None:
    def lame(query: dns.message.Message, _: Question) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.REFUSED)
        return response

    survey = survey_of(lame, zone_answerer(ZONE, address("www", "192.0.2.1")))
    assert [(each.name, each.outcome.split(";")[0]) for each in survey.servers] == [
        ("ns2.old.test.", "answers"),
        ("ns1.old.test.", "says REFUSED"),
    ]

    with pytest.raises(LookupFailedError, match=r"ns1\.old\.test\. .* says REFUSED"):
        survey_of(lame)


def test_more_than_a_zone_holds_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.lookup.opinions.MAX_CHARACTERS", 5)

    survey = survey_of(wildcard)

    assert len(survey.sets) <= 2
    (left,) = survey.left_out
    assert (left.name, left.why.partition(":")[0]) == (ZONE, "more was heard than a zone holds")
