"""The text in canonical TXT values."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Subject
from psfdns.diagnostics import Span
from psfdns.rdata import decode_string
from psfdns.records import RRset

MAX_SHOWN = 60
"""Characters of a text that a finding repeats."""


def placed_values(rrset: RRset) -> Iterator[tuple[str, Span | None]]:
    """Each value and where it stands, in the order of the file."""
    if len(rrset.values) == 1 or not rrset.spans:
        yield from zip(rrset.values, rrset.spans or [None] * len(rrset.values), strict=True)
        return
    pairs = zip(rrset.values, rrset.spans, strict=True)
    yield from sorted(pairs, key=lambda pair: (pair[1].path, pair[1].first_line or 0))


def texts(rrset: RRset) -> Iterator[tuple[str, Span | None]]:
    """Each value with its strings joined (no space between, RFC 7208 §3.3), and where it stands."""
    for value, span in placed_values(rrset):
        yield joined(value), span


def joined(value: str) -> str:
    """The text of a canonical value: its strings with nothing between."""
    return value[1:-1].replace('" "', "")


def text_sets(subject: Subject) -> Iterator[RRset]:
    """The zone's TXT record sets."""
    return (rrset for rrset in subject.zone.rrsets.values() if rrset.type == "TXT")


def decode_text(text: str) -> str:
    """What a program reads in a text of `texts`: without escapes, as UTF-8 where it is that."""
    if "\\" not in text:
        return text
    content = decode_string(text)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def is_printable_ascii(text: str) -> bool:
    """Whether there is nothing but blanks, tabs and visible ASCII characters."""
    return text.isascii() and text.replace("\t", " ").isprintable()


def shown(text: str) -> str:
    """A text, decoded or not, as a finding repeats it: short, and without what a terminal would obey."""
    short = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short)


def cname_targets(subject: Subject) -> frozenset[str]:
    """The names that CNAMEs of the zone lead to: what stands there is read under another name."""
    found = (rrset.values for rrset in subject.zone.rrsets.values() if rrset.type == "CNAME")
    return frozenset(value for values in found for value in values)
