"""Which URLs we speak to: https, and http on this machine alone (docs/contract.md §5). Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_PLAIN = re.compile(r"[!-~]{1,2000}")
"""ASCII without spaces: what may stand in a request line as it is."""


def read_url(text: str) -> SplitResult | None:
    """The parts of a URL that we may speak to; None for any other. Names and passwords in it are refused."""
    if not _PLAIN.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    is_known = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host or ""))
    return parts if is_known and host and "@" not in parts.netloc and not parts.fragment else None


def is_loopback(host: str) -> bool:
    """Whether a host, as a URL has it, with the brackets of an IPv6 address or without, is this machine."""
    bare = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"


def same_place(first: SplitResult, second: SplitResult) -> bool:
    """Whether two URLs are of one scheme, host and port: what may be told a secret that the other knows."""
    return _place(first) == _place(second)


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
