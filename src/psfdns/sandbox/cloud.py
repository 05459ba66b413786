"""What every action of the sandbox works with: the store, the clock, ids, and the look-ups they share."""

from __future__ import annotations

import datetime
import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from psfdns.sandbox.changes import change_info, new_change
from psfdns.sandbox.faults import ApiError, SpellingError, invalid_input
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.spelling import stored_name
from psfdns.sandbox.store import Store
from psfdns.sandbox.zones import HostedZone

ACCOUNT = "sandbox"
"""The account id of every sandbox."""
MAX_ZONES = 500
"""Hosted zones of an account (Developer Guide, "Quotas on hosted zones")."""
MAX_RECORD_SETS = 10_000

_ID_LETTERS = string.ascii_uppercase + string.digits

Params = dict[str, Any]
Result = dict[str, Any]
Item = TypeVar("Item")


@dataclass(slots=True)
class Cloud:
    """One account of the embedded Route 53.

    `insync_after`: seconds for which a change stays PENDING; `busy_for`: seconds for which a zone refuses
    another change with PriorRequestNotComplete. `find_parent_ds`: the DS that a zone (its stored name) has in
    a parent outside of the account, None where they cannot be looked up.
    """

    store: Store
    now: Callable[[], datetime.datetime]
    randomness: random.Random
    insync_after: float
    busy_for: float = 0.0
    max_zones: int = MAX_ZONES
    max_record_sets: int = MAX_RECORD_SETS
    find_parent_ds: Callable[[str], tuple[str, ...] | None] | None = None
    busy_until: dict[str, datetime.datetime] = field(default_factory=dict)

    def new_id(self, prefix: str, length: int = 20) -> str:
        """An id in Route 53's pattern."""
        return prefix + "".join(self.randomness.choices(_ID_LETTERS, k=length))

    def new_change(self, comment: str | None = None) -> dict[str, str]:
        """A change that begins now."""
        return new_change(self.new_id("C"), self.now(), comment)

    def change_info(self, change: dict[str, str]) -> dict[str, Any]:
        """How far a change is."""
        return change_info(change, self.now(), self.insync_after)

    def is_busy(self, zone_id: str) -> bool:
        """Whether another change of the zone is being taken in."""
        until = self.busy_until.get(zone_id)
        return until is not None and self.now() < until

    def keep_busy(self, zone_id: str) -> None:
        """A change of the zone is being taken in."""
        if self.busy_for:
            self.busy_until[zone_id] = self.now() + datetime.timedelta(seconds=self.busy_for)

    def zone(self, zone_id: str) -> HostedZone:
        """A hosted zone by id; raises NoSuchHostedZone."""
        return self.zone_with_record_sets(zone_id)[0]

    def zone_with_record_sets(self, zone_id: str) -> tuple[HostedZone, RecordSets]:
        """A hosted zone with its record sets, by id; raises NoSuchHostedZone."""
        found = self.store.fetch_zone(zone_id)
        if found is None:
            raise ApiError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}")
        return found


def read_name(text: str) -> str:
    """A name from a parameter, as stored; raises InvalidInput."""
    try:
        return stored_name(text)
    except SpellingError as fault:
        raise invalid_input(str(fault)) from fault


def page_size(params: Params, *, most: int, default: int = 100) -> int:
    """MaxItems: text in the model; more than the service gives at once is cut without a word."""
    text = params.get("MaxItems", str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise invalid_input(f"Value '{text}' for MaxItems is not a number from 1")
    return min(int(text), most)


def cut_page(items: Sequence[Item], start: int, size: int) -> tuple[Sequence[Item], Item | None]:
    """The items of one page, and the first of the next where more follow."""
    behind = start + size
    return items[start:behind], items[behind] if behind < len(items) else None
