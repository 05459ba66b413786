"""A run's account of what its orders cost at CAs, on the disk before a CA is asked; threads share it."""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Callable, Iterable, Mapping

from psfdns.certs.attempts import Attempt
from psfdns.certs.desk import Desk
from psfdns.certs.limits import ACCOUNT, Bid, Rules, Wait, judge_limits, judge_waits, subject_of
from psfdns.certs.resources import Order
from psfdns.errors import CaError, PsfdnsError

LONGEST_WAIT = datetime.timedelta(seconds=30)
"""A CA that wants to be left alone for longer is asked by a later run (docs/contract.md §4)."""


class HeldBackError(CaError):
    """The CA would refuse by our own count, and was not asked."""


class Ledger:
    """The history of the desk, and the orders that this round is about to place."""

    def __init__(self, desk: Desk, rules: Mapping[str, Rules], now: Callable[[], datetime.datetime]) -> None:
        self._desk = desk
        self._rules = rules
        self._now = now
        self._lock = threading.Lock()
        self._bids: dict[str, Bid] = {}
        self._history = desk.load_history()
        if self._history.settle(now()):
            self._save()

    def begin_round(self, attempts: Iterable[Attempt]) -> None:
        """What was about to be placed was placed by now, or was not; orders under way have their place."""
        self._bids = {each.wish.name: self._bid(each) for each in attempts if each.has_order}

    def admit(self, attempt: Attempt) -> Wait | None:
        """What an attempt has to wait for; one with an order under way only until the CA may be asked."""
        bid = self._bid(attempt)
        with self._lock:
            wait = judge_waits(self._history, bid, self._now())
        return wait if wait is not None or attempt.has_order else self._take(attempt, bid)

    def order(self, attempt: Attempt, *, replacing: bool) -> None:
        """A new order is about to be asked for. Raises HeldBackError, PsfdnsError."""
        bid = self._bid(attempt, replacing=replacing)
        wait = self._take(attempt, bid)
        if wait is not None:
            with self._lock:
                # An order under way that came to nothing had a place, which others may have now.
                self._bids.pop(attempt.wish.name, None)
            doing = f"order {attempt.wish.names[0]}"
            raise HeldBackError(attempt.ca, doing, say_wait(wait), retry_at=wait.until)
        with self._lock:
            self._history.note_order(bid, self._now())
            self._desk.store_history(self._history)

    def finalize(self, attempt: Attempt, order: Order) -> None:
        """The CA is about to be told to issue. Raises PsfdnsError."""
        with self._lock:
            self._note_issued(attempt, order)
            self._desk.store_history(self._history)

    def keep(self, attempt: Attempt) -> None:
        """The CA has issued, which may be long after it was told to."""
        if attempt.order is not None:
            with self._lock:
                self._note_issued(attempt, attempt.order)
                self._save()

    def fail(self, attempt: Attempt, name: str, *, authorization: str) -> None:
        """A name could not be validated."""
        with self._lock:
            self._history.note_failure(attempt.ca, name, self._now(), authorization=authorization)
            self._save()

    def give_back(self, order: str) -> None:
        """An order has come to nothing."""
        with self._lock:
            self._history.take_back(order)
            self._save()

    def wait(self, error: PsfdnsError, attempt: Attempt) -> None:
        """Keep what a CA wants us to wait for, if that is longer than a run."""
        limited = isinstance(error, CaError) and error.kind == "rateLimited"
        self.wait_for(error, attempt.ca, subject_of(attempt.wish.names) if limited else ACCOUNT)

    def wait_for(self, error: PsfdnsError, ca: str, subject: str = ACCOUNT) -> None:
        """The same of a subject."""
        until = error.retry_at if isinstance(error, CaError) else None
        now = self._now()
        if until is None or until - now <= LONGEST_WAIT:
            return
        with self._lock:
            self._history.waits[ca, subject] = Wait(until, str(error.summary), now)
            self._save()

    def _note_issued(self, attempt: Attempt, order: Order) -> None:
        replacing = attempt.draft is not None and attempt.draft.replaces
        bid = self._bid(attempt, replacing=replacing)
        self._history.note_issued(bid, self._now(), order=order.url)
        self._bids.pop(attempt.wish.name, None)

    def _bid(self, attempt: Attempt, *, replacing: bool = True) -> Bid:
        now = self._now()
        bid = attempt.bid(now, replacing=replacing)
        return bid._replace(renewal=bid.renewal or self._history.knows(bid.ca, bid.names, now))

    def _take(self, attempt: Attempt, bid: Bid) -> Wait | None:
        """A place among those that the limits allow; None where there is one."""
        name = attempt.wish.name
        with self._lock:
            others = [each for other, each in self._bids.items() if other != name]
            rules = self._rules.get(attempt.ca)
            wait = judge_limits(self._history, bid, rules=rules, now=self._now(), others=others)
            if wait is None:
                self._bids[name] = bid
        return wait

    def _save(self) -> None:
        # What cannot be kept is no reason to stop: the CA counts by itself.
        with contextlib.suppress(PsfdnsError):
            self._desk.store_history(self._history)


def say_wait(wait: Wait) -> str:
    """A wait as half a sentence."""
    return f"not before {wait.until.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC: {wait.why}"
