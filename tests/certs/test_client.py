"""The door to CAs, on a real one and through a proxy that spoils requests."""

from __future__ import annotations

import datetime
import logging
import re
import time

import pytest

from psfdns.certs.authority import Authority
from psfdns.certs.client import Client, Line
from psfdns.certs.keys import make_key
from psfdns.certs.signing import thumbprint
from psfdns.errors import CaError
from tests.certs.world import World, now
from tests.fault_proxy import Fault, Proxy

Through = tuple[Proxy, str]


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime.datetime:
        return datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def open_authority(at: World, url: str, clock: Clock, *, timeout: float = 5.0) -> Authority:
    line = Line("Pebble", url, clock.now, clock.sleep, at.ca.bundle, timeout=timeout)
    authority = Authority(Client(line, at.key))
    authority.open_account(None)
    return authority


@pytest.mark.parametrize(
    ("do", "retry_after", "seconds"),
    [
        ("down", "7", 7.0),
        ("limited", "30", 30.0),
        ("down", None, 0.5),
        ("broken", None, 0.5),
        ("down", "Fri, 20 Nov 2026 00:00:09 GMT", 9.0),
        ("drop", None, 0.5),
    ],
)
@pytest.mark.parametrize("where", ["HEAD /nonce-plz", "POST /sign-me-up", "GET /dir"])
def test_what_passes_soon_is_waited_for(
    at_ca: World, through: Through, *, where: str, do: str, retry_after: str | None, seconds: float
) -> None:
    proxy, url = through
    proxy.faults = [Fault(where, do, headers={"Retry-After": retry_after} if retry_after else {})]
    clock = Clock()

    assert open_authority(at_ca, url, clock).register(()).startswith("https://127.0.0.1:")
    assert clock.slept == [seconds]


@pytest.mark.parametrize(("do", "status"), [("limited", 429), ("down", 503)])
def test_a_wait_of_more_than_thirty_seconds_is_an_error_that_says_until_when(
    at_ca: World, through: Through, do: str, status: int
) -> None:
    proxy, url = through
    proxy.faults = [Fault("POST /sign-me-up", do, headers={"Retry-After": "31"})]
    clock = Clock()

    with pytest.raises(CaError) as caught:
        open_authority(at_ca, url, clock).register(())

    assert caught.value.status == status
    assert caught.value.retry_at == clock.now() + datetime.timedelta(seconds=31)
    assert clock.slept == []


def test_a_limit_that_does_not_say_until_when_is_not_tried_again(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("POST /sign-me-up", "limited", times=9)]

    with pytest.raises(CaError, match="rateLimited"):
        open_authority(at_ca, url, Clock()).register(())

    assert proxy.count("POST /sign-me-up") - proxy.count("nothing") <= 10
    assert proxy.faults[0].times == 8


def test_an_outage_ends_after_a_few_tries(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("GET /dir", "down", times=99)]
    clock = Clock()

    with pytest.raises(CaError, match="HTTP 503"):
        open_authority(at_ca, url, clock)

    assert clock.slept == [0.5, 1.5, 4.0]


def test_a_nonce_that_is_refused_is_followed_by_another_up_to_ten_times(
    at_ca: World, through: Through
) -> None:
    proxy, url = through
    authority = open_authority(at_ca, url, Clock())
    proxy.faults = [Fault("POST /sign-me-up", "broken", times=4, kind="badNonce")]

    assert authority.register(())
    fault = Fault("POST ", "broken", times=99, kind="badNonce", headers={"Replay-Nonce": "eA"})
    proxy.faults = [fault]
    asked = proxy.count("HEAD")
    with pytest.raises(CaError, match="10 nonces of its own"):
        authority.fetch_account()
    assert fault.times == 89
    assert proxy.count("HEAD") - asked <= 1, "an error brings the next nonce along"


