"""Dates, counts and names as a reader of the site has them. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from psfdns.moments import read_moment

Shape = dict[str, Any]

SEVERITIES = ("error", "warning", "unknown", "well")
"""Worst first, as the zones of the document."""
SEVERITY_WORDS = {
    "error": "Error",
    "warning": "Warning",
    "unknown": "Unknown",
    "well": "Well",
    "info": "Note",
}
ASPECTS = {
    "domain": "Domain",
    "delegation": "Delegation",
    "dnssec": "DNSSEC",
    "drift": "Drift",
    "certificates": "Certificates",
}
KINDS = {
    "domain": ("Domain", "Domains"),
    "certificate": ("Certificate", "Certificates"),
    "key": ("Key", "Keys"),
    "token": ("Token", "Tokens"),
}
"""What can end, one and several; a kind that is new here is shown under its own name."""
TENANT_KINDS = {
    "psf": "Python Software Foundation",
    "working-group": "Working group",
    "community-organisation": "Community organisation",
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def day(value: str | None) -> str:
    """`28 Nov 2026`, of a date or a moment; what is neither stays as it is."""
    moment = read_moment(value)
    return f"{moment.day} {month(moment)} {moment.year}" if moment else value or "unknown"


def moment(value: str | None) -> str:
    """`28 Nov 2026, 18:59 UTC`."""
    read = read_moment(value)
    return f"{day(value)}, {read:%H:%M} UTC" if read else value or "unknown"


def month(date: datetime.date) -> str:
    """`Nov`: of no locale, so that a document makes the same site everywhere."""
    return _MONTHS[date.month - 1]


def month_key(value: str) -> str:
    """`Nov 2026`, under which a table puts what ends then."""
    read = read_moment(value)
    return f"{month(read)} {read.year}" if read else "No date"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 zone`, `2 zones`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def severity_count(severity: str, number: int) -> str:
    """`2 errors`, `1 unknown`, `6 well`."""
    word = SEVERITY_WORDS[severity].lower()
    return count(number, word) if severity in {"error", "warning"} else f"{number:,} {word}"


def verdict(summary: Mapping[str, int]) -> str:
    """How the zones stand, as the worst of them do: the first thing that is read in the morning."""
    whole = sum(summary[name] for name in SEVERITIES)
    worst = next((name for name in SEVERITIES if summary[name]), None)
    if worst is None:
        return "There is no zone yet"
    if worst == "well":
        return "The one zone is well" if whole == 1 else f"All {whole:,} zones are well"
    number = summary[worst]
    be = "has" if number == 1 else "have"
    ends = {"error": f"{be} errors", "warning": f"{be} warnings", "unknown": "could not be checked"}
    return f"{number:,} of {count(whole, 'zone')} {ends[worst]}"


def left(days: int | None) -> str:
    """`in 12 days`, `today`, `3 days ago`."""
    if days is None:
        return "unknown"
    if days == 0:
        return "today"
    return f"in {count(days, 'day')}" if days > 0 else f"{count(-days, 'day')} ago"


def commit(value: str) -> str:
    """The first twelve digits; that files differed from it is kept."""
    revision, sign, rest = value.partition("+")
    return f"{revision[:12]}{sign}{rest}"


def undotted(name: str) -> str:
    """A zone's name as people say it, without the final dot; the root is a dot."""
    return name.removesuffix(".") or "."


def kind_word(kind: str, *, many: bool = False) -> str:
    """`Domain`, `Certificates`."""
    one, several = KINDS.get(kind, (kind.capitalize(), f"{kind.capitalize()}s"))
    return several if many else one


def yes_or_no(value: bool | None) -> str:  # noqa: FBT001 - the value itself is what is told
    """What is not known is no `no`."""
    return "unknown" if value is None else "yes" if value else "no"
