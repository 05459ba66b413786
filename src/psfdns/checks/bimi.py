"""Logos beside mail: BIMI records at `<selector>._bimi`; an Internet-Draft that large receivers follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from psfdns.checks.check import Check, Subject
from psfdns.checks.strings import decode_text, joined, shown, text_sets, texts
from psfdns.checks.tags import parse_tags
from psfdns.checks.versions import find_misplaced
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.names import parent_of
from psfdns.records import RRset

_DRAFT = "draft-brand-indicators-for-message-identification"

SEVERAL = Rule(
    "bimi-several",
    Severity.WARNING,
    "A selector has one BIMI record.",
    f"{_DRAFT} §7.2",
    why="With two, neither counts, and no logo is shown.",
    mend="keep one of them",
)
RECORD = Rule(
    "bimi-record",
    Severity.WARNING,
    "A BIMI record is `v=BIMI1; l=…; a=…`: l= an https URL of an SVG, a= one of a PEM, each may be empty.",
    f"{_DRAFT} §4.3",
    why="Receivers discard a record that they cannot read, or cannot use what stands at the URL: no logo is "
    "shown.",
    mend="write it like `v=BIMI1; l=https://example.net/logo.svg; a=https://example.net/logo.pem`",
)
POLICY = Rule(
    "bimi-policy",
    Severity.WARNING,
    "A name with BIMI has a DMARC policy of quarantine, for all mail, or reject.",
    f"{_DRAFT} §7.1",
    why="Receivers show logos only where forged mail in the name is turned away.",
    mend="write p=quarantine or p=reject into the DMARC record once its reports show that no mail of yours "
    "fails",
)

PLACE = Rule(
    "bimi-place",
    Severity.WARNING,
    "A BIMI record stands at `<selector>._bimi` in front of the name that sends, mostly `default._bimi`.",
    f"{_DRAFT} §7.2",
    why="Whoever looks for it asks at that name alone; at any other it does nothing.",
    mend="write it at default._bimi in front of the name",
)

_LABEL = "._bimi."
_URL = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:[/?#][^\s,;]*)?", re.IGNORECASE)
_ENDINGS: Mapping[str, frozenset[str]] = {"l": frozenset({"svg", "svgz"}), "a": frozenset({"pem"})}
_ENDING = re.compile(r"\.([A-Za-z]{2,5})", re.ASCII)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        if not _is_right(rrset.name):
            continue
        found = list(texts(rrset))
        if len(found) > 1:
            yield SEVERAL.broken(found[-1][1], f"{rrset.key}: {len(found)} BIMI records")
            continue
        for text, span in found:
            fault = _fault(decode_text(text))
            if fault:
                yield RECORD.broken(span, f"{rrset.key}: {fault}")
            elif parse_tags(decode_text(text)).tags["l"]:
                yield from _find_policy(subject, rrset)
    yield from find_misplaced(subject, "v=BIMI1", PLACE, is_right=_is_right)


def _is_right(name: str) -> bool:
    return _LABEL in name


def _fault(text: str) -> str | None:
    record = parse_tags(text)
    if record.first != "v" or record.tags["v"] != "BIMI1":
        return f"`{shown(text)}` does not begin with v=BIMI1"
    if record.fault:
        return record.fault
    if "l" not in record.tags:
        return "no place of the logo, l="
    faults = (_url_fault(tag, record.tags.get(tag, "")) for tag in _ENDINGS)
    return next(filter(None, faults), None)


def _url_fault(tag: str, url: str) -> str | None:
    """A path without an ending may lead to anything."""
    if not url:
        return None
    if not _URL.fullmatch(url):
        return f"{tag}= is no https URL: `{shown(url)}`"
    last = re.split("[?#]", url, maxsplit=1)[0].partition("://")[2].partition("/")[2].rpartition("/")[2]
    ending = _ENDING.fullmatch(last[last.rfind(".") :]) if "." in last else None
    if ending and ending[1].lower() not in _ENDINGS[tag]:
        return f"{tag}= leads to a .{ending[1]}, where a .{min(_ENDINGS[tag])} belongs"
    return None


def _find_policy(subject: Subject, rrset: RRset) -> Iterator[Diagnostic]:
    """The nearest DMARC record of the zone, at the name or above it (RFC 9989 §4.10), decides."""
    name = start = rrset.name.partition(_LABEL)[2]
    while True:
        for policy in subject.at(f"_dmarc.{name}", "TXT"):
            if len(policy.values) != 1:
                return
            tags = parse_tags(decode_text(joined(policy.values[0]))).tags
            if tags.get("v") == "DMARC1" and not _is_enforced(tags, above=name != start):
                yield POLICY.broken(
                    rrset, f"{rrset.key}: the DMARC policy of {name} lets forged mail through"
                )
            return
        if name in {subject.origin, "."} or f"_dmarc.{name}" in subject.names:
            return
        name = parent_of(name)


def _is_enforced(tags: Mapping[str, str], *, above: bool) -> bool:
    policy = tags.get("p", "none").lower()
    policy = tags.get("sp", policy).lower() if above else policy
    return policy == "reject" or (policy == "quarantine" and tags.get("pct", "100") == "100")


CHECK = Check((SEVERAL, RECORD, POLICY, PLACE), _find)
