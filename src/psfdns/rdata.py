"""Rdata as canonical text (see `psfdns.records`): one function for zone files and for Route 53. Pure.

Most values go through `_FAST`, one regular expression a type; what those leave goes field by field
through `_FIELDS`, which also makes every error message. Only SVCB parameters and RFC 3597's generic
form need dnspython, which is imported for them alone.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

from psfdns.names import NameSyntaxError, parse_name

MAX_STRING = 255
"""Bytes in one character-string (RFC 1035 §3.3)."""
MAX_RDATA = 65_535
"""Bytes of one record's rdata on the wire (RFC 1035 §3.2.1)."""
MAX_TTL = 2**31 - 1
"""Seconds (RFC 2181 §8)."""

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_WORD = re.compile(r'[ \t]*+(?:"((?:[^"\\]|\\.)*+)"|((?:[^ \t"\\();]|\\.)++))', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9]{3})|([^0-9]))", re.DOTALL)
_PLAIN_STRINGS = re.compile(r'"[ !#-\[\]-~]{0,255}"(?: "[ !#-\[\]-~]{0,255}")*+')
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


def canonical_rdata(rdtype: str, text: str, *, origin: str | None = None) -> str:
    """Canonical text of one value of an RFC 1035 rdata `text` (decimal escapes).

    `rdtype` is one of HOSTED_TYPES; relative names need `origin`. Raises RdataError.
    """
    value = plain_rdata(rdtype, text, origin)
    return _read_slowly(rdtype, text, origin) if value is None else value


def plain_rdata(rdtype: str, text: str, origin: str | None) -> str | None:
    """`canonical_rdata` where that is quick and beyond doubt, else None; never raises."""
    fast = _FAST.get(rdtype)
    return fast(text, origin) if fast is not None else None


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


# --- the fast ways: canonical text, or None for "look closer" ---------------------------------------


def _fast_a(text: str, _origin: str | None) -> str | None:
    return text if _IPV4.fullmatch(text) else None


def _fast_aaaa(text: str, _origin: str | None) -> str | None:
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))
    except (OSError, ValueError):
        return None


def _fast_name(text: str, origin: str | None) -> str | None:
    try:
        return parse_name(text, origin=origin) if _PLAIN_NAME.fullmatch(text) else None
    except NameSyntaxError:
        return None


_PLAIN_NAME = re.compile(r"@|[A-Za-z0-9_.*/-]+")
_NUMBER = r"(0|[1-9][0-9]{0,3})"
_FAST_MX = re.compile(rf"{_NUMBER}[ \t]+(@|[A-Za-z0-9_.*/-]+)")
_FAST_SRV = re.compile(rf"{_NUMBER}[ \t]+{_NUMBER}[ \t]+{_NUMBER}[ \t]+(@|[A-Za-z0-9_.*/-]+)")
_FAST_CAA = re.compile(r'(?:0|128) (?:issue|issuewild|iodef) "[ !#-\[\]-~]*+"')


def _fast_mx(text: str, origin: str | None) -> str | None:
    match = _FAST_MX.fullmatch(text)
    name = _fast_name(match[2], origin) if match else None
    return f"{match[1]} {name}" if match and name else None


def _fast_srv(text: str, origin: str | None) -> str | None:
    match = _FAST_SRV.fullmatch(text)
    name = _fast_name(match[4], origin) if match else None
    return f"{match[1]} {match[2]} {match[3]} {name}" if match and name else None


def _fast_caa(text: str, _origin: str | None) -> str | None:
    return text if _FAST_CAA.fullmatch(text) else None


def _fast_txt(text: str, _origin: str | None) -> str | None:
    return text if _PLAIN_STRINGS.fullmatch(text) else None


_FAST: dict[str, Callable[[str, str | None], str | None]] = {
    "A": _fast_a,
    "AAAA": _fast_aaaa,
    "CAA": _fast_caa,
    "CNAME": _fast_name,
    "MX": _fast_mx,
    "NS": _fast_name,
    "PTR": _fast_name,
    "SPF": _fast_txt,
    "SRV": _fast_srv,
    "TXT": _fast_txt,
}


# --- the slow way: field by field -------------------------------------------------------------------


