"""Which domains the tenants' zones belong to: the registered name, and who answers for it. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psfdns.diagnostics import Span
from psfdns.names import canonical_order
from psfdns.registrar.registrable import domain_of
from psfdns.settings import Registrar
from psfdns.tenants.zone_file import ZoneFile


@dataclass(frozen=True, slots=True)
class Claim:
    """A domain that a tenant has zones in; `zone` speaks for it, `expires` is what its settings say.

    `registrar` "none" stands for a domain that somebody says is no domain: it is not listed.
    """

    name: str
    tenant: str
    registrar: Registrar
    zone: str
    zones: tuple[str, ...]
    expires: datetime.date | None = None
    span: Span | None = None


def claims_of(files: Iterable[ZoneFile]) -> dict[str, Claim]:
    """By domain, in canonical order of names. Private zones and reverse zones belong to no domain.

    The zone that is the domain itself speaks for it; where it has no file here, the nearest below it does
    that says anything but "none".
    """
    belonging: dict[str, list[ZoneFile]] = {}
    for file in files:
        domain = None if file.settings.private else domain_of(file.origin)
        if domain is not None:
            belonging.setdefault(domain, []).append(file)
    return {domain: _claim(domain, belonging[domain]) for domain in sorted(belonging, key=canonical_order)}


def _claim(domain: str, files: list[ZoneFile]) -> Claim:
    speaker = min(files, key=lambda file: _order(domain, file))
    return Claim(
        domain,
        speaker.tenant,
        speaker.settings.registrar,
        speaker.origin,
        tuple(sorted({file.origin for file in files}, key=canonical_order)),
        speaker.settings.expires,
        Span(speaker.shown_path.rpartition("/")[0] + "/tenant.toml"),
    )


def _order(domain: str, file: ZoneFile) -> tuple[bool, bool, int, str]:
    """Who speaks first: the domain's own zone, then one that is registered at all, then the shortest name."""
    is_none = file.settings.registrar is Registrar.NONE
    return (file.origin != domain, is_none, len(canonical_order(file.origin)), file.shown_path)


def domains_of(claims: Mapping[str, Claim], files: Iterable[ZoneFile]) -> set[str]:
    """The domains that these zone files belong to."""
    origins = {file.origin for file in files if not file.settings.private}
    return {name for name, claim in claims.items() if origins & set(claim.zones)}
