"""Aliases followed step by step, and the servers that have the last word; no socket."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked
from psfdns.lookup.parents import NameServer
from psfdns.lookup.server import Server
from psfdns.lookup.view import MAX_ALIASES, follow_aliases, make_find_servers

RESOLVER = Server("192.0.2.53")
SOA = "ns.example. hostmaster.example. 1 7200 900 1209600 300"


class Names:
    """A resolver that knows (name, type) -> values, SOAs of zones, and which names fail in which way."""

    def __init__(self, records: Mapping[tuple[str, str], Sequence[str]], zones: Sequence[str] = ()) -> None:
        self.records = records
        self.zones = zones
        self.rounds: list[int] = []

    def __call__(self, questions: Sequence[Question]) -> dict[Question, Asked]:
        self.rounds.append(len(questions))
        return {question: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> Asked:
        if question.name.startswith("silent."):
            return Failure(RESOLVER, question, Reason.TIMEOUT)
        if question.name.startswith("bogus."):
            return Answer(RESOLVER, question, "SERVFAIL", authoritative=False)
        values = tuple(self.records.get(question, ()))
        heard = (HeardSet(question.name, question.type, 60, values),) if values else ()
        above = [zone for zone in self.zones if question.name.endswith(zone)]
        authority = () if heard or not above else (HeardSet(max(above, key=len), "SOA", 60, (SOA,)),)
        return Answer(RESOLVER, question, "NOERROR", authoritative=False, answer=heard, authority=authority)


def cnames(*steps: str) -> Names:
    return Names({(name, "CNAME"): (target,) for name, target in itertools.pairwise(steps)})


def test_a_name_without_an_alias_leads_to_itself() -> None:
    lead = follow_aliases(["a.example."], cnames())["a.example."]

    assert (lead.end, lead.fault) == ("a.example.", None)


def test_several_names_are_followed_one_step_of_all_at_a_time() -> None:
    names = Names(
        {
            ("a.", "CNAME"): ("b.",),
            ("b.", "CNAME"): ("end.",),
            ("c.", "CNAME"): ("end.",),
        }
    )

    leads = follow_aliases(["a.", "c.", "d."], names)

    assert {name: lead.end for name, lead in leads.items()} == {"a.": "end.", "c.": "end.", "d.": "d."}
    assert leads["a."].names == ("a.", "b.", "end.")
    assert names.rounds == [3, 2, 1]


def test_a_circle_is_named_with_all_that_is_in_it() -> None:
    lead = follow_aliases(["start."], cnames("start.", "a.", "b.", "a."))["start."]

    assert lead.fault == "the CNAMEs lead in a circle: a. -> b. -> a."
    assert not lead.unknown


@pytest.mark.parametrize(("length", "is_fault"), [(MAX_ALIASES, False), (MAX_ALIASES + 1, True)])
def test_a_chain_may_have_ten_steps(length: int, is_fault: bool) -> None:
    lead = follow_aliases(["n0."], cnames(*(f"n{number}." for number in range(length + 1))))["n0."]

    assert (lead.fault is not None) is is_fault


@pytest.mark.parametrize(
    ("name", "why"),
    [("silent.example.", "192.0.2.53 does not answer"), ("bogus.example.", "a resolver says SERVFAIL")],
)
def test_what_nobody_tells_is_unknown(name: str, why: str) -> None:
    lead = follow_aliases([name], cnames())[name]

    assert lead.unknown
    assert why in (lead.fault or "")


def find_addresses(names: Sequence[str]) -> dict[str, tuple[Server, ...] | Failure]:
    failing = Failure(None, Question("x.", "A"), Reason.NO_ADDRESS)
    return {name: failing if name.startswith("lost") else (Server(f"at {name}"),) for name in names}


def test_the_servers_of_the_zone_that_a_name_lies_in_have_the_last_word() -> None:
    names = Names(
        {("zone.example.", "NS"): ("ns1.example.", "lost.example."), ("example.", "NS"): ("ns0.example.",)},
        zones=["example.", "zone.example."],
    )

    found = make_find_servers(names, find_addresses)(["_x.www.zone.example.", "www.example."])

    assert found == {
        "_x.www.zone.example.": (NameServer("ns1.example.", Server("at ns1.example.")),),
        "www.example.": (NameServer("ns0.example.", Server("at ns0.example.")),),
    }
    assert names.rounds == [2, 2]


@pytest.mark.parametrize("name", ["silent.example.", "bogus.example.", "nowhere.test."])
def test_a_name_whose_servers_are_not_to_be_found_is_a_failure(name: str) -> None:
    names = Names({}, zones=["example."])

    assert isinstance(make_find_servers(names, find_addresses)([name])[name], Failure)


def test_a_zone_all_of_whose_servers_lack_an_address_is_a_failure() -> None:
    names = Names({("example.", "NS"): ("lost.example.",)}, zones=["example."])

    assert isinstance(make_find_servers(names, find_addresses)(["a.example."])["a.example."], Failure)
