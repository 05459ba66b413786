"""What answers weigh on the wire; dnspython writes the message. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MAX_MESSAGE = 65_535
"""Octets of the largest DNS message (RFC 1035 §4.2.2)."""


def answer_size(name: str, rdtype: str, values: Sequence[str]) -> int:
    """Octets of the message that answers a question with these canonical values, names compressed.

    With EDNS, without what a server may add of its own: signatures, additional addresses. What no message
    can hold weighs MAX_MESSAGE + 1.
    """
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
