"""Where the page of a zone or tenant lies: names that mean the same to every file system and URL. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

Shape = dict[str, Any]

NOBODY = "__none"
"""The page of what no tenant claims; an escaped name never holds two underlines in a row."""
LONGEST = 200
"""Characters of a file's name; 255 bytes are what file systems take."""

_PLAIN = re.compile(rb"[a-z0-9.-]")


def file_stem(text: str) -> str:
    """`text` in lower-case letters, digits, dots and hyphens; other bytes, and a first dot, as `_` and hex.

    Different texts have different stems, on a file system that ignores case too. One that is too long is cut,
    and told from others by its digest.
    """
    data = text.encode("utf-8", "surrogateescape")
    stem = "".join(
        chr(byte) if _PLAIN.fullmatch(bytes([byte])) and (place or byte != ord(".")) else f"_{byte:02x}"
        for place, byte in enumerate(data)
    )
    if len(stem) <= LONGEST:
        return stem
    return f"{stem[: LONGEST - 40]}__{hashlib.sha256(data).hexdigest()[:32]}"


def zone_paths(zones: Iterable[Shape]) -> dict[tuple[str, str | None], str]:
    """(name, view) of each zone -> `zones/<zone>.html`, of a view `zones/<zone>@<view>.html`."""
    return {(zone["name"], zone["view"]): _zone_path(zone) for zone in zones}


def _zone_path(zone: Shape) -> str:
    stem = file_stem(zone["name"].removesuffix(".") or ".")
    view = "" if zone["view"] is None else f"@{file_stem(zone['view'])}"
    return f"zones/{stem}{view}.html"


def tenant_path(slug: str | None) -> str:
    """`tenants/<slug>.html`."""
    return f"tenants/{NOBODY if slug is None else file_stem(slug)}.html"