def _read_slowly(rdtype: str, text: str, origin: str | None) -> str:
    control = _CONTROL.search(text)
    if control:
        raise RdataError(f"control character U+{ord(control[0]):04X}", hint="write it as \\DDD, in decimal")
    words = _split(text)
    if words and words[0] == ("\\#", False):
        return _read_generic(rdtype, [word for word, _ in words[1:]])
    if rdtype in {"HTTPS", "SVCB"}:
        return _read_service(rdtype, text, words, origin)
    if rdtype in {"SPF", "TXT"}:
        return _read_strings(words)
    return _read_fields(rdtype, words, origin)


def _split(text: str) -> list[tuple[str, bool]]:
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


def _read_strings(words: list[tuple[str, bool]]) -> str:
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


def decode_or_refuse(text: str, index: int | None = None) -> bytes:
    """`decode_string`, refusing escapes that are none."""
    for piece in re.findall(r"\\(?:[^0-9]|[0-9]{1,3})", text, re.DOTALL):
        if piece[1:2].isdigit() and (len(piece) < 4 or int(piece[1:]) > 0xFF):
            raise RdataError(f"{piece} is not a byte", hint="\\DDD is decimal, 000 to 255", word=index)
    return decode_string(text)


def _read_fields(rdtype: str, words: list[tuple[str, bool]], origin: str | None) -> str:
    fields = _FIELDS[rdtype]
    if fields[-1][1] is _hex and len(words) > len(fields):
        last = len(fields) - 1
        words = [*words[:last], ("".join(word for word, _ in words[last:]), False)]
    if len(words) < len(fields):
        missing = ", ".join(name for name, _ in fields[len(words) :])
        raise RdataError(f"{rdtype} lacks its {missing}", hint=_usage(rdtype))
    if len(words) > len(fields):
        extra = words[len(fields)][0]
        raise RdataError(f"{rdtype} ends before {_shown(extra)}", hint=_usage(rdtype), word=len(fields))
    values = [
        _read_field(name, kind, word, index, origin)
        for index, ((name, kind), word) in enumerate(zip(fields, words, strict=True))
    ]
    _judge_whole(rdtype, values)
    return " ".join(values)


def _read_field(name: str, kind: Kind, word: tuple[str, bool], index: int, origin: str | None) -> str:
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


Kind = Callable[[str, str | None], str]


def _address4(text: str, _origin: str | None) -> str:
    if _IPV4.fullmatch(text):
        return text
    zeros = re.fullmatch(r"0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})", text)
    hint = f"write {'.'.join(zeros.groups())}" if zeros and text != ".".join(zeros.groups()) else None
    raise RdataError(f"{_shown(text)} is not an IPv4 address", hint=hint)


def _address6(text: str, origin: str | None) -> str:
    value = _fast_aaaa(text, origin)
    if value is None:
        raise RdataError(f"{_shown(text)} is not an IPv6 address")
    return value


def _name(text: str, origin: str | None) -> str:
    return parse_name(text, origin=origin)


def _integer(limit: int) -> Kind:
    def read(text: str, _origin: str | None) -> str:
        if not (text.isdecimal() and text.isascii()):
            raise RdataError(f"{_shown(text)} is not a number")
        if len(text) > 20 or int(text) > limit:
            raise RdataError(f"{_shown(text)} is above {limit}")
        return str(int(text))

    return read


def _period(text: str, _origin: str | None) -> str:
    seconds = parse_ttl(text)
    if seconds is None:
        raise RdataError(f"{_shown(text)} is not a time", hint="write seconds, or units as in 1h30m")
    if seconds > MAX_TTL:
        raise RdataError(f"{_shown(text)} is above {MAX_TTL} seconds")
    return str(seconds)


def _hex(text: str, _origin: str | None) -> str:
    if len(text) % 2 or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        raise RdataError(f"{_shown(text)} is not an even number of hexadecimal digits")
    return text.lower()


def _tag(text: str, _origin: str | None) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{1,255}", text):
        raise RdataError(f"{_shown(text)} has other characters than letters and digits (RFC 8659 §4.1)")
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

_byte, _short, _word32 = _integer(0xFF), _integer(0xFFFF), _integer(0xFFFFFFFF)


def _algorithm(text: str, origin: str | None) -> str:
    number = _ALGORITHMS.get(text.upper())
    return str(number) if number is not None else _byte(text, origin)


