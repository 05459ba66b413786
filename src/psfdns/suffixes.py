"""Below which names others register theirs, and which part of a name is bought: the public suffix list. Pure.

Only what registries said themselves counts (publicsuffix.org, "ICANN domains"): a suffix that a company runs,
such as `github.io`, is a name that it has registered. The library brings the list, and is loaded when asked.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from psfdns.names import labels_of, name_from_labels

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def registrable_domain(name: str, *, unknown: bool = False) -> str | None:
    """The name that somebody registered, or could; None for a suffix.

    Below a top-level domain that the list does not know it is None, or with `unknown` what lies right below.
    """
    labels = labels_of(name)
    plain = b".".join(label.replace(b".", b"-") for label in labels)
    known = _suffixes(unknown=unknown).privateparts(plain.decode("ascii", "replace"))
    if not known:
        return None
    depth = len(labels) - len(known) + 1
    return name_from_labels(labels[-depth:])


def is_public_suffix(name: str) -> bool:
    """Whether a registry hands out names directly below this canonical name (`org.`, `co.uk.`).

    A top-level domain that the list does not know counts as one.
    """
    return bool(_suffixes(unknown=True).is_public(name.removesuffix(".")))


@functools.lru_cache(maxsize=1 << 12)
def is_registrable(text: str) -> bool:
    """Whether a name, without its final dot, lies below a suffix that is known."""
    return _suffixes().privatesuffix(text) is not None


@functools.cache
def _suffixes(*, unknown: bool = False) -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=unknown, only_icann=True)
