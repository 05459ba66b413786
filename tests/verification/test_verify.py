"""Verification against name servers that a table plays, with a clock that only pauses move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import PROBES, Asked, Pair
from psfdns.lookup.server import Server
from psfdns.records import RRset, RRsetKey
from psfdns.verification import verify
from psfdns.verification.questions import Expectation
from psfdns.verification.verify import Dns, Verdict, ZoneCheck, verify_zones

ORIGIN = "example.org."
NAMES = tuple(f"ns{number}.test." for number in range(1, 5))
ADDRESSES = {name: (Server(f"192.0.2.{number}"),) for number, name in enumerate(NAMES, 1)}

Says = Callable[[Server, Question, float], Asked]


class World:
    """Name servers, what was asked, and time."""

    def __init__(self, says: Says, addresses: dict[str, tuple[Server, ...] | Failure] | None = None) -> None:
        self.says = says
        self.addresses = {**ADDRESSES, **(addresses or {})}
        self.now = 0.0
        self.asked: Counter[Pair] = Counter()

    def ask_many(self, pairs: Sequence[Pair]) -> list[Asked]:
        assert len(set(pairs)) == len(pairs), "nobody is asked the same twice at a time"
        self.asked.update(pairs)
        return [self.says(server, question, self.now) for server, question in pairs]

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def verify(self, *checks: ZoneCheck) -> Verdict:
        dns = Dns(
            lambda names: {name: self.addresses[name] for name in names},
            self.ask_many,
            self.pause,
            lambda: self.now,
        )
        return verify_zones(checks, dns)[checks[0].label]


def heard(server: Server, question: Question, value: str = "192.0.2.80") -> Answer:
    found = () if question.type == "SOA" else (HeardSet(question.name, question.type, 300, (value,)),)
    return Answer(server, question, "NOERROR", authoritative=True, answer=found)


def silent(server: Server, question: Question) -> Failure:
    return Failure(server, question, Reason.TIMEOUT)


def check(*names: str, count: int = 1, servers: tuple[str, ...] = NAMES, label: str = ORIGIN) -> ZoneCheck:
    owners = names or tuple(f"w{number}.{ORIGIN}" for number in range(count))
    expectations = tuple(
        Expectation(Question(name, "A"), (RRset(RRsetKey(name, "A"), 300, ("192.0.2.80",)),))
        for name in owners
    )
    return ZoneCheck(label, ORIGIN, servers, expectations)


def test_where_all_servers_agree_the_verdict_is_true_and_no_time_is_lost() -> None:
    world = World(lambda server, question, _: heard(server, question))
    assert world.verify(check(count=3)) == Verdict(True)
    assert world.now == 0
    assert sum(question.type == "A" for _, question in world.asked) == 12


def test_one_server_that_differs_makes_it_false_and_is_named() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        return heard(server, question, "192.0.2.99" if server == Server("192.0.2.3") else "192.0.2.80")

    world = World(says)
    verdict = world.verify(check("www.example.org."))
    assert verdict.verified is False
    (difference,) = verdict.differences
    assert (difference.server, difference.name, difference.type) == ("ns3.test.", "www.example.org.", "A")
    assert (difference.expected, difference.seen) == ("192.0.2.80 (TTL 300)", "192.0.2.99 (TTL 300)")
    assert 5 < world.now <= verify.PATIENCE_SECONDS


def test_a_server_that_comes_round_is_waited_for_and_only_it_is_asked_again() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        late = server == Server("192.0.2.3") and now < 1.5
        return heard(server, question, "192.0.2.99" if late else "192.0.2.80")

    world = World(says)
    assert world.verify(check("www.example.org.")) == Verdict(True)
    times = {
        server.address: count for (server, question), count in world.asked.items() if question.type == "A"
    }
    assert times == {"192.0.2.1": 1, "192.0.2.2": 1, "192.0.2.3": 4, "192.0.2.4": 1}


def test_a_silent_server_is_not_asked_for_every_record_set_and_makes_it_unknown() -> None:
    world = World(
        lambda server, question, _: (
            silent(server, question) if server == Server("192.0.2.2") else heard(server, question)
        )
    )
    verdict = world.verify(check(count=50))
    assert verdict == Verdict(None, unasked=("ns2.test. does not answer",))
    assert sum(server == Server("192.0.2.2") for server, _ in world.asked) == 1
    assert world.now == 0


def test_where_nobody_answers_it_is_unknown_and_says_why_of_each() -> None:
    verdict = World(lambda server, question, _: silent(server, question)).verify(check())
    assert (verdict.verified, len(verdict.unasked)) == (None, 4)


def test_what_differs_counts_more_than_what_is_silent() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        return (
            silent(server, question)
            if server == Server("192.0.2.2")
            else heard(server, question, "192.0.2.99")
        )

    verdict = World(says).verify(check())
    assert (verdict.verified, len(verdict.differences), len(verdict.unasked)) == (False, 3, 1)


def test_a_server_that_falls_silent_in_the_middle_makes_it_unknown() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        return (
            silent(server, question)
            if question.type == "A" and server.address.endswith("4")
            else heard(server, question)
        )

    assert World(says).verify(check()) == Verdict(None, unasked=("ns4.test. does not answer",))


def test_the_first_address_that_answers_is_the_one_that_is_asked() -> None:
    both = (Server("2001:db8::1"), Server("192.0.2.1"))
    world = World(
        lambda server, question, _: (
            silent(server, question) if ":" in server.address else heard(server, question)
        ),
        {"ns1.test.": both},
    )
    assert world.verify(check()) == Verdict(True)
    assert world.asked[both[1], Question("w0.example.org.", "A")] == 1


def test_a_name_server_without_an_address_is_named() -> None:
    failure = Failure(None, Question("ns1.test.", "A"), Reason.NO_ADDRESS)
    world = World(lambda server, question, _: heard(server, question), {"ns1.test.": failure})
    assert world.verify(check()) == Verdict(None, unasked=("ns1.test. has no address",))


def test_a_resolver_on_the_way_is_no_witness() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        return Answer(server, question, "NOERROR", authoritative=False, recursion_available=True)

    verdict = World(says).verify(check())
    assert verdict.verified is None
    assert "a resolver answers in its place" in verdict.unasked[0]


def test_a_server_that_refuses_the_zone_differs() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        return Answer(server, question, "REFUSED", authoritative=False)

    verdict = World(says).verify(check())
    assert verdict.verified is False
    assert {difference.seen for difference in verdict.differences} == {"REFUSED"}


def test_servers_that_share_an_address_are_asked_once() -> None:
    shared: dict[str, tuple[Server, ...] | Failure] = {name: (Server("127.0.0.1"),) for name in NAMES}
    world = World(lambda server, question, _: heard(server, question, "192.0.2.99"), shared)
    verdict = world.verify(check())
    assert [difference.server for difference in verdict.differences] == ["ns1.test."]


def test_without_known_name_servers_nothing_is_known() -> None:
    world = World(lambda server, question, _: heard(server, question))
    assert world.verify(check(servers=())).unasked == ("its name servers are not known",)


def test_zones_are_told_apart_by_their_label() -> None:
    def says(server: Server, question: Question, now: float) -> Asked:
        return heard(server, question, "192.0.2.99" if question.name.startswith("bad") else "192.0.2.80")

    world = World(says)
    dns = Dns(
        lambda names: {name: world.addresses[name] for name in names},
        world.ask_many,
        world.pause,
        lambda: world.now,
    )
    verdicts = verify_zones(
        [check("bad.example.org.", label="one"), check("www.example.org.", label="two")], dns
    )
    assert {label: verdict.verified for label, verdict in verdicts.items()} == {"one": False, "two": True}
    assert verify_zones([], dns) == {}


def test_with_very_many_each_server_gets_its_share_and_the_verdict_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verify, "MAX_QUESTIONS", 100)
    world = World(lambda server, question, _: heard(server, question))
    assert world.verify(check(count=40)) == Verdict(True, asked_of=2)
    questions = Counter(server.address for server, question in world.asked if question.type == "A")
    assert questions == {f"192.0.2.{number}": 20 for number in range(1, 5)}
    assert len({question for _, question in world.asked if question.type == "A"}) == 40


def test_a_way_that_is_closed_is_found_out_with_few_questions() -> None:
    names = [f"ns{number}.test." for number in range(400)]
    places: dict[str, tuple[Server, ...] | Failure] = {
        name: (Server(f"192.0.2.{number % 256}", 1000 + number),) for number, name in enumerate(names)
    }
    world = World(lambda server, question, _: silent(server, question), places)
    zones = [check(servers=tuple(names[start : start + 4]), label=str(start)) for start in range(0, 400, 4)]
    verdict = world.verify(*zones)
    assert sum(world.asked.values()) == PROBES
    assert (verdict.verified, len(verdict.unasked)) == (None, 4)
