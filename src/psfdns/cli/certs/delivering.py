"""What `certs renew`, `issue` and `deploy` share: certificates are brought to their targets."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.certs.deploying import Delivery, drop, find_dropped, find_due
from psfdns.cli.wiring import environment, now

if TYPE_CHECKING:
    from psfdns.aws import Services
    from psfdns.certs.deploy.acm import Api
    from psfdns.certs.deploy.carrying import Means
    from psfdns.certs.deploy.fastly import Heard
    from psfdns.certs.deploy.rounds import Delivered
    from psfdns.certs.status import Standing
    from psfdns.cli.certs.issuing import Job


@dataclass(frozen=True, slots=True)
class Deploys:
    """What became of deliveries, and what is not remembered any more: (certificate, target)."""

    delivered: Sequence[Delivered] = ()
    forgotten: Sequence[tuple[str, str]] = ()

    @property
    def is_well(self) -> bool:
        """Whether everything arrived."""
        return all(each.fault is None for each in self.delivered)


def deploy_due(job: Job, standings: Sequence[Standing]) -> Deploys:
    """Bring what is due of these; whoever calls holds the store. Raises StoreError."""
    return deploy(job, standings, find_due(standings, job.workspace.config.acme.targets))


def deploy(job: Job, standings: Sequence[Standing], deliveries: Sequence[Delivery]) -> Deploys:
    """Bring these; of the certificates, forget targets that their manifest does not name any more."""
    forgotten = [(each.wanted.name, target) for each in standings for target in _forget(job, each)]
    if not deliveries:
        return Deploys((), forgotten)
    from psfdns.certs.deploy.carrying import carry
    from psfdns.certs.deploy.rounds import Round

    means = _open_means(job)
    found = Round(job.store, lambda target, parcel: carry(target, parcel, means), now)
    return Deploys(found.run(deliveries), forgotten)


def _forget(job: Job, standing: Standing) -> tuple[str, ...]:
    """What stands at such a target stays there."""
    if standing.unreadable is not None:
        return ()
    dropped = find_dropped(standing)
    if dropped:
        # Read anew: what the CA suggests may have been written since.
        name = standing.wanted.name
        job.store.save_state(name, drop(job.store.load_state(name), dropped))
    return dropped


def _open_means(job: Job) -> Means:
    """Nothing is asked yet; the sandbox writes to nobody outside this machine."""
    from psfdns.certs.deploy.carrying import Means

    sandboxed = job.workspace.options.sandbox
    return Means(environment(), _Aws(near_only=sandboxed).open, exchange, near_only=sandboxed)


class _Aws:
    """Services of AWS; botocore is imported with the first of them."""

    def __init__(self, *, near_only: bool) -> None:
        self._near_only = near_only
        self._turn = threading.Lock()
        self._services: Services | None = None

    def open(self, service: str, region: str | None) -> Api:
        """A service in a region. Raises HostError."""
        with self._turn:
            if self._services is None:
                from psfdns.aws import Services

                self._services = Services(near_only=self._near_only)
        return self._services.open(service, region)


def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Heard:
    """One request by the door that registrars are asked through: https, and within bounds."""
    from psfdns.certs.deploy.fastly import Heard
    from psfdns.registrar.https import Reply, Request
    from psfdns.registrar.https import exchange as send

    answered = send(Request(method, url, headers, body))
    if isinstance(answered, Reply):
        return Heard(answered.status, answered.body)
    return Heard(None, why=answered.why)
