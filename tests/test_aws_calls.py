"""Single requests to services of AWS: where they go, and what is said when they fail."""

from __future__ import annotations

import pytest

from psfdns.aws import Services
from psfdns.errors import HostError

KEY = "-----BEGIN PRIVATE KEY-----"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_CONFIG_FILE": f"{tmp_path}/none",
        "AWS_SHARED_CREDENTIALS_FILE": f"{tmp_path}/none",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda _: None)


VARIABLES = {
    "acm": "AWS_ENDPOINT_URL_ACM",
    "secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "s3": "AWS_ENDPOINT_URL_S3",
}


@pytest.mark.parametrize("service", VARIABLES)
def test_the_variable_that_is_named_moves_the_endpoint(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    monkeypatch.setenv(VARIABLES[service], "http://192.0.2.1")
    with pytest.raises(HostError) as caught:
        Services().open(service, "us-east-1")
    assert "the endpoint http://192.0.2.1 is not https" in str(caught.value)
    assert VARIABLES[service] in (caught.value.hint or "")


def test_nobody_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ACM", "http://127.0.0.1:1")
    api = Services(near_only=True).open("acm", "us-east-1")
    with pytest.raises(HostError, match="AWS Certificate Manager: look: cannot be reached"):
        api.call("ListCertificates", "look")


def test_what_was_sent_is_not_quoted() -> None:
    api = Services().open("acm", "us-east-1")
    with pytest.raises(HostError) as caught:
        api.call("ImportCertificate", "import", Certificate=[KEY], PrivateKey=[KEY])
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_client_is_made_once_for_each_region() -> None:
    services = Services()
    assert services.open("acm", "us-east-1") is services.open("acm", "us-east-1")
    assert services.open("acm", "us-east-1") is not services.open("acm", "us-east-2")


def test_without_credentials_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(HostError, match="no usable credentials") as caught:
        Services().open("acm", "us-east-1").call("ListCertificates", "look")
    assert "take the target out of the certificate's deploy" in (caught.value.hint or "")
