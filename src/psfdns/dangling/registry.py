"""Which part of a name is bought from a registry: by the public suffix list. Pure."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from psfdns.names import labels_of, name_from_labels

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def registrable_domain(name: str) -> str | None:
    """The name that somebody registered, or could; None for a suffix, and below none that is known.

    Suffixes that a company runs (`github.io`) are names that it has registered, so they count as names.
    """
    labels = labels_of(name)
    plain = b".".join(label.replace(b".", b"-") for label in labels)
    known = _suffixes().privateparts(plain.decode("ascii", "replace"))
    if not known:
        return None
    depth = len(labels) - len(known) + 1
    return name_from_labels(labels[-depth:])


@functools.cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, only_icann=True)
