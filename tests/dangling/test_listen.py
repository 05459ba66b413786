"""How many questions are asked, and what becomes of those that are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from psfdns.checks.check import Subject
from psfdns.dangling import listen as module
from psfdns.dangling.answers import State
from psfdns.dangling.judge import judge
from psfdns.dangling.listen import BATCH, Contacts, listen
from psfdns.dangling.pointers import Pointer, find_pointers
from psfdns.lookup.answer import Answer, Question
from psfdns.lookup.ask import Asked, Pair
from psfdns.lookup.server import Server
from psfdns.settings import ZoneSettings
from psfdns.web.fetch import Fetched, Page, Visit
from psfdns.zonefile.parse import parse_zone

RESOLVER = Server("192.0.2.53")


@dataclass(slots=True)
class Outside:
    """Everybody answers that there is nothing; what was asked is counted."""

    asked: Counter[Question] = field(default_factory=Counter)
    batches: list[int] = field(default_factory=list)
    shown: list[tuple[str, int, int]] = field(default_factory=list)
    late_after: int = 1 << 30

    def resolve(self, questions: Sequence[Question]) -> Mapping[Question, Asked]:
        self.asked.update(questions)
        self.batches.append(len(questions))
        return {each: Answer(RESOLVER, each, "NXDOMAIN", False, True) for each in questions}

    def ask(self, pairs: Sequence[Pair]) -> list[Asked]:
        return [Answer(server, question, "REFUSED", False) for server, question in pairs]

    def fetch(self, visits: Sequence[Visit]) -> list[Fetched]:
        return [Page(200, "") for _ in visits]

    def contacts(self) -> Contacts:
        return Contacts(
            self.resolve,
            self.ask,
            self.fetch,
            lambda _: True,
            lambda name: "example.org." if name != "example.org." else name,
            lambda: len(self.batches) >= self.late_after,
            lambda *what: self.shown.append(what),
        )


def pointers(*lines: str) -> list[Pointer]:
    zone = parse_zone("\n".join(("$TTL 300", *lines, "")).encode(), origin="example.com.", path="z").zone
    return find_pointers("example.com.", Subject(zone, ZoneSettings()))


def test_each_target_is_asked_for_once_in_batches() -> None:
    outside = Outside()
    many = pointers(*(f"a{n} CNAME t{n % 1200}.example.org." for n in range(3000)))
    report = listen(many, outside.contacts())
    assert len(report.targets) == 3000
    assert set(outside.asked.values()) == {1}
    assert len(outside.asked) == 1200 + 1
    assert outside.batches == [BATCH, BATCH, 1200 - 2 * BATCH, 1]
    assert outside.shown[:3] == [("names", 500, 1200), ("names", 1000, 1200), ("names", 1200, 1200)]


def test_when_the_time_is_over_the_rest_is_not_known() -> None:
    outside = Outside(late_after=1)
    report = listen(pointers(*(f"a{n} CNAME t{n}.example.org." for n in range(600))), outside.contacts())
    states = Counter(heard.state for heard in report.targets.values())
    assert states == {State.GONE: 500, State.UNKNOWN: 100}
    assert {each.rule.code for each in judge(report, {})} == {"dangling-target", "target-unchecked"}


def test_beyond_the_bound_nothing_is_asked_and_nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TARGETS", 10)
    outside = Outside()
    report = listen(pointers(*(f"a{n} CNAME t{n}.example.org." for n in range(25))), outside.contacts())
    assert (len(report.targets), report.unasked, len(outside.asked)) == (10, 15, 11)


def test_of_too_many_pages_the_rest_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAGES", 3)
    report = listen(pointers(*(f"a{n} A 185.199.108.153" for n in range(5))), Outside().contacts())
    assert Counter(type(page).__name__ for _, page in report.pages.values()) == {"Page": 3, "Unfetched": 2}


def test_of_a_name_server_with_many_addresses_few_are_asked() -> None:
    seen: list[Pair] = []
    outside = Outside()

    def ask(pairs: Sequence[Pair]) -> list[Asked]:
        seen.extend(pairs)
        return outside.ask(pairs)

    glue = [f"ns.sub A 198.51.100.{n}" for n in range(1, 31)]
    listen(pointers("sub NS ns.sub", *glue), replace(outside.contacts(), ask=ask))
    assert len(seen) == module.MAX_ADDRESSES


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("a CNAME b", [], id="in the zone"),
        pytest.param(
            "a CNAME b.sub\nsub NS ns.example.org.", ["CNAME b.sub.example.com.", "NS ns.example.org."]
        ),
        pytest.param("a AWS ALIAS A b $self false\nb A 192.0.2.1", [], id="alias in the zone"),
        pytest.param("@ NS ns.example.org.", [], id="the zone's own servers"),
        pytest.param("*.a NS ns.example.org.", [], id="a wildcard delegates nothing"),
        pytest.param("_x.a CNAME _y.acm-validations.aws.", [], id="a proof"),
        pytest.param("a CNAME y.acm-validations.aws.", ["CNAME y.acm-validations.aws."], id="no proof"),
        pytest.param(
            'a TXT "v=spf1 a:m.example.org/24 mx:n.example.org ?include:S.Example.org. exists:%{i}.x -all"',
            ["SPF a: m.example.org.", "SPF mx: n.example.org.", "SPF include: s.example.org."],
            id="SPF",
        ),
        pytest.param('a TXT "v=spf1 include:.. include:a..b -all"', [], id="SPF of no names"),
        pytest.param(
            "a A 185.199.108.153\na A 192.0.2.1", ["A 185.199.108.153"], id="addresses of providers"
        ),
        pytest.param("a SRV 0 0 0 .\na MX 0 .", [], id="nothing by intent"),
        pytest.param(
            'a 60 CNAME x.example.org. ; AWS routing="WEIGHTED" weight=1 identifier="1"\n'
            'a 60 CNAME y.example.org. ; AWS routing="WEIGHTED" weight=1 identifier="2"',
            ["CNAME x.example.org.", "CNAME y.example.org."],
            id="routed",
        ),
    ],
)
def test_the_ways_out_of_a_zone_are_found(line: str, found: list[str]) -> None:
    assert [f"{each.role} {each.target}" for each in pointers(line)] == found


@pytest.mark.parametrize(("owner", "first"), [("a", "A"), ("_a", "TXT"), ("_443._tcp.a", "TXT")])
def test_what_is_asked_for_first_follows_from_the_name(owner: str, first: str) -> None:
    (pointer,) = pointers(f"{owner} CNAME x.example.org.")
    assert pointer.types[0] == first


def test_behind_a_cname_of_a_reverse_zone_a_pointer_is_looked_for() -> None:
    text = b"$TTL 300\n1 CNAME 1.0/25.2.0.192.example.org.\n"
    zone = parse_zone(text, origin="2.0.192.in-addr.arpa.", path="z").zone
    (pointer,) = find_pointers("x", Subject(zone, ZoneSettings()))
    assert pointer.types == ("PTR", "A")
