"""A zone file's bytes into record sets and findings (RFC 1035 §5, docs/contract.md §2), as BIND does. Pure.

The disk is somebody else's: `$INCLUDE` asks a callable. Reading goes on behind every error. The ordinary
line is read by `quick.py` with one regular expression; every other line by `entries.py`, word for word.
"""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from psfdns.diagnostics import Diagnostic, Span, Suppression, has_errors
from psfdns.names import NameSyntaxError, parse_name
from psfdns.rdata import MAX_TTL, parse_ttl
from psfdns.records import Zone
from psfdns.zonefile.entries import read_record
from psfdns.zonefile.findings import Findings, Limits, ReadingStoppedError
from psfdns.zonefile.generate import GenerateError, compile_template, parse_range
from psfdns.zonefile.lines import Entry, read_entry
from psfdns.zonefile.quick import IDLE_LINE, QUICK_LINE, read_quickly
from psfdns.zonefile.rules.lines import (
    BAD_DIRECTIVE,
    BAD_GENERATE,
    BYTE_ORDER_MARK,
    EMPTY_ZONE,
    INCLUDE_REFUSED,
    NOT_UTF_8,
    UNKNOWN_DIRECTIVE,
    ZONE_TOO_LARGE,
)
from psfdns.zonefile.state import Owner, State


@dataclass(frozen=True, slots=True)
class ParsedZone:
    """What a zone file says, as far as it could be read, and what is to be said about it."""

    zone: Zone
    findings: tuple[Diagnostic, ...]
    suppressions: tuple[Suppression, ...] = ()


class IncludeRequest(NamedTuple):
    """`$INCLUDE file`: what is asked for, by which file (as shown), and how many bytes may still be read."""

    file: str
    asked_by: str
    room: int


class Included(NamedTuple):
    """The answer to an IncludeRequest: the file's path as shown and its bytes."""

    path: str
    data: bytes


class IncludeError(Exception):
    """The file cannot be included; the message says why, `hint` what to do."""

    def __init__(self, summary: str, *, hint: str | None = None) -> None:
        super().__init__(summary)
        self.hint = hint


Include = Callable[[IncludeRequest], Included]


def parse_zone(
    data: bytes,
    *,
    origin: str,
    path: str,
    default_ttl: int = 3600,
    include: Include | None = None,
    limits: Limits = Limits(),  # noqa: B008 - an immutable value
) -> ParsedZone:
    """Read a zone file; `origin` is the zone's name, `path` is shown in findings, `include` answers $INCLUDE.

    Bad input becomes findings, never an exception.
    """
    state = State(parse_name(origin, origin="."), default_ttl, limits)
    with _no_garbage_collection(), contextlib.suppress(ReadingStoppedError):
        _Reader(state, include).read_file(data, path)
        state.sets.judge()
        _judge_empty(state, path)
    zone = Zone(state.zone_origin, state.sets.finished())
    return ParsedZone(zone, state.findings.in_order(), tuple(state.suppressions))


