"""What NSEC and NSEC3 records prove to be absent (RFC 4035 §5.4, RFC 5155 §8, RFC 9824). Pure.

A proof is the tuple of codes of what it lacks: empty, it is complete. The records' signatures are judged by
whoever hands them in.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import dns.dnssec
import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from psfdns.lookup.signed import SignedSet

MAX_ITERATIONS = 150
"""Above it nobody computes: validators take the denial as insecure (RFC 9276 §3.2)."""
SHA1 = 1
OPT_OUT = 1
NXNAME = 128
"""The type that says that a name does not exist (RFC 9824 §2)."""

_OF_A_CUT = (
    (int(dns.rdatatype.NS), True, "REFERRAL_WITHOUT_NS"),
    (int(dns.rdatatype.SOA), False, "REFERRAL_WITH_SOA"),
    (int(dns.rdatatype.DS), False, "REFERRAL_WITH_DS"),
)
"""Whether the parent's record of a delegation without DS has the type, and the code if it is otherwise."""

Lacking = tuple[str, ...]


class Link3(NamedTuple):
    """One NSEC3: the hash of the name that exists, and the record."""

    hash: bytes
    rdata: NSEC3


@dataclass(frozen=True, slots=True)
class Proofs:
    """The denials of one answer whose signatures are valid; names in them are the zone's."""

    zone: dns.name.Name
    nsec: tuple[tuple[dns.name.Name, NSEC], ...] = ()
    nsec3: tuple[Link3, ...] = ()

    @property
    def is_beyond_reach(self) -> bool:
        """Whether the hashes cost more than validators spend, or are of a kind that nobody knows."""
        return any(
            each.rdata.iterations > MAX_ITERATIONS or each.rdata.algorithm != SHA1 for each in self.nsec3
        )

    def deny_name(self, name: dns.name.Name) -> Lacking:
        """That there is no such name, and no wildcard that would stand in for it."""
        if self.nsec3:
            return self._deny_name3(name)
        if not self.nsec:
            return ("MISSING_NSEC_FOR_NXDOMAIN",)
        covering = next((each for each in self.nsec if _covers(*each, name)), None)
        if covering is None:
            return ("SNAME_NOT_COVERED",)
        wildcard = _wildcard(_closest_encloser(name, covering))
        return () if self._has_nsec_against(wildcard) else ("WILDCARD_NOT_COVERED",)

    def deny_type(self, name: dns.name.Name, rdtype: int) -> Lacking:
        """That the name has no records of the type, nor a wildcard that stands in for it."""
        if self.nsec3:
            return self._deny_type3(name, rdtype)
        for owner, rdata in self.nsec:
            if owner == name:
                return () if not has_type(rdata, rdtype) else ("STYPE_IN_BITMAP",)
        for owner, rdata in self.nsec:
            if _covers(owner, rdata, name):
                if rdata.next.is_subdomain(name):
                    return ()
                wildcard = _wildcard(_closest_encloser(name, (owner, rdata)))
                return self._wildcard_lacks(wildcard, rdtype)
        return ("MISSING_NSEC_FOR_NODATA",)

    def deny_expansion(self, name: dns.name.Name, labels: int) -> Lacking:
        """That the name is not there itself, after a wildcard below `labels` labels gave the answer."""
        encloser = name.split(labels + 1)[1]
        next_closer = name.split(labels + 2)[1]
        if self.nsec3:
            return () if self._covering3(next_closer) else ("MISSING_NSEC_FOR_WILDCARD",)
        covered = any(_covers(owner, rdata, name) for owner, rdata in self.nsec)
        return () if covered and encloser else ("MISSING_NSEC_FOR_WILDCARD",)

    def deny_ds(self, child: dns.name.Name) -> Lacking:
        """That a delegation has no DS (RFC 6840 §4.4), or, with opt-out, that it may not be there at all.

        A proof about a name that is no delegation would take every name of the zone out of its chain.
        """
        types = self._types_at(child)
        if types is not None:
            return tuple(code for rdtype, wanted, code in _OF_A_CUT if (rdtype in types) is not wanted)
        return self._opted_out(child) if self.nsec3 else ("MISSING_NSEC_FOR_DS",)

    def _types_at(self, name: dns.name.Name) -> frozenset[int] | None:
        """The types that the name's own record says it has."""
        if self.nsec3:
            matching = self.matching3(name)
            return types_of(matching.rdata) if matching is not None else None
        return next((types_of(rdata) for owner, rdata in self.nsec if owner == name), None)

    def _has_nsec_against(self, wildcard: dns.name.Name) -> bool:
        return any(_covers(owner, rdata, wildcard) for owner, rdata in self.nsec)

    def _wildcard_lacks(self, wildcard: dns.name.Name, rdtype: int) -> Lacking:
        for owner, rdata in self.nsec:
            if owner == wildcard:
                return () if not has_type(rdata, rdtype) else ("STYPE_IN_BITMAP",)
        return ("MISSING_NSEC_FOR_NODATA",)

    def _deny_name3(self, name: dns.name.Name) -> Lacking:
        encloser = self._encloser3(name)
        if encloser is None:
            return ("NO_CLOSEST_ENCLOSER",)
        if encloser == name or self._covering3(_next_closer(name, encloser)) is None:
            return ("SNAME_NOT_COVERED",)
        return () if self._covering3(_wildcard(encloser)) else ("WILDCARD_NOT_COVERED",)

    def _deny_type3(self, name: dns.name.Name, rdtype: int) -> Lacking:
        matching = self.matching3(name)
        if matching is not None:
            return () if not has_type(matching.rdata, rdtype) else ("STYPE_IN_BITMAP",)
        encloser = self._encloser3(name)
        if encloser is None or self._covering3(_next_closer(name, encloser)) is None:
            return ("MISSING_NSEC_FOR_NODATA",)
        wildcard = self.matching3(_wildcard(encloser))
        if wildcard is None:
            return ("MISSING_NSEC_FOR_NODATA",)
        return () if not has_type(wildcard.rdata, rdtype) else ("STYPE_IN_BITMAP",)

    def _opted_out(self, child: dns.name.Name) -> Lacking:
        """RFC 5155 §8.6: the next closer name lies in a stretch that has opted out."""
        encloser = self._encloser3(child)
        if encloser is None or encloser == child:
            return ("MISSING_NSEC_FOR_DS",)
        covering = self._covering3(_next_closer(child, encloser))
        return () if covering is not None and covering.rdata.flags & OPT_OUT else ("MISSING_NSEC_FOR_DS",)

    def _encloser3(self, name: dns.name.Name) -> dns.name.Name | None:
        """The longest name above, or itself, that an NSEC3 matches."""
        for size in range(len(name.labels), len(self.zone.labels) - 1, -1):
            above = name.split(size)[1]
            if self.matching3(above) is not None:
                return above
        return None

    def matching3(self, name: dns.name.Name) -> Link3 | None:
        """The NSEC3 of the name itself."""
        hashed = self._hash(name)
        return next((each for each in self.nsec3 if each.hash == hashed), None)

    def _covering3(self, name: dns.name.Name) -> Link3 | None:
        hashed = self._hash(name)
        return next((each for each in self.nsec3 if _is_between(each.hash, hashed, each.rdata.next)), None)

    def _hash(self, name: dns.name.Name) -> bytes:
        first = self.nsec3[0].rdata
        return base64.b32hexdecode(dns.dnssec.nsec3_hash(name, first.salt, first.iterations, SHA1))


