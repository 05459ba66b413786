"""The text in canonical TXT values."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Subject
from psfdns.diagnostics import Span
from psfdns.records import RRset


def texts(rrset: RRset) -> Iterator[tuple[str, Span | None]]:
    """Each value with its strings joined (no space between, RFC 7208 §3.3), and where it stands."""
    for index, value in enumerate(rrset.values):
        yield value[1:-1].replace('" "', ""), rrset.spans[index] if rrset.spans else None


def text_sets(subject: Subject) -> Iterator[RRset]:
    """The zone's TXT record sets."""
    return (rrset for rrset in subject.zone.rrsets.values() if rrset.type == "TXT")
