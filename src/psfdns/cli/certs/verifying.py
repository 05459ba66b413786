"""What `certs verify` does: which names, where they lead, what is shown there, what the store says of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.certs.chains import ChainError, read_chain
from psfdns.certs.coverage import Entry, Spot, find_entries, find_spots, find_uncovered
from psfdns.certs.holdings import gather_holdings
from psfdns.certs.verifying import Look, Seen, Verdict, judge_looks
from psfdns.checks.suppression import silence
from psfdns.cli.certs.certificates import open_manifests
from psfdns.cli.certs.certifying import Stands, look_at_store
from psfdns.cli.certs.reaching import open_names
from psfdns.cli.certs.storing import open_store
from psfdns.cli.repository import read_zone
from psfdns.cli.views.plan_words import count
from psfdns.cli.wiring import Workspace, monotonic, open_repository, talk
from psfdns.diagnostics import Diagnostic
from psfdns.web.handshake import (
    Call,
    Heard,
    Shown,
    Silence,
    Unheard,
    Ways,
    keep_here,
    open_ways,
    shake_hands,
)

if TYPE_CHECKING:
    from psfdns.certs.certificate import WantedCertificate
    from psfdns.lookup.hosts import Host
    from psfdns.plans.desired import DesiredZone
    from psfdns.tenants.load import Repository

MAX_SECONDS = 900.0
"""After these nobody new is connected to; what is left could not be checked."""
MAX_HOSTS = 4000
"""Of one run: more than thousands of zones serve, and less than a hostile file can name."""
MAX_ADDRESSES = 16
"""Of one host."""
MAX_CALLS = 16_000
"""Connections of one run: what is remembered of each takes room."""
BATCH = 100
"""Handshakes between two looks at the clock."""
_LATE = Unheard(Silence.LATE)
_TOO_MANY_HOSTS = f"it is one of more than {MAX_HOSTS:,} names"
_TOO_MANY_CALLS = f"its addresses are beyond the first {MAX_CALLS:,}"
_TOO_MANY_ADDRESSES = f"it has more than {MAX_ADDRESSES} addresses"


@dataclass(frozen=True, slots=True)
class Verification:
    """Verdicts, the worst first; what the store and the files say beside; zones that were passed over.

    `asked` counts the names that no certificate covers and that were looked at.
    """

    verdicts: tuple[Verdict, ...]
    stands: Stands
    unread: Mapping[str, str]
    asked: int = 0


def verify(
    workspace: Workspace, *, names: Sequence[str], tenant: str | None, now: datetime.datetime
) -> Verification:
    """Names and tenant intersect, none means all. Raises UsageError, StoreError, OutsideError."""
    store = open_store(workspace)
    stands = look_at_store(workspace, names=names, tenant=tenant, store=store)
    repository = open_repository(workspace)
    zones, unread = _read_zones(workspace, repository)
    entries = [entry for label, zone in zones.items() for entry in _entries(label, zone)]
    spots = list(_choose(workspace, repository, stands, entries, names=names, tenant=tenant))
    looks = _look_at_all(workspace, spots)
    holdings = gather_holdings(store, stands.standings, looks)
    judged = _without_silenced(judge_looks(looks, holdings, now=now), zones)
    verdicts = [each for each in judged if _is_told(each)]
    verdicts.sort(key=lambda each: each.status.rank)
    concerned = {label: why for label, (of, why) in unread.items() if not names and tenant in {None, of}}
    asked = sum(spot.wanted is None for spot in spots)
    return Verification(tuple(verdicts), stands, concerned, asked)


def _without_silenced(verdicts: Sequence[Verdict], zones: Mapping[str, DesiredZone]) -> Iterator[Verdict]:
    """Without the findings that a zone file silences at the record (`; psfdns: ignore=name-not-covered`)."""
    by_zone: dict[str, list[Diagnostic]] = {}
    for verdict in verdicts:
        for found in verdict.found:
            by_zone.setdefault(found.spot.zone or "", []).append(found.diagnostic)
    kept: set[Diagnostic] = set(by_zone.pop("", ()))
    for label, findings in by_zone.items():
        zone = zones[label]
        if zone.zone is not None:
            kept.update(silence(findings, zone.suppressions, zone.zone))
    for verdict in verdicts:
        yield replace(verdict, found=tuple(each for each in verdict.found if each.diagnostic in kept))


def _is_told(verdict: Verdict) -> bool:
    """A name that nobody covers and nobody serves is none of our concern."""
    is_covered = verdict.look.spot.wanted is not None
    return is_covered or bool(verdict.found) or verdict.look.unknown is not None


def _read_zones(
    workspace: Workspace, repository: Repository
) -> tuple[dict[str, DesiredZone], dict[str, tuple[str, str]]]:
    """The public zones by label; of those with errors, the tenant and why they are passed over."""
    zones: dict[str, DesiredZone] = {}
    unread: dict[str, tuple[str, str]] = {}
    for file in repository.zone_files:
        if file.settings.private:
            continue
        zone = read_zone(file, workspace.config)
        if zone.zone is None:
            unread[zone.label] = (file.tenant, "its file has errors")
        else:
            zones[zone.label] = zone
    return zones, unread


def _entries(label: str, zone: DesiredZone) -> Iterator[Entry]:
    from psfdns.checks.check import Subject

    if zone.zone is not None:
        subject = Subject(zone.zone, zone.settings, zone.path)
        yield from find_entries(subject, tenant=zone.tenant, label=label)


def _choose(
    workspace: Workspace,
    repository: Repository,
    stands: Stands,
    entries: Sequence[Entry],
    *,
    names: Sequence[str],
    tenant: str | None,
) -> Iterator[Spot]:
    """The names of the certificates that are meant; unless they were named, also those that none covers."""
    origins = [file.origin.removesuffix(".") for file in repository.zone_files]
    meant: list[WantedCertificate] = [each.wanted for each in stands.standings]
    every = open_manifests(workspace, repository).certificates
    yield from find_spots(meant, entries, origins, every=every)
    if not names:
        for spot in find_uncovered(entries, every):
            if tenant in {None, spot.tenant}:
                yield spot


def _look_at_all(workspace: Workspace, spots: Sequence[Spot]) -> list[Look]:
    hosts = _in_turn(spots)
    until = monotonic() + MAX_SECONDS
    found = _resolve(workspace, hosts[:MAX_HOSTS])
    calls = list(_calls(found))[:MAX_CALLS]
    talk(workspace.options, f"looking at {count(len(hosts), 'name')} by {count(len(calls), 'connection')}")
    ways = keep_here(open_ways()) if workspace.options.sandbox else open_ways()
    seen = dict(zip(calls, _see_all(calls, ways, until), strict=True))
    return [_look(spot, found.get(spot.host), seen) for spot in spots]


def _in_turn(spots: Iterable[Spot]) -> list[str]:
    """The hosts, those of certificates first and tenants in turn: many of one keep none of another out."""
    turns: dict[tuple[bool, str], dict[str, None]] = {}
    for spot in spots:
        turns.setdefault((spot.wanted is None, spot.tenant), {})[spot.host] = None
    ordered = [
        (is_uncovered, number, host)
        for (is_uncovered, _), hosts in turns.items()
        for number, host in enumerate(hosts)
    ]
    ordered.sort(key=lambda each: each[:2])
    return list(dict.fromkeys(host for *_, host in ordered))


def _calls(found: Mapping[str, Host]) -> Iterator[Call]:
    """The first address of every host, then the second ones: silent addresses of one keep none waiting."""
    addresses = {host: _addresses(each) for host, each in found.items()}
    for number in range(MAX_ADDRESSES):
        yield from (Call(host, each[number]) for host, each in addresses.items() if number < len(each))


def _resolve(workspace: Workspace, hosts: Iterable[str]) -> dict[str, Host]:
    from psfdns.lookup.answer import Question
    from psfdns.lookup.hosts import read_host
    from psfdns.lookup.resolve import ADDRESS_TYPES, usable_or_failure
    from psfdns.web.handshake import PORT

    names = {host: f"{host}." for host in hosts}
    questions = [Question(name, rdtype) for name in names.values() for rdtype in ADDRESS_TYPES]
    answers = open_names(workspace).resolve(questions) if questions else {}
    found = {}
    for host, name in names.items():
        asked = [usable_or_failure(answers[Question(name, each)]) for each in ADDRESS_TYPES]
        found[host] = read_host(name, asked, port=PORT)
    return found


def _addresses(host: Host) -> list[str]:
    return [server.address for server in host.addresses][:MAX_ADDRESSES]


def _see_all(calls: Sequence[Call], ways: Ways, until: float) -> Iterator[Seen]:
    """What each shows, read batch by batch, so that the bytes of thousands of chains are never held."""
    for start in range(0, len(calls), BATCH):
        batch = calls[start : start + BATCH]
        heard = shake_hands(batch, ways) if monotonic() < until else [_LATE] * len(batch)
        yield from map(_see, batch, heard)


def _see(call: Call, heard: Heard) -> Seen:
    if not isinstance(heard, Shown):
        return Seen(call.address, unheard=heard)
    try:
        return Seen(call.address, read_chain(heard.chain, call.host), heard.protocol)
    except ChainError as error:
        return Seen(call.address, protocol=heard.protocol, unreadable=str(error))


def _look(spot: Spot, host: Host | None, seen: Mapping[Call, Seen]) -> Look:
    if host is None:
        return Look(spot, unknown=_TOO_MANY_HOSTS)
    calls = [Call(spot.host, address) for address in _addresses(host)]
    those = tuple(seen[call] for call in calls if call in seen)
    if len(those) < len(calls):
        return Look(spot, those, _TOO_MANY_CALLS)
    if host.failure is not None:
        return Look(spot, those, host.failure.words)
    if any(each.unheard == _LATE for each in those):
        return Look(spot, those, _LATE.words)
    return Look(spot, those, _TOO_MANY_ADDRESSES if len(host.addresses) > MAX_ADDRESSES else None)
