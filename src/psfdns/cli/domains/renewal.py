"""What `domains renew`, `lock` and `autorenew` order."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING, Any

from psfdns.cli.domains.ordering import (
    Offer,
    carry_out,
    conclude,
    domain_argument,
    look_at,
    need_gandi,
    open_ledger,
)
from psfdns.errors import PsfdnsError, RegistrarError
from psfdns.moments import write_moment
from psfdns.registrar.gandi import autorenew_order, lock_order, renew_order
from psfdns.registrar.ledger import State
from psfdns.registrar.placed import Placed
from psfdns.registrar.renewing import WINDOW, Judged, Stand, has_moved, judge_renewals
from psfdns.registrar.shapes import money_to_json

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.registrar.domains import Money
    from psfdns.registrar.gandi import Gandi
    from psfdns.registrar.gandi_answers import Detail
    from psfdns.registrar.ledger import Entry

CURRENCY = "EUR"
"""Asked for where no balance says which one is paid in."""
LOCK = "clientTransferProhibited"


class _Seen:
    """The end that Gandi showed last, for what is told of an order."""

    def __init__(self, **details: Any) -> None:
        self.details = details

    def note(self, ends_at: datetime.datetime | None) -> datetime.datetime | None:
        self.details["expires"] = None if ends_at is None else write_moment(ends_at)
        return ends_at


def renew(workspace: Workspace, text: str, *, years: int, yes: bool, again: bool, wait: float) -> Placed:
    """Renew, unless that was ordered within a day. Raises PsfdnsError."""
    from psfdns.cli.wiring import now

    name = domain_argument(text)
    gandi = need_gandi(workspace)
    detail = look_at(workspace, gandi, name)
    ledger = open_ledger(workspace)
    judged = judge_renewals(ledger.entries(name, "renew"), detail.ends_at, now=now())
    if judged.stand is Stand.WAITING or (judged.stand is Stand.RENEWED and not again):
        return _wait_for(workspace, gandi, judged, detail, wait=wait)
    offer = _offer_renewal(gandi, name, detail, years)

    def last_look(own: Entry | None) -> None:
        others = [each for each in ledger.entries(name, "renew") if own is None or each.id != own.id]
        meanwhile = judge_renewals(others, detail.ends_at, now=now())
        if meanwhile.entry is not None and meanwhile.entry != judged.entry:
            raise PsfdnsError(f"{name}: a renewal was ordered meanwhile; nothing was sent")

    return carry_out(workspace, gandi, offer, yes=yes, wait=wait, last_look=last_look)


def _wait_for(workspace: Workspace, gandi: Gandi, judged: Judged, detail: Detail, *, wait: float) -> Placed:
    """The order of before, when it shows; nothing is sent."""
    from psfdns.cli.wiring import talk

    entry = judged.entry
    assert entry is not None  # noqa: S101 - there is one unless the stand is FREE
    when, seen = write_moment(entry.created), _Seen()
    if entry.state is State.DONE:
        talk(workspace.options, f"{entry.domain} was renewed at {when}; --again renews it once more")
        seen.note(detail.ends_at)
        sent = False
        return Placed(
            entry.kind, entry.domain, entry.before, entry.after, sent, entry.state, entry.id, seen.details
        )
    until = f"no other is sent before {write_moment(entry.created + WINDOW)}"
    talk(workspace.options, f"{entry.domain}: a renewal was ordered at {when}; {until}")

    def shows() -> bool:
        return has_moved(entry, seen.note(gandi.fetch_domain(entry.domain).ends_at))

    placed = conclude(open_ledger(workspace), entry, shows, wait=wait, details=seen.details, sent=False)
    if placed.state is not State.DONE:
        hint = "Gandi's administration shows how it stands; renew it there only if nothing was carried out"
        talk(workspace.options, f"hint: {hint}")
    return placed


def _offer_renewal(gandi: Gandi, name: str, detail: Detail, years: int) -> Offer:
    """Raises PsfdnsError where it cannot be renewed for so long."""
    terms = gandi.fetch_terms(name)
    if terms.prohibited or (terms.durations and years not in terms.durations):
        begins = f" before {write_moment(terms.begins_at)}" if terms.begins_at else ""
        possible = ", ".join(map(str, terms.durations)) or "none"
        why = f"Gandi does not renew it now{begins}" if terms.prohibited else f"possible years: {possible}"
        raise PsfdnsError(f"{name} cannot be renewed for {_years(years)}: {why}")
    balance, price = _ask_money(gandi, name, detail, years)
    before = None if detail.ends_at is None else write_moment(detail.ends_at)

    seen = _Seen(price=money_to_json(price), balance=money_to_json(balance))

    def shows() -> bool:
        ends_at = seen.note(gandi.fetch_domain(name).ends_at)
        return ends_at is not None and detail.ends_at is not None and ends_at > detail.ends_at

    return Offer(
        name,
        renew_order(name, years),
        f"renew {name} for {_years(years)}",
        {"expires": before},
        {"expires": _later(detail.ends_at, years), "years": years},
        _money_lines(name, detail, years, price=price, balance=balance),
        shows,
        seen.details,
    )


def _ask_money(gandi: Gandi, name: str, detail: Detail, years: int) -> tuple[Money | None, Money | None]:
    """Balance and price; what cannot be had is unknown, and a person decides."""
    balance = price = None
    with contextlib.suppress(RegistrarError):
        balance = gandi.fetch_balance(detail.payer)
    with contextlib.suppress(RegistrarError):
        price = gandi.fetch_price(name, years, balance.currency if balance else CURRENCY)
    return balance, price


def _money_lines(
    name: str, detail: Detail, years: int, *, price: Money | None, balance: Money | None
) -> tuple[str, ...]:
    ends = detail.ends_at.date().isoformat() if detail.ends_at else "unknown"
    left = ""
    if price is not None and balance is not None and price.currency == balance.currency:
        rest = balance.amount - price.amount
        left = f"; {rest:.2f} {balance.currency} afterwards"
        left += ": NOT ENOUGH" if rest < 0 else ""
    return (
        f"renew {name} for {_years(years)}",
        f"  ends     {ends}",
        f"  price    {price or 'unknown'}, after taxes",
        f"  balance  {balance or 'unknown'}{left}",
    )


def _later(ends_at: datetime.datetime | None, years: int) -> str | None:
    """The day on which it should end; the 29th of February becomes the 28th."""
    if ends_at is None:
        return None
    day = ends_at.date()
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return day.replace(year=day.year + years, day=28).isoformat()


def _years(years: int) -> str:
    return f"{years} year{'' if years == 1 else 's'}"


def switch_lock(workspace: Workspace, text: str, *, on: bool, yes: bool, wait: float) -> Placed:
    """Lock a domain against transfers, or unlock it. Raises PsfdnsError."""
    name = domain_argument(text)
    gandi = need_gandi(workspace)
    detail = look_at(workspace, gandi, name)
    is_on = LOCK in detail.status
    before, after = {"locked": is_on}, {"locked": on}
    if is_on is on:
        return Placed("lock", name, before, after, False, None)  # noqa: FBT003 - nothing is sent
    line = f"lock {name} against transfers" if on else f"unlock {name}: it can then be transferred away"
    doing = f"{'lock' if on else 'unlock'} {name}"

    def shows() -> bool:
        return (LOCK in gandi.fetch_domain(name).status) is on

    offer = Offer(name, lock_order(name, on=on), doing, before, after, (line,), shows)
    return carry_out(workspace, gandi, offer, yes=yes, wait=wait)


def switch_autorenew(workspace: Workspace, text: str, *, on: bool, yes: bool, wait: float) -> Placed:
    """Have Gandi renew a domain by itself, or not. Raises PsfdnsError."""
    name = domain_argument(text)
    gandi = need_gandi(workspace)
    detail = look_at(workspace, gandi, name)
    before, after = {"autorenew": detail.autorenew}, {"autorenew": on}
    if detail.autorenew is on:
        return Placed("autorenew", name, before, after, False, None)  # noqa: FBT003 - nothing is sent
    who = "Gandi renews it by itself" if on else "nobody renews it by itself any more"
    line = f"switch automatic renewal of {name} {'on' if on else 'off'}: {who}"
    doing = f"switch automatic renewal of {name} {'on' if on else 'off'}"

    def shows() -> bool:
        return gandi.fetch_domain(name).autorenew is on

    offer = Offer(name, autorenew_order(name, detail, on=on), doing, before, after, (line,), shows)
    return carry_out(workspace, gandi, offer, yes=yes, wait=wait)
