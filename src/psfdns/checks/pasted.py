"""Texts that were pasted with more than belongs into them: blanks, quotes, the whole record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from psfdns.checks.check import Check, Subject
from psfdns.checks.services import names_service
from psfdns.checks.strings import decode_text, is_printable_ascii, shown, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity

PASTED = Rule(
    "text-pasted",
    Severity.WARNING,
    "A text that a program looks for begins with its key and holds its value once, with nothing around them.",
    "draft-ietf-dnsop-domain-verification-techniques",
    why="The service compares the text as a whole: with a blank, a quote, a name or a type in front it finds "
    "nothing. Control panels show the whole record; in a zone file name, TTL and type stand before the "
    "quotes.",
    mend="write the value alone between the quotes, as the service shows it; its name stands before the type",
)

_QUOTES = "\"'`“”„‟‘’‚‛«»"
_PROTOCOL = re.compile("(?:spf1|DMARC1|DKIM1|STSv1|TLSRPTv1|BIMI1)(?![A-Za-z0-9])")
_WORD = re.compile(
    r"@|[0-9]+[smhdw]?|IN|TXT|(?:[A-Za-z0-9_*-]+\.)+[A-Za-z0-9_-]*:?|_[A-Za-z0-9_-]+:?", re.ASCII
)


class _Key(NamedTuple):
    """The first `=` of a text: the words before it, the last of which is the key, and the value."""

    before: tuple[str, ...]
    key: str
    value: str


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        for text, span in texts(rrset):
            decoded = decode_text(text)
            fault = pasted_fault(decoded)
            if fault and not _is_judged_elsewhere(rrset.name, decoded):
                yield PASTED.broken(span, f"{rrset.key}: {fault}")


def _is_judged_elsewhere(name: str, text: str) -> bool:
    """Whether it is one of a protocol, at a name where the check of that protocol speaks."""
    return "_" in name and _PROTOCOL.search(text) is not None


def pasted_fault(text: str) -> str | None:
    """What stands in a text for a program that does not belong there; None for texts of other kinds."""
    found = _parse(text)
    if found is None:
        return None
    if found.before and all(_WORD.fullmatch(word) for word in found.before):
        before = shown(" ".join(found.before))
        return f"`{before}` stands in front, which belongs to the record, not into its text"
    if found.before or found.key == "v":
        return None
    return _token_fault(text, found)


def _parse(text: str) -> _Key | None:
    head, equals, value = text.partition("=")
    words = [word for word in (word.strip(_QUOTES) for word in head.split()) if word]
    if not equals or not words:
        return None
    *before, key = words
    inner, _, rest = value.partition("=")
    if _WORD.fullmatch(key) and (names_service(inner) or (inner == "v" and _PROTOCOL.match(rest))):
        return _Key((*before, key), inner, rest)
    key = key.removeprefix("@")
    is_known = names_service(key) or (key == "v" and _PROTOCOL.match(value) is not None)
    if not is_known:
        return None
    return _Key((*before, "@") if words[-1].startswith("@") else tuple(before), key, value)


def _token_fault(text: str, found: _Key) -> str | None:
    """What is wrong around the token of a service, which stands alone in its text."""
    head = text.partition("=")[0]
    if not is_printable_ascii(text):
        return f"`{shown(text)}` has characters that are no visible ASCII"
    if any(quote in text for quote in _QUOTES):
        return f"`{shown(text)}` has quotes of its own inside"
    if head != head.strip() or found.value != found.value.strip():
        return f"`{shown(text)}` has blanks around it or around ="
    if f"{found.key}=" in found.value:
        return f"`{shown(text)}` has its value twice"
    return None


CHECK = Check((PASTED,), _find)
