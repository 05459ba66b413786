"""Rdata field by field, which is where every error message about it is made. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from psfdns.names import NameSyntaxError, parse_name
from psfdns.rdata.plain import canonical_ipv4, canonical_ipv6
from psfdns.rdata.words import (
    MAX_RDATA,
    MAX_STRING,
    MAX_TTL,
    RdataError,
    decode_or_refuse,
    decode_string,
    parse_ttl,
    quoted_string,
    shown,
)

Kind = Callable[[str, str | None], str]


def read_strings(words: list[tuple[str, bool]]) -> str:
    """The value of TXT or SPF."""
    if not words:
        raise RdataError("there is no text", hint='an empty text is written ""')
    value = " ".join(_string(word, index) for index, (word, _) in enumerate(words))
    if len(value) > MAX_RDATA and sum(len(decode_string(word)) + 1 for word, _ in words) > MAX_RDATA:
        raise RdataError(f"more than {MAX_RDATA} bytes of text in one record")
    return value


def _string(text: str, index: int) -> str:
    content = decode_or_refuse(text, index)
    if len(content) > MAX_STRING:
        raise RdataError(
            f"a string of {len(content)} bytes; one string holds at most {MAX_STRING}",
            hint='split it into several strings of one value: "first part" "second part"',
            word=index,
        )
    return quoted_string(content)


def read_fields(rdtype: str, words: list[tuple[str, bool]], origin: str | None) -> str:
    """The value of a type that has a row in `_FIELDS`."""
    fields = _FIELDS[rdtype]
    if fields[-1][1] is _hex and len(words) > len(fields):
        last = len(fields) - 1
        words = [*words[:last], ("".join(word for word, _ in words[last:]), False)]
    if len(words) < len(fields):
        missing = ", ".join(name for name, _ in fields[len(words) :])
        raise RdataError(f"{rdtype} lacks its {missing}", hint=_usage(rdtype))
    if len(words) > len(fields):
        extra = words[len(fields)][0]
        raise RdataError(f"{rdtype} ends before {shown(extra)}", hint=_usage(rdtype), word=len(fields))
    values = [
        read_field(name, kind, word, index, origin)
        for index, ((name, kind), word) in enumerate(zip(fields, words, strict=True))
    ]
    _judge_whole(rdtype, values)
    return " ".join(values)


def read_field(name: str, kind: Kind, word: tuple[str, bool], index: int, origin: str | None) -> str:
    """One field; `name` and `index` are for what is said of a wrong one."""
    text, quoted = word
    if quoted and kind not in {_string_field, _caa_value, _tag}:
        raise RdataError(f"the {name} stands in quotes", hint="leave them out", word=index)
    try:
        return kind(text, origin)
    except NameSyntaxError as error:
        raise RdataError(f"{name}: {error}", hint=error.hint, word=index) from error
    except RdataError as error:
        raise RdataError(f"{name}: {error}", hint=error.hint, word=index) from error


def _usage(rdtype: str) -> str:
    return f"write {rdtype} " + " ".join(name.replace(" ", "-") for name, _ in _FIELDS[rdtype])


def _address4(text: str, _origin: str | None) -> str:
    if canonical_ipv4(text) is not None:
        return text
    zeros = re.fullmatch(r"0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})", text)
    hint = f"write {'.'.join(zeros.groups())}" if zeros and text != ".".join(zeros.groups()) else None
    raise RdataError(f"{shown(text)} is not an IPv4 address", hint=hint)


def _address6(text: str, _origin: str | None) -> str:
    value = canonical_ipv6(text)
    if value is None:
        raise RdataError(f"{shown(text)} is not an IPv6 address")
    return value


def name_field(text: str, origin: str | None) -> str:
    """A domain name."""
    return parse_name(text, origin=origin)


def _integer(limit: int) -> Kind:
    def read(text: str, _origin: str | None) -> str:
        if not (text.isdecimal() and text.isascii()):
            raise RdataError(f"{shown(text)} is not a number")
        if len(text) > 20 or int(text) > limit:
            raise RdataError(f"{shown(text)} is above {limit}")
        return str(int(text))

    return read


def _period(text: str, _origin: str | None) -> str:
    seconds = parse_ttl(text)
    if seconds is None:
        raise RdataError(f"{shown(text)} is not a time", hint="write seconds, or units as in 1h30m")
    if seconds > MAX_TTL:
        raise RdataError(f"{shown(text)} is above {MAX_TTL} seconds")
    return str(seconds)


def _hex(text: str, _origin: str | None) -> str:
    if len(text) % 2 or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        raise RdataError(f"{shown(text)} is not an even number of hexadecimal digits")
    return text.lower()


def _tag(text: str, _origin: str | None) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{1,255}", text):
        raise RdataError(f"{shown(text)} has other characters than letters and digits (RFC 8659 §4.1)")
    return text.lower()


def _string_field(text: str, _origin: str | None) -> str:
    return _string(text, 0)


def _caa_value(text: str, _origin: str | None) -> str:
    return quoted_string(decode_or_refuse(text))


_ALGORITHMS = {
    name: number
    for number, name in enumerate(
        "DELETE RSAMD5 DH DSA ECC RSASHA1 DSANSEC3SHA1 RSASHA1NSEC3SHA1 RSASHA256 - RSASHA512 - ECCGOST"
        " ECDSAP256SHA256 ECDSAP384SHA384 ED25519 ED448".split()
    )
    if name != "-"
}
"""DNSSEC algorithm mnemonics (IANA registry), which master files may use for the number (RFC 4034 §5.3)."""

_byte, short_field, _word32 = _integer(0xFF), _integer(0xFFFF), _integer(0xFFFFFFFF)


def _algorithm(text: str, origin: str | None) -> str:
    number = _ALGORITHMS.get(text.upper())
    return str(number) if number is not None else _byte(text, origin)


_FIELDS: dict[str, tuple[tuple[str, Kind], ...]] = {
    "A": (("address", _address4),),
    "AAAA": (("address", _address6),),
    "CAA": (("flags", _byte), ("tag", _tag), ("value", _caa_value)),
    "CNAME": (("target", name_field),),
    "DS": (("key tag", short_field), ("algorithm", _algorithm), ("digest type", _byte), ("digest", _hex)),
    "MX": (("preference", short_field), ("mail server", name_field)),
    "NAPTR": (
        ("order", short_field),
        ("preference", short_field),
        ("flags", _string_field),
        ("service", _string_field),
        ("regexp", _string_field),
        ("replacement", name_field),
    ),
    "NS": (("name server", name_field),),
    "PTR": (("target", name_field),),
    "SOA": (
        ("primary server", name_field),
        ("mailbox", name_field),
        ("serial", _word32),
        ("refresh", _period),
        ("retry", _period),
        ("expire", _period),
        ("minimum", _period),
    ),
    "SRV": (
        ("priority", short_field),
        ("weight", short_field),
        ("port", short_field),
        ("target", name_field),
    ),
    "SSHFP": (("algorithm", _byte), ("fingerprint type", _byte), ("fingerprint", _hex)),
    "TLSA": (("usage", _byte), ("selector", _byte), ("matching type", _byte), ("data", _hex)),
}

_DIGEST_BYTES = {
    ("DS", "1"): 20,
    ("DS", "2"): 32,
    ("DS", "3"): 32,
    ("DS", "4"): 48,
    ("SSHFP", "1"): 20,
    ("SSHFP", "2"): 32,
    ("TLSA", "1"): 32,
    ("TLSA", "2"): 64,
}
"""How long a digest of that (type, digest type) is: RFC 4509, 5933, 6605, 4255, 6594, 6698."""


def _judge_whole(rdtype: str, values: list[str]) -> None:
    """What only several fields together show: a digest of another length than its type's."""
    if rdtype not in {"DS", "SSHFP", "TLSA"}:
        return
    expected = _DIGEST_BYTES.get((rdtype, values[-2]))
    found = len(values[-1]) // 2
    if expected is not None and found != expected:
        raise RdataError(
            f"a digest of type {values[-2]} has {expected} bytes, here are {found}", word=len(values) - 1
        )
