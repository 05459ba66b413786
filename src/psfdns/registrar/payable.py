"""Whether prepaid balances pay for automatic renewals, in the order in which money is taken. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from psfdns.registrar.domains import Money, Renewal

Balances = Mapping[str | None, Money]
"""By payer, an organisation's id; None where there is but one balance."""


def judge_payable(renewals: Mapping[str, Renewal], balances: Balances) -> dict[str, bool | None]:
    """By domain: whether the balance pays its next renewal after all earlier ones of the same payer.

    `renewals` are those of domains with autorenew on; of one moment, that of the earlier name comes first.
    None where a price, the balance or the order is not known and could make a difference.
    """
    return {name: _judge(name, renewals, balances) for name in renewals}


def _judge(name: str, renewals: Mapping[str, Renewal], balances: Balances) -> bool | None:
    own = renewals[name]
    balance = balances.get(own.payer)
    price = None if balance is None else _cost(own, balance)
    if balance is None or price is None:
        return None
    others = {other: each for other, each in renewals.items() if other != name and each.payer == own.payer}
    earlier = [each for other, each in others.items() if _comes_before(other, name, renewals)]
    perhaps = [each for other, each in others.items() if _comes_before(other, name, renewals) is None]
    left = balance.amount - price - _known_costs(earlier, balance)
    if left < 0:
        return False
    if any(_cost(each, balance) is None for each in (*earlier, *perhaps)):
        return None
    return True if left >= _known_costs(perhaps, balance) else None


def _comes_before(name: str, other: str, renewals: Mapping[str, Renewal]) -> bool | None:
    first, second = renewals[name].at, renewals[other].at
    return None if first is None or second is None else (first, name) < (second, other)


def _known_costs(renewals: Iterable[Renewal], balance: Money) -> Decimal:
    return sum((_cost(each, balance) or Decimal(0) for each in renewals), Decimal(0))


def _cost(renewal: Renewal, balance: Money) -> Decimal | None:
    """The price, where it is in the balance's currency."""
    price = renewal.price
    return price.amount if price is not None and price.currency == balance.currency else None
