"""What `certs renew`, `issue` and `deploy` share: certificates are brought to their targets."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.certs.deploying import Delivery, drop, find_dropped, find_due
from psfdns.cli.wiring import environment, now

if TYPE_CHECKING:
    from psfdns.certs.deploy.carrying import Means
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
    found = Round(job.store, lambda target, parcel: carry(target, parcel, means), now, threading.Lock())
    return Deploys(found.run(deliveries), forgotten)


def _forget(job: Job, standing: Standing) -> tuple[str, ...]:
    """What stands at such a target stays there."""
    if standing.unreadable is not None:
        return ()
    dropped = find_dropped(standing)
    if dropped:
        job.store.save_state(standing.wanted.name, drop(standing.state, dropped))
    return dropped


def _open_means(job: Job) -> Means:
    """Nothing is asked yet."""
    from psfdns.certs.deploy.carrying import Means

    del job
    return Means(environment())