_FIELDS: dict[str, tuple[tuple[str, Kind], ...]] = {
    "A": (("address", _address4),),
    "AAAA": (("address", _address6),),
    "CAA": (("flags", _byte), ("tag", _tag), ("value", _caa_value)),
    "CNAME": (("target", _name),),
    "DS": (("key tag", _short), ("algorithm", _algorithm), ("digest type", _byte), ("digest", _hex)),
    "MX": (("preference", _short), ("mail server", _name)),
    "NAPTR": (
        ("order", _short),
        ("preference", _short),
        ("flags", _string_field),
        ("service", _string_field),
        ("regexp", _string_field),
        ("replacement", _name),
    ),
    "NS": (("name server", _name),),
    "PTR": (("target", _name),),
    "SOA": (
        ("primary server", _name),
        ("mailbox", _name),
        ("serial", _word32),
        ("refresh", _period),
        ("retry", _period),
        ("expire", _period),
        ("minimum", _period),
    ),
    "SRV": (("priority", _short), ("weight", _short), ("port", _short), ("target", _name)),
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


def _read_generic(rdtype: str, words: list[str]) -> str:
    r"""RFC 3597 §5: `\# length hex`, read as wire format and written as the type's own text."""
    digits = "".join(words[1:])
    if not words or not words[0].isdecimal() or not re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", digits):
        raise RdataError("not of the generic form", hint="write \\# LENGTH HEX (RFC 3597 §5)")
    wire = bytes.fromhex(digits)
    if words[0].lstrip("0") != (str(len(wire)) if wire else ""):
        raise RdataError(f"the length says {words[0][:10]} bytes, here are {len(wire)}")
    return _canonical_of_wire(rdtype, wire)


def _canonical_of_wire(rdtype: str, wire: bytes) -> str:
    import dns.exception
    import dns.rdata

    try:
        text = dns.rdata.from_wire("IN", rdtype, wire, 0, len(wire)).to_text()
    except (dns.exception.DNSException, ValueError, OverflowError) as error:
        raise RdataError(f"these bytes are no {rdtype} rdata: {_reason(error)}") from error
    if text.startswith("\\#"):
        raise RdataError(f"these bytes are no {rdtype} rdata")
    return canonical_rdata(rdtype, text)


def _read_service(rdtype: str, text: str, words: list[tuple[str, bool]], origin: str | None) -> str:
    """SVCB and HTTPS: dnspython knows the parameters (RFC 9460 §2.1, Appendix A); ours are the names."""
    import dns.exception
    import dns.rdata

    if len(words) < 2:
        raise RdataError(f"{rdtype} lacks its target", hint=f"write {rdtype} priority target [key=value ...]")
    priority = _read_field("priority", _short, words[0], 0, None)
    target = _read_field("target", _name, words[1], 1, origin)
    match = _SERVICE.match(text.lstrip(" \t"))
    parameters = match[1] if match else ""
    bare = _BARE_KEY.search(_QUOTED.sub('""', parameters))
    if bare is not None:
        raise RdataError(f"{bare[1]} has no value", hint=f"write {bare[1]}=VALUE")
    try:
        parsed = dns.rdata.from_text("IN", rdtype, f"{priority} {target} {parameters}", relativize=False)
        value = parsed.to_text()
    except (dns.exception.DNSException, ValueError, OverflowError) as error:
        raise RdataError(f"{rdtype}: {_reason(error)}") from error
    return value


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BARE_KEY = re.compile(r"[ \t](mandatory|alpn|port|ipv4hint|ech|ipv6hint|dohpath)(?=[ \t]|\Z)", re.IGNORECASE)
"""SvcParamKeys that mean nothing without a value (RFC 9460 §7, RFC 9461 §5)."""
_SERVICE = re.compile(r"(?:[^ \t\\]|\\.)++[ \t]++(?:[^ \t\\]|\\.)++(.*)", re.DOTALL)


def _reason(error: Exception) -> str:
    return _bare(str(error)) or type(error).__name__


def _bare(text: str) -> str:
    return ascii(text)[1:-1]


def _shown(text: str) -> str:
    return f'"{_bare(text if len(text) <= 60 else text[:57] + "...")}"'


def _unescaped(piece: str) -> bytes:
    number = piece[1:]
    return bytes((int(number) & 0xFF,)) if number.isdigit() else number.encode("utf-8", "surrogateescape")


def _string_byte(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03d}"


_STRING_BYTES = tuple(_string_byte(byte) for byte in range(256))
