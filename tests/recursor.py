"""A resolver on the loopback, as CAs have one: it follows CNAMEs from zone to zone, and out of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from psfdns.sandbox.cloud import Cloud
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.dns_server import DnsServer

MAX_CHAIN = 16


class Recursor:
    """`elsewhere` maps (canonical name, type) to values, of names that lie in no zone of the sandbox.

    A name in `broken` is answered with SERVFAIL, as one whose zone is bogus.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.service = DnsService(cloud)
        self.elsewhere: dict[tuple[str, str], tuple[str, ...]] = {}
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        self.service.look()
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query, our_payload=1232, recursion_available=True)
        question = query.question[0]
        name, rdtype = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, rdtype))
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._chase(response, name, rdtype)
        return response.to_wire(max_size=1232 if datagram else 65535, prefer_truncation=datagram)

    def _chase(self, response: dns.message.Message, name: str, rdtype: str) -> None:
        for _ in range(MAX_CHAIN):
            found = self._look_up(name, rdtype)
            response.answer += found.answer
            response.authority = found.authority
            response.set_rcode(found.rcode())
            aliases = [each for each in found.answer if each.rdtype == dns.rdatatype.CNAME]
            if not aliases or rdtype in {"CNAME", "ANY"} or found.answer[-1].rdtype != dns.rdatatype.CNAME:
                return
            name = aliases[-1][0].target.to_text().lower()

    def _look_up(self, name: str, rdtype: str) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype)
        answer = dns.message.make_response(query)
        for kind in (rdtype, "CNAME"):
            if (name, kind) in self.elsewhere:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *self.elsewhere[name, kind]))
                return answer
        found = self.service.query(query)
        if found.rcode() != dns.rcode.REFUSED:
            return found
        soa = "ns.elsewhere.test. hostmaster.elsewhere.test. 1 7200 900 1209600 60"
        answer.authority.append(dns.rrset.from_text(f"{name.split('.', 1)[1] or '.'}", 60, "IN", "SOA", soa))
        answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@contextmanager
def serving(service: Recursor | DnsService) -> Iterator[int]:
    """It answers inside the block, on the port that is given."""
    server = DnsServer(service)  # type: ignore[arg-type]
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
