"""All that Gandi holds for us: list and balance as they are now, the rest from the cache where it may.

A domain is looked at in full once in six hours, or when its entry in the list changes; its price once a day.
So the second run of an hour costs a page or two, and the first one three requests a domain. What seems to be
of the future was kept by a clock that was wrong, and is as old as it is far away.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import InvalidOperation
from typing import Any

from psfdns.errors import RegistrarError
from psfdns.moments import write_moment
from psfdns.registrar.cache import Cache
from psfdns.registrar.domains import Ends, Money, Registration, Renewal, Source, expiry_at
from psfdns.registrar.gandi import Gandi
from psfdns.registrar.gandi_answers import Detail, Listed
from psfdns.registrar.payable import judge_payable
from psfdns.registrar.shapes import (
    detail_from_json,
    detail_to_json,
    moment_of,
    money_from_json,
    money_to_json,
)

FORMAT = "psfdns-gandi-cache/1"
NAME = "gandi"
DETAIL_AGE = datetime.timedelta(hours=6)
PRICE_AGE = datetime.timedelta(days=1)
THREADS = 4

_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, InvalidOperation)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What Gandi says: registrations by domain, balances by payer.

    `faults` is what it did not say, by domain; under "", of all of them.
    """

    registrations: Mapping[str, Registration]
    payable: Mapping[str, bool | None] = field(default_factory=dict)
    balances: Mapping[str | None, Money] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """One domain in full, as of `at`; `ds` None: not asked.

    `digest` of its entry in the list; "": it was changed since, and is only there to be recalled.
    """

    digest: str
    at: datetime.datetime
    detail: Detail
    ds: tuple[str, ...] | None = None
    price: Money | None = None
    price_at: datetime.datetime | None = None
    payable: bool | None = None


def fetch_holdings(
    gandi: Gandi, cache: Cache, *, now: datetime.datetime, wanted: Collection[str] | None = None
) -> Holdings:
    """Everything; of domains that are not `wanted` (None: all are), only what the balance is shared with.

    Raises RegistrarError where the list cannot be had whole, PsfdnsError where the cache cannot be written
    and nobody hears its complaints.
    """
    looking = _Looking(gandi, now, _load(cache))
    listed = {each.name: each for each in gandi.list_domains()}
    in_full = [each for each in listed.values() if each.autorenew or wanted is None or each.name in wanted]
    keyed = {each.name for each in in_full if wanted is None or each.name in wanted}
    looking.each(in_full, lambda one: looking.look_at(one, with_ds=one.name in keyed))
    renewing = [each for each in in_full if each.autorenew and each.name in looking.known]
    looking.name_payers(renewing)
    balances = looking.fetch_balances()
    looking.each(renewing, lambda one: looking.price(one, balances))
    found = {name: _registration(each, looking, now) for name, each in listed.items()}
    renewals = {name: each.renewal for name, each in found.items() if each.renewal is not None}
    payable = judge_payable(renewals, balances)
    kept = {name: known for name, known in (looking.missed | looking.known).items() if name in listed}
    _store(cache, {name: replace(known, payable=payable.get(name)) for name, known in kept.items()})
    return Holdings(found, payable, balances, looking.faults)


def recall(cache: Cache, *, now: datetime.datetime) -> Holdings:
    """What Gandi said of each domain when it was last looked at in full, with the moment of that.

    Which renewals could not be paid is as it was judged last. What would come after the end is left out: it
    may have been renewed since.
    """
    known = _load(cache)
    said = {name: _recalled(each, now) for name, each in known.items()}
    return Holdings(said, {name: False for name, each in known.items() if each.payable is False})


def forget(cache: Cache, name: str, *, autorenew: bool | None = None) -> None:
    """Look at a domain anew next time: something was ordered, perhaps `autorenew`.

    Until then it is not said to renew by itself where that is being switched. Raises PsfdnsError where nobody
    hears the cache's complaints.
    """
    known = _load(cache)
    if name in known:
        held = known[name]
        renews = held.detail.autorenew if autorenew is None else held.detail.autorenew and autorenew
        known[name] = replace(_changed(held, autorenew=renews), price=None, price_at=None)
        _store(cache, known)


def _changed(known: _Known, *, autorenew: bool | None) -> _Known:
    """What may still be recalled of a domain of which something has changed."""
    detail = replace(
        known.detail, ends_at=None, status=(), autorenew=autorenew, renews=(), nameservers=None, ends=Ends()
    )
    return replace(known, digest="", detail=detail, ds=None)