def make_proofs(zone: dns.name.Name, sets: Iterable[SignedSet]) -> Proofs:
    """The NSEC and NSEC3 records among sets; an NSEC3 whose name is no hash is left out."""
    nsec: list[tuple[dns.name.Name, NSEC]] = []
    nsec3: list[Link3] = []
    for each in sets:
        for rdata in each.rrset:
            if isinstance(rdata, NSEC):
                nsec.append((each.rrset.name, rdata))
            elif isinstance(rdata, NSEC3) and (hashed := _owner_hash(each.rrset.name)) is not None:
                nsec3.append(Link3(hashed, rdata))
    return Proofs(zone, tuple(nsec), tuple(nsec3))


def _owner_hash(owner: dns.name.Name) -> bytes | None:
    try:
        return base64.b32hexdecode(owner.labels[0].upper())
    except binascii.Error:
        return None


def has_type(rdata: NSEC | NSEC3, rdtype: int) -> bool:
    """Whether the bitmap has the type, or a CNAME, which would stand in for it."""
    types = types_of(rdata)
    return rdtype in types or (int(dns.rdatatype.CNAME) in types and rdtype != NXNAME)


def types_of(rdata: NSEC | NSEC3) -> frozenset[int]:
    """The types of the bitmap (RFC 4034 §4.1.2)."""
    return frozenset(
        window * 256 + octet * 8 + bit
        for window, bitmap in rdata.windows
        for octet, value in enumerate(bitmap)
        for bit in range(8)
        if value & (0x80 >> bit)
    )


def _covers(owner: dns.name.Name, rdata: NSEC, name: dns.name.Name) -> bool:
    """Whether the name lies in the gap; what is below a delegation is not the zone's to deny."""
    types = types_of(rdata)
    is_cut = int(dns.rdatatype.NS) in types and int(dns.rdatatype.SOA) not in types
    if name != owner and name.is_subdomain(owner) and (is_cut or int(dns.rdatatype.DNAME) in types):
        return False
    return _is_between(owner, name, rdata.next)


def _is_between(start: Any, between: Any, end: Any) -> bool:
    """In the order of names or of hashes, in which the last gap leads back to the first name."""
    return bool(start < between < end if start < end else (start < between or between < end))


def _closest_encloser(name: dns.name.Name, covering: tuple[dns.name.Name, NSEC]) -> dns.name.Name:
    """The longest name that one end of the gap shares with the name that is not there."""
    shared = max(name.fullcompare(end)[2] for end in (covering[0], covering[1].next))
    return name.split(shared)[1]


def _next_closer(name: dns.name.Name, encloser: dns.name.Name) -> dns.name.Name:
    """The name one label longer than the closest encloser (RFC 5155 §1.3)."""
    size = min(len(encloser.labels) + 1, len(name.labels))
    return name.split(size)[1]


def _wildcard(encloser: dns.name.Name) -> dns.name.Name:
    return dns.name.Name((b"*", *encloser.labels))
