"""What agrees and what differs, as a table of answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from psfdns.lookup.answer import Answer, HeardSet, Question
from psfdns.lookup.server import Server
from psfdns.records import Alias, RRset, RRsetKey
from psfdns.routing import Cidr, Geolocation, Multivalue, Routing, Weighted
from psfdns.verification.judge import judge
from psfdns.verification.questions import Expectation

NAME = "www.example.org."
WEEK = 604_800


def rrset(
    *values: str,
    ttl: int = 300,
    rdtype: str = "A",
    routing: Routing | None = None,
    identifier: str | None = None,
) -> RRset:
    return RRset(RRsetKey(NAME, rdtype, identifier), ttl, values, routing=routing)


ALIAS = RRset(RRsetKey(NAME, "A"), None, alias=Alias("lb.example.net.", "Z2", evaluate_target_health=False))


def heard(*values: str, ttl: int = 300, rdtype: str = "A", name: str = NAME) -> HeardSet:
    return HeardSet(name, rdtype, ttl, tuple(sorted(values)))


def answer(
    *sets: HeardSet,
    rcode: str = "NOERROR",
    aa: bool = True,
    authority: tuple[HeardSet, ...] = (),
    additional: tuple[HeardSet, ...] = (),
) -> Answer:
    question = Question(NAME, "A")
    return Answer(Server("192.0.2.53"), question, rcode, aa, False, sets, authority, additional)


def referral(*extra: HeardSet, name: str = "example.org.", values: tuple[str, ...] = ("ns.test.",)) -> Answer:
    below = (heard(*values, rdtype="NS", name=name),)
    return answer(aa=False, authority=below, additional=extra)


def weighted(*values: str) -> tuple[RRset, ...]:
    return tuple(rrset(value, routing=Weighted(1), identifier=value) for value in values)


def multivalue(*values: str) -> tuple[RRset, ...]:
    return tuple(rrset(value, routing=Multivalue(), identifier=value) for value in values)


@dataclass(frozen=True)
class Case:
    is_: str
    answer: Answer
    sets: tuple[RRset, ...] = ()
    seen: str | None = None
    wildcards: tuple[RRset, ...] = ()
    rdtype: str = "A"
    delegated: bool = False
    anything: bool = False
    name: str = field(default=NAME)

    def __str__(self) -> str:
        return self.is_


ONE = rrset("192.0.2.1")
EUROPE = rrset("192.0.2.1", routing=Geolocation(continent="EU"), identifier="eu")
ELSEWHERE = rrset("192.0.2.2", routing=Geolocation(country="*"), identifier="all")
NS = rrset("ns.test.", rdtype="NS")
DS = rrset(f"1 13 2 {'ab' * 32}", rdtype="DS")
CASES = [
    Case("the values", answer(heard("192.0.2.1")), (ONE,)),
    Case("other values", answer(heard("192.0.2.2")), (ONE,), "192.0.2.2 (TTL 300)"),
    Case("one value more", answer(heard("192.0.2.1", "192.0.2.2")), (ONE,), "192.0.2.1, 192.0.2.2 (TTL 300)"),
    Case("another TTL", answer(heard("192.0.2.1", ttl=60)), (ONE,), "192.0.2.1 (TTL 60)"),
    Case("a TTL cut to a week", answer(heard("192.0.2.1", ttl=WEEK)), (rrset("192.0.2.1", ttl=WEEK * 2),)),
    Case("a TTL raised to a week", answer(heard("192.0.2.1", ttl=WEEK)), (ONE,), f"192.0.2.1 (TTL {WEEK})"),
    Case("a long TTL itself", answer(heard("192.0.2.1", ttl=WEEK * 2)), (rrset("192.0.2.1", ttl=WEEK * 2),)),
    Case("nothing", answer(), (ONE,), "nothing"),
    Case("no such name", answer(rcode="NXDOMAIN"), (ONE,), "no such name"),
    Case("a refusal", answer(rcode="REFUSED", aa=False), (ONE,), "REFUSED"),
    Case("a failure", answer(rcode="SERVFAIL", aa=False), (), "SERVFAIL"),
    Case("no authority", answer(heard("192.0.2.1"), aa=False), (ONE,), "an answer without authority"),
    Case("an alias's addresses", answer(heard("192.0.2.77", ttl=60)), (ALIAS,)),
    Case("an alias that answers nothing", answer(), (ALIAS,), "nothing"),
    Case("gone", answer(rcode="NXDOMAIN")),
    Case("gone from a name that stays", answer()),
    Case("gone and a CNAME instead",
         answer(heard("b.test.", rdtype="CNAME"), heard("192.0.2.1", name="b.test."))),
    Case("not gone", answer(heard("192.0.2.1")), (), "192.0.2.1 (TTL 300)"),
    Case("a wildcard instead", answer(heard("192.0.2.1")), (), None, (ONE,)),
    Case("another wildcard", answer(heard("192.0.2.2")), (), "192.0.2.2 (TTL 300)", (ONE,)),
    Case("one of the weighted", answer(heard("192.0.2.2")), weighted("192.0.2.1", "192.0.2.2")),
    Case("none of the weighted", answer(heard("192.0.2.3")), weighted("192.0.2.1"), "192.0.2.3 (TTL 300)"),
    Case("two of the weighted", answer(heard("192.0.2.1", "192.0.2.2")), weighted("192.0.2.1", "192.0.2.2"),
         "192.0.2.1, 192.0.2.2 (TTL 300)"),
    Case("some of multivalue", answer(heard("192.0.2.1", "192.0.2.2")),
         multivalue("192.0.2.1", "192.0.2.2", "192.0.2.3")),
    Case("not of multivalue", answer(heard("192.0.2.1", "192.0.2.9")), multivalue("192.0.2.1"),
         "192.0.2.1, 192.0.2.9 (TTL 300)"),
    Case("nothing for our place", answer(), (EUROPE,)),
    Case("nothing for our place, but a default", answer(), (EUROPE, ELSEWHERE), "nothing"),
    Case("nothing for our network", answer(),
         (rrset("192.0.2.1", routing=Cidr("c", "home"), identifier="h"),)),
    Case("anything", answer(heard("192.0.2.9", ttl=1)), (ONE,), anything=True),
    Case("anything but this", answer(rcode="NXDOMAIN"), (ONE,), "no such name", anything=True),
    Case("a delegation that stands nowhere", referral(), (ONE,), "a delegation of example.org. to ns.test."),
    Case("the delegation", referral(name=NAME), (NS,), rdtype="NS", delegated=True),
    Case("another delegation", referral(name=NAME, values=("ns.example.",)), (NS,), "ns.example. (TTL 300)",
         rdtype="NS", delegated=True),
    Case("a delegation that should be gone", referral(name=NAME), (), "ns.test. (TTL 300)", rdtype="NS"),
    Case("the delegated zone itself", answer(heard("ns.test.", rdtype="NS", ttl=9)), (NS,),
         rdtype="NS", delegated=True),
    Case("the delegated zone says otherwise", answer(heard("ns.example.", rdtype="NS")), (NS,),
         "ns.example. (TTL 300)", rdtype="NS", delegated=True),
    Case("below a delegation", referral(), (ONE,), delegated=True),
    Case("below a delegation on the same server", answer(rcode="NXDOMAIN"), (ONE,), delegated=True),
    Case("glue", referral(heard("192.0.2.1")), (ONE,), delegated=True),
    Case("other glue", referral(heard("192.0.2.2")), (ONE,), "192.0.2.2 (TTL 300)", delegated=True),
    Case("the DS", answer(heard(*DS.values, rdtype="DS")), (DS,), rdtype="DS", delegated=True),
    Case("no DS", answer(), (DS,), "nothing", rdtype="DS", delegated=True),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_agrees_or_is_named(case: Case) -> None:
    expectation = Expectation(
        Question(NAME, case.rdtype), case.sets, case.wildcards, case.delegated, case.anything
    )
    difference = judge(expectation, case.answer, server="ns1.test.")
    assert (difference and difference.seen) == case.seen
    if difference:
        assert (difference.server, difference.name, difference.type) == ("ns1.test.", NAME, case.rdtype)


def expected_words(*sets: RRset, anything: bool = False) -> str:
    difference = judge(
        Expectation(Question(NAME, "A"), sets, anything=anything), answer(rcode="REFUSED"), server="ns1.test."
    )
    assert difference is not None
    return difference.expected


def test_what_was_expected_is_said_too() -> None:
    assert expected_words() == "nothing"
    assert expected_words(ONE) == "192.0.2.1 (TTL 300)"
    assert expected_words(ALIAS) == "an alias that answers"
    assert expected_words(anything=True) == "an answer"
    assert expected_words(*weighted("192.0.2.1", "192.0.2.2")) == (
        "one of: 192.0.2.1 (TTL 300); 192.0.2.2 (TTL 300)"
    )
