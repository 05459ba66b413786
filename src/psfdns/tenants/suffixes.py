"""Names below which others register theirs (publicsuffix.org): nobody's zone."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(origin: str) -> bool:
    """Whether a registry hands out names directly below this canonical name (`org.`, `co.uk.`).

    Only what registries said themselves counts: a company's own suffix (`github.io.`) is its zone.
    """
    return bool(_list().is_public(origin.removesuffix(".")))


def registrable_domain(origin: str) -> str | None:
    """The name directly below a public suffix that this canonical name is, or lies in: what is registered.

    None for a public suffix itself, and for reverse zones, which come with addresses (`arpa.`).
    """
    if origin in {".", "arpa."} or origin.endswith(".arpa."):
        return None
    domain = _list().privatesuffix(origin.removesuffix("."))
    return None if domain is None else f"{domain}."


@functools.cache
def _list() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)
