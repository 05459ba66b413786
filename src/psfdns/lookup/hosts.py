"""What the name of a name server leads to: addresses, an alias that must not be there, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psfdns.lookup.answer import Answer, Failure
from psfdns.lookup.ask import Asked
from psfdns.lookup.server import Server

MAX_ALIASES = 16
"""CNAMEs followed inside one answer."""


@dataclass(frozen=True, slots=True)
class Host:
    """The addresses of a name, IPv4 first, and where a CNAME at the name itself leads.

    `failure`: why it is not known that these are all; without it, no address means that there is none.
    """

    name: str
    addresses: tuple[Server, ...] = ()
    alias: str | None = None
    failure: Failure | None = None


def read_host(name: str, asked: Sequence[Asked], *, port: int) -> Host:
    """What the answers to the questions for its addresses say; the answers of several servers are joined."""
    usable = [each for each in asked if isinstance(each, Answer) and each.rcode in {"NOERROR", "NXDOMAIN"}]
    servers = (Server(address, port) for each in usable for address in values_of(each))
    aliases = (heard for each in usable if (heard := each.answered(name, "CNAME")) is not None)
    alias = next((heard.values[0] for heard in aliases), None)
    failures = [each for each in asked if isinstance(each, Failure)]
    return Host(name, tuple(dict.fromkeys(servers)), alias, failures[0] if failures else None)


def values_of(answer: Answer) -> tuple[str, ...]:
    """The values of the type asked for, CNAMEs of the answer followed."""
    name = answer.question.name
    for _ in range(MAX_ALIASES):
        heard = answer.answered(name, answer.question.type)
        if heard is not None:
            return heard.values
        alias = answer.answered(name, "CNAME")
        if alias is None:
            return ()
        name = alias.values[0]
    return ()
