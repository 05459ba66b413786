"""Which names are looked at: those of certificates, and those of our zones that no certificate covers. Pure.

A wildcard is no name that can be asked for: it is tried at the names of our zones that it covers. Where a
zone has a wildcard itself, or none of our zones holds the name, a name of our own making stands for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.served import covers, covers_any
from psfdns.checks.answers import delegation_above
from psfdns.checks.check import Subject
from psfdns.diagnostics import Span

PROBE = "psfdns-probe"
"""The label that stands for a wildcard's."""
_LEADING = ("A", "AAAA", "CNAME")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spot:
    """A host to look at, without final dot. `covered_by` is the name that the certificate covers it by.

    `wanted` is None where no certificate covers it; `zone` is the label of the zone that has it then.
    """

    host: str
    tenant: str
    wanted: WantedCertificate | None = None
    covered_by: str | None = None
    zone: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of a zone that may lead to a server, as it is asked for; a wildcard by a name of our making."""

    host: str
    tenant: str
    zone: str
    span: Span | None = None


def find_entries(subject: Subject, *, tenant: str, label: str) -> Iterator[Entry]:
    """The names of a zone that have addresses, or lead on, and can be a web server's."""
    for name, types in subject.names.items():
        leading = [rrset for rdtype in _LEADING for rrset in types.get(rdtype, ())]
        host = _host_of(name)
        if leading and host is not None and delegation_above(subject, name) is None:
            yield Entry(host, tenant, label, leading[0].span)


def _host_of(name: str) -> str | None:
    """As a client asks for it; a service's name (`_dmarc`) by none."""
    host = name.removesuffix(".")
    if host.startswith("*."):
        host = f"{PROBE}{host[1:]}"
    return host if _HOST.fullmatch(host) else None


def find_spots(
    certificates: Iterable[WantedCertificate],
    entries: Sequence[Entry],
    origins: Iterable[str],
    *,
    every: Iterable[WantedCertificate],
) -> Iterator[Spot]:
    """The hosts at which certificates are looked for; `origins` are our zones, without final dot.

    A wildcard is not looked for at a host that a certificate names, be it another one of `every`.
    """
    named = frozenset(name for each in every for name in each.names)
    by_parent: dict[str, list[Entry]] = {}
    for entry in entries:
        by_parent.setdefault(entry.host.partition(".")[2], []).append(entry)
    held = frozenset(origins)
    for each in certificates:
        for name in each.names:
            for host in _hosts_for(name, by_parent, held):
                if host in named and host != name:
                    continue
                yield Spot(host, each.tenant, each, name, span=each.span_of(name))


def _hosts_for(name: str, by_parent: Mapping[str, Sequence[Entry]], held: frozenset[str]) -> list[str]:
    if not name.startswith("*."):
        return [name]
    above = name[2:]
    known = [entry.host for entry in by_parent.get(above, ()) if covers(name, entry.host)]
    if known:
        return list(dict.fromkeys(known))
    probe = f"{PROBE}.{above}"
    # Where our zone has nothing of the kind the wildcard itself is asked for, and has no address.
    return [name if _is_held(above, held) or not _HOST.fullmatch(probe) else probe]


def _is_held(name: str, held: frozenset[str]) -> bool:
    while name:
        if name in held:
            return True
        name = name.partition(".")[2]
    return False


def find_uncovered(entries: Iterable[Entry], certificates: Iterable[WantedCertificate]) -> Iterator[Spot]:
    """The names of zones that no certificate covers; whether they are served is not known yet."""
    exact: set[str] = set()
    wildcards: set[str] = set()
    for each in certificates:
        for name in each.names:
            (wildcards if name.startswith("*.") else exact).add(name)
    for entry in {entry.host: entry for entry in entries}.values():
        wildcard = f"*.{entry.host.partition('.')[2]}"
        if entry.host not in exact and not covers_any(wildcards & {wildcard}, entry.host):
            yield Spot(entry.host, entry.tenant, zone=entry.zone, span=entry.span)
