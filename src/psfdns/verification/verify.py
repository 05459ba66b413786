"""Asking every name server of a zone whether it answers with what was applied.

A name server is asked at the first of its addresses that answers for the zone: all are doors to one service.
What differs, or is not answered, is asked again for a few seconds; INSYNC says that all servers have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psfdns.lookup.answer import Answer, Failure, Question, Reason
from psfdns.lookup.ask import Asked, Pair, ask_while_open
from psfdns.lookup.server import Server
from psfdns.verification.judge import Difference, judge
from psfdns.verification.questions import Expectation

PATIENCE_SECONDS = 10.0
PAUSES = (0.3, 0.7, 1.0, 2.0)
MAX_QUESTIONS = 20_000
"""Above that many, each record set is asked of fewer servers in turn, which the verdict says."""


@dataclass(frozen=True, slots=True)
class Dns:
    """The way to ask: addresses of name servers, and many questions at a time (`psfdns.lookup`)."""

    find_addresses: Callable[[Sequence[str]], Mapping[str, tuple[Server, ...] | Failure]]
    ask_many: Callable[[Sequence[Pair]], Sequence[Asked]]
    pause: Callable[[float], None]
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class ZoneCheck:
    """What is to be verified of one zone; `label` tells it from others."""

    label: str
    origin: str
    name_servers: tuple[str, ...]
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """True: all agree. False: `differences` says what and where. None: `unasked` says why.

    `asked_of`: how many servers each record set was asked of, where it was not all.
    """

    verified: bool | None
    differences: tuple[Difference, ...] = ()
    unasked: tuple[str, ...] = ()
    asked_of: int | None = None


@dataclass(slots=True)
class _Inquiry:
    """One expectation at one server."""

    check: ZoneCheck
    name_server: str
    server: Server
    expectation: Expectation
    difference: Difference | None = None
    failure: Failure | None = None

    @property
    def pair(self) -> Pair:
        return self.server, self.expectation.question


_Place = tuple[str, str]
"""A zone's label and one of its name servers."""


@dataclass(slots=True)
class _Reached:
    """Where each name server of each zone answers, and why the others do not."""

    servers: dict[_Place, Server] = field(default_factory=dict)
    failures: dict[_Place, Failure] = field(default_factory=dict)


def verify_zones(checks: Sequence[ZoneCheck], dns: Dns) -> dict[str, Verdict]:
    """A verdict for each zone, by label; within seconds, however many questions there are."""
    until = dns.clock() + PATIENCE_SECONDS
    reached = _reach(checks, dns)
    servers_each = _servers_each(checks)
    inquiries = list(_inquiries(checks, reached, servers_each))
    open_ones = _ask(inquiries, dns)
    for pause in _pauses():
        if not open_ones or dns.clock() + pause >= until:
            break
        dns.pause(pause)
        open_ones = _ask(open_ones, dns)
    return {check.label: _verdict(check, reached, open_ones, servers_each) for check in checks}


def _pauses() -> Iterator[float]:
    yield from PAUSES
    while True:
        yield PAUSES[-1]


def _reach(checks: Sequence[ZoneCheck], dns: Dns) -> _Reached:
    """Ask for each zone's SOA: who does not answer that is not asked a thousand times."""
    names = dict.fromkeys(name for check in checks for name in check.name_servers)
    addresses = dns.find_addresses(list(names))
    reached = _Reached()
    left: dict[_Place, list[Pair]] = {}
    for check in checks:
        for name in check.name_servers:
            found = addresses[name]
            if isinstance(found, Failure):
                reached.failures[check.label, name] = found
            else:
                question = Question(check.origin, "SOA")
                left[check.label, name] = [(server, question) for server in found]
    while left:
        answers = _probe([pairs[0] for pairs in left.values()], dns)
        for place, pairs in left.items():
            _note(reached, place, answers[pairs[0]])
        left = {
            place: pairs[1:] for place, pairs in left.items() if place not in reached.servers and pairs[1:]
        }
    return reached


def _probe(pairs: Sequence[Pair], dns: Dns) -> dict[Pair, Asked]:
    """The answers, with few questions where the way is closed."""
    unique = list(dict.fromkeys(pairs))
    return dict(zip(unique, ask_while_open(unique, dns.ask_many), strict=True))


def _note(reached: _Reached, place: _Place, asked: Asked) -> None:
    if isinstance(asked, Answer) and asked.recursion_available and not asked.authoritative:
        # No name server of Route 53's is a resolver: something on the way answers in its place.
        asked = Failure(asked.server, asked.question, Reason.LAME, "a resolver answers in its place")
    if isinstance(asked, Failure):
        reached.failures.setdefault(place, asked)
    else:
        reached.servers[place] = asked.server
        reached.failures.pop(place, None)


def _ask_once_each(pairs: Iterable[Pair], dns: Dns) -> dict[Pair, Asked]:
    """Name servers that share an address are one server."""
    unique = list(dict.fromkeys(pairs))
    return dict(zip(unique, dns.ask_many(unique), strict=True))


def _servers_each(checks: Sequence[ZoneCheck]) -> int | None:
    """How many servers each record set is asked of; None: all."""
    total = sum(len(check.expectations) * len(check.name_servers) for check in checks)
    if total <= MAX_QUESTIONS:
        return None
    return max(1, MAX_QUESTIONS // sum(len(check.expectations) for check in checks))


def _inquiries(
    checks: Sequence[ZoneCheck], reached: _Reached, servers_each: int | None
) -> Iterator[_Inquiry]:
    for check in checks:
        known = [
            (name, reached.servers[check.label, name])
            for name in check.name_servers
            if (check.label, name) in reached.servers
        ]
        # Servers that share an address are asked once.
        unique = list({server: name for name, server in reversed(known)}.items())
        for number, expectation in enumerate(check.expectations):
            for turn in range(min(servers_each or len(unique), len(unique))):
                server, name = unique[(number + turn) % len(unique)]
                yield _Inquiry(check, name, server, expectation)


def _ask(inquiries: Sequence[_Inquiry], dns: Dns) -> list[_Inquiry]:
    """Ask; returns what does not agree, or not yet."""
    answers = _ask_once_each([inquiry.pair for inquiry in inquiries], dns)
    left = []
    for inquiry in inquiries:
        asked = answers[inquiry.pair]
        inquiry.failure = asked if isinstance(asked, Failure) else None
        inquiry.difference = None
        if isinstance(asked, Answer):
            inquiry.difference = judge(inquiry.expectation, asked, server=inquiry.name_server)
        if inquiry.failure or inquiry.difference:
            left.append(inquiry)
    return left


def _verdict(
    check: ZoneCheck, reached: _Reached, left: Sequence[_Inquiry], servers_each: int | None
) -> Verdict:
    own = [inquiry for inquiry in left if inquiry.check is check]
    differences = tuple(inquiry.difference for inquiry in own if inquiry.difference)
    silent = {name: failure for (label, name), failure in reached.failures.items() if label == check.label}
    silent |= {inquiry.name_server: inquiry.failure for inquiry in own if inquiry.failure}
    unasked = tuple(f"{name} {failure.words}" for name, failure in silent.items())
    if not check.name_servers:
        unasked = ("its name servers are not known",)
    verified = False if differences else None if unasked else True
    fewer = servers_each is not None and servers_each < len(check.name_servers)
    return Verdict(verified, differences, unasked, servers_each if fewer else None)
