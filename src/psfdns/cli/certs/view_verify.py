"""What is served, as the document `psfdns-certs-verify/1`, and as text from that document."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from psfdns.certs.served_rules import NO_ADDRESS
from psfdns.certs.verifying import Found, Seen, Status, Verdict, summarise_unknown
from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document, render
from psfdns.cli.views.table import render_rows
from psfdns.diagnostics import Severity
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.cli.certs.verifying import Verification

Shape = dict[str, Any]

FORMAT = "psfdns-certs-verify/1"
_COLOURS = {"error": "31", "warning": "33", "unknown": "36", "ok": "32"}
_QUIET = frozenset({"ok", "none"})
_HEAD = ("STATUS", "NAME", "ADDRESS", "CERTIFICATE", "EXPIRES", "SHOWN")
_NOWHERE: Shape = {"name": None, "certificate": None, "addresses": []}
_WORDS = {
    "error": "wrong",
    "warning": "to look at",
    "unknown": "unknown",
    "none": "without address",
    "ok": "well",
    "unchecked": "",
}


def to_document(verification: Verification, *, now: datetime.datetime) -> Shape:
    """The document; names the worst first."""
    verdicts = verification.verdicts
    statuses = Counter(verdict.status for verdict in verdicts)
    findings = [_finding(found) for verdict in verdicts for found in verdict.found]
    others = (*summarise_unknown(verdicts), *verification.stands.faults)
    findings += [{**finding_document(each), **_NOWHERE} for each in others]
    unchecked = sum(1 for verdict in verdicts for _ in verdict.unchecked())
    return {
        "format": FORMAT,
        "checked_at": write_moment(now),
        "names": [_name(verdict) for verdict in verdicts],
        "uncovered_asked": verification.asked,
        "skipped": [{"zone": zone, "why": why} for zone, why in verification.unread.items()],
        "findings": sorted(findings, key=lambda each: Severity(each["severity"]).rank),
        "summary": {**{status.value: statuses[status] for status in Status}, "unchecked": unchecked},
    }


def _name(verdict: Verdict) -> Shape:
    spot, wanted = verdict.look.spot, verdict.look.spot.wanted
    return {
        "name": spot.host,
        "tenant": spot.tenant,
        "certificate": None if wanted is None else wanted.name,
        "covered_by": spot.covered_by,
        "watched": wanted is not None and wanted.is_watched,
        "status": verdict.status.value,
        "why": verdict.look.unknown,
        "addresses": [_address(verdict, seen) for seen in verdict.look.seen],
    }


def _address(verdict: Verdict, seen: Seen) -> Shape:
    leaf = None if seen.chain is None else seen.chain.leaf
    ours = verdict.ours.get(seen.address)
    unheard = None if seen.unheard is None else seen.unheard.words
    return {
        "address": seen.address,
        "status": verdict.status_at(seen.address).value,
        "shown": None if ours is None else ours.name,
        "version": None if ours is None else ours.version,
        "not_before": None if leaf is None else write_moment(leaf.not_before),
        "not_after": None if leaf is None else write_moment(leaf.not_after),
        "serial": None if leaf is None else leaf.serial,
        "fingerprint": None if leaf is None else leaf.fingerprint,
        "issuer": None if leaf is None else leaf.issuer,
        "tls": seen.protocol or None,
        "why": verdict.unknown.get(seen.address) or seen.unreadable or unheard,
    }


def _finding(found: Found) -> Shape:
    wanted = found.spot.wanted
    about = {"name": found.spot.host, "certificate": None if wanted is None else wanted.name}
    return {**finding_document(found.diagnostic), **about, "addresses": list(found.addresses)}


def render_text(document: Shape, *, colour: bool = False, quiet: bool = False, whole: bool = False) -> str:
    """A line for each name and address, the worst first, then the findings; `quiet`: of what is not well.

    `whole`: also those that say no more than a line above them, of names without an address.
    """
    rows = [row for name in document["names"] for row in _rows(name) if not (quiet and row[0] in _QUIET)]
    table = render_rows([_HEAD, *rows]) if rows else ""
    if colour:
        table = _coloured(table)
    told = [each for each in document["findings"] if not (quiet and each["severity"] == "info")]
    told = [each for each in told if whole or each["code"] != NO_ADDRESS.code]
    found = render({"findings": told}, "text", colour=colour)
    parts = [table, found, "" if quiet else _summary(document)]
    skipped = [f"{escape(each['zone'])}: not looked at: {each['why']}\n" for each in document["skipped"]]
    return "\n".join(part for part in (*parts, "".join(skipped)) if part)


def _rows(name: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    certificate = name["certificate"] or "-"
    if name["covered_by"] not in {None, name["name"], certificate}:
        certificate = f"{certificate} ({name['covered_by']})"
    about = (escape(name["name"]), escape(certificate))
    if name["why"] or not name["addresses"]:
        status = Status.UNKNOWN if name["why"] else name["status"]
        yield status, about[0], "-", about[1], "-", escape(name["why"] or "it has no address")
    for each in sorted(name["addresses"], key=lambda each: Status(each["status"]).rank):
        expires = (each["not_after"] or "-").partition("T")[0]
        yield each["status"], about[0], each["address"], about[1], expires, escape(_shown(name, each))


def _shown(name: Mapping[str, Any], address: Mapping[str, Any]) -> str:
    if address["why"]:
        return str(address["why"])
    if address["shown"] is None:
        return f"of {address['issuer']}"
    if address["version"] is not None:
        return f"number {address['version']} of {address['shown']}, which is not the newest"
    return "the store's" if address["shown"] == name["certificate"] else f"{address['shown']} of the store"


def _coloured(table: str) -> str:
    """With the first word of each line in the colour of its status."""
    lines = []
    for line in table.splitlines(keepends=True):
        status = line.partition(" ")[0]
        number = _COLOURS.get(status)
        lines.append(f"\x1b[{number}m{status}\x1b[0m{line[len(status) :]}" if number else line)
    return "".join(lines)


def _summary(document: Shape) -> str:
    words = ((count, _WORDS[status]) for status, count in document["summary"].items() if count)
    said = ", ".join(f"{count:,} {word}" for count, word in words if word)
    return f"Names: {said or 'none to look at'}.\n"
