"""Certificates of the store as things that end: one that renews by itself is spoken of when it is overdue."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.certs.renewal import is_overdue
from psfdns.certs.status import Standing
from psfdns.cli.domains.endings import addresses_of
from psfdns.errors import PsfdnsError
from psfdns.reminders.ending import Ending, Kind, Renewing
from psfdns.reminders.policy import OVERDUE_DAYS, certificate_days

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.load import Repository
    from psfdns.tenants.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Listed:
    """Things that end; `why_not`: why some of them may be missing."""

    endings: tuple[Ending, ...] = ()
    why_not: str | None = None


def list_certificates(workspace: Workspace, repository: Repository, *, now: datetime.datetime) -> Listed:
    """Every certificate that is wanted, and is or was in the store; nobody is asked."""
    from psfdns.cli.certs.certifying import look_at_store

    try:
        stands = look_at_store(workspace, names=(), tenant=None)
    except PsfdnsError as error:
        return Listed(why_not=error.summary)
    to = addresses_of(repository.tenants)
    endings = tuple(_ending(each, to, repository.tenants, now) for each in stands.standings)
    return Listed(endings, "a certs file has errors" if stands.faults else None)


def _ending(
    standing: Standing,
    to: Mapping[str, tuple[str, ...]],
    tenants: Mapping[str, Tenant],
    now: datetime.datetime,
) -> Ending:
    wanted, current = standing.wanted, standing.current
    renewing = _renewing(standing, now)
    is_others = renewing is Renewing.BY_HAND
    days = certificate_days(current.lifetime) if current is not None and is_others else OVERDUE_DAYS
    tenant = tenants.get(wanted.tenant)
    return Ending(
        Kind.CERTIFICATE,
        wanted.name,
        None if current is None else current.not_after.date(),
        to.get(wanted.tenant, ()),
        wanted.tenant,
        renewing=renewing,
        checked_at=now,
        unknown=standing.unreadable,
        thresholds=days,
        facts={
            "tenant_name": tenant.name if tenant else None,
            "path": tenant.path if tenant else None,
            "issuer": wanted.issuer if current is None else current.issuer,
            "names": list(wanted.names),
            "ends_at": None if current is None else current.not_after.timestamp(),
        },
    )


def _renewing(standing: Standing, now: datetime.datetime) -> Renewing:
    """Of one that cannot be read nobody knows that it is overdue."""
    if standing.unreadable is not None:
        return Renewing.AUTOMATIC
    if standing.wanted.is_watched:
        return Renewing.BY_HAND
    renewal = standing.decide(now)
    is_late = renewal is not None and is_overdue(renewal, standing.current, now=now)
    return Renewing.OVERDUE if is_late else Renewing.AUTOMATIC
