"""The two forms that need dnspython: SVCB parameters, and RFC 3597's generic form. Pure."""

from __future__ import annotations

import re

from psfdns.rdata.fields import name_field, read_field, short_field
from psfdns.rdata.words import RdataError, printable

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BARE_KEY = re.compile(r"[ \t](mandatory|alpn|port|ipv4hint|ech|ipv6hint|dohpath)(?=[ \t]|\Z)", re.IGNORECASE)
"""SvcParamKeys that mean nothing without a value (RFC 9460 §7, RFC 9461 §5)."""
_SERVICE = re.compile(r"(?:[^ \t\\]|\\.)++[ \t]++(?:[^ \t\\]|\\.)++(.*)", re.DOTALL)


def read_service(rdtype: str, text: str, words: list[tuple[str, bool]], origin: str | None) -> str:
    """SVCB and HTTPS: dnspython knows the parameters (RFC 9460 §2.1, Appendix A); ours are the names."""
    import dns.exception
    import dns.rdata

    if len(words) < 2:
        raise RdataError(f"{rdtype} lacks its target", hint=f"write {rdtype} priority target [key=value ...]")
    priority = read_field("priority", short_field, words[0], 0, None)
    target = read_field("target", name_field, words[1], 1, origin)
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


def read_generic(rdtype: str, words: list[str]) -> str:
    r"""RFC 3597 §5: `\# length hex`, read as wire format and written as the type's own text."""
    digits = "".join(words[1:])
    if not words or not words[0].isdecimal() or not re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", digits):
        raise RdataError("not of the generic form", hint="write \\# LENGTH HEX (RFC 3597 §5)")
    wire = bytes.fromhex(digits)
    if words[0].lstrip("0") != (str(len(wire)) if wire else ""):
        raise RdataError(f"the length says {words[0][:10]} bytes, here are {len(wire)}")
    return _text_of_wire(rdtype, wire)


def _text_of_wire(rdtype: str, wire: bytes) -> str:
    import dns.exception
    import dns.rdata

    try:
        text = dns.rdata.from_wire("IN", rdtype, wire, 0, len(wire)).to_text()
    except (dns.exception.DNSException, ValueError, OverflowError) as error:
        raise RdataError(f"these bytes are no {rdtype} rdata: {_reason(error)}") from error
    if text.startswith("\\#"):
        raise RdataError(f"these bytes are no {rdtype} rdata")
    return text


def _reason(error: Exception) -> str:
    return printable(str(error)) or type(error).__name__
