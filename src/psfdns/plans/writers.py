"""Who else seems to write to a live zone, told by the traces that they leave. Pure.

Each finding is informational: what another writer keeps can be left to it with `ignore`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.names import relative_to
from psfdns.plans.host import LiveZone
from psfdns.records import RRset, RRsetKey

SHOWN = 3
"""Names given as examples; the finding counts them all."""

_ACM_OWNER = re.compile(r"_[0-9a-f]{32}\.")
_OWNER_MARK = re.compile(r'"(?:heritage=([a-z0-9.-]+)|\*(octodns)\*)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Another writer: what is said of it, how its record sets are known, how to leave them to it."""

    code: str
    what: str
    leaves: Callable[[RRset], bool]
    hint: str | None = None


def find_writers(live: LiveZone) -> tuple[Diagnostic, ...]:
    """One finding a writer, with how many record sets it has and how to leave them to it."""
    return tuple(_findings(live))


def _findings(live: LiveZone) -> Iterator[Diagnostic]:
    for writer in _WRITERS:
        keys = [rrset.key for rrset in live.zone.rrsets.values() if writer.leaves(rrset)]
        if keys:
            hint = writer.hint or _ignoring(keys, live.zone.origin)
            yield _finding(writer.code, writer.what, keys, hint)
    made = [foreign.key for foreign in live.foreign if "traffic policy" in foreign.reason]
    if made:
        yield _finding("traffic-policy", "Route 53's traffic policies make", made, _FOREIGN)


def _finding(code: str, what: str, keys: list[RRsetKey], hint: str) -> Diagnostic:
    named = ", ".join(str(key) for key in keys[:SHOWN]) + (", ..." if len(keys) > SHOWN else "")
    sets = "1 record set" if len(keys) == 1 else f"{len(keys)} record sets"
    return Diagnostic(code, Severity.INFO, f"{what} {sets} here: {named}", hint=hint)


def _ignoring(keys: list[RRsetKey], origin: str) -> str:
    patterns = ", ".join(_exact(keys, origin))
    return f"to leave them to it, take them out of the file and set ignore = [{patterns}]"


def _exact(keys: Iterable[RRsetKey], origin: str) -> list[str]:
    """Patterns of just these sets, for a TOML list."""
    names = dict.fromkeys((relative_to(key.name, origin), key.type) for key in keys)
    return [f"'{name.replace('*', chr(92) + '*')} {rdtype}'" for name, rdtype in names]


def _is_acm(rrset: RRset) -> bool:
    return (
        rrset.type == "CNAME"
        and _ACM_OWNER.match(rrset.name) is not None
        and any(value.endswith(".acm-validations.aws.") for value in rrset.values)
    )


def _is_acme(rrset: RRset) -> bool:
    return rrset.type == "TXT" and rrset.name.startswith("_acme-challenge.")


def _is_marked_by(tool: str) -> Callable[[RRset], bool]:
    def leaves(rrset: RRset) -> bool:
        marks = (_OWNER_MARK.match(value) for value in rrset.values if rrset.type == "TXT")
        return any(mark is not None and tool == (mark[1] or mark[2]).lower() for mark in marks)

    return leaves


_FOREIGN = "they are foreign: shown in every plan, never changed"
_UNDECLARED = "take them out of the file: an ACME answer that no file declares is left alone"

_WRITERS = (
    _Writer("acm-validation", "AWS Certificate Manager is answered by", _is_acm),
    _Writer("acme-challenge", "an ACME client keeps", _is_acme, _UNDECLARED),
    _Writer("external-dns", "external-dns says that it owns names with", _is_marked_by("external-dns")),
    _Writer("octodns", "octoDNS says that it owns names with", _is_marked_by("octodns")),
)
