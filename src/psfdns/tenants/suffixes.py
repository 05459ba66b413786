"""Names below which others register theirs (publicsuffix.org): nobody's zone."""

from __future__ import annotations

import functools
from collections.abc import Callable


def is_public_suffix(origin: str) -> bool:
    """Whether a registry hands out names directly below this canonical name (`org.`, `co.uk.`).

    Only what registries said themselves counts: a company's own suffix (`github.io.`) is its zone.
    """
    return _judge()(origin.removesuffix("."))


@functools.cache
def _judge() -> Callable[[str], bool]:
    from publicsuffixlist import PublicSuffixList

    is_public: Callable[[str], bool] = PublicSuffixList(only_icann=True).is_public
    return is_public
