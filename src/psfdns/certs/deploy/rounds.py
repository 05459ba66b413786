"""One round of deploys: side by side, each remembered as soon as it has ended, none in the way of another."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from psfdns.certs.certificate_store import CertificateStore
from psfdns.certs.deploy.hiding import hide_key
from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.deploying import Delivery, note
from psfdns.certs.pem import CertificateSet
from psfdns.certs.settings import DeployTarget
from psfdns.certs.state import Deployment
from psfdns.errors import LockLostError, PsfdnsError

THREADS = 8
MAX_FAULT = 1000
"""Characters that are remembered of a reason."""

Carry = Callable[[DeployTarget, Parcel], Arrival]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a delivery; `fault` is None where it arrived, `remark` what a program said then."""

    delivery: Delivery
    fault: str | None = None
    hint: str | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """The store, who carries, and the clock; whoever runs it holds the store's lock."""

    store: CertificateStore
    carry: Carry
    now: Callable[[], datetime.datetime]
    saving: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, deliveries: Sequence[Delivery]) -> list[Delivered]:
        """Try each once, in lanes; what became of them, in their order."""
        lanes: dict[tuple[str, ...], list[Delivery]] = {}
        for delivery in deliveries:
            lanes.setdefault(delivery.lane, []).append(delivery)
        if not lanes:
            return []
        with ThreadPoolExecutor(THREADS, thread_name_prefix="deploy") as pool:
            try:
                done = [each for found in pool.map(self._run_lane, lanes.values()) for each in found]
            except (KeyboardInterrupt, SystemExit):
                # What is under way ends by its own time limit; nothing else is begun.
                self.stopping.set()
                raise
        order = {id(delivery): index for index, delivery in enumerate(deliveries)}
        return sorted(done, key=lambda each: order[id(each.delivery)])

    def _run_lane(self, deliveries: Iterable[Delivery]) -> list[Delivered]:
        return [self._deliver(each) for each in deliveries if not self.stopping.is_set()]

    def _deliver(self, delivery: Delivery) -> Delivered:
        try:
            found = self.store.load_set(delivery.name)
        except PsfdnsError as error:
            return self._fail(delivery, error)
        done, place = self._carry(delivery, found)
        deployment = Deployment(
            delivery.target.name, delivery.fingerprint, self.now(), done.fault, place or delivery.place
        )
        try:
            with self.saving:
                self.store.save_state(delivery.name, note(self.store.load_state(delivery.name), deployment))
        except PsfdnsError as error:
            return self._fail(delivery, error, before="could not be remembered: ")
        return done

    def _fail(self, delivery: Delivery, error: PsfdnsError, *, before: str = "") -> Delivered:
        """What the store says; once it is held by somebody else, nothing more is begun."""
        if isinstance(error, LockLostError):
            self.stopping.set()
        return Delivered(delivery, f"{before}{error.summary}", error.hint)

    def _carry(self, delivery: Delivery, found: CertificateSet) -> tuple[Delivered, str | None]:
        lineage = self.store.live(delivery.name).absolute()
        parcel = Parcel(delivery.name, delivery.names, delivery.fingerprint, lineage, found, delivery.place)
        try:
            arrival = self.carry(delivery.target, parcel)
        except (PsfdnsError, OSError) as error:
            summary = str(error)
            fault = hide_key(summary, found.key)[:MAX_FAULT]
            hint = error.hint if isinstance(error, PsfdnsError) else None
            return Delivered(delivery, fault, hint and hide_key(hint, found.key)), None
        return Delivered(delivery, remark=arrival.remark), arrival.place
