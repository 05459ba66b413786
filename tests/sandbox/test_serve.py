"""The sandbox over HTTP: the same answers, by the same client, through a socket."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config

from psfdns.aws import Kms
from psfdns.budget import UNLIMITED, Budget
from psfdns.errors import PsfdnsError
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.serve import MAX_BODY, SandboxServer
from tests.sandbox.api import a, change, create, listed, make_zone
from tests.sandbox.keys import code_of, sign
from tests.sandbox.test_rules import CASES, Case
from tests.sandbox.test_rules import test_a_rule_refuses_its_case_whole_and_accepts_the_near_one as check_rule


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    made = SandboxServer(Sandbox(None))
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def http_client(server: SandboxServer) -> Any:
    return outside_client("route53", server)


def outside_client(service: str, server: SandboxServer) -> Any:
    """A client as any tool makes one, with nothing but the address."""
    return botocore.session.Session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nobody's
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    "name",
    ["create on an existing set", "delete with one value of two", "no TTL", "an alias before its target"],
)
def test_rules_hold_over_http(http_client: Any, name: str) -> None:
    case: Case = CASES[name]
    check_rule(http_client, make_zone(http_client, "z.test", name), case)


def test_pages_tags_and_health_checks_come_over_http(http_client: Any) -> None:
    zone = make_zone(http_client, "pages.z.test")
    change(http_client, zone, *(create(a(f"h{n}.pages.z.test")) for n in range(250)))
    http_client.change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "a", "Value": "ü"}]
    )
    config = {"Type": "HTTP", "IPAddress": "192.0.2.1", "Port": 80}
    check = http_client.create_health_check(CallerReference="h", HealthCheckConfig=config)["HealthCheck"]

    tags = http_client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)
    assert len(listed(http_client, zone)) == 250
    assert tags["ResourceTagSet"]["Tags"] == [{"Key": "a", "Value": "ü"}]
    assert http_client.get_health_check(HealthCheckId=check["Id"])["HealthCheck"]["Id"] == check["Id"]
    http_client.delete_health_check(HealthCheckId=check["Id"])


def test_who_am_i_is_answered_over_http(server: SandboxServer) -> None:
    assert outside_client("sts", server).get_caller_identity()["Account"] == "sandbox"


def test_a_connection_serves_many_requests(server: SandboxServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    for _ in range(3):
        connection.request("GET", "/2013-04-01/hostedzonecount")
        answer = connection.getresponse()
        assert (answer.status, b"HostedZoneCount" in answer.read()) == (200, True)
    connection.close()


@pytest.mark.parametrize("length", ["x", "-1", str(MAX_BODY + 1)])
def test_a_body_of_no_sane_length_is_refused(server: SandboxServer, length: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.putrequest("POST", "/2013-04-01/hostedzone")
    connection.putheader("Content-Length", length)
    connection.endheaders()

    assert connection.getresponse().status == 413
    connection.close()


def test_a_damaged_state_is_said_over_http(tmp_path: Any) -> None:
    (tmp_path / "Z1.json").write_text("{", encoding="utf-8")
    server = SandboxServer(Sandbox(tmp_path))
    thread = threading.Thread(target=server.run)
    thread.start()
    client = outside_client("route53", server)

    with pytest.raises(client.exceptions.ClientError, match=r"SandboxStateUnreadable.*Z1\.json"):
        client.list_hosted_zones()
    server.stop()
    thread.join(10)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PsfdnsError, match=f"port {port}") as caught:
            SandboxServer(Sandbox(None), port=port)
    assert caught.value.hint == "choose another --port"


def test_a_zone_is_signed_over_http_with_a_key_of_its_own_kms(
    server: SandboxServer, http_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kms = outside_client("kms", server)
    zone = make_zone(http_client, "signed-over-http.test")

    key = sign(http_client, kms, zone)

    assert http_client.get_dnssec(HostedZoneId=zone)["Status"]["ServeSignature"] == "SIGNING"
    assert kms.get_public_key(KeyId=key["KmsArn"])["PublicKey"]
    assert code_of(kms.describe_key, KeyId="alias/nothing") == "NotFoundException"
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    door = Kms(budget=Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None))
    found = door.describe_key(key["KmsArn"])
    assert found is not None
    assert (found.arn, door.is_amazons) == (key["KmsArn"], False)


def test_a_client_that_is_gone_is_not_told_of(
    server: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    at = urlsplit(server.url)
    for said in (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", b"GET / HTTP/1.1\r\n"):
        with socket.create_connection((at.hostname, at.port)) as client:
            client.sendall(said)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection = http.client.HTTPConnection(at.hostname or "", at.port or 0)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()
    assert capsys.readouterr().err == ""
