"""RDAP, politely: once a day and domain, one at a time, never against a server's word."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.registrar.bootstrap import Bootstrap
from psfdns.registrar.cache import Cache
from psfdns.registrar.https import Answered, Bounds, Reply, Request, Silence, exchange
from psfdns.registrar.registries import (
    DAY,
    FORMAT,
    JITTER,
    NAME,
    Heard,
    Outcome,
    Registries,
    hear_registries,
    load_memory,
    next_question,
)
from tests.registrar.fake_rdap import FakeRdap, fake_rdap, rdap_domain
from tests.registrar.loopback import Said

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
Hear = Callable[..., dict[str, Heard]]


@pytest.fixture
def rdap() -> Iterator[FakeRdap]:
    with fake_rdap() as rdap:
        rdap.add("a.test")
        yield rdap


@pytest.fixture
def hear(rdap: FakeRdap, tmp_path: Path) -> Hear:
    def hear_at(*names: str, now: datetime.datetime = NOW) -> dict[str, Heard]:
        servers = dict.fromkeys(rdap.suffixes, f"{rdap.url}/rdap/")
        registries = Registries(lambda: Bootstrap(servers))
        return hear_registries(names, registries, Cache(tmp_path), now=now)

    return hear_at


def test_a_domain_is_asked_for_once_a_day_and_kept_with_its_age(hear: Hear, rdap: FakeRdap) -> None:
    first = hear("a.test.")["a.test."]
    assert (first.outcome, first.why) == (Outcome.FOUND, None)
    assert first.registration is not None
    assert first.registration.checked_at == NOW
    for later in (HOUR, 23 * HOUR, DAY):
        assert hear("a.test.", now=NOW + later) == {"a.test.": first}
    assert rdap.questions == ["a.test"]
    again = hear("a.test.", now=NOW + DAY + JITTER)["a.test."]
    assert again.registration is not None
    assert again.registration.checked_at == NOW + DAY + JITTER
    assert rdap.questions == ["a.test"] * 2


@given(st.text(min_size=1, max_size=20), st.integers(0, 10_000))
def test_the_next_question_comes_after_a_day_and_within_four_hours_more(name: str, days: int) -> None:
    now = NOW + datetime.timedelta(days=days)
    assert DAY <= next_question(name, now) - now < DAY + JITTER
    assert next_question(name, now) == next_question(name, now)


def test_the_next_questions_are_spread() -> None:
    due = {
        next_question(f"d{number}.test.", NOW).replace(minute=0, second=0, microsecond=0)
        for number in range(50)
    }
    assert len(due) >= 4


def test_what_is_nowhere_is_missing_and_asked_again_the_next_day(hear: Hear, rdap: FakeRdap) -> None:
    assert hear("b.test.")["b.test."].outcome is Outcome.MISSING
    hear("b.test.", now=NOW + HOUR)
    assert rdap.questions == ["b.test"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said(500, b"<html>"), "answers 500"),
        (Said(403, b""), "answers 403"),
        (Said(200, b"<html>"), "it is not JSON"),
        (Said(200, b"[" * 100_000), "it is not JSON"),
        (Said(200, b"{}"), "it is no domain of RDAP"),
        (Said(200, json.dumps(rdap_domain("b.test")).encode()), "it is about another domain"),
    ],
)
def test_an_answer_that_says_nothing_leaves_what_was_known_until_the_next_day(
    hear: Hear, rdap: FakeRdap, said: Said, why: str
) -> None:
    good = hear("a.test.")["a.test."].registration
    later = NOW + 2 * DAY
    rdap.fail("GET", "/rdap/domain/a.test", said)
    failed = hear("a.test.", now=later)["a.test."]
    assert (failed.outcome, failed.registration) == (Outcome.FAILED, good)
    assert failed.why is not None
    assert failed.why.endswith(why)
    assert hear("a.test.", now=later + HOUR)["a.test."] == failed
    assert hear("a.test.", now=later + 2 * DAY)["a.test."].outcome is Outcome.FOUND


@pytest.mark.parametrize(
    ("headers", "free"),
    [
        ((("Retry-After", "7200"),), 2 * HOUR),
        ((("Retry-After", "Sat, 28 Nov 2026 15:00:00 GMT"),), 3 * HOUR),
        ((("Retry-After", "soon"),), HOUR),
        ((), HOUR),
        ((("Retry-After", "99999999"),), datetime.timedelta(days=7)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_has_enough_is_left_alone_until_it_says(
    hear: Hear, rdap: FakeRdap, status: int, headers: tuple[tuple[str, str], ...], free: datetime.timedelta
) -> None:
    rdap.add("b.test")
    rdap.fail("GET", "/rdap/domain/a.test", Said(status, b"", headers))
    heard = hear("a.test.", "b.test.")
    assert {each.outcome for each in heard.values()} == {Outcome.FAILED}
    assert "wants to be asked again from" in (heard["b.test."].why or "")
    before = datetime.timedelta(seconds=1)
    hear("a.test.", "b.test.", "c.test.", now=NOW + free - before)
    assert rdap.questions == ["a.test"]
    heard = hear("a.test.", "b.test.", now=NOW + free)
    assert {each.outcome for each in heard.values()} == {Outcome.FOUND}


def test_a_pause_that_is_over_has_nobody_asked_more_often(hear: Hear, rdap: FakeRdap) -> None:
    """It once was the date of the next question wherever something else went wrong later."""
    rdap.fail("GET", "/rdap/domain/a.test", Said(429))
    hear("a.test.")
    rdap.fail("GET", "/rdap/domain/a.test", Said(500))
    failed = hear("a.test.", now=NOW + 2 * HOUR)
    assert hear("a.test.", now=NOW + 3 * HOUR) == failed
    assert rdap.questions == ["a.test"] * 2


YEAR = datetime.timedelta(days=365)


@pytest.mark.parametrize("said", [None, Said(404), Said(500), Said(429, b"", (("Retry-After", "60"),))])
def test_a_clock_that_was_ahead_for_a_run_puts_no_question_off(
    hear: Hear, rdap: FakeRdap, said: Said | None
) -> None:
    """What it heard then is asked for again as soon as the clock is right."""
    if said is not None:
        rdap.fail("GET", "/rdap/domain/a.test", said)
    hear("a.test.", now=NOW + YEAR)
    right = hear("a.test.")["a.test."]
    assert right.registration is not None
    assert right.registration.checked_at == NOW
    hear("a.test.", now=NOW + HOUR)
    assert rdap.questions == ["a.test"] * 2, "and once more a day from then on"


def test_the_longest_pause_is_kept(hear: Hear, rdap: FakeRdap) -> None:
    rdap.fail("GET", "/rdap/domain/a.test", Said(429, b"", (("Retry-After", "99999999"),)))
    hear("a.test.")
    hear("a.test.", now=NOW)
    assert rdap.questions == ["a.test"]


def test_a_server_that_is_away_is_asked_twice_a_run_and_again_by_the_next(hear: Hear, rdap: FakeRdap) -> None:
    names = [f"d{number}.test." for number in range(5)]
    for name in names:
        rdap.add(name.removesuffix("."))
    rdap.fail("GET", ".*", None, times=2)
    heard = hear(*names)
    assert {each.outcome for each in heard.values()} == {Outcome.FAILED}
    assert len(rdap.questions) == 2
    assert "before the answer was whole" in (heard["d4.test."].why or "")
    assert {each.outcome for each in hear(*names, now=NOW + HOUR).values()} == {Outcome.FOUND}


def test_redirects_are_followed_and_not_for_ever_nor_anywhere(hear: Hear, rdap: FakeRdap) -> None:
    rdap.add("b.test")
    target = (("Location", f"{rdap.url}/rdap/domain/b.test"),)
    body = json.dumps(rdap_domain("a.test")).encode()
    rdap.fail("GET", "/rdap/domain/a.test", Said(302, b"", target))
    rdap.fail("GET", "/rdap/domain/b.test", Said(200, body))
    assert hear("a.test.")["a.test."].outcome is Outcome.FOUND
    rdap.fail("GET", "/rdap/domain/b.test", Said(307, b"", target), times=9)
    assert "redirects more than 3 times" in (hear("b.test.")["b.test."].why or "")
    for location in ("http://192.0.2.1/", "ftp://a.test/", "https://user@a.test/"):
        rdap.faults[:] = []
        rdap.fail("GET", "/rdap/domain/c.test", Said(301, b"", (("Location", location),)))
        assert "redirects to a place that is not https" in (hear("c.test.")["c.test."].why or "")


def test_nobody_else_sends_us_to_this_machine(tmp_path: Path) -> None:
    asked = []

    def ask(request: Request, _: Bounds) -> Answered:
        asked.append(request.url)
        return Reply(302, {"location": "http://127.0.0.1/admin"}, b"")

    registries = Registries(lambda: Bootstrap({"test": "https://rdap.test/"}), ask)
    heard = hear_registries(["a.test."], registries, Cache(tmp_path), now=NOW)
    assert asked == ["https://rdap.test/domain/a.test"]
    assert "not https" in (heard["a.test."].why or "")


def test_names_without_a_server_are_told_apart_from_a_list_that_is_missing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    none = hear_registries(["a.test."], Registries(lambda: Bootstrap({})), cache, now=NOW)["a.test."]
    assert (none.outcome, none.why) == (Outcome.NO_SERVER, "no RDAP server is known for its names")
    gone = hear_registries(["a.test."], Registries(lambda: Bootstrap({}, "gone")), cache, now=NOW)["a.test."]
    assert (gone.outcome, gone.why) == (Outcome.FAILED, "gone")


def test_questions_to_one_server_go_one_at_a_time_and_servers_side_by_side(tmp_path: Path) -> None:
    lock, under_way, most, met = (
        threading.Lock(),
        dict.fromkeys("ab", 0),
        dict.fromkeys("ab", 0),
        threading.Barrier(2),
    )

    def ask(request: Request, _: Bounds) -> Answered:
        host = request.url.removeprefix("https://")[0]
        with lock:
            under_way[host] += 1
            most[host] = max(most[host], under_way[host])
        if "d0" in request.url:
            met.wait(5)
        with lock:
            under_way[host] -= 1
        return Silence("is away", sent=False) if "never" in request.url else Reply(404, {}, b"")

    bootstrap = Bootstrap({"a": "https://a.test/", "b": "https://b.test/"})
    names = [f"d{number}.{host}." for number in range(20) for host in "ab"]
    registries = Registries(lambda: bootstrap, ask)
    hear_registries(names, registries, Cache(tmp_path), now=NOW)
    assert most == {"a": 1, "b": 1}
    assert registries.sent == {"a.test": 20, "b.test": 20}


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": "other"}',
        b'{"format": "psfdns-rdap-cache/1", "domains": {"a.test.": {}}}',
    ],
)
def test_a_damaged_cache_is_none(hear: Hear, rdap: FakeRdap, tmp_path: Path, document: bytes) -> None:
    (tmp_path / "rdap.json").write_bytes(document)
    assert hear("a.test.")["a.test."].outcome is Outcome.FOUND
    assert rdap.questions == ["a.test"]


def test_what_is_kept_is_what_was_heard(hear: Hear, tmp_path: Path, rdap: FakeRdap) -> None:
    rdap.add("b.test", None, secureDNS={"delegationSigned": True})
    heard = hear("a.test.", "b.test.", "c.test.", "d.nowhere.")
    kept = load_memory(Cache(tmp_path)).heard
    assert kept == heard
    assert json.loads((tmp_path / f"{NAME}.json").read_text())["format"] == FORMAT
    assert (tmp_path / f"{NAME}.json").stat().st_mode & 0o777 == 0o600


def test_exchange_is_the_usual_way(tmp_path: Path) -> None:
    registries: Any = Registries(lambda: Bootstrap({}))
    assert registries.ask is exchange
    assert not any(tmp_path.iterdir())
