"""DMARC records where nobody asks for them: at the name itself, at `dmarc`, with `_dmarc` not in front."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.checks.dmarc import is_record
from psfdns.checks.strings import cname_targets, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity

PLACE = Rule(
    "dmarc-place",
    Severity.WARNING,
    "A DMARC record stands at `_dmarc` in front of the name whose mail it is about.",
    "RFC 9989 §4.10",
    why="Receivers ask at that name alone. At any other the record is a text like others, and there is no "
    "policy.",
    mend="write it at _dmarc in front of the name",
)

_LABEL = "_dmarc."


def _find(subject: Subject) -> Iterator[Diagnostic]:
    targets = cname_targets(subject)
    for rrset in text_sets(subject):
        records = [span for text, span in texts(rrset) if is_record(text)]
        right = _right_name(rrset.name, subject.origin) if records and rrset.name not in targets else None
        if right is not None:
            for span in records:
                summary = f"{rrset.key}: a DMARC record where nobody asks for one"
                yield PLACE.broken(span, summary, hint=f"write it at {right}")


def _right_name(name: str, origin: str) -> str | None:
    """Where a record at this name belongs; None where it may be right as it is.

    Right are `_dmarc` in front, permissions for reports (`_report._dmarc`, RFC 9990 §4), wildcards, and names
    with other underscores, at which services keep records for others' CNAMEs.
    """
    labels = name.split(".")
    if labels[0] == "*" or "_report" in labels:
        return None
    if "_dmarc" in labels:
        is_in_front = "_dmarc" not in labels[1:]
        return None if is_in_front else _LABEL + _without_label(labels, origin)
    if labels[0].startswith("_") and difflib.get_close_matches(labels[0], ["_dmarc"], 1, 0.8):
        return name.replace(labels[0], "_dmarc", 1)
    if any(label.startswith("_") for label in labels):
        return None
    return _LABEL + name.removeprefix("dmarc." if name != origin else "")


def _without_label(labels: list[str], origin: str) -> str:
    """The name without `_dmarc`, and without the origin in its middle, which a missing dot leaves."""
    name = ".".join(label for label in labels if label != "_dmarc")
    return name.replace(f"{origin}{origin}", origin)


CHECK = Check((PLACE,), _find)
