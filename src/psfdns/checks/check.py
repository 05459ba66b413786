"""What a check is: rules that it can say, and a function from a zone to findings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from psfdns.diagnostics import Diagnostic, Rule
from psfdns.names import parent_of
from psfdns.records import RRset, Zone
from psfdns.settings import ZoneSettings

ISSUERS = ("letsencrypt.org",)
"""Whom CAA has to name where psfdns.toml says nothing else."""


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
    def existing(self) -> frozenset[str]:
        """The names that exist: owners, and what lies between them and the apex (RFC 4592 §2.2.2)."""
        found = {self.origin}
        for owner in self.names:
            name = owner
            while name not in found and name != ".":
                found.add(name)
                name = parent_of(name) if "\\" in name else name.partition(".")[2] or "."
        return frozenset(found)

    @cached_property
    def delegations(self) -> frozenset[str]:
        """The names with NS below the apex; a wildcard does not delegate."""
        cuts = (name for name, types in self.names.items() if "NS" in types and not name.startswith("*."))
        return frozenset(cuts) - {self.origin}

    def at(self, name: str, rdtype: str) -> Sequence[RRset]:
        """All record sets of one name and type: several where they are routed."""
        return self.names.get(name, {}).get(rdtype, ())


@dataclass(frozen=True, slots=True)
class Check:
    """A subject of checking: its rules, and what looks for breaches of them."""

    rules: tuple[Rule, ...]
    find: Callable[[Subject], Iterable[Diagnostic]]


def first_line(rrset: RRset) -> int:
    """Where the record set begins, 0 where it is in no file."""
    span = rrset.span
    return 0 if span is None or span.first_line is None else span.first_line
