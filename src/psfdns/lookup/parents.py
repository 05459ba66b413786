"""Who delegates to a zone: from the root down, label by label (RFC 9156), then every parent server is asked.

What a resolver has in its cache does not count here, and what one server says does not speak for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason, find_set
from psfdns.lookup.ask import Asked, Pair, Patience, ask, ask_many
from psfdns.lookup.server import Server
from psfdns.names import parent_of

FindAddresses = Callable[[Sequence[str]], Mapping[str, tuple[Server, ...] | Failure]]


@dataclass(frozen=True, slots=True)
class NameServer:
    """One address of a name server."""

    name: str
    server: Server

    def __str__(self) -> str:
        """`a.example.org. (192.0.2.1)`."""
        return f"{self.name} ({self.server})"


@dataclass(frozen=True, slots=True)
class Delegation:
    """What one parent server says of the zone; without `ns` it does not delegate.

    `glue` are the addresses that came along, by name server. `from_child`: the server holds the zone
    itself, and answered from it.
    """

    ns: tuple[str, ...] = ()
    ns_ttl: int | None = None
    ds: tuple[str, ...] = ()
    ds_ttl: int | None = None
    glue: tuple[tuple[str, str], ...] = ()
    from_child: bool = False


@dataclass(frozen=True, slots=True)
class ParentView:
    """What all servers of the parent zone say; `heard` has an entry for each address of each of them.

    A name server without any address has its failure under its name in `unaddressed`.
    """

    zone: str
    parent: str
    heard: tuple[tuple[NameServer, Delegation | Failure], ...]
    unaddressed: tuple[tuple[str, Failure], ...] = ()

    @property
    def delegations(self) -> tuple[Delegation, ...]:
        """What those say that answered."""
        return tuple(said for _, said in self.heard if isinstance(said, Delegation))

    @property
    def silent(self) -> tuple[tuple[str, Failure], ...]:
        """The name servers that gave no usable answer at any of their addresses, and why."""
        heard = {server.name for server, said in self.heard if isinstance(said, Delegation)}
        failed = [(server.name, said) for server, said in self.heard if isinstance(said, Failure)]
        return tuple(pair for pair in (*failed, *self.unaddressed) if pair[0] not in heard)


@dataclass(frozen=True, slots=True)
class Cut:
    """A zone on the way down and its servers."""

    zone: str
    servers: tuple[NameServer, ...]
    unaddressed: tuple[tuple[str, Failure], ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """The way down: where it begins, and who finds addresses that no glue gives.

    What one walk learnt of the servers on the way, the next one uses.
    """

    roots: tuple[Server, ...]
    find_addresses: FindAddresses
    patience: Patience = field(default_factory=Patience)
    _known: dict[str, Cut | LookupFailedError] = field(default_factory=dict, repr=False, compare=False)

    def find_parents(self, zone: str) -> ParentView:
        """What the servers of the zone's parent say of it. Raises LookupFailedError.

        The root has no parent, and a LookupFailedError says so too.
        """
        if zone == ".":
            raise LookupFailedError("DNS", "find the parent of the root", "there is none")
        cut = self._cut_above(parent_of(zone))
        return ask_parents(zone, cut, lambda pairs: ask_many(pairs, patience=self.patience))

    def find_cut(self, name: str) -> Cut:
        """The zone that holds `name`, its own apex included, and its servers. Raises LookupFailedError."""
        return self._cut_above(name)

    def _cut_above(self, name: str) -> Cut:
        """The zone that holds `name`, from what is known or from one step further up."""
        if name == ".":
            return Cut(".", tuple(NameServer(".", server) for server in self.roots))
        if name not in self._known:
            try:
                self._known[name] = self._step(self._cut_above(parent_of(name)), name)
            except LookupFailedError as error:
                self._known[name] = error
        known = self._known[name]
        if isinstance(known, LookupFailedError):
            raise known
        return known

    def _step(self, cut: Cut, name: str) -> Cut:
        """The zone that holds `name`: this one, or the one it delegates `name` to."""
        why = "it has no name server with an address"
        for server, asked in self._ask_in_turn(cut, Question(name, "NS")):
            judged = _judge(asked)
            if isinstance(judged, Answer):
                return self._cut_below(judged, cut)
            why = f"{server} {judged.words}"
        raise LookupFailedError("DNS", f"find the servers of {name}", f"none of {cut.zone} helps: {why}")

    def _ask_in_turn(self, cut: Cut, question: Question) -> Iterator[tuple[NameServer, Asked]]:
        """One server; only where that does not help all others, together: none is waited for alone."""
        for first in cut.servers[:1]:
            yield first, ask(first.server, question, patience=self.patience)
        rest = cut.servers[1:]
        if rest:
            pairs = [(server.server, question) for server in rest]
            yield from zip(rest, ask_many(pairs, patience=self.patience), strict=True)

    def _cut_below(self, answer: Answer, cut: Cut) -> Cut:
        delegating = answer.referral or answer.answered(answer.question.name, "NS")
        if delegating is None:
            return cut
        glue = _glue(answer, delegating)
        port = answer.server.port
        given = [NameServer(name, Server(address, port)) for name, address in glue]
        given += (known for known in cut.servers if known.name in delegating.values and not glue)
        named = {server.name for server in given}
        missing = [name for name in delegating.values if name not in named]
        found = self.find_addresses(missing) if missing else {}
        unaddressed = []
        for name, addresses in found.items():
            if isinstance(addresses, Failure):
                unaddressed.append((name, addresses))
            else:
                given += (NameServer(name, address) for address in addresses)
        return Cut(delegating.name, tuple(given), tuple(unaddressed))


def ask_parents(zone: str, cut: Cut, ask_pairs: Callable[[Sequence[Pair]], Sequence[Asked]]) -> ParentView:
    """What every address of the parent's name servers says of the zone."""
    pairs: list[Pair] = [
        (server.server, Question(zone, rdtype)) for server in cut.servers for rdtype in ("NS", "DS")
    ]
    asked = iter(ask_pairs(pairs))
    heard = tuple((server, _delegation(next(asked), next(asked))) for server in cut.servers)
    return ParentView(zone, cut.zone, heard, cut.unaddressed)


