"""The apex: whose SOA and NS they are, and whether Route 53 hosts a zone of that name at all."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.names import is_subdomain, labels_of
from psfdns.settings import Apex

MISSING_SOA = Rule(
    "missing-soa",
    Severity.ERROR,
    'With `apex = "managed"` the SOA is taken from the file.',
    "docs/contract.md §1",
    about_absence=True,
    why=(
        "With `managed` the file says what SOA and NS the zone's own name has, and there is nothing "
        "to take instead."
    ),
    mend='write the SOA, or let Route 53 keep its own: apex = "route53" in tenant.toml',
)
MISSING_NS = Rule(
    "missing-ns",
    Severity.ERROR,
    'With `apex = "managed"` the apex NS are taken from the file.',
    "docs/contract.md §1",
    about_absence=True,
    why=(
        "With `managed` the file says what SOA and NS the zone's own name has, and there is nothing "
        "to take instead."
    ),
    mend='write the NS, or let Route 53 keep its own: apex = "route53" in tenant.toml',
)
RESERVED_NAME = Rule(
    "reserved-name",
    Severity.WARNING,
    "Route 53 refuses public zones of names that are reserved for documentation, and top-level domains.",
    "RFC 2606 §3",
    why=(
        "Nobody can register a name that is reserved for documentation, and a top-level domain is its "
        "registry's. The sandbox takes both, for examples."
    ),
    mend="use a name that is registered; the sandbox accepts it",
)

SOA_IGNORED = Rule(
    "soa-ignored",
    Severity.INFO,
    'With `apex = "route53"` a SOA in the file has the numbers of Route 53\'s own:'
    " serial 1, 7200, 900, 1209600, 86400.",
    "docs/contract.md §1",
    why="Route 53 answers with its own SOA. Whoever edits this one expects another serial, or other times of"
    " caching, than what resolvers see.",
    mend='write the numbers of Route 53\'s own, remove the SOA, or take it from the file: apex = "managed" in'
    " tenant.toml",
)

_OWN_NUMBERS = "1 7200 900 1209600 86400"
"""Serial, refresh, retry, expire and minimum of the SOA of a new zone (Developer Guide, "The SOA record")."""
_RESERVED = ("example.com.", "example.net.", "example.org.")


def _find(subject: Subject) -> Iterator[Diagnostic]:
    here = None if subject.path is None else Span(subject.path)
    if subject.settings.apex is Apex.MANAGED:
        yield from _find_missing(subject, here)
    else:
        yield from _find_edited(subject)
    if not subject.settings.private and _is_refused(subject.origin):
        yield RESERVED_NAME.broken(
            here, f"Route 53 creates no public zone {subject.origin}", hint="the sandbox accepts it"
        )


def _find_missing(subject: Subject, here: Span | None) -> Iterator[Diagnostic]:
    for rule, rdtype in ((MISSING_SOA, "SOA"), (MISSING_NS, "NS")):
        if not subject.at(subject.origin, rdtype):
            yield rule.broken(
                here,
                f"no {rdtype} at the apex {subject.origin}, which is managed here",
                hint=f'write the {rdtype}, or let Route 53 keep its own: apex = "route53" in tenant.toml',
            )


def _find_edited(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.at(subject.origin, "SOA"):
        for value in rrset.values:
            numbers = value.split(" ", 2)[2]
            if numbers != _OWN_NUMBERS:
                yield SOA_IGNORED.broken(
                    rrset, f"Route 53 answers with its own SOA: {_OWN_NUMBERS}, not {numbers}"
                )


def _is_refused(origin: str) -> bool:
    return len(labels_of(origin)) < 2 or any(is_subdomain(origin, name) for name in _RESERVED)


CHECK = Check((MISSING_SOA, MISSING_NS, RESERVED_NAME, SOA_IGNORED), _find)
