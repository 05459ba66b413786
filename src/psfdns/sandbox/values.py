"""The value syntax that Route 53 checks, type by type, and what a value means. Pure.

`meaning_of` answers both questions: it raises SpellingError for a value that the service would refuse, and
its result is equal for two spellings of one value, which is what makes duplicates and what an UPSERT that
changes nothing leaves as it was (Developer Guide, "Supported DNS record types").
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Hashable
from typing import NamedTuple

from psfdns.sandbox.faults import SpellingError
from psfdns.sandbox.spelling import stored_name

MAX_STRING = 255
"""Bytes of one string (RFC 1035 §3.3); the model bounds a whole value at 4,000 characters."""

_OCTAL = re.compile(r"[0-3][0-7]{2}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_TAG = re.compile(r"[A-Za-z0-9]{1,255}")


class Field(NamedTuple):
    """One word of a value; `content` holds a quoted one's bytes, unescaped."""

    text: str
    content: bytes | None = None


@functools.lru_cache(maxsize=1 << 15)
def meaning_of(rdtype: str, value: str) -> Hashable:
    """What a value means for its type; raises SpellingError in the service's words."""
    for character in value:
        if not " " <= character <= "~":
            raise SpellingError("UnsupportedCharacter", "Value contains unsupported characters", character)
    return _READERS[rdtype](value)


def _read_ipv4(value: str) -> Hashable:
    try:
        return ipaddress.IPv4Address(value).packed
    except ValueError:
        raise SpellingError("ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address", value) from None


def _read_ipv6(value: str) -> Hashable:
    try:
        # A scope ("%eth0") means nothing in DNS, and "/" is refused.
        return ipaddress.IPv6Address(value.replace("%", "/")).packed
    except ValueError:
        raise SpellingError(
            "AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address", value
        ) from None


def _read_name(value: str) -> Hashable:
    if " " in value:
        raise SpellingError("RRDATANotSingleField", "Value contains spaces", value)
    return stored_name(value)


def _read_strings(value: str) -> Hashable:
    """TXT and SPF: quoted strings, with or without a space between them."""
    strings = []
    for field in split_fields(value):
        if field.content is None:
            raise SpellingError(
                "InvalidCharacterString", "Value should be enclosed in quotation marks", value
            )
        strings.append(field.content)
    if not strings:
        raise SpellingError("InvalidCharacterString", "Value should be enclosed in quotation marks", value)
    return tuple(strings)


def _read_mx(value: str) -> Hashable:
    preference, exchange = _words(value, 2, "MX")
    return _number(preference, 16, value), stored_name(exchange)


def _read_srv(value: str) -> Hashable:
    *numbers, target = _words(value, 4, "SRV")
    return *(_number(word, 16, value) for word in numbers), stored_name(target)


def _read_caa(value: str) -> Hashable:
    fields = split_fields(value)
    if len(fields) != 3 or fields[0].content is not None or fields[1].content is not None:
        raise SpellingError("CAARRDATANotThreeFields", "Value has wrong number of fields", value)
    if fields[2].content is None:
        raise SpellingError("InvalidCharacterString", "Value should be enclosed in quotation marks", value)
    if not _TAG.fullmatch(fields[1].text):
        raise SpellingError("CAARRDATAIllegalTag", "Tag must be alphanumeric", value)
    return _number(fields[0].text, 8, value), fields[1].text.lower(), fields[2].content


def _read_naptr(value: str) -> Hashable:
    fields = split_fields(value)
    if len(fields) != 6:
        raise SpellingError("NAPTRRRDATANotSixFields", "Value has wrong number of fields", value)
    order, preference, *quoted, replacement = fields
    if any(field.content is None for field in quoted):
        raise SpellingError("InvalidCharacterString", "Value should be enclosed in quotation marks", value)
    return (
        _number(order.text, 16, value),
        _number(preference.text, 16, value),
        *(field.content for field in quoted),
        stored_name(replacement.text),
    )


