"""What the registrar holds of a zone's keys, and what is under way, beside what DNS shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Trust
from psfdns.dnssec.finding import Finding, Problem, join
from psfdns.dnssec.keys import is_sep
from psfdns.dnssec.procedures.digests import HELD, ds_of, known_as, own_ds
from psfdns.rdata import canonical_rdata

UNDER_WAY = frozenset(
    {
        "SECURITY_ISLAND",
        "DNSSEC_WANTED",
        "DNSSEC_NOT_WANTED",
        "CLOUD_DS_MISSING",
        "REGISTRAR_DS_NOT_IN_PARENT",
        "REGISTRAR_LACKS_DS",
        "REGISTRAR_KEY_NOT_IN_ZONE",
    }
)
"""What a procedure brings about and ends by itself."""
_LEFT_TO_IT = (
    "change nothing by hand but what the procedure asks for: psfdns dnssec continue says what, and when"
)


@dataclass(frozen=True, slots=True)
class RegistrySide:
    """`held` are the DS at Gandi; None: not asked, and `why` says why, empty where nobody has to be.

    `procedure` is what is under way, as a sentence; empty: nothing.
    """

    held: frozenset[str] | None = None
    why: str = ""
    procedure: str = ""


def judge_registry(side: RegistrySide, trust: Trust) -> Iterator[Problem]:
    """Every disagreement, and what is not known."""
    if side.procedure:
        yield Problem("PROCEDURE_OPEN", side.procedure)
    if side.held is None:
        if side.why:
            yield Problem("REGISTRAR_UNKNOWN", f"Gandi was not asked for its DNSSEC keys: {side.why}")
        return
    keys = [key for key in trust.keys if is_sep(key)]
    own = own_ds(trust.zone, keys, HELD)
    held = known_as(side.held, own)
    if any(reading.is_heard for reading in trust.ds):
        shown = known_as((canonical_rdata("DS", each.anchor.to_text()) for each in trust.claimed), own)
        yield from _each(
            "REGISTRAR_DS_NOT_IN_PARENT", "at Gandi, and not at the parent: {what}", held - shown
        )
        yield from _each("REGISTRAR_LACKS_DS", "at the parent, and not at Gandi: {what}", shown - held)
    if any(reading.is_heard for reading in trust.at):
        there = {ds_of(trust.zone, key) for key in keys}
        words = "at Gandi, and its key is not in the zone: {what}"
        yield from _each("REGISTRAR_KEY_NOT_IN_ZONE", words, held - there)


def _each(code: str, words: str, ds: Iterable[str]) -> Iterator[Problem]:
    tags = [f"DS {text.partition(' ')[0]}" for text in sorted(ds)]
    if tags:
        yield Problem(code, words, join(tags))


def soften(findings: Iterable[Finding], side: RegistrySide) -> tuple[Finding, ...]:
    """What a procedure that is under way explains is told, and is no fault; nobody is to mend it by hand."""
    return tuple(
        replace(finding, severity=Severity.INFO, hint=_LEFT_TO_IT)
        if side.procedure and finding.code in UNDER_WAY
        else finding
        for finding in findings
    )
