"""Targets that the zone's name was appended to, because their final dot is missing.

The reader tells of a target that repeats the zone's name, for that needs no look at the rest of the file.
Here are those that look complete, as `cdn.example.com`, and mean what the zone does not have.
"""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.answers import (
    delegation_above,
    is_left_to_others,
    is_told_by_reader,
    placed_targets,
)
from psfdns.checks.check import Check, Subject
from psfdns.checks.hosts import has_path
from psfdns.diagnostics import Diagnostic
from psfdns.final_dot import MISSING_FINAL_DOT
from psfdns.names import is_subdomain, parent_of
from psfdns.records import TARGET_WORD, RRset
from psfdns.suffixes import is_registrable


def completed(subject: Subject, rrset: RRset, target: str) -> str | None:
    """The name, with its final dot, that a target of the record set was most likely meant to be.

    None where the target exists or may exist elsewhere, or does not look like a complete name. What was
    appended is the zone's name or that of an $ORIGIN: one of the names above the owner. An answer by a
    wildcard does not count as existing.
    """
    if not is_subdomain(target, subject.origin) or target in subject.existing:
        return None
    if _is_beyond(subject, rrset, target) or is_left_to_others(subject, target) or has_path(target):
        return None
    for appended in _names_from(rrset.name, subject.origin):
        if target.endswith(f".{appended}"):
            written = target[: -len(appended) - 1]
            if _is_complete(subject, written, appended):
                return f"{written}."
    return None


def _is_beyond(subject: Subject, rrset: RRset, target: str) -> bool:
    """Whether a delegation hides the target; the hosts of its own NS have to stand here all the same."""
    return delegation_above(subject, target) not in {None, rrset.name if rrset.type == "NS" else None}


def _names_from(name: str, origin: str) -> Iterator[str]:
    while name not in {origin, "."}:
        yield name
        name = parent_of(name)
    yield origin


def _is_complete(subject: Subject, written: str, appended: str) -> bool:
    """Whether `written` reads as a name with its top-level domain, or as one of this zone.

    A top-level domain's label that the zone knows, as `dev` of `*.dev`, is the zone's own.
    """
    if subject.origin != "." and is_subdomain(f"{written}.", subject.origin):
        return True
    last = written.rpartition(".")[2]
    return f"{last}.{appended}" not in subject.existing and is_registrable(written)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.type not in TARGET_WORD:
            continue
        for target, span in placed_targets(rrset):
            meant = None if is_told_by_reader(subject, span) else completed(subject, rrset, target)
            if meant is not None:
                yield MISSING_FINAL_DOT.broken(
                    span,
                    f"{rrset.key}: the target means {target}, which is not in this zone",
                    hint=f"write {meant} with its final dot; if {target} is meant, write its records",
                )


CHECK = Check((MISSING_FINAL_DOT,), _find)
