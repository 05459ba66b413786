"""How zones stand with DNSSEC, as a document and as text from that document."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document
from psfdns.cli.views.plan_words import count
from psfdns.dnssec.algorithms import algorithm_name, digest_name
from psfdns.dnssec.keys import list_keys
from psfdns.dnssec.verdict import Status
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.cli.dnssec.signing import Examined
    from psfdns.dnssec.chain import Trust
    from psfdns.dnssec.ds import Digest
    from psfdns.dnssec.keys import ListedKey
    from psfdns.dnssec.sets import SetReading
    from psfdns.dnssec.signatures import Signature

FORMAT = "psfdns-dnssec/1"
WHOLE = 3
"""Zones of which each is shown with its chain, whatever its status."""

_COLOURS = {"bogus": "31", "not-delegated": "31", "indeterminate": "33", "insecure": "36", "secure": "32"}
_ORDER = {status.value: number for number, status in enumerate(Status)}
_MARKS = {"secure": "[.]", "insecure": "[-]", "bogus": "[!]", "indeterminate": "[?]"}

Shape = dict[str, Any]
Words = tuple[str, ...]


def to_document(examined: Sequence[Examined], *, account: str | None, checked_at: datetime.datetime) -> Shape:
    """`psfdns-dnssec/1` (docs/contract.md §4)."""
    zones = [_zone(each) for each in examined]
    counts = Counter(zone["status"] for zone in zones)
    return {
        "format": FORMAT,
        "checked_at": write_moment(checked_at),
        "account": account,
        "summary": {**{status.value: counts[status.value] for status in Status}, "not_asked": counts[None]},
        "zones": zones,
    }


def _zone(examined: Examined) -> Shape:
    target, verdict = examined.target, examined.verdict
    readings = examined.evidence.sets.readings if examined.evidence else ()
    return {
        "name": target.origin,
        "view": target.view,
        "id": examined.hosted.id if examined.hosted else None,
        "tenant": target.file.tenant if target.file else None,
        "wanted": target.file.settings.dnssec if target.file else None,
        "status": verdict.status.value if verdict.status else None,
        "findings": [
            {**finding_document(each), "servers": list(each.servers), "ede": each.ede}
            for each in verdict.findings
        ],
        "chain": [_link(trust) for trust in examined.path],
        "sets": _sets(readings),
        "signed_until": _signed_until(readings, examined.path),
    }


def _link(trust: Trust) -> Shape:
    return {
        "zone": trust.zone,
        "status": trust.security.value,
        "why": trust.why or None,
        "ds": [_digest(each) for each in _digests(trust)],
        "ds_signatures": _signatures(each for reading in trust.ds for each in reading.signatures),
        "keys": [_key(key) for key in list_keys(trust.at)],
        "key_signatures": _signatures(each for reading in trust.at for each in reading.signatures),
    }


def _digests(trust: Trust) -> list[Digest]:
    """The DS beside the keys where any server has keys; the root's are the anchors."""
    fitted = [digest for reading in trust.at if reading.keys for digest in reading.digests]
    found: dict[object, Digest] = {}
    for digest in fitted or [*trust.claimed]:
        found.setdefault(digest.anchor, digest)
    return list(found.values())


def _digest(digest: Digest) -> Shape:
    kind = digest.digest_type
    return {
        "key_tag": digest.key_tag,
        "algorithm": digest.algorithm,
        "digest_type": kind,
        "digest_name": digest_name(kind) if kind is not None else None,
        "status": digest.fit.value,
    }


def _key(key: ListedKey) -> Shape:
    return {
        "key_tag": key.key_tag,
        "algorithm": key.algorithm,
        "algorithm_name": algorithm_name(key.algorithm),
        "flags": key.flags,
        "bits": key.bits,
        "sep": key.is_sep,
        "revoked": key.is_revoked,
        "in_ds": key.in_ds,
    }


def _signatures(signatures: Iterable[Signature]) -> list[Shape]:
    return [
        {
            "name": each.name,
            "type": each.type,
            "key_tag": each.key_tag,
            "algorithm": each.algorithm,
            "inception": write_moment(each.inception),
            "expiration": write_moment(each.expiration),
            "status": each.state.value,
        }
        for each in dict.fromkeys(signatures)
    ]


def _sets(readings: Sequence[SetReading]) -> list[Shape]:
    """Each question once: `sound` where any server answers it so that it can be validated."""
    grouped: dict[tuple[str, str], list[SetReading]] = {}
    for reading in readings:
        grouped.setdefault(reading.question, []).append(reading)
    return [
        {
            "name": name,
            "type": rdtype,
            "found": any(each.found for each in group),
            "sound": any(each.is_sound for each in group),
            "denied_by": next((each.denial.kind for each in group if each.denial and each.denial.kind), None),
            "signatures": _signatures(one for each in group for one in each.signatures),
        }
        for (name, rdtype), group in grouped.items()
    ]


def _signed_until(readings: Sequence[SetReading], path: Sequence[Trust]) -> str | None:
    """When the first of the zone's valid signatures ends."""
    own = [one for each in readings if each.found for one in each.signatures]
    own += [one for trust in path[-1:] for each in trust.at for one in each.signatures]
    ends = [each.expiration for each in own if each.is_valid]
    return write_moment(min(ends)) if ends else None


