r"""Record sets and zones as values: pure, frozen, compared by meaning.

Names and rdata are held as canonical text, which makes comparing, hashing, sorting and printing
of a hundred thousand records cheap; `psfdns.names` and `psfdns.rdata` make that text (and
dnspython's objects from it where one is wanted). Canonical text:

* names: absolute, lower case, A-labels, final dot, escaped as dnspython prints them (RFC 1035 §5.1,
  decimal ``\DDD``);
* values: one line of RFC 1035 rdata with absolute lower-case names, TXT strings each in quotes with
  ``"`` and ``\`` escaped and bytes outside 0x20-0x7e as ``\DDD``; two values mean the same exactly
  when their canonical text is equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from psfdns.diagnostics import Span
from psfdns.routing import Routing

SELF_ZONE = "$self"
"""The alias zone id that means "the hosted zone this record set is in" (cli53's convention)."""

HOSTED_TYPES = frozenset("A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT".split())
"""The record types that Route 53 hosts (API reference, RRType)."""

TARGET_WORD: Mapping[str, int] = {
    "CNAME": 0,
    "HTTPS": 1,
    "MX": 1,
    "NAPTR": -1,
    "NS": 0,
    "PTR": 0,
    "SRV": 3,
    "SVCB": 1,
}
"""Type -> which word of its canonical value is the name that it leads to; NAPTR's regular expression, which
stands in front of that, may hold blanks."""


class RRsetKey(NamedTuple):
    """What identifies a record set in Route 53: canonical owner name, type mnemonic, set identifier."""

    name: str
    type: str
    set_identifier: str | None = None

    def __str__(self) -> str:
        """`www.example.com. A`, with the set identifier quoted behind it where there is one."""
        plain = f"{self.name} {self.type}"
        return plain if self.set_identifier is None else f'{plain} "{self.set_identifier}"'


@dataclass(frozen=True, slots=True)
class Alias:
    """A Route 53 alias target; `zone_id` is a hosted zone id or `SELF_ZONE`."""

    name: str
    zone_id: str
    evaluate_target_health: bool


@dataclass(frozen=True, slots=True)
class RRset:
    """One record set: either `ttl` and `values` (canonical text, sorted, unique) or `alias`.

    `spans` runs parallel to `values` (one span for an alias) and is empty for what was read from
    Route 53; it never takes part in comparison.
    """

    key: RRsetKey
    ttl: int | None
    values: tuple[str, ...] = ()
    alias: Alias | None = None
    routing: Routing | None = None
    health_check: str | None = None
    spans: tuple[Span, ...] = field(default=(), compare=False, repr=False)

    @property
    def span(self) -> Span | None:
        """Where the record set begins in its file, or None."""
        return min(self.spans, key=lambda span: span.first_line or 0) if self.spans else None

    @property
    def name(self) -> str:
        """The canonical owner name."""
        return self.key.name

    @property
    def type(self) -> str:
        """The type mnemonic, upper case."""
        return self.key.type


@dataclass(frozen=True, slots=True)
class Zone:
    """The record sets of one zone by key; `origin` is a canonical name."""

    origin: str
    rrsets: Mapping[RRsetKey, RRset]
