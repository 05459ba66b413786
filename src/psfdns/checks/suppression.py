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

ONLINE = frozenset(
    {
        "claimable-name",
        "dangling-target",
        "lame-delegation",
        "name-not-covered",
        "target-unchecked",
        "target-without-data",
    }
)
"""Codes of `check --online`, and what `certs verify` says of records.

Whether they silence anything is another matter each day.
"""
MAX_GUESSES = 100
"""Codes of one zone that are looked at for a slip of the pen."""

_Line = tuple[str, int]
_Place = RRsetKey | _Line
_Marks = Mapping[Span, Mapping[str, None]]


def silence(
    findings: Sequence[Diagnostic], suppressions: Sequence[Suppression], zone: Zone
) -> Iterator[Diagnostic]:
    """The findings without the silenced warnings, then what silences nothing."""
    if not suppressions:
        yield from findings
        return
    marks = _marks(suppressions)
    places = _Places(zone)
    hushed = _Hushed(marks, places, frozenset(finding.code for finding in findings))
    for finding in findings:
        is_error = finding.severity is Severity.ERROR
        if is_error or finding.span is None or not hushed.covers(finding.span, finding.code):
            yield finding
    errors = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    at_lines = _codes_by_line(findings)
    idle = ((span, code) for span, code in hushed.idle(marks) if code not in ONLINE)
    for number, (span, code) in enumerate(idle):
        hint = _hint(span, code, errors, places)
        if hint is None and number < MAX_GUESSES:
            hint = _guess(code, {each for line in _lines(span) for each in at_lines.get(line, ())})
        yield UNUSED_SUPPRESSION.broken(span, f"ignore={code} silences nothing here", hint=hint)


def _marks(suppressions: Iterable[Suppression]) -> _Marks:
    """The codes that each entry names, in order; an entry of many lines may have many marks."""
    marks: dict[Span, dict[str, None]] = {}
    for each in suppressions:
        marks.setdefault(each.span, {}).update(dict.fromkeys(each.codes))
    return marks


class _Places:
    """What stands where: the record sets of each line, and the line itself, where none stands there."""

    def __init__(self, zone: Zone) -> None:
        self._by_line: dict[_Line, set[RRsetKey]] = {}
        for rrset in zone.rrsets.values():
            for span in rrset.spans:
                for line in _lines(span):
                    self._by_line.setdefault(line, set()).add(rrset.key)

    def has_record(self, span: Span) -> bool:
        """Whether one stands on these lines."""
        return any(line in self._by_line for line in _lines(span))

    def at(self, line: _Line) -> Iterator[_Place]:
        """The line and its record sets."""
        yield line
        yield from self._by_line.get(line, ())

    def within(self, span: Span) -> Iterator[_Place]:
        """The lines and their record sets."""
        return (place for line in _lines(span) for place in self.at(line))


class _Hushed:
    """Which codes are silenced where, and which of them were met.

    Each line is looked at once for each code, whatever it makes: a $GENERATE may have 65,536 of both.
    """

    def __init__(self, marks: _Marks, places: _Places, found: frozenset[str]) -> None:
        self._places = places
        self._wanted: dict[_Place, frozenset[str]] = {}
        self._met: dict[_Place, set[str]] = {}
        self._known: dict[tuple[_Line, str], bool] = {}
        for span, codes in marks.items():
            self._want(span, found.intersection(codes))

    def _want(self, span: Span, codes: frozenset[str]) -> None:
        for place in self._places.within(span):
            known = self._wanted.setdefault(place, codes)
            if not codes <= known:
                self._wanted[place] = known | codes

    def covers(self, span: Span, code: str) -> bool:
        """Whether a warning there is silenced."""
        covered = [self._covers(line, code) for line in _lines(span)]
        return any(covered)

    def _covers(self, line: _Line, code: str) -> bool:
        known = self._known.get((line, code))
        if known is None:
            hits = [place for place in self._places.at(line) if code in self._wanted.get(place, ())]
            for place in hits:
                self._met.setdefault(place, set()).add(code)
            known = self._known[line, code] = bool(hits)
        return known

    def idle(self, marks: _Marks) -> Iterator[tuple[Span, str]]:
        """The codes that silenced nothing."""
        for span, codes in marks.items():
            met = {code for place in self._places.within(span) for code in self._met.get(place, ())}
            yield from ((span, code) for code in codes if code not in met)


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
    if not places.has_record(span):
        return "write it behind the record that it is about, on the same line"
    return None


def _guess(code: str, found: set[str]) -> str | None:
    """The code that was meant, where a warning of nearly that name stands on the line."""
    near = difflib.get_close_matches(code, found - {code}, 1, 0.8)
    return f"did you mean {near[0]}?" if near else None


def _lines(span: Span) -> list[_Line]:
    if span.first_line is None:
        return []
    return [(span.path, line) for line in range(span.first_line, (span.last_line or span.first_line) + 1)]