def _judge(asked: Asked) -> Asked:
    """The answer, or what makes it useless on the way down: a refusal, or no authority over the name."""
    if isinstance(asked, Failure):
        return asked
    if asked.rcode == "REFUSED":
        return Failure(asked.server, asked.question, Reason.REFUSED)
    if asked.rcode not in {"NOERROR", "NXDOMAIN"}:
        return Failure(asked.server, asked.question, Reason.LAME, asked.rcode)
    # A referral to the root, or to nowhere, is what a server says that knows nothing of the name.
    if not asked.authoritative and (asked.referral is None or asked.referral.name == "."):
        return Failure(asked.server, asked.question, Reason.LAME)
    return asked


def _delegation(asked_ns: Asked, asked_ds: Asked) -> Delegation | Failure:
    ns, ds = _judge(asked_ns), _judge(asked_ds)
    if isinstance(ns, Failure):
        return ns
    if isinstance(ds, Failure):
        return ds
    delegating = _ns_of(ns) or HeardSet(ns.question.name, "NS", 0, ())
    signing = ds.answered(ds.question.name, "DS") or HeardSet(ds.question.name, "DS", 0, ())
    return Delegation(
        delegating.values,
        delegating.ttl if delegating.values else None,
        signing.values,
        signing.ttl if signing.values else None,
        _glue(ns, delegating),
        from_child=ns.answered(ns.question.name, "NS") is not None,
    )


def _ns_of(answer: Answer) -> HeardSet | None:
    """The NS records of just this zone: from a referral, or from a server that holds the zone as well."""
    name = answer.question.name
    return answer.answered(name, "NS") or find_set((answer.referral,) if answer.referral else (), name, "NS")


def _glue(answer: Answer, delegating: HeardSet) -> tuple[tuple[str, str], ...]:
    """(name server, address), IPv4 first."""
    return tuple(
        (heard.name, address)
        for rdtype in ("A", "AAAA")
        for heard in answer.additional
        if heard.type == rdtype and heard.name in delegating.values
        for address in heard.values
    )
