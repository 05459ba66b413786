"""What a master file may say and hardly ever means: smart quotes, a text cut at its semicolon, `#`. Pure."""

from __future__ import annotations

import re

from psfdns.diagnostics import Span
from psfdns.final_dot import MISSING_FINAL_DOT
from psfdns.rdata import decode_string
from psfdns.zonefile.lines import Entry, Word
from psfdns.zonefile.rules.lines import COMMENT_SIGN, INVISIBLE_CHARACTER, MERGE_CONFLICT
from psfdns.zonefile.rules.records import (
    ADDRESS_AS_NAME,
    CUT_AT_SEMICOLON,
    OWNER_CASE,
    SMART_QUOTES,
    UNUSUAL_NAME,
)
from psfdns.zonefile.state import State

_CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})(?!\S)")
_COMMENT_SIGN = re.compile(r"#|//|--(?!\S)|/\*")
_TIDY_NAME = re.compile(r"@|(?:[A-Za-z0-9_*/.+-]|[^\x00-\x7f]|\\.)*", re.DOTALL)
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_SMART = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2033\u2032"
_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u1680\u2000-\u200b\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]"
)
_TAG_AGAIN = re.compile(r"\s*[A-Za-z][A-Za-z0-9]*\s*=")
_TARGETS = {"CNAME": 0, "MX": 1, "NS": 0, "PTR": 0, "SRV": 3, "NAPTR": -1, "HTTPS": 1, "SVCB": 1}
"""Type -> which word of its rdata is the target; NAPTR's regular expression may hold blanks."""
_STRINGS = frozenset({"CAA", "SPF", "TXT"})


def judge_start(state: State, first: Word, span: Span) -> bool:
    """Whether the line is a merge conflict's or a comment of another language; says so."""
    if _CONFLICT.match(first.text):
        state.findings.say(
            MERGE_CONFLICT,
            span,
            "a line of an unresolved merge conflict",
        )
        return True
    if _COMMENT_SIGN.match(first.text):
        state.findings.say(
            COMMENT_SIGN,
            span,
            f"{state.shown(first.text)} does not begin a comment here",
        )
        return True
    return False


def judge_blanks(state: State, entry: Entry, span: Span) -> bool:
    """Whether a word outside quotes holds what looks like a blank or like nothing; says so."""
    for word in entry.words:
        match = None if word.quoted or word.text.isascii() else _INVISIBLE.search(word.text)
        if match is not None:
            state.findings.say(
                INVISIBLE_CHARACTER,
                Span(span.path, word.line, word.line),
                f"the invisible character U+{ord(match[0]):04X} in {state.shown(word.text)}",
            )
            return True
    return False


def judge_owner(state: State, word: Word, span: Span) -> bool:
    """Whether the owner as it is written is refused; says why."""
    return _refuse_untidy(state, "the owner", word.text, span)


def judge_case(state: State, written: str, name: str, span: Span) -> None:
    """Say, once a name, that it was written before in letters of other case."""
    earlier = state.other_case(written, name)
    if earlier is not None:
        state.spellings.tell(name)
        state.findings.say(
            OWNER_CASE,
            span,
            f"{state.shown(written)} is the name that stands above as {state.shown(earlier)}:"
            " capital and small letters are the same in DNS",
        )


def judge_rdata(
    state: State, rdtype: str, entry: Entry, rdata: list[Word], span: Span, *, value: str
) -> bool:
    """Whether the rdata, correct as it is, is refused for what it most likely means; says why."""
    if rdtype in _STRINGS:
        return _judge_quotes(state, rdtype, rdata, span) or _judge_cut(state, rdtype, entry, rdata, span)
    if rdtype == "SOA":
        return any(_refuse_untidy(state, "the name", word.text, span) for word in rdata[:2])
    place = _TARGETS.get(rdtype)
    if place is None or place >= len(rdata) or rdata[0].text == "\\#":
        return False
    return _judge_target(
        state, rdtype, rdata[place], value, Span(span.path, rdata[place].line, rdata[place].line)
    )


def _refuse_untidy(state: State, what: str, text: str, span: Span) -> bool:
    if _TIDY_NAME.fullmatch(text):
        return False
    hint = "write a dot for the @ of a mail address" if "@" in text else None
    if "://" in text or ":" in text:
        hint = "a record names a host, without scheme, port and path"
    state.findings.say(
        UNUSUAL_NAME, span, f"{what} {state.shown(text)} has characters that no name has", hint
    )
    return True


def _judge_target(state: State, rdtype: str, word: Word, value: str, span: Span) -> bool:
    text = word.text
    if _refuse_untidy(state, "the target", text, span):
        return True
    if text.endswith("."):
        return False
    if _ADDRESS.fullmatch(text) and rdtype != "PTR":
        name = value.split(" ")[_TARGETS[rdtype]]
        summary = f"{rdtype} takes a name; {text} is an address and means {name} here"
        state.findings.say(ADDRESS_AS_NAME, span, summary)
    elif state.doubled in value.split(" ")[_TARGETS[rdtype]]:
        state.findings.say(
            MISSING_FINAL_DOT,
            span,
            f"{state.shown(text)} is relative, so it means {value.split(' ')[_TARGETS[rdtype]]}",
            f"write {text}." if text.isprintable() else None,
        )
    return False


def _judge_quotes(state: State, rdtype: str, rdata: list[Word], span: Span) -> bool:
    for word in rdata:
        at, text = Span(span.path, word.line, word.line), word.text
        inner = text[1:-1] if word.quoted else text
        if not inner or (inner[0] not in _SMART and inner[-1] not in _SMART):
            continue
        if not word.quoted:
            state.findings.say(
                SMART_QUOTES,
                at,
                f"{rdtype}: typographic quotation marks are text, they quote nothing",
            )
            return True
        if inner[0] in _SMART and inner[-1] in _SMART:
            state.findings.say(
                SMART_QUOTES,
                at,
                f"{rdtype}: the text itself begins and ends with typographic quotation marks",
                "remove them",
                mildly=True,
            )
    return False


def _judge_cut(state: State, rdtype: str, entry: Entry, rdata: list[Word], span: Span) -> bool:
    """An unquoted text that a semicolon ends, as in `v=DKIM1; k=rsa`: the rest is a comment."""
    last = rdata[-1]
    for comment in entry.comments:
        if (
            last.quoted
            or comment.line != last.line
            or not (comment.adjacent or _TAG_AGAIN.match(comment.text))
        ):
            continue
        shown = state.shown(decode_string(last.text).decode("utf-8", "replace"))
        summary = f"{rdtype}: the value ends at the semicolon behind {shown}, the rest is a comment"
        at = Span(span.path, last.line, last.line)
        if _TAG_AGAIN.match(comment.text):
            state.findings.say(CUT_AT_SEMICOLON, at, summary)
            return True
        state.findings.say(
            CUT_AT_SEMICOLON,
            at,
            summary,
            "put the value in quotes, or a blank before the comment",
            mildly=True,
        )
    return False
