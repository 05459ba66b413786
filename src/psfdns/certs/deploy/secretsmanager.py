"""`type = "secretsmanager"`: a secret a certificate, all four parts in one JSON document, so never mixed.

The version's id is the certificate's fingerprint: the same set twice is one version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from psfdns.certs.deploy.acm import TAG, Api
from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.settings import DeployTarget
from psfdns.errors import HostError

CURRENT = "AWSCURRENT"
_GONE, _TAKEN = "ResourceNotFoundException", "ResourceExistsException"


def put_secret(target: DeployTarget, parcel: Parcel, open_api: Callable[[str], Api]) -> Arrival:
    """Make it the secret's current value; the secret is made where there is none. Raises HostError."""
    api, name = open_api(target.region or ""), target.prefix + parcel.name
    document = render_secret(parcel)
    token = parcel.fingerprint
    try:
        return _put(api, name, document, token)
    except HostError as error:
        if error.code == _GONE:
            return _create(api, target, parcel, document)
        if error.code != _TAKEN:
            raise
    # The same certificate with another chain or key has an id of its own.
    return _put(api, name, document, hashlib.sha256(f"{token}\n{document}".encode()).hexdigest())


def render_secret(parcel: Parcel) -> str:
    """The secret's text."""
    found = parcel.set
    parts = {
        "certificate": found.certificate,
        "chain": found.chain,
        "fullchain": found.full_chain,
        "privkey": found.key,
    }
    return json.dumps({name: text.decode("ascii") for name, text in parts.items()})


def _put(api: Api, name: str, document: str, token: str) -> Arrival:
    doing = f"write {name}"
    answer = api.call("PutSecretValue", doing, SecretId=name, ClientRequestToken=token, SecretString=document)
    if CURRENT not in answer.get("VersionStages", [CURRENT]):
        # It was there before, and somebody has made another version the current one.
        stages = api.call("DescribeSecret", doing, SecretId=name).get("VersionIdsToStages", {})
        now = [version for version, labels in stages.items() if CURRENT in labels]
        remove = {"RemoveFromVersionId": now[0]} if now else {}
        api.call(
            "UpdateSecretVersionStage",
            doing,
            SecretId=name,
            VersionStage=CURRENT,
            MoveToVersionId=token,
            **remove,
        )
    return Arrival(str(answer["ARN"]))


def _create(api: Api, target: DeployTarget, parcel: Parcel, document: str) -> Arrival:
    name = target.prefix + parcel.name
    answer = api.call(
        "CreateSecret",
        f"make {name}",
        Name=name,
        ClientRequestToken=parcel.fingerprint,
        SecretString=document,
        Tags=[{"Key": TAG, "Value": parcel.name}],
        **({"KmsKeyId": target.kms_key} if target.kms_key else {}),
    )
    return Arrival(str(answer["ARN"]))
