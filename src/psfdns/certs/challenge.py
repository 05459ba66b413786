"""Where CAs look for the proof that a name is ours (RFC 8555 §8.4). Pure.

Each name has a target of its own below the validation zone: with one for several names, their values would
meet at one record set.
"""

from __future__ import annotations

import base64
import hashlib

from psfdns.certs.certificate import without_wildcard
from psfdns.names import MAX_LABEL, MAX_NAME

PREFIX = "_acme-challenge"


def challenge_name(name: str) -> str:
    """Canonical, with its final dot; that of a wildcard is that of the name below which it stands."""
    return f"{PREFIX}.{without_wildcard(name)}."


def challenge_target(name: str, validation_zone: str) -> str:
    """Where `challenge_name` has to lead: the name itself below the zone, or, where that is too long, a hash.

    Both canonical. The hash is a label of 52 characters: SHA-256 in base 32.
    """
    bare = without_wildcard(name)
    target = f"{bare}.{validation_zone}"
    if len(target) + 1 <= MAX_NAME:
        return target
    digest = base64.b32encode(hashlib.sha256(bare.encode()).digest()).decode("ascii")
    return f"{digest.rstrip('=').lower()[:MAX_LABEL]}.{validation_zone}"
