"""What an authoritative server of the sandbox's zones answers (RFC 1034 §4.3.2, RFC 2308, RFC 4592).

Beside plain DNS it does what Route 53 does with aliases and routing policies (Developer Guide, "Choosing a
routing policy"), as to a client of whom it knows no place, with every health check passing.
"""

from __future__ import annotations

import ipaddress
import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from psfdns.names import is_subdomain, parent_of
from psfdns.records import SELF_ZONE, Alias, RRset
from psfdns.routing import Cidr, Failover, Geolocation, Multivalue, Weighted
from psfdns.sandbox.dns_zones import DnsZone, DnsZones

MAX_CHAIN = 16
"""CNAMEs, or aliases of aliases, that are followed."""
MAX_MULTIVALUE = 8
SERVICE_TTL = 60
"""What alias targets outside have: Route 53 takes the load balancer's 60 seconds."""
NAME_SERVER_TTL = 172_800


class Served(NamedTuple):
    """A record set as it is put into an answer; canonical text."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


@dataclass(slots=True)
class Reply:
    """The sections of an answer and what its header says.

    `zone` is whose answer it is, `absent` the name that is not there or lacks the type, `cut` the delegation
    that it leads to.
    """

    rcode: str = "NOERROR"
    authoritative: bool = True
    zone: DnsZone | None = None
    absent: str | None = None
    cut: str | None = None
    answer: list[Served] = field(default_factory=list)
    authority: list[Served] = field(default_factory=list)
    additional: list[Served] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Authority:
    """The zones, chance for routing, and the address that the zones' own name servers are said to have."""

    zones: DnsZones
    randomness: random.Random
    address: str = "127.0.0.1"

    def reply(self, name: str, rdtype: str, *, name_server: str | None = None) -> Reply:
        """The answer to a question; canonical name."""
        zone = self._zone_for(name, rdtype, name_server)
        if zone is not None:
            return self._reply_from(zone, name, rdtype)
        if self.zones.is_name_server(name):
            kind = "AAAA" if ":" in self.address else "A"
            found = Served(name, kind, NAME_SERVER_TTL, (self.address,))
            return Reply(answer=[found] if rdtype == kind else [])
        return Reply(rcode="REFUSED", authoritative=False)

    def _zone_for(self, name: str, rdtype: str, name_server: str | None) -> DnsZone | None:
        """The closest zone; a DS at an apex is the parent's to answer (RFC 4035 §3.1.4.1)."""
        zone = self.zones.find(name, name_server=name_server)
        if rdtype == "DS" and zone is not None and zone.origin == name != ".":
            return self.zones.find(parent_of(name), name_server=name_server) or zone
        return zone

    def _reply_from(self, zone: DnsZone, name: str, rdtype: str) -> Reply:
        reply = Reply(zone=zone)
        seen: set[str] = set()
        while name not in seen and len(seen) <= MAX_CHAIN:
            seen.add(name)
            cut = zone.cut_above(name)
            if cut is not None and (cut, rdtype) != (name, "DS"):
                self._refer(reply, zone, cut)
                return reply
            target = self._answer_at(reply, zone, name, rdtype)
            if target is None or not is_subdomain(target, zone.origin):
                return reply
            name = target
        return reply

    def _answer_at(self, reply: Reply, zone: DnsZone, name: str, rdtype: str) -> str | None:
        """Put what a name holds into the reply; a CNAME's target is where to go on."""
        node = zone.node(name)
        if node is None:
            reply.rcode = "NXDOMAIN"
            self._deny(reply, zone, name)
            return None
        wanted = [*node] if rdtype == "ANY" else [rdtype]
        served = [
            each for kind in wanted if (each := self._serve(name, kind, node.get(kind, ()), zone)) is not None
        ]
        reply.answer += served
        if served:
            return None
        cname = self._serve(name, "CNAME", node.get("CNAME", ()), zone)
        if cname is None:
            self._deny(reply, zone, name)
            return None
        reply.answer.append(cname)
        return cname.values[0]

    def _deny(self, reply: Reply, zone: DnsZone, name: str) -> None:
        """The SOA that says for how long nothing is there (RFC 2308 §3)."""
        reply.absent = name
        soa = self._serve(zone.origin, "SOA", (zone.node(zone.origin) or {}).get("SOA", ()), zone)
        if soa is not None:
            minimum = int(soa.values[0].split()[-1])
            reply.authority.append(soa._replace(ttl=min(soa.ttl, minimum)))

    def _refer(self, reply: Reply, zone: DnsZone, cut: str) -> None:
        reply.authoritative = bool(reply.answer)
        reply.cut = cut
        node = zone.node(cut) or {}
        delegating = self._serve(cut, "NS", node.get("NS", ()), zone)
        if delegating is None:
            return
        reply.authority.append(delegating)
        for server in delegating.values:
            glue = zone.node(server) if is_subdomain(server, zone.origin) else None
            for rdtype in ("A", "AAAA"):
                found = self._serve(server, rdtype, (glue or {}).get(rdtype, ()), zone)
                reply.additional += [found] if found else []

    def _serve(
        self, name: str, rdtype: str, rrsets: Sequence[RRset], zone: DnsZone, depth: int = 0
    ) -> Served | None:
        """One answer from the record sets of a name and type, or None."""
        served = [
            each
            for rrset in choose(rrsets, self.randomness)
            if (each := self._serve_one(name, rdtype, rrset, zone, depth)) is not None
        ]
        if not served:
            return None
        values = dict.fromkeys(value for each in served for value in each.values)
        return Served(name, rdtype, min(each.ttl for each in served), tuple(values))

    def _serve_one(self, name: str, rdtype: str, rrset: RRset, zone: DnsZone, depth: int) -> Served | None:
        if rrset.alias is None:
            return Served(name, rdtype, rrset.ttl or 0, rrset.values)
        target = zone if rrset.alias.zone_id == SELF_ZONE else self.zones.by_id(rrset.alias.zone_id)
        if target is None:
            return service_answer(name, rdtype, rrset.alias)
        if depth == MAX_CHAIN:
            return None
        node = target.node(rrset.alias.name) or {}
        return self._serve(name, rdtype, node.get(rdtype, ()), target, depth + 1)


