"""A CA that is real, zones in a sandbox, a resolver between them, and the means of a run over all that."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psfdns.certs.authority import Authority
from psfdns.certs.client import Client, Line
from psfdns.certs.desk import Desk
from psfdns.certs.documents import Folder
from psfdns.certs.keys import make_key
from psfdns.certs.order import Issued, Means, Wish
from psfdns.lookup.ask import ask_many
from psfdns.lookup.resolve import Resolver
from psfdns.lookup.server import Server
from psfdns.lookup.view import View, make_find_servers
from psfdns.proofs import challenge_owner, place_of
from psfdns.route53 import challenge
from psfdns.route53.challenge_memory import ChallengeMemory
from psfdns.route53.host import list_zones
from psfdns.sandbox.dns_messages import DnsService
from tests.pebble import Pebble, pebble
from tests.recursor import Recursor, serving
from tests.route53.accounts import Account, new_zone, open_account

VALIDATION = "acme.example."
TENANT = "one"


def now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)


@dataclass
class World:
    """`api` may be put in front of the account's own; `kept` is what was issued."""

    folder: Path
    account: Account
    recursor: Recursor
    ca: Pebble
    dns_port: int
    resolver_port: int
    key: bytes = field(default_factory=lambda: make_key("ecdsa-p256"))
    kept: list[Issued] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    api: Any = None

    def afresh(self, folder: Path) -> World:
        """The same CA and zones, with nothing kept, no aliases, and an account of its own."""
        self.recursor.elsewhere.clear()
        self.recursor.broken.clear()
        return World(folder, self.account, self.recursor, self.ca, self.dns_port, self.resolver_port)

    def client(self, url: str | None = None, *, key: bytes | None = None) -> Client:
        line = Line("Pebble", url or self.ca.url, now, time.sleep, self.ca.bundle, timeout=10.0)
        return Client(line, key or self.key)

    def authority(self, url: str | None = None) -> Authority:
        authority = Authority(self.client(url))
        authority.open_account(None)
        authority.register(())
        return authority

    def view(self) -> View:
        resolver = Resolver((Server("127.0.0.1", self.resolver_port),), self.dns_port)
        find_servers = make_find_servers(resolver.resolve_many, resolver.find_addresses)
        return View(resolver.resolve_many, find_servers, ask_many)

    def prover(self) -> challenge.Dns01Prover:
        zones = [zone for zone in list_zones(self.account.api) if not zone.private]
        means = challenge.Means(
            self.api or self.account.api,
            zones,
            self.view(),
            self.account.time.sleep,
            self.account.time.clock,
            "a test",
            self.said.append,
        )
        return challenge.Dns01Prover(means, ChallengeMemory(self.folder / "state"))

    def desk(self) -> Desk:
        return Desk(Folder(self.folder / "state"))

    def means(self, *, open_authority: Callable[[str], Authority] | None = None, **settings: Any) -> Means:
        given: dict[str, Any] = {
            "open_authority": open_authority or (lambda name: self.authority()),
            "prover": self.prover(),
            "resolve": self.view().resolve,
            "desk": self.desk(),
            "keep": self.kept.append,
            "now": now,
            "sleep": time.sleep,
            "say": self.said.append,
        }
        return Means(**{**given, **settings})

    def delegate(self, name: str, *, tenant: str = TENANT) -> None:
        """The CNAME that a tenant sets."""
        target = place_of(name, tenant=tenant, zone=VALIDATION).target
        assert target is not None
        self.recursor.elsewhere[challenge_owner(name), "CNAME"] = (target,)

    def challenges(self) -> list[str]:
        """The TXT record sets that are live in the validation zone and in ours."""
        found = []
        for zone in list_zones(self.account.api):
            for key, rrset in self.account.read(zone.name).zone.rrsets.items():
                if key.type == "TXT":
                    found += [f"{key.name} {value}" for value in rrset.values]
        return sorted(found)


def wish(*names: str, delegated: bool = True, tenant: str = TENANT, **settings: Any) -> Wish:
    zone = VALIDATION if delegated else None
    bare = dict.fromkeys(name.removeprefix("*.") for name in names)
    places = {name: place_of(name, tenant=tenant, zone=zone) for name in bare}
    given: dict[str, Any] = {"name": next(iter(bare)), "key": "ecdsa-p256", "authorities": ("pebble",)}
    return Wish(**{**given, "names": names, "places": places, **settings})


@contextmanager
def world(folder: Path, **settings: Any) -> Iterator[World]:
    """Zones `acme.example.` and `direct.example.`; whatever else is in the resolver's `elsewhere`."""
    account = open_account(insync_after=0.0)
    for origin in (VALIDATION, "direct.example."):
        account.apply(new_zone(origin=origin))
    recursor = Recursor(account.sandbox.cloud)
    with (
        serving(DnsService(account.sandbox.cloud)) as dns_port,
        serving(recursor) as resolver_port,
        pebble(folder, resolver_port, **settings) as ca,
    ):
        yield World(folder, account, recursor, ca, dns_port, resolver_port)