def _judge_empty(state: State, path: str) -> None:
    if state.count == 0 and not has_errors(state.findings.found):
        hint = "all that is live in the zone would be deleted"
        state.findings.say(EMPTY_ZONE, Span(path, 1, 1), "the file has no records", hint)


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Half of the time would go into looking for cycles among values without any; the limits bound them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Reader:
    """Walks over files and lines; what they mean together is in `state`."""

    def __init__(self, state: State, include: Include | None) -> None:
        self.state = state
        self.include = include
        self.octets = 0
        self.made = 0
        self.depth = 0

    def read_file(self, data: bytes, path: str) -> None:
        limit = self.state.limits.octets
        self.octets += len(data)
        if self.octets > limit:
            raise self.state.findings.stop(
                ZONE_TOO_LARGE, Span(path), f"the zone's files have more than {limit} bytes together"
            )
        text = _decode(data, path, self.state.findings)
        if text is not None:
            self.read_lines(text.split("\n"), path)

    def read_lines(self, lines: list[str], path: str, *, fixed_line: int | None = None) -> None:
        """Read all lines; with `fixed_line` they were all made by the directive on that line."""
        state, index, count = self.state, 0, len(lines)
        while index < count:
            line = lines[index]
            if not line or IDLE_LINE(line):
                index += 1
                continue
            match = QUICK_LINE(line)
            if match is not None and read_quickly(state, match, path, fixed_line or index + 1):
                index += 1
                continue
            entry = read_entry(lines, index, base=1 if fixed_line is None else fixed_line - index)
            index = entry.next_index
            self.read_entry(entry, path)

    def read_entry(self, entry: Entry, path: str) -> None:
        if entry.words and not entry.broken and not entry.owner_blank and entry.words[0].text[0] == "$":
            self.state.report_faults(entry, path)
            self.direct(entry, path)
        else:
            read_record(self.state, entry, path)

    def direct(self, entry: Entry, path: str) -> None:
        span = Span(path, entry.first_line, entry.last_line)
        name, words = entry.words[0].text.upper(), [word.text for word in entry.words[1:]]
        known = {
            "$ORIGIN": self.set_origin,
            "$TTL": self.set_ttl,
            "$INCLUDE": self.include_file,
            "$GENERATE": self.generate,
        }.get(name)
        if known is None:
            summary = f"{self.state.shown(entry.words[0].text)} is no directive"
            self.state.findings.say(UNKNOWN_DIRECTIVE, span, summary)
            return
        known(words, span)

    def refuse(self, span: Span, summary: str, hint: str | None = None) -> None:
        self.state.findings.say(BAD_DIRECTIVE, span, summary, hint or "")

    def set_origin(self, words: list[str], span: Span) -> None:
        if len(words) != 1:
            self.refuse(span, "$ORIGIN takes one name", "write $ORIGIN NAME")
            return
        try:
            self.state.direct_origin(parse_name(words[0], origin=self.state.origin))
        except NameSyntaxError as error:
            self.refuse(span, f"$ORIGIN: {error}", error.hint)

    def set_ttl(self, words: list[str], span: Span) -> None:
        ttl = parse_ttl(words[0]) if len(words) == 1 else None
        if ttl is None:
            self.refuse(span, "$TTL takes one time", "write seconds, or units as in 1h30m")
        elif ttl > MAX_TTL:
            self.refuse(span, f"the TTL is above {MAX_TTL} (RFC 2181 §8)", "write a week, 604800, or less")
        else:
            self.state.ttl.directive = ttl

    def include_file(self, words: list[str], span: Span) -> None:
        if not 1 <= len(words) <= 2:
            self.refuse(span, "$INCLUDE takes a file and at most an origin", "write $INCLUDE FILE [ORIGIN]")
            return
        state = self.state
        try:
            origin = parse_name(words[1], origin=state.origin) if len(words) > 1 else state.origin
            included = self.ask(_unquoted(words[0]), span)
        except NameSyntaxError as error:
            self.refuse(span, f"$INCLUDE: {error}", error.hint)
        except IncludeError as error:
            state.findings.say(INCLUDE_REFUSED, span, f"$INCLUDE: {error}", error.hint)
        else:
            with state.within(origin):
                self.depth += 1
                self.read_file(included.data, included.path)
                self.depth -= 1

    def ask(self, file: str, span: Span) -> Included:
        if self.include is None:
            raise IncludeError("this file is read alone", hint="write the records here")
        if self.depth >= self.state.limits.depth:
            raise IncludeError(f"files include each other more than {self.state.limits.depth} deep")
        room = self.state.limits.octets - self.octets
        return self.include(IncludeRequest(file, span.path, room))

    def generate(self, words: list[str], span: Span) -> None:
        """One directive's records; the first that is wrong ends it, and a warning is said once."""
        state = self.state
        owner, before = state.owner, len(state.findings.found)
        state.owner = Owner()
        try:
            numbers, fill = _generator(words, state.limits.generated)
            for line in map(fill, numbers):
                self.count_made(line, span)
                self.read_lines([line], span.path, fixed_line=span.first_line)
                if len(state.findings.found) > before and state.findings.fold(before):
                    break
        except GenerateError as error:
            state.findings.say(BAD_GENERATE, span, f"$GENERATE: {error}")
        state.owner = owner

    def count_made(self, line: str, span: Span) -> None:
        """Bound what directives make of little text."""
        self.made += len(line)
        limit = self.state.limits.octets * _MADE_TIMES
        if self.made > limit:
            raise self.state.findings.stop(
                ZONE_TOO_LARGE, span, f"the zone's directives make more than {limit} characters"
            )


_MADE_TIMES = 4
"""How much more than the files themselves $GENERATE may make of them."""
_CLASS_OR_TTL = re.compile(r"IN|[0-9][0-9wdhms]*", re.IGNORECASE)


def _generator(words: list[str], limit: int) -> tuple[range, Callable[[int], str]]:
    """The numbers, and what makes a line of each."""
    if len(words) < 4:
        raise GenerateError("a part is missing")
    middle = 2
    while middle < len(words) and _CLASS_OR_TTL.fullmatch(words[middle]):
        middle += 1
    if len(words) != middle + 2:
        raise GenerateError("it does not end with one type and one rdata")
    owner, rdata = compile_template(words[1]), compile_template(_unquoted(words[-1]))
    between = " ".join(words[2 : middle + 1])
    return parse_range(words[0], limit=limit), lambda number: f"{owner(number)} {between} {rdata(number)}"


def _unquoted(word: str) -> str:
    r"""The content of a quoted word, `\"` being `"`; other escapes are left to who reads it next."""
    return word[1:-1].replace('\\"', '"') if word.startswith('"') else word


def _decode(data: bytes, path: str, findings: Findings) -> str | None:
    """The text, what is not UTF-8 as surrogates; None where there is no sense in going on."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        findings.say(NOT_UTF_8, Span(path, 1, 1), "the file is UTF-16")
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        findings.say(BYTE_ORDER_MARK, Span(path, 1, 1), "the file begins with a byte-order mark")
        data = data[3:]
    text = data.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n") if "\r" in text else text
