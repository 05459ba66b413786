"""One apply at a time wherever it runs: a lease in an object store, renewed while its holder lives.

Its times are never compared with a local clock: a lease is stale when the store says that it was written
longer ago than it lasts, by the Date of the same answer. The holder counts elapsed time since it last
began to renew, the time in which its machine slept included, and gives up before anyone may take over.
Every version differs from all others (token and number), so a version that was seen is a version in time.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from psfdns.errors import LockedError, LockLostError, OutsideError
from psfdns.locks.holder import Holder, parse_document, parse_holder, show_time, to_json
from psfdns.objects import ObjectStore, StoredObject

_TRIES = 5
"""Times that the lock may slip from one to another while it is being taken."""

_LONGEST_LEASE = 3600.0
"""What another one's lease is believed to last at most."""


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """Seconds. The holder writes nothing in the last `margin` of its lease, which clocks and answers take."""

    lease: float = 60.0
    heartbeat: float = 20.0
    margin: float = 15.0
    retry: float = 5.0
    farewell: float = 10.0
    """How long a renewal under way is waited for at the end."""


TIMES = LeaseTimes()


@dataclass(frozen=True, slots=True)
class Wording:
    """What the lock keeps, the command that shows what is left, and what to do again later."""

    what: str = "the account"
    look: str = "psfdns plan"
    again: str = "apply again"


OF_APPLY = Wording()


@contextmanager
def hold_lease(
    store: ObjectStore,
    account: str,
    me: Holder,
    *,
    clock: Callable[[], float],
    say: Callable[[str], None],
    times: LeaseTimes = TIMES,
    wording: Wording = OF_APPLY,
) -> Iterator[Callable[[], None]]:
    """Hold the lock of `account`; gives the function that raises LockLostError once it may not be ours.

    Raises LockedError, or OutsideError where the store cannot be asked.
    """
    lease = Lease(store, f"locks/{account}.json", me, clock=clock, times=times, wording=wording)
    left = lease.acquire()
    if left is not None:
        say(f"the lock of {account} was left to become stale and is taken over: {left}")
    heartbeat = _Heartbeat(lease, times)
    heartbeat.start()
    try:
        yield lease.check
    finally:
        heartbeat.stop()
        try:
            lease.release()
        except OutsideError as error:
            say(f"the lock of {account} could not be let go, it becomes stale by itself: {error}")


