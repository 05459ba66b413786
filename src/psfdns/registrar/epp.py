"""Status values by their EPP names (RFC 8056 §2), however a registry or a registrar spells them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_STATUS = 32
"""Values of one domain; EPP knows 26."""

_OTHER_WORDS = {"active": "ok", "associated": "linked"}
"""RDAP's words that EPP has others for; all else is the same words, run together."""
_STATUS = re.compile(r"[A-Za-z][A-Za-z ]{0,59}")


def epp_status(values: Iterable[object]) -> tuple[str, ...]:
    """The EPP names, sorted, each once; what is no status at all is left out."""
    found = {_epp_name(value) for value in values if isinstance(value, str) and _STATUS.fullmatch(value)}
    return tuple(sorted(found)[:MAX_STATUS])


def _epp_name(text: str) -> str:
    """`client transfer prohibited` -> `clientTransferProhibited`; a name that is EPP's already stays."""
    words = text.split()
    if len(words) == 1 and words[0][:1].islower() and words[0].lower() not in _OTHER_WORDS:
        return words[0]
    spelled = " ".join(words).lower()
    first, *rest = spelled.split()
    return _OTHER_WORDS.get(spelled, first + "".join(word.capitalize() for word in rest))
