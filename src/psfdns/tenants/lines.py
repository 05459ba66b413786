"""On which line of a TOML document each key and list item stands: tomllib does not say. Pure.

A scanner for text that may be wrong: on whatever it does not understand it stops, and what it found
so far stands. The judge of the syntax is tomllib; this also finds what would make tomllib slow
(long dotted keys) or overflow its stack (deep nesting), so that it can be refused first.
"""

from __future__ import annotations

import contextlib
import re
import tomllib

MAX_KEY_PARTS = 32
MAX_DEPTH = 32

KeyPath = tuple[str | int, ...]
"""`("liaison", 0, "email")`: names of tables and keys, and positions in lists."""

_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^\s,\]}#\"'\[{=]+(?: [0-9:.]+(?:Z|[+-][0-9:]+)?)?")


class TooDeepError(ValueError):
    """The document nests deeper, or has longer dotted keys, than anything meant; `line` says where."""

    def __init__(self, line: int) -> None:
        super().__init__("nested deeper than any setting")
        self.line = line


class _NotUnderstood(Exception):  # noqa: N818 - never leaves this module
    """The text is not TOML here."""


def locate_keys(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of each table header, key and list item; raises TooDeepError."""
    scanner = _Scanner(text)
    with contextlib.suppress(_NotUnderstood):
        scanner.scan()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.position = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[KeyPath, int] = {}
        self.lengths: dict[KeyPath, int] = {}

    def scan(self) -> None:
        table: KeyPath = ()
        while self._skip(_SPACE) and self.position < len(self.text):
            if self.text[self.position] == "[":
                table = self._read_header()
            else:
                self._read_pair(table, depth=0)
            self._skip(_BLANK)
            if self.position < len(self.text) and self.text[self.position] != "\n":
                raise _NotUnderstood

    def _read_header(self) -> KeyPath:
        is_list = self.text.startswith("[[", self.position)
        line = self._line()
        self.position += 2 if is_list else 1
        table = self._resolve(self._read_key())
        self._expect("]]" if is_list else "]")
        if is_list:
            index = self.lengths.get(table, 0)
            self.lengths[table] = index + 1
            table = (*table, index)
            self.lines[table] = line
        return table

    def _resolve(self, key: tuple[str, ...]) -> KeyPath:
        """A header below a list of tables means its last one."""
        path: KeyPath = ()
        for place, part in enumerate(key):
            path = (*path, part)
            self.lines.setdefault(path, self._line())
            if path in self.lengths and place < len(key) - 1:
                path = (*path, self.lengths[path] - 1)
        return path

    def _read_pair(self, table: KeyPath, *, depth: int) -> None:
        line = self._line()
        key = self._read_key()
        self._expect("=")
        for end in range(1, len(key) + 1):
            self.lines.setdefault((*table, *key[:end]), line)
        self._skip(_BLANK)
        self._read_value((*table, *key), depth)

    def _read_key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            match = _KEY_PART.match(self.text, self.position)
            if match is None:
                raise _NotUnderstood
            if len(parts) == MAX_KEY_PARTS:
                raise TooDeepError(self._line())
            parts.append(_unquote(match[1]))
            self.position = match.end()
            if not self.text.startswith(".", self.position):
                return tuple(parts)
            self.position += 1

    def _read_value(self, path: KeyPath, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TooDeepError(self._line())
        opening = self.text[self.position : self.position + 1]
        if opening == "[":
            self._read_list(path, depth + 1)
        elif opening == "{":
            self._read_inline_table(path, depth + 1)
        else:
            match = (_STRING if opening in {'"', "'"} else _SCALAR).match(self.text, self.position)
            if match is None:
                raise _NotUnderstood
            self.position = match.end()

    def _read_list(self, path: KeyPath, depth: int) -> None:
        self.position += 1
        index = 0
        while self._skip(_SPACE) and not self._take("]"):
            self.lines[(*path, index)] = self._line()
            self._read_value((*path, index), depth)
            index += 1
            self._skip(_SPACE)
            if not self._take(",") and not self.text.startswith("]", self.position):
                raise _NotUnderstood

    def _read_inline_table(self, path: KeyPath, depth: int) -> None:
        self.position += 1
        while self._skip(_SPACE) and not self._take("}"):
            self._read_pair(path, depth=depth)
            self._skip(_SPACE)
            if not self._take(",") and not self.text.startswith("}", self.position):
                raise _NotUnderstood

    def _skip(self, what: re.Pattern[str]) -> bool:
        match = what.match(self.text, self.position)
        assert match is not None  # noqa: S101 - both patterns match nothing
        self.position = match.end()
        return True

    def _take(self, text: str) -> bool:
        if not self.text.startswith(text, self.position):
            return False
        self.position += len(text)
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise _NotUnderstood

    def _line(self) -> int:
        """The line of the position; positions only grow, so that counting is linear."""
        self.line += self.text.count("\n", self.counted, self.position)
        self.counted = self.position
        return self.line


def _unquote(part: str) -> str:
    if part.startswith("'"):
        return part[1:-1]
    if not part.startswith('"'):
        return part
    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except ValueError as error:
        raise _NotUnderstood from error
