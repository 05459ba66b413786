"""How the tests of the checks look at one zone file."""

from __future__ import annotations

from psfdns.checks import run_checks
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
