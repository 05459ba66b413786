r"""Names as Route 53 stores and orders them (Developer Guide, "DNS domain name format"). Pure.

Stored names are lower case with a final dot; every byte but ``a-z 0-9 - _`` is a backslash and three
octal digits, so ``*`` and ``\052`` are one name. Escapes of zone files are decimal: another language.
"""

from __future__ import annotations

import functools
import re

from psfdns.sandbox.faults import SpellingError

MAX_LABEL = 63
MAX_NAME = 255
"""Bytes on the wire, length bytes and root label included (RFC 1035 §2.3.4)."""

_PLAIN = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
_OCTAL = re.compile(r"[0-3][0-7]{2}")
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")


@functools.lru_cache(maxsize=1 << 15)
def stored_name(text: str) -> str:
    """A name as a request spells it, as Route 53 stores and returns it; raises SpellingError."""
    if _PLAIN.fullmatch(text) and len(text) < MAX_NAME - 1:
        return text if text.endswith(".") else text + "."
    if text == ".":
        return text
    labels = parse_labels(text)
    return "".join(_spell(label) + "." for label in labels)


def parse_labels(text: str) -> tuple[bytes, ...]:
    """The labels of a name, unescaped and in lower case, leftmost first; raises SpellingError."""
    labels = [bytearray()]
    position = 0
    while position < len(text):
        character = text[position]
        if character == ".":
            labels.append(bytearray())
        else:
            byte, position = _read_byte(text, position)
            labels[-1].append(byte)
            continue
        position += 1
    if not labels[-1] and len(labels) > 1:
        labels.pop()
    _check_lengths(labels, text)
    return tuple(bytes(label).lower() for label in labels)


def _read_byte(text: str, position: int) -> tuple[int, int]:
    """The byte at a position, and the position after it."""
    character = text[position]
    if character == "\\":
        digits = text[position + 1 : position + 4]
        if not _OCTAL.fullmatch(digits):
            raise SpellingError("UnsupportedCharacter", "Value contains unsupported characters", "\\")
        return int(digits, 8), position + 4
    if not "!" <= character <= "~":
        raise SpellingError("UnsupportedCharacter", "Value contains unsupported characters", character)
    return ord(character), position + 1


def _check_lengths(labels: list[bytearray], text: str) -> None:
    for label in labels:
        if not label:
            raise SpellingError("DomainLabelEmpty", "Domain label is empty", text)
        if len(label) > MAX_LABEL:
            raise SpellingError("DomainLabelTooLong", "Domain label is too long", text)
    if sum(len(label) + 1 for label in labels) + 1 > MAX_NAME:
        raise SpellingError("DomainNameTooLong", "Domain name is too long", text)


def _spell(label: bytes) -> str:
    return "".join(chr(byte) if byte in _KEPT else f"\\{byte:03o}" for byte in label)


@functools.lru_cache(maxsize=1 << 15)
def listing_order(stored: str) -> str:
    """The text by which listings are sorted: the labels in reverse, escaped, with a final dot."""
    return ".".join(reversed(stored[:-1].split("."))) + "."


def lies_within(stored: str, zone: str) -> bool:
    """Whether a stored name is the zone's or below it, label by label (a stored dot is a boundary)."""
    return stored == zone or stored.endswith("." + zone)