class Lease:
    """One process's hold of one lock; `check` may be called by any thread while another renews."""

    def __init__(
        self,
        store: ObjectStore,
        key: str,
        me: Holder,
        *,
        clock: Callable[[], float],
        times: LeaseTimes,
        wording: Wording = OF_APPLY,
    ) -> None:
        self._store = store
        self._key = key
        self._me = me
        self._clock = clock
        self._times = times
        self._wording = wording
        self._token = secrets.token_hex(16)
        self._number = 0
        self._state = threading.Lock()
        self._version = ""
        self._renewed_at = 0.0
        self._trouble: str | None = None
        self._lost: str | None = None

    def acquire(self) -> str | None:
        """Take the lock; returns who left it stale, if it was. Raises LockedError."""
        for _ in range(_TRIES):
            began = self._clock()
            version = self._store.put_new(self._key, self._next_body())
            if version is not None:
                self._keep(version, began)
                return None
            there = self._store.get(self._key)
            if there is None:
                continue
            self._refuse_held(there)
            began = self._clock()
            version = self._store.replace(self._key, self._next_body(), there.version)
            if version is not None:
                self._keep(version, began)
                return _name(there)
        raise LockedError(f"{self._store.url}: others were faster to take the lock", hint="try again")

    def check(self) -> None:
        """Raises LockLostError unless the lock is surely ours."""
        with self._state:
            lost, trouble, age = self._lost, self._trouble, self._clock() - self._renewed_at
        if lost is not None:
            raise LockLostError(
                f"the lock at {self._store.url} was taken over: {lost}",
                hint=f"nothing more was sent: {self._wording.look} shows what is left once the other"
                " has ended",
            )
        if age > self._times.lease - self._times.margin:
            why = trouble or "this machine slept or was too busy"
            raise LockLostError(
                f"the lock at {self._store.url} could not be renewed for {age:.0f} s: {why}",
                hint=f"nothing more was sent; {self._wording.again} when it can be reached",
            )

    def renew(self) -> bool:
        """Write the lease anew; False once it is lost. Raises OutsideError."""
        began = self._clock()
        version = self._store.replace(self._key, self._next_body(), self._version)
        if version is None:
            there = self._store.get(self._key)
            if there is None or not self._is_ours(there):
                self._lose(there)
                return False
            # An earlier renewal arrived though its answer did not.
            began = self._clock()
            version = self._store.replace(self._key, self._next_body(), there.version)
            if version is None:
                self._lose(self._store.get(self._key))
                return False
        self._keep(version, began)
        return True

    def note_trouble(self, trouble: str) -> None:
        """Why it was not renewed, for the one who asks whether it holds."""
        with self._state:
            self._trouble = trouble

    def release(self) -> None:
        """Let go of what is still ours. Raises OutsideError."""
        if not self._store.delete(self._key, self._version):
            there = self._store.get(self._key)
            if there is not None and self._is_ours(there):
                self._store.delete(self._key, there.version)

    def _next_body(self) -> bytes:
        self._number += 1
        return to_json(self._me, token=self._token, number=self._number, lease_seconds=self._times.lease)

    def _is_ours(self, there: StoredObject) -> bool:
        return bool(parse_document(there.data).get("token") == self._token)

    def _keep(self, version: str, began: float) -> None:
        with self._state:
            self._version = version
            self._renewed_at = began
            self._trouble = None

    def _lose(self, there: StoredObject | None) -> None:
        with self._state:
            self._lost = "and let go again" if there is None else _name(there)

    def _refuse_held(self, there: StoredObject) -> None:
        """Raises LockedError unless the lease is stale by the store's clock."""
        ends = there.modified + timedelta(seconds=_lease_seconds(there, self._times.lease))
        if there.read_at is not None and there.read_at >= ends:
            return
        hint = (
            f"wait until it ends; {self._store.url} does not say what time it is, so it never becomes stale"
        )
        if there.read_at is not None:
            left = (ends - there.read_at).total_seconds()
            hint = (
                f"wait until it ends; if it died, its lock is stale at {show_time(ends)}, in {left:.0f} s"
                " by the store's clock, and the next one takes it over"
            )
        raise LockedError(
            f"{self._wording.what} is locked in {self._store.url} ({self._key}): {_name(there)}", hint=hint
        )


class _Heartbeat(threading.Thread):
    """Renews until it is told to stop or the lease is lost."""

    def __init__(self, lease: Lease, times: LeaseTimes) -> None:
        super().__init__(name="apply-lock", daemon=True)
        self._lease = lease
        self._times = times
        self._stopped = threading.Event()

    def run(self) -> None:
        pause = self._times.heartbeat
        while not self._stopped.wait(pause):
            try:
                if not self._lease.renew():
                    return
                pause = self._times.heartbeat
            except OutsideError as error:
                self._lease.note_trouble(str(error))
                pause = self._times.retry

    def stop(self) -> None:
        self._stopped.set()
        self.join(self._times.farewell)


def _name(there: StoredObject) -> str:
    return str(parse_holder(there.data) or "somebody whose note cannot be read")


def _lease_seconds(there: StoredObject, otherwise: float) -> float:
    """How long the holder's lease lasts, as it says itself within reason."""
    said = parse_document(there.data).get("lease_seconds")
    if isinstance(said, (int, float)) and 0 < said <= _LONGEST_LEASE:
        return float(said)
    return otherwise
