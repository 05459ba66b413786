"""Rdata as canonical text (see `psfdns.records`): one function for zone files and for Route 53. Pure.

Most values go through `plain`, one regular expression a type; what those leave goes field by field
through `fields`, which also makes the error messages. Only SVCB parameters, RFC 3597's generic form and the
size of messages need dnspython, which `exotic` and `wire` import when they are asked.
"""

from __future__ import annotations

from psfdns.rdata.exotic import read_generic, read_service
from psfdns.rdata.fields import read_fields, read_strings
from psfdns.rdata.plain import plain_rdata
from psfdns.rdata.wire import MAX_MESSAGE, answer_size
from psfdns.rdata.words import MAX_TTL, RdataError, decode_string, parse_ttl, refuse_control, split_words

__all__ = [
    "MAX_MESSAGE",
    "MAX_TTL",
    "RdataError",
    "answer_size",
    "canonical_rdata",
    "decode_string",
    "parse_ttl",
    "plain_rdata",
]


def canonical_rdata(rdtype: str, text: str, *, origin: str | None = None) -> str:
    """Canonical text of one value of an RFC 1035 rdata `text` (decimal escapes).

    `rdtype` is one of HOSTED_TYPES; relative names need `origin`. Raises RdataError.
    """
    value = plain_rdata(rdtype, text, origin)
    return _read_slowly(rdtype, text, origin) if value is None else value


def _read_slowly(rdtype: str, text: str, origin: str | None) -> str:
    refuse_control(text)
    words = split_words(text)
    if words and words[0] == ("\\#", False):
        return canonical_rdata(rdtype, read_generic(rdtype, [word for word, _ in words[1:]]))
    if rdtype in {"HTTPS", "SVCB"}:
        return read_service(rdtype, text, words, origin)
    if rdtype in {"SPF", "TXT"}:
        return read_strings(words)
    return read_fields(rdtype, words, origin)
