"""How large the answers for the zone's record sets are, in octets on the wire."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.names import labels_of
from psfdns.rdata import MAX_MESSAGE, answer_size
from psfdns.records import RRset

MAX_ANSWER = 1_232
"""Octets of an answer that reaches everybody over UDP in one piece (DNS flag day 2020)."""

LARGE_ANSWER = Rule(
    "large-answer",
    Severity.INFO,
    "The answer with a record set fits into 1,232 octets.",
    "RFC 9715 §3.2, DNS flag day 2020",
    why="A larger one is cut off over UDP and asked for again over TCP: slower, and nothing at all behind "
    "firewalls that let no TCP through to port 53.",
    mend="remove what is no longer used, such as verification texts of services that have seen them",
)

_PER_VALUE = 28
"""More than what a value costs beyond its own text: its header, and an address written short."""
_SIGNATURE = 18 + 64
"""An RRSIG with a signature of ECDSA P-256, without the signer's name (RFC 4034 §3.1, RFC 6605 §4)."""
_HEADER = 12
"""What stands before rdata where the name is a pointer to the question (RFC 1035 §4.1.3)."""


def _find(subject: Subject) -> Iterator[Diagnostic]:
    signature = _signature(subject) if subject.settings.dnssec else 0
    for rrset in subject.zone.rrsets.values():
        if _may_be_large(rrset, signature):
            size = answer_size(rrset.name, rrset.type, rrset.values) + signature
            if size > MAX_ANSWER:
                yield LARGE_ANSWER.broken(rrset, f"{rrset.key}: {_describe(size, is_signed=bool(signature))}")


def _describe(size: int, *, is_signed: bool) -> str:
    if size > MAX_MESSAGE:
        return f"no DNS message can hold the answer, {MAX_MESSAGE:,} octets are the most"
    signed = ", signature included" if is_signed else ""
    return f"an answer of {size:,} octets{signed}, more than {MAX_ANSWER:,}"


def _may_be_large(rrset: RRset, signature: int) -> bool:
    """Whether it is worth making the message: cheap, and never too small."""
    fixed = 300 + signature
    return fixed + sum(len(value) + _PER_VALUE for value in rrset.values) > MAX_ANSWER


def _signature(subject: Subject) -> int:
    return _HEADER + _SIGNATURE + sum(len(label) + 1 for label in labels_of(subject.origin)) + 1


CHECK = Check((LARGE_ANSWER,), _find)
