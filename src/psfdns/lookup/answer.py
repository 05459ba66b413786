"""What was asked and what was heard, as values: record sets in canonical text, failures with their reason."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from psfdns.lookup.server import Server
from psfdns.names import is_subdomain, name_from_labels
from psfdns.rdata import RdataError, canonical_rdata
from psfdns.records import HOSTED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns.message import Message
    from dns.name import Name
    from dns.rrset import RRset


class Question(NamedTuple):
    """A canonical name and a type mnemonic; the class is always IN."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class HeardSet:
    """One record set of an answer: canonical owner and values (sorted) for every type Route 53 hosts.

    Values of other types are as dnspython prints them.
    """

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: `rcode` as IANA names it (NOERROR, NXDOMAIN, …), and its three sections.

    `edns`: with an OPT record (RFC 6891 §7); `truncated`: it was cut short.
    """

    server: Server
    question: Question
    rcode: str
    authoritative: bool
    recursion_available: bool = False
    answer: tuple[HeardSet, ...] = ()
    authority: tuple[HeardSet, ...] = ()
    additional: tuple[HeardSet, ...] = ()
    edns: bool = False
    truncated: bool = False

    def answered(self, name: str, rdtype: str) -> HeardSet | None:
        """A record set of the answer section."""
        return find_set(self.answer, name, rdtype)

    @property
    def referral(self) -> HeardSet | None:
        """The NS record set that sends us on to another zone's servers (RFC 1034 §4.3.2, step 3b)."""
        if self.rcode != "NOERROR" or self.authoritative or self.answer:
            return None
        for heard in self.authority:
            if heard.type == "NS" and is_subdomain(self.question.name, heard.name):
                return heard
        return None


class Reason(enum.StrEnum):
    """Why there is no answer to work with."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    LAME = "lame"
    NO_ADDRESS = "no-address"
    UNRESOLVED = "unresolved"


_WORDS = {
    Reason.TIMEOUT: "does not answer",
    Reason.REFUSED: "refuses",
    Reason.UNREACHABLE: "cannot be reached",
    Reason.MALFORMED: "answers with something that is not DNS",
    Reason.LAME: "answers, but not as an authority",
    Reason.NO_ADDRESS: "has no address",
    Reason.UNRESOLVED: "could not be looked up",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """No usable answer; `server` None where there was no address to ask. `detail` is for a person."""

    server: Server | None
    question: Question
    reason: Reason
    detail: str = ""

    @property
    def words(self) -> str:
        """The reason as the end of a sentence whose subject is the server."""
        return _WORDS[self.reason] + (f" ({self.detail})" if self.detail else "")


def find_set(section: Iterable[HeardSet], name: str, rdtype: str) -> HeardSet | None:
    """The record set of a name and type in a section, or None."""
    return next((heard for heard in section if (heard.name, heard.type) == (name, rdtype)), None)


def read_answer(message: Message, server: Server, question: Question) -> Answer:
    """A response as a value."""
    import dns.flags
    import dns.rcode

    return Answer(
        server,
        question,
        dns.rcode.to_text(message.rcode()),
        bool(message.flags & dns.flags.AA),
        bool(message.flags & dns.flags.RA),
        tuple(map(_heard, message.answer)),
        tuple(map(_heard, message.authority)),
        tuple(map(_heard, message.additional)),
        message.edns >= 0,
        bool(message.flags & dns.flags.TC),
    )


def _heard(rrset: RRset) -> HeardSet:
    import dns.rdatatype

    rdtype = dns.rdatatype.to_text(rrset.rdtype)
    values = tuple(sorted({_canonical(rdtype, rdata.to_text()) for rdata in rrset}))
    return HeardSet(canonical_name(rrset.name), rdtype, rrset.ttl, values)


def canonical_name(name: Name) -> str:
    """The canonical text of an absolute dnspython name."""
    return name_from_labels(name.labels[:-1])


def _canonical(rdtype: str, text: str) -> str:
    if rdtype not in HOSTED_TYPES:
        return text
    try:
        return canonical_rdata(rdtype, text)
    except RdataError:
        return text
