"""Asking about many targets: each question once, within bounds of number and time, in few rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from psfdns.dangling.answers import Heard, State, read_target, without_sender
from psfdns.dangling.pointers import ADDRESS_TYPES, Pointer
from psfdns.dangling.servers import Served, read_server
from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.ask import Asked, Pair
from psfdns.lookup.server import Server
from psfdns.names import labels_of, name_from_labels
from psfdns.providers import PROVIDERS, Provider, Vacancy
from psfdns.web.fetch import Fetched, Unfetched, Visit

MAX_TARGETS = 20_000
"""Targets of one run: more than thousands of zones have, and less than a hostile file can name."""
MAX_PAGES = 2_000
MAX_ADDRESSES = 4
"""Of a name server that are asked."""
BATCH = 500
"""Questions between two looks at the clock."""
PAGE_BATCH = 50
PROBE = b"psfdns-probe"
"""The label that stands for the wildcard's where a page is asked for."""


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Contacts:
    """The ways out. `resolve` asks resolvers, `ask` servers, `fetch` the web; `port` is that of servers.

    `may_connect` says of an address whether strangers may send us there, `is_late` when the time is over,
    `progress` hears what is done of how many.
    """

    resolve: Callable[[Sequence[Question]], Mapping[Question, Asked]]
    ask: Callable[[Sequence[Pair]], Sequence[Asked]]
    fetch: Callable[[Sequence[Visit]], Sequence[Fetched]]
    may_connect: Callable[[str], bool]
    registrable: Callable[[str], str | None]
    is_late: Callable[[], bool]
    progress: Callable[[str, int, int], None]
    port: int = 53


@dataclass(slots=True)
class Report:
    """All that was heard.

    `targets` by pointer, `servers` by (zone, server), `pages` by pointer; `unregistered`: registrable
    domains that do not exist, by the name that was looked for; `unasked` counts targets beyond the bounds.
    Where no question was `answered`, `failure` says how one of them failed.
    """

    targets: dict[Pointer, Heard] = field(default_factory=dict)
    servers: dict[tuple[str, str], Served] = field(default_factory=dict)
    pages: dict[Pointer, tuple[Provider, Fetched]] = field(default_factory=dict)
    unregistered: dict[str, str] = field(default_factory=dict)
    unasked: int = 0
    answered: bool = False
    failure: str = ""


def listen(pointers: Sequence[Pointer], contacts: Contacts) -> Report:
    """Ask about all of them."""
    listener = _Listener(contacts)
    report = Report()
    open_ones = [each for each in pointers if not each.addresses]
    wanted = list(dict.fromkeys((each.target, each.types) for each in open_ones))
    allowed = frozenset(wanted[:MAX_TARGETS])
    report.unasked = len(wanted) - len(allowed)
    listener.hear_targets(wanted[:MAX_TARGETS])
    for pointer in pointers:
        if pointer.addresses or (pointer.target, pointer.types) in allowed:
            report.targets[pointer] = _heard(pointer, listener.answers)
    listener.hear_registries(report)
    listener.hear_servers(report)
    listener.hear_pages(report)
    asked = [*listener.answers.values(), *listener.said.values()]
    failed = [each for each in asked if isinstance(each, Failure)]
    report.answered = not asked or len(failed) < len(asked)
    report.failure = f"{failed[0].server or 'DNS'} {failed[0].words}" if failed else ""
    return report


def _heard(pointer: Pointer, answers: Mapping[Question, Asked]) -> Heard:
    if pointer.addresses:
        return Heard(State.THERE, (pointer.target,), pointer.addresses)
    heard = read_target(pointer.target, pointer.types, answers)
    return without_sender(heard) if pointer.role in {"SPF include:", "SPF redirect="} else heard


