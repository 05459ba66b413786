"""What a master file may say and hardly ever means: smart quotes, a text cut at its semicolon, `#`. Pure."""

from __future__ import annotations

import itertools
import re

from psfdns.diagnostics import Span
from psfdns.final_dot import MISSING_FINAL_DOT, address_hint, is_address
from psfdns.rdata import decode_string
from psfdns.records import TARGET_WORD
from psfdns.zonefile.lines import Entry, Word
from psfdns.zonefile.rules.lines import COMMENT_SIGN, INVISIBLE_CHARACTER, MERGE_CONFLICT
from psfdns.zonefile.rules.records import (
    ADDRESS_AS_NAME,
    CUT_AT_SEMICOLON,
    DOUBLED_OWNER,
    OWNER_CASE,
    SMART_QUOTES,
    UNQUOTED_TEXT,
    UNUSUAL_NAME,
)
from psfdns.zonefile.state import State

_CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})(?!\S)")
_COMMENT_SIGN = re.compile(r"#|//|--(?!\S)|/\*")
_TIDY_NAME = re.compile(r"@|(?:[A-Za-z0-9_*/.+-]|[^\x00-\x7f]|\\.)*", re.DOTALL)
_SMART = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2033\u2032"
_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u1680\u2000-\u200b\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]"
)
_TAG_AGAIN = re.compile(r"\s*[A-Za-z][A-Za-z0-9]*\s*=")
_IPV6 = re.compile(r"[0-9A-Fa-f:]+(?:[0-9.]+)?")
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


def judge_dot(state: State, written: str, name: str, span: Span) -> None:
    """Say that the owner, as it is written, has the zone's name twice because its final dot is missing."""
    if state.repeats_zone(written):
        state.findings.say(
            DOUBLED_OWNER,
            span,
            f"{state.shown(written)} is relative, so the record stands at {name}",
            f"write {written}. with its final dot, or the name without that of the zone",
        )


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
        said = len(state.findings.found)
        if _judge_quotes(state, rdtype, rdata, span) or _judge_cut(state, rdtype, entry, rdata, span):
            return True
        if len(state.findings.found) == said:
            _judge_unquoted(state, rdtype, rdata, span)
        return False
    if rdata[0].text == "\\#":
        return False
    if rdtype == "SOA":
        return any(
            _judge_name(state, "the name", word, name, span) for word, name in _soa_names(rdata, value)
        )
    place = TARGET_WORD.get(rdtype)
    if place is None or place >= len(rdata):
        return False
    return _judge_target(state, rdtype, rdata[place], value.split(" ")[place], span)


def _soa_names(rdata: list[Word], value: str) -> list[tuple[Word, str]]:
    return list(zip(rdata[:2], value.split(" ")[:2], strict=True))


def _refuse_untidy(state: State, what: str, text: str, span: Span) -> bool:
    if _TIDY_NAME.fullmatch(text):
        return False
    state.findings.say(
        UNUSUAL_NAME, span, f"{what} {state.shown(text)} has characters that no name has", _untidy_hint(text)
    )
    return True


def _untidy_hint(text: str) -> str | None:
    bare = text.strip("[].")
    if is_address(bare) or _is_ipv6(bare):
        return f"{bare} is an address; name the host that has it"
    if ":" in text:
        return "a record names a host, without scheme, port and path"
    return "write a dot for the @ of a mail address" if "@" in text else None


def _is_ipv6(text: str) -> bool:
    return text.count(":") > 1 and _IPV6.fullmatch(text) is not None


def _judge_target(state: State, rdtype: str, word: Word, name: str, span: Span) -> bool:
    if is_address(word.text) and rdtype != "PTR":
        summary = f"{rdtype} takes a name; {word.text} is an address and means {name} here"
        at = Span(span.path, word.line, word.line)
        state.findings.say(ADDRESS_AS_NAME, at, summary, address_hint(rdtype, word.text))
        return False
    return _judge_name(state, "the target", word, name, span)


def _judge_name(state: State, what: str, word: Word, name: str, span: Span) -> bool:
    """Whether a name in rdata is refused for its characters; says so, or that its final dot is missing."""
    at, text = Span(span.path, word.line, word.line), word.text
    if _refuse_untidy(state, what, text, at):
        return True
    if not text.endswith(".") and (state.repeats_zone(text) or state.doubled in name):
        state.findings.say(
            MISSING_FINAL_DOT,
            at,
            f"{state.shown(text)} is relative, so it means {name}",
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
    for comment in entry.comments:
        last = next((word for word in reversed(rdata) if word.line == comment.line), None)
        if last is None or last.quoted or not (comment.adjacent or _TAG_AGAIN.match(comment.text)):
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


def _judge_unquoted(state: State, rdtype: str, rdata: list[Word], span: Span) -> None:
    """Words without quotes are strings of their own, which are read without the blanks between them."""
    for word, after in itertools.pairwise(rdata):
        if rdtype != "CAA" and not (word.quoted or after.quoted or word.text.endswith("\\;")):
            joined = state.shown(f"{word.text}{after.text}")
            summary = f"{rdtype}: without quotes the blanks are lost: {joined} is what programs read"
            state.findings.say(UNQUOTED_TEXT, span, summary)
            return
