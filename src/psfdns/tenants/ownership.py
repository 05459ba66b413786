"""Who owns which zone: each zone once, ids once, subzones of another tenant's zone by permission. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from psfdns.diagnostics import Diagnostic, Rule, Span
from psfdns.names import labels_of, name_from_labels
from psfdns.tenants.rules import ID_TWICE, OTHER_TENANTS_ZONE, TWO_PUBLIC_ZONES, UNKNOWN_TENANT, ZONE_TWICE
from psfdns.tenants.zone_file import ZoneFile

_Key = TypeVar("_Key", bound=Hashable)


STOPS_PLANS = frozenset({ZONE_TWICE.code, ID_TWICE.code})
"""Codes of conflicts in which nobody can say what is wanted; the others are matters of policy."""


def find_conflicts(files: Sequence[ZoneFile], tenants: Collection[str]) -> tuple[Diagnostic, ...]:
    """What the files say against each other, at each file concerned."""
    return tuple(_find_all(files, tenants))


def _find_all(files: Sequence[ZoneFile], tenants: Collection[str]) -> Iterator[Diagnostic]:
    yield from _find_doubles(((file.origin, file.view), file) for file in files)
    yield from _find_same_ids(files)
    yield from _find_strangers(files)
    yield from _find_public_doubles(files)
    for file in files:
        for name, tenant in file.settings.delegated.items():
            if tenant not in tenants:
                summary = f"{name} is delegated to {tenant}, which is no tenant here"
                yield _broken(UNKNOWN_TENANT, file, summary)


def _find_doubles(keyed: Iterable[tuple[_Key, ZoneFile]]) -> Iterator[Diagnostic]:
    for same in _groups(keyed):
        for file in same:
            others = _others(other.shown_path for other in same if other is not file)
            yield _broken(ZONE_TWICE, file, f"{file.stem} has another file: {others}")


def _find_same_ids(files: Iterable[ZoneFile]) -> Iterator[Diagnostic]:
    for same in _groups((file.settings.id, file) for file in files if file.settings.id is not None):
        for file in same:
            others = _others(other.stem for other in same if other is not file)
            yield _broken(ID_TWICE, file, f"{file.stem} pins {file.settings.id}, and so does {others}")


def _find_strangers(files: Sequence[ZoneFile]) -> Iterator[Diagnostic]:
    """A zone below another tenant's is there by that tenant's `delegated` only."""
    owners: dict[str, list[ZoneFile]] = {}
    for file in files:
        owners.setdefault(file.origin, []).append(file)
    for file in files:
        above = _nearest_above(file.origin, owners)
        if not above or any(_permits(zone, file) for zone in above):
            continue
        hint = (
            f'delegated = {{ "{file.origin.removesuffix(".")}" = "{file.tenant}" }} in {above[0].tenant}\'s'
        )
        summary = f"{file.stem} lies in {above[0].stem} of {above[0].tenant}, which does not delegate it"
        yield _broken(OTHER_TENANTS_ZONE, file, summary, hint=f"{hint} tenant.toml permits it")


def _nearest_above(origin: str, owners: Mapping[str, Sequence[ZoneFile]]) -> Sequence[ZoneFile]:
    labels = labels_of(origin)
    names = (name_from_labels(labels[start:]) for start in range(1, len(labels)))
    return next((owners[name] for name in names if name in owners), ())


def _permits(zone: ZoneFile, below: ZoneFile) -> bool:
    return zone.tenant == below.tenant or any(
        tenant == below.tenant and _covers(name + ".", below.origin)
        for name, tenant in zone.settings.delegated.items()
    )


def _covers(name: str, origin: str) -> bool:
    return origin == name or origin.endswith("." + name)


def _find_public_doubles(files: Iterable[ZoneFile]) -> Iterator[Diagnostic]:
    for same in _groups((file.origin, file) for file in files if not file.settings.private):
        if len({file.view for file in same}) == len(same):
            for file in same:
                summary = f"{file.origin} has {len(same)} public zones, and the world sees only one of them"
                yield _broken(TWO_PUBLIC_ZONES, file, summary)


def _others(names: Iterable[str]) -> str:
    """The first few names."""
    few = list(itertools.islice(names, 4))
    return ", ".join([*few[:3], *(["…"] if len(few) > 3 else [])])


def _groups(keyed: Iterable[tuple[_Key, ZoneFile]]) -> Iterator[list[ZoneFile]]:
    """The files that share a key with another."""
    groups: dict[_Key, list[ZoneFile]] = {}
    for key, file in keyed:
        groups.setdefault(key, []).append(file)
    return (group for group in groups.values() if len(group) > 1)


def _broken(rule: Rule, file: ZoneFile, summary: str, *, hint: str | None = None) -> Diagnostic:
    return rule.broken(Span(file.shown_path), summary, hint=hint)
