"""Name servers on the loopback that behave as a test wants, well or badly: zones and manners by address.

`mini_internet` has real servers, which cannot be made to be lame in each of the ways that there are. Here a
thread answers for all addresses; what it answers is dnspython's, with the cuts and glue of RFC 1034 §4.3.2.
"""

from __future__ import annotations

import contextlib
import enum
import selectors
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

from tests.mini_internet import free_port

SOA = "@ 300 SOA ns.nic.test. hostmaster.example. 1 7200 900 1209600 300\n"


class Manner(enum.Enum):
    """One way to be a bad name server."""

    SILENT = "says nothing at all"
    REFUSES = "refuses everything"
    FAILS = "answers SERVFAIL"
    UNSURE = "answers without authority"
    RESOLVER = "answers as a resolver does"
    UPWARD = "points to the root"
    DENIES = "knows of no such name"
    EMPTY = "has an authority's answer with nothing in it"
    NO_TCP = "has no TCP"
    NO_UDP = "says nothing over UDP"
    NO_EDNS = "answers FORMERR to EDNS"
    DROPS_EDNS = "says nothing to EDNS over UDP"
    IGNORES_EDNS = "leaves OPT out"
    CUTS_SHORT = "has everybody come again over TCP"


@dataclass(frozen=True)
class Place:
    """What an address serves: master file lines by zone, each with its SOA in front."""

    zones: Mapping[str, str] = field(default_factory=dict)
    manner: Manner | None = None

    def read(self) -> dict[dns.name.Name, dns.zone.Zone]:
        return {
            dns.name.from_text(origin): dns.zone.from_text(SOA + text, origin, relativize=False)
            for origin, text in self.zones.items()
        }


@contextmanager
def lab(places: Mapping[str, Place]) -> Iterator[int]:
    """It answers inside the block, at each address, on the port that is given."""
    with serving({address: _Server(place) for address, place in places.items()}) as port:
        yield port


class Answerer(Protocol):
    """What stands behind an address."""

    @property
    def has_stream(self) -> bool:
        """Whether it listens on TCP too."""

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        """The response to a query, or nothing."""


@contextmanager
def serving(servers: Mapping[str, Answerer], *, port: int | None = None) -> Iterator[int]:
    """They answer inside the block, each at its address, on the port that is given: a free one, or `port`."""
    port = port or free_port(tuple(servers))
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for address, server in servers.items():
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                if kind is socket.SOCK_STREAM and not server.has_stream:
                    continue
                listening = stack.enter_context(socket.socket(socket.AF_INET, kind))
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind((address, port))
                if kind is socket.SOCK_STREAM:
                    listening.listen()
                selector.register(listening, selectors.EVENT_READ, server)
        done = threading.Event()
        thread = threading.Thread(target=_serve, args=(selector, done))
        thread.start()
        try:
            yield port
        finally:
            done.set()
            thread.join()


def _serve(selector: selectors.BaseSelector, done: threading.Event) -> None:
    while not done.is_set():
        for key, _ in selector.select(0.02):
            listening, server = key.fileobj, key.data
            assert isinstance(listening, socket.socket)
            with contextlib.suppress(OSError):
                if listening.type == socket.SOCK_DGRAM:
                    data, client = listening.recvfrom(4096)
                    if (answer := server.answer(data, datagram=True)) is not None:
                        listening.sendto(answer, client)
                else:
                    _answer_stream(listening, server)


def _answer_stream(listening: socket.socket, server: Answerer) -> None:
    connected, _ = listening.accept()
    with connected:
        connected.settimeout(2)
        length = int.from_bytes(connected.recv(2, socket.MSG_WAITALL), "big")
        answer = server.answer(connected.recv(length, socket.MSG_WAITALL), datagram=False)
        if answer is not None:
            connected.sendall(len(answer).to_bytes(2, "big") + answer)


