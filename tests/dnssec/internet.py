"""A root, `lab.` and its children on the loopback, all signed in the test; one thread answers for all.

127.0.56.1        .      signed
127.0.56.2        lab.   signed
127.0.56.3, .4    the children; those of `dead` cases are delegated to .7, where nobody is
127.0.56.9        a resolver, which knows the addresses of name servers
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dns.name

from psfdns.lookup.anchors import Anchor
from psfdns.lookup.ask import Patience, Way, ask_many
from psfdns.lookup.hearing import ChainMeans
from psfdns.lookup.parents import Walk
from psfdns.lookup.resolve import Resolver
from psfdns.lookup.server import Server
from psfdns.lookup.signed import ask_signed
from psfdns.lookup.survey import Means
from tests.dnssec.answering import SignedServer
from tests.dnssec.cases import CASES, Case, zsk
from tests.dnssec.signing import DAY, Recipe, Set, Zone, ds_of, make_key, make_zone, nsec_set, types_at
from tests.lab import Place, _Server, serving

ROOT, TOP, OTHER_TOP = "127.0.56.1", "127.0.56.2", "127.0.56.5"
ONE, TWO, NOBODY, RESOLVER = "127.0.56.3", "127.0.56.4", "127.0.56.7", "127.0.56.9"
QUICK = Patience(0.5, 1)
STEADY = (-DAY, 13 * DAY)

_ROOT_KEYS = Recipe((make_key(13, 257, 100),), (zsk(100),), lifetime=STEADY)
_TOP_KEYS = Recipe((make_key(13, 257, 101),), (zsk(101),), lifetime=STEADY)


@dataclass(frozen=True)
class Internet:
    """How to get there; `servers` are by address."""

    port: int
    anchors: tuple[Anchor, ...]
    servers: dict[str, SignedServer]

    @property
    def resolver(self) -> Resolver:
        return Resolver((Server(RESOLVER, self.port),), self.port, QUICK)

    @property
    def walk(self) -> Walk:
        return Walk((Server(ROOT, self.port),), self.resolver.find_addresses, QUICK)

    @property
    def means(self) -> Means:
        def ask(pairs: Sequence[tuple[Server, object]], *, way: Way) -> list[object]:
            return list(ask_many(pairs, way=way, patience=QUICK))  # type: ignore[arg-type]

        return Means(self.walk.find_parents, self.resolver.find_hosts, ask, self.port)  # type: ignore[arg-type]

    @property
    def chain_means(self) -> ChainMeans:
        return ChainMeans(self.walk.find_cut, functools.partial(ask_signed, patience=QUICK))

    @property
    def asked(self) -> int:
        return sum(server.asked for server in self.servers.values())


def text_of(case: Case, serial: int) -> str:
    """The lines of a child zone."""
    own = case.ns or (f"ns1.{case.zone}", f"ns2.{case.zone}")
    lines = [f"@ 300 SOA ns1.{case.zone} hostmaster.example. {serial} 7200 900 1209600 300"]
    lines += [f"@ 3600 NS {name}" for name in own]
    if case.ns is None:
        lines += [f"ns1 3600 A {ONE}", f"ns2 3600 A {TWO}"]
    lines += ["www 300 A 192.0.2.1", "@ 300 MX 10 mail.example.", "@ 300 TXT hello"]
    return "".join(f"{line}\n" for line in lines)


def delegation_of(case: Case) -> str:
    """The lines of the parent zone."""
    if not case.delegated:
        return ""
    name = case.name
    addresses = (NOBODY, NOBODY.replace(".7", ".8")) if case.dead else (ONE, TWO)
    lines = [f"{name} 3600 NS {each}" for each in case.ns or (f"ns1.{case.zone}", f"ns2.{case.zone}")]
    if case.ns is None:
        lines += [f"ns{number}.{name} 3600 A {address}" for number, address in enumerate(addresses, 1)]
    return "".join(f"{line}\n" for line in lines)


def _parent(origin: str, text: str, recipe: Recipe, cases: Iterable[Case]) -> Zone:
    children = list(cases)
    lines = text + "".join(map(delegation_of, children))
    signed: list[tuple[str, Set]] = [(case.name, case.ds(case.zone)) for case in children if case.ds]
    zone = make_zone(origin, lines, recipe, delegated=signed)
    for case in children:
        if case.unproven:
            del zone.sets[zone.at(case.name, "NSEC")]
        if case.bits:
            _alter_bits(zone, case)
    return zone


def _alter_bits(zone: Zone, case: Case) -> None:
    """The parent's NSEC of the name with other types."""
    assert case.bits is not None
    where, (without, extra) = zone.at(case.name, "NSEC"), case.bits
    types = (types_at(zone, where[0], further=(46, 47)) - without) | extra
    zone.sets[where] = nsec_set(where[0], zone.sets[where][0].next, types)
    zone.sign(where)


