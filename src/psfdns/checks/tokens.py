"""Texts by which services recognise a domain: their shape, placeholders, and the same one twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.checks.pasted import pasted_fault
from psfdns.checks.services import SHAPES, names_service
from psfdns.checks.strings import decode_text, shown, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset

_TECHNIQUES = "draft-ietf-dnsop-domain-verification-techniques"

SHAPE = Rule(
    "token-shape",
    Severity.WARNING,
    "The text for a well-known service looks as all that this service hands out.",
    _TECHNIQUES,
    why="A text that is cut off, mistyped or has : for = is not found by the service: the domain is not "
    "verified, or loses its verification at the next look.",
    mend="copy the text again, whole, from the page of the service",
)
PLACEHOLDER = Rule(
    "token-placeholder",
    Severity.WARNING,
    "A text holds what the service gave, not what stood for it in an example.",
    _TECHNIQUES,
    why="An example was copied and never filled in, so that the record does nothing.",
    mend="put the value in its place, or remove the record",
)
TWICE = Rule(
    "token-twice",
    Severity.WARNING,
    "A name holds each token once.",
    _TECHNIQUES,
    why="The two differ in blanks or quotes alone: one of them is a slip, and whoever removes the token "
    "later leaves the other.",
    mend="keep the one that the service shows",
)

MAX_PLACEHOLDER = 120
"""Characters of a text that may be one."""

_PLACEHOLDER = re.compile(
    r"placeholder[a-z0-9-]{0,40}|x{4,}|0{8,}|change-?me|todo|tbd|\.{3}|…"
    r"|(?:your|insert|replace|paste)[-_ ][a-z0-9_ -]{1,60}"
    r"|<[a-z][a-z0-9_. -]{1,60}>|\[[a-z][a-z0-9_. -]{1,60}\]|\{\{? ?[a-z][a-z0-9_. -]{1,60}\}\}?",
    re.IGNORECASE,
)
_NO_HASH = re.compile("x{8,}|0{16,}", re.IGNORECASE)
_KEY = re.compile("[A-Za-z0-9_.-]{2,64}")


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        for text, span in texts(rrset):
            decoded = decode_text(text)
            if _is_placeholder(rrset.name, decoded):
                yield PLACEHOLDER.broken(span, f"{rrset.key}: `{shown(decoded)}` only stands for a value")
            elif pasted_fault(decoded) is None:
                fault = _shape_fault(decoded)
                if fault:
                    yield SHAPE.broken(span, f"{rrset.key}: {fault}")
        if len(rrset.values) > 1:
            yield from _find_twice(rrset)


def _is_placeholder(name: str, text: str) -> bool:
    """A word alone may stand at a host so that its name exists; at names with underscores services look."""
    key, equals, value = text.partition("=")
    if len(text) > MAX_PLACEHOLDER:
        return False
    if equals and _KEY.fullmatch(key):
        return _PLACEHOLDER.fullmatch(value) is not None
    pattern = _PLACEHOLDER if "_" in name else _NO_HASH
    return pattern.fullmatch(text) is not None


def _shape_fault(text: str) -> str | None:
    for key, shape in SHAPES.items():
        if text.startswith(key):
            is_sound = shape.fullmatch(text, len(key)) is not None
            return None if is_sound else f"`{shown(text)}` is not what is handed out as `{key}…`"
        if len(key) > 10 and _has_other_sign(text, key):
            return f"`{shown(text)}` has {shown(repr(text[len(key) - 1]))} where `{key[-1]}` belongs"
    return None


def _has_other_sign(text: str, key: str) -> bool:
    """Whether another sign stands where the key ends: `google-site-verification: x`."""
    stem = key[:-1]
    sign = text[len(stem) : len(key)]
    return text.startswith(stem) and (sign in {":", " ", "="} or (sign == "-" and "=" not in text))


def _find_twice(rrset: RRset) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for text, span in texts(rrset):
        decoded = decode_text(text)
        if names_service(decoded.strip(" \t\"'").partition("=")[0].strip()):
            bare = re.sub(r"[\s\"']", "", decoded)
            if bare in seen:
                yield TWICE.broken(span, f"{rrset.key}: `{shown(bare)}` is there already")
            seen.add(bare)


CHECK = Check((SHAPE, PLACEHOLDER, TWICE), _find)
