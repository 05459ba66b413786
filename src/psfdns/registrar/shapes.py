"""Registrations and prices as JSON for the cache, and back. Pure.

Reading what is no such thing raises KeyError, TypeError, ValueError or AttributeError.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from psfdns.moments import read_moment, write_moment
from psfdns.registrar.domains import Ends, Expiry, Money, Registration, Source
from psfdns.registrar.gandi_answers import Detail

Json = Mapping[str, Any]


def registration_to_json(said: Registration) -> dict[str, Any]:
    """What a registry said; the cache keeps nothing of autorenew and money here."""
    expires = said.expires
    return {
        "checked_at": write_moment(said.checked_at),
        "expires": None if expires is None or expires.at is None else write_moment(expires.at),
        "by_registrar": expires is not None and expires.by_registrar,
        "status": list(said.status),
        "nameservers": None if said.nameservers is None else list(said.nameservers),
        "ds": None if said.ds is None else list(said.ds),
        "registrar_name": said.registrar_name,
    }


def registration_from_json(value: Json) -> Registration:
    """The reverse, of a registry."""
    ends = read_moment(value["expires"])
    expires = None
    if ends is not None:
        expires = Expiry(ends.date(), Source.RDAP, ends, bool(value["by_registrar"]))
    return Registration(
        Source.RDAP,
        moment_of(value["checked_at"]),
        expires,
        tuple(map(str, value["status"])),
        _names(value["nameservers"]),
        _names(value["ds"]),
        registrar_name=None if value["registrar_name"] is None else str(value["registrar_name"]),
    )


def detail_to_json(detail: Detail) -> dict[str, Any]:
    """A domain at Gandi in full."""
    return {
        "ends_at": _written(detail.ends_at),
        "status": list(detail.status),
        "autorenew": detail.autorenew,
        "years": detail.years,
        "renews": [write_moment(each) for each in detail.renews],
        "payer": detail.payer,
        "nameservers": None if detail.nameservers is None else list(detail.nameservers),
        "ends": [_written(each) for each in (detail.ends.hold_ends, detail.ends.restore_ends)]
        + [_written(detail.ends.deletion_ends)],
    }


def detail_from_json(value: Json) -> Detail:
    """The reverse."""
    autorenew = value["autorenew"]
    return Detail(
        read_moment(value["ends_at"]),
        tuple(map(str, value["status"])),
        autorenew if isinstance(autorenew, bool) else None,
        int(value["years"]),
        tuple(moment_of(each) for each in value["renews"]),
        None if value["payer"] is None else str(value["payer"]),
        _names(value["nameservers"]),
        Ends(*(read_moment(each) for each in value["ends"])),
    )


def money_to_json(money: Money | None) -> dict[str, str] | None:
    """An amount as text: JSON's numbers are binary to many readers."""
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def money_from_json(value: Any) -> Money | None:
    """The reverse."""
    return None if value is None else Money(Decimal(str(value["amount"])), str(value["currency"]))


def moment_of(value: object) -> datetime.datetime:
    """A moment that has to be there. Raises ValueError."""
    moment = read_moment(value)
    if moment is None:
        raise ValueError("no moment")
    return moment


def _written(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else write_moment(moment)


def _names(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(map(str, value))
