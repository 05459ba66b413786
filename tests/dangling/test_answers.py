"""What answers say of a target, and what a server says of a zone."""

from __future__ import annotations

import pytest

from psfdns.dangling.answers import State, read_answer, read_target, without_sender
from psfdns.dangling.servers import Service, read_server
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked
from psfdns.lookup.server import Server

RESOLVER = Server("192.0.2.53")
NAME = "a.example.org."


def cname(name: str, target: str) -> HeardSet:
    return HeardSet(name, "CNAME", 60, (target,))


def answer(
    *sets: HeardSet, rcode: str = "NOERROR", rdtype: str = "A", aa: bool = False, ra: bool = True
) -> Answer:
    return Answer(RESOLVER, Question(NAME, rdtype), rcode, aa, ra, sets)


ADDRESS = HeardSet(NAME, "A", 60, ("192.0.2.1",))
LONG = [cname(NAME, "c0.org."), *(cname(f"c{n}.org.", f"c{n + 1}.org.") for n in range(40))]


@pytest.mark.parametrize(
    ("asked", "state", "end"),
    [
        pytest.param(answer(ADDRESS), State.THERE, NAME, id="there"),
        pytest.param(answer(rcode="NXDOMAIN"), State.GONE, NAME, id="gone"),
        pytest.param(answer(), State.EMPTY, NAME, id="empty"),
        pytest.param(answer(cname(NAME, "b."), rcode="NXDOMAIN"), State.GONE, "b.", id="gone behind a CNAME"),
        pytest.param(answer(cname(NAME, "b.")), State.EMPTY, "b.", id="empty behind a CNAME"),
        pytest.param(
            answer(cname(NAME, "b."), HeardSet("b.", "A", 60, ("192.0.2.1",))), State.THERE, "b.", id="chain"
        ),
        pytest.param(answer(cname(NAME, NAME)), State.CIRCLE, NAME, id="itself"),
        pytest.param(answer(cname(NAME, "b."), cname("b.", NAME)), State.CIRCLE, NAME, id="circle"),
        pytest.param(answer(*LONG), State.CIRCLE, "c15.org.", id="without an end"),
        pytest.param(answer(rcode="SERVFAIL"), State.UNKNOWN, NAME, id="SERVFAIL"),
        pytest.param(answer(rcode="REFUSED"), State.UNKNOWN, NAME, id="REFUSED"),
        pytest.param(answer(ra=False), State.UNKNOWN, NAME, id="a referral"),
        pytest.param(
            answer(cname(NAME, "b."), aa=True, ra=False), State.UNKNOWN, "b.", id="a part by an authority"
        ),
        pytest.param(answer(aa=True, ra=False, rcode="NXDOMAIN"), State.GONE, NAME, id="by an authority"),
        pytest.param(
            Failure(RESOLVER, Question(NAME, "A"), Reason.TIMEOUT), State.UNKNOWN, NAME, id="silent"
        ),
        pytest.param(Failure(None, Question(NAME, "A"), Reason.TIMEOUT), State.UNKNOWN, NAME, id="too late"),
    ],
)
def test_an_answer_says_how_it_is_with_the_target(asked: Asked, state: State, end: str) -> None:
    heard = read_answer(asked)
    assert (heard.state, heard.end) == (state, end)
    assert bool(heard.why) is (state is State.UNKNOWN)


@pytest.mark.parametrize(
    ("a", "txt", "state"),
    [
        (answer(ADDRESS), None, State.THERE),
        (answer(), answer(HeardSet(NAME, "TXT", 60, ('"x"',)), rdtype="TXT"), State.THERE),
        (answer(), answer(rdtype="TXT"), State.EMPTY),
        (answer(rcode="SERVFAIL"), answer(rdtype="TXT"), State.UNKNOWN),
        (None, None, State.UNKNOWN),
    ],
)
def test_one_type_suffices_and_one_unknown_keeps_it_unknown(
    a: Answer | None, txt: Answer | None, state: State
) -> None:
    answers: dict[Question, Asked] = {each.question: each for each in (a, txt) if each}
    assert read_target(NAME, ("A", "TXT"), answers).state is state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('"v=spf1 -all"', State.THERE),
        ('"V=SPF1"', State.THERE),
        ('"v=spf10 -all"', State.EMPTY),
        ('"x"', State.EMPTY),
    ],
)
def test_only_a_text_that_is_spf_is_one(text: str, state: State) -> None:
    heard = read_answer(answer(HeardSet(NAME, "TXT", 60, (text,)), rdtype="TXT"))
    assert without_sender(heard).state is state


SOA = HeardSet(NAME, "SOA", 60, ("a. b. 1 2 3 4 5",))


def said(*sets: HeardSet, rcode: str = "NOERROR", aa: bool = True) -> Answer:
    return answer(*sets, rcode=rcode, rdtype="SOA", aa=aa, ra=False)


SILENT = Failure(RESOLVER, Question(NAME, "SOA"), Reason.TIMEOUT)


@pytest.mark.parametrize(
    ("asked", "service"),
    [
        ([said(SOA)], Service.SERVES),
        ([said(SOA, aa=False)], Service.LAME),
        ([said()], Service.LAME),
        ([said(rcode="REFUSED", aa=False)], Service.LAME),
        ([said(rcode="NXDOMAIN")], Service.LAME),
        ([said(rcode="SERVFAIL", aa=False)], Service.UNKNOWN),
        ([SILENT], Service.UNKNOWN),
        ([], Service.UNKNOWN),
        ([SILENT, said(SOA)], Service.SERVES),
        ([said(rcode="REFUSED", aa=False), said(SOA)], Service.SERVES),
        ([said(rcode="REFUSED", aa=False), SILENT], Service.LAME),
        ([SILENT, said(rcode="REFUSED", aa=False)], Service.LAME),
    ],
)
def test_a_server_serves_a_zone_or_does_not_or_was_not_heard(asked: list[Asked], service: Service) -> None:
    verdict = read_server(NAME, asked)
    assert verdict.service is service
    assert bool(verdict.why) is (service is not Service.SERVES)
