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
CERTIFICATE_DAYS = (30, 14, 7, 3, 1, 0)
"""Of one that somebody else renews."""
OVERDUE_DAYS: tuple[int, ...] = (7, 3, 1, 0)
"""Of one that renews by itself and was not: before that it is spoken of once, when it is overdue."""
QUARTER = 4
WARNING_DAYS, CRITICAL_DAYS = 30, 7
CERTIFICATE_CRITICAL_DAYS = 3
"""A certificate of 45 days is renewed 15 days before its end; a domain has a year."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Days before the end: `days` are all liaisons', in descending order."""

    days: tuple[int, ...] = (60, 30, 14, 7, 3, 1, 0)
    staff_from: int = 7
    page_from: int = 7
    renewing_from: int = 20
    """What renews by itself is spoken of below so many days."""

    def days_of(self, ending: Ending) -> tuple[int, ...]:
        """A token is made anew in a minute; others may have thresholds of their own."""
        if ending.thresholds is not None:
            return ending.thresholds
        return TOKEN_DAYS if ending.kind is Kind.TOKEN else self.days

    def page_from_of(self, kind: Kind) -> int:
        """Nobody is called for a certificate while there is time to see by day why it was not renewed."""
        return min(self.page_from, CERTIFICATE_CRITICAL_DAYS) if kind is Kind.CERTIFICATE else self.page_from

    def trusts(self, ending: Ending, left: int) -> bool:
        """Whether it will be renewed by itself in time: of a certificate somebody has looked at its age."""
        is_certificate = ending.kind is Kind.CERTIFICATE
        return ending.renewing is Renewing.AUTOMATIC and (is_certificate or left >= self.renewing_from)


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


def certificate_days(lifetime: datetime.timedelta) -> tuple[int, ...]:
    """The thresholds of a certificate that somebody else renews: in the last quarter of its life.

    Whoever renews it by itself does so before that, also where it lives for 45 days.
    """
    return tuple(days for days in CERTIFICATE_DAYS if datetime.timedelta(days=days) <= lifetime / QUARTER)


def alarm_days(ending: Ending, policy: Policy) -> tuple[int, int]:
    """From how many days before the end on it is a warning, and critical; -1: never before it."""
    if ending.kind is not Kind.CERTIFICATE:
        is_renewing = ending.renewing is Renewing.AUTOMATIC
        return (policy.renewing_from - 1 if is_renewing else WARNING_DAYS, CRITICAL_DAYS)
    if ending.renewing is Renewing.AUTOMATIC:
        return (-1, -1)
    return (max(policy.days_of(ending), default=-1), CERTIFICATE_CRITICAL_DAYS)


def judge_level(ending: Ending, policy: Policy, now: datetime.datetime) -> Level:
    """How urgent it is; what is not known is no worse than what is known of it."""
    left = ending.days_left(now)
    if ending.stage is Stage.UNWATCHED:
        return Level.WELL
    if ending.stage is not Stage.RUNNING or ending.renewing is Renewing.UNPAID:
        return Level.CRITICAL
    if left is None:
        return Level.WELL
    warning, critical = alarm_days(ending, policy)
    if left <= critical:
        return Level.CRITICAL
    if policy.trusts(ending, left):
        return Level.WELL
    if left <= warning or ending.renewing is Renewing.OVERDUE:
        return Level.WARNING
    return Level.INFO if left <= max(policy.days_of(ending), default=0) else Level.WELL
