from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.budget import SLOW_ACTIONS, UNLIMITED, Budget, Rates, TokenBucket, count_changes
from psfdns.errors import StoppedError


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def budget_at(time: Time, rates: Rates) -> Budget:
    return Budget(rates, clock=time.clock, sleep=time.sleep)


def batch(creates: int = 0, upserts: int = 0, deletes: int = 0) -> bytes:
    tags = ["CREATE"] * creates + ["UPSERT"] * upserts + ["DELETE"] * deletes
    return "".join(f"<Change><Action>{tag}</Action></Change>" for tag in tags).encode()


def spend(time: Time, bucket: TokenBucket, tokens: int = 1) -> float:
    """Wait for the tokens and take them; the seconds waited."""
    began = time.now
    while (seconds := bucket.seconds_until(tokens)) > 0:
        time.now += seconds
    bucket.take(tokens)
    return time.now - began


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    time = Time()
    bucket = TokenBucket(10, 3, time.clock)
    assert [spend(time, bucket) for _ in range(5)] == pytest.approx([0, 0, 0, 0.1, 0.1])


def test_a_bucket_is_never_fuller_than_its_burst() -> None:
    time = Time()
    bucket = TokenBucket(10, 3, time.clock)
    time.now += 1000
    assert [spend(time, bucket) for _ in range(4)] == pytest.approx([0, 0, 0, 0.1])


def test_more_than_the_burst_is_served_after_a_wait() -> None:
    time = Time()
    assert spend(time, TokenBucket(10, 3, time.clock), 13) == pytest.approx(1)


def test_what_waits_for_one_bucket_holds_no_tokens_of_another() -> None:
    """Zones are made slowly; their change tokens are spent when they are sent, not when they queue."""
    time = Time()
    budget = budget_at(time, Rates())
    sent: list[tuple[float, int]] = []
    lock = threading.Lock()

    def send(action: str, body: bytes) -> None:
        budget.spend(action, body)
        with lock:
            sent.append((time.now, count_changes(action, body)))

    with ThreadPoolExecutor(8) as pool:
        for number in range(60):
            pool.submit(send, "CreateHostedZone", b"")
            if number % 20 == 0:
                pool.submit(send, "ChangeResourceRecordSets", batch(creates=1000))
    sent.sort()
    for first in range(len(sent)):
        window = sent[first:]
        for last, (moment, _) in enumerate(window):
            spent = sum(tokens for _, tokens in window[: last + 1])
            assert spent <= 1500 + 100 * (moment - window[0][0]) + 1e-6


@given(
    asked=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 50)), max_size=40),
    rate=st.floats(0.5, 100),
    burst=st.integers(1, 60),
)
def test_no_window_of_time_holds_more_than_burst_and_rate_allow(
    asked: list[tuple[float, int]], rate: float, burst: int
) -> None:
    time = Time()
    bucket = TokenBucket(rate, burst, time.clock)
    sent: list[tuple[float, int]] = []
    for pause, tokens in asked:
        time.now += pause
        spend(time, bucket, tokens)
        sent.append((time.now, tokens))
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            window = sent[last][0] - sent[first][0]
            spent = sum(tokens for _, tokens in sent[first + 1 : last + 1])
            assert spent <= burst + rate * window + 1e-6


def test_changes_are_counted_as_route53_counts_them() -> None:
    assert count_changes("ChangeResourceRecordSets", batch(creates=3, upserts=2, deletes=1)) == 8
    assert count_changes("CreateHostedZone", b"") == 2
    assert count_changes("ListHostedZones", b"") == 0


def test_a_value_that_looks_like_a_change_is_not_counted_as_one() -> None:
    body = batch(creates=1) + b"<Value>&lt;Action&gt;CREATE&lt;/Action&gt;</Value>"
    assert count_changes("ChangeResourceRecordSets", body) == 1


def test_ten_thousand_changes_take_as_long_as_the_change_rate_says() -> None:
    time = Time()
    budget = budget_at(time, Rates())
    for _ in range(10):
        budget.spend("ChangeResourceRecordSets", batch(creates=1000))
    assert time.now - 1000 == pytest.approx((10_000 - 1400) / 90, rel=0.01)


def test_making_zones_keeps_to_the_rate_of_that_action() -> None:
    time = Time()
    budget = budget_at(time, Rates())
    for _ in range(100):
        budget.spend("CreateHostedZone")
    assert time.now - 1000 == pytest.approx((100 - 36) / 1.8, rel=0.01)


def test_every_slow_action_stays_below_its_own_limit() -> None:
    for action, (rate, burst) in SLOW_ACTIONS.items():
        time = Time()
        budget = budget_at(time, Rates(1000, 1000, 0, 0))
        for _ in range(burst + 20):
            budget.spend(action)
        assert time.now - 1000 >= 20 / rate


def test_a_rate_of_zero_is_unlimited() -> None:
    time = Time()
    budget = budget_at(time, UNLIMITED)
    for _ in range(1000):
        budget.spend("CreateHostedZone")
    assert time.now == 1000
    assert budget.sent == {"CreateHostedZone": 1000}


def test_threads_share_one_budget() -> None:
    time = Time()
    budget = budget_at(time, Rates(10, 5, 0, 0))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: budget.spend("GetChange"), range(105)))
    assert budget.sent["GetChange"] == 105
    assert time.now - 1000 >= 10 - 1e-6


def test_after_a_stop_nothing_more_is_sent_not_even_what_waits() -> None:
    time = Time()
    budget = budget_at(time, Rates(1, 1, 0, 0))
    budget.spend("GetChange")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)
        budget.stop()

    budget._sleep = sleep
    with pytest.raises(StoppedError):
        budget.spend("GetChange")
    assert budget.is_stopped
    assert budget.sent == {"GetChange": 1}
    assert slept == [0.5], "a wait is cut into slices, so that a stop is noticed soon"
