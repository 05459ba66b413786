"""`; psfdns: ignore=code,code` on a record: silences warnings about its record set, never an error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from psfdns.diagnostics import Diagnostic, Rule, Severity, Span, Suppression
from psfdns.records import RRsetKey, Zone

UNUSED_SUPPRESSION = Rule(
    "unused-suppression",
    Severity.WARNING,
    "Each code of `; psfdns: ignore=…` silences a warning about its record set; errors cannot be silenced.",
    "docs/contract.md §2",
    about_absence=True,
    why="A code that is left over would silence the next fault of this kind before anybody has seen it.",
    mend="remove the code from the comment",
)

MAX_GUESSES = 100
"""Codes of one zone that are looked at for a slip of the pen."""

_Line = tuple[str, int]
_Places = Mapping[_Line, set[RRsetKey]]


def silence(
    findings: Sequence[Diagnostic], suppressions: Sequence[Suppression], zone: Zone
) -> Iterator[Diagnostic]:
    """The findings without the silenced warnings, then what silences nothing."""
    if not suppressions:
        yield from findings
        return
    places = _record_sets_by_line(zone)
    wanted = _wanted(suppressions, places, _codes(findings, errors=False))
    used: set[tuple[Span, str]] = set()
    for finding in findings:
        hits = [hit for place in _places_of(finding, places) for hit in wanted.get((place, finding.code), ())]
        used.update(hits)
        if not hits:
            yield finding
    errors = _codes(findings, errors=True)
    unused = dict.fromkeys((each.span, code) for each in suppressions for code in each.codes)
    at_lines = _codes_by_line(findings)
    guesses = 0
    for span, code in unused:
        if (span, code) in used:
            continue
        guesses += 1
        hint = _hint(span, code, errors, places)
        if hint is None and guesses <= MAX_GUESSES:
            hint = _guess(code, {each for line in _lines(span) for each in at_lines.get(line, ())})
        yield UNUSED_SUPPRESSION.broken(span, f"ignore={code} silences nothing here", hint=hint)


def _wanted(
    suppressions: Iterable[Suppression], places: _Places, codes: set[str]
) -> dict[tuple[RRsetKey | _Line, str], list[tuple[Span, str]]]:
    """What is to be silenced, by record set (by line where none stands there) and code."""
    wanted: dict[tuple[RRsetKey | _Line, str], list[tuple[Span, str]]] = {}
    for suppression in suppressions:
        for code in codes.intersection(suppression.codes):
            for place in _expand(suppression.span, places):
                wanted.setdefault((place, code), []).append((suppression.span, code))
    return wanted


def _codes(findings: Iterable[Diagnostic], *, errors: bool) -> set[str]:
    return {finding.code for finding in findings if (finding.severity is Severity.ERROR) is errors}


def _places_of(finding: Diagnostic, places: _Places) -> set[RRsetKey | _Line]:
    if finding.severity is Severity.ERROR or finding.span is None:
        return set()
    return _expand(finding.span, places)


def _expand(span: Span, places: _Places) -> set[RRsetKey | _Line]:
    lines = _lines(span)
    return {place for line in lines for place in places.get(line, ())} | set(lines)


def _record_sets_by_line(zone: Zone) -> dict[_Line, set[RRsetKey]]:
    by_line: dict[_Line, set[RRsetKey]] = {}
    for rrset in zone.rrsets.values():
        for span in rrset.spans:
            for line in _lines(span):
                by_line.setdefault(line, set()).add(rrset.key)
    return by_line


def _lines(span: Span) -> list[_Line]:
    if span.first_line is None:
        return []
    return [(span.path, line) for line in range(span.first_line, (span.last_line or span.first_line) + 1)]


def _codes_by_line(findings: Iterable[Diagnostic]) -> dict[_Line, set[str]]:
    """The codes of warnings, by line."""
    by_line: dict[_Line, set[str]] = {}
    for finding in findings:
        if finding.severity is not Severity.ERROR and finding.span is not None:
            for line in _lines(finding.span):
                by_line.setdefault(line, set()).add(finding.code)
    return by_line


def _hint(span: Span, code: str, errors: set[str], places: _Places) -> str | None:
    """What to do with a code that silences nothing; None: the rule's own hint."""
    if code in errors:
        return "errors cannot be silenced: mend the record"
    if not any(line in places for line in _lines(span)):
        return "write it behind the record that it is about, on the same line"
    return None


def _guess(code: str, found: set[str]) -> str | None:
    """The code that was meant, where a warning of nearly that name stands on the line."""
    near = difflib.get_close_matches(code, found - {code}, 1, 0.8)
    return f"did you mean {near[0]}?" if near else None
