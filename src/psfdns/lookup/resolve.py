"""Addresses of names, asked of recursive resolvers: the system's, or those that the caller names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import dns.exception
import dns.resolver

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, Question, Reason
from psfdns.lookup.ask import Asked, Pair, Patience, ask_many, ask_while_open
from psfdns.lookup.hosts import Host, read_host, values_of
from psfdns.lookup.server import DNS_PORT, Server

ADDRESS_TYPES = ("A", "AAAA")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Recursive servers, tried in order, and the port of the servers that they find for us."""

    servers: tuple[Server, ...]
    port: int = DNS_PORT
    patience: Patience = field(default_factory=Patience)

    def find_addresses(self, names: Iterable[str]) -> dict[str, tuple[Server, ...] | Failure]:
        """Each name's addresses, IPv4 first, as servers at `port`; or why there are none."""
        wanted = list(dict.fromkeys(names))
        questions = [Question(name, rdtype) for name in wanted for rdtype in ADDRESS_TYPES]
        answers = self.resolve_many(questions)
        return {name: self._servers_of(name, answers) for name in wanted}

    def find_hosts(self, names: Iterable[str]) -> dict[str, Host]:
        """What each name leads to, as far as a resolver can tell."""
        wanted = list(dict.fromkeys(names))
        answers = self.resolve_many([Question(name, rdtype) for name in wanted for rdtype in ADDRESS_TYPES])
        return {
            name: read_host(
                name,
                [usable_or_failure(answers[Question(name, each)]) for each in ADDRESS_TYPES],
                port=self.port,
            )
            for name in wanted
        }

    def resolve_many(self, questions: Sequence[Question]) -> dict[Question, Asked]:
        """The first usable answer to each: a server that fails is followed by the next."""
        found: dict[Question, Asked] = {}
        for server in self.servers:
            left = [each for each in questions if not is_usable(found.get(each))]
            pairs = [(server, question) for question in left]
            found.update(zip(left, ask_while_open(pairs, self._ask), strict=True))
        return found

    def _ask(self, pairs: Sequence[Pair]) -> list[Asked]:
        return ask_many(pairs, recursive=True, patience=self.patience)

    def _servers_of(self, name: str, answers: Mapping[Question, Asked]) -> tuple[Server, ...] | Failure:
        servers: list[Server] = []
        failure = Failure(None, Question(name, ADDRESS_TYPES[0]), Reason.NO_ADDRESS)
        for rdtype in ADDRESS_TYPES:
            asked = answers.get(Question(name, rdtype))
            if isinstance(asked, Answer) and is_usable(asked):
                servers += (Server(address, self.port) for address in values_of(asked))
            elif asked is not None:
                failure = _why_not(asked)
        return tuple(servers) or failure


def system_resolver(*, port: int = DNS_PORT) -> Resolver:
    """The resolver that this machine is set up with (resolv.conf(5)); raises LookupFailedError."""
    try:
        system = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise LookupFailedError(
            "the system's resolver",
            "read its configuration",
            "there is none",
            hint="name resolvers in psfdns.toml: [resolver] servers",
        ) from error
    return Resolver(tuple(Server(str(address), system.port) for address in system.nameservers), port)


def is_usable(asked: Asked | None) -> bool:
    """Whether a resolver found out, be it that there is nothing."""
    return isinstance(asked, Answer) and asked.rcode in {"NOERROR", "NXDOMAIN"}


def usable_or_failure(asked: Asked) -> Asked:
    """The answer, or why nothing is known by it."""
    return asked if is_usable(asked) else _why_not(asked)


def _why_not(asked: Asked) -> Failure:
    if isinstance(asked, Failure):
        return Failure(None, asked.question, Reason.UNRESOLVED, f"resolver {asked.server} {asked.words}")
    why = f"resolver {asked.server} says {asked.rcode}"
    return Failure(None, asked.question, Reason.UNRESOLVED, why)
