"""A CA that refuses, is away, slow, or loses what was asked, at each kind of request of an order."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

import pytest

from psfdns.certs.authority import Authority
from psfdns.certs.client import Client, Line
from psfdns.certs.order import Outcome, Wish, issue_all
from tests.certs.world import World, now, wish
from tests.fault_proxy import Fault, Proxy

Through = tuple[Proxy, str]
OF_ALL = {"directory": "GET /dir", "nonce": "HEAD /nonce-plz", "account": "POST /sign-me-up"}
OF_ONE = {
    "order": "POST /order-plz",
    "authorization": "POST /authZ",
    "challenge": "POST /chalZ",
    "order again": "POST /my-order",
    "finalize": "POST /finalize-order",
    "certificate": "POST /certZ",
}
EVERY = {**OF_ALL, **OF_ONE}
HOURS = datetime.timedelta(hours=3)


def in_seconds() -> str:
    return "7200"


def in_two_hours() -> str:
    return format_datetime(now() + datetime.timedelta(hours=2), usegmt=True)


IN_TWO_HOURS: dict[str, tuple[str, Callable[[], str]]] = {
    "429 seconds": ("limited", in_seconds),
    "429 date": ("limited", in_two_hours),
    "503 seconds": ("down", in_seconds),
    "503 date": ("down", in_two_hours),
}
PASSING = {
    "dropped": Fault("", "drop"),
    "answer lost": Fault("", "lose"),
    "slow": Fault("", "hang"),
    "503 for a moment": Fault("", "down"),
    "429 for a moment": Fault("", "limited", headers={"Retry-After": "1"}),
}


class Scene:
    """Two certificates that are wanted; `later` is how far the clock has moved on."""

    def __init__(self, at: World, url: str) -> None:
        self.at, self.url = at, url
        self.later = datetime.timedelta()
        for name in ("a.test", "b.test"):
            at.delegate(name)
        self.wishes = [wish("a.test"), wish("b.test")]

    def now(self) -> datetime.datetime:
        return now() + self.later

    def open_authority(self, _: str) -> Authority:
        line = Line("Pebble", self.url, self.now, lambda _: None, self.at.ca.bundle, timeout=1.0)
        authority = Authority(Client(line, self.at.key))
        authority.open_account(None)
        authority.register(())
        return authority

    def issue(self, *wishes: Wish) -> list[Outcome]:
        settings: dict[str, Any] = {"open_authority": self.open_authority, "now": self.now}
        return issue_all(wishes or self.wishes, self.at.means(**settings))


@pytest.fixture
def scene(at_ca: World, through: Through) -> Scene:
    return Scene(at_ca, through[1])


def failed(outcomes: list[Outcome]) -> list[Wish]:
    return [each.wish for each in outcomes if each.issued is None]


@pytest.mark.parametrize("kind", OF_ONE)
@pytest.mark.parametrize("fault", IN_TWO_HOURS)
def test_a_wait_that_one_order_is_told_stops_no_other_and_is_kept_across_runs(
    scene: Scene, through: Through, kind: str, fault: str
) -> None:
    proxy, _ = through
    do, wait = IN_TWO_HOURS[fault]
    proxy.faults = [Fault(OF_ONE[kind], do, headers={"Retry-After": wait()})]

    left = failed(scene.issue())
    assert len(left) == 1
    asked, orders = len(proxy.requests), proxy.good("POST /order-plz")

    (outcome,) = scene.issue(*left)
    assert outcome.faults[0].why.startswith("not before ")
    assert len(proxy.requests) == asked, "the CA is left alone"

    scene.later = HOURS
    assert failed(scene.issue(*left)) == []
    assert proxy.good("POST /order-plz") - orders == (kind == "order"), "the order is taken up again"
    assert scene.at.challenges() == []


@pytest.mark.parametrize("kind", OF_ALL)
@pytest.mark.parametrize("fault", IN_TWO_HOURS)
def test_a_wait_that_is_told_to_all_is_kept_across_runs(
    scene: Scene, through: Through, kind: str, fault: str
) -> None:
    proxy, _ = through
    do, wait = IN_TWO_HOURS[fault]
    proxy.faults = [Fault(OF_ALL[kind], do, headers={"Retry-After": wait()})]

    assert failed(scene.issue()) == scene.wishes
    asked = len(proxy.requests)
    outcomes = scene.issue()
    assert [each.faults[0].why.startswith("not before ") for each in outcomes] == [True, True]
    assert len(proxy.requests) == asked

    scene.later = HOURS
    assert failed(scene.issue()) == []


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_ridden_out(scene: Scene, through: Through, kind: str, fault: str) -> None:
    proxy, _ = through
    passing = PASSING[fault]
    proxy.faults = [Fault(EVERY[kind], passing.do, headers=passing.headers)]

    assert failed(scene.issue()) == []
    assert proxy.faults[0].times == 0
    assert scene.at.challenges() == []
    assert scene.at.desk().load_history().waits == {}


@pytest.mark.parametrize("kind", OF_ONE)
def test_a_conflict_fails_one_order_and_the_next_run_has_it(
    scene: Scene, through: Through, kind: str
) -> None:
    proxy, _ = through
    proxy.faults = [Fault(OF_ONE[kind], "conflict")]

    left = failed(scene.issue())
    assert len(left) == 1
    assert failed(scene.issue(*left)) == []
    assert scene.at.challenges() == []
