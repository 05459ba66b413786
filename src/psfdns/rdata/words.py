"""Words and character-strings of rdata text (RFC 1035 §5.1), and the error that all of it raises. Pure."""

from __future__ import annotations

import re

MAX_STRING = 255
"""Bytes in one character-string (RFC 1035 §3.3)."""
MAX_RDATA = 65_535
"""Bytes of one record's rdata on the wire (RFC 1035 §3.2.1)."""
MAX_TTL = 2**31 - 1
"""Seconds (RFC 2181 §8)."""

_WORD = re.compile(r'[ \t]*+(?:"((?:[^"\\]|\\.)*+)"|((?:[^ \t"\\();]|\\.)++))', re.DOTALL)
_TIME = re.compile(r"(?:[0-9]+[wdhms])+", re.IGNORECASE)
_TIME_PART = re.compile(r"([0-9]+)([wdhms])", re.IGNORECASE)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class RdataError(ValueError):
    """The rdata is wrong for its type; `hint` says what to write, `word` which word is meant (from 0)."""

    def __init__(self, summary: str, *, hint: str | None = None, word: int | None = None) -> None:
        super().__init__(summary)
        self.hint = hint
        self.word = word


def parse_ttl(text: str) -> int | None:
    """Seconds of a TTL as BIND reads it (`3600`, `1h30m`), unbounded; None if the word is no TTL."""
    if text.isdecimal() and text.isascii():
        return int(text) if len(text) <= 20 else 10**20
    if len(text) > 64 or not _TIME.fullmatch(text):
        return None
    return sum(int(number) * _SECONDS[unit.lower()] for number, unit in _TIME_PART.findall(text))


def decode_string(text: str) -> bytes:
    r"""The bytes of a character-string without its quotes: `\DDD` is decimal, `\X` is X (RFC 1035 §5.1)."""
    if "\\" not in text:
        return text.encode("utf-8", "surrogateescape")
    return b"".join(
        _unescaped(piece) if piece.startswith("\\") else piece.encode("utf-8", "surrogateescape")
        for piece in re.findall(r"\\[0-9]{3}|\\[^0-9]|\\[0-9]{0,2}|[^\\]+", text, re.DOTALL)
    )


def quoted_string(content: bytes) -> str:
    """Canonical text of a character-string, with its quotes."""
    return '"' + "".join(_STRING_BYTES[byte] for byte in content) + '"'


def decode_or_refuse(text: str, index: int | None = None) -> bytes:
    """`decode_string`, refusing escapes that are none."""
    for piece in re.findall(r"\\(?:[^0-9]|[0-9]{1,3})", text, re.DOTALL):
        if piece[1:2].isdigit() and (len(piece) < 4 or int(piece[1:]) > 0xFF):
            raise RdataError(f"{piece} is not a byte", hint="\\DDD is decimal, 000 to 255", word=index)
    return decode_string(text)


def refuse_control(text: str) -> None:
    """Raise where the text has a control character: no editor shows it, Route 53 wants it escaped."""
    control = _CONTROL.search(text)
    if control:
        raise RdataError(f"control character U+{ord(control[0]):04X}", hint="write it as \\DDD, in decimal")


def split_words(text: str) -> list[tuple[str, bool]]:
    """(text with its escapes, whether it was quoted) of every word."""
    words: list[tuple[str, bool]] = []
    position = 0
    while True:
        match = _WORD.match(text, position)
        if match is None:
            if not text[position:].strip(" \t"):
                return words
            raise RdataError(_why_no_word(text[position:].lstrip(" \t")), word=len(words))
        words.append((match[2], False) if match[1] is None else (match[1], True))
        position = match.end()


def _why_no_word(rest: str) -> str:
    if rest.startswith('"'):
        return "a quotation mark is never closed"
    if rest.startswith("\\"):
        return "a backslash at the end escapes nothing"
    return f'"{rest[:1]}" outside quotes'


def printable(text: str) -> str:
    """Without anything that a terminal would obey."""
    return ascii(text)[1:-1]


def shown(text: str) -> str:
    """In quotes, short and printable."""
    return f'"{printable(text if len(text) <= 60 else text[:57] + "...")}"'


def _unescaped(piece: str) -> bytes:
    number = piece[1:]
    return bytes((int(number) & 0xFF,)) if number.isdigit() else number.encode("utf-8", "surrogateescape")


def _string_byte(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03d}"


_STRING_BYTES = tuple(_string_byte(byte) for byte in range(256))
