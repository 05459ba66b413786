"""All that Gandi holds: what is asked, how often, and what is known where it does not say."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from psfdns.errors import RegistrarError
from psfdns.registrar.cache import Cache
from psfdns.registrar.domains import Money
from psfdns.registrar.gandi import Gandi
from psfdns.registrar.holdings import Holdings, fetch_holdings, forget, recall
from tests.registrar.fake_gandi import AUTHINFO, FakeGandi, error, fake_gandi, key_of
from tests.registrar.loopback import Said
from tests.registrar.test_gandi import open_gandi

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture
def fake() -> Iterator[FakeGandi]:
    with fake_gandi() as fake:
        fake.add("a.test", NOW + 100 * DAY, keys=[key_of("a.test")[0]])
        fake.add("b.test", NOW + 200 * DAY, autorenew=False)
        yield fake


def hold(
    fake: FakeGandi, folder: Path, *, now: datetime.datetime = NOW, wanted: set[str] | None = None
) -> Holdings:
    return fetch_holdings(open_gandi(fake)[0], Cache(folder), now=now, wanted=wanted)


def kinds(fake: FakeGandi) -> Counter[str]:
    """Requests by kind since the last look."""
    found = Counter(
        each.path.removeprefix("/v5/").replace("/a.test", "/NAME").replace("/b.test", "/NAME")
        for each in fake.asked
    )
    fake.asked.clear()
    return found


def test_everything_there_is_to_know_of_a_domain_is_known(fake: FakeGandi, tmp_path: Path) -> None:
    holdings = hold(fake, tmp_path)
    said = holdings.registrations["a.test."]
    assert said.expires is not None
    assert said.expires.at == NOW + 100 * DAY
    assert (said.autorenew, said.checked_at) == (True, NOW)
    assert (said.nameservers, said.ds) == (("ns1.old.example.", "ns2.old.example."), (key_of("a.test")[2],))
    assert said.renewal is not None
    assert (said.renewal.at, said.renewal.price) == (NOW + 69 * DAY, Money(Decimal("15.5"), "EUR"))
    assert holdings.payable == {"a.test.": True}
    assert holdings.registrations["b.test."].renewal is None
    assert holdings.faults == {}


def test_the_next_renewal_is_the_next_day_on_which_money_is_taken(fake: FakeGandi, tmp_path: Path) -> None:
    for days, left in ((69, 69), (70, 85), (86, 99)):
        at = hold(fake, tmp_path, now=NOW + days * DAY).registrations["a.test."].renewal
        assert at is not None
        assert at.at == NOW + left * DAY
    over = hold(fake, tmp_path, now=NOW + 100 * DAY).registrations["a.test."].renewal
    assert over is not None
    assert over.at is None


def test_a_second_run_asks_for_list_and_balance_alone(fake: FakeGandi, tmp_path: Path) -> None:
    first = hold(fake, tmp_path)
    assert kinds(fake) == {
        "domain/domains": 1,
        "domain/domains/NAME": 2,
        "domain/domains/NAME/dnskeys": 2,
        "domain/check": 1,
        "billing/info/3fa85f64-5717-4562-b3fc-2c963f66afa6": 1,
    }
    second = hold(fake, tmp_path)
    assert second == first
    assert sum(kinds(fake).values()) == 2
    hold(fake, tmp_path, now=NOW + 7 * HOUR)
    assert kinds(fake)["domain/domains/NAME"] == 2
    hold(fake, tmp_path, now=NOW + 25 * HOUR)
    assert kinds(fake)["domain/check"] == 1


def test_what_a_clock_that_was_ahead_has_kept_is_asked_for_again(fake: FakeGandi, tmp_path: Path) -> None:
    hold(fake, tmp_path, now=NOW + 365 * DAY)
    fake.domains["a.test"].nameservers = ["ns1.new.example"]
    fake.domains["a.test"].price = 99.0
    said = hold(fake, tmp_path).registrations["a.test."]
    assert said.nameservers == ("ns1.new.example.",)
    assert said.renewal is not None
    assert said.renewal.price == Money(Decimal("99.0"), "EUR")


def test_what_changes_in_the_list_is_looked_at_anew(fake: FakeGandi, tmp_path: Path) -> None:
    hold(fake, tmp_path)
    fake.asked.clear()
    fake.domains["b.test"].status = ["clientHold"]
    holdings = hold(fake, tmp_path)
    assert holdings.registrations["b.test."].status == ("clientHold",)
    assert kinds(fake)["domain/domains/NAME"] == 1
    forget(Cache(tmp_path), "a.test.")
    forget(Cache(tmp_path), "c.test.")
    hold(fake, tmp_path)
    assert kinds(fake)["domain/domains/NAME"] == 1


def test_what_cannot_be_looked_at_again_is_still_recalled_and_is_not_of_now(
    fake: FakeGandi, tmp_path: Path
) -> None:
    """It once was lost, and the next day nothing seemed to renew it."""
    hold(fake, tmp_path)
    before = recall(Cache(tmp_path), now=NOW).registrations["a.test."]
    fake.fail("GET", "/v5/domain/domains/.*", Said(500), times=99)
    said = hold(fake, tmp_path, now=NOW + DAY).registrations["a.test."]
    assert (said.nameservers, said.ds) == (None, None)
    assert recall(Cache(tmp_path), now=NOW + DAY).registrations["a.test."] == before
    fake.domains["a.test"].status = ["clientHold"]
    hold(fake, tmp_path, now=NOW + DAY)
    changed = recall(Cache(tmp_path), now=NOW + DAY).registrations["a.test."]
    assert (changed.autorenew, changed.checked_at) == (True, NOW)
    assert (changed.expires, changed.status, changed.nameservers, changed.ds) == (None, (), None, None)
    del fake.domains["a.test"]
    hold(fake, tmp_path, now=NOW + DAY)
    assert "a.test." not in recall(Cache(tmp_path), now=NOW + DAY).registrations


@pytest.mark.parametrize(
    ("ordered", "renews"),
    [
        (None, {"a.test.": True, "b.test.": False}),
        (True, {"a.test.": True, "b.test.": False}),
        (False, {"a.test.": False, "b.test.": False}),
    ],
)
def test_after_an_order_it_is_recalled_whether_a_domain_renews_and_not_until_when(
    fake: FakeGandi, tmp_path: Path, *, ordered: bool | None, renews: dict[str, bool]
) -> None:
    cache = Cache(tmp_path)
    first = hold(fake, tmp_path)
    for name in renews:
        forget(cache, name, autorenew=ordered)
    found = recall(cache, now=NOW + HOUR).registrations
    assert {name: each.autorenew for name, each in found.items()} == renews
    assert {each.expires for each in found.values()} == {None}
    assert {each.ds for each in found.values()} == {None}
    assert hold(fake, tmp_path) == first


def test_of_domains_that_are_not_meant_only_the_money_is_asked(fake: FakeGandi, tmp_path: Path) -> None:
    holdings = hold(fake, tmp_path, wanted={"b.test."})
    assert set(holdings.registrations) == {"a.test.", "b.test."}
    assert holdings.registrations["a.test."].ds is None
    assert kinds(fake)["domain/domains/NAME/dnskeys"] == 1
    assert hold(fake, tmp_path).registrations["a.test."].ds == (key_of("a.test")[2],)


def test_a_domain_that_cannot_be_looked_at_is_still_known_to_be_there(
    fake: FakeGandi, tmp_path: Path
) -> None:
    denied = error(403, "HTTPForbidden", "Forbidden", "Access was denied to this resource.")
    fake.fail("GET", "/v5/domain/domains/a.test", denied)
    holdings = hold(fake, tmp_path)
    said = holdings.registrations["a.test."]
    assert said.expires is not None
    assert (said.expires.at, said.nameservers) == (NOW + 100 * DAY, None)
    assert holdings.payable == {"a.test.": None}
    assert "may not do this" in holdings.faults["a.test."]


@pytest.mark.parametrize("path", ["/v5/billing/info.*", "/v5/domain/check"])
def test_without_price_or_balance_nobody_claims_that_it_can_be_paid(
    fake: FakeGandi, tmp_path: Path, path: str
) -> None:
    fake.fail("GET", path, Said(500), times=9)
    holdings = hold(fake, tmp_path)
    assert holdings.payable == {"a.test.": None}
    assert len(holdings.faults) == 1


def test_two_organisations_pay_from_two_balances(fake: FakeGandi, tmp_path: Path) -> None:
    fake.add("c.test", NOW + 50 * DAY, org="11111111-5717-4562-b3fc-2c963f66afa6", price=99)
    holdings = hold(fake, tmp_path)
    assert len(holdings.balances) == 2
    assert holdings.payable == {"a.test.": True, "c.test.": True}


def test_where_one_organisation_pays_it_pays_for_those_that_do_not_say(
    fake: FakeGandi, tmp_path: Path
) -> None:
    fake.add("c.test", NOW + 50 * DAY, org=None, price=99)
    assert hold(fake, tmp_path).payable == {"a.test.": False, "c.test.": True}


def test_a_list_that_cannot_be_had_is_an_error(fake: FakeGandi, tmp_path: Path) -> None:
    fake.fail("GET", "/v5/domain/domains", Said(200, b'[{"id": 1}]'))
    with pytest.raises(RegistrarError, match="fqdn is no name"):
        hold(fake, tmp_path)


def test_no_secret_is_kept(fake: FakeGandi, tmp_path: Path) -> None:
    hold(fake, tmp_path)
    (path,) = tmp_path.iterdir()
    text = path.read_text()
    assert AUTHINFO not in text
    assert "pat-of-a-test" not in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_cache_is_none(fake: FakeGandi, tmp_path: Path) -> None:
    first = hold(fake, tmp_path)
    path = tmp_path / "gandi.json"
    for text in ("{", path.read_text().replace('"years": 1', '"years": "x"')):
        path.write_text(text)
        assert hold(fake, tmp_path) == first


def test_three_hundred_domains_stay_within_the_limit_and_the_next_run_is_two_requests(tmp_path: Path) -> None:
    with fake_gandi(balance="1000.00") as fake:
        for number in range(300):
            fake.add(f"d{number}.test", NOW + (40 + number) * DAY)
        gandi, clock = open_gandi(fake)
        holdings = fetch_holdings(gandi, Cache(tmp_path), now=NOW)
        assert len(holdings.registrations) == 300
        assert sum(each is True for each in holdings.payable.values()) == 64  # 1000 / 15.50
        assert gandi.wire.sent == {"list": 1, "domain": 300, "dnskeys": 300, "price": 300, "balance": 1}
        assert sum(clock.slept) >= (902 - 100) / 14 - 1, "spread over a minute"
        again: Gandi = open_gandi(fake)[0]
        assert fetch_holdings(again, Cache(tmp_path), now=NOW) == holdings
        assert again.wire.sent == {"list": 1, "balance": 1}
