"""The domain that a zone belongs to: what somebody registered, at a registrar. Pure.

A top-level domain that the public suffix list does not know counts as one: no domain may be lost for it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def domain_of(origin: str) -> str | None:
    """The name directly below a public suffix that this canonical name is, or lies in.

    Only what registries said themselves counts: `github.io.` is a domain. None for a public suffix, and for
    reverse zones, which come with addresses (`arpa.`).
    """
    if origin in {".", "arpa."} or origin.endswith(".arpa."):
        return None
    domain = _suffixes().privatesuffix(origin.removesuffix("."))
    return None if domain is None else f"{domain}."


@functools.cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)
