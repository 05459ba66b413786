"""Who is asked for what: everybody for the apex, one after the other for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import dns.rrset
import pytest

from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.ask import Pair
from psfdns.lookup.hearing import At, LinkHeard, apex_questions, hear_link, hear_sets, hear_zone
from psfdns.lookup.parents import Cut, NameServer
from psfdns.lookup.server import Server
from psfdns.lookup.signed import Heard, Reply, SignedSet
from psfdns.names import labels_of, name_from_labels

ZONE = "z.test."
PLACES = [NameServer(f"ns{number}.z.test.", Server(f"192.0.2.{number}")) for number in range(1, 4)]
PARENTS = [
    NameServer("a.nic.test.", Server("198.51.100.1")),
    NameServer("b.nic.test.", Server("198.51.100.2")),
]
SETS = [Question(f"n{number}.z.test.", "A") for number in range(7)]


class Net:
    """Answers everything, with a DNSKEY where the zone is signed; notes who was asked for what."""

    def __init__(self, *, signed: bool = True, silent: tuple[str, ...] = ()) -> None:
        self.signed, self.silent = signed, silent
        self.asked: list[Pair] = []

    def ask(self, pairs: Sequence[Pair]) -> list[Heard]:
        self.asked += pairs
        return [self._answer(*pair) for pair in pairs]

    def _answer(self, server: Server, question: Question) -> Heard:
        if server.address in self.silent:
            return Failure(server, question, Reason.TIMEOUT)
        sets: tuple[SignedSet, ...] = ()
        if question.type == "DNSKEY" and self.signed:
            rrset = dns.rrset.from_text(question.name, 60, "IN", "DNSKEY", "257 3 13 AAAA")
            sets = (SignedSet(question.name, "DNSKEY", rrset),)
        return Reply(server, question, "NOERROR", authoritative=True, answer=sets)


def test_every_address_of_parent_and_zone_is_asked() -> None:
    net = Net()
    link, heard = hear_zone(ZONE, PARENTS, PLACES, net.ask)
    assert [at for at, _ in link.ds] == PARENTS
    assert [at for at, _ in link.keys] == PLACES
    for question in (Question(ZONE, "SOA"), Question(ZONE, "DNSKEY"), *apex_questions(ZONE)):
        assert [at for at, _ in heard.told[question]] == PLACES
    assert max(Counter(net.asked).values()) == 1


def wire_size(name: str) -> int:
    return sum(len(label) + 1 for label in labels_of(name)) + 1


@pytest.mark.parametrize(
    ("size", "left"), [(211, 42), (212, 42), (213, 41), (252, 2), (253, 1), (254, None), (255, None)]
)
def test_below_a_long_name_there_is_less_room_for_a_name_that_does_not_exist(
    size: int, left: int | None
) -> None:
    """`size` is that of the zone's name on the wire, `left` that of the label below it."""
    zone = name_from_labels([b"a" * 48] * 4 + [b"b" * (size - 198)])
    assert wire_size(zone) == size
    denied = [question.name for question in apex_questions(zone) if question.name != zone]
    assert [len(labels_of(name)[0]) for name in denied] == ([left] if left else [])
    assert all(wire_size(name) <= 255 for name in denied)


def test_an_unsigned_zone_without_ds_is_asked_for_little() -> None:
    net = Net(signed=False)
    hear_zone(ZONE, PARENTS, PLACES, net.ask)
    assert {question.type for _, question in net.asked} == {"DS", "SOA", "DNSKEY"}


def test_an_address_with_two_names_is_asked_once() -> None:
    net = Net()
    twice = [NameServer("one.test.", Server("192.0.2.1")), NameServer("two.test.", Server("192.0.2.1"))]
    _, heard = hear_zone(ZONE, (), twice, net.ask)
    assert [at for at, _ in heard.of("SOA")] == twice
    assert max(Counter(net.asked).values()) == 1


def test_other_sets_are_asked_at_one_address_each_in_turn() -> None:
    net = Net()
    hear_sets([*SETS, SETS[0]], PLACES, net.ask, lambda _: True)
    assert len(net.asked) == len(SETS)
    assert Counter(server for server, _ in net.asked) == {
        PLACES[0].server: 3,
        PLACES[1].server: 2,
        PLACES[2].server: 2,
    }


def test_another_run_asks_each_set_at_another_address() -> None:
    asked: dict[Question, set[Server]] = {question: set() for question in SETS}
    for turn in range(739_000, 739_000 + len(PLACES)):
        net = Net()
        hear_sets(SETS, PLACES, net.ask, lambda _: True, turn=turn)
        for server, question in net.asked:
            asked[question].add(server)
    assert set(map(len, asked.values())) == {len(PLACES)}


def test_what_is_not_sound_at_one_address_is_asked_at_all() -> None:
    net = Net()

    def is_sound(told: At) -> bool:
        return isinstance(told[1], Reply) and told[1].question != SETS[2]

    told = hear_sets(SETS, PLACES, net.ask, is_sound)
    assert [at for at, _ in told[SETS[2]]] == PLACES
    assert {len(told[each]) for each in SETS if each != SETS[2]} == {1}


def test_nobody_to_ask_is_no_answer() -> None:
    assert hear_sets(SETS, [], Net().ask, lambda _: True) == {}
    assert hear_sets([], PLACES, Net().ask, lambda _: True) == {}


def test_further_up_one_server_is_enough_where_it_tells_enough() -> None:
    net = Net(silent=("192.0.2.1",))
    own = Cut(ZONE, tuple(PLACES))
    hear_link(ZONE, Cut("test.", tuple(PARENTS)), own, net.ask, lambda _: True)
    assert len(net.asked) == 2

    def has_keys(heard: LinkHeard) -> bool:
        return any(isinstance(told, Reply) for _, told in heard.keys)

    heard = hear_link(ZONE, None, own, net.ask, has_keys)
    assert [at for at, _ in heard.keys] == PLACES
    assert heard.ds == ()
