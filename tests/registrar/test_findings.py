"""What is put together from claims, Gandi and registries, and what is said of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from psfdns.diagnostics import Severity, Span
from psfdns.registrar.claims import Claim
from psfdns.registrar.compose import Known, names_for_rdap, put_together
from psfdns.registrar.domains import Domain, Money, Registration, Renewal, Source, expiry_at
from psfdns.registrar.findings import DomainFinding, find_all
from psfdns.registrar.holdings import Holdings
from psfdns.registrar.registries import Heard, Outcome
from psfdns.settings import Registrar

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
GANDI, TENANT, NONE = Registrar.GANDI, Registrar.TENANT, Registrar.NONE
NAME = "a.test."
FILE_DATE = datetime.date(2027, 3, 1)


def in_days(days: int) -> datetime.date:
    return NOW.date() + datetime.timedelta(days=days)


def claim(registrar: Registrar, expires: datetime.date | None = None) -> Claim:
    return Claim(NAME, "one", registrar, NAME, (NAME,), expires, Span("zones/one/tenant.toml"))


def said(
    source: Source, days: int | None = 200, *status: str, autorenew: bool | None = None, age: int = 0
) -> Registration:
    ends = None if days is None else expiry_at(NOW + datetime.timedelta(days=days), source)
    checked_at = NOW - datetime.timedelta(hours=age)
    renewal = Renewal(None, Money(Decimal("15.50"), "EUR")) if autorenew else None
    return Registration(
        source, checked_at, ends, status, autorenew=autorenew, renewal=renewal, registrar_name="Example, Inc."
    )


def at_gandi(
    days: int | None = 200, *status: str, autorenew: bool = False, payable: bool | None = None
) -> Holdings:
    return Holdings({NAME: said(Source.GANDI, days, *status, autorenew=autorenew)}, {NAME: payable})


def found(days: int | None = 200, *status: str, age: int = 0) -> Heard:
    return Heard(Outcome.FOUND, said(Source.RDAP, days, *status, age=age))


EMPTY = Holdings({})


def look(
    claimed: Claim | None, holdings: Holdings | None, heard: Heard | None = None
) -> tuple[tuple[Domain, ...], tuple[DomainFinding, ...]]:
    claims: Mapping[str, Claim] = {} if claimed is None else {NAME: claimed}
    known = Known(
        claims, holdings, None if holdings else "GANDI_PAT is not set", {NAME: heard} if heard else {}
    )
    domains = put_together(known, now=NOW)
    return domains, find_all(domains, known, now=NOW)


@pytest.mark.parametrize(
    ("claimed", "holdings", "heard", "codes"),
    [
        (claim(GANDI), at_gandi(), None, []),
        (claim(TENANT), EMPTY, found(), []),
        (claim(TENANT), None, found(), []),
        (None, at_gandi(), None, ["domain-unclaimed"]),
        (claim(TENANT), at_gandi(), None, ["registrar-differs"]),
        (claim(NONE), at_gandi(), None, ["registrar-differs"]),
        (claim(GANDI), EMPTY, found(), ["not-at-gandi"]),
        (claim(GANDI), EMPTY, Heard(Outcome.MISSING), ["domain-nowhere"]),
        (claim(GANDI), EMPTY, Heard(Outcome.FAILED, why="away"), ["not-at-gandi", "not-asked"]),
        (claim(TENANT), None, Heard(Outcome.MISSING), ["domain-nowhere"]),
        (claim(TENANT), None, Heard(Outcome.FAILED, why="away"), ["not-asked"]),
        (claim(TENANT), None, Heard(Outcome.NO_SERVER, why="no server"), ["no-end-known"]),
        (claim(TENANT, FILE_DATE), None, Heard(Outcome.NO_SERVER, why="no server"), []),
        (claim(TENANT), None, found(None), ["no-end-known"]),
        (claim(TENANT, FILE_DATE), None, found(None), []),
        (claim(TENANT, FILE_DATE), None, found(), ["expires-ignored"]),
        (claim(TENANT, in_days(3660)), None, found(None), []),
        (claim(TENANT, in_days(3661)), None, found(None), ["expires-far"]),
        (claim(TENANT, datetime.date.max), None, Heard(Outcome.NO_SERVER), ["expires-far"]),
        (claim(GANDI, FILE_DATE), at_gandi(), None, ["expires-ignored"]),
        (claim(GANDI), at_gandi(None), None, ["no-end-known"]),
        (claim(GANDI), None, None, ["not-asked"]),
        (claim(GANDI), at_gandi(200, "clientHold"), None, ["domain-on-hold"]),
        (claim(TENANT), None, found(200, "serverHold"), ["domain-on-hold"]),
        (claim(TENANT), None, found(200, "redemptionPeriod", "pendingDelete"), ["domain-in-redemption"]),
        (claim(TENANT), None, found(-1, "pendingDelete"), ["domain-pending-delete"]),
        (claim(TENANT), None, found(-1), ["domain-lapsed"]),
        (claim(TENANT, datetime.date(2026, 11, 27)), None, found(None), ["domain-lapsed"]),
        (claim(TENANT), None, found(200, "clientTransferProhibited", "autoRenewPeriod"), []),
        (claim(TENANT), None, found(31), []),
        (claim(TENANT), None, found(30), ["ends-soon"]),
        (claim(GANDI), at_gandi(30), None, ["ends-soon"]),
        (claim(GANDI), at_gandi(21, autorenew=True, payable=True), None, []),
        (claim(GANDI), at_gandi(20, autorenew=True, payable=True), None, ["ends-soon"]),
        (claim(GANDI), at_gandi(200, autorenew=True, payable=False), None, ["balance-short"]),
        (claim(GANDI), at_gandi(30, autorenew=True, payable=False), None, ["balance-short", "ends-soon"]),
        (claim(GANDI), at_gandi(30, autorenew=True, payable=None), None, []),
    ],
)
def test_each_state_of_affairs_is_said_once(
    claimed: Claim | None, holdings: Holdings | None, heard: Heard | None, codes: list[str]
) -> None:
    _, findings = look(claimed, holdings, heard)
    assert [each.code for each in findings] == codes
    assert all(each.domain == NAME and NAME in each.summary for each in findings)


ERRORS = {"domain-on-hold", "domain-in-redemption", "domain-pending-delete", "domain-lapsed"}
INFOS = {"not-asked", "no-end-known", "partly-unknown", "balance-unknown"}


@pytest.mark.parametrize("days", [-1, 200])
@pytest.mark.parametrize("status", ["clientHold", "redemptionPeriod", "pendingDelete", "ok"])
def test_what_is_being_lost_is_an_error_and_all_else_is_not(days: int, status: str) -> None:
    _, findings = look(claim(GANDI), at_gandi(days, status))
    for each in findings:
        assert (each.severity is Severity.ERROR) is (each.code in ERRORS)
    assert any(each.code in ERRORS for each in findings) is (days < 0 or status != "ok")


AS_KNOWN = "a.test. ends in 5 days, on 2026-12-03, as far as was known before"


@pytest.mark.parametrize(
    ("days", "status", "autorenew", "payable", "age", "summaries"),
    [
        (5, (), True, None, 24, [AS_KNOWN]),
        (5, (), False, None, 24, [AS_KNOWN]),
        (5, (), True, None, 300, []),
        (5, (), False, None, 72, []),
        (-1, (), True, None, 24, []),
        (-1, (), False, None, 300, []),
        (200, ("clientHold",), True, None, 24, ["a.test. is on hold: nobody finds it"]),
        (200, ("clientHold",), True, None, 300, []),
        (200, (), True, False, 300, []),
    ],
)
def test_what_gandi_said_earlier_is_not_stated_as_if_it_were_so_now(
    days: int,
    status: tuple[str, ...],
    *,
    autorenew: bool,
    payable: bool | None,
    age: int,
    summaries: list[str],
) -> None:
    recalled = said(Source.GANDI, days, *status, autorenew=autorenew, age=age)
    known = Known(
        {NAME: claim(GANDI)}, None, "Gandi is away", recalled=Holdings({NAME: recalled}, {NAME: payable})
    )
    found = find_all(put_together(known, now=NOW), known, now=NOW)
    assert [each.summary for each in found if each.code != "not-asked"] == summaries
    assert [each.code for each in found][-1] == "not-asked"


def test_registrar_none_is_not_listed_unless_it_is_ours_at_gandi() -> None:
    assert look(claim(NONE), EMPTY)[0] == ()
    assert look(claim(NONE), None)[0] == ()
    ((domain,), _) = look(claim(NONE), at_gandi())
    assert (domain.registrar, domain.tenant) == (GANDI, "one")


@pytest.mark.parametrize(
    ("claimed", "holdings", "heard", "source", "unknown"),
    [
        (claim(GANDI, FILE_DATE), at_gandi(), None, Source.GANDI, False),
        (claim(GANDI, FILE_DATE), at_gandi(None), None, Source.FILE, False),
        (claim(TENANT, FILE_DATE), None, found(), Source.RDAP, False),
        (claim(TENANT, FILE_DATE), None, found(None), Source.FILE, False),
        (claim(TENANT), None, found(None), None, True),
        (claim(TENANT), None, found(age=71), Source.RDAP, False),
        (claim(TENANT), None, found(age=72), Source.RDAP, True),
        (claim(TENANT), None, found(age=-71), Source.RDAP, False),
        (claim(TENANT), None, found(age=-72), Source.RDAP, True),
        (claim(TENANT, FILE_DATE), None, Heard(Outcome.NO_SERVER), Source.FILE, False),
        (claim(TENANT), None, Heard(Outcome.NO_SERVER), None, True),
        (claim(TENANT, FILE_DATE), None, Heard(Outcome.FAILED), Source.FILE, True),
        (claim(TENANT), None, Heard(Outcome.FAILED), None, True),
        (claim(TENANT), None, Heard(Outcome.FAILED, said(Source.RDAP)), Source.RDAP, False),
        (claim(TENANT), None, Heard(Outcome.MISSING), None, False),
        (claim(GANDI), None, None, None, True),
        (claim(GANDI, FILE_DATE), None, None, Source.FILE, True),
    ],
)
def test_a_registrys_date_beats_the_files_and_what_nobody_says_is_unknown(
    claimed: Claim, holdings: Holdings | None, heard: Heard | None, source: Source | None, unknown: bool
) -> None:
    ((domain,), _) = look(claimed, holdings, heard)
    assert (domain.expires.source if domain.expires else None) is source
    assert domain.unknown is unknown
    assert (domain.days_left(NOW) is None) is (source is None)


def test_payable_is_said_only_while_autorenew_is_on() -> None:
    ((on,), _) = look(claim(GANDI), at_gandi(autorenew=True, payable=True))
    ((off,), _) = look(claim(GANDI), at_gandi(autorenew=False, payable=True))
    assert (on.payable, off.payable) == (True, None)


@pytest.mark.parametrize(
    ("claimed", "holdings", "asked"),
    [
        (claim(TENANT), EMPTY, [NAME]),
        (claim(TENANT), None, [NAME]),
        (claim(TENANT), at_gandi(), []),
        (claim(GANDI), at_gandi(), []),
        (claim(GANDI), EMPTY, [NAME]),
        (claim(GANDI), None, []),
        (claim(NONE), EMPTY, []),
    ],
)
def test_registries_are_asked_for_what_gandi_does_not_hold(
    claimed: Claim, holdings: Holdings | None, asked: list[str]
) -> None:
    assert list(names_for_rdap({NAME: claimed}, holdings)) == asked


def test_what_gandi_does_not_say_is_said() -> None:
    holdings = Holdings({NAME: said(Source.GANDI)}, faults={NAME: "no keys", "": "no balance"})
    _, findings = look(claim(GANDI), holdings)
    assert [(each.code, each.domain) for each in findings] == [
        ("balance-unknown", None),
        ("partly-unknown", NAME),
    ]
    assert {each.severity for each in findings} == {Severity.INFO}


def test_findings_about_files_name_the_file_and_hints_name_the_domain() -> None:
    _, (finding,) = look(claim(TENANT, FILE_DATE), None, found())
    assert str(finding.span) == "zones/one/tenant.toml"
    _, (over,) = look(claim(GANDI), at_gandi(0))
    assert over.code == "domain-lapsed"
    _, (tomorrow,) = look(claim(GANDI), at_gandi(1))
    assert tomorrow.summary == "a.test. ends in 1 day, on 2026-11-29"
    assert tomorrow.hint == "psfdns domains renew a.test"
    today = datetime.datetime(2026, 11, 28, 23, tzinfo=datetime.UTC)
    known = Known(
        {NAME: claim(GANDI)},
        Holdings({NAME: replace(said(Source.GANDI), expires=expiry_at(today, Source.GANDI))}),
    )
    (last,) = find_all(put_together(known, now=NOW), known, now=NOW)
    assert last.summary == "a.test. ends today, on 2026-11-28"
