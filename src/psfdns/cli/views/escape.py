"""Text from files or from outside, made safe to show: nothing in it can move a cursor or forge a line."""

from __future__ import annotations

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are not printed: controls, bidi and other formats, surrogates, line separators."""


def escape(text: str) -> str:
    r"""`text` with each character that is not printable as `\xNN`, `\uNNNN` or `\UNNNNNNNN`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape_one(char) if unicodedata.category(char) in _UNSAFE else char for char in text)


def _escape_one(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
