"""Answers with their signatures: records as they were on the wire, for whoever has to verify them.

`psfdns.lookup.answer` has values as canonical text, which signatures do not cover: a name in an HTTPS record
is signed in the case that it is written in (RFC 9460 §2.2; RFC 4034 §6.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.RRSIG import RRSIG

from psfdns.lookup.answer import Failure, Question, canonical_name
from psfdns.lookup.ask import Pair, Patience, Way, ask_each, ask_for
from psfdns.lookup.server import Server
from psfdns.names import labels_of

SIGNED_THREADS = 16
"""Questions under way at a time for one zone."""


@dataclass(frozen=True, slots=True)
class SignedSet:
    """A record set and the signatures that came along, of any signer; `name` is canonical text."""

    name: str
    type: str
    rrset: dns.rrset.RRset
    signatures: tuple[RRSIG, ...] = ()

    @property
    def ttl(self) -> int:
        """The TTL that the server gave."""
        return self.rrset.ttl


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said; `dnssec`: with an OPT record whose DO bit was copied (RFC 3225 §3)."""

    server: Server
    question: Question
    rcode: str
    authoritative: bool
    dnssec: bool = False
    answer: tuple[SignedSet, ...] = ()
    authority: tuple[SignedSet, ...] = ()

    def answered(self) -> SignedSet | None:
        """The record set that was asked for."""
        return next((each for each in self.answer if (each.name, each.type) == self.question), None)

    @property
    def is_usable(self) -> bool:
        """Whether it tells what there is, with authority."""
        return self.authoritative and self.rcode in {"NOERROR", "NXDOMAIN"}


Heard = Reply | Failure


class AskSigned(Protocol):
    """Many questions at a time; the replies in the order of the pairs."""

    def __call__(self, pairs: Sequence[Pair], /) -> Sequence[Heard]:
        """Ask."""


def ask_signed(
    pairs: Sequence[Pair], *, patience: Patience | None = None, threads: int = SIGNED_THREADS
) -> list[Heard]:
    """Ask for records and signatures."""

    def ask_pair(server: Server, question: Question) -> Heard:
        return ask_for(server, question, read_reply, patience=patience, way=Way.SIGNED)

    return ask_each(pairs, ask_pair, threads=threads)


def read_reply(message: dns.message.Message, server: Server, question: Question) -> Reply:
    """A response as a value."""
    return Reply(
        server,
        question,
        dns.rcode.to_text(message.rcode()),
        bool(message.flags & dns.flags.AA),
        bool(message.ednsflags & dns.flags.DO),
        tuple(_signed_sets(message.answer)),
        tuple(_signed_sets(message.authority)),
    )


def _signed_sets(section: Sequence[dns.rrset.RRset]) -> Iterable[SignedSet]:
    """The record sets of a section, each with the RRSIG that cover it."""
    for rrset in section:
        if rrset.rdtype != dns.rdatatype.RRSIG:
            covering = (
                rdata
                for other in section
                if other.rdtype == dns.rdatatype.RRSIG
                and other.covers == rrset.rdtype
                and other.name == rrset.name
                for rdata in other
            )
            rdtype = dns.rdatatype.to_text(rrset.rdtype)
            signatures = tuple(each for each in covering if isinstance(each, RRSIG))
            yield SignedSet(canonical_name(rrset.name), rdtype, rrset, signatures)


def wire_name(name: str) -> dns.name.Name:
    """Canonical text as dnspython's name."""
    return dns.name.Name((*labels_of(name), b""))