def _read_soa(value: str) -> Hashable:
    mname, rname, *numbers = _words(value, 7, "SOA")
    return stored_name(mname), stored_name(rname), *(_number(word, 32, value) for word in numbers)


def _read_with_dnspython(rdtype: str) -> Callable[[str], Hashable]:
    """A reader for the types whose grammar dnspython knows better than a dozen lines could."""

    def read(value: str) -> Hashable:
        import dns.exception
        import dns.name
        import dns.rdata

        try:
            rdata = dns.rdata.from_text(
                "IN", rdtype, to_decimal_escapes(value), dns.name.root, relativize=False
            )
        except (dns.exception.DNSException, ValueError) as error:
            raise SpellingError(f"{rdtype}RRDATAInvalid", str(error) or "Value is not valid", value) from None
        return rdata.to_digestable()

    return read


def to_decimal_escapes(value: str) -> str:
    """Route 53's octal escapes as the decimal ones of RFC 1035 §5.1; raises SpellingError."""

    def convert(match: re.Match[str]) -> str:
        escape = match[1]
        if not escape[:1].isdigit():
            return match[0]
        if not _OCTAL.fullmatch(escape):
            raise SpellingError("InvalidCharacterString", "Escape is not three octal digits", match[0])
        return f"\\{int(escape, 8):03d}"

    return re.sub(r"\\([0-9]{1,3}|.|$)", convert, value)


def split_fields(value: str) -> list[Field]:
    """The words of a value, quoted ones unescaped; raises SpellingError."""
    fields: list[Field] = []
    position = 0
    while position < len(value):
        if value[position] == " ":
            position += 1
        elif value[position] == '"':
            content, position = _read_quoted(value, position + 1)
            fields.append(Field("", content))
        else:
            end = position
            while end < len(value) and value[end] not in ' "':
                end += 1
            fields.append(Field(value[position:end]))
            position = end
    return fields


def _read_quoted(value: str, start: int) -> tuple[bytes, int]:
    """The bytes of the string that begins at `start`, and the position behind its closing quote."""
    content = bytearray()
    position = start
    while position < len(value):
        character = value[position]
        if character == '"':
            if len(content) > MAX_STRING:
                raise SpellingError("CharacterStringTooLong", "Value is too long", value)
            return bytes(content), position + 1
        if character == "\\":
            byte, position = _read_escape(value, position + 1)
            content.append(byte)
        else:
            content.append(ord(character))
            position += 1
    raise SpellingError("InvalidCharacterString", "Value should be enclosed in quotation marks", value)


def _read_escape(value: str, position: int) -> tuple[int, int]:
    """The byte that an escape means: three octal digits, or the character itself."""
    character = value[position : position + 1]
    if character and not character.isdigit():
        return ord(character), position + 1
    digits = value[position : position + 3]
    if not _OCTAL.fullmatch(digits):
        raise SpellingError("InvalidCharacterString", "Escape is not three octal digits", value)
    return int(digits, 8), position + 3


def _words(value: str, count: int, rdtype: str) -> list[str]:
    words = value.split()
    if len(words) != count:
        raise SpellingError(f"{rdtype}RRDATAWrongFieldCount", "Value has wrong number of fields", value)
    return words


def _number(word: str, bits: int, value: str) -> int:
    if not _NUMBER.fullmatch(word) or int(word) >= 1 << bits:
        raise SpellingError("UnparsableInteger", f"Not an unsigned {bits}-bit integer", value)
    return int(word)


_READERS: dict[str, Callable[[str], Hashable]] = {
    "A": _read_ipv4,
    "AAAA": _read_ipv6,
    "CAA": _read_caa,
    "CNAME": _read_name,
    "MX": _read_mx,
    "NAPTR": _read_naptr,
    "NS": _read_name,
    "PTR": _read_name,
    "SOA": _read_soa,
    "SPF": _read_strings,
    "SRV": _read_srv,
    "TXT": _read_strings,
    **{rdtype: _read_with_dnspython(rdtype) for rdtype in ("DS", "HTTPS", "SSHFP", "SVCB", "TLSA")},
}
