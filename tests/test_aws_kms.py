"""KMS: what we lean on holds for moto; KMS's words, and requests that are never sent twice."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from psfdns.aws import Kms
from psfdns.budget import UNLIMITED, Budget
from psfdns.errors import HostError, StoppedError
from psfdns.key_policies import Permission, judge_policy, write_policy

TAGS = {"psfdns:zone": "zone.example"}


class Time:
    def clock(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError


@pytest.fixture
def budget() -> Budget:
    time = Time()
    return Budget(UNLIMITED, clock=time.clock, sleep=time.sleep)


@pytest.fixture
def kms(budget: Budget, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kms]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    with mock_aws():
        yield Kms(budget=budget)


def make(kms: Kms, account: str = "123456789012") -> Any:
    policy = write_policy(account=account, zone_ids=["Z1EXAMPLE"])
    return kms.create_key(description="signs zone.example", policy=policy, tags=TAGS)


def boto(kms: Kms) -> Any:
    return kms._client


def test_a_key_is_made_as_route53_needs_it(kms: Kms) -> None:
    key = make(kms)

    assert (key.spec, key.usage, key.state) == ("ECC_NIST_P256", "SIGN_VERIFY", "Enabled")
    assert (key.region, key.multi_region, key.deleted_at) == ("us-east-1", False, None)
    assert key.arn == f"arn:aws:kms:us-east-1:123456789012:key/{key.id}"
    assert boto(kms).list_resource_tags(KeyId=key.id)["Tags"] == [
        {"TagKey": "psfdns:zone", "TagValue": "zone.example"}
    ]


def test_a_key_is_found_by_its_tags_among_many(kms: Kms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page; a key that may not be looked at, or is gone meanwhile, is none that was meant."""
    boto(kms).create_key(Tags=[{"TagKey": "psfdns:zone", "TagValue": "other.example"}])
    gone, closed = (boto(kms).create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    key = make(kms)
    call = kms._call

    def answer(client: Any, action: str, doing: str, **parameters: Any) -> Any:
        if action == "ListKeys":
            keys = call(client, action, doing)["Keys"]
            at = int(parameters.get("Marker", 0))
            more = {"Truncated": True, "NextMarker": str(at + 1)} if at + 1 < len(keys) else {}
            return {"Keys": keys[at : at + 1], "Truncated": False, **more}
        if action == "ListResourceTags" and parameters["KeyId"] in {gone, closed}:
            code = "NotFoundException" if parameters["KeyId"] == gone else "AccessDeniedException"
            raise HostError("KMS", doing, "no", code=code)
        return call(client, action, doing, **parameters)

    monkeypatch.setattr(kms, "_call", answer)
    assert list(kms.find_keys(TAGS)) == [key]
    assert not list(kms.find_keys({**TAGS, "psfdns:key": "key_1"}))


def test_its_policy_is_read_back(kms: Kms) -> None:
    policy = kms.fetch_policy(make(kms).arn)

    assert judge_policy(policy, account="123456789012", zone_id="Z1EXAMPLE") == Permission()


def test_a_key_is_found_by_id_arn_and_alias(kms: Kms) -> None:
    key = make(kms)
    kms.create_alias("alias/psfdns/zone_example", key.id)

    found = [kms.describe_key(each) for each in (key.id, key.arn, "alias/psfdns/zone_example")]

    assert found == [key] * 3


@pytest.mark.parametrize("name", ["alias/psfdns/nothing", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_a_key_that_is_not_there_is_none(kms: Kms, name: str) -> None:
    assert kms.describe_key(name) is None


def test_an_alias_that_leads_there_already_is_done_and_another_ones_is_refused(kms: Kms) -> None:
    first, second = make(kms), make(kms)
    kms.create_alias("alias/psfdns/a", first.id)
    kms.create_alias("alias/psfdns/a", first.arn)

    with pytest.raises(HostError) as caught:
        kms.create_alias("alias/psfdns/a", second.id)
    assert "leads to another key" in (caught.value.hint or "")


def test_states_are_told(kms: Kms) -> None:
    key = make(kms)
    boto(kms).disable_key(KeyId=key.id)
    disabled = kms.describe_key(key.id)
    boto(kms).schedule_key_deletion(KeyId=key.id, PendingWindowInDays=7)
    ending = kms.describe_key(key.id)

    assert disabled is not None
    assert disabled.state == "Disabled"
    assert ending is not None
    assert ending.state == "PendingDeletion"
    assert ending.deleted_at is not None
    assert ending.deleted_at - datetime.datetime.now(tz=datetime.UTC) > datetime.timedelta(days=6)


def test_every_request_is_counted_and_a_stop_lets_none_out(kms: Kms, budget: Budget) -> None:
    key = make(kms)
    kms.describe_key(key.id)
    kms.fetch_policy(key.id)
    assert budget.sent == {"kms:CreateKey": 1, "kms:DescribeKey": 1, "kms:GetKeyPolicy": 1}

    budget.stop()
    with pytest.raises(StoppedError):
        kms.describe_key(key.id)


def answering(budget: Budget, answer: Callable[[], Any]) -> Kms:
    """A door behind which every request gets this answer."""

    def reply(**_: Any) -> Any:
        found = answer()
        if isinstance(found, Exception):
            raise found
        status, body = found
        return AWSResponse("https://kms.us-east-1.amazonaws.com/", status, HTTPHeaders(), Raw(body))

    return Kms(
        budget=budget,
        attach=lambda client: client.meta.events.register("before-send.kms", reply),
    )


class Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def refusal(code: str) -> tuple[int, bytes]:
    status = 500 if code == "KMSInternalException" else 400
    return status, b'{"__type": "%s", "message": "words"}' % code.encode()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "answer", [ReadTimeoutError(endpoint_url="https://kms"), refusal("KMSInternalException")]
)
def test_the_making_of_a_key_is_sent_once_and_may_have_happened(budget: Budget, answer: Any) -> None:
    with pytest.raises(HostError) as caught:
        make(answering(budget, lambda: answer))
    assert caught.value.uncertain
    assert "these tags" in (caught.value.hint or "")
    assert budget.sent == {"kms:CreateKey": 1}


@pytest.mark.usefixtures("at_once")
def test_looking_is_tried_again(budget: Budget) -> None:
    with pytest.raises(HostError):
        answering(budget, lambda: refusal("KMSInternalException")).describe_key("alias/x")
    assert budget.sent == {"kms:DescribeKey": 5}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "needs kms:CreateKey"),
        ("LimitExceededException", "ask AWS for more"),
        ("MalformedPolicyDocumentException", "policy"),
        ("UnrecognizedClientException", "sign in to AWS"),
    ],
)
def test_a_refusal_is_told_in_words(budget: Budget, code: str, words: str) -> None:
    with pytest.raises(HostError) as caught:
        make(answering(budget, lambda: refusal(code)))
    assert caught.value.who == "KMS"
    assert words in (caught.value.hint or "")
    assert not caught.value.uncertain


@pytest.mark.parametrize("url", ["http://192.0.2.1", "http://kms.example"])
def test_only_https_is_spoken(budget: Budget, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")

    with pytest.raises(HostError) as caught:
        Kms(budget=budget).describe_key("alias/x")
    assert "AWS_ENDPOINT_URL_KMS" in (caught.value.hint or "")
