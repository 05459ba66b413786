"""The domain that a zone belongs to: what somebody registered, at a registrar. Pure.

A top-level domain that the public suffix list does not know counts as one: no domain may be lost for it.
"""

from __future__ import annotations

from psfdns.suffixes import registrable_domain


def domain_of(origin: str) -> str | None:
    """The name directly below a public suffix that this canonical name is, or lies in.

    Only what registries said themselves counts: `github.io.` is a domain. None for a public suffix, and for
    reverse zones, which come with addresses (`arpa.`).
    """
    if origin in {".", "arpa."} or origin.endswith(".arpa."):
        return None
    return registrable_domain(origin, unknown=True)
