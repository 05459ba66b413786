"""Route 53's token buckets as of July 2026, for tests and measurements: off unless asked for.

Developer Guide, "Throttling for Amazon Route 53 API requests": a request needs a token of the account's
bucket and one of its action's; changes draw on a bucket of their own as well.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.sandbox.faults import ApiError


@dataclass(slots=True)
class Bucket:
    """Tokens: at most `burst`, `rate` more a second, full at first."""

    burst: float
    rate: float
    tokens: float = field(init=False)
    filled_at: datetime.datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def fill(self, now: datetime.datetime) -> None:
        """Add what time has brought."""
        if self.filled_at is not None:
            elapsed = (now - self.filled_at).total_seconds()
            self.tokens = min(self.burst, self.tokens + elapsed * self.rate)
        self.filled_at = now


_ACTION_LIMITS = {
    "CreateHostedZone": (40, 2),
    "CreateReusableDelegationSet": (40, 2),
    "DeleteHostedZone": (40, 5),
    "DeleteReusableDelegationSet": (40, 5),
    "AssociateVPCWithHostedZone": (20, 5),
    "DisassociateVPCFromHostedZone": (10, 5),
    "CreateHealthCheck": (50, 0.5),
    "DeleteHealthCheck": (15, 3),
    "UpdateHealthCheck": (50, 5),
    "GetHealthCheckStatus": (4, 1),
    "GetHealthCheckLastFailureReason": (4, 1),
}
"""Burst and tokens a second, where they are not those of `_DEFAULT_LIMIT`."""
_DEFAULT_LIMIT = (50, 10)
_CHANGE_COSTS = {
    "CreateHostedZone": 2,
    "DeleteHostedZone": 2,
    "AssociateVPCWithHostedZone": 2,
    "DisassociateVPCFromHostedZone": 2,
}


class Throttle:
    """All buckets of one account; `refused` counts what was throttled."""

    def __init__(self) -> None:
        self.refused = 0
        self._account = Bucket(*_DEFAULT_LIMIT)
        self._changes = Bucket(1500, 100)
        self._actions: dict[str, Bucket] = {}
        self._turn = threading.Lock()

    def admit(self, action: str, params: Mapping[str, Any], now: datetime.datetime) -> None:
        """Take the tokens of a request, or raise Throttling and take none."""
        with self._turn:
            if action not in self._actions:
                self._actions[action] = Bucket(*_ACTION_LIMITS.get(action, _DEFAULT_LIMIT))
            needed = [
                (self._account, 1),
                (self._actions[action], 1),
                (self._changes, change_cost(action, params)),
            ]
            for bucket, _ in needed:
                bucket.fill(now)
            if any(bucket.tokens < cost for bucket, cost in needed):
                self.refused += 1
                raise ApiError("Throttling", "Rate exceeded")
            for bucket, cost in needed:
                bucket.tokens -= cost


def change_cost(action: str, params: Mapping[str, Any]) -> int:
    """Change tokens of a request: UPSERT counts twice, by the element and not by the value."""
    if action != "ChangeResourceRecordSets":
        return _CHANGE_COSTS.get(action, 0)
    return sum(2 if change["Action"] == "UPSERT" else 1 for change in params["ChangeBatch"]["Changes"])
