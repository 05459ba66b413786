"""A name server for signed zones, which answers as RFC 4035 §3.1 wants, or has a manner of its own."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.dnssec.signing import Set, Zone, hash_of, nsec_set

NXNAME = 128


class Manner(enum.Enum):
    """One way to treat a zone badly."""

    REFUSES = "refuses"
    UNSURE = "answers without authority"
    STRIPS = "never brings signatures"
    NO_EDNS = "answers FORMERR to EDNS"
    NO_TCP = "hangs up over TCP"


@dataclass
class SignedServer:
    """What one address serves: zones, and manners by zone. `denied` are names whose DS gets NXDOMAIN.

    `asked` counts queries.
    """

    zones: list[Zone] = field(default_factory=list)
    manners: Mapping[dns.name.Name, Manner] = field(default_factory=dict)
    denied: frozenset[dns.name.Name] = frozenset()
    asked: int = 0
    _known: dict[tuple[bytes, bool], bytes] = field(default_factory=dict)

    has_stream = True

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        self.asked += 1
        known = data[2:], datagram
        if known not in self._known:
            made = self._answer(data, datagram=datagram)
            if made is None:
                return None
            self._known[known] = made
        return data[:2] + self._known[known][2:]

    def _answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query, our_payload=1232)
        name, rdtype = query.question[0].name, query.question[0].rdtype
        zone = self._zone_of(name, rdtype)
        manner = self.manners.get(zone.origin) if zone else None
        if zone is None or manner is Manner.REFUSES:
            response.set_rcode(dns.rcode.REFUSED)
            return response.to_wire()
        if manner is Manner.NO_TCP and not datagram:
            return None
        if manner is Manner.NO_EDNS and query.edns >= 0:
            response.use_edns(False)
            response.set_rcode(dns.rcode.FORMERR)
            return response.to_wire()
        wants = bool(query.ednsflags & dns.flags.DO) and manner not in {Manner.STRIPS, Manner.NO_EDNS}
        _Answer(zone, response, wants, self.denied).fill(name, rdtype)
        if manner is Manner.UNSURE:
            response.flags &= ~dns.flags.AA
        size = min(max(query.payload, 512), 1232) if query.edns >= 0 else 512
        return response.to_wire(max_size=size if datagram else 65535, prefer_truncation=datagram)

    def _zone_of(self, name: dns.name.Name, rdtype: int) -> Zone | None:
        above = [zone for zone in self.zones if name.is_subdomain(zone.origin)]
        if rdtype == dns.rdatatype.DS:
            above = [zone for zone in above if zone.origin != name] or above
        return max(above, key=lambda zone: len(zone.origin), default=None)


@dataclass
class _Answer:
    zone: Zone
    response: dns.message.Message
    wants: bool
    denied: frozenset[dns.name.Name]

    def fill(self, name: dns.name.Name, rdtype: int) -> None:
        zone = self.zone
        cut = next((cut for cut in zone.cuts() if name.is_subdomain(cut)), None)
        if cut is not None and not (cut == name and rdtype == dns.rdatatype.DS):
            self._refer(cut)
            return
        self.response.flags |= dns.flags.AA
        if rdtype == dns.rdatatype.DS and name in self.denied:
            self._deny_name(name)
        elif name in zone.names():
            self._from(name, name, rdtype)
        else:
            encloser = next(each for each in _above(name) if each in zone.names())
            wildcard = dns.name.Name((b"*", *encloser.labels))
            if zone.recipe.proof == "compact" and wildcard not in zone.names():
                self._deny_compactly(name)
            elif wildcard in zone.names():
                self._from(name, wildcard, rdtype)
            else:
                self._deny_name(name)

    def _from(self, name: dns.name.Name, owner: dns.name.Name, rdtype: int) -> None:
        """The set of a name, or of the wildcard that stands in for it."""
        found = next((key for key in ((owner, rdtype), (owner, 5)) if key in self.zone.sets), None)
        if found is None:
            self._deny_type(name, owner, rdtype)
            return
        self._put(self.response.answer, found, name)
        if name != owner:
            self._cover(name)

    def _put(self, section: list[Set], key: tuple[dns.name.Name, int], name: dns.name.Name) -> None:
        rrset = self.zone.sets[key]
        section.append(_renamed(rrset, name))
        signature = self.zone.signatures.get(key)
        if self.wants and signature is not None:
            section.append(_renamed(signature, name))

    def _refer(self, cut: dns.name.Name) -> None:
        delegating = self.zone.sets[cut, dns.rdatatype.NS]
        self.response.authority.append(delegating)
        if (cut, dns.rdatatype.DS) in self.zone.sets:
            if self.wants:
                self._put(self.response.authority, (cut, dns.rdatatype.DS), cut)
        elif self.wants:
            self._prove(cut)
        for rdata in delegating:
            for rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                glue = self.zone.sets.get((rdata.target, rdtype))
                self.response.additional += [glue] if glue is not None else []

    def _soa(self) -> None:
        self._put(self.response.authority, (self.zone.origin, dns.rdatatype.SOA), self.zone.origin)

    def _deny_name(self, name: dns.name.Name) -> None:
        self.response.set_rcode(dns.rcode.NXDOMAIN)
        self._soa()
        if not self.wants:
            return
        encloser = next(each for each in _above(name) if each in self.zone.names())
        wildcard = dns.name.Name((b"*", *encloser.labels))
        if self.zone.recipe.proof == "nsec3":
            self._put_hashes(
                {*self._matching(encloser), *self._gap(_next_closer(name, encloser)), *self._gap(wildcard)}
            )
        else:
            self._put_gaps(name, wildcard)

    def _deny_type(self, name: dns.name.Name, owner: dns.name.Name, rdtype: int) -> None:
        self._soa()
        if not self.wants:
            return
        if self.zone.recipe.proof == "compact":
            types = {each for where, each in self.zone.sets if where == owner} | {46, 47}
            self._put_made(name, types - {rdtype})
            return
        self._prove(owner)
        if name != owner:
            self._cover(name)

    def _deny_compactly(self, name: dns.name.Name) -> None:
        self._soa()
        if self.wants:
            self._put_made(name, {46, 47, NXNAME})

    def _put_made(self, name: dns.name.Name, types: set[int]) -> None:
        """An NSEC made for this answer (RFC 9824 §3.1)."""
        made = nsec_set(name, dns.name.Name((b"\0", *name.labels)), types)
        assert self.zone.signer is not None
        self.response.authority += [each for each in (made, self.zone.signer(made)) if each is not None]

    def _cover(self, name: dns.name.Name) -> None:
        """That a name is not there."""
        if not self.wants:
            return
        encloser = next(each for each in _above(name) if each in self.zone.names())
        if self.zone.recipe.proof == "nsec3":
            self._put_hashes(self._gap(_next_closer(name, encloser)))
        else:
            self._put_gaps(name)

    def _prove(self, name: dns.name.Name) -> None:
        """Which types a name has."""
        if self.zone.recipe.proof == "nsec3":
            matching = self._matching(name)
            encloser = next(each for each in _above(name) if self._matching(each))
            self._put_hashes(
                matching or {*self._matching(encloser), *self._gap(_next_closer(name, encloser))}
            )
        elif (name, dns.rdatatype.NSEC) in self.zone.sets:
            self._put(self.response.authority, (name, dns.rdatatype.NSEC), name)
        else:
            self._put_gaps(name)

    def _put_gaps(self, *names: dns.name.Name) -> None:
        chain = sorted(name for name, rdtype in self.zone.sets if rdtype == dns.rdatatype.NSEC)
        if chain:
            found = {max((each for each in chain if each < name), default=chain[-1]) for name in names}
            for owner in sorted(found):
                self._put(self.response.authority, (owner, dns.rdatatype.NSEC), owner)

    def _matching(self, name: dns.name.Name) -> set[bytes]:
        hashed = hash_of(self.zone, name)
        return {hashed} & set(self.zone.nsec3)

    def _gap(self, name: dns.name.Name) -> set[bytes]:
        hashed, order = hash_of(self.zone, name), sorted(self.zone.nsec3)
        return {max((each for each in order if each < hashed), default=order[-1])}

    def _put_hashes(self, hashes: set[bytes]) -> None:
        for each in sorted(hashes):
            rrset = self.zone.nsec3[each]
            self.response.authority.append(rrset)
            signature = self.zone.signatures.get((rrset.name, dns.rdatatype.NSEC3))
            self.response.authority += [signature] if signature is not None else []


def _above(name: dns.name.Name) -> list[dns.name.Name]:
    return [dns.name.Name(name.labels[-size:]) for size in range(len(name.labels), 0, -1)]


def _next_closer(name: dns.name.Name, encloser: dns.name.Name) -> dns.name.Name:
    return dns.name.Name(name.labels[-len(encloser.labels) - 1 :])


def _renamed(rrset: Set, name: dns.name.Name) -> Set:
    if rrset.name == name:
        return rrset
    return dns.rrset.from_rdata_list(name, rrset.ttl, list(rrset))
