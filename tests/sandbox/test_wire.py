"""Requests that no boto3 client would send, and answers as other tools read them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.sandbox.faults import invalid_batch
from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import make_zone

NAMESPACE = "{https://route53.amazonaws.com/doc/2013-04-01/}"
ZONES = "/2013-04-01/hostedzone"


def error_of(response: tuple[int, dict[str, str], bytes]) -> tuple[int, str, str]:
    status, headers, body = response
    root = ET.fromstring(body)  # noqa: S314 - our own answer
    assert root.tag == f"{NAMESPACE}ErrorResponse"
    assert root.findtext(f"{NAMESPACE}Error/{NAMESPACE}Type") == "Sender"
    assert root.findtext(f"{NAMESPACE}RequestId") == headers["x-amzn-RequestId"]
    code = root.findtext(f"{NAMESPACE}Error/{NAMESPACE}Code")
    message = root.findtext(f"{NAMESPACE}Error/{NAMESPACE}Message")
    assert code
    assert message
    return status, code, message


def batch(inner: str) -> bytes:
    return (
        f'<ChangeResourceRecordSetsRequest xmlns="{NAMESPACE[1:-1]}"><ChangeBatch><Changes>{inner}'
        "</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
    ).encode()


def created(*fields: str) -> str:
    return f"<Change><Action>CREATE</Action>{''.join(fields)}</Change>"


def shaped(fields: str) -> str:
    return f"<ResourceRecordSet><Name>a</Name><Type>A</Type>{fields}</ResourceRecordSet>"


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("", "Changes"),
        ("<Change/>", "needs an element 'Action'"),
        (created(), "needs an element 'ResourceRecordSet'"),
        (
            created(shaped("<TTL>x</TTL>")),
            "'x' is not facet-valid with respect to a whole number for type 'TTL'",
        ),
        (created(shaped("<TTL>-1</TTL>")), "minimum '0'"),
        (created(shaped("<MultiValueAnswer>yes</MultiValueAnswer>")), "boolean"),
    ],
)
def test_a_body_that_does_not_fit_the_model_is_refused(
    client: Any, sandbox: Sandbox, inner: str, words: str
) -> None:
    zone = make_zone(client)

    status, code, message = error_of(sandbox.handle("POST", f"{ZONES}/{zone}/rrset/", body=batch(inner)))

    assert (status, code) == (400, "InvalidInput")
    assert words in message


@pytest.mark.parametrize("body", [b"<", b"not xml", b"<a>&unknown;</a>", b"\xff"])
def test_a_body_that_is_not_xml_is_refused(sandbox: Sandbox, body: bytes) -> None:
    assert error_of(sandbox.handle("POST", ZONES, body=body))[:2] == (400, "MalformedInput")


def test_a_request_without_a_body_lacks_its_elements(sandbox: Sandbox) -> None:
    status, code, message = error_of(sandbox.handle("POST", ZONES))

    assert (status, code) == (400, "InvalidInput")
    assert "CreateHostedZone needs an element 'Name'" in message


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("PUT", ZONES), ("GET", f"{ZONES}/Z1/x/y")]
)
def test_a_path_that_is_no_action_is_refused(sandbox: Sandbox, method: str, path: str) -> None:
    assert error_of(sandbox.handle(method, path))[:2] == (404, "UnknownOperationException")


@pytest.mark.parametrize("path", [f"{ZONES}/Z1/rrset", f"{ZONES}/Z1/rrset/", f"{ZONES}/%5A1/rrset"])
def test_paths_are_read_as_the_service_reads_them(sandbox: Sandbox, path: str) -> None:
    assert error_of(sandbox.handle("GET", path)) == (
        404,
        "NoSuchHostedZone",
        "No hosted zone found with ID: Z1",
    )


def test_a_request_without_namespace_is_read(sandbox: Sandbox) -> None:
    body = b"<CreateHostedZone><Name>z.test</Name><CallerReference>1</CallerReference></CreateHostedZone>"

    status, headers, answer = sandbox.handle("POST", ZONES, body=body)

    root = ET.fromstring(answer)  # noqa: S314 - our own answer
    assert status == 201
    assert root.tag == f"{NAMESPACE}CreateHostedZoneResponse"
    identifier = root.findtext(f"{NAMESPACE}HostedZone/{NAMESPACE}Id")
    assert identifier
    assert headers["Location"] == f"https://route53.amazonaws.com/2013-04-01{identifier}"


@given(st.text(max_size=40))
def test_no_message_breaks_its_document(message: str) -> None:
    sandbox = Sandbox(None)

    assert error_of(sandbox.refuse(invalid_batch(["x" + message])))[1] == "InvalidChangeBatch"


@given(st.binary(max_size=60), st.sampled_from(["GET", "POST", "DELETE"]), st.text(max_size=20))
def test_no_request_is_answered_with_a_crash(body: bytes, method: str, tail: str) -> None:
    sandbox = Sandbox(None)

    status, _, _ = sandbox.handle(method, f"{ZONES}{tail}", tail, {}, body)

    assert status in {200, 400, 404}