@dataclass
class _Looking:
    """What is known, and what could not be read; filled by several threads, a domain each.

    `missed` is what was known of domains that could not be looked at again: to be recalled, and not of now.
    """

    gandi: Gandi
    now: datetime.datetime
    known: dict[str, _Known]
    missed: dict[str, _Known] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    payers: tuple[str | None, ...] = ()

    def each(self, domains: Iterable[Listed], look: Callable[[Listed], None]) -> None:
        """Look at every domain; one that cannot be read is a fault, and the others are read."""

        def try_to(one: Listed) -> None:
            try:
                look(one)
            except RegistrarError as error:
                self.faults.setdefault(one.name, error.summary)

        with ThreadPoolExecutor(THREADS, thread_name_prefix="gandi") as pool:
            list(pool.map(try_to, domains))

    def look_at(self, listed: Listed, *, with_ds: bool) -> None:
        known = self.known.get(listed.name)
        if known is None or known.digest != listed.digest or abs(self.now - known.at) > DETAIL_AGE:
            price, price_at = (known.price, known.price_at) if known else (None, None)
            if self.known.pop(listed.name, None) is not None and known is not None:
                self.missed[listed.name] = _as_listed(known, listed)
            detail = self.gandi.fetch_domain(listed.name)
            known = _Known(listed.digest, self.now, detail, None, price, price_at)
            self.known[listed.name] = known
        if with_ds and known.ds is None:
            self.known[listed.name] = replace(known, ds=self.gandi.fetch_ds(listed.name))

    def name_payers(self, renewing: Iterable[Listed]) -> None:
        found = {self.known[each.name].detail.payer for each in renewing}
        self.payers = tuple(sorted(found - {None}, key=str)) or (None,)

    def payer_of(self, name: str) -> str | None:
        """Where Gandi does not say who pays and there is only one who does, it is that one."""
        said = self.known[name].detail.payer if name in self.known else None
        return self.payers[0] if said is None and len(self.payers) == 1 else said

    def fetch_balances(self) -> dict[str | None, Money]:
        balances = {}
        for payer in self.payers:
            try:
                balance = self.gandi.fetch_balance(payer)
            except RegistrarError as error:
                self.faults[""] = error.summary
                continue
            if balance is not None:
                balances[payer] = balance
        return balances

    def price(self, listed: Listed, balances: Mapping[str | None, Money]) -> None:
        """The price in the currency of the balance; without a balance nobody needs it."""
        known = self.known[listed.name]
        balance = balances.get(self.payer_of(listed.name))
        if balance is None or self._is_fresh(known, balance.currency):
            return
        price = self.gandi.fetch_price(listed.name, known.detail.years, balance.currency)
        self.known[listed.name] = replace(known, price=price, price_at=self.now)

    def _is_fresh(self, known: _Known, currency: str) -> bool:
        if known.price is None or known.price_at is None or known.price.currency != currency:
            return False
        return abs(self.now - known.price_at) <= PRICE_AGE


def _as_listed(known: _Known, listed: Listed) -> _Known:
    """What was known before, as far as the list does not contradict it."""
    if known.digest == listed.digest:
        return known
    autorenew = known.detail.autorenew if listed.autorenew is None else listed.autorenew
    return _changed(known, autorenew=autorenew)


def _registration(listed: Listed, looking: _Looking, now: datetime.datetime) -> Registration:
    """The list is of now, and wins over what was read in full earlier."""
    known = looking.known.get(listed.name)
    said = Registration(
        Source.GANDI,
        now,
        expiry_at(listed.ends_at, Source.GANDI) if listed.ends_at else None,
        listed.status,
        autorenew=listed.autorenew,
    )
    if known is None:
        payer = looking.payer_of(listed.name)
        return replace(said, renewal=Renewal(payer=payer) if listed.autorenew else None)
    detail = known.detail
    ends_at = listed.ends_at or detail.ends_at
    autorenew = detail.autorenew if listed.autorenew is None else listed.autorenew
    renewal = _renewal(known, looking.payer_of(listed.name), now) if autorenew else None
    return replace(
        said,
        expires=expiry_at(ends_at, Source.GANDI) if ends_at else None,
        status=listed.status or detail.status,
        nameservers=detail.nameservers,
        ds=known.ds,
        autorenew=autorenew,
        renewal=renewal,
        ends=detail.ends,
    )


def _renewal(known: _Known, payer: str | None, now: datetime.datetime) -> Renewal:
    following = next((each for each in known.detail.renews if each >= now), None)
    return Renewal(following, known.price, payer, known.detail.years)


def _recalled(known: _Known, now: datetime.datetime) -> Registration:
    detail = known.detail
    return Registration(
        Source.GANDI,
        known.at,
        expiry_at(detail.ends_at, Source.GANDI) if detail.ends_at else None,
        detail.status,
        detail.nameservers,
        known.ds,
        detail.autorenew,
        _renewal(known, detail.payer, now) if detail.autorenew else None,
    )


def _load(cache: Cache) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    domains = cache.load(NAME, FORMAT).get("domains")
    for name, value in domains.items() if isinstance(domains, dict) else ():
        try:
            known[name] = _from_json(value)
        except _DAMAGED:
            continue
    return known


def _store(cache: Cache, known: Mapping[str, _Known]) -> None:
    domains = {
        name: {
            "digest": each.digest,
            "at": write_moment(each.at),
            "detail": detail_to_json(each.detail),
            "ds": None if each.ds is None else list(each.ds),
            "price": money_to_json(each.price),
            "price_at": None if each.price_at is None else write_moment(each.price_at),
            "payable": each.payable,
        }
        for name, each in known.items()
    }
    cache.store(NAME, FORMAT, {"domains": domains})


def _from_json(value: Any) -> _Known:
    return _Known(
        str(value["digest"]),
        moment_of(value["at"]),
        detail_from_json(value["detail"]),
        None if value["ds"] is None else tuple(map(str, value["ds"])),
        money_from_json(value["price"]),
        None if value["price_at"] is None else moment_of(value["price_at"]),
        value["payable"] if isinstance(value.get("payable"), bool) else None,
    )
