"""Sizes that Route 53 accepts (Developer Guide, "Quotas"), measured in Route 53's spelling."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.records import RRset
from psfdns.rrsets import encode_value

MAX_RRSETS = 10_000
"""Record sets a zone; AWS raises it on request."""
MAX_VALUES = 400
"""Values a record set."""
MAX_VALUE_LENGTH = 4_000
"""Characters in one value, quotes and escapes included."""
MAX_CHANGE_LENGTH = 32_000
"""Characters in all values of one change request; a record set is never split over two."""

_QUOTAS = 'Route 53 Developer Guide, "Quotas"'
_GROWTH = 2
"""A character of canonical text takes at most this many in Route 53's: `\\(` becomes `\\050`."""

MANY_RRSETS = Rule(
    "many-record-sets",
    Severity.WARNING,
    "A zone has at most 10,000 record sets, unless AWS raised that.",
    _QUOTAS,
    why="Beyond the quota Route 53 refuses to create record sets.",
    mend="ask AWS to raise the quota of this zone before applying",
)
MANY_VALUES = Rule(
    "many-values",
    Severity.ERROR,
    "A record set has at most 400 values.",
    _QUOTAS,
    why="Route 53 refuses a larger one, and with it the whole change.",
    mend="spread the values over several names",
)
LONG_VALUE = Rule(
    "long-value",
    Severity.ERROR,
    "A value has at most 4,000 characters in Route 53's spelling.",
    _QUOTAS,
    why=(
        "Route 53 refuses a longer one, and with it the whole change. Quotes count, and each escaped "
        "character as four."
    ),
    mend="shorten the value",
)
LARGE_RRSET = Rule(
    "large-record-set",
    Severity.ERROR,
    "A record set fits into one change request: 32,000 characters over all its values.",
    _QUOTAS,
    why="Route 53 takes no more in one request, and a record set cannot be changed by halves.",
    mend="spread the values over several names",
)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    count = len(subject.zone.rrsets)
    if count > MAX_RRSETS:
        yield MANY_RRSETS.broken(
            None if subject.path is None else Span(subject.path),
            f"{count:,} record sets, and Route 53 takes {MAX_RRSETS:,} a zone",
        )
    for rrset in subject.zone.rrsets.values():
        if len(rrset.values) > MAX_VALUES:
            yield MANY_VALUES.broken(rrset, f"{rrset.key}: {len(rrset.values)} values, at most {MAX_VALUES}")
        if sum(map(len, rrset.values)) * _GROWTH > MAX_VALUE_LENGTH:
            yield from _find_long(rrset)


def _find_long(rrset: RRset) -> Iterator[Diagnostic]:
    lengths = [len(encode_value(value)) for value in rrset.values]
    for index, length in enumerate(lengths):
        if length > MAX_VALUE_LENGTH:
            yield LONG_VALUE.broken(
                rrset.spans[index] if rrset.spans else None,
                f"{rrset.key}: a value of {length:,} characters, at most {MAX_VALUE_LENGTH:,}",
            )
    if sum(lengths) > MAX_CHANGE_LENGTH:
        yield LARGE_RRSET.broken(
            rrset,
            f"{rrset.key}: {sum(lengths):,} characters in all values, at most {MAX_CHANGE_LENGTH:,}",
        )


CHECK = Check((MANY_RRSETS, MANY_VALUES, LONG_VALUE, LARGE_RRSET), _find)
