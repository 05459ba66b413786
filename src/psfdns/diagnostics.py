"""What we tell a person about their input: pure values, no input or output here."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Severity(enum.StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst, so that sorting puts errors first and thresholds compare as numbers."""
        return list(Severity).index(self)


class Span(NamedTuple):
    """A place in a file: lines are 1-based and inclusive; None where only the file is known."""

    path: str
    first_line: int | None = None
    last_line: int | None = None

    def __str__(self) -> str:
        """`path:line`, or the path alone."""
        return self.path if self.first_line is None else f"{self.path}:{self.first_line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `code` is kebab-case, `reference` names its source ("RFC 1034 §3.6.2").

    `since`: when it was first seen, ISO 8601 in UTC, of what is remembered from run to run.
    """

    code: str
    severity: Severity
    summary: str
    span: Span | None = None
    hint: str | None = None
    reference: str | None = None
    since: str | None = None


class Placed(Protocol):
    """What comes from a place in a file, such as a record set."""

    @property
    def span(self) -> Span | None:
        """Where it begins; None where it is in no file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be found; docs/checks.md is made of these sentences.

    `what` says what holds where all is well, `why` what happens otherwise, `mend` what to do; `mend` is
    the hint of a finding that has none of its own, unless its hint is "". `about_absence`: it says that
    something is missing, which is not known of a file with lines that could not be read. `milder` is the
    severity of some of its findings, where not all are as bad as `severity`; `at_first` that of what is
    seen for the first time, where only what lasts counts.
    """

    code: str
    severity: Severity
    what: str
    reference: str | None = None
    about_absence: bool = False
    why: str = ""
    mend: str = ""
    milder: Severity | None = None
    at_first: Severity | None = None

    @property
    def severities(self) -> tuple[Severity, ...]:
        """Those that its findings may have, the worst first."""
        known = (self.severity, self.milder, self.at_first)
        return tuple(dict.fromkeys(severity for severity in known if severity is not None))

    def broken(
        self, at: Placed | Span | None, summary: str, *, hint: str | None = None, mildly: bool = False
    ) -> Diagnostic:
        """The finding that this rule is broken; `mildly`, where the rule has a milder severity too."""
        severity = self.milder if mildly and self.milder is not None else self.severity
        span = at if at is None or isinstance(at, Span) else at.span
        said = self.mend if hint is None else hint
        return Diagnostic(self.code, severity, summary, span, said or None, self.reference)


def has_errors(findings: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


@dataclass(frozen=True, slots=True)
class Suppression:
    """`; psfdns: ignore=code,code`: silences warnings about the record set that `span` is a line of."""

    codes: tuple[str, ...]
    span: Span