def build(cases: Sequence[Case]) -> dict[str, SignedServer]:
    """The servers of the root, of `lab.`, and of the children."""
    keys = [each.public for each in _TOP_KEYS.ksks]
    root_text = (
        "@ 300 SOA a.root. hostmaster.example. 1 7200 900 1209600 300\n@ 300 NS a.root-servers.lab.\n"
        f"lab 3600 NS a.nic.lab.\nlab 3600 NS b.nic.lab.\na.nic.lab 3600 A {TOP}\n"
        f"b.nic.lab 3600 A {OTHER_TOP}\n"
    )
    root = make_zone(".", root_text, _ROOT_KEYS, delegated=[("lab", ds_of("lab.", *keys))])
    top_text = (
        "@ 300 SOA a.nic.lab. hostmaster.example. 1 7200 900 1209600 300\n@ 300 NS a.nic.lab.\n"
        f"@ 300 NS b.nic.lab.\na.nic 300 A {TOP}\nb.nic 300 A {OTHER_TOP}\na.root-servers 300 A {ROOT}\n"
    )
    top = _parent("lab.", top_text, _TOP_KEYS, [case for case in cases if case.below == "lab."])
    denied = frozenset(dns.name.from_text(case.zone) for case in cases if case.odd_ds)
    servers = {ROOT: SignedServer([root])}
    servers |= {address: SignedServer([top], denied=denied) for address in (TOP, OTHER_TOP)}
    for number, address in enumerate((ONE, TWO)):
        zones = [_child(case, cases, number) for case in cases if case.delegated and not case.dead]
        manners = {
            dns.name.from_text(case.zone): manner
            for case in cases
            if (manner := case.manners[number]) is not None
        }
        servers[address] = SignedServer(zones, manners)
    return servers


def _child(case: Case, cases: Sequence[Case], number: int) -> Zone:
    recipe = case.second if number and case.second else case.recipe
    text = text_of(case, case.serial[number])
    return _parent(case.zone, text, recipe, [each for each in cases if each.below == case.zone])


def anchors() -> tuple[Anchor, ...]:
    return tuple(ds_of(".", *(key.public for key in _ROOT_KEYS.ksks)))


@contextmanager
def internet(cases: Sequence[Case] = CASES, *, port: int | None = None) -> Iterator[Internet]:
    """It runs inside the block, on a free port or on `port`."""
    servers = build(cases)
    hosts = "".join(
        f"ns{number}.{case.zone} 300 A {address}\n"
        for case in cases
        for number, address in ((1, ONE), (2, TWO))
    )
    known = Place(
        {".": f"@ 60 NS a.root-servers.lab.\na.nic.lab. 60 A {TOP}\nb.nic.lab. 60 A {OTHER_TOP}\n" + hosts}
    )
    with serving({**servers, RESOLVER: _Server(known)}, port=port) as given:
        yield Internet(given, anchors(), servers)