def choose(rrsets: Sequence[RRset], randomness: random.Random) -> Sequence[RRset]:
    """Those of one name and type that answer together: one, but for multivalue answers."""
    if len(rrsets) < 2 and not (rrsets and isinstance(rrsets[0].routing, Geolocation | Cidr)):
        return rrsets
    kind = rrsets[0].routing
    if isinstance(kind, Multivalue):
        return randomness.sample(rrsets, min(len(rrsets), MAX_MULTIVALUE))
    if isinstance(kind, Weighted):
        weights = [each.routing.weight for each in rrsets if isinstance(each.routing, Weighted)]
        return randomness.choices(rrsets, weights if any(weights) else None)
    if isinstance(kind, Failover):
        return sorted(rrsets, key=lambda each: each.routing != Failover("PRIMARY"))[:1]
    if isinstance(kind, Geolocation | Cidr):
        return [each for each in rrsets if is_default(each)]
    return rrsets[:1]


def is_default(rrset: RRset) -> bool:
    """Whether a located record set is for clients of whom no place is known."""
    if isinstance(rrset.routing, Geolocation):
        return rrset.routing.country == "*"
    return isinstance(rrset.routing, Cidr) and rrset.routing.location_name == "*"


def service_answer(name: str, rdtype: str, alias: Alias) -> Served | None:
    """What an AWS service behind an alias answers here: always the same, from the documentation's ranges."""
    number = zlib.crc32(alias.name.encode())
    values = {
        "A": str(ipaddress.IPv4Address("192.0.2.0") + 1 + number % 254),
        "AAAA": str(ipaddress.IPv6Address("2001:db8::") + 1 + number),
        "HTTPS": '1 . alpn="h2"',
    }
    return Served(name, rdtype, SERVICE_TTL, (values[rdtype],)) if rdtype in values else None
