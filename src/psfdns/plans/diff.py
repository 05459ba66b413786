"""What differs between two zones, by meaning: record sets are canonical text, so equal means equal. Pure.

A change of type or of set identifier is a delete and a create, because both are part of the key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from psfdns.names import canonical_order
from psfdns.plans.plan import Change
from psfdns.plans.shapes import rrset_to_json
from psfdns.records import RRset, RRsetKey, Zone


def diff_zones(*, desired: Zone, live: Zone) -> tuple[Change, ...]:
    """The changes that turn `live` into `desired`, in canonical order of name, type, set identifier."""
    return tuple(sorted(_changes(desired, live), key=lambda change: key_order(change.key)))


def _changes(desired: Zone, live: Zone) -> Iterator[Change]:
    for key, after in desired.rrsets.items():
        before = live.rrsets.get(key)
        if before != after:
            yield Change(before=before, after=after)
    for key, before in live.rrsets.items():
        if key not in desired.rrsets:
            yield Change(before=before, after=None)


def key_order(key: RRsetKey) -> tuple[tuple[bytes, ...], str, str]:
    """The sort key of plans: canonical name order (RFC 4034 §6.1), type, set identifier."""
    return canonical_order(key.name), key.type, key.set_identifier or ""


def digest_zone(zone: Zone) -> str:
    """`sha256:…` of everything in the zone that has meaning; file positions have none."""
    lines = sorted(_line(rrset) for rrset in zone.rrsets.values())
    return "sha256:" + hashlib.sha256("\n".join([zone.origin, *lines]).encode()).hexdigest()


def _line(rrset: RRset) -> str:
    """One record set as one line; canonical text has neither tabs nor line breaks."""
    if rrset.alias is None and rrset.routing is None and rrset.health_check is None:
        return "\t".join((*map(str, rrset.key), str(rrset.ttl), *rrset.values))
    return "\t".join((*map(str, rrset.key), json.dumps(rrset_to_json(rrset), sort_keys=True)))
