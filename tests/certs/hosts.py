"""Hosts that share a store of certificates: each with a folder of its own, all on one object store."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from psfdns.certs.fenced import FencedObjects
from psfdns.certs.remote_store import RemoteStore
from psfdns.certs.store import Store
from psfdns.locks.holder import Holder
from psfdns.locks.lease import TIMES, LeaseTimes, Wording, hold_lease
from psfdns.objects import ObjectStore
from tests.stores import MemoryStore

START = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
LOCAL_TARGETS = frozenset({"salt", "web"})
WORDING = Wording("the store of certificates", "psfdns certs plan", "run it again")


def ignore(text: str) -> None:
    del text


def holding(
    objects: ObjectStore,
    host: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    say: Callable[[str], None] = ignore,
    times: LeaseTimes = TIMES,
) -> Callable[[], AbstractContextManager[Callable[[], None]]]:
    me = Holder("alice", host, 4242, START, "certs renew")
    return lambda: hold_lease(objects, "certificates", me, clock=clock, say=say, times=times, wording=WORDING)


def fenced(objects: ObjectStore, host: str = "one", **settings: object) -> FencedObjects:
    return FencedObjects(objects, holding(objects, host, **settings))  # type: ignore[arg-type]


def open_host(objects: ObjectStore, folder: Path, host: str = "one", **settings: object) -> RemoteStore:
    return RemoteStore(
        fenced(objects, host, **settings),
        Store(folder / host / "certs", me=f"psfdns on {host}"),
        cache=folder / host / "cache" / "certificates.json",
        is_local=LOCAL_TARGETS.__contains__,
    )


class Counted(MemoryStore):
    """Keeps the names of the requests that it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(fault=self.asked.append)


class KilledError(BaseException):
    """The process ends here, and nothing more of it is sent."""


class Mortal(MemoryStore):
    """Kills whoever sends the request of this number, before or after it is carried out."""

    def __init__(self) -> None:
        super().__init__(now=self.time, fault=self.before, lose=self.after)
        self.seconds = 0.0
        self.count = 0
        self.at: int | None = None
        self.late = False
        self.dead = False

    def time(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self.seconds)

    def before(self, _: str) -> None:
        self.count += 1
        if self.dead or (self.count == self.at and not self.late):
            self.dead = True
            raise KilledError

    def after(self, _: str) -> None:
        if self.count == self.at and self.late:
            self.dead = True
            raise KilledError

    def revive(self) -> None:
        """A minute later, for somebody else."""
        self.at, self.dead, self.count = None, False, 0
        self.seconds += 61
