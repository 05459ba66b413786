"""`type = "s3"`: four files and a manifest that is written last and tells which of them belong together."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from psfdns.certs.deploy.bucket import put_objects
from psfdns.certs.deploy.parcel import Parcel
from psfdns.certs.settings import TargetType
from psfdns.errors import HostError
from tests.certs.deploy.clouds import BUCKET, Cloud
from tests.certs.deploy.parcels import NEXT, SET, key_text, parcel, target


def bring(cloud: Cloud, found: Parcel, **settings: Any) -> str | None:
    where = target(TargetType.S3, **{"bucket": BUCKET, "prefix": "certs", **settings})
    return put_objects(where, found, lambda: cloud.open("s3")).place


def objects(cloud: Cloud) -> dict[str, bytes]:
    client = cloud.client("s3")
    listed = client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return {each["Key"]: client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}


def test_the_files_lie_below_prefix_and_name(cloud: Cloud) -> None:
    assert bring(cloud, parcel()) == "s3://a-bucket/certs/a.example"
    found = objects(cloud)
    manifest = json.loads(found.pop("certs/a.example/manifest.json"))
    assert found == {
        "certs/a.example/cert.pem": SET.certificate,
        "certs/a.example/chain.pem": SET.chain,
        "certs/a.example/fullchain.pem": SET.full_chain,
        "certs/a.example/privkey.pem": SET.key,
    }
    assert {key: manifest[key] for key in ("format", "name", "names", "fingerprint")} == {
        "format": "psfdns-certificate-set/1",
        "name": "a.example",
        "names": ["a.example", "*.a.example"],
        "fingerprint": parcel().fingerprint,
    }
    for name, about in manifest["files"].items():
        text = found[f"certs/a.example/{name}"]
        assert about == {"sha256": hashlib.sha256(text).hexdigest(), "version": None}


def test_without_a_prefix_they_lie_below_the_name(cloud: Cloud) -> None:
    bring(cloud, parcel(), prefix="")
    assert "a.example/privkey.pem" in objects(cloud)


def test_the_manifest_names_the_versions_of_a_bucket_that_keeps_them(cloud: Cloud) -> None:
    client = cloud.client("s3")
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    bring(cloud, parcel())
    manifest = json.loads(objects(cloud)["certs/a.example/manifest.json"])
    bring(cloud, parcel(NEXT))
    version = manifest["files"]["privkey.pem"]["version"]
    key = "certs/a.example/privkey.pem"
    assert client.get_object(Bucket=BUCKET, Key=key, VersionId=version)["Body"].read() == SET.key


def test_a_key_of_ours_encrypts_every_object(cloud: Cloud) -> None:
    bring(cloud, parcel(), kms_key="alias/certs")
    for key in objects(cloud):
        about = cloud.client("s3").head_object(Bucket=BUCKET, Key=key)
        assert (about["ServerSideEncryption"], about["SSEKMSKeyId"]) == ("aws:kms", "alias/certs")


@pytest.mark.parametrize("written", range(5))
def test_a_run_that_is_cut_short_leaves_a_manifest_that_does_not_fit_or_the_old_one(
    cloud: Cloud, written: int
) -> None:
    """A reader who compares digests sees that the set is not whole, however far it came."""
    bring(cloud, parcel())
    api = cloud.open("s3")
    calls: list[str] = []

    class Cut:
        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            if len(calls) == written:
                raise HostError("S3", doing, "cut")
            calls.append(parameters["Key"])
            return api.call(action, doing, **parameters)

    with pytest.raises(HostError):
        put_objects(target(TargetType.S3, bucket=BUCKET, prefix="certs"), parcel(NEXT), Cut)
    found = objects(cloud)
    manifest = json.loads(found["certs/a.example/manifest.json"])
    assert manifest["fingerprint"] == parcel().fingerprint
    fits = all(
        hashlib.sha256(found[f"certs/a.example/{name}"]).hexdigest() == about["sha256"]
        for name, about in manifest["files"].items()
    )
    assert fits == (written == 0)
    bring(cloud, parcel(NEXT))
    assert (
        json.loads(objects(cloud)["certs/a.example/manifest.json"])["fingerprint"] == parcel(NEXT).fingerprint
    )


FAULTS = {
    (403, "AccessDenied"): ("not allowed", "needs s3:PutObject"),
    (404, "NoSuchBucket"): ("says NoSuchBucket", ""),
    (503, "SlowDown"): ("throttled 4 times", "the next run tries again"),
    (500, "InternalError"): ("says InternalError", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_no_is_said_and_nothing_of_the_key_with_it(cloud: Cloud, fault: tuple[int, str]) -> None:
    cloud.answer("s3", "PutObject", *fault)
    with pytest.raises(HostError) as caught:
        bring(cloud, parcel())
    why, hint = FAULTS[fault]
    assert f"S3: write s3://a-bucket/certs/a.example/cert.pem: {why}" in str(caught.value)
    assert hint in (caught.value.hint or "")
    assert key_text()[:20] not in str(caught.value)
