"""RFC 8659 §3 and RFC 8657, case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from psfdns.certs.caa import Asking, judge_caa, look_up_caa
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked
from psfdns.lookup.server import Server

SERVER = Server("192.0.2.53")
US = Asking(("ca.example",), "https://ca.example/acct/1", "dns-01")


class Resolver:
    """Answers CAA from a table of name -> values; a name in `failing` is not answered."""

    def __init__(self, records: Mapping[str, Sequence[str]], failing: Sequence[str] = ()) -> None:
        self.records = records
        self.failing = failing
        self.asked: list[str] = []

    def __call__(self, questions: Sequence[Question]) -> dict[Question, Asked]:
        self.asked += [question.name for question in questions]
        return {question: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> Asked:
        if question.name in self.failing:
            return Answer(SERVER, question, "SERVFAIL", authoritative=False)
        if question.name == "silent.example.":
            return Failure(SERVER, question, Reason.TIMEOUT)
        values = tuple(self.records.get(question.name, ()))
        heard = (HeardSet(question.name, "CAA", 300, values),) if values else ()
        return Answer(SERVER, question, "NOERROR", authoritative=False, answer=heard)


def fault(name: str, records: Mapping[str, Sequence[str]], asking: Asking = US) -> str | None:
    return judge_caa(name, look_up_caa([name], Resolver(records)), asking).fault


@pytest.mark.parametrize(
    "values",
    [
        [],
        ['0 issue "ca.example"'],
        ['0 issue "other.example"', '0 issue "CA.example"'],
        ['0 issue "ca.example; accounturi=https://ca.example/acct/1; validationmethods=http-01,DNS-01"'],
        ['0 issue "ca.example; accounturi=https://ca.example/acct/9"', '0 issue "ca.example"'],
        ['0 iodef "mailto:security@example.net"'],
        ['0 issuewild ";"'],
        ['128 issue "ca.example"'],
        ['0 unheard "of"'],
    ],
)
def test_it_permits_us(values: list[str]) -> None:
    assert fault("www.example.org", {"example.org.": values}) is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (['0 issue "other.example"'], "ca.example is not among those who may issue"),
        (['0 issue ";"'], "not among"),
        (['0 issue "%%%"'], "not among"),
        (['0 issue "ca.example; accounturi=https://ca.example/acct/9"'], "another account"),
        (['0 issue "ca.example; validationmethods=http-01"'], "by http-01 only, not by dns-01"),
        (
            ['0 issue "other.example"', '0 issue "ca.example; validationmethods=tls-alpn-01"'],
            "tls-alpn-01 only",
        ),
        (['128 unheard "of"'], "critical property unheard"),
    ],
)
def test_it_forbids_us(values: list[str], why: str) -> None:
    found = fault("www.example.org", {"example.org.": values})

    assert found is not None
    assert found.startswith("the CAA of example.org. forbids it: ")
    assert why in found


def test_the_nearest_record_set_decides_alone() -> None:
    records = {"www.example.org.": ['0 issue "ca.example"'], "example.org.": ['0 issue ";"']}

    assert fault("a.www.example.org", records) is None
    assert fault("mail.example.org", records) is not None


def test_issuewild_takes_the_place_of_issue_for_wildcards_only() -> None:
    records = {"example.org.": ['0 issue "ca.example"', '0 issuewild ";"']}

    assert fault("www.example.org", records) is None
    assert fault("*.example.org", records) is not None
    assert fault("*.example.org", {"example.org.": ['0 issue "ca.example"']}) is None


def test_a_wildcard_begins_at_the_name_that_it_stands_below() -> None:
    resolver = Resolver({})

    look_up_caa(["*.www.example.org", "www.example.org"], resolver)

    assert resolver.asked == ["www.example.org.", "example.org.", "org."]


@pytest.mark.parametrize("name", ["broken.example", "silent.example"])
def test_what_cannot_be_looked_up_is_a_remark_and_no_fault(name: str) -> None:
    answers = look_up_caa([name], Resolver({"example.": ['0 issue ";"']}, failing=["broken.example."]))

    verdict = judge_caa(name, answers, US)

    assert verdict.fault is None
    assert verdict.remark is not None
    assert f"the CAA of {name}. could not be looked up" in verdict.remark


def test_of_a_ca_whose_domains_are_not_known_nothing_is_said() -> None:
    asking = Asking((), "https://ca.example/acct/1", "dns-01")

    assert fault("www.example.org", {"example.org.": ['0 issue "other.example"']}, asking) is None
