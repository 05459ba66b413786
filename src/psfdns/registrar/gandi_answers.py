"""What Gandi's API v5 answers, as values. Pure; what is secret in an answer (authinfo) is never taken over.

Amounts are per year (`duration_unit` "y"), and Decimal: the caller reads JSON's fractions as such.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from psfdns.moments import read_moment
from psfdns.names import NameSyntaxError, parse_name
from psfdns.rdata import RdataError, canonical_rdata
from psfdns.registrar.domains import Ends, Money
from psfdns.registrar.epp import epp_status

MAX_YEARS = 10
"""ICANN's longest registration."""

Json = Any


class HeldKey(NamedTuple):
    """A DNSSEC key of a domain: the DS that the registry is given for it, and Gandi's number of it."""

    ds: str
    id: int


class MalformedError(ValueError):
    """The answer is not what the API's documentation promises; the message says of what."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A domain of the list; `digest` changes whenever anything of its entry does."""

    name: str
    ends_at: datetime.datetime | None
    status: tuple[str, ...]
    autorenew: bool | None
    digest: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A domain in full. `renews` are the moments at which Gandi tries to take the money for `years`.

    `payer` is the organisation that pays; `reachability` is "done" where the owner's address is proven.
    """

    ends_at: datetime.datetime | None
    status: tuple[str, ...]
    autorenew: bool | None
    years: int
    renews: tuple[datetime.datetime, ...]
    payer: str | None
    nameservers: tuple[str, ...] | None
    ends: Ends


@dataclass(frozen=True, slots=True)
class RenewalTerms:
    """Whether a domain can be renewed now, and for how many years; no `durations`: Gandi does not say."""

    prohibited: bool
    durations: tuple[int, ...]
    begins_at: datetime.datetime | None


def read_listed(item: Json) -> Listed:
    """One entry of the list. Raises MalformedError for one without a name: no domain may be lost."""
    table = _table(item, "a domain of the list")
    dates = _table(table.get("dates") or {}, "dates")
    return Listed(
        _name(table.get("fqdn"), "fqdn"),
        read_moment(dates.get("registry_ends_at")),
        _status(table),
        _enabled(table.get("autorenew")),
        _digest(table),
    )


def read_detail(body: Json) -> Detail:
    """A domain in full. Raises MalformedError."""
    table = _table(body, "a domain")
    dates = _table(table.get("dates") or {}, "dates")
    renewing = table.get("autorenew")
    plan = renewing if isinstance(renewing, dict) else {}
    renews = (read_moment(each) for each in _list(plan.get("dates") or [], "autorenew.dates"))
    servers = table.get("nameservers")
    return Detail(
        read_moment(dates.get("registry_ends_at")),
        _status(table),
        _enabled(renewing),
        _years(plan.get("duration")),
        tuple(sorted(each for each in renews if each is not None)),
        _payer(table, plan),
        None if servers is None else read_nameservers(servers),
        Ends(
            read_moment(dates.get("hold_ends_at")),
            read_moment(dates.get("restore_ends_at")),
            read_moment(dates.get("pending_delete_ends_at")),
        ),
    )


def read_nameservers(body: Json) -> tuple[str, ...]:
    """Canonical names, sorted. Raises MalformedError."""
    return tuple(sorted({_name(each, "a name server") for each in _list(body, "nameservers")}))


def read_keys(items: Iterable[Json]) -> tuple[str, ...]:
    """The DS that the registry is given for each key. Raises MalformedError."""
    return tuple(sorted(_ds(_table(item, "a key")) for item in items))


def read_held_keys(items: Iterable[Json]) -> tuple[HeldKey, ...]:
    """The same with what is needed to have one removed. Raises MalformedError."""
    return tuple(sorted(_held_key(_table(item, "a key")) for item in items))


def _held_key(table: Mapping[str, Any]) -> HeldKey:
    number = table.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise MalformedError("a key has no id")
    return HeldKey(_ds(table), number)


def read_terms(body: Json) -> RenewalTerms:
    """Older answers hold it inside `renew`. Raises MalformedError."""
    table = _table(body, "the terms of renewal")
    if "renew" in table:
        table = _table(table["renew"], "the terms of renewal")
    durations = [each for each in _list(table.get("durations") or [], "durations") if _is_whole(each)]
    return RenewalTerms(
        table.get("prohibited") is True, tuple(sorted(durations)), read_moment(table.get("begins_at"))
    )


def read_price(body: Json, years: int, *, process: str = "renew") -> Money | None:
    """What a renewal, or another process, for so many years costs after taxes; None where it is not offered.

    A product without a process is a renewal's. Raises MalformedError.
    """
    table = _table(body, "prices")
    for product in _list(table.get("products") or [], "products"):
        if isinstance(product, dict) and (product.get("process") or "renew") == process:
            for price in _list(product.get("prices") or [], "prices"):
                if isinstance(price, dict) and _covers(price, years):
                    amount = _amount(price.get("price_after_taxes")) * years
                    return Money(amount, _currency(table.get("currency")))
    return None


def read_balance(body: Json) -> Money | None:
    """The prepaid balance; None where there is none. Raises MalformedError."""
    prepaid = _table(body, "billing information").get("prepaid")
    if prepaid is None:
        return None
    table = _table(prepaid, "prepaid")
    return Money(_amount(table.get("amount")), _currency(table.get("currency")))


def read_reasons(body: Json) -> str:
    """What an error says, in words; empty where it says nothing."""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    said = [_reason(each) for each in errors[:5]] if isinstance(errors, list) else []
    message = body.get("message") or body.get("cause")
    if isinstance(message, str):
        said.insert(0, message)
    return "; ".join(one for one in said if one)[:300]


def _reason(error: Json) -> str:
    if not isinstance(error, dict):
        return ""
    where, what = error.get("name"), error.get("description")
    return ": ".join(str(each) for each in (where, what) if isinstance(each, str))


def _table(value: Json, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(f"{what} is no object")
    return value


def _list(value: Json, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedError(f"{what} is no list")
    return value


def _name(value: Json, what: str) -> str:
    try:
        if isinstance(value, str) and value.strip("."):
            return parse_name(value.rstrip(".") + ".")
    except NameSyntaxError as error:
        raise MalformedError(f"{what} is no name: {error}") from error
    raise MalformedError(f"{what} is no name")


def _status(table: Mapping[str, Any]) -> tuple[str, ...]:
    status = table.get("status")
    return epp_status(status) if isinstance(status, list) else ()


def _enabled(value: Json) -> bool | None:
    """`true` in the list, an object with `enabled` in full."""
    said = value.get("enabled") if isinstance(value, dict) else value
    return said if isinstance(said, bool) else None


def _digest(table: Mapping[str, Any]) -> str:
    text = json.dumps(table, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_YEARS


def _years(value: Json) -> int:
    return value if _is_whole(value) else 1


def _payer(table: Mapping[str, Any], plan: Mapping[str, Any]) -> str | None:
    space = table.get("sharing_space")
    for value in (plan.get("org_id"), space.get("id") if isinstance(space, dict) else None):
        if isinstance(value, str) and 0 < len(value) <= 64 and value.replace("-", "").isalnum():
            return value
    return None


def _ds(key: Mapping[str, Any]) -> str:
    fields = [key.get(name) for name in ("keytag", "algorithm", "digest_type", "digest")]
    if not all(isinstance(field, int | str) and not isinstance(field, bool) for field in fields):
        raise MalformedError("a key has no digest")
    try:
        return canonical_rdata("DS", " ".join(map(str, fields)))
    except RdataError as error:
        raise MalformedError(f"a key has no DS: {error}") from error


def _covers(price: Mapping[str, Any], years: int) -> bool:
    least, most = price.get("min_duration", 1), price.get("max_duration", MAX_YEARS)
    unit = price.get("duration_unit", "y")
    return unit == "y" and isinstance(least, int) and isinstance(most, int) and least <= years <= most


def _amount(value: Json) -> Decimal:
    try:
        if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
            amount = Decimal(value)
            if amount.is_finite():
                return amount
    except InvalidOperation:
        pass
    raise MalformedError("an amount is no number")


def _currency(value: Json) -> str:
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper():
        return value
    raise MalformedError("a currency has no code")
