"""The findings of one reading, bounded, so that hostile input cannot make a million of them. Pure."""

from __future__ import annotations

from typing import NamedTuple

from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.zonefile.rules.lines import TOO_MANY_FINDINGS


class Limits(NamedTuple):
    """What one zone may hold, includes counted (docs/contract.md §2)."""

    records: int = 200_000
    octets: int = 16 << 20
    generated: int = 65_536
    depth: int = 8
    findings: int = 1_000


class ReadingStoppedError(Exception):
    """A limit is passed; the finding that says so is already recorded. Never leaves `parse_zone`."""


class RefusedError(Exception):
    """An entry makes no record; the finding that says why is already recorded. Never leaves `entries`."""


class Findings:
    """Collects findings in the order in which they are met."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: list[Diagnostic] = []

    def say(
        self, rule: Rule, span: Span, summary: str, hint: str | None = None, *, mildly: bool = False
    ) -> None:
        """Record that `rule` is broken; without a hint the rule's own is shown, with "" none."""
        finding = rule.broken(span, summary, hint=hint, mildly=mildly)
        self.found.append(finding)
        if len(self.found) >= self.limit:
            raise self.stop(
                TOO_MANY_FINDINGS, span, f"{self.limit} findings, and the rest of the zone is not read"
            )

    def refuse(self, rule: Rule, span: Span, summary: str, hint: str | None = None) -> RefusedError:
        """Record that `rule` is broken, as `say` does, and return what to raise."""
        self.say(rule, span, summary, hint)
        return RefusedError()

    def stop(self, rule: Rule, span: Span, summary: str) -> ReadingStoppedError:
        """Record an error and return what to raise."""
        self.found.append(rule.broken(span, summary))
        return ReadingStoppedError()

    def fold(self, start: int) -> bool:
        """Drop warnings that say again what one since `start` said; whether there is an error since."""
        since = self.found[start:]
        self.found[start:] = {
            (finding.severity, finding.code): finding for finding in reversed(since)
        }.values()
        return any(finding.severity is Severity.ERROR for finding in since)

    def in_order(self) -> tuple[Diagnostic, ...]:
        """By file in the order of their appearance, then by line."""
        files: dict[str, int] = {}
        for finding in self.found:
            files.setdefault(finding.span.path if finding.span else "", len(files))
        return tuple(sorted(self.found, key=lambda finding: _order(finding, files)))


def _order(finding: Diagnostic, files: dict[str, int]) -> tuple[int, int]:
    span = finding.span
    return (0, 0) if span is None else (files[span.path], span.first_line or 0)
