"""Domains as values: days, ends, phases."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.moments import read_moment
from psfdns.registrar.domains import (
    Domain,
    Ends,
    Expiry,
    Money,
    Phase,
    Registration,
    Source,
    expiry_at,
    phases_of,
)
from psfdns.registrar.epp import epp_status
from psfdns.settings import Registrar

UTC = datetime.UTC
NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=UTC)


def at(text: str) -> datetime.datetime:
    moment = read_moment(text)
    assert moment is not None
    return moment


@pytest.mark.parametrize(
    ("ends", "now", "left", "over"),
    [
        ("2026-11-29T00:00:00Z", "2026-11-28T23:59:59Z", 1, False),
        ("2026-11-29T23:59:59Z", "2026-11-28T00:00:00Z", 1, False),
        ("2026-11-28T13:00:00Z", "2026-11-28T12:00:00Z", 0, False),
        ("2026-11-28T11:00:00Z", "2026-11-28T12:00:00Z", 0, True),
        ("2026-11-27T23:59:59Z", "2026-11-28T00:00:00Z", -1, True),
        ("2026-11-28T23:30:00-02:00", "2026-11-28T12:00:00Z", 1, False),
        ("2028-02-29T12:00:00Z", "2027-02-28T12:00:00Z", 366, False),
        ("2026-11-29T01:00:00Z", "2026-11-28T23:00:00-05:00", 0, True),
    ],
)
def test_days_left_is_a_difference_of_utc_dates(ends: str, now: str, left: int, over: bool) -> None:
    expiry = expiry_at(at(ends), Source.GANDI)
    moment = datetime.datetime.fromisoformat(now)
    assert expiry.days_left(moment) == left
    assert expiry.is_over(moment) is over


@pytest.mark.parametrize(("day", "left", "over"), [("2026-11-28", 0, False), ("2026-11-27", -1, True)])
def test_a_mere_day_is_over_when_the_day_is(day: str, left: int, over: bool) -> None:
    expiry = Expiry(datetime.date.fromisoformat(day), Source.FILE)
    assert (expiry.days_left(NOW), expiry.is_over(NOW)) == (left, over)


MOMENTS = st.datetimes(
    min_value=datetime.datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value=datetime.datetime(2100, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@given(ends=MOMENTS, now=MOMENTS, zone=st.integers(-23, 23))
def test_neither_the_hour_nor_the_time_zone_of_the_clock_matters(
    ends: datetime.datetime, now: datetime.datetime, zone: int
) -> None:
    expiry = expiry_at(ends, Source.RDAP)
    elsewhere = now.astimezone(datetime.timezone(datetime.timedelta(hours=zone)))
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    assert expiry.days_left(elsewhere) == expiry.days_left(now) == expiry.days_left(noon)
    assert expiry.days_left(now) == ends.toordinal() - now.toordinal()


NO_DATES = Ends()


def domain(ends: str | None, *status: str, later: Ends = NO_DATES) -> Domain:
    expires = expiry_at(at(ends), Source.GANDI) if ends else None
    said = Registration(Source.GANDI, NOW, expires, epp_status(status), ends=later)
    return Domain("a.test.", None, Registrar.GANDI, said, expires)


LIFE = Ends(at("2026-12-15T00:00:00Z"), at("2027-01-15T00:00:00Z"), at("2027-01-20T00:00:00Z"))


@pytest.mark.parametrize(
    ("value", "phase"),
    [
        (domain("2027-01-01T00:00:00Z"), Phase.ACTIVE),
        (domain(None), Phase.ACTIVE),
        (domain("2027-01-01T00:00:00Z", "clientTransferProhibited", "autoRenewPeriod"), Phase.ACTIVE),
        (domain("2027-01-01T00:00:00Z", "clientHold"), Phase.HOLD),
        (domain("2027-01-01T00:00:00Z", "server hold"), Phase.HOLD),
        (domain(None, "redemption period"), Phase.REDEMPTION),
        (domain(None, "redemption period", "pending delete"), Phase.REDEMPTION),
        (domain(None, "pending restore"), Phase.REDEMPTION),
        (domain(None, "pending delete", "clientHold"), Phase.PENDING_DELETE),
        (domain("2026-11-28T11:59:00Z"), Phase.LAPSED),
        (domain("2026-11-28T12:01:00Z"), Phase.ACTIVE),
        (domain("2026-11-01T00:00:00Z", later=LIFE), Phase.HOLD),
        (domain("2026-11-01T00:00:00Z", "clientHold"), Phase.HOLD),
    ],
)
def test_the_phase_follows_from_status_dates_and_end(value: Domain, phase: Phase) -> None:
    assert value.phase(NOW) is phase


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("2026-10-31T00:00:00Z", Phase.ACTIVE),
        ("2026-12-14T00:00:00Z", Phase.HOLD),
        ("2026-12-15T00:00:00Z", Phase.REDEMPTION),
        ("2027-01-15T00:00:00Z", Phase.PENDING_DELETE),
        ("2027-01-20T00:00:00Z", Phase.LAPSED),
    ],
)
def test_at_gandi_a_life_ends_by_its_dates(now: str, phase: Phase) -> None:
    assert domain("2026-11-01T00:00:00Z", later=LIFE).phase(at(now)) is phase


def test_what_is_not_known_is_none_and_never_zero() -> None:
    value = Domain("a.test.", "one", Registrar.TENANT)
    unknown = (value.days_left(NOW), value.autorenew, value.renewal, value.checked_at, value.payable)
    assert unknown == (None,) * 5


RFC_8056 = {
    "add period": "addPeriod",
    "auto renew period": "autoRenewPeriod",
    "client delete prohibited": "clientDeleteProhibited",
    "client hold": "clientHold",
    "client renew prohibited": "clientRenewProhibited",
    "client transfer prohibited": "clientTransferProhibited",
    "client update prohibited": "clientUpdateProhibited",
    "inactive": "inactive",
    "associated": "linked",
    "active": "ok",
    "pending create": "pendingCreate",
    "pending delete": "pendingDelete",
    "pending renew": "pendingRenew",
    "pending restore": "pendingRestore",
    "pending transfer": "pendingTransfer",
    "pending update": "pendingUpdate",
    "redemption period": "redemptionPeriod",
    "renew period": "renewPeriod",
    "server delete prohibited": "serverDeleteProhibited",
    "server renew prohibited": "serverRenewProhibited",
    "server transfer prohibited": "serverTransferProhibited",
    "server update prohibited": "serverUpdateProhibited",
    "server hold": "serverHold",
    "transfer period": "transferPeriod",
}


@pytest.mark.parametrize("spelled", RFC_8056)
def test_every_status_of_rfc_8056_has_its_epp_name_however_it_is_written(spelled: str) -> None:
    name = RFC_8056[spelled]
    assert epp_status([spelled]) == epp_status([spelled.upper()]) == epp_status([name]) == (name,)


@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from(sorted(RFC_8056)), st.none())))
def test_status_is_sorted_bounded_and_never_fails(values: list[str | None]) -> None:
    found = epp_status(values)
    assert list(found) == sorted(set(found))
    assert len(found) <= 32
    assert all(each.isascii() and each.isalpha() for each in found)
    assert epp_status(found) == found


def test_phases_of_ordinary_status_are_none() -> None:
    assert phases_of(("ok", "autoRenewPeriod", "pendingTransfer")) == set()


def test_money_is_shown_with_two_places_and_its_currency() -> None:
    assert str(Money(Decimal("15.5"), "EUR")) == "15.50 EUR"
