"""What a check is: rules that it can say, and a function from a zone to findings. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from psfdns.diagnostics import Diagnostic, Rule, Span
from psfdns.records import RRset, Zone
from psfdns.settings import Apex, ZoneSettings

ISSUERS = ("letsencrypt.org",)
"""Whom CAA has to name where psfdns.toml says nothing else."""


class ExistingNames:
    """Which names exist, without a list of them: deep names have a hundred above them each."""

    def __init__(self, origin: str, owners: Collection[str]) -> None:
        self._origin = origin
        self._owners = owners
        self._backwards = sorted(map(_backwards, owners))

    def __contains__(self, name: object) -> bool:
        """Whether it is an owner, or one lies below it."""
        if name == self._origin or name in self._owners:
            return True
        below = f"{_backwards(str(name))}."
        place = bisect.bisect_left(self._backwards, below)
        return place < len(self._backwards) and self._backwards[place].startswith(below)


_ESCAPE = re.compile(r"\\([0-9]{3}|.)", re.DOTALL)


def _backwards(name: str) -> str:
    """Its characters from the end, so that what lies below a name begins with it."""
    return (_ESCAPE.sub(_without_dot, name) if "\\" in name else name)[::-1]


def _without_dot(escape: re.Match[str]) -> str:
    """An escaped dot parts no labels."""
    return "\\:" if escape[1] == "." else escape[0]


@dataclass(frozen=True)
class Subject:
    """What is checked: a zone with its settings, and the indexes that checks share.

    `misread` holds the places (path and line) of targets of which the reader has said already that they
    are not what was meant. `issuers` are the domains by which CAA names the CAs that are asked for
    certificates, none where that is not known.
    """

    zone: Zone
    settings: ZoneSettings
    path: str | None = None
    misread: frozenset[tuple[str, int]] = frozenset()
    issuers: tuple[str, ...] = ISSUERS

    @property
    def origin(self) -> str:
        """The zone's name."""
        return self.zone.origin

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, Sequence[RRset]]]:
        """The record sets by name, then by type."""
        index: dict[str, dict[str, list[RRset]]] = {}
        for rrset in self.zone.rrsets.values():
            index.setdefault(rrset.key.name, {}).setdefault(rrset.key.type, []).append(rrset)
        return index

    @cached_property
    def existing(self) -> ExistingNames:
        """The names that exist: owners, and what lies between them and the apex (RFC 4592 §2.2.2)."""
        return ExistingNames(self.origin, self.names)

    @cached_property
    def delegations(self) -> frozenset[str]:
        """The names with NS below the apex; a wildcard does not delegate."""
        cuts = (name for name, types in self.names.items() if "NS" in types and not name.startswith("*."))
        return frozenset(cuts) - {self.origin}

    @cached_property
    def deepest_delegation(self) -> int:
        """How many labels the longest name in `delegations` has."""
        return max((name.count(".") for name in self.delegations), default=0)

    def at(self, name: str, rdtype: str) -> Sequence[RRset]:
        """All record sets of one name and type: several where they are routed."""
        return self.names.get(name, {}).get(rdtype, ())

    def is_decoration(self, rrset: RRset) -> bool:
        """Whether it is SOA or NS of the apex that only make the file complete: Route 53's own are used."""
        at_apex = rrset.name == self.origin and rrset.type in {"SOA", "NS"}
        return at_apex and self.settings.apex is Apex.ROUTE53


@dataclass(frozen=True, slots=True)
class Check:
    """A subject of checking: its rules, and what looks for breaches of them."""

    rules: tuple[Rule, ...]
    find: Callable[[Subject], Iterable[Diagnostic]]


def first_line(rrset: RRset) -> int:
    """Where the record set begins, 0 where it is in no file."""
    span = rrset.span
    return 0 if span is None or span.first_line is None else span.first_line


def place_of(there: Span | None, *, seen_from: Span | None) -> str:
    """How a finding points at another place: `line 7`, or with its file where that differs."""
    if there is None or there.first_line is None:
        return ""
    return f"line {there.first_line}" if seen_from is None or seen_from.path == there.path else str(there)
