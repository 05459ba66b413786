"""Gandi's API against a fake of it: pages, refusals, failures, orders."""

from __future__ import annotations

import base64
import datetime
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from psfdns.errors import RegistrarError
from psfdns.registrar.domains import Money
from psfdns.registrar.gandi import (
    Gandi,
    add_key_order,
    autorenew_order,
    lock_order,
    nameservers_order,
    remove_key_order,
    renew_order,
)
from psfdns.registrar.gandi_wire import MAX_FAILURES, Pace, Wire
from psfdns.registrar.https import Answered, Bounds, Request, exchange
from tests.registrar.fake_gandi import AUTHINFO, ORG, TOKEN, FakeGandi, error, fake_gandi, key_of, say
from tests.registrar.loopback import Asked, Said

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2027, 3, 8, 4, tzinfo=datetime.UTC)


@dataclass
class Clock:
    """Time that passes by sleeping."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def ask(request: Request) -> Answered:
    return exchange(request, Bounds(seconds=0.5, octets=1 << 20))


def open_gandi(fake: FakeGandi, token: str = TOKEN) -> tuple[Gandi, Clock]:
    clock = Clock()
    return Gandi(Wire(fake.url, token, Pace(clock=clock.read, sleep=clock.sleep), ask)), clock


@pytest.fixture
def fake() -> Iterator[FakeGandi]:
    with fake_gandi() as fake:
        fake.add("python.org", ENDS)
        yield fake


@pytest.mark.parametrize("paging", ["link", "count", "both"])
@pytest.mark.parametrize(("number", "most"), [(0, 10), (1, 10), (10, 10), (11, 10), (25, 10), (25, 1000)])
def test_every_page_is_read_by_link_or_by_count(paging: str, number: int, most: int) -> None:
    with fake_gandi(paging=paging, most_per_page=most) as fake:
        for index in range(number):
            fake.add(f"d{index}.test", ENDS)
        gandi, _ = open_gandi(fake)
        assert [each.name for each in gandi.list_domains()] == [f"d{index}.test." for index in range(number)]
        assert len(fake.asked) <= max(1, -(-number // most))


def test_a_list_that_has_less_than_it_counts_is_no_list(fake: FakeGandi) -> None:
    """Else a domain would be lost in silence."""
    listed = fake.domains["python.org"].listed()
    fake.fail("GET", "/v5/domain/domains", say(200, [listed], ("Total-Count", "2")))
    fake.fail("GET", "/v5/domain/domains", say(200, [], ("Total-Count", "2")))
    with pytest.raises(RegistrarError, match="it lists 1 of 2"):
        open_gandi(fake)[0].list_domains()


def test_pages_without_end_end(fake: FakeGandi) -> None:
    link = ("Link", f'<{fake.url}/domain/domains?page=2>; rel="next"')
    fake.fail("GET", "/v5/domain/domains", say(200, [], link), times=1000)
    with pytest.raises(RegistrarError, match="its pages have no end"):
        open_gandi(fake)[0].list_domains()
    again = ("Link", f'<{fake.url}/domain/domains?page=1&per_page=500>; rel="next"')
    fake.faults[:] = []
    fake.fail("GET", "/v5/domain/domains", say(200, [], again))
    assert open_gandi(fake)[0].list_domains() == ()


def test_the_token_is_not_taken_to_another_server(fake: FakeGandi) -> None:
    with fake_gandi() as other:
        link = ("Link", f'<{other.url}/domain/domains?page=2>; rel="next"')
        fake.fail("GET", "/v5/domain/domains", say(200, [fake.domains["python.org"].listed()], link))
        with pytest.raises(RegistrarError, match="its next page is on another server"):
            open_gandi(fake)[0].list_domains()
        assert other.asked == []


def test_a_domain_in_full_has_all_that_we_go_by_and_no_secret(fake: FakeGandi) -> None:
    domain = fake.domains["python.org"]
    domain.keys, domain.years = [key_of("python.org")[0]], 2
    gandi, _ = open_gandi(fake)
    detail = gandi.fetch_domain("python.org.")
    assert (detail.ends_at, detail.autorenew, detail.years, detail.payer) == (ENDS, True, 2, ORG)
    assert detail.renews == tuple(ENDS - datetime.timedelta(days=days) for days in (31, 15, 1))
    assert detail.nameservers == ("ns1.old.example.", "ns2.old.example.")
    assert detail.status == ("clientTransferProhibited",)
    assert detail.ends.hold_ends == ENDS + datetime.timedelta(days=45)
    assert AUTHINFO not in repr(detail)
    assert gandi.fetch_ds("python.org.") == (key_of("python.org")[2],)
    assert gandi.fetch_price("python.org.", 2, "EUR") == Money(Decimal("31.0"), "EUR")
    assert gandi.fetch_balance(ORG) == Money(Decimal("100.00"), "EUR")
    assert not gandi.fetch_terms("python.org.").prohibited
    assert gandi.fetch_price("elsewhere.test.", 1, "EUR") is None
    assert gandi.fetch_restore_price("python.org.", "EUR") is None
    domain.restore_price = 95.0
    assert gandi.fetch_restore_price("python.org.", "EUR") == Money(Decimal("95.0"), "EUR")


def test_a_registry_without_dnssec_has_no_ds(fake: FakeGandi) -> None:
    fake.fail("GET", "/v5/domain/domains/python.org/dnskeys", Said(404, b"<html>"))
    assert open_gandi(fake)[0].fetch_ds("python.org.") == ()
    fake.fail("GET", "/v5/domain/domains/python.org/dnskeys", Said(403))
    with pytest.raises(RegistrarError, match="may not do this"):
        open_gandi(fake)[0].fetch_ds("python.org.")


def test_a_key_is_added_and_another_is_removed(fake: FakeGandi) -> None:
    """Gandi takes the DNSKEY, and makes the DS; the other keys stay."""
    gandi = open_gandi(fake)[0]
    domain = fake.domains["python.org"]
    domain.keys = [key_of("python.org")[0]]
    other = b"o" * 64
    public_key = base64.b64encode(other).decode()
    before = gandi.fetch_keys("python.org.")
    order = add_key_order("python.org.", algorithm=13, public_key=public_key)
    gandi.rehearse(order, "set a DS")
    assert gandi.fetch_keys("python.org.") == before
    gandi.place(order, "set a DS")
    gandi.place(order, "set a DS")
    held = {key.ds: key.id for key in gandi.fetch_keys("python.org.")}
    assert set(held) == {key_of("python.org")[2], key_of("python.org", other)[2]}
    gandi.place(remove_key_order("python.org.", held[key_of("python.org")[2]]), "remove a DS")
    assert [key["public_key"] for key in domain.keys] == [public_key]
    with pytest.raises(RegistrarError) as caught:
        gandi.place(remove_key_order("python.org.", 99), "remove a DS")
    assert (caught.value.status, caught.value.uncertain) == (404, False)


def test_a_token_of_one_organisation_may_not_name_it_and_need_not(fake: FakeGandi) -> None:
    forbidden = error(403, "HTTPForbidden", "Forbidden", "Access was denied to this resource.")
    fake.fail("GET", f"/v5/billing/info/{ORG}", forbidden)
    assert open_gandi(fake)[0].fetch_balance(ORG) == Money(Decimal("100.00"), "EUR")


@pytest.mark.parametrize(
    ("said", "why", "status"),
    [
        (
            say(401, {"message": "no access token"}),
            r"token of GANDI_PAT is missing or unknown there \(no access",
            401,
        ),
        (
            error(403, "HTTPForbidden", "Forbidden", "Denied."),
            r"has expired, or may not do this \(Denied",
            403,
        ),
        (error(404, "HTTPNotFound", "Not Found", "Not found."), "it is not there", 404),
        (say(409, {"message": "operation pending"}), r"conflicts with something under way \(operation", 409),
        (
            say(422, {"status": "error", "errors": [{"name": "a", "description": "b"}]}),
            r"answers 422 \(a: b\)",
            422,
        ),
        (Said(404, b"<html>Cannot GET</html>", (("Content-Type", "text/html"),)), "it is not there$", 404),
        (Said(200, b"<html>hello</html>"), "what it answers is not JSON", 200),
        (Said(200, b"[" * 100_000), "what it answers is not JSON", 200),
        (Said(200, b'"text"'), "cannot be read: a domain is no object", None),
        (Said(200, b'{"autorenew": {"dates": 3}}'), "cannot be read: autorenew.dates is no list", None),
        (Said(202, b"{}"), "it answers 202", 202),
        (Said(302, b"", (("Location", "https://evil.test/"),)), "it answers 302", 302),
    ],
)
def test_a_no_is_told_in_words_and_asked_once(
    fake: FakeGandi, said: Said, why: str, status: int | None
) -> None:
    fake.fail("GET", "/v5/domain/domains/python.org", said, times=9)
    with pytest.raises(RegistrarError, match=why) as caught:
        open_gandi(fake)[0].fetch_domain("python.org.")
    assert caught.value.status == status
    assert len(fake.asked) == 1
    assert (caught.value.hint is not None) is (status in {401, 403})


@pytest.mark.parametrize("said", [Said(500), Said(503, b"<html>"), Said(200, b"{}", cut=True), None])
def test_what_may_pass_is_asked_again_a_little_later(fake: FakeGandi, said: Said | None) -> None:
    fake.fail("GET", "/v5/domain/domains/python.org", said, times=2)
    gandi, clock = open_gandi(fake)
    assert gandi.fetch_domain("python.org.").ends_at == ENDS
    assert clock.slept == [1.0, 2.0]


def test_too_many_requests_are_waited_out_as_told_and_not_for_ever(fake: FakeGandi) -> None:
    fake.fail("GET", "/v5/domain/domains/python.org", Said(429, b"", (("Retry-After", "17"),)))
    gandi, clock = open_gandi(fake)
    gandi.fetch_domain("python.org.")
    assert clock.slept == [17.0]
    fake.fail("GET", "/v5/domain/domains/python.org", Said(429, b"", (("Retry-After", "3600"),)), times=9)
    with pytest.raises(RegistrarError, match="there were too many requests"):
        gandi.fetch_domain("python.org.")
    assert clock.slept == [17.0]


def test_a_server_that_is_away_is_not_asked_for_ever(fake: FakeGandi) -> None:
    fake.fail("GET", ".*", None, times=100)
    gandi, _ = open_gandi(fake)
    for _ in range(MAX_FAILURES + 3):
        with pytest.raises(RegistrarError, match=r"before the answer was whole|does not answer"):
            gandi.fetch_domain("python.org.")
    assert len(fake.asked) == 3 * MAX_FAILURES


def test_requests_stay_below_a_thousand_a_minute() -> None:
    clock = Clock()
    pace = Pace(clock=clock.read, sleep=clock.sleep)
    times = []
    for _ in range(3000):
        pace.wait()
        times.append(clock.now)
    most = max(sum(start <= each < start + 60 for each in times) for start in times[::50])
    assert 800 < most <= 1000


@pytest.mark.parametrize("wrong", [TOKEN + "x", "other"])
def test_the_token_stands_in_no_error_repr_or_log(
    fake: FakeGandi, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.fail("GET", "/v5/domain/domains/python.org", say(403, {"message": f"{wrong} is not known"}))
    gandi, _ = open_gandi(fake, wrong)
    with pytest.raises(RegistrarError) as caught:
        gandi.fetch_domain("python.org.")
    assert "*** is not known" in str(caught.value)
    assert wrong not in f"{caught.value} {caught.value.hint} {gandi!r} {caplog.text}"


def test_orders_are_rehearsed_without_being_carried_out(fake: FakeGandi) -> None:
    gandi, _ = open_gandi(fake)
    gandi.rehearse(renew_order("python.org.", 1), "renew")
    assert fake.changes() == []
    assert fake.domains["python.org"].ends == ENDS
    fake.no = "too long"
    with pytest.raises(RegistrarError, match="it says no: duration: too long") as caught:
        gandi.rehearse(renew_order("python.org.", 1), "renew")
    assert not caught.value.uncertain


def test_a_rehearsal_that_is_taken_for_an_order_is_uncertain(fake: FakeGandi) -> None:
    fake.ignores_dry_run = True
    with pytest.raises(RegistrarError, match="answers 202 to a rehearsal") as caught:
        open_gandi(fake)[0].rehearse(renew_order("python.org.", 1), "renew")
    assert caught.value.uncertain


def test_each_order_is_one_request_with_what_is_wanted(fake: FakeGandi) -> None:
    gandi, _ = open_gandi(fake)
    detail = gandi.fetch_domain("python.org.")
    for order in (
        renew_order("python.org.", 3),
        nameservers_order("python.org.", ("ns1.new.example.", "ns2.new.example.")),
        lock_order("python.org.", on=False),
        autorenew_order("python.org.", detail, on=False),
    ):
        gandi.place(order, "order")
    domain = fake.domains["python.org"]
    assert domain.ends.year == 2030
    assert domain.nameservers == ["ns1.new.example", "ns2.new.example"]
    assert (domain.status, domain.autorenew) == ([], False)
    last: Asked = fake.changes()[-1]
    assert last.body == f'{{"enabled": false, "duration": 1, "org_id": "{ORG}"}}'.encode()
    assert {each.headers["content-type"] for each in fake.changes()} == {"application/json"}


@pytest.mark.parametrize(
    ("said", "uncertain"),
    [
        (None, True),
        (Said(202, b"{", cut=True), True),
        (Said(500), True),
        (Said(502, b"<html>"), True),
        (Said(302, b"", (("Location", "https://a.test/"),)), True),
        (Said(429), False),
        (say(409, {"message": "conflict"}), False),
        (say(400, {"status": "error", "errors": []}), False),
        (error(404, "HTTPNotFound", "Not Found", "No."), False),
    ],
)
def test_an_order_is_sent_once_and_an_unclear_answer_is_uncertain(
    fake: FakeGandi, said: Said | None, uncertain: bool
) -> None:
    fake.fail("POST", "/v5/domain/domains/python.org/renew", said, times=9)
    with pytest.raises(RegistrarError) as caught:
        open_gandi(fake)[0].place(renew_order("python.org.", 1), "renew")
    assert caught.value.uncertain is uncertain
    assert len(fake.changes()) == 1


def test_an_order_that_never_left_is_certain(fake: FakeGandi) -> None:
    gandi, _ = open_gandi(fake)
    gandi.wire.url = "http://127.0.0.1:9/v5"
    with pytest.raises(RegistrarError, match="cannot be reached") as caught:
        gandi.place(renew_order("python.org.", 1), "renew")
    assert not caught.value.uncertain
