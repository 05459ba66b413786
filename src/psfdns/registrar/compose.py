"""What tenants claim, Gandi holds and registries say, put together: every domain once. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from psfdns.names import canonical_order
from psfdns.registrar.claims import Claim
from psfdns.registrar.domains import Domain, Expiry, Registration, Source
from psfdns.registrar.holdings import Holdings
from psfdns.registrar.registries import Heard, Outcome
from psfdns.settings import Registrar

MAX_AGE = datetime.timedelta(hours=72)
"""What is as old, or of a future that only a wrong clock has seen, is no answer: the domain is unknown."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that was heard. `holdings` None: Gandi could not be asked, and `why_not` says why.

    `recalled` is then what it said earlier.
    """

    claims: Mapping[str, Claim]
    holdings: Holdings | None
    why_not: str | None = None
    heard: Mapping[str, Heard] = field(default_factory=dict)
    recalled: Holdings = field(default_factory=lambda: Holdings({}))


def names_for_rdap(claims: Mapping[str, Claim], holdings: Holdings | None) -> tuple[str, ...]:
    """The domains to ask registries for: tenants' own, and those that should be at Gandi and are not."""
    held = holdings.registrations if holdings is not None else {}
    return tuple(
        name
        for name, claim in claims.items()
        if name not in held
        and (
            claim.registrar is Registrar.TENANT
            or (claim.registrar is Registrar.GANDI and holdings is not None)
        )
    )


def put_together(known: Known, *, now: datetime.datetime) -> tuple[Domain, ...]:
    """Every domain in canonical order; those of registrar "none" only where Gandi holds them."""
    held = (known.recalled if known.holdings is None else known.holdings).registrations
    listed = {name for name, claim in known.claims.items() if claim.registrar is not Registrar.NONE}
    names = sorted(listed | set(held), key=canonical_order)
    return tuple(_domain(name, known, now) for name in names)


def _domain(name: str, known: Known, now: datetime.datetime) -> Domain:
    claim, holdings = known.claims.get(name), known.holdings
    tenant = claim.tenant if claim else None
    if holdings is not None and name in holdings.registrations:
        said = holdings.registrations[name]
        payable = holdings.payable.get(name) if said.autorenew else None
        expires = said.expires or _from_file(claim)
        return Domain(name, tenant, Registrar.GANDI, said, expires, payable, registered=True)
    if name not in known.heard:
        return _as_recalled(name, claim, known, now)
    assert claim is not None  # noqa: S101 - registries are asked for what somebody claims
    return _from_registry(claim, known.heard[name], now)


def _as_recalled(name: str, claim: Claim | None, known: Known, now: datetime.datetime) -> Domain:
    """What Gandi was to be asked for, and could not be, by what it said earlier; that ages as any answer."""
    said = known.recalled.registrations.get(name)
    expires = (said.expires if said else None) or _from_file(claim)
    registrar = claim.registrar if said is None and claim is not None else Registrar.GANDI
    return Domain(
        name,
        claim.tenant if claim else None,
        registrar,
        said,
        expires,
        known.recalled.payable.get(name) if said and said.autorenew else None,
        registered=True if said else None,
        why=known.why_not or "nobody was asked",
        unknown=said is None or is_old(said, now) or expires is None,
    )


def _from_registry(claim: Claim, heard: Heard, now: datetime.datetime) -> Domain:
    said = heard.registration
    expires = (said.expires if said else None) or _from_file(claim)
    return Domain(
        claim.name,
        claim.tenant,
        claim.registrar,
        said,
        expires,
        registered=True if said else (False if heard.outcome is Outcome.MISSING else None),
        why=heard.why,
        unknown=_is_unknown(heard, said, expires, now),
    )


def _is_unknown(
    heard: Heard, said: Registration | None, expires: Expiry | None, now: datetime.datetime
) -> bool:
    """Where nobody can be asked, the file's date is all there is; a name that is nowhere is known."""
    if heard.outcome is Outcome.MISSING:
        return False
    if said is not None:
        return is_old(said, now) or expires is None
    return heard.outcome is not Outcome.NO_SERVER or expires is None


def is_old(said: Registration, now: datetime.datetime) -> bool:
    """Whether it was said so long ago that it counts as not known."""
    return abs(now - said.checked_at) >= MAX_AGE


def _from_file(claim: Claim | None) -> Expiry | None:
    return Expiry(claim.expires, Source.FILE) if claim is not None and claim.expires is not None else None
