"""A root, `test.` on two servers, a resolver, two servers of ours and one of somebody else's."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from psfdns.lookup.ask import Patience, ask_many
from psfdns.lookup.parents import Walk
from psfdns.lookup.resolve import Resolver
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Means
from tests.lab import Manner, Place, lab

ROOT, TOP_A, TOP_B = "127.0.54.1", "127.0.54.2", "127.0.54.3"
ONE, TWO, OTHER, SPARE, RESOLVER = "127.0.54.4", "127.0.54.5", "127.0.54.6", "127.0.54.7", "127.0.54.9"
OURS = ("ns-1.awsdns-01.org.", "ns-2.awsdns-02.com.")
STALE = ("ns-8.awsdns-08.net.", "ns-9.awsdns-09.co.uk.")
ZONE = "child.test."
QUICK = Patience(0.5, 1)

ROOT_ZONE = f"""\
@ 300 NS a.root-servers.test.
a.root-servers.test. 300 A {ROOT}
test. 172800 NS a.nic.test.
test. 172800 NS b.nic.test.
a.nic.test. 172800 A {TOP_A}
b.nic.test. 172800 A {TOP_B}
"""
TOP_ZONE = f"@ 300 NS a.nic.test.\n@ 300 NS b.nic.test.\na.nic 300 A {TOP_A}\nb.nic 300 A {TOP_B}\n"
_NAMES = {
    OURS[0]: ONE,
    OURS[1]: TWO,
    STALE[0]: OTHER,
    STALE[1]: SPARE,
    "ns.other.example.": OTHER,
    "white.other.example.": ONE,
}


def ns(*names: str, owner: str = "child") -> str:
    return "".join(f"{owner} 3600 NS {name}\n" for name in names)


DS = f"child 600 DS 1 13 2 {'AB' * 32}\n"
RIGHT = ns(*OURS)
OWN = "".join(f"@ 3600 NS {name}\n" for name in OURS) + "www 300 A 192.0.2.1\n"


@dataclass
class Scene:
    """`parent` are the lines of child.test. in test., `parent_b` those of its second server if they differ.

    `manners` and `zones` are by address; `names` are further lines for the resolver. `down` are not there.
    """

    parent: str = RIGHT
    parent_b: str | None = None
    own: str = OWN
    manners: Mapping[str, Manner] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    names: str = ""
    down: tuple[str, ...] = ()

    def places(self) -> dict[str, Place]:
        children = {ONE: self.own, TWO: self.own, OTHER: "@ 3600 NS ns.other.example.\n", **self.zones}
        known = "@ 300 NS a.root-servers.test.\n" + self.names
        known += "".join(f"{name} 300 A {address}\n" for name, address in _NAMES.items())
        zones = {
            ROOT: {".": ROOT_ZONE},
            TOP_A: {"test.": TOP_ZONE + self.parent},
            TOP_B: {"test.": TOP_ZONE + (self.parent if self.parent_b is None else self.parent_b)},
            RESOLVER: {".": known},
            **{address: {ZONE: text} for address, text in children.items()},
        }
        return {
            address: Place(held, self.manners.get(address))
            for address, held in zones.items()
            if address not in self.down
        }

    @contextmanager
    def means(self) -> Iterator[Means]:
        with lab(self.places()) as port:
            resolver = Resolver((Server(RESOLVER, port),), port, QUICK)
            walk = Walk((Server(ROOT, port),), resolver.find_addresses, QUICK)
            ask = functools.partial(ask_many, patience=QUICK)
            yield Means(walk.find_parents, resolver.find_hosts, ask, port)
