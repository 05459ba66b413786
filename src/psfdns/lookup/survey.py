"""All that can be heard of one delegation: every parent server, and every address that it leads to.

Each address is asked for the zone's SOA over UDP with and without EDNS and over TCP, for the zone's NS and
for its DNSKEY. What is heard is handed on as it was said; `psfdns.delegation` judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, Question, Reason
from psfdns.lookup.ask import Asked, Pair, Way
from psfdns.lookup.hosts import Host, read_host
from psfdns.lookup.parents import NameServer, ParentView
from psfdns.lookup.server import DNS_PORT, Server
from psfdns.names import is_subdomain

ADDRESS_TYPES = ("A", "AAAA")
SURVEY_THREADS = 8
"""Questions under way at a time, of each of the five kinds that an address is asked."""
MAX_PLACES = 64
"""Addresses that are asked; no sound delegation has so many, and one that has is not worth the time."""


class AskMany(Protocol):
    """Many questions at a time, all of them one way; the answers in the order of the pairs."""

    def __call__(self, pairs: Sequence[Pair], *, way: Way) -> Sequence[Asked]:
        """Ask."""


@dataclass(frozen=True, slots=True)
class Means:
    """How to get there: parents, addresses of names outside the zone, and questions to servers.

    `find_parents` raises LookupFailedError.
    """

    find_parents: Callable[[str], ParentView]
    find_hosts: Callable[[Sequence[str]], Mapping[str, Host]]
    ask_many: AskMany
    port: int = DNS_PORT


def closed_means(error: LookupFailedError, ask_many: AskMany) -> Means:
    """Where there is no way to any parent or resolver, for the reason that the error tells."""

    def find_parents(_: str) -> ParentView:
        raise error

    def find_hosts(names: Sequence[str]) -> dict[str, Host]:
        return {
            name: Host(name, failure=Failure(None, Question(name, "A"), Reason.UNRESOLVED, error.summary))
            for name in names
        }

    return Means(find_parents, find_hosts, ask_many)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one address of a name server says: `udp`, `plain` and `tcp` were asked for the SOA."""

    at: NameServer
    udp: Asked
    plain: Asked
    tcp: Asked
    ns: Asked
    keys: Asked

    @property
    def answers(self) -> bool:
        """Whether it says anything, whatever it is."""
        return any(isinstance(each, Answer) for each in (self.udp, self.plain, self.tcp))

    def is_authority(self, zone: str) -> bool:
        """Whether it answers for the zone, be it one way only."""
        return any(holds_zone(each, zone) for each in (self.udp, self.plain, self.tcp))


@dataclass(frozen=True, slots=True)
class Survey:
    """What was heard of a zone's delegation.

    `parents` is None where the way to them is closed, and `why` says why. `hosts` are the names that the
    parents or the caller gave; those inside the zone as the zone's own servers say. `unasked` counts the
    addresses above MAX_PLACES.
    """

    zone: str
    parents: ParentView | None
    why: str | None = None
    hosts: Mapping[str, Host] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()
    unasked: int = 0

    @property
    def delegated(self) -> tuple[str, ...]:
        """Every name server that a parent server names."""
        said = self.parents.delegations if self.parents else ()
        return tuple(dict.fromkeys(name for each in said for name in each.ns))

    @property
    def authorities(self) -> tuple[Heard, ...]:
        """The addresses that answer for the zone."""
        return tuple(each for each in self.heard if each.is_authority(self.zone))

    def glue(self, name: str) -> tuple[str, ...]:
        """The addresses that any parent server gives for a name server."""
        said = self.parents.delegations if self.parents else ()
        return tuple(dict.fromkeys(address for each in said for owner, address in each.glue if owner == name))


class _Kind(NamedTuple):
    """One of the questions that an address is asked, and the way it is asked."""

    rdtype: str
    way: Way


_KINDS = (
    _Kind("SOA", Way.UDP),
    _Kind("SOA", Way.PLAIN),
    _Kind("SOA", Way.TCP),
    _Kind("NS", Way.USUAL),
    _Kind("DNSKEY", Way.USUAL),
)
"""In the order of the fields of Heard."""


