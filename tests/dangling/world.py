"""A small world on the loopback: a resolver, name servers, and a web server that has every host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from psfdns.sandbox.dns_server import DnsServer
from tests.http_serving import answering

HOME = "127.0.0.1"
OTHER = "127.0.0.2"


@dataclass(slots=True)
class World:
    """Names with their records (`A 192.0.2.1`); `broken` names are SERVFAIL, `silent` ones get no answer.

    `zones`: which server's address is an authority of which zones. `asked` counts (address, name, type).
    """

    names: dict[str, list[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    zones: dict[str, set[str]] = field(default_factory=dict)
    pages: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    visited: list[str] = field(default_factory=list)
    dns_port: int = 0
    web_port: int = 0

    def reply(self, address: str, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, rdtype = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked[address, name, rdtype] += 1
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        if query.flags & dns.flags.RD:
            self._resolve(response, name, rdtype)
        elif name in self.zones.get(address, ()):
            response.flags |= dns.flags.AA
            soa = f"ns.{name} hostmaster.{name} 1 2 3 4 5"
            response.answer.append(dns.rrset.from_text(name, 300, "IN", "SOA", soa))
        else:
            response.set_rcode(dns.rcode.REFUSED)
        return response

    def _resolve(self, response: dns.message.Message, name: str, rdtype: str) -> None:
        response.flags |= dns.flags.RA
        for _ in range(20):
            if name in self.broken:
                response.set_rcode(dns.rcode.SERVFAIL)
                return
            records = [each.partition(" ") for each in self.names.get(name, ())]
            found = [value for kind, _, value in records if kind == rdtype]
            alias = [value for kind, _, value in records if kind == "CNAME"]
            if found:
                response.answer.append(dns.rrset.from_text(name, 300, "IN", rdtype, *found))
                return
            if not alias:
                if not any(each == name or each.endswith(f".{name}") for each in self.names):
                    response.set_rcode(dns.rcode.NXDOMAIN)
                return
            response.answer.append(dns.rrset.from_text(name, 300, "IN", "CNAME", alias[0]))
            name = alias[0]


class _Service:
    def __init__(self, world: World, address: str) -> None:
        self.world = world
        self.address = address

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        del datagram
        response = self.world.reply(self.address, dns.message.from_wire(data))
        return None if response is None else response.to_wire()


@contextmanager
def running(world: World) -> Iterator[World]:
    """The world, at its ports on 127.0.0.1 and 127.0.0.2."""
    first = DnsServer(_Service(world, HOME), host=HOME)  # type: ignore[arg-type]
    second = DnsServer(_Service(world, OTHER), host=OTHER, port=first.port)  # type: ignore[arg-type]
    world.dns_port = first.port
    try:
        first.start()
        second.start()
        with answering(_pages(world), host=HOME) as world.web_port:
            yield world
    finally:
        first.stop()
        second.stop()


def _pages(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"]
            world.visited.append(host)
            status, text = world.pages.get(host, (200, "hello"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler
