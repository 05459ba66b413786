"""What the zone itself would answer for a name: delegations, wildcards, the words of values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from psfdns.checks.check import Subject
from psfdns.diagnostics import Span
from psfdns.names import is_subdomain, parent_of
from psfdns.patterns import find_match
from psfdns.records import TARGET_WORD, RRset, RRsetKey

Types = Mapping[str, Sequence[RRset]]


def targets_of(rrset: RRset) -> Iterator[str]:
    """The targets of its values, in the order of the values; none of an alias."""
    word = TARGET_WORD[rrset.type]
    for value in rrset.values:
        yield value.split(" ")[word]


def placed_targets(rrset: RRset) -> Iterator[tuple[str, Span | None]]:
    """Each target once, and where it stands first."""
    spans: dict[str, Span | None] = {}
    for index, target in enumerate(targets_of(rrset)):
        spans.setdefault(target, rrset.spans[index] if rrset.spans else None)
    yield from spans.items()


def is_told_by_reader(subject: Subject, span: Span | None) -> bool:
    """Whether the reader has said that the target there is not what was meant."""
    if span is None or span.first_line is None or not subject.misread:
        return False
    lines = range(span.first_line, (span.last_line or span.first_line) + 1)
    return any((span.path, line) in subject.misread for line in lines)


def delegation_above(subject: Subject, name: str) -> str | None:
    """The delegation (NS, not at the apex, RFC 1034 §4.2.1) at the name or nearest above it, or None."""
    if not subject.delegations:
        return None
    if "\\" not in name:
        deeper = name.count(".") - subject.deepest_delegation
        name = name.split(".", deeper)[deeper] if deeper > 0 else name
    while name not in {subject.origin, "."}:
        if name in subject.delegations:
            return name
        name = parent_of(name)
    return None


def types_answered(subject: Subject, name: str) -> Types | None:
    """The types that the zone has for a name, by RFC 4592's wildcards too; None where it cannot know.

    It cannot know what lies outside, behind a delegation, or is left to another writer.
    """
    if not is_subdomain(name, subject.origin) or delegation_above(subject, name) is not None:
        return None
    if name in subject.names:
        return subject.names[name]
    if is_left_to_others(subject, name):
        return None
    while name not in subject.existing and name not in {subject.origin, "."}:
        name = parent_of(name)
        if name in subject.existing:
            return subject.names.get(f"*.{name}", {})
    return {}


def is_left_to_others(subject: Subject, name: str, rdtypes: Iterable[str] = ("A", "AAAA", "CNAME")) -> bool:
    """Whether `ignore` leaves the name, with one of these types, to another writer."""
    ignore = subject.settings.ignore
    keys = (RRsetKey(name, rdtype) for rdtype in rdtypes)
    return bool(ignore) and any(find_match(ignore, key, subject.origin) for key in keys)