def holds_zone(asked: Asked, zone: str) -> bool:
    """Whether the answer to a question for the SOA is that of the zone's authority."""
    return (
        isinstance(asked, Answer)
        and asked.rcode == "NOERROR"
        and asked.authoritative
        and asked.answered(zone, "SOA") is not None
    )


def survey_delegation(zone: str, assigned: Iterable[str], means: Means) -> Survey:
    """Ask everybody; `assigned` are name servers that are asked whether or not a parent names them."""
    try:
        parents, why = means.find_parents(zone), None
    except LookupFailedError as error:
        parents, why = None, error.summary
    known = Survey(zone, parents, why)
    names = tuple(dict.fromkeys((*known.delegated, *assigned)))
    # Nobody but the parent can tell where a name inside the zone is, as long as there is glue.
    inside = tuple(name for name in names if is_subdomain(name, zone))
    hosts = dict(means.find_hosts([name for name in names if name not in inside or not known.glue(name)]))
    places = _addresses(names, known, hosts, means.port)
    heard = _hear(zone, places[:MAX_PLACES], means)
    own = _look_inside(inside, Survey(zone, parents, why, hosts, heard), means)
    further = [each for each in _addresses(inside, known, own, means.port) if each not in places]
    room = max(0, MAX_PLACES - len(places))
    heard += _hear(zone, further[:room], means)
    return Survey(zone, parents, why, {**hosts, **own}, heard, len(places) + len(further) - len(heard))


def _addresses(
    names: Iterable[str], survey: Survey, hosts: Mapping[str, Host], port: int
) -> list[NameServer]:
    """Every address of each name: what resolvers say of it, and for names inside the zone the glue too."""
    found: dict[NameServer, None] = {}
    for name in names:
        inside = is_subdomain(name, survey.zone)
        glue = (Server(address, port) for address in survey.glue(name)) if inside else ()
        servers = (*glue, *(hosts[name].addresses if name in hosts else ()))
        found |= dict.fromkeys(NameServer(name, server) for server in servers)
    return list(found)


def _hear(zone: str, places: Sequence[NameServer], means: Means) -> tuple[Heard, ...]:
    """Each address is asked once, however many names have it; the kinds of questions go side by side."""
    servers = list(dict.fromkeys(place.server for place in places))
    if not servers:
        return ()

    def ask_kind(kind: _Kind) -> dict[Server, Asked]:
        pairs = [(server, Question(zone, kind.rdtype)) for server in servers]
        return dict(zip(servers, means.ask_many(pairs, way=kind.way), strict=True))

    with ThreadPoolExecutor(len(_KINDS), thread_name_prefix="kind") as pool:
        answers = list(pool.map(ask_kind, _KINDS))
    return tuple(Heard(place, *(each[place.server] for each in answers)) for place in places)


def _look_inside(names: Sequence[str], survey: Survey, means: Means) -> dict[str, Host]:
    """The names inside the zone, as its own servers have them."""
    servers = list(dict.fromkeys(each.at.server for each in survey.authorities))
    questions = [Question(name, rdtype) for name in names for rdtype in ADDRESS_TYPES]
    pairs = [(server, question) for question in questions for server in servers]
    answers = dict(zip(pairs, means.ask_many(pairs, way=Way.USUAL), strict=True)) if pairs else {}
    return {
        name: read_host(name, list(_said_of(name, answers)) or [_unknown(name)], port=means.port)
        for name in names
    }


def _said_of(name: str, answers: Mapping[Pair, Asked]) -> Iterator[Asked]:
    """The answers that have authority; a name below a cut is not the zone's to tell."""
    for (_, question), asked in answers.items():
        if question.name == name and isinstance(asked, Answer) and asked.authoritative:
            yield asked


def _unknown(name: str) -> Failure:
    why = "none of the zone's servers tells its address"
    return Failure(None, Question(name, "A"), Reason.NO_ADDRESS, why)
