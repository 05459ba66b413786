"""What makes a procedure safer, and is not waited for. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.record import Kind, Record

ZONE_TTL, NEGATIVE_TTL = 3600, 300
"""Route 53 advises these while DNSSEC is being enabled (Developer Guide, Enabling DNSSEC signing)."""

_HOW = 'They are lowered in the zone file; those of its SOA and NS once apex = "managed" in tenant.toml'


def advise(record: Record) -> Iterator[str]:
    """While there is time: before anything is signed, and before a DS is there."""
    if record.kind is not Kind.ENABLE or "signing" in record.done:
        return
    longest, denials = record.ttls.get(timing.ZONE), record.ttls.get(timing.NEGATIVE)
    if longest is not None and longest.seconds > ZONE_TTL:
        yield (
            f"the zone has TTLs of up to {longest.seconds} s, and what is wrong is cached as long: Route 53 "
            f"advises {ZONE_TTL} s at most while DNSSEC is being enabled. {_HOW}; the wait is for the old "
            "TTLs anyway"
        )
    if denials is not None and denials.seconds > NEGATIVE_TTL:
        yield (
            f"denials are cached for {denials.seconds} s (SOA): Route 53 advises {NEGATIVE_TTL} s "
            f"while DNSSEC is being enabled. {_HOW}"
        )
