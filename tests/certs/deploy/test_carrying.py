"""Each kind of target is brought to by its own module; with --sandbox nothing leaves this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psfdns.aws import Services
from psfdns.certs.deploy.carrying import Means, carry
from psfdns.certs.deploy.fastly import Heard
from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.cli.certs.delivering import exchange
from psfdns.errors import DeployError, HostError
from tests.certs.deploy.clouds import BUCKET, REGION, Cloud
from tests.certs.deploy.fake_fastly import TOKEN, FakeFastly, playing_fastly
from tests.certs.deploy.parcels import SET, parcel, target


@pytest.fixture
def fastly() -> Iterator[FakeFastly]:
    with playing_fastly() as found:
        yield found


def never(method: str, url: str, headers: Any, body: bytes | None) -> Heard:
    pytest.fail("somebody was asked")


def test_each_kind_arrives(cloud: Cloud, fastly: FakeFastly, tmp_path: Path) -> None:
    means = Means({"FASTLY_API_TOKEN": TOKEN, "PATH": "/usr/bin:/bin"}, cloud.open, exchange)
    targets = [
        target(TargetType.EXEC, command=("/bin/echo", "hello")),
        target(TargetType.DIRECTORY, path=tmp_path / "certs"),
        target(TargetType.ACM, region=REGION),
        target(TargetType.SECRETS_MANAGER, region=REGION, prefix="certs/"),
        target(TargetType.S3, bucket=BUCKET, prefix="certs"),
        target(TargetType.FASTLY, url=fastly.url),
    ]
    assert [each.type for each in targets] == list(TargetType)
    arrivals = [carry(each, parcel(), means) for each in targets]
    assert arrivals[0].remark == "hello"
    assert (tmp_path / "certs" / "a.example" / "privkey.pem").read_bytes() == SET.key
    assert (arrivals[2].place or "").startswith("arn:aws:acm:us-east-1:")
    secret = cloud.client("secretsmanager").get_secret_value(SecretId="certs/a.example")
    assert json.loads(secret["SecretString"])["privkey"] == SET.key.decode()
    key = "certs/a.example/privkey.pem"
    assert cloud.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() == SET.key
    assert arrivals[5].place in fastly.certificates


FAR: dict[str, DeployTarget] = {
    "acm": target(TargetType.ACM, region=REGION),
    "secretsmanager": target(TargetType.SECRETS_MANAGER, region=REGION),
    "s3": target(TargetType.S3, bucket=BUCKET),
    "fastly": target(TargetType.FASTLY),
}


@pytest.mark.parametrize("kind", FAR)
def test_with_the_sandbox_nobody_outside_is_written_to(kind: str) -> None:
    means = Means({"FASTLY_API_TOKEN": TOKEN}, Services(near_only=True).open, never, near_only=True)
    with pytest.raises((DeployError, HostError), match="is not written to with --sandbox"):
        carry(FAR[kind], parcel(), means)


def test_a_stand_in_on_this_machine_may_be_written_to(fastly: FakeFastly) -> None:
    means = Means({"FASTLY_API_TOKEN": TOKEN}, Services(near_only=True).open, exchange, near_only=True)
    assert carry(target(TargetType.FASTLY, url=fastly.url), parcel(), means).place in fastly.certificates


def test_the_means_do_not_show_the_environment() -> None:
    assert TOKEN not in repr(Means({"FASTLY_API_TOKEN": TOKEN}, Services().open, never))
