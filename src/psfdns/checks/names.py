"""Which types may stand at which name: CNAME, DS and NS have their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from psfdns.checks.check import Check, Subject, first_line, place_of
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset

CNAME_AND_OTHER_DATA = Rule(
    "cname-and-other-data",
    Severity.ERROR,
    "A name with a CNAME has no other record set, not even a CAA.",
    "RFC 1034 §3.6.2",
    why=(
        "A CNAME says that everything about a name is found at its target, so that what stands beside "
        "it is sometimes seen and sometimes not. Route 53 refuses it."
    ),
    mend="keep either the CNAME or the others",
)
CNAME_AT_APEX = Rule(
    "cname-at-apex",
    Severity.ERROR,
    "The zone's own name has SOA and NS, so it cannot be a CNAME, nor an alias of type CNAME.",
    "RFC 1912 §2.4",
    why="A CNAME bears nothing beside it, and SOA and NS always stand there. Route 53 refuses it.",
    mend="an alias of type A or AAAA may stand there: @ AWS ALIAS A target zone-id false",
)
DS_AT_APEX = Rule(
    "ds-at-apex",
    Severity.ERROR,
    "The DS of a zone belongs into its parent, not into the zone.",
    "RFC 4035 §2.4",
    why=(
        "A DS says which key of a zone is to be trusted, and resolvers ask the parent zone for it. In "
        "the zone itself nobody looks for it."
    ),
    mend="a DS stands in the parent zone: give it to the registrar",
)
WILDCARD_NS = Rule(
    "wildcard-ns",
    Severity.ERROR,
    "A wildcard cannot delegate; Route 53 refuses its NS.",
    "RFC 4592 §4.2",
    why=(
        "A wildcard stands for names that do not exist, and NS would make each of them a zone. What "
        "that means is not defined."
    ),
    mend="write NS at each name that is delegated",
)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for name, types in subject.names.items():
        if "CNAME" in types:
            yield from _find_cname_faults(subject, name, types)
        yield from _find_misplaced(subject, name, types)


def _find_misplaced(
    subject: Subject, name: str, types: Mapping[str, Sequence[RRset]]
) -> Iterator[Diagnostic]:
    if "DS" in types and name == subject.origin:
        hint = "a DS stands in the parent zone: give it to the registrar"
        yield DS_AT_APEX.broken(types["DS"][0], f"DS at the apex {name}", hint=hint)
    if "NS" in types and name.startswith("*."):
        yield WILDCARD_NS.broken(types["NS"][0], f"NS at the wildcard {name}")


def _find_cname_faults(
    subject: Subject, name: str, types: Mapping[str, Sequence[RRset]]
) -> Iterator[Diagnostic]:
    cname = types["CNAME"][0]
    if name == subject.origin:
        yield CNAME_AT_APEX.broken(
            cname,
            f"CNAME at the apex {name}",
        )
    others = [rrset for rdtype, rrsets in types.items() if rdtype != "CNAME" for rrset in rrsets]
    if others and name != subject.origin:
        yield _clash(name, cname, others)


def _clash(name: str, cname: RRset, others: Sequence[RRset]) -> Diagnostic:
    """One finding a name, at the line that completed the clash."""
    first = min(others, key=first_line)
    earlier, later = sorted((first, cname), key=first_line)
    types = ", ".join(sorted({rrset.type for rrset in others}))
    place = place_of(earlier.span, seen_from=later.span)
    where = f" ({place})" if place else ""
    return CNAME_AND_OTHER_DATA.broken(
        later,
        f"{name} has a CNAME and other data: {types}",
        hint=f"keep either the {earlier.type}{where} or the {later.type}",
    )


CHECK = Check((CNAME_AND_OTHER_DATA, CNAME_AT_APEX, DS_AT_APEX, WILDCARD_NS), _find)
