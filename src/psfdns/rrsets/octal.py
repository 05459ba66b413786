r"""Names and values as Route 53 spells them, to and from canonical text. Pure.

At Route 53 they are octal-escaped (``\052`` is an asterisk), in zone files decimal-escaped (``\042``): both
directions go through bytes, never through the text (Developer Guide, "DNS domain name format").
"""

from __future__ import annotations

import re

from psfdns.names import labels_of, name_from_labels
from psfdns.rdata import RdataError, canonical_rdata

MAX_LABEL, MAX_NAME = 63, 255
"""Bytes (RFC 1035 §2.3.4); the name with its length bytes and the root."""

_PLAIN_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.")
_NAME_PIECE = re.compile(r"\\([0-3][0-7]{2})|([!-\[\]-~])")
_PLAIN_STRINGS = re.compile(r'"[ !#-\[\]-~]{0,255}"(?: "[ !#-\[\]-~]{0,255}")*')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
_OCTAL = re.compile(r"\\(?:([0-3][0-7]{2})|([^0-9])|())", re.DOTALL)
_ESCAPED = re.compile(r'("(?:[^"\\]|\\.)*")|\\([0-9]{3})|\\(.)')
_DECIMAL_IN_STRING = re.compile(r"\\(?:([0-9]{3})|.)")
_UNSUPPORTED = re.compile(r"[^ -~\t]")


class InexpressibleError(ValueError):
    """A live record set has no zone-file form; `reason` says why in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decode_name(text: str) -> str:
    """Canonical text of a name in Route 53's spelling: octal escapes, final dot optional.

    Raises InexpressibleError.
    """
    if _PLAIN_NAME.fullmatch(text) and len(text) < MAX_NAME:
        return text
    labels = [bytearray()]
    position = 0
    while position < len(text):
        piece = _NAME_PIECE.match(text, position)
        if piece is None:
            raise InexpressibleError(f"the name {text!r} has a character that Route 53 would escape in octal")
        if piece[2] == ".":
            labels.append(bytearray())
        else:
            labels[-1].append(int(piece[1], 8) if piece[1] else ord(piece[2]))
        position = piece.end()
    if not labels[-1]:
        labels.pop()
    if (
        not all(0 < len(label) <= MAX_LABEL for label in labels)
        or sum(map(len, labels)) + len(labels) >= MAX_NAME
    ):
        raise InexpressibleError(f"{text!r} is not a domain name: a label or the whole is empty or too long")
    return name_from_labels(bytes(label) for label in labels)


def encode_name(name: str) -> str:
    r"""Route 53's spelling of a canonical name: all but letters, digits, - and _ as ``\ooo``."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    return "".join("".join(map(_octal_unless_plain, label)) + "." for label in labels_of(name)) or "."


def _octal_unless_plain(byte: int) -> str:
    return chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"-_") else f"\\{byte:03o}"


def decode_value(rdtype: str, text: str) -> str:
    """Canonical text of one value in Route 53's spelling, whose names are always absolute.

    Raises InexpressibleError.
    """
    if rdtype in {"TXT", "SPF"}:
        if _PLAIN_STRINGS.fullmatch(text):
            return text
        text = _separate_strings(text)
    try:
        return canonical_rdata(rdtype, _to_decimal(text), origin=".")
    except RdataError as error:
        raise InexpressibleError(f"psfdns cannot read the {rdtype} value {text!r}: {error}") from error


def encode_value(value: str) -> str:
    """Route 53's spelling of a canonical value."""
    return _ESCAPED.sub(_to_octal, value) if "\\" in value else value


def _separate_strings(text: str) -> str:
    """Route 53 takes and returns `"a""b"`, which zone files do not separate."""
    strings = [match[0].rstrip() for match in _STRING.finditer(text)]
    if not strings or re.sub(r"\s", "", "".join(strings)) != re.sub(r"\s", "", text):
        raise InexpressibleError(f"the value {text!r} is not a row of quoted strings")
    return " ".join(strings)


def _to_decimal(text: str) -> str:
    if _UNSUPPORTED.search(text):
        raise InexpressibleError(f"the value {text!r} has characters that Route 53 would escape in octal")
    return _OCTAL.sub(_decimal_escape, text) if "\\" in text else text


def _decimal_escape(match: re.Match[str]) -> str:
    if match[1]:
        return f"\\{int(match[1], 8):03d}"
    if match[2]:
        return match[0]
    raise InexpressibleError(f"the value {match.string!r} has a backslash that begins no octal escape")


def _to_octal(match: re.Match[str]) -> str:
    if match[1]:
        return _DECIMAL_IN_STRING.sub(lambda found: _octal(int(found[1])) if found[1] else found[0], match[1])
    return _octal(int(match[2]) if match[2] else ord(match[3]))


def _octal(byte: int) -> str:
    return f"\\{byte:03o}"
