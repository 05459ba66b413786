"""One question to real name servers on the loopback, and to sockets that behave badly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rrset
import pytest

from psfdns.lookup import answer
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import MAX_SILENCES, Patience, ask, ask_many
from psfdns.lookup.server import Server
from tests.mini_internet import LEAF, NOBODY, TOP, MiniInternet

QUICK = Patience(0.2, 2)


def heard(internet: MiniInternet, name: str, rdtype: str, address: str = LEAF[0]) -> Answer:
    asked = ask(internet.server(address), Question(name, rdtype))
    assert isinstance(asked, Answer)
    return asked


def test_an_authority_answers_with_canonical_record_sets(internet: MiniInternet) -> None:
    said = heard(internet, "www.child.test.", "AAAA")
    assert (said.rcode, said.authoritative, said.recursion_available) == ("NOERROR", True, False)
    assert said.answer == (HeardSet("www.child.test.", "AAAA", 300, ("2001:db8::1",)),)
    text = heard(internet, "text.child.test.", "TXT").answered("text.child.test.", "TXT")
    assert text is not None
    assert text.values == ('"a;b" "\\"\\195\\164"',)


def test_what_does_not_fit_a_datagram_is_fetched_over_tcp(internet: MiniInternet) -> None:
    big = heard(internet, "big.child.test.", "TXT").answered("big.child.test.", "TXT")
    assert big is not None
    assert len(big.values[0]) > 2000


def test_absence_has_its_two_forms(internet: MiniInternet) -> None:
    nothing = heard(internet, "www.child.test.", "MX")
    nowhere = heard(internet, "nowhere.child.test.", "A")
    assert (nothing.rcode, nothing.answer, nowhere.rcode) == ("NOERROR", (), "NXDOMAIN")
    assert [each.type for each in nowhere.authority] == ["SOA"]


def test_a_delegation_is_a_referral_with_glue(internet: MiniInternet) -> None:
    said = heard(internet, "www.child.test.", "A", TOP[0])
    assert said.referral is not None
    assert said.referral.values == ("ns1.child.test.", "ns2.child.test.")
    assert {each.name for each in said.additional} == {"ns1.child.test.", "ns2.child.test."}
    assert heard(internet, "www.child.test.", "A").referral is None


def test_who_does_not_know_the_zone_says_so(internet: MiniInternet) -> None:
    assert heard(internet, "www.test.", "A").rcode == "REFUSED"


def test_a_closed_port_is_a_refusal_and_costs_no_time(internet: MiniInternet) -> None:
    began = time.monotonic()
    failed = ask(internet.server(NOBODY), Question("child.test.", "SOA"))
    assert isinstance(failed, Failure)
    assert failed.reason is Reason.REFUSED
    assert failed.words == "refuses (Connection refused)"
    assert time.monotonic() - began < 1


@contextmanager
def odd_server(*replies: bytes | None) -> Iterator[tuple[Server, list[bytes]]]:
    """A UDP server that says what it is told, one reply a query (None: nothing), and keeps the queries."""
    queries: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(3)

        def serve() -> None:
            for reply in replies:
                query, client = listening.recvfrom(4096)
                queries.append(query)
                if reply is not None:
                    listening.sendto(query[:2] + reply[2:] if len(reply) > 2 else reply, client)

        serving = threading.Thread(target=serve)
        serving.start()
        yield Server(*listening.getsockname()), queries
        serving.join()


def reply_to(question: Question) -> bytes:
    query = dns.message.make_query(question.name, question.type, use_edns=0, payload=1232, flags=0)
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", "192.0.2.9"))
    return response.to_wire()


def test_a_lost_answer_is_asked_for_again() -> None:
    question = Question("www.example.org.", "A")
    with odd_server(None, reply_to(question)) as (server, queries):
        asked = ask(server, question, patience=QUICK)
    assert isinstance(asked, Answer)
    assert len(queries) == 2


def test_silence_ends_in_bounded_time() -> None:
    with odd_server(None, None) as (server, _):
        began = time.monotonic()
        failed = ask(server, Question("www.example.org.", "A"), patience=QUICK)
    assert isinstance(failed, Failure)
    assert (failed.reason, failed.words) == (Reason.TIMEOUT, "does not answer")
    assert 0.3 < time.monotonic() - began < 2


@pytest.mark.parametrize(
    "garbage",
    [b"", b"x", b"\x00" * 12, b"\xff" * 600, reply_to(Question("other.test.", "A"))],
    ids=["empty", "short", "header alone", "long", "another question"],
)
def test_what_is_no_answer_to_the_question_is_not_taken_for_one(garbage: bytes) -> None:
    with odd_server(garbage, garbage) as (server, _):
        failed = ask(server, Question("www.example.org.", "A"), patience=QUICK)
    assert isinstance(failed, Failure)


def test_a_query_carries_edns_and_asks_for_recursion_only_where_it_is_wanted() -> None:
    question = Question("www.example.org.", "A")
    for recursive in (False, True):
        with odd_server(reply_to(question)) as (server, queries):
            ask(server, question, recursive=recursive, patience=QUICK)
        query = dns.message.from_wire(queries[0])
        assert (query.edns, query.payload) == (0, 1232)
        assert bool(query.flags & dns.flags.RD) is recursive


def test_where_there_is_no_way_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_route(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("psfdns.lookup.ask._exchange", no_route)
    failed = ask(Server("2001:db8::1"), Question("www.example.org.", "A"))
    assert isinstance(failed, Failure)
    assert (failed.reason, failed.words) == (
        Reason.UNREACHABLE,
        "cannot be reached (Network is unreachable)",
    )


def test_values_that_break_the_rules_of_their_type_are_shown_as_they_came() -> None:
    # dnspython refuses those that are known to us today, and need not for ever.
    assert answer._canonical("DS", "1 13 2 ABCDEF") == "1 13 2 ABCDEF"
    assert answer._canonical("DS", f"1 13 2 {'AB' * 32}") == f"1 13 2 {'ab' * 32}"
    assert answer._canonical("DNSKEY", "257 3 13 AbCd") == "257 3 13 AbCd"


def test_many_answers_come_in_the_order_of_the_questions(internet: MiniInternet) -> None:
    pairs = [
        (internet.server(LEAF[number % 2]), Question(name, "A"))
        for number, name in enumerate(["www.child.test.", "no.child.test.", "ns1.child.test."] * 30)
    ]
    asked = ask_many(pairs)
    assert [(each.server, each.question) for each in asked] == pairs
    codes = [each.rcode for each in asked if isinstance(each, Answer)]
    assert codes == ["NOERROR", "NXDOMAIN", "NOERROR"] * 30
    assert ask_many([]) == []


def test_a_server_that_stays_silent_is_given_up_and_the_others_are_not() -> None:
    good, dead = Server("192.0.2.1"), Server("192.0.2.2")
    calls: list[Server] = []

    def ask_one(server: Server, question: Question, **_: object) -> Answer | Failure:
        calls.append(server)
        if server == dead:
            return Failure(server, question, Reason.TIMEOUT, "lost")
        return Answer(server, question, "NOERROR", authoritative=True)

    questions = [Question(f"w{number}.example.org.", "A") for number in range(50)]
    pairs = [(server, question) for question in questions for server in (good, dead)]
    asked = ask_many(pairs, threads=1, ask_one=ask_one)
    assert calls.count(good) == 50
    assert calls.count(dead) == MAX_SILENCES
    assert asked[-1] == Failure(dead, questions[-1], Reason.TIMEOUT, "lost")
    assert all(isinstance(each, Answer) for each in asked[::2])


def test_an_answer_forgives_the_silences_before_it() -> None:
    server = Server("192.0.2.2")
    calls: list[Question] = []

    def ask_one(server: Server, question: Question, **_: object) -> Answer | Failure:
        calls.append(question)
        if len(calls) % MAX_SILENCES:
            return Failure(server, question, Reason.TIMEOUT)
        return Answer(server, question, "NOERROR", authoritative=True)

    pairs = [(server, Question(f"w{number}.example.org.", "A")) for number in range(50)]
    ask_many(pairs, threads=1, ask_one=ask_one)
    assert len(calls) == 50
