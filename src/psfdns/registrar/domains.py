"""A domain as a value: when it ends and who says so, what its renewal costs, in which phase of life it is.

Pure. What is not known is None, never a zero or a guess; reminders and lists are made of these values.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from psfdns.settings import Registrar


class Source(enum.StrEnum):
    """Who said when a domain ends."""

    GANDI = "gandi"
    RDAP = "rdap"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount; the currency is an ISO 4217 code."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """`12.50 EUR`."""
        return f"{self.amount:.2f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a registration ends: a UTC day, with the moment where it is known.

    `by_registrar`: RDAP's "registrar expiration" counted, because it comes before the registry's own date.
    """

    day: datetime.date
    source: Source
    at: datetime.datetime | None = None
    by_registrar: bool = False

    def days_left(self, now: datetime.datetime) -> int:
        """The difference of UTC dates: 0 on the last day, negative afterwards."""
        return (self.day - now.astimezone(datetime.UTC).date()).days

    def is_over(self, now: datetime.datetime) -> bool:
        """Whether the end has passed; of a mere day, whether the day has."""
        return self.days_left(now) < 0 if self.at is None else self.at <= now


def expiry_at(moment: datetime.datetime, source: Source, *, by_registrar: bool = False) -> Expiry:
    """The end of a registration at an aware moment."""
    at = moment.astimezone(datetime.UTC)
    return Expiry(at.date(), source, at, by_registrar)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The next automatic renewal: when money is taken, how much, from whose balance (an organisation's id).

    The price is after taxes, for all of its `years`.
    """

    at: datetime.datetime | None = None
    price: Money | None = None
    payer: str | None = None
    years: int = 1


class Phase(enum.StrEnum):
    """Where a registration is in its life, the worst last."""

    ACTIVE = "active"
    LAPSED = "lapsed"
    HOLD = "hold"
    REDEMPTION = "redemption"
    PENDING_DELETE = "pending-delete"


@dataclass(frozen=True, slots=True)
class Ends:
    """What comes after the end, as Gandi dates it; RDAP has no such dates."""

    hold_ends: datetime.datetime | None = None
    restore_ends: datetime.datetime | None = None
    deletion_ends: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """What one source says of a registered domain. Name servers are canonical names, `ds` canonical rdata.

    `status` are EPP names (RFC 8056), sorted. `registrar_name` is the registrar's own, as a registry has it.
    """

    source: Source
    checked_at: datetime.datetime
    expires: Expiry | None = None
    status: tuple[str, ...] = ()
    nameservers: tuple[str, ...] | None = None
    ds: tuple[str, ...] | None = None
    autorenew: bool | None = None
    renewal: Renewal | None = None
    ends: Ends = Ends()
    registrar_name: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: whose it is, and what is known of it; `name` is canonical.

    `tenant` None: nobody here claims it. `registered` False: nobody knows it, None: nobody could be asked,
    and `why` says why. `payable`: the prepaid balance pays the next automatic renewal and all before it.
    `unknown`: what was to be asked could not be, or too long ago.
    """

    name: str
    tenant: str | None
    registrar: Registrar
    registration: Registration | None = None
    expires: Expiry | None = None
    payable: bool | None = None
    registered: bool | None = None
    why: str | None = None
    unknown: bool = False

    @property
    def autorenew(self) -> bool | None:
        """Whether the registrar renews it by itself; None where that is not known."""
        return self.registration.autorenew if self.registration else None

    @property
    def renewal(self) -> Renewal | None:
        """The next automatic renewal."""
        return self.registration.renewal if self.registration else None

    @property
    def checked_at(self) -> datetime.datetime | None:
        """When a source last said something of it."""
        return self.registration.checked_at if self.registration else None

    def days_left(self, now: datetime.datetime) -> int | None:
        """Days until the end; None where that is not known."""
        return self.expires.days_left(now) if self.expires else None

    def phase(self, now: datetime.datetime) -> Phase:
        """Where it is in its life, by its status, by the dates that Gandi gives, and by its end."""
        said = self.registration
        found = phases_of(said.status) if said else set()
        if self.expires is not None and self.expires.is_over(now):
            found.add(_phase_after(said.ends if said else Ends(), now))
        return max(found, key=list(Phase).index, default=Phase.ACTIVE)


_PHASES = {
    "clientHold": Phase.HOLD,
    "serverHold": Phase.HOLD,
    "redemptionPeriod": Phase.REDEMPTION,
    "pendingRestore": Phase.REDEMPTION,
    "pendingDelete": Phase.PENDING_DELETE,
}
"""RFC 5731 §2.3, RFC 3915 §3.1."""


def phases_of(status: Iterable[str]) -> set[Phase]:
    """The phases that EPP status values tell; pendingDelete beside redemptionPeriod is its redemption.

    A registry sets both for a domain that can still be restored (RFC 3915 §3.1).
    """
    found = {_PHASES[value] for value in status if value in _PHASES}
    return found - {Phase.PENDING_DELETE} if Phase.REDEMPTION in found else found


def _phase_after(ends: Ends, now: datetime.datetime) -> Phase:
    """The phase of a registration that is over."""
    if ends.hold_ends is None:
        return Phase.LAPSED
    if now < ends.hold_ends:
        return Phase.HOLD
    if ends.restore_ends is not None and now < ends.restore_ends:
        return Phase.REDEMPTION
    if ends.deletion_ends is not None and now < ends.deletion_ends:
        return Phase.PENDING_DELETE
    return Phase.LAPSED
