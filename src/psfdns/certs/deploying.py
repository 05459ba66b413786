"""What is to be brought where: decided from what is wanted, what is there, and the last tries. Pure.

A deploy is a state of its own beside the certificate: it is due until the target has the set that counts,
however often that fails.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.certs.state import Deployment, State
from psfdns.certs.status import Standing


@dataclass(frozen=True, slots=True)
class Delivery:
    """A certificate that is to be brought to a target.

    `fingerprint` (SHA-256) is that of the set that counts, `place` what the target called the one before.
    """

    name: str
    names: tuple[str, ...]
    fingerprint: str
    target: DeployTarget
    place: str | None = None

    @property
    def lane(self) -> tuple[str, ...]:
        """Deliveries of one lane go one after the other.

        A program is never run twice at a time, and two targets that may mean one place do not race for it.
        """
        target = self.target
        if target.type is TargetType.EXEC:
            return target.type, *target.command
        if target.type is TargetType.FASTLY:
            return target.type, target.url
        where = target.region or target.bucket or str(target.path)
        return target.type, where, target.prefix, self.name


def find_due(standings: Sequence[Standing], targets: Mapping[str, DeployTarget]) -> list[Delivery]:
    """Everything that is not where it should be, whether that was tried before or not."""
    return [
        delivery
        for standing in standings
        for delivery in find_deliveries(standing, targets)
        if not standing.is_deployed(delivery.target.name)
    ]


def find_deliveries(standing: Standing, targets: Mapping[str, DeployTarget]) -> list[Delivery]:
    """All of a certificate, due or not; nothing of one that is missing, unreadable or revoked.

    Nor of one for names that are not wanted, or that another tenant had ordered under this name in the store.
    """
    wanted, current = standing.wanted, standing.current
    if current is None or standing.unreadable is not None or standing.is_revoked:
        return []
    if standing.ordered_for is not None or standing.strange_names:
        return []
    found = []
    for name in wanted.deploy:
        # The manifest's reader refuses others; a program or a secret is worth a second look.
        if name in targets and targets[name].permits(wanted.tenant):
            last = standing.state.deployment(name)
            place = None if last is None else last.place
            found.append(Delivery(wanted.name, current.names, current.fingerprint, targets[name], place))
    return found


def find_dropped(standing: Standing) -> tuple[str, ...]:
    """Targets that something is remembered of, and that its manifest does not name any more."""
    known = (each.target for each in standing.state.deployed)
    return tuple(name for name in known if name not in standing.wanted.deploy)


def drop(state: State, targets: Collection[str]) -> State:
    """The state without what it says of these targets."""
    return replace(state, deployed=tuple(each for each in state.deployed if each.target not in targets))


def note(state: State, deployment: Deployment) -> State:
    """The state with this as the last try at its target."""
    others = drop(state, {deployment.target}).deployed
    return replace(state, deployed=(*others, deployment))
