"""DNS messages for the sandbox's answers: a query in, a response out (RFC 1035 §4, RFC 6891)."""

from __future__ import annotations

import functools

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from psfdns.errors import PsfdnsError
from psfdns.names import labels_of, name_from_labels
from psfdns.sandbox.cloud import Cloud
from psfdns.sandbox.dns_answers import Authority, Reply, Served
from psfdns.sandbox.dns_proofs import add_proofs, answer_denials, limit_ttls
from psfdns.sandbox.dns_zones import DnsZones

EDNS_PAYLOAD = 1232
PLAIN_PAYLOAD = 512
"""Bytes of a response over UDP with and without EDNS (RFC 1035 §4.2.1; RFC 9715 §3.1)."""
_HEADER_BYTES = 12
_TRANSFERS = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR})


class DnsService:
    """An authoritative name server without sockets; `address` is what its own names point to."""

    def __init__(self, cloud: Cloud, *, address: str = "127.0.0.1") -> None:
        self._cloud = cloud
        self._zones = DnsZones(cloud.store)
        self._authority = Authority(self._zones, cloud.randomness, address)

    def look(self) -> None:
        """Take in which zones there are now; record sets are always those of this moment."""
        self._zones.look()

    def query(self, query: dns.message.Message, *, name_server: str | None = None) -> dns.message.Message:
        """The response to a query: that of one `name_server`, which knows its own zones only, or of all."""
        response = dns.message.make_response(query, our_payload=EDNS_PAYLOAD)
        rcode = _refusal(query)
        if rcode is None:
            question = query.question[0]
            name = name_from_labels(question.name.labels[:-1])
            reply = self._reply(name, dns.rdatatype.to_text(question.rdtype), name_server)
            _fill(response, reply)
            response.set_rcode(dns.rcode.from_text(reply.rcode))
            self._sign(response, reply, wanted=bool(query.ednsflags & dns.flags.DO))
        else:
            response.set_rcode(rcode)
        return response

    def _sign(self, response: dns.message.Message, reply: Reply, *, wanted: bool) -> None:
        """What a signed zone does differently; `wanted`: the client understands signatures."""
        zone = reply.zone
        if wanted:
            response.want_dnssec(wanted=True)
        if zone is None or zone.signer is None:
            return
        now = self._cloud.now()
        limit_ttls(response)
        answer_denials(response, reply, zone, zone.signer, now)
        if wanted:
            add_proofs(response, reply, zone, zone.signer, now)

    def _reply(self, name: str, rdtype: str, name_server: str | None) -> Reply:
        try:
            return self._authority.reply(name, rdtype, name_server=name_server)
        except PsfdnsError:
            return Reply(rcode="SERVFAIL", authoritative=False)

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        """The response to a message as it came; None for what deserves none."""
        try:
            query = dns.message.from_wire(data, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError):
            return _form_error(data)
        if query.flags & dns.flags.QR:
            return None
        try:
            self.look()
            response = self.query(query)
        except PsfdnsError:
            response = dns.message.make_response(query)
            response.set_rcode(dns.rcode.SERVFAIL)
        return response.to_wire(max_size=_room(query) if datagram else 0xFFFF, prefer_truncation=datagram)


def _refusal(query: dns.message.Message) -> dns.rcode.Rcode | None:
    """Why a query is not one that a name server answers from its zones."""
    if query.edns > 0:
        return dns.rcode.BADVERS
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in _TRANSFERS:
        return dns.rcode.REFUSED
    return None


def _fill(response: dns.message.Message, reply: Reply) -> None:
    if reply.authoritative:
        response.flags |= dns.flags.AA
    response.answer = list(map(_rrset, reply.answer))
    response.authority = list(map(_rrset, reply.authority))
    response.additional = list(map(_rrset, reply.additional))


def _rrset(served: Served) -> dns.rrset.RRset:
    rdatas = [_rdata(served.type, value) for value in served.values]
    return dns.rrset.from_rdata_list(dns.name.Name((*labels_of(served.name), b"")), served.ttl, rdatas)


@functools.lru_cache(maxsize=1 << 14)
def _rdata(rdtype: str, value: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text("IN", rdtype, value, dns.name.root, relativize=False)


def _room(query: dns.message.Message) -> int:
    return min(max(query.payload, PLAIN_PAYLOAD), EDNS_PAYLOAD) if query.edns >= 0 else PLAIN_PAYLOAD


def _form_error(data: bytes) -> bytes | None:
    """A bare header that says FORMERR, for what is a query at least by its header."""
    if len(data) < _HEADER_BYTES or data[2] & 0x80:
        return None
    opcode = data[2] & 0x78
    return data[:2] + bytes((0x80 | opcode, dns.rcode.FORMERR)) + bytes(8)
