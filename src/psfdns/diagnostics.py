"""What we tell a person about their input: pure values, no input or output here."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple


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
    """One finding. `code` is kebab-case, `reference` names its source ("RFC 1034 §3.6.2")."""

    code: str
    severity: Severity
    summary: str
    span: Span | None = None
    hint: str | None = None
    reference: str | None = None


def has_errors(findings: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


@dataclass(frozen=True, slots=True)
class Suppression:
    """`; psfdns: ignore=code,code`: silences warnings about the record set that `span` is a line of."""

    codes: tuple[str, ...]
    span: Span