def test_an_answer_that_is_lost_makes_no_second_account(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("POST /sign-me-up", "lose")]

    first = open_authority(at_ca, url, Clock()).register(())

    assert open_authority(at_ca, url, Clock()).find_account() == first


def test_a_ca_that_says_nothing_is_given_up(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("GET /dir", "hang", times=9)]

    with pytest.raises(CaError, match="does not answer") as caught:
        open_authority(at_ca, url, Clock(), timeout=0.2)

    assert caught.value.uncertain


def test_an_answer_without_an_end_is_cut(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("GET /dir", "flood")]

    with pytest.raises(CaError, match="the answer is too long"):
        open_authority(at_ca, url, Clock())


def test_no_redirect_is_followed(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("GET /dir", "moved", headers={"Location": f"{url}?elsewhere"})]

    with pytest.raises(CaError, match="HTTP 302"):
        open_authority(at_ca, url, Clock())

    assert proxy.count("elsewhere") == 0


def test_a_ca_that_is_not_trusted_is_not_asked(at_ca: World) -> None:
    line = Line("Pebble", at_ca.ca.url, now, time.sleep)

    with pytest.raises(CaError, match="its certificate is not trusted") as caught:
        Authority(Client(line, at_ca.key)).open_account(None)

    assert caught.value.hint is not None
    assert "ca_bundle" in caught.value.hint


def test_a_directory_that_sends_us_to_plain_http_is_refused(at_ca: World) -> None:
    client = at_ca.client()
    client.new_nonce = "http://ca.example/nonce"

    with pytest.raises(CaError, match="not https"):
        client.post("https://127.0.0.1:1/x", None, doing="look")


def test_nothing_secret_reaches_a_log_or_an_error(at_ca: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    authority = at_ca.authority()
    order, _ = authority.new_order(["secret.test"])
    challenge = authority.fetch_authorization(order.authorizations[0]).challenge("dns-01")
    assert challenge is not None
    value = authority.dns01_value(challenge)

    told = caplog.text + repr(authority) + repr(order)
    assert [record for record in caplog.records if record.name.startswith(("acme", "josepy"))] == []
    for secret in (value, thumbprint(at_ca.key), '"signature"', "PRIVATE KEY"):
        assert secret not in told


@pytest.mark.parametrize("pem", [b"", b"nonsense", make_key("ecdsa-p256").replace(b"M", b"!")])
def test_a_key_that_is_none_is_a_ca_error_that_does_not_show_it(pem: bytes) -> None:
    line = Line("CA", "https://ca.example/dir", now, time.sleep)

    with pytest.raises(CaError, match="it is no private key in PEM"):
        Client(line, pem)


@pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "rsa-2048"])
def test_accounts_may_have_any_of_these_keys(at_ca: World, kind: str) -> None:
    client = at_ca.client(key=make_key(kind))
    authority = Authority(client)
    authority.open_account(None)

    assert authority.register(()) == authority.find_account()


def test_no_account_is_made_by_looking_for_one(at_ca: World) -> None:
    authority = Authority(at_ca.client())
    authority.open_account(None)

    assert authority.find_account() is None
    assert authority.find_account() is None


def test_the_parts_of_a_challenge_that_make_no_sense_are_ca_errors(at_ca: World) -> None:
    client = at_ca.client()

    with pytest.raises(CaError, match="not base64url"):
        client.dns01_value("%%%")
    with pytest.raises(CaError, match="not base64url") as caught:
        client.bind("kid", "=%secret%=", "https://ca.example/new-account")
    assert not re.search("secret", str(caught.value))


def test_an_error_says_what_was_being_done(at_ca: World, through: Through) -> None:
    proxy, url = through
    authority = open_authority(at_ca, url, Clock())
    authority.register(())
    proxy.faults = [Fault("POST /order-plz", "forbidden", kind="rejectedIdentifier")]

    with pytest.raises(CaError, match=r"Pebble: order www\.test: a test says so \(rejectedIdentifier\)"):
        authority.new_order(["www.test"])
