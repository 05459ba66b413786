"""Which module brings a certificate to which kind of target, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never
from urllib.parse import urlsplit

from psfdns.certs.deploy.acm import Api
from psfdns.certs.deploy.fastly import Exchange
from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.errors import DeployError
from psfdns.urls import is_loopback


@dataclass(frozen=True, slots=True)
class Means:
    """What deploys are made with.

    `environment` is ours, and may hold secrets. `open_aws` opens a service in a region (None: where it is).
    With `near_only` nothing is written to a service outside this machine.
    """

    environment: Mapping[str, str] = field(repr=False)
    open_aws: Callable[[str, str | None], Api]
    exchange: Exchange
    near_only: bool = False


def carry(target: DeployTarget, parcel: Parcel, means: Means) -> Arrival:
    """Bring it there; raises PsfdnsError. Each kind may be repeated: it leads to the same end."""
    match target.type:
        case TargetType.EXEC:
            from psfdns.certs.deploy.program import run_hook

            return run_hook(target, parcel, means.environment)
        case TargetType.DIRECTORY:
            from psfdns.certs.deploy.directory import copy_set

            return copy_set(target, parcel)
        case TargetType.ACM:
            from psfdns.certs.deploy.acm import import_certificate

            return import_certificate(target, parcel, lambda region: means.open_aws("acm", region))
        case TargetType.SECRETS_MANAGER:
            from psfdns.certs.deploy.secretsmanager import put_secret

            return put_secret(target, parcel, lambda region: means.open_aws("secretsmanager", region))
        case TargetType.S3:
            from psfdns.certs.deploy.bucket import put_objects

            return put_objects(target, parcel, lambda: means.open_aws("s3", None))
        case TargetType.FASTLY:
            return _carry_to_fastly(target, parcel, means)
        case _:
            assert_never(target.type)


def _carry_to_fastly(target: DeployTarget, parcel: Parcel, means: Means) -> Arrival:
    from psfdns.certs.deploy.fastly import FastlyApi, upload_certificate
    from psfdns.certs.deploy.token import read_token

    if means.near_only and not is_loopback(urlsplit(target.url).hostname or ""):
        hint = "its url may name a stand-in on this machine"
        raise DeployError("Fastly: is not written to with --sandbox", hint=hint)
    token = read_token(target, means.environment)
    return upload_certificate(parcel, FastlyApi(target.url, token, means.exchange))
