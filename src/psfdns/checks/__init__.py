"""What can be said of a zone without asking anybody: one file a subject, each listed in CHECKS. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from psfdns.checks import (
    addresses,
    aliases,
    answer_size,
    apex,
    bimi,
    caa,
    chains,
    delegations,
    dkim,
    dmarc,
    dmarc_place,
    dualstack,
    final_dots,
    hosts,
    issuance,
    limits,
    mta_sts,
    names,
    pasted,
    policy,
    routing,
    spf,
    spf_lookalikes,
    targets,
    tls_rpt,
    tokens,
    ttls,
    wildcards,
)
from psfdns.checks.check import ISSUERS, Check, Subject
from psfdns.checks.suppression import UNUSED_SUPPRESSION, silence
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span, Suppression, has_errors
from psfdns.final_dot import MISSING_FINAL_DOT
from psfdns.records import Zone
from psfdns.settings import ZoneSettings

TEXT_CHECKS: tuple[Check, ...] = (
    spf.CHECK,
    spf_lookalikes.CHECK,
    dmarc.CHECK,
    dmarc_place.CHECK,
    dkim.CHECK,
    mta_sts.CHECK,
    tls_rpt.CHECK,
    bimi.CHECK,
    caa.CHECK,
    pasted.CHECK,
    tokens.CHECK,
)
"""What programs read in texts; silent where the reader has said that a text is not what was meant."""

CHECKS: tuple[Check, ...] = (
    names.CHECK,
    apex.CHECK,
    aliases.CHECK,
    chains.CHECK,
    routing.CHECK,
    targets.CHECK,
    final_dots.CHECK,
    hosts.CHECK,
    delegations.CHECK,
    wildcards.CHECK,
    limits.CHECK,
    policy.CHECK,
    addresses.CHECK,
    dualstack.CHECK,
    ttls.CHECK,
    issuance.CHECK,
    answer_size.CHECK,
    *TEXT_CHECKS,
)

MAX_FINDINGS = 2_000
"""About one zone; the reader stops at half of that."""
MANY_ALIKE = 3
"""Findings of one code about one line, besides the first, that are counted instead of said."""

MANY_FINDINGS = Rule(
    "more-findings",
    Severity.WARNING,
    "Of more than 2,000 findings about one zone the worst are shown.",
    "docs/contract.md §3",
    why="Most of so many findings follow from a few faults, and nobody reads them all.",
    mend="correct what is shown, and check again",
)

RULES: tuple[Rule, ...] = (
    *(rule for check in CHECKS for rule in check.rules),
    UNUSED_SUPPRESSION,
    MANY_FINDINGS,
)
"""Everything that can be found, for docs/checks.md."""

_ABOUT_ABSENCE = frozenset(rule.code for rule in RULES if rule.about_absence)
_ABOUT_TARGETS = frozenset({"address-as-name", MISSING_FINAL_DOT.code})
"""What the reader says of targets that mean another name than was meant."""
_ABOUT_TEXTS = frozenset({"cut-at-semicolon", "smart-quotes", "unquoted-text"})
"""What the reader says of texts that are not what was meant."""
_TEXT_CODES = frozenset(rule.code for check in TEXT_CHECKS for rule in check.rules)


def run_checks(
    zone: Zone,
    *,
    settings: ZoneSettings,
    suppressions: Sequence[Suppression] = (),
    path: str | None = None,
    findings: Iterable[Diagnostic] = (),
    issuers: tuple[str, ...] = ISSUERS,
) -> tuple[Diagnostic, ...]:
    """All findings about a zone, in the order of its file.

    `findings` are those of the reader: they are returned too, so that a suppression silences its
    warnings as well; with errors among them nothing is said to be missing. `path` is the zone file as
    findings show it. `issuers`: see Subject.
    """
    read = tuple(findings)
    subject = Subject(zone, settings, path, frozenset(_places(read, _ABOUT_TARGETS)), issuers)
    found = (finding for check in CHECKS for finding in check.find(subject))
    misread = frozenset(_places(read, _ABOUT_TEXTS))
    if misread:
        found = (finding for finding in found if not _is_about_text(finding, misread))
    if has_errors(read):
        found = (finding for finding in found if finding.code not in _ABOUT_ABSENCE)
    said: Iterable[Diagnostic] = silence([*read, *found], suppressions, zone)
    if has_errors(read):
        said = (finding for finding in said if finding.code != UNUSED_SUPPRESSION.code)
    return tuple(sorted(_worst(_folded(said), None if path is None else Span(path)), key=_position))


def _places(findings: Iterable[Diagnostic], codes: Container[str]) -> Iterator[tuple[str, int]]:
    """The lines of which one of these codes is said."""
    for finding in findings:
        span = finding.span
        if finding.code in codes and span is not None and span.first_line is not None:
            yield span.path, span.first_line


def _is_about_text(finding: Diagnostic, lines: Container[tuple[str, int]]) -> bool:
    span = finding.span
    return finding.code in _TEXT_CODES and span is not None and (span.path, span.first_line) in lines


def _folded(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One finding for many of the same code about one line, such as a $GENERATE."""
    alike: dict[tuple[str, Severity, Span | None], list[Diagnostic]] = {}
    uncounted: Counter[tuple[str, Severity, Span | None]] = Counter()
    folded: list[Diagnostic] = []
    for finding in findings:
        place = finding.code, finding.severity, finding.span
        known = folded if finding.span is None else alike.setdefault(place, [])
        if known is not folded and len(known) > MANY_ALIKE:
            uncounted[place] += 1
        else:
            known.append(finding)
    for place, known in alike.items():
        more = len(known) - 1 + uncounted[place]
        folded += known if more < MANY_ALIKE else [_with_more(known[0], more)]
    return folded


def _with_more(finding: Diagnostic, more: int) -> Diagnostic:
    return replace(finding, summary=f"{finding.summary}; {more:,} more findings like it here")


def _worst(findings: list[Diagnostic], here: Span | None) -> list[Diagnostic]:
    """At most MAX_FINDINGS, errors before warnings, and that there are more."""
    if len(findings) <= MAX_FINDINGS:
        return findings
    findings.sort(key=lambda finding: finding.severity.rank)
    more = MANY_FINDINGS.broken(here, f"{len(findings) - MAX_FINDINGS:,} more findings are not shown")
    return [*findings[:MAX_FINDINGS], more]


def _position(finding: Diagnostic) -> tuple[str, int, int, str]:
    path, line = ("", 0) if finding.span is None else (finding.span.path, finding.span.first_line or 0)
    return path, line, finding.severity.rank, finding.code
