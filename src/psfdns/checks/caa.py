"""Who may issue certificates: CAA records, each by itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.checks.issuers import ISSUE_TAGS, Property, parse_issue, properties
from psfdns.checks.strings import shown
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.records import RRset

CRITICAL = 128
"""The one flag that there is: a CA that does not know the tag must not issue (RFC 8659 §4.1)."""

TAG = Rule(
    "caa-tag",
    Severity.WARNING,
    "The tag of a CAA record is a registered one.",
    "RFC 8659 §4.1",
    why="CAs pass over a tag that they do not know, so that the record restricts and reports nothing; with "
    "flag 128 they issue nothing at all.",
    mend="write issue, issuewild, issuemail, issuevmc, iodef, contactemail or contactphone",
)
VALUE = Rule(
    "caa-value",
    Severity.WARNING,
    "A CAA names an issuer's domain, then parameters; iodef is a mailto: or http(s): URL.",
    "RFC 8659 §4.2, §4.4",
    why="A value that cannot be read names no CA: all others are kept out, and so is the one that was meant.",
    mend='write the domain by which the CA calls itself: 0 issue "letsencrypt.org"',
)
NOBODY = Rule(
    "caa-nobody",
    Severity.WARNING,
    'A CAA of nobody, `issue ";"`, means nothing beside one that names somebody.',
    "RFC 8659 §4.2",
    why="Whoever reads it takes it that nobody may issue, while the CAs named beside it may.",
    mend="remove it, or the others",
)
FLAG = Rule(
    "caa-flag",
    Severity.WARNING,
    "The flags of a CAA record are 0, or 128 for critical.",
    "RFC 8659 §4.1",
    why="The other bits mean nothing. Whoever writes 1 mostly wants critical, which is 128, and does not get "
    "it.",
    mend="write 0, or 128 where a CA that does not know the tag must not issue",
)
TWICE = Rule(
    "caa-twice",
    Severity.WARNING,
    "No two CAA records of a name say the same.",
    "RFC 8659 §4",
    why="Whoever takes one away later, to keep a CA out, leaves the other.",
    mend="remove one of them",
)

_TAGS = (*ISSUE_TAGS, "iodef", "contactemail", "contactphone")
_IODEF = re.compile(r"mailto:[^@\s]+@[^@\s]+|https?://\S+", re.IGNORECASE)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.type == "CAA" and rrset.values:
            yield from _judge(rrset)
            yield from _find_twice(rrset)


def _judge(rrset: RRset) -> Iterator[Diagnostic]:
    somebody: set[str] = set()
    nobody: dict[str, Span | None] = {}
    for each in properties(rrset):
        yield from _judge_property(rrset, each)
        if each.text.partition(";")[0].strip():
            somebody.add(each.tag)
        else:
            nobody[each.tag] = each.span
    for tag in ISSUE_TAGS:
        if tag in nobody and tag in somebody:
            yield NOBODY.broken(nobody[tag], f'{rrset.key}: {tag} ";" beside other {tag}')


def _judge_property(rrset: RRset, each: Property) -> Iterator[Diagnostic]:
    if each.flags not in {0, CRITICAL}:
        yield FLAG.broken(each.span, f"{rrset.key}: the flags {each.flags} mean nothing")
    if each.tag not in _TAGS:
        near = difflib.get_close_matches(each.tag, _TAGS, 1)
        hint = f"did you mean {near[0]}?" if near else None
        yield TAG.broken(each.span, f"{rrset.key}: no CA knows the tag {each.tag}", hint=hint)
    elif each.tag in ISSUE_TAGS and parse_issue(each.text) is None:
        summary = f'{rrset.key}: "{shown(each.text)}" names no issuer'
        yield VALUE.broken(each.span, summary, hint=_issuer_hint(each.text))
    elif each.tag == "iodef" and not _IODEF.fullmatch(each.text):
        hint = 'write 0 iodef "mailto:security@example.net"'
        summary = f'{rrset.key}: "{shown(each.text)}" is no address for reports'
        yield VALUE.broken(each.span, summary, hint=hint)


def _issuer_hint(text: str) -> str | None:
    """What a person most likely meant; None: the rule's own hint."""
    domain, _, parameters = text.partition(";")
    if "=" in domain or " " in parameters.strip():
        return 'part parameters by semicolons: 0 issue "letsencrypt.org; validationmethods=dns-01"'
    if "," in domain or " " in domain.strip():
        return 'write a record for each CA, with its domain alone: 0 issue "letsencrypt.org"'
    return None


def _find_twice(rrset: RRset) -> Iterator[Diagnostic]:
    seen: set[object] = set()
    for each in properties(rrset):
        issue = parse_issue(each.text) if each.tag in ISSUE_TAGS else None
        said = (each.tag, each.text) if issue is None else (each.tag, issue.domain, *sorted(issue[1].items()))
        if said in seen:
            yield TWICE.broken(each.span, f'{rrset.key}: {each.tag} "{shown(each.text)}" is there already')
        seen.add(said)


CHECK = Check((TAG, VALUE, NOBODY, FLAG, TWICE), _find)
