"""What a CA sees of a name: where its aliases lead, and which servers have the last word on it.

A resolver is asked for aliases and for the zone of a name; the zone's own servers are asked for what was
written a moment ago, since a resolver may still remember that it was not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psfdns.lookup.answer import Answer, Failure, Question, Reason
from psfdns.lookup.ask import Asked, Pair
from psfdns.lookup.parents import FindAddresses, NameServer
from psfdns.lookup.resolve import is_usable
from psfdns.lookup.server import Server

MAX_ALIASES = 10
"""CNAMEs that a CA can be expected to follow (Boulder's resolver stops at about as many)."""

Servers = tuple[NameServer, ...]
Resolve = Callable[[Sequence[Question]], Mapping[Question, Asked]]
AskMany = Callable[[Sequence[Pair]], Sequence[Asked]]


@dataclass(frozen=True, slots=True)
class View:
    """The ways to ask: a resolver, addresses of name servers, the servers of zones, questions to servers."""

    resolve: Resolve
    find_servers: Callable[[Sequence[str]], Mapping[str, Servers | Failure]]
    ask_many: AskMany


class Lead(NamedTuple):
    """Where a name leads: the names on the way, the first is the one asked for; `fault` is what is wrong.

    `unknown`: the fault is that nobody could tell.
    """

    names: tuple[str, ...]
    fault: str | None = None
    unknown: bool = False

    @property
    def end(self) -> str:
        """Where it leads to."""
        return self.names[-1]


def follow_aliases(names: Iterable[str], resolve: Resolve) -> dict[str, Lead]:
    """Follow the CNAMEs of canonical names, one step of all of them at a time; loops are named."""
    leads = {name: Lead((name,)) for name in names}
    walking = list(leads)
    while walking:
        questions = list(dict.fromkeys(Question(leads[name].end, "CNAME") for name in walking))
        answers = resolve(questions)
        going = []
        for name in walking:
            lead = leads[name]
            leads[name] = _one_step(lead, answers.get(Question(lead.end, "CNAME")))
            if leads[name].fault is None and leads[name] != lead:
                going.append(name)
        walking = going
    return leads


def _one_step(lead: Lead, asked: Asked | None) -> Lead:
    if not isinstance(asked, Answer):
        return lead._replace(fault=f"{lead.end} CNAME: {_why(asked)}", unknown=True)
    if not is_usable(asked):
        return lead._replace(fault=f"{lead.end} CNAME: a resolver says {asked.rcode}", unknown=True)
    heard = asked.answered(lead.end, "CNAME")
    if heard is None:
        return lead
    following = heard.values[0]
    if following in lead.names:
        circle = " -> ".join((*lead.names[lead.names.index(following) :], following))
        return lead._replace(fault=f"the CNAMEs lead in a circle: {circle}")
    if len(lead.names) > MAX_ALIASES:
        return lead._replace(fault=f"more than {MAX_ALIASES} CNAMEs in a row from {lead.names[0]}")
    return lead._replace(names=(*lead.names, following))


def make_find_servers(
    resolve: Resolve, find_addresses: FindAddresses
) -> Callable[[Sequence[str]], Mapping[str, Servers | Failure]]:
    """How to find the servers of the zone in which a name lies, of many names at a time."""

    def find_servers(names: Sequence[str]) -> Mapping[str, Servers | Failure]:
        zones = _find_zones(names, resolve)
        asked = list(dict.fromkeys(zone for zone in zones.values() if isinstance(zone, str)))
        by_zone = _find_name_servers(asked, resolve, find_addresses)
        return {name: by_zone[zone] if isinstance(zone, str) else zone for name, zone in zones.items()}

    return find_servers


def _find_zones(names: Sequence[str], resolve: Resolve) -> dict[str, str | Failure]:
    """The zone that a name lies in: the owner of the SOA that comes with "nothing there" (RFC 2308 §3)."""
    answers = resolve([Question(name, "SOA") for name in names])
    return {name: _zone_of(answers.get(Question(name, "SOA")), Question(name, "SOA")) for name in names}


def _zone_of(asked: Asked | None, question: Question) -> str | Failure:
    if not isinstance(asked, Answer) or not is_usable(asked):
        return _failure(asked, question)
    for section in (asked.answer, asked.authority):
        for heard in section:
            if heard.type == "SOA":
                return heard.name
    return Failure(None, question, Reason.UNRESOLVED, "no SOA comes with the answer")


def _find_name_servers(
    zones: Sequence[str], resolve: Resolve, find_addresses: FindAddresses
) -> dict[str, Servers | Failure]:
    answers = resolve([Question(zone, "NS") for zone in zones])
    listed = {zone: _listed(answers.get(Question(zone, "NS")), zone) for zone in zones}
    wanted = dict.fromkeys(
        name for names in listed.values() if not isinstance(names, Failure) for name in names
    )
    addresses = find_addresses(list(wanted)) if wanted else {}
    found: dict[str, Servers | Failure] = {}
    for zone, names in listed.items():
        found[zone] = names if isinstance(names, Failure) else _addressed(names, addresses, zone)
    return found


def _listed(asked: Asked | None, zone: str) -> tuple[str, ...] | Failure:
    heard = asked.answered(zone, "NS") if isinstance(asked, Answer) else None
    return heard.values if heard is not None else _failure(asked, Question(zone, "NS"))


def _addressed(
    names: Iterable[str], addresses: Mapping[str, tuple[Server, ...] | Failure], zone: str
) -> Servers | Failure:
    failure = Failure(None, Question(zone, "NS"), Reason.NO_ADDRESS)
    servers: list[NameServer] = []
    for name in names:
        found = addresses[name]
        if isinstance(found, Failure):
            failure = found
        else:
            servers += (NameServer(name, server) for server in found)
    return tuple(servers) or failure


def _failure(asked: Asked | None, question: Question) -> Failure:
    if isinstance(asked, Failure):
        return asked
    said = f"a resolver says {asked.rcode}" if asked is not None else "no resolver to ask"
    return Failure(None, question, Reason.UNRESOLVED, said)


def _why(asked: Asked | None) -> str:
    if isinstance(asked, Failure):
        return asked.words if asked.server is None else f"{asked.server} {asked.words}"
    return "no resolver to ask"
