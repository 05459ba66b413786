"""What DNSSEC adds to a reply of a signed zone: signatures, denials, and proofs of insecure delegations."""

from __future__ import annotations

import datetime

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from psfdns.lookup.signed import wire_name
from psfdns.sandbox.dns_answers import Reply
from psfdns.sandbox.dns_signing import LONGEST_TTL, ZoneSigner, sign_all
from psfdns.sandbox.dns_zones import DnsZone

_NS = dns.rdatatype.NS


def limit_ttls(response: dns.message.Message) -> None:
    """In a signed zone nothing is given for longer than a week."""
    for rrset in (*response.answer, *response.authority, *response.additional):
        rrset.ttl = min(rrset.ttl, LONGEST_TTL)


def add_proofs(
    response: dns.message.Message, reply: Reply, zone: DnsZone, signer: ZoneSigner, now: datetime.datetime
) -> None:
    """Sign what is the zone's own, and deny what is not there; only for who asked for it (RFC 3225)."""
    if reply.absent is not None:
        response.authority.append(_deny(response, reply.absent, zone, signer))
        response.set_rcode(dns.rcode.NOERROR)
    if reply.cut is not None:
        response.authority += _lead_on(response, reply.cut, zone, signer)
    of_parent = [each for each in response.authority if reply.cut is None or each.rdtype != _NS]
    unsigned = [each for each in response.authority if each not in of_parent]
    response.answer = sign_all(response.answer, signer, now)
    response.authority = unsigned + sign_all(of_parent, signer, now)


def answer_denials(
    response: dns.message.Message, reply: Reply, zone: DnsZone, signer: ZoneSigner, now: datetime.datetime
) -> None:
    """A question for NSEC, or for signatures, gets those that are made for the name."""
    if reply.absent is None or response.answer:
        return
    nsec = _deny(response, reply.absent, zone, signer)
    asked_for = response.question[0].rdtype
    if asked_for == dns.rdatatype.NSEC:
        response.answer, response.authority, reply.absent = [nsec], [], None
    elif asked_for == dns.rdatatype.RRSIG:
        response.answer, response.authority, reply.absent = sign_all([nsec], signer, now)[1:], [], None
    if reply.absent is None:
        response.set_rcode(dns.rcode.NOERROR)


def _deny(response: dns.message.Message, name: str, zone: DnsZone, signer: ZoneSigner) -> dns.rrset.RRset:
    """The type that was asked for is not there, even where an alias that leads to nothing has it."""
    ttl = next((each.ttl for each in response.authority if each.rdtype == dns.rdatatype.SOA), 0)
    types = zone.types_at(name) - {dns.rdatatype.to_text(response.question[0].rdtype)}
    return signer.deny(wire_name(name), types, ttl)


def _lead_on(
    response: dns.message.Message, cut: str, zone: DnsZone, signer: ZoneSigner
) -> list[dns.rrset.RRset]:
    """The DS of a delegation, or the proof that there is none (RFC 4035 §3.1.4)."""
    node = zone.node(cut) or {}
    name = wire_name(cut)
    digests = [(each.ttl or 0, value) for each in node.get("DS", ()) for value in each.values]
    if digests:
        ttl = min(ttl for ttl, _ in digests)
        return [dns.rrset.from_text_list(name, ttl, "IN", "DS", [value for _, value in digests])]
    ttl = next((each.ttl for each in response.authority if each.rdtype == _NS), 0)
    return [signer.deny(name, zone.types_at(cut), min(ttl, zone.negative_ttl()))]
