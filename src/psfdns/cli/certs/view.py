"""How certificates stand, as the document `psfdns-certs/1`, and as text from that document."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psfdns.certs.renewal import Renewal
from psfdns.certs.rules import MISSING
from psfdns.certs.status import Standing, judge_standing, say_why
from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document, render
from psfdns.cli.views.table import render_rows
from psfdns.diagnostics import Diagnostic
from psfdns.moments import write_moment

FORMAT = "psfdns-certs/1"
_MAX_NAMES = 3

Shape = dict[str, Any]


def to_document(
    standings: Sequence[Standing], others: Iterable[Diagnostic], *, now: datetime.datetime
) -> Shape:
    """The document; `others` are findings about none of these certificates."""
    found = [
        {**finding_document(finding), "certificate": standing.wanted.name}
        for standing in standings
        for finding in judge_standing(standing, now=now)
    ]
    found += [{**finding_document(finding), "certificate": None} for finding in others]
    return {
        "format": FORMAT,
        "checked_at": write_moment(now),
        "certificates": [_certificate(standing, now) for standing in standings],
        "findings": found,
    }


def _certificate(standing: Standing, now: datetime.datetime) -> Shape:
    wanted, current = standing.wanted, standing.current
    renewal = standing.decide(now)
    ari = standing.state.ari
    return {
        "name": wanted.name,
        "names": list(wanted.names),
        "lacks": list(standing.lacks),
        "tenant": wanted.tenant,
        "not_before": None if current is None else write_moment(current.not_before),
        "not_after": None if current is None else write_moment(current.not_after),
        "serial": None if current is None else current.serial,
        "fingerprint": None if current is None else current.fingerprint,
        "issuer": wanted.issuer if current is None else current.issuer,
        "watched": wanted.is_watched,
        "due": _due(renewal),
        "reason": None if renewal is None or renewal.reason is None else renewal.reason.value,
        "why": standing.unreadable if renewal is None else say_why(standing, renewal, now=now),
        "explanation": None if ari is None else ari.explanation,
        "deployed": [_deployment(standing, target) for target in wanted.deploy],
        "copy": _copy(standing),
    }


def _due(renewal: Renewal | None) -> bool | str | None:
    """True, false, or the time when it will be; None where it is not known."""
    if renewal is None:
        return None
    return renewal.due if renewal.due or renewal.at is None else write_moment(renewal.at)


def _copy(standing: Standing) -> Shape | None:
    """What this machine has of it, of a store in S3; None where it has none."""
    copy, current = standing.copy, standing.current
    if copy is None:
        return None
    stored = copy.stored
    return {
        "not_after": None if stored is None else write_moment(stored.not_after),
        "serial": None if stored is None else stored.serial,
        "fingerprint": None if stored is None else stored.fingerprint,
        "current": None if current is None else copy.is_of(current),
        "why": copy.fault,
    }


def _deployment(standing: Standing, target: str) -> Shape:
    last = standing.state.deployment(target)
    return {
        "target": target,
        "fingerprint": None if last is None else last.fingerprint,
        "ok": standing.is_deployed(target),
        "at": None if last is None else write_moment(last.at),
        "why": None if last is None else last.fault,
    }


def render_list(document: Shape, *, colour: bool = False) -> str:
    """A line a certificate: what is there."""
    rows: list[tuple[str, ...]] = [("NAME", "TENANT", "NAMES", "EXPIRES", "ISSUER", "DEPLOYED")]
    rows += [_row(each) for each in document["certificates"]]
    return _with_findings(rows, document, colour=colour)


def _row(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    deployed = [each["target"] if each["ok"] else f"not {each['target']}" for each in certificate["deployed"]]
    return (
        escape(certificate["name"]),
        escape(certificate["tenant"]),
        _names(certificate["names"], certificate["lacks"]),
        (certificate["not_after"] or "-").partition("T")[0],
        escape(certificate["issuer"] or "-"),
        escape(", ".join(deployed)) or "-",
    )


def _names(names: Sequence[str], lacks: Sequence[str]) -> str:
    """Those that it is for, then those that it lacks."""
    there = [name for name in names if name not in lacks]
    return ", ".join(filter(None, (_few("", there), _few("not ", lacks))))


def _few(word: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(f"{word}{escape(name)}" for name in names[:_MAX_NAMES]) + more


def render_plan(document: Shape, *, colour: bool = False) -> str:
    """A line a certificate: whether it is due, or when, and why; then how many."""
    rows: list[tuple[str, ...]] = [("DUE", "NAME", "TENANT", "EXPIRES", "WHY")]
    rows += [_plan_row(each) for each in _by_urgency(document["certificates"])]
    return _with_findings(rows, document, colour=colour) + _summary(document["certificates"])


def _by_urgency(certificates: Iterable[Shape]) -> list[Shape]:
    """What is due first, then by date, then what is not known, then what is only watched."""
    rank = {True: 0, None: 2, False: 3}
    return sorted(
        certificates,
        key=lambda each: (rank.get(each["due"], 1), str(each["due"]), each["name"]),
    )


def _plan_row(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        _WORDS.get(certificate["due"]) or str(certificate["due"]).partition("T")[0],
        escape(certificate["name"]),
        escape(certificate["tenant"]),
        (certificate["not_after"] or "-").partition("T")[0],
        escape(certificate["why"] or ""),
    )


_WORDS = {True: "now", None: "unknown", False: "-"}


def _summary(certificates: Sequence[Shape]) -> str:
    counts = {
        "due": sum(each["due"] is True for each in certificates),
        "later": sum(isinstance(each["due"], str) for each in certificates),
        "unknown": sum(each["due"] is None for each in certificates),
        "only watched": sum(each["due"] is False for each in certificates),
    }
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"\nCertificates: {said or 'none wanted'}.\n"


def _with_findings(rows: list[tuple[str, ...]], document: Shape, *, colour: bool) -> str:
    """What is missing stands in the rows already."""
    table = render_rows(rows) if len(rows) > 1 else ""
    told = [finding for finding in document["findings"] if finding["code"] != MISSING.code]
    found = render({"findings": told}, "text", colour=colour)
    return table + (f"\n{found}" if table and found else found)
