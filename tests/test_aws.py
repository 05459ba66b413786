from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import psfdns.aws.identity
from psfdns.aws import AwsApi, Identity, look_up_account, look_up_identity, open_route53
from psfdns.budget import UNLIMITED, Budget, Rates
from psfdns.errors import HostError, StoppedError
from tests.http_serving import answering

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
COUNT = (
    f'<GetHostedZoneCountResponse xmlns="{NAMESPACE}"><HostedZoneCount>7</HostedZoneCount>'
    "</GetHostedZoneCountResponse>"
)

Answer = tuple[int, str]


def refusal(code: str, message: str = "words") -> str:
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )


@contextmanager
def serving(answer: Callable[[int], Answer | None]) -> Iterator[tuple[str, list[str]]]:
    """A server on the loopback: `answer` gives status and body by the number of the request, None cuts it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            said = answer(len(asked))
            if said is None:
                self.close_connection = True
                return
            status, body = said
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - the server's names

        def log_message(self, *_: Any) -> None:
            pass

    with answering(Handler) as port:
        yield f"http://127.0.0.1:{port}", asked


@pytest.fixture
def budget() -> Budget:
    return Budget(UNLIMITED, clock=time.monotonic, sleep=time.sleep)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's pauses between its retries take no time."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


def count(api: AwsApi) -> Any:
    return api.call("GetHostedZoneCount", "count the zones")


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL_ROUTE_53", "AWS_ENDPOINT_URL"])
def test_the_environment_says_where_requests_go(
    budget: Budget, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with serving(lambda _: (200, COUNT)) as (url, asked):
        monkeypatch.setenv(variable, url)
        assert count(open_route53(budget=budget, threads=1))["HostedZoneCount"] == 7
    assert asked == ["/2013-04-01/hostedzonecount"]
    assert budget.sent == {"GetHostedZoneCount": 1}


@pytest.mark.usefixtures("credentials", "at_once")
def test_every_attempt_is_counted_and_passes_the_budget(
    budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttled = (400, refusal("Throttling", "Rate exceeded"))
    with serving(lambda number: (200, COUNT) if number == 4 else throttled) as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        assert count(open_route53(budget=budget, threads=1))["HostedZoneCount"] == 7
    assert len(asked) == budget.sent["GetHostedZoneCount"] == 4


@pytest.mark.usefixtures("credentials", "at_once")
def test_throttling_that_does_not_end_is_told_with_what_helps(
    budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda _: (400, refusal("Throttling", "Rate exceeded"))) as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        with pytest.raises(HostError) as caught:
            count(open_route53(budget=budget, threads=1))
    assert len(asked) == caught.value.attempts == 10
    assert str(caught.value) == "Route 53: count the zones: throttled 10 times (Throttling)"
    assert "requests_per_second" in (caught.value.hint or "")
    assert caught.value.retryable
    assert caught.value.uncertain, "an attempt before may have been made and its answer lost"


REFUSED = "the credentials are refused"
REFUSALS = [
    (403, "AccessDenied", "User: x is not authorized", "not allowed", "route53:GetHostedZoneCount"),
    (403, "InvalidClientTokenId", "AKIAEXAMPLEEXAMPLE12", REFUSED, "--sandbox"),
    (403, "SignatureDoesNotMatch", "Credential=AKIAEXAMPLEEXAMPLE12/...", REFUSED, "--sandbox"),
    (404, "NoSuchHostedZone", "No hosted zone found", "No hosted zone found", None),
]


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case[1])
def test_a_refusal_is_told_in_words_without_anything_secret(
    budget: Budget, monkeypatch: pytest.MonkeyPatch, case: tuple[int, str, str, str, str | None]
) -> None:
    status, code, message, words, hint = case
    with serving(lambda _: (status, refusal(code, message))) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        with pytest.raises(HostError) as caught:
            count(open_route53(budget=budget, threads=1))
    assert str(caught.value) == f"Route 53: count the zones: {words} ({code})"
    assert "AKIA" not in str(caught.value)
    assert (hint is None) == (caught.value.hint is None)
    assert (hint or "") in (caught.value.hint or "")


@pytest.mark.usefixtures("credentials", "at_once")
@pytest.mark.parametrize(
    "answer",
    [None, (500, refusal("InternalFailure")), (503, "<html>busy</html>"), (200, "<html>a proxy's page")],
)
def test_without_an_answer_that_says_so_it_is_uncertain_whether_it_happened(
    budget: Budget, monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    with serving(lambda _: answer) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        with pytest.raises(HostError) as caught:
            count(open_route53(budget=budget, threads=1))
    assert caught.value.uncertain
    assert caught.value.attempts > 1


@pytest.mark.usefixtures("credentials", "at_once")
def test_an_endpoint_where_nobody_listens_is_named(budget: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: None) as (url, _):
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
    with pytest.raises(HostError, match=r"cannot be reached: .*127\.0\.0\.1") as caught:
        count(open_route53(budget=budget, threads=1))
    assert "AWS_ENDPOINT_URL_ROUTE_53" in (caught.value.hint or "")


def test_without_credentials_the_hint_names_the_sandbox(budget: Budget) -> None:
    with pytest.raises(HostError, match="no usable credentials") as caught:
        count(open_route53(budget=budget, threads=1))
    assert "--sandbox" in (caught.value.hint or "")
    assert not caught.value.uncertain


def test_a_profile_that_does_not_exist_is_an_error_in_words(
    budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(HostError, match="nobody"):
        open_route53(budget=budget, threads=1)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    "url",
    ["not a url", "ftp://127.0.0.1:1", "http://[::1", "http://192.0.2.1", "http://127.0.0.1.example.net"],
)
def test_an_endpoint_that_is_none_is_an_error_in_words(
    budget: Budget, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
    with pytest.raises(HostError):
        count(open_route53(budget=budget, threads=1))


@pytest.mark.usefixtures("credentials")
def test_parameters_that_the_client_refuses_are_an_error_in_words(budget: Budget) -> None:
    with pytest.raises(HostError, match="Invalid type") as caught:
        open_route53(budget=budget, threads=1).call("ListHostedZones", "list", MaxItems=7)
    assert not caught.value.uncertain


def test_the_sandbox_takes_nothing_from_the_environment(
    budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
    attached: list[Any] = []
    open_route53(budget=budget, threads=1, attach=attached.append)
    (client,) = attached
    assert client.meta.endpoint_url == "https://route53.amazonaws.com"
    assert client._request_signer._credentials.access_key == "sandbox"


@pytest.mark.usefixtures("credentials")
def test_a_stop_lets_no_request_out(budget: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: (200, COUNT)) as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        api = open_route53(budget=budget, threads=1)
        budget.stop()
        with pytest.raises(StoppedError):
            count(api)
    assert asked == []


@pytest.mark.usefixtures("credentials")
def test_threads_stay_below_the_rate_together(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget(Rates(50, 5, 0, 0), clock=time.monotonic, sleep=time.sleep)
    came: list[float] = []

    def answer(number: int) -> Answer:
        del number
        came.append(time.monotonic())
        return 200, COUNT

    with serving(answer) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        api = open_route53(budget=budget, threads=8)
        threads = [threading.Thread(target=lambda: [count(api) for _ in range(5)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(came) == 40
    assert max(came) - min(came) >= (40 - 5 - 2) / 50


@pytest.mark.usefixtures("credentials")
def test_the_account_is_learnt_from_sts(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        "<Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    with serving(lambda _: (200, body)) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        assert look_up_account() == "123456789012"
        assert look_up_identity() == Identity("123456789012", "arn:aws:iam::123456789012:user/x")


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("answer", [None, (403, refusal("AccessDenied")), (200, "<html>")])
def test_an_account_that_cannot_be_learnt_is_none_after_one_request(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    with serving(lambda _: answer) as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        assert look_up_account() is None
    assert len(asked) == 1


@pytest.mark.usefixtures("credentials")
def test_learning_the_account_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psfdns.aws.identity, "IDENTITY_SECONDS", 0.2)
    hold = threading.Event()

    def answer(number: int) -> Answer | None:
        del number
        hold.wait(5)
        return None

    with serving(answer) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        began = time.monotonic()
        assert look_up_account() is None
        assert time.monotonic() - began < 2
        hold.set()
