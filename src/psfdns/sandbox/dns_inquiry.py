"""Asking the sandbox's DNS without a socket, in the words of `psfdns.lookup`."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, Question, Reason, read_answer
from psfdns.lookup.ask import Asked, Pair, Told, Way, make_query
from psfdns.lookup.hosts import Host
from psfdns.lookup.parents import Cut, NameServer, ParentView, ask_parents
from psfdns.lookup.server import Server
from psfdns.lookup.signed import AskSigned, Heard, read_reply
from psfdns.lookup.survey import Means
from psfdns.lookup.view import MAX_ALIASES, Servers, View, make_find_servers
from psfdns.names import canonical_order, is_subdomain
from psfdns.rrsets import decode_name
from psfdns.sandbox.cloud import Cloud
from psfdns.sandbox.dns_messages import DnsService

if TYPE_CHECKING:
    from dns.message import Message

_NOWHERE = "it lies in no zone of the sandbox; psfdns --sandbox apply makes those of the files"


class DnsInquiry:
    """The zones' name servers within this process: the address of each is the name of one of them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._service = DnsService(cloud)

    def find_addresses(self, names: Sequence[str]) -> dict[str, tuple[Server, ...] | Failure]:
        """The four servers of one zone are one here, and have one address; one of two zones has its own."""
        sets = {hosted.name_servers for hosted in self._cloud.store.zones().values()}
        seen = Counter(name for name_servers in sets for name in name_servers)
        first = {name: name_servers[0] for name_servers in sets for name in name_servers if seen[name] == 1}
        return {name: (Server(first.get(name, name)),) for name in names}

    def ask_many(self, pairs: Sequence[Pair], *, way: Way = Way.USUAL) -> list[Asked]:
        """The answers, from the zones as they are now. Raises PsfdnsError where the state is damaged."""
        return list(self._ask(pairs, way, read_answer))

    def ask_signed_in_front_of(self, ask: AskSigned) -> AskSigned:
        """Questions for records and signatures: the zones' own name servers are asked here."""

        def ask_both(pairs: Sequence[Pair]) -> list[Heard]:
            own = self._own()
            here = [pair for pair in pairs if pair[0].address in own]
            there = [pair for pair in pairs if pair[0].address not in own]
            heard: dict[Pair, Heard] = dict(zip(there, ask(there), strict=True))
            heard |= zip(here, self._ask(here, Way.SIGNED, read_reply), strict=True)
            return [heard[pair] for pair in pairs]

        return ask_both

    def _ask(
        self, pairs: Sequence[Pair], way: Way, read: Callable[[Message, Server, Question], Told]
    ) -> Iterator[Told]:
        self._service.look()
        for server, question in pairs:
            query = make_query(question, way=way)
            yield read(self._service.query(query, name_server=server.address), server, question)

    def in_front_of(self, means: Means) -> Means:
        """The means to survey a delegation: the zones' own name servers are asked here, others as before.

        Here every name server is one of its own, as at Route 53. Where there is no way to the parents, a
        zone whose parent zone is here too still has its parents.
        """
        return dataclasses.replace(
            means,
            find_parents=lambda zone: self._find_parents(zone, means.find_parents),
            find_hosts=lambda names: self._find_hosts(names, means.find_hosts),
            ask_many=lambda pairs, *, way: self._divide(pairs, way, means),
        )

    def view(self, outside: View | None = None) -> View:
        """What a CA would see: names of zones here are answered here, others by `outside`, if any."""

        def resolve(questions: Sequence[Question]) -> Mapping[Question, Asked]:
            self._service.look()
            return {question: self._resolve(question, outside) for question in questions}

        find_here = make_find_servers(resolve, self.find_addresses)

        def find_servers(names: Sequence[str]) -> Mapping[str, Servers | Failure]:
            self._service.look()
            here = [name for name in names if self._is_here(name)]
            there = [name for name in names if not self._is_here(name)]
            elsewhere = outside.find_servers if outside is not None else find_here
            return {**find_here(here), **(elsewhere(there) if there else {})}

        def ask_many(pairs: Sequence[Pair]) -> Sequence[Asked]:
            own = self._own()
            here = [pair for pair in pairs if pair[0].address in own or outside is None]
            there = [pair for pair in pairs if not (pair[0].address in own or outside is None)]
            answers = dict(zip(here, self.ask_many(here), strict=True))
            answers |= zip(there, outside.ask_many(there) if outside is not None else (), strict=True)
            return [answers[pair] for pair in pairs]

        return View(resolve, find_servers, ask_many)

    def _is_here(self, name: str) -> bool:
        return self._query(Question(name, "SOA")).rcode != "REFUSED"

    def _query(self, question: Question) -> Answer:
        """What the server of the nearest zone says."""
        return read_answer(self._service.query(make_query(question)), Server("sandbox"), question)

    def _resolve(self, question: Question, outside: View | None) -> Asked:
        """As a resolver does: from zone to zone, and out of them."""
        asked = self._query(question)
        for _ in range(MAX_ALIASES):
            if asked.rcode == "REFUSED" or question.type == "CNAME" or not asked.answer:
                break
            last = asked.answer[-1]
            if last.type != "CNAME":
                break
            following = self._resolve_elsewhere(Question(last.values[0], question.type), outside)
            if isinstance(following, Failure):
                return following
            asked = dataclasses.replace(
                following, question=question, answer=(*asked.answer, *following.answer)
            )
            if not following.answer:
                break
        return asked if asked.rcode != "REFUSED" else self._resolve_elsewhere(question, outside)

    def _resolve_elsewhere(self, question: Question, outside: View | None) -> Asked:
        asked = self._query(question)
        if asked.rcode != "REFUSED":
            return asked
        if outside is not None:
            return outside.resolve([question])[question]
        return Failure(None, question, Reason.UNRESOLVED, _NOWHERE)

    def _find_parents(self, zone: str, elsewhere: Callable[[str], ParentView]) -> ParentView:
        try:
            return elsewhere(zone)
        except LookupFailedError:
            public = [hosted for hosted in self._cloud.store.zones().values() if not hosted.private]
            held = {decode_name(hosted.name): hosted for hosted in public}
            above = [name for name in held if name != zone and is_subdomain(zone, name)]
            if not above:
                raise
            nearest = max(above, key=lambda name: len(canonical_order(name)))
            servers = tuple(NameServer(name, Server(name)) for name in held[nearest].name_servers)
            return ask_parents(zone, Cut(nearest, servers), self.ask_many)

    def _find_hosts(
        self, names: Sequence[str], elsewhere: Callable[[Sequence[str]], Mapping[str, Host]]
    ) -> dict[str, Host]:
        own = self._own()
        found = {name: Host(name, (Server(name),)) for name in names if name in own}
        others = [name for name in names if name not in own]
        return {**found, **(elsewhere(others) if others else {})}

    def _divide(self, pairs: Sequence[Pair], way: Way, means: Means) -> list[Asked]:
        own = self._own()
        here = [pair for pair in pairs if pair[0].address in own]
        there = [pair for pair in pairs if pair[0].address not in own]
        answers = dict(zip(here, self.ask_many(here, way=way), strict=True))
        answers |= zip(there, means.ask_many(there, way=way), strict=True)
        return [answers[pair] for pair in pairs]

    def _own(self) -> frozenset[str]:
        """The name servers of all zones."""
        return frozenset(
            name for hosted in self._cloud.store.zones().values() for name in hosted.name_servers
        )
