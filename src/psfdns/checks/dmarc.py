"""What receivers do with mail that fails: DMARC records at `_dmarc`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from psfdns.checks.check import Check, Subject
from psfdns.checks.strings import shown, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity

NOT_DMARC = Rule(
    "dmarc-version",
    Severity.WARNING,
    "A TXT at _dmarc begins with exactly v=DMARC1; anything else is passed over.",
    "RFC 9989 §4.7",
    why="The name has no DMARC policy: receivers let forged mail through, and no reports come. One letter is "
    "enough, and nothing else tells of it.",
    mend="write it like `v=DMARC1; p=reject; rua=mailto:reports@example.net`",
)
SEVERAL = Rule(
    "dmarc-several",
    Severity.WARNING,
    "A name has one DMARC record; with two, neither counts.",
    "RFC 9989 §4.10",
    why="Receivers take none of them, as if there were no policy.",
    mend="keep one of them",
)
TAGS = Rule(
    "dmarc-tags",
    Severity.WARNING,
    "The tags of a DMARC record are known, stand once, and have values that they may have.",
    "RFC 9989 §4.7, §4.8",
    why="Receivers pass over the tag, or over the whole record: another policy holds than the one that was "
    "meant, or reports do not come.",
    mend="write it like `v=DMARC1; p=reject; rua=mailto:reports@example.net`",
)

_RECORD = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
_POLICY = re.compile("none|quarantine|reject", re.IGNORECASE)
_ALIGNMENT = re.compile("[rs]", re.IGNORECASE)
_REPORTS = re.compile(
    r"(?:mailto:[^@\s,]+@[^@\s,!]+|https?://[^\s,!]+)(?:![0-9]+[kmgt]?)?"
    r"(?:\s*,\s*(?:mailto:[^@\s,]+@[^@\s,!]+|https?://[^\s,!]+)(?:![0-9]+[kmgt]?)?)*",
    re.IGNORECASE,
)
_VALUES: Mapping[str, re.Pattern[str]] = {
    "v": re.compile("DMARC1"),
    "p": _POLICY,
    "sp": _POLICY,
    "np": _POLICY,
    "adkim": _ALIGNMENT,
    "aspf": _ALIGNMENT,
    "rua": _REPORTS,
    "ruf": _REPORTS,
    "pct": re.compile("[0-9]{1,2}|100"),
    "ri": re.compile("[0-9]+"),
    "fo": re.compile(r"[01ds](?:\s*:\s*[01ds])*", re.IGNORECASE),
    "rf": re.compile(r"[a-z-]+(?:\s*:\s*[a-z-]+)*", re.IGNORECASE),
    "psd": re.compile("[ynu]", re.IGNORECASE),
    "t": re.compile("[yn]", re.IGNORECASE),
}


_EXPECTED: Mapping[str, str] = {
    **dict.fromkeys(("p", "sp", "np"), "none, quarantine or reject"),
    **dict.fromkeys(("adkim", "aspf"), "r (relaxed) or s (strict)"),
    **dict.fromkeys(("rua", "ruf"), "addresses with mailto: in front, parted by commas"),
    "pct": "0 to 100",
    "fo": "0, 1, d, s, or several of them parted by colons",
    "t": "y or n",
}
"""What a person is told that the value is."""


def is_record(text: str) -> bool:
    """Whether receivers take this for a DMARC record."""
    return _RECORD.match(text) is not None


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        if not rrset.name.startswith("_dmarc."):
            continue
        found = list(texts(rrset))
        records = [(text, span) for text, span in found if is_record(text)]
        for text, span in found:
            if not is_record(text):
                what = f"`{shown(text)}` is no DMARC record" if text else "the text is empty"
                yield NOT_DMARC.broken(span, f"{rrset.key}: {what}")
        if len(records) > 1:
            yield SEVERAL.broken(records[-1][1], f"{rrset.key}: {len(records)} DMARC records")
        for text, span in records:
            fault = _fault(text)
            if fault:
                yield TAGS.broken(span, f"{rrset.key}: {fault.summary}", hint=fault.hint)


class _Fault(NamedTuple):
    summary: str
    hint: str | None = None


def _fault(text: str) -> _Fault | None:
    """The first thing wrong with the tags."""
    seen: set[str] = set()
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, value = (each.strip() for each in part.partition("="))
        name = "v" if name == "V" and not seen else name
        if name not in _VALUES or not equals:
            return _Fault(f"`{shown(part)}` is no tag of DMARC", _tag_hint(part))
        if name in seen:
            return _Fault(f"the tag {name} stands twice", "keep one of them")
        if not _VALUES[name].fullmatch(value):
            summary = f"{name} cannot be `{shown(value)}`" if value else f"{name}= is empty"
            return _Fault(summary, f"{name}= is {_EXPECTED[name]}" if name in _EXPECTED else None)
        seen.add(name)
    no_policy = "no policy, p=, which counts as none, and for older receivers as no record"
    return None if "p" in seen else _Fault(no_policy)


def _tag_hint(part: str) -> str | None:
    if part.lower().startswith(("mailto:", "https:", "http:")):
        return "part several addresses by commas: rua=mailto:a@example.net,mailto:b@example.net"
    near = _near_tag(part.partition("=")[0].strip().lower()[:16])
    return f"did you mean {near}=?" if near else None


@lru_cache(maxsize=1 << 8)
def _near_tag(name: str) -> str | None:
    """The tag that is most like it; one of the same letters first."""
    near = difflib.get_close_matches(name, _VALUES)
    return next((tag for tag in near if sorted(tag) == sorted(name)), near[0] if near else None)


CHECK = Check((NOT_DMARC, SEVERAL, TAGS), _find)
