"""What keys are called: by zone and number, so that a second try finds the first one's. Pure."""

from __future__ import annotations

import hashlib
import re

PREFIX = "psfdns_"
MAX_NAME = 128
"""Of [A-Za-z0-9_], three at least (API reference, CreateKeySigningKey)."""
_OTHERS = re.compile(r"[^a-z0-9]+")
_ROOM = 100


def key_name(zone: str, number: int) -> str:
    """`psfdns_python_org_1`; of a long name the beginning, and a digest of all of it."""
    stem = _OTHERS.sub("_", zone.removesuffix(".").lower()).strip("_")
    if len(stem) > _ROOM:
        stem = f"{stem[:_ROOM]}_{hashlib.sha256(zone.encode()).hexdigest()[:8]}"
    return f"{PREFIX}{stem}_{number}"
