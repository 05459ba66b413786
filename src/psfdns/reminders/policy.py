"""How many days before the end who is told (`[reminders]` of psfdns.toml), and how urgent that is. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.reminders.ending import Ending, Kind, Level, Renewing, Stage

MAX_DAYS = 3650
"""The longest registration."""
TOKEN_DAYS = (30, 7, 1)
WARNING_DAYS, CRITICAL_DAYS = 30, 7


@dataclass(frozen=True, slots=True)
class Policy:
    """Days before the end: `days` are all liaisons', in descending order."""

    days: tuple[int, ...] = (60, 30, 14, 7, 3, 1, 0)
    staff_from: int = 7
    page_from: int = 7
    renewing_from: int = 20
    """What renews by itself is spoken of below so many days."""

    def days_of(self, kind: Kind) -> tuple[int, ...]:
        """A token is made anew in a minute."""
        return TOKEN_DAYS if kind is Kind.TOKEN else self.days


_SINGLE = ("staff_from", "page_from", "renewing_from")


def read_policy(table: Mapping[str, Any]) -> Policy:
    """What the table says; what `find_policy_faults` names keeps its default."""
    days: Any = table.get("days")
    single = {name: table[name] for name in _SINGLE if _is_days(table.get(name))}
    if not _are_days(days):
        return Policy(**single)
    return Policy(tuple(sorted(set(days), reverse=True)), **single)


def find_policy_faults(table: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """What is wrong, and what to write instead."""
    if "days" in table and not _are_days(table["days"]):
        yield "reminders.days must be a list of days before the end", str(list(Policy().days))
    for name in _SINGLE:
        if name in table and not _is_days(table[name]):
            yield f"reminders.{name} must be a number of days from 0 to {MAX_DAYS}", None


def _are_days(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_days, value))


def _is_days(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_DAYS


def judge_level(ending: Ending, policy: Policy, now: datetime.datetime) -> Level:
    """How urgent it is; what is not known is no worse than what is known of it."""
    left = ending.days_left(now)
    if ending.stage is Stage.UNWATCHED:
        return Level.WELL
    if ending.stage is not Stage.RUNNING or ending.renewing is Renewing.UNPAID:
        return Level.CRITICAL
    if left is None:
        return Level.WELL
    if left <= CRITICAL_DAYS:
        return Level.CRITICAL
    if ending.renewing is Renewing.AUTOMATIC and left >= policy.renewing_from:
        return Level.WELL
    if left <= WARNING_DAYS:
        return Level.WARNING
    return Level.INFO if left <= max(policy.days_of(ending.kind), default=0) else Level.WELL
