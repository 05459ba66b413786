"""Who may issue certificates: CAA records."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.records import RRset

TAG = Rule("caa-tag", Severity.WARNING, "The tag of a CAA record is a registered one.", "RFC 8659 §4.1")
VALUE = Rule(
    "caa-value",
    Severity.WARNING,
    "A CAA names an issuer's domain, then parameters; iodef is a mailto: or http(s): URL.",
    "RFC 8659 §4.2, §4.4",
)
NOBODY = Rule(
    "caa-nobody",
    Severity.WARNING,
    'A CAA of nobody, `issue ";"`, means nothing beside one that names somebody.',
    "RFC 8659 §4.2",
)

_ISSUERS = ("issue", "issuewild", "issuemail", "issuevmc")
_TAGS = (*_ISSUERS, "iodef", "contactemail", "contactphone")
_ISSUE = re.compile(
    r"[ \t]*(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)?[ \t]*"
    r"(?:;(?:[ \t]*[a-z0-9-]+[ \t]*=[ \t]*[!-:<-~]*[ \t]*|[ \t]*))*",
    re.IGNORECASE,
)
_IODEF = re.compile(r"mailto:[^@\s]+@[^@\s]+|https?://\S+", re.IGNORECASE)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.type == "CAA" and rrset.values:
            yield from _judge(rrset)


def _judge(rrset: RRset) -> Iterator[Diagnostic]:
    somebody: set[str] = set()
    nobody: dict[str, Span | None] = {}
    for index, value in enumerate(rrset.values):
        span = rrset.spans[index] if rrset.spans else None
        _, tag, quoted = value.split(" ", 2)
        tag, text = tag.lower(), quoted[1:-1]
        yield from _judge_value(rrset, tag, text, span)
        if text.partition(";")[0].strip():
            somebody.add(tag)
        else:
            nobody[tag] = span
    for tag in _ISSUERS:
        if tag in nobody and tag in somebody:
            hint = "remove it, or the others"
            yield NOBODY.broken(nobody[tag], f'{rrset.key}: {tag} ";" beside other {tag}', hint=hint)


def _judge_value(rrset: RRset, tag: str, text: str, span: Span | None) -> Iterator[Diagnostic]:
    if tag not in _TAGS:
        near = difflib.get_close_matches(tag, _TAGS, 1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(_TAGS)}"
        yield TAG.broken(span, f"{rrset.key}: no CA knows the tag {tag}", hint=hint)
    elif tag in _ISSUERS and not _ISSUE.fullmatch(text):
        hint = 'write the domain of the issuer: 0 issue "letsencrypt.org"'
        yield VALUE.broken(span, f'{rrset.key}: "{text}" names no issuer', hint=hint)
    elif tag == "iodef" and not _IODEF.fullmatch(text):
        hint = 'write 0 iodef "mailto:security@example.net"'
        yield VALUE.broken(span, f'{rrset.key}: "{text}" is no address for reports', hint=hint)


CHECK = Check((TAG, VALUE, NOBODY), _find)
