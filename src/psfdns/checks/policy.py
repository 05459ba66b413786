"""What tenant.toml says about the record sets of a zone: `ignore` leaves them to another writer."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.patterns import find_match

IGNORED_RECORD = Rule(
    "ignored-record",
    Severity.ERROR,
    "A record of the file is not one that `ignore` leaves to another writer.",
    "docs/contract.md §1",
    why=(
        "psfdns never touches what another writer has been left, so the record in the file would have "
        "no effect."
    ),
    mend="remove the record from the file, or narrow the pattern",
)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    ignore = subject.settings.ignore
    if not ignore:
        return
    for key, rrset in subject.zone.rrsets.items():
        pattern = None if subject.is_decoration(rrset) else find_match(ignore, key, subject.origin)
        if pattern is not None:
            yield IGNORED_RECORD.broken(
                rrset,
                f"{key} is left to another writer: ignore = {pattern.text!r} in tenant.toml",
                hint="remove the record from the file, or narrow the pattern",
            )


CHECK = Check((IGNORED_RECORD,), _find)
