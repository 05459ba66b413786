"""Physical lines into entries (RFC 1035 §5.1): words, quotes, parentheses, comments and their lines. Pure.

Nothing here knows what the words mean, except that a line that looks like the beginning of a record
ends an entry whose parenthesis was forgotten, so that one slip does not swallow the rest of the file.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from psfdns.diagnostics import Rule
from psfdns.zonefile.rules.lines import (
    BAD_ESCAPE,
    CONTROL_CHARACTER,
    ENTRY_TOO_LONG,
    NOT_UTF_8,
    UNBALANCED_PARENTHESIS,
    UNBALANCED_QUOTE,
)

MAX_ENTRY = 1 << 19
"""Characters in one entry: 65,535 bytes of rdata, each written as an escape, are half of that."""

RECORD_START = re.compile(
    r"""(?:[^\s;$()"\\]|\\.)++ [ \t]++
        (?:(?:[0-9][0-9wdhms]*|IN)[ \t]++){0,2}
        (?:A|AAAA|AWS|CAA|CNAME|DS|HTTPS|MX|NAPTR|NS|PTR|SOA|SPF|SRV|SSHFP|SVCB|TLSA|TXT)[ \t]++[^ \t;]
      | \$(?:ORIGIN|TTL|INCLUDE|GENERATE)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What the beginning of a record or a directive looks like at column 0."""

_TOKEN = re.compile(
    r"""[ \t]*+(?:
        (?P<word>(?:[^ \t;()"\\]|\\.)++(?:(?<==)"(?:[^"\\]|\\.)*+")?)
      | (?P<quoted>"(?:[^"\\]|\\.)*+")
      | (?P<paren>[()])
      | (?P<comment>;.*)
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\udc80-\udcff]")
"""Control characters, text-direction overrides, and bytes that are not UTF-8 (as surrogateescape)."""


class Word(NamedTuple):
    """One word as it is written, quotes and escapes included."""

    text: str
    line: int

    @property
    def quoted(self) -> bool:
        """Whether it is a quoted string."""
        return self.text.startswith('"')


class Fault(NamedTuple):
    """What is wrong with a line, before anybody asks what it says; `warning`: the rule is broken mildly."""

    rule: Rule
    line: int
    summary: str
    hint: str | None = None
    warning: bool = False


class Comment(NamedTuple):
    """The text behind a semicolon; `adjacent`: the word before it touches the semicolon."""

    text: str
    line: int
    adjacent: bool


class Entry(NamedTuple):
    """One entry: `owner_blank` when it begins with white space; `next_index` is where reading goes on.

    With a fault that is no warning, the words are not to be trusted.
    """

    words: list[Word]
    comments: list[Comment]
    first_line: int
    last_line: int
    owner_blank: bool
    next_index: int
    faults: list[Fault]

    @property
    def broken(self) -> bool:
        """Whether a fault is an error."""
        return any(not fault.warning for fault in self.faults)


class _Scan:
    """The state of reading one entry."""

    def __init__(self, lines: list[str], index: int) -> None:
        self.lines = lines
        self.first = index
        self.words: list[Word] = []
        self.comments: list[Comment] = []
        self.faults: list[Fault] = []
        self.open_lines: list[int] = []

    def run(self, base: int) -> Entry:
        index, size = self.first, 0
        while True:
            line = self.lines[index]
            size += len(line)
            if size > MAX_ENTRY:
                self.faults.append(Fault(ENTRY_TOO_LONG, base + self.first, _TOO_LONG))
            else:
                self.read_line(line, base + index)
            index += 1
            if any(not fault.warning for fault in self.faults):
                index = self.skip(index)
                break
            if not self.open_lines:
                break
            if index >= len(self.lines) or RECORD_START.match(self.lines[index]):
                self.faults.append(_unclosed(self.open_lines[-1], base + index, len(self.lines) <= index))
                break
        blank = self.lines[self.first][:1] in {" ", "\t"}
        return Entry(
            self.words, self.comments, base + self.first, base + index - 1, blank, index, self.faults
        )

    def skip(self, index: int) -> int:
        """Behind a fault inside parentheses: to the line after the one that closes them, or to a record."""
        while self.open_lines and index < len(self.lines):
            line = self.lines[index]
            if RECORD_START.match(line):
                break
            index += 1
            if ")" in line:
                break
        return index

    def read_line(self, line: str, number: int) -> None:
        position, comment_at = 0, len(line)
        while position < len(line):
            token = _TOKEN.match(line, position)
            if token is None:
                self.faults.append(_no_token(line[position:].lstrip(" \t"), number))
                break
            if token["comment"] is not None:
                comment_at = token.start("comment")
                self.comment(
                    token["comment"][1:], number, comment_at > 0 and line[comment_at - 1] not in " \t"
                )
            elif token["paren"] is not None:
                self.parenthesis(token["paren"], number)
            elif token["end"] is None:
                self.words.append(Word(token["word"] or token["quoted"], number))
            position = token.end()
        if not line.isascii() or not line.isprintable():
            self.faults.extend(_forbidden(line, comment_at, number))

    def comment(self, text: str, number: int, adjacent: bool) -> None:  # noqa: FBT001 - one private caller
        self.comments.append(Comment(text, number, adjacent))

    def parenthesis(self, paren: str, number: int) -> None:
        if paren == "(":
            self.open_lines.append(number)
        elif self.open_lines:
            self.open_lines.pop()
        else:
            summary = "a closing parenthesis was never opened"
            self.faults.append(Fault(UNBALANCED_PARENTHESIS, number, summary, "remove it"))


def read_entry(lines: list[str], index: int, *, base: int = 1) -> Entry:
    """The entry that begins at `lines[index]`; that line's number is `base + index`."""
    return _Scan(lines, index).run(base)


_TOO_LONG = f"an entry of more than {MAX_ENTRY} characters; no record is that long"


def _unclosed(opened: int, now: int, at_end: bool) -> Fault:  # noqa: FBT001 - one private caller
    before = "the end of the file" if at_end else f"line {now}, which begins another record"
    return Fault(UNBALANCED_PARENTHESIS, opened, f"the parenthesis opened here is not closed before {before}")


def _no_token(rest: str, number: int) -> Fault:
    if rest.startswith('"') or '"' in rest:
        return Fault(UNBALANCED_QUOTE, number, "a quotation mark is not closed on its line")
    return Fault(BAD_ESCAPE, number, "a backslash at the end of a line escapes nothing")


def _forbidden(line: str, comment_at: int, number: int) -> list[Fault]:
    """At most one error and one warning a line."""
    found = [(match.start() >= comment_at, match[0]) for match in _FORBIDDEN.finditer(line)]
    first: dict[bool, str] = {}
    for in_comment, character in found:
        first.setdefault(in_comment, character)
    return [_judged(character, number, warning=in_comment) for in_comment, character in first.items()]


def _judged(character: str, number: int, *, warning: bool) -> Fault:
    where = " in a comment" if warning else ""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        summary = f"byte 0x{code - 0xDC00:02X}{where} is not UTF-8"
        return Fault(NOT_UTF_8, number, summary, warning=warning)
    if character == "\r":
        summary = f"a carriage return{where} does not end a line"
        return Fault(CONTROL_CHARACTER, number, summary, "end lines with LF", warning)
    return Fault(CONTROL_CHARACTER, number, f"control character U+{code:04X}{where}", warning=warning)
