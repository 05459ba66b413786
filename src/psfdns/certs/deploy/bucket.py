"""`type = "s3"`: the four files below prefix/name/, and manifest.json, which is written last.

Objects are replaced one by one; the manifest has the digest of each (and its version, where the bucket keeps
versions). A reader that compares never takes a key for another certificate's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from psfdns.certs.deploy.acm import Api
from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.set_files import CERTIFICATE, CHAIN, FULL_CHAIN, KEY
from psfdns.certs.settings import DeployTarget

FORMAT = "psfdns-certificate-set/1"
MANIFEST = "manifest.json"


def put_objects(target: DeployTarget, parcel: Parcel, open_api: Callable[[], Api]) -> Arrival:
    """Write all of them; raises HostError."""
    api = open_api()
    folder = "/".join(part for part in (target.prefix, parcel.name) if part)
    found = parcel.set
    files = {CERTIFICATE: found.certificate, CHAIN: found.chain, FULL_CHAIN: found.full_chain, KEY: found.key}
    versions = {name: _put(api, target, f"{folder}/{name}", text) for name, text in files.items()}
    manifest = {
        "format": FORMAT,
        "name": parcel.name,
        "names": list(parcel.names),
        "fingerprint": parcel.fingerprint,
        "files": {
            name: {"sha256": hashlib.sha256(text).hexdigest(), "version": versions[name]}
            for name, text in files.items()
        },
    }
    _put(api, target, f"{folder}/{MANIFEST}", json.dumps(manifest, indent=1).encode() + b"\n")
    return Arrival(f"s3://{target.bucket}/{folder}")


def _put(api: Api, target: DeployTarget, key: str, text: bytes) -> str | None:
    """The object's version, None where the bucket keeps none."""
    encryption: dict[str, Any] = {}
    if target.kms_key:
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": target.kms_key}
    answer = api.call(
        "PutObject",
        f"write s3://{target.bucket}/{key}",
        Bucket=target.bucket,
        Key=key,
        Body=text,
        ContentType="application/json" if key.endswith(".json") else "application/x-pem-file",
        **encryption,
    )
    version = answer.get("VersionId")
    return None if version is None else str(version)
