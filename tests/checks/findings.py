"""How the tests of the checks look at one zone file."""

from __future__ import annotations

from psfdns.checks import run_checks
from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone

ORIGIN = "zone.example."


def found(text: str, settings: ZoneSettings | None = None, *, origin: str = ORIGIN) -> list[tuple[int, str]]:
    """Line, counted from the first after $TTL, and code of all findings about a zone file."""
    parsed = parse_zone(f"$TTL 300\n{text}\n".encode(), origin=origin, path="x.zone")
    findings = run_checks(
        parsed.zone,
        settings=settings or ZoneSettings(),
        suppressions=parsed.suppressions,
        path="x.zone",
        findings=parsed.findings,
    )
    return [(((each.span and each.span.first_line) or 1) - 1, each.code) for each in findings]


def judged(
    text: str, *checks: Check, settings: ZoneSettings | None = None, origin: str = ORIGIN
) -> list[Diagnostic]:
    """What some checks alone say of a zone file that the reader takes without a word."""
    parsed = parse_zone(f"$TTL 300\n{text}\n".encode(), origin=origin, path="x.zone")
    assert not parsed.findings
    subject = Subject(parsed.zone, settings or ZoneSettings())
    return [finding for check in checks for finding in check.find(subject)]


def codes(text: str, *checks: Check, settings: ZoneSettings | None = None, origin: str = ORIGIN) -> list[str]:
    """The codes of `judged`."""
    return [finding.code for finding in judged(text, *checks, settings=settings, origin=origin)]


def quote(text: str) -> str:
    """A text as strings of at most 255 characters on one line."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text) or 1, 255))
