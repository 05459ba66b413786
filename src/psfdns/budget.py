"""Token buckets that keep us below Route 53's request and change rates: pure, time is an argument.

Since 30 July 2026 an account has a bucket for all actions, one for every action, and one for changes
(Developer Guide, "Throttling for Amazon Route 53 API requests"). We stay at nine tenths of the rates,
because the console and every other tool of the account draw from the same buckets.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from psfdns.errors import StoppedError

SHARE = 0.9
"""How much of what Route 53 allows we take."""

SLOW_ACTIONS: dict[str, tuple[float, int]] = {
    "CreateHostedZone": (2, 40),
    "CreateReusableDelegationSet": (2, 40),
    "DeleteHostedZone": (5, 40),
    "DeleteReusableDelegationSet": (5, 40),
    "CreateCidrCollection": (5, 40),
    "ChangeCidrCollection": (5, 40),
    "DeleteCidrCollection": (5, 40),
    "AssociateVPCWithHostedZone": (5, 20),
    "DisassociateVPCFromHostedZone": (5, 10),
    "CreateHealthCheck": (0.5, 50),
    "DeleteHealthCheck": (3, 15),
    "UpdateHealthCheck": (5, 50),
    "GetHealthCheckStatus": (1, 4),
    "GetHealthCheckLastFailureReason": (1, 4),
}
"""Action -> (requests a second, burst), where Route 53 allows less than to the account as a whole."""

ZONE_CHANGES: dict[str, int] = dict.fromkeys(
    ("CreateHostedZone", "DeleteHostedZone", "AssociateVPCWithHostedZone", "DisassociateVPCFromHostedZone"), 2
)
"""Action -> change tokens, beside those of ChangeResourceRecordSets."""

_CHANGE_TOKENS = {b"<Action>CREATE</Action>": 1, b"<Action>DELETE</Action>": 1, b"<Action>UPSERT</Action>": 2}
_ROUNDING = 1e-7
"""Tokens that floating-point sums may be off."""

_SLICE = 0.5
"""Seconds slept at most before looking again whether a person has stopped us."""


@dataclass(frozen=True, slots=True)
class Rates:
    """`[route53]` of psfdns.toml: per second and burst; a rate of 0 is unlimited."""

    requests_per_second: float = 9.0
    burst: float = 40
    changes_per_second: float = 90.0
    changes_burst: float = 1400


UNLIMITED = Rates(0, 0, 0, 0)


class TokenBucket:
    """One bucket; whoever asks for more than the burst waits until it has run full that far."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._filled_at = clock()

    def seconds_until(self, tokens: float) -> float:
        """How long until so many tokens are there; nothing is taken."""
        if not self._rate:
            return 0.0
        now = self._clock()
        filled = self._tokens + (now - self._filled_at) * self._rate
        self._tokens = min(max(self._burst, tokens), filled)
        self._filled_at = now
        missing = tokens - self._tokens
        return missing / self._rate if missing > _ROUNDING else 0.0

    def take(self, tokens: float) -> None:
        """Take tokens that are there."""
        self._tokens -= tokens


class Budget:
    """Every bucket of one account, and the count of what was sent, retries included."""

    def __init__(self, rates: Rates, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._sent: Counter[str] = Counter()
        self._changes = TokenBucket(rates.changes_per_second, rates.changes_burst, clock)
        self._requests = TokenBucket(rates.requests_per_second, rates.burst, clock)
        self._actions = {
            action: TokenBucket(SHARE * rate if rates.requests_per_second else 0, SHARE * burst, clock)
            for action, (rate, burst) in SLOW_ACTIONS.items()
        }

    @property
    def sent(self) -> Counter[str]:
        """Requests sent so far by action."""
        with self._lock:
            return self._sent.copy()

    @property
    def is_stopped(self) -> bool:
        """Whether a person wants to stop."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Let no further request out: a person wants to stop. What is in flight is not touched."""
        self._stopped.set()

    def spend(self, action: str, body: bytes = b"") -> None:
        """Wait until a request may be sent, and count it. Raises StoppedError after `stop`."""
        wanted = [(self._requests, 1), (self._changes, count_changes(action, body))]
        if action in self._actions:
            wanted.append((self._actions[action], 1))
        # One at a time, and all buckets at one moment: tokens that are held through another bucket's
        # wait would be refilled here before they are spent there, and be too many together.
        with self._turn:
            self._wait(wanted)
            for bucket, tokens in wanted:
                bucket.take(tokens)
        with self._lock:
            self._sent[action] += 1

    def count(self, action: str) -> None:
        """Count a request of another service, which has its own limits. Raises StoppedError after `stop`."""
        self.pause(0)
        with self._lock:
            self._sent[action] += 1

    def _wait(self, wanted: list[tuple[TokenBucket, int]]) -> None:
        while True:
            seconds = max(bucket.seconds_until(tokens) for bucket, tokens in wanted)
            self.pause(seconds)
            if seconds <= 0:
                return

    def pause(self, seconds: float) -> None:
        """Sleep, but not through a stop. Raises StoppedError."""
        until = self._clock() + seconds
        while True:
            if self._stopped.is_set():
                raise StoppedError("stopped before the next request")
            left = until - self._clock()
            if left <= 0:
                return
            self._sleep(min(left, _SLICE))


def count_changes(action: str, body: bytes) -> int:
    """The change tokens of a request; a value cannot fake the tags, because XML escapes its `<`."""
    if action == "ChangeResourceRecordSets":
        return sum(body.count(tag) * tokens for tag, tokens in _CHANGE_TOKENS.items())
    return ZONE_CHANGES.get(action, 0)
