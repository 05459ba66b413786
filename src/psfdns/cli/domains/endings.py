"""Domains, and the token for Gandi, as things that end: who answers for them, and what there is to say."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psfdns.errors import RegistrarError
from psfdns.registrar.domains import Domain, Money, Phase, Source
from psfdns.reminders.ending import Ending, Kind, Renewing, Stage, Thing
from psfdns.settings import Registrar

if TYPE_CHECKING:
    from psfdns.cli.domains.registering import Listing
    from psfdns.registrar.gandi import Gandi
    from psfdns.tenants.tenant import Tenant

TOKEN = "GANDI_PAT"  # noqa: S105 - the name of a variable, and no secret
CURRENCY = "EUR"
"""Asked for where no balance says which one is paid in."""

_STAGES = {
    Phase.ACTIVE: Stage.RUNNING,
    Phase.LAPSED: Stage.RUNNING,
    Phase.HOLD: Stage.HOLD,
    Phase.REDEMPTION: Stage.REDEMPTION,
    Phase.PENDING_DELETE: Stage.PENDING_DELETE,
}


def addresses_of(tenants: Mapping[str, Tenant]) -> dict[str, tuple[str, ...]]:
    """The liaisons' addresses by tenant, each once."""
    return {
        slug: tuple(dict.fromkeys(one.email for one in tenant.liaisons)) for slug, tenant in tenants.items()
    }


def endings_of(listing: Listing, tenants: Mapping[str, Tenant]) -> tuple[Ending, ...]:
    """Every domain as an Ending."""
    to = addresses_of(tenants)
    balances = listing.known.holdings.balances if listing.known.holdings is not None else {}
    return tuple(_ending(domain, listing, to, tenants, balances) for domain in listing.domains)


def token_ending(expires: datetime.date | None) -> Iterator[Ending]:
    """The token, where psfdns.toml says when it ends: staff's business alone."""
    if expires is not None:
        yield Ending(Kind.TOKEN, TOKEN, expires)


def _ending(
    domain: Domain,
    listing: Listing,
    to: Mapping[str, tuple[str, ...]],
    tenants: Mapping[str, Tenant],
    balances: Mapping[str | None, Money],
) -> Ending:
    said = domain.registration
    status = said.status if said else ()
    return Ending(
        Kind.DOMAIN,
        domain.name.removesuffix("."),
        domain.expires.day if domain.expires else None,
        to.get(domain.tenant or "", ()),
        domain.tenant,
        Stage.GONE if domain.registered is False else _STAGES[domain.phase(listing.now)],
        _renewing(domain),
        domain.checked_at,
        (domain.why or "nobody says when it ends") if domain.unknown else None,
        rolled="autoRenewPeriod" in status,
        recalled=said is not None and said.source is Source.GANDI and listing.known.holdings is None,
        facts=_facts(domain, tenants.get(domain.tenant or ""), balances),
    )


def _renewing(domain: Domain) -> Renewing:
    """Where it is not known whether there is money, Gandi is trusted to renew."""
    if domain.autorenew is not True:
        return Renewing.BY_HAND
    return Renewing.UNPAID if domain.payable is False else Renewing.AUTOMATIC


def _facts(domain: Domain, tenant: Tenant | None, balances: Mapping[str | None, Money]) -> dict[str, Any]:
    said, renewal = domain.registration, domain.renewal
    balance = balances.get(renewal.payer) if renewal else next(iter(balances.values()), None)
    ends = said.ends if said else None
    return {
        "tenant_name": tenant.name if tenant else None,
        "path": tenant.path if tenant else None,
        "billing": tenant.billing if tenant else None,
        "registrar": domain.registrar.value,
        "registrar_name": said.registrar_name if said else None,
        "source": domain.expires.source.value if domain.expires else None,
        "ends_at": domain.expires.at.timestamp() if domain.expires and domain.expires.at else None,
        "autorenew": domain.autorenew,
        "payable": domain.payable,
        "price": str(renewal.price) if renewal and renewal.price else None,
        "years": renewal.years if renewal else 1,
        "balance": str(balance) if balance else None,
        "renews_on": _day(renewal.at if renewal else None),
        "hold_until": _day(ends.hold_ends if ends else None),
        "restore_until": _day(ends.restore_ends if ends else None),
        "deleted_on": _day(ends.deletion_ends if ends else None),
    }


def _day(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(datetime.UTC).date().isoformat()


def with_prices(endings: Iterable[Ending], gandi: Gandi | None) -> dict[Thing, Ending]:
    """Those domains at Gandi with what renewing and restoring them costs, as far as Gandi tells.

    The price of the next automatic renewal is known already.
    """
    if gandi is None:
        return {}
    meant = (ending for ending in endings if _is_at_gandi(ending))
    return {ending.thing: replace(ending, facts=_priced(ending, gandi)) for ending in meant}


def _priced(ending: Ending, gandi: Gandi) -> dict[str, Any]:
    facts = dict(ending.facts)
    name = f"{ending.object}."
    currency = (facts["balance"] or f"0 {CURRENCY}").rpartition(" ")[2]
    asked: dict[str, Callable[[], Money | None]] = {
        "restore_price": lambda: gandi.fetch_restore_price(name, currency)
    }
    if facts.get("price") is None:
        asked["price"] = lambda: gandi.fetch_price(name, facts["years"], currency)
    for key, ask in asked.items():
        with contextlib.suppress(RegistrarError):
            price = ask()
            facts |= {key: str(price)} if price is not None else {}
    return facts


def _is_at_gandi(ending: Ending) -> bool:
    at_gandi = ending.kind is Kind.DOMAIN and ending.facts.get("registrar") == Registrar.GANDI.value
    return at_gandi and ending.unknown is None and ending.stage not in {Stage.GONE, Stage.UNWATCHED}
