"""What answers weigh on the wire; dnspython writes the message. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from psfdns.names import labels_of

MAX_MESSAGE = 65_535
"""Octets of the largest DNS message (RFC 1035 §4.2.2)."""

_HEADER, _QUESTION, _EDNS = 12, 4, 11
"""Octets of the header, of a question's type and class, of an empty OPT record (RFC 6891 §6.1.2)."""
_RECORD = 12
"""Octets of a record in front of its rdata, its name being a pointer to the question."""
_ESCAPE = re.compile(r"\\(?:[0-9]{3}|.)")


def answer_size(name: str, rdtype: str, values: Sequence[str]) -> int:
    """Octets of the message that answers a question with these canonical values, names compressed.

    With EDNS, without what a server may add of its own: signatures, additional addresses. What no message
    can hold weighs MAX_MESSAGE + 1.
    """
    if rdtype in {"SPF", "TXT"}:
        return min(_texts_size(name, values), MAX_MESSAGE + 1)
    if len(values) * _RECORD > MAX_MESSAGE:
        return MAX_MESSAGE + 1
    import dns.exception
    import dns.message
    import dns.rrset

    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1_232)
    answer = dns.message.make_response(query)
    answer.answer.append(dns.rrset.from_text_list(name, 0, "IN", rdtype, values, relativize=False))
    try:
        return len(answer.to_wire(max_size=MAX_MESSAGE))
    except dns.exception.TooBig:
        return MAX_MESSAGE + 1


def _texts_size(name: str, values: Sequence[str]) -> int:
    """The same for strings, which nothing compresses: no message has to be made of many long ones."""
    question = sum(len(label) + 1 for label in labels_of(name)) + 1 + _QUESTION
    return _HEADER + question + _EDNS + sum(_RECORD + _strings_size(value) for value in values)


def _strings_size(value: str) -> int:
    """Octets of a canonical value's strings, each with its length in front."""
    plain = _ESCAPE.sub("x", value) if "\\" in value else value
    return len(plain) - 2 * plain.count('" "') - 1