class _Server:
    def __init__(self, place: Place) -> None:
        self.zones = place.read()
        self.manner = place.manner

    @property
    def has_stream(self) -> bool:
        return self.manner not in {Manner.NO_TCP, Manner.SILENT}

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        manner = self.manner
        has_edns = query.edns >= 0
        if manner is Manner.SILENT or (manner is Manner.NO_UDP and datagram):
            return None
        if manner is Manner.DROPS_EDNS and has_edns and datagram:
            return None
        response = dns.message.make_response(query, our_payload=1232)
        if manner is Manner.NO_EDNS and has_edns:
            response.use_edns(False)
            response.set_rcode(dns.rcode.FORMERR)
            return response.to_wire()
        self._fill(response)
        _spoil(response, manner)
        if manner is Manner.CUTS_SHORT and datagram:
            response.answer, response.authority, response.additional = [], [], []
            response.flags |= dns.flags.TC
        size = min(max(query.payload, 512), 1232) if has_edns else 512
        return response.to_wire(max_size=size if datagram else 65535, prefer_truncation=datagram)

    def _fill(self, response: dns.message.Message) -> None:
        question = response.question[0]
        name, rdtype = question.name, question.rdtype
        above = [origin for origin in self.zones if name.is_subdomain(origin)]
        if rdtype == dns.rdatatype.DS:
            above = [origin for origin in above if origin != name] or above
        if not above:
            response.set_rcode(dns.rcode.REFUSED)
            return
        zone = self.zones[max(above, key=len)]
        cut = _cut_above(zone, name)
        if cut is not None and not (cut == name and rdtype == dns.rdatatype.DS):
            _refer(response, zone, cut)
            return
        response.flags |= dns.flags.AA
        found = zone.get_rrset(name, rdtype) or zone.get_rrset(name, dns.rdatatype.CNAME)
        if found is not None:
            response.answer.append(found)
        else:
            assert zone.origin is not None
            soa = zone.get_rrset(zone.origin, dns.rdatatype.SOA)
            assert soa is not None
            response.authority.append(soa)
            if not any(owner.is_subdomain(name) for owner in zone):
                response.set_rcode(dns.rcode.NXDOMAIN)


def _cut_above(zone: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name | None:
    assert zone.origin is not None
    for size in range(len(zone.origin) + 1, len(name) + 1):
        above = dns.name.Name(name.labels[-size:])
        if zone.get_rrset(above, dns.rdatatype.NS) is not None:
            return above
    return None


def _refer(response: dns.message.Message, zone: dns.zone.Zone, cut: dns.name.Name) -> None:
    delegating = zone.get_rrset(cut, dns.rdatatype.NS)
    assert delegating is not None
    response.authority.append(delegating)
    for rdata in delegating:
        for rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            glue = zone.get_rrset(rdata.target, rdtype)
            response.additional += [glue] if glue is not None else []


_RCODES = {
    Manner.REFUSES: dns.rcode.REFUSED,
    Manner.FAILS: dns.rcode.SERVFAIL,
    Manner.DENIES: dns.rcode.NXDOMAIN,
    Manner.UPWARD: dns.rcode.NOERROR,
    Manner.EMPTY: dns.rcode.NOERROR,
}
"""Manners in which nothing of what the zone holds is told."""


def _spoil(response: dns.message.Message, manner: Manner | None) -> None:
    if manner in _RCODES:
        response.answer, response.authority, response.additional = [], [], []
        response.set_rcode(_RCODES[manner])
    if manner in {*_RCODES, Manner.UNSURE, Manner.RESOLVER} - {Manner.EMPTY}:
        response.flags &= ~dns.flags.AA
    if manner is Manner.RESOLVER:
        response.flags |= dns.flags.RA
    elif manner is Manner.UPWARD:
        response.authority.append(dns.rrset.from_text(".", 60, "IN", "NS", "a.root-servers.test."))
    elif manner is Manner.IGNORES_EDNS:
        response.use_edns(False)
