"""What `certs renew`, `issue` and `deploy` share: certificates are brought to their targets."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from psfdns.certs.deploying import Delivery, drop, find_dropped, find_due
from psfdns.cli.certs.issuing import bring_here
from psfdns.cli.wiring import environment, now

if TYPE_CHECKING:
    from psfdns.aws import Services
    from psfdns.certs.deploy.acm import Api
    from psfdns.certs.deploy.carrying import Means
    from psfdns.certs.deploy.fastly import Heard
    from psfdns.certs.deploy.rounds import Delivered
    from psfdns.certs.status import Standing
    from psfdns.cli.certs.issuing import Job
    from psfdns.errors import PsfdnsError


@dataclass(frozen=True, slots=True)
class Deploys:
    """What became of deliveries, and what is not remembered any more: (certificate, target).

    `missing` are certificates whose set could not be brought to this machine, and why.
    """

    delivered: Sequence[Delivered] = ()
    forgotten: Sequence[tuple[str, str]] = ()
    missing: Mapping[str, PsfdnsError] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether everything arrived."""
        return not self.missing and all(each.fault is None for each in self.delivered)


NO_DEPLOYS = Deploys()


def deploy_due(job: Job, standings: Sequence[Standing]) -> Deploys:
    """See that the sets are here, and bring what is due of them; whoever calls holds the store.

    What is not here is brought to nobody. Raises StoreError.
    """
    missing = bring_here(job, (each.wanted.name for each in standings))
    here = [each for each in standings if each.wanted.name not in missing]
    deploys = deploy(job, here, find_due(here, job.workspace.config.acme.targets))
    return replace(deploys, missing=missing)


def has_deploys(job: Job, standings: Sequence[Standing]) -> bool:
    """Whether something is to be brought somewhere, or a target to be forgotten."""
    return bool(find_due(standings, job.workspace.config.acme.targets)) or any(map(find_dropped, standings))


def deploy(job: Job, standings: Sequence[Standing], deliveries: Sequence[Delivery]) -> Deploys:
    """Bring these; of the certificates, forget targets that their manifest does not name any more."""
    forgotten = [(each.wanted.name, target) for each in standings for target in _forget(job, each)]
    if not deliveries:
        return Deploys((), forgotten)
    from psfdns.certs.deploy.carrying import carry
    from psfdns.certs.deploy.rounds import Round
    from psfdns.cli.wiring import is_interactive

    if is_interactive():
        # A program has a minute; cron is told what became of it, and no more.
        job.say("bringing " + ", ".join(f"{each.name} to {each.target.name}" for each in deliveries))
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
