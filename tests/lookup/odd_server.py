"""A name server that says whatever a test wants, over UDP and TCP, and whom a survey finds by it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from psfdns.lookup.answer import Question
from psfdns.lookup.ask import Patience
from psfdns.lookup.parents import Delegation, NameServer, ParentView, Walk
from psfdns.lookup.server import Server

SOA = "ns1.old.example. hostmaster.old.example. 7 7200 900 1209600 300"
Answerer = Callable[[dns.message.Message, Question], dns.message.Message | bytes | None]
"""A reply, bytes that take its place (over TCP behind their length), or silence."""


class Road(Walk):
    """A walk that ends at known servers, without any parents."""

    servers: Mapping[str, Server]

    def find_parents(self, zone: str) -> ParentView:
        """What a parent that delegates to them says."""
        (port,) = {server.port for server in self.servers.values()}
        glue = tuple((name, server.address) for name, server in self.servers.items())
        said = Delegation(ns=tuple(self.servers), glue=glue)
        return ParentView(zone, "test.", ((NameServer("a.nic.test.", Server("127.0.0.1", port)), said),))


def road_to(servers: Mapping[str, Server]) -> Walk:
    """The walk to these servers by name."""
    road = Road((), lambda _: {}, Patience(0.5, 1))
    object.__setattr__(road, "servers", servers)
    return road


@contextmanager
def odd_server(address: str, port: int, answer: Answerer) -> Iterator[Server]:
    """It answers inside the block."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as streams,
    ):
        datagrams.bind((address, port))
        streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        streams.bind((address, port))
        streams.listen(32)
        stopping = threading.Event()
        for listening in (datagrams, streams):
            listening.settimeout(0.05)
        threads = [
            threading.Thread(target=_serve_datagrams, args=(datagrams, answer, stopping)),
            threading.Thread(target=_serve_streams, args=(streams, answer, stopping)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield Server(address, port)
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


def _serve_datagrams(listening: socket.socket, answer: Answerer, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError, OSError):
            query, client = listening.recvfrom(4096)
            wire = _reply(query, answer, size=1232)
            if wire is not None:
                listening.sendto(wire, client)


def _serve_streams(listening: socket.socket, answer: Answerer, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError, OSError, struct.error):
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(1)
                (size,) = struct.unpack("!H", connection.recv(2))
                wire = _reply(connection.recv(size), answer, size=65535)
                if wire is not None:
                    connection.sendall(struct.pack("!H", len(wire)) + wire)


def _reply(wire: bytes, answer: Answerer, *, size: int) -> bytes | None:
    query = dns.message.from_wire(wire)
    asked = query.question[0]
    said = answer(query, Question(asked.name.to_text().lower(), dns.rdatatype.to_text(asked.rdtype)))
    if not isinstance(said, dns.message.Message):
        return said
    try:
        return said.to_wire(max_size=size)
    except dns.exception.TooBig:
        short = dns.message.make_response(query)
        short.flags |= dns.flags.TC
        return short.to_wire()


def zone_answerer(zone: str, records: Mapping[tuple[str, str], tuple[int, tuple[str, ...]]]) -> Answerer:
    """An authority without transfers that holds these record sets, and a SOA."""
    held = {(zone, "SOA"): (900, (SOA,)), **records}
    names = {name for name, _ in held}

    def answer(query: dns.message.Message, question: Question) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if question.type == "AXFR":
            response.set_rcode(dns.rcode.REFUSED)
        elif question.name not in names:
            response.set_rcode(dns.rcode.NXDOMAIN)
        for rdtype in (question.type, "CNAME"):
            ttl, values = held.get((question.name, rdtype), (0, ()))
            if values and question.type != "AXFR":
                response.answer.append(dns.rrset.from_text(question.name, ttl, "IN", rdtype, *values))
                break
        return response

    return answer


@contextmanager
def dripping_server(address: str, port: int, wire: bytes, *, pause: float) -> Iterator[Server]:
    """Whatever is asked over TCP, these bytes come, one a pause."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(1)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                for byte in wire:
                    connection.sendall(bytes((byte,)))
                    time.sleep(pause)

        serving = threading.Thread(target=serve)
        serving.start()
        yield Server(address, port)
        serving.join()
