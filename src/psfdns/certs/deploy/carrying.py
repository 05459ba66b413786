"""Which module brings a certificate to which kind of target, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.errors import DeployError


@dataclass(frozen=True, slots=True)
class Means:
    """What deploys are made with: our environment, which may hold secrets."""

    environment: Mapping[str, str] = field(repr=False)


def carry(target: DeployTarget, parcel: Parcel, means: Means) -> Arrival:
    """Bring it there; raises PsfdnsError. Each kind may be repeated: it leads to the same end."""
    match target.type:
        case TargetType.EXEC:
            from psfdns.certs.deploy.program import run_hook

            return run_hook(target, parcel, means.environment)
        case TargetType.DIRECTORY:
            from psfdns.certs.deploy.directory import copy_set

            return copy_set(target, parcel)
        case _:
            raise DeployError(f"targets of type {target.type} cannot be reached yet")
