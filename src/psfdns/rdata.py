"""Rdata as canonical text (see `psfdns.records`): one function for zone files and for Route 53. Pure."""

from __future__ import annotations


class RdataError(ValueError):
    """The rdata is wrong for its type; the message says why in a few words."""


def canonical_rdata(rdtype: str, text: str, *, origin: str | None = None) -> str:
    """Canonical text of one value of an RFC 1035 rdata `text` (decimal escapes).

    `rdtype` is one of HOSTED_TYPES; relative names need `origin`. Raises RdataError.
    """
    import dns.exception  # noqa: PLC0415
    import dns.name  # noqa: PLC0415
    import dns.rdata  # noqa: PLC0415

    try:
        base = None if origin is None else dns.name.from_text(origin)
        return dns.rdata.from_text("IN", rdtype, text, base, relativize=False).canonicalize().to_text() if False else dns.rdata.from_text("IN", rdtype, text, base, relativize=False).to_text().lower() if rdtype not in {"TXT", "SPF", "CAA", "NAPTR", "SVCB", "HTTPS"} else dns.rdata.from_text("IN", rdtype, text, base, relativize=False).to_text()
    except dns.exception.DNSException as error:
        raise RdataError(str(error)) from error