def render_text(document: Shape, *, colour: bool = False, quiet: bool = False, whole: bool = False) -> str:
    """A line a zone, the worst first, with its chain and findings below; then a line that counts them.

    A zone of which nothing is wrong keeps to its line, unless `whole`, or few, are asked for. What is said
    of several zones in the same words is said once, below them.
    """
    zones = sorted(document["zones"], key=lambda zone: _ORDER.get(zone["status"], len(_ORDER)))
    said = Counter(_words(finding) for zone in zones for finding in zone["findings"])
    often = {words: number for words, number in said.items() if number > 1}
    whole = whole or len(zones) <= WHOLE
    shown = [zone for zone in zones if not quiet or _matters(zone)]
    lines = [line for zone in shown for line in _lines(zone, often, colour=colour, whole=whole)]
    for words, number in often.items():
        lines += [f"of {count(number, 'zone')}:", *words]
    return "".join(f"{line}\n" for line in [*lines, *([] if quiet else [_counted(document["summary"])])])


def _matters(zone: Shape) -> bool:
    return any(finding["severity"] != "info" for finding in zone["findings"])


def _lines(zone: Shape, often: Container[Words], *, colour: bool, whole: bool) -> Iterator[str]:
    status = zone["status"] or "-"
    shown = f"{status:<13}"
    if colour and status in _COLOURS:
        shown = f"\x1b[{_COLOURS[status]}m{shown}\x1b[0m"
    label = zone["name"] + (f"@{zone['view']}" if zone["view"] else "")
    place = [f"tenant {zone['tenant']}"] if zone["tenant"] else []
    place += [zone["id"]] if zone["id"] else []
    beside = f"  ({escape(', '.join(place))})" if place else ""
    elsewhere = "".join(f" [{each['code']}]" for each in zone["findings"] if _words(each) in often)
    yield f"{shown} {escape(label)}{beside}{_brief(zone)}{elsewhere}"
    if whole or _matters(zone):
        yield from _tree(zone, colour=colour)
    for finding in zone["findings"]:
        if (words := _words(finding)) not in often:
            yield from words


def _brief(zone: Shape) -> str:
    """Of a secure zone with what it is signed, and until when."""
    if zone["status"] != Status.SECURE.value:
        return ""
    names = dict.fromkeys(key["algorithm_name"] for key in zone["chain"][-1]["keys"])
    return f": {', '.join(names)}, signed until {zone['signed_until']}"


def _words(finding: Shape) -> Words:
    """A finding as the lines that show it."""
    extended = f", EDE {finding['ede']}" if finding["ede"] is not None else ""
    at = f"    at {escape(', '.join(finding['servers']))}" if finding["servers"] else None
    lines = [f"  {finding['severity']}: {escape(finding['summary'])} [{finding['code']}{extended}]", at]
    lines.append(f"    hint: {escape(finding['hint'])}" if finding["hint"] else None)
    return tuple(line for line in lines if line is not None)


def _tree(zone: Shape, *, colour: bool) -> Iterator[str]:
    """The chain, a step a line, each below the one above."""
    for depth, link in enumerate(zone["chain"]):
        last = depth == len(zone["chain"]) - 1
        status = zone["status"] if last and zone["status"] in _MARKS else link["status"]
        mark = _MARKS[status]
        if colour:
            mark = f"\x1b[{_COLOURS[status]}m{mark}\x1b[0m"
        lead = "  " if depth == 0 else "  " + "    " * (depth - 1) + "\u2514\u2500\u2500 "
        why = "" if status == Status.SECURE.value else f"  {status}"
        yield f"{lead}{mark} {escape(link['zone'])}{why}{escape(_step(link, is_root=depth == 0))}"
    if zone["sets"]:
        yield from _told_of_sets(zone)


def _step(link: Shape, *, is_root: bool) -> str:
    """`DS 12345/13 SHA-256 -> key 12345 -> 3 keys`."""
    parts = []
    if link["ds"]:
        parts.append(", ".join(_ds_words(each, is_root=is_root) for each in link["ds"]))
    elif not is_root and link["keys"]:
        parts.append("no DS")
    if link["keys"]:
        names = ", ".join(dict.fromkeys(each["algorithm_name"] for each in link["keys"]))
        parts.append(f"{count(len(link['keys']), 'key')} ({names})")
    return "  " + " \u2192 ".join(parts) if parts else ""


def _ds_words(digest: Shape, *, is_root: bool) -> str:
    kind = "anchor" if is_root else "DS"
    fit = {"valid": "", "unknown": ""}.get(digest["status"], f" {digest['status'].replace('-', ' ')}")
    return f"{kind} {digest['key_tag']}{fit}"


def _told_of_sets(zone: Shape) -> Iterator[str]:
    """What of the zone was asked for and can be validated."""
    indent = "  " + "    " * len(zone["chain"])
    found = [each for each in zone["sets"] if each["found"]]
    sound = sum(each["sound"] for each in found)
    denied = [each for each in zone["sets"] if each["denied_by"]]
    kinds = ", ".join(dict.fromkeys(each["denied_by"] for each in denied))
    yield f"{indent}{sound} of {count(len(found), 'record set')} signed" + (
        f"; denial by {kinds}" if kinds else ""
    )


def _counted(summary: Mapping[str, int]) -> str:
    words = [f"{number} {name.replace('_', ' ')}" for name, number in summary.items() if number]
    return f"DNSSEC: {', '.join(words) or 'no zones'}."
