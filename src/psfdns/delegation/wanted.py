"""Which name servers a parent should name: what Route 53 assigned, or what the zone file says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psfdns.lookup.survey import Survey

_ROUTE53 = re.compile(r"ns-[0-9]+\.awsdns-[0-9]+\.(?:com|net|org|co\.uk)\.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The name servers that a parent should name.

    `assigned` is the hosted zone's delegation set, None where that is not known (`why`). `named` are the NS
    of the zone file where `apex = "managed"`: they count then. `others` are further public hosted zones of
    the same name in the account, by id, with the servers of each.
    """

    assigned: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: str | None = None

    @property
    def servers(self) -> tuple[str, ...] | None:
        """The set to compare with; None where it is not known."""
        return self.assigned if self.named is None else self.named

    @property
    def asked(self) -> tuple[str, ...]:
        """Every server that should answer for the zone, whoever names it."""
        return tuple(dict.fromkeys((*(self.assigned or ()), *(self.named or ()))))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A set of name servers beside the wanted one.

    `renamed` are servers of ours under another name, with all their addresses ours ("white-label" name
    servers, Developer Guide); `stale` look like Route 53's and are not ours; `strange` is the rest.
    """

    ours: frozenset[str]
    renamed: frozenset[str]
    missing: frozenset[str]
    stale: frozenset[str]
    strange: frozenset[str]

    @property
    def is_exact(self) -> bool:
        """Whether it is the wanted set, by these names or others."""
        return not (self.missing or self.stale or self.strange)

    @property
    def reaches_us(self) -> bool:
        """Whether any of them is ours."""
        return bool(self.ours or self.renamed)


def compare(names: Iterable[str], wanted: Iterable[str], survey: Survey) -> Comparison:
    """Tell the servers of a set apart."""
    given, ours = frozenset(names), frozenset(wanted)
    addresses = {name: _addresses(name, survey) for name in given | ours}
    all_of_ours = frozenset(each for name in ours for each in addresses[name])
    renamed = frozenset(name for name in given - ours if addresses[name] and addresses[name] <= all_of_ours)
    covered = frozenset(each for name in renamed for each in addresses[name])
    others = given - ours - renamed
    stale = frozenset(filter(_ROUTE53.fullmatch, others))
    missing = frozenset(name for name in ours - given if not addresses[name] & covered)
    return Comparison(given & ours, renamed, missing, stale, others - stale)


def _addresses(name: str, survey: Survey) -> frozenset[str]:
    host = survey.hosts.get(name)
    return frozenset((*survey.glue(name), *(server.address for server in (host.addresses if host else ()))))
