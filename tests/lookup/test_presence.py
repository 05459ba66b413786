"""Waiting for what was written: until every server has it, or a minute is over."""

from __future__ import annotations

from collections.abc import Sequence

from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked, Pair
from psfdns.lookup.parents import NameServer
from psfdns.lookup.presence import PATIENCE_SECONDS, Presence, wait_for_values
from psfdns.lookup.server import Server
from psfdns.lookup.view import Servers, View
from tests.route53.accounts import Time

FAST, SLOW = (NameServer(f"{name}.example.", Server(name)) for name in ("fast", "slow"))
WANTED = {"a.example.": frozenset({'"one"', '"two"'})}


class Zone:
    """Servers that have the values from a moment on; one that is in `silent` answers nothing."""

    def __init__(self, time: Time, *, slow_from: float = 0.0) -> None:
        self.time = time
        self.slow_from = slow_from
        self.silent: set[str] = set()
        self.lame = False
        self.asked = 0

    def view(self) -> View:
        return View(lambda _: {}, self.find_servers, self.ask_many)

    def find_servers(self, names: Sequence[str]) -> dict[str, Servers | Failure]:
        return dict.fromkeys(names, (FAST, SLOW))

    def ask_many(self, pairs: Sequence[Pair]) -> list[Asked]:
        self.asked += len(pairs)
        return [self._answer(pair) for pair in pairs]

    def _answer(self, pair: Pair) -> Asked:
        server, question = pair
        if server.address in self.silent:
            return Failure(server, question, Reason.TIMEOUT)
        ready = server.address == "fast" or self.time.now >= self.slow_from
        values = ('"one"', '"other"', '"two"') if ready else ('"one"',)
        heard = (HeardSet(question.name, "TXT", 60, values),)
        return Answer(server, question, "NOERROR", authoritative=not self.lame, answer=heard)


def wait(zone: Zone) -> Presence:
    found = wait_for_values(WANTED, zone.view(), pause=zone.time.sleep, clock=zone.time.clock)
    return found["a.example."]


def test_every_server_has_all_values_among_others() -> None:
    zone = Zone(Time())

    assert wait(zone) == Presence()
    assert zone.asked == 2
    assert zone.time.now == 0


def test_a_slow_server_is_waited_for_and_only_it_is_asked_again() -> None:
    zone = Zone(Time(), slow_from=1.0)

    assert wait(zone) == Presence()
    assert zone.asked == 2 + 3


def test_after_a_minute_who_lacks_it_is_named() -> None:
    zone = Zone(Time(), slow_from=999.0)

    found = wait(zone)

    assert found.missing == ("slow.example. (slow) does not answer with it",)
    assert PATIENCE_SECONDS - 2 <= zone.time.now <= PATIENCE_SECONDS


def test_a_server_that_cannot_be_asked_is_not_waited_for() -> None:
    zone = Zone(Time())
    zone.silent = {"slow"}

    found = wait(zone)

    assert found.is_unknown
    assert found.silent == ("slow.example. (slow) does not answer",)
    assert zone.time.now == 0


def test_a_value_that_is_missing_somewhere_is_not_unknown_because_another_is_silent() -> None:
    zone = Zone(Time(), slow_from=999.0)
    zone.silent = {"fast"}

    found = wait(zone)

    assert not found.is_unknown
    assert found.missing
    assert found.silent


def test_an_answer_without_authority_does_not_count() -> None:
    zone = Zone(Time())
    zone.lame = True

    assert "has no authority over the name" in wait(zone).missing[0]


def test_a_name_without_servers_is_unknown() -> None:
    time = Time()
    failure = Failure(None, Question("a.example.", "NS"), Reason.NO_ADDRESS)
    view = View(lambda _: {}, lambda names: dict.fromkeys(names, failure), lambda _: [])

    found = wait_for_values(WANTED, view, pause=time.sleep, clock=time.clock)["a.example."]

    assert found.is_unknown
    assert found.why == "its name servers are not to be found: has no address"


def test_nothing_wanted_asks_nobody() -> None:
    time = Time()

    assert wait_for_values({}, Zone(time).view(), pause=time.sleep, clock=time.clock) == {}