class _Listener:
    """What was asked in this run, so that nothing is asked twice."""

    def __init__(self, contacts: Contacts) -> None:
        self.contacts = contacts
        self.answers: dict[Question, Asked] = {}
        self.said: dict[Pair, Asked] = {}

    def hear_targets(self, wanted: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        """A type a round: the next one only of those that have not the ones before."""
        left = list(wanted)
        while left:
            questions = [(target, types, self._next(target, types)) for target, types in left]
            asked = [question for _, _, question in questions if question is not None]
            self._resolve(asked)
            left = [(target, types) for target, types, question in questions if question is not None]

    def _next(self, target: str, types: Sequence[str]) -> Question | None:
        for rdtype in types:
            question = Question(target, rdtype)
            if question not in self.answers:
                return question
            if read_target(target, (rdtype,), self.answers).state is not State.EMPTY:
                return None
        return None

    def hear_registries(self, report: Report) -> None:
        """Whether the registrable domains of what is gone exist."""
        ends = {heard.end for heard in report.targets.values() if heard.state is State.GONE}
        domains = {end: self.contacts.registrable(end) for end in sorted(ends)}
        self._resolve([Question(domain, "SOA") for domain in domains.values() if domain])
        for end, domain in domains.items():
            asked = self.answers.get(Question(domain, "SOA")) if domain else None
            if domain and asked and read_target(domain, ("SOA",), self.answers).state is State.GONE:
                report.unregistered[end] = domain

    def hear_servers(self, report: Report) -> None:
        """Whether the servers of delegations answer for the zones."""
        places: dict[tuple[str, str], list[Pair]] = {}
        served = [(each, heard) for each, heard in report.targets.items() if each.is_delegation]
        self._resolve(
            [
                Question(each.target, rdtype)
                for each, heard in served
                if heard.state is State.THERE and not each.addresses
                for rdtype in each.types
            ]
        )
        for each, heard in served:
            if heard.state is State.THERE:
                places[each.key.name, each.target] = list(self._pairs(each))
        self._ask([pair for pairs in places.values() for pair in pairs])
        for (zone, server), pairs in places.items():
            report.servers[zone, server] = read_server(zone, [self.said[pair] for pair in pairs])

    def _pairs(self, pointer: Pointer) -> Iterator[Pair]:
        found = pointer.addresses or tuple(self._addresses(pointer.target))
        allowed = [address for address in dict.fromkeys(found) if self.contacts.may_connect(address)]
        for address in allowed[:MAX_ADDRESSES]:
            yield Server(address, self.contacts.port), Question(pointer.key.name, "SOA")

    def _addresses(self, name: str) -> Iterator[str]:
        for rdtype in ADDRESS_TYPES:
            heard = read_target(name, (rdtype,), self.answers)
            if heard.state is State.THERE:
                yield from heard.values

    def hear_pages(self, report: Report) -> None:
        """What is shown under our name by providers that tell a free one by a page."""
        lodged: dict[Pointer, tuple[Provider, Visit]] = {}
        for pointer, heard in report.targets.items():
            provider = provider_of(pointer, heard)
            if heard.state is State.THERE and provider and provider.vacancy is Vacancy.PAGE:
                host = _host(pointer.key.name)
                if host is not None:
                    found = pointer.addresses or tuple(self._addresses(pointer.target))
                    lodged[pointer] = provider, Visit(host, found)
        visits = list(dict.fromkeys(visit for _, visit in lodged.values()))
        pages = dict(zip(visits, self._fetch(visits), strict=True))
        for pointer, (provider, visit) in lodged.items():
            report.pages[pointer] = provider, pages[visit]

    def _fetch(self, visits: Sequence[Visit]) -> list[Fetched]:
        pages: list[Fetched] = []
        for batch in _batches(visits[:MAX_PAGES], PAGE_BATCH):
            if self.contacts.is_late():
                pages += [Unfetched("is not fetched: the time for all is over")] * len(batch)
            else:
                pages += self.contacts.fetch(batch)
            self.contacts.progress("pages", len(pages), len(visits))
        return pages + [Unfetched(f"is not fetched: it is one of more than {MAX_PAGES:,}")] * (
            len(visits) - len(pages)
        )

    def _resolve(self, questions: Iterable[Question]) -> None:
        new = [each for each in dict.fromkeys(questions) if each not in self.answers]
        done = 0
        for batch in _batches(new, BATCH):
            if self.contacts.is_late():
                self.answers.update((each, _late(None, each)) for each in batch)
            else:
                self.answers.update(self.contacts.resolve(batch))
            done += len(batch)
            self.contacts.progress("names", done, len(new))

    def _ask(self, pairs: Iterable[Pair]) -> None:
        new = [each for each in dict.fromkeys(pairs) if each not in self.said]
        for batch in _batches(new, BATCH):
            if self.contacts.is_late():
                self.said.update((pair, _late(*pair)) for pair in batch)
            else:
                self.said.update(zip(batch, self.contacts.ask(batch), strict=True))


def provider_of(pointer: Pointer, heard: Heard) -> Provider | None:
    """The provider that the pointer leads to, over whatever CNAMEs."""
    if not pointer.types:
        return next((each for each in PROVIDERS if each.serves(pointer.target)), None)
    if pointer.role not in {"CNAME", "alias", "HTTPS", "SVCB"}:
        return None
    return next((each for name in heard.chain for each in PROVIDERS if each.holds(name)), None)


def _host(name: str) -> str | None:
    """Our name as a browser asks for it; a wildcard by one of its names, a service's name by none."""
    labels = labels_of(name)
    if any(label.startswith(b"_") for label in labels):
        return None
    if labels[:1] == (b"*",):
        labels = (PROBE, *labels[1:])
    return name_from_labels(labels).removesuffix(".")


def _late(server: Server | None, question: Question) -> Failure:
    return Failure(server, question, Reason.TIMEOUT, "the time for all questions is over")


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
