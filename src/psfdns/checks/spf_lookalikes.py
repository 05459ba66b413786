"""What was meant as SPF and is none: other beginnings than `v=spf1 `, and the record type SPF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.checks.spf_words import is_record
from psfdns.checks.strings import decode_text, shown, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity

VERSION = Rule(
    "spf-version",
    Severity.WARNING,
    "An SPF record begins with exactly `v=spf1` and a blank.",
    "RFC 7208 §4.5",
    why="Receivers pass over the text: for them the name has no SPF record, and anybody may send in it.",
    mend="begin the record with `v=spf1 `, and put no semicolons or commas between its words",
)
TYPE = Rule(
    "spf-type",
    Severity.WARNING,
    "SPF stands in a TXT record; the record type SPF is given up.",
    "RFC 7208 §3.1",
    why="Receivers no longer ask for this type. What stands there alone counts for nothing, and beside a TXT "
    "it is forgotten when that changes.",
    mend="write the record as TXT, and remove this one",
)

_OPENING = " \t\"'`“”„‘’"
_VERSION = re.compile(r"(?:v[ \t]{0,9}[=:;-][ \t]{0,9}(?:spf|sfp)|vspf1)(?![a-z_-])", re.IGNORECASE)
_BARE = re.compile(r"spf1(?![0-9A-Za-z_.])", re.IGNORECASE)
_WORD = re.compile(
    r"(?:[ ,;][+~?-]?(?:all|a|mx|include:|ip4:|ip6:|redirect=))(?![A-Za-z])|=?include:", re.IGNORECASE
)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        for text, span in texts(rrset):
            if not is_record(text) and _is_lookalike(decode_text(text)):
                yield VERSION.broken(span, f"{rrset.key}: `{shown(decode_text(text))}` is no SPF record")
    for rrset in subject.zone.rrsets.values():
        if rrset.type == "SPF":
            yield TYPE.broken(rrset, f"{rrset.key}: nobody reads this type")


def _is_lookalike(text: str) -> bool:
    """Sender ID's `spf2.0/…` is none (RFC 4406 §3.1), nor is prose about SPF."""
    text = text.lstrip(_OPENING)
    if _VERSION.match(text):
        return True
    return _BARE.match(text) is not None and _WORD.search(text) is not None


CHECK = Check((VERSION, TYPE), _find)
