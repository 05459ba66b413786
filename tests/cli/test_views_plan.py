"""The plan as text: read as tables, and safe to show whatever stands in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.cli.views.plan import render_text
from psfdns.cli.views.plan_words import duration, rounded
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.plans.document import to_document
from psfdns.plans.host import Foreign
from psfdns.plans.plan import Plan, Refusal, Setting, UnmanagedZone
from psfdns.records import RRsetKey
from tests.plans.case_files import CASES, render_case
from tests.plans.samples import addresses, plan_of, whole_plan

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
ANY_TEXT = st.text(max_size=30)


def document_of(plan: Plan) -> dict[str, Any]:
    return to_document(plan, created=NOW, commit=None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_plan_prints_as_expected(case: Path) -> None:
    printed = render_case(case)
    assert printed == {name: (case / name).read_text() for name in printed}


def test_cases_are_there() -> None:
    assert len(CASES) >= 9


def test_in_sync_zones_are_counted_and_listed_only_when_asked_for() -> None:
    document = document_of(whole_plan(plan_of([], []), plan_of([], [])))
    assert render_text(document) == "Plan: nothing to do: 2 zones in sync.\n"
    assert render_text(document, verbose=True).count("in sync\n") == 2


def test_the_last_line_counts_zones_of_every_kind() -> None:
    fault = Diagnostic("bad-rdata", Severity.ERROR, "no address")
    plans = (plan_of([], []), plan_of([], addresses(2)), plan_of(None, addresses(1)))
    text = render_text(document_of(whole_plan(*plans, replace(plans[0], findings=(fault,)))))
    counted = "1 zone to create; record sets: 3 to create; 1 zone with errors; 1 zone in sync"
    assert text.splitlines()[-1] == f"Plan: {counted}."


def test_colour_adds_nothing_but_colour() -> None:
    document = document_of(whole_plan(plan_of(addresses(2), addresses(3, address="192.0.2.9"))))
    plain, coloured = render_text(document), render_text(document, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert coloured.count("\x1b[0m") == len(re.findall(r"\x1b\[[1-9]\d*m", coloured)) > 0


def test_a_file_with_errors_shows_each_at_its_line() -> None:
    fault = Diagnostic("bad-rdata", Severity.ERROR, "no address", Span("z.zone", 3, 3), "write 192.0.2.1")
    plan = replace(plan_of(None, []), findings=(fault,), settings=())
    assert render_text(document_of(whole_plan(plan))) == (
        "example.org.  (tenant psf): errors, no plan for this zone\n"
        "  z.zone:3: error: no address [bad-rdata]\n"
        "    hint: write 192.0.2.1\n"
        "\n"
        "Plan: 1 zone with errors.\n"
    )


def test_one_reason_that_holds_for_all_zones_is_said_once() -> None:
    def no(zone: str, code: str) -> Refusal:
        return Refusal(zone, Diagnostic(code, Severity.ERROR, f"{zone}: {code}!", None, "so"))

    zones = [f"z{number}.example." for number in range(9)]
    refused = (*(no(zone, "account") for zone in zones), no("z0.example.", "apex"), no("z1.example.", "apex"))
    text = render_text(document_of(replace(whole_plan(), refused=refused)))
    assert text.count("[account]") == 1
    assert "and 8 more zones: z1.example., z2.example., z3.example., z4.example., z5.example., …" in text
    assert text.count("[apex]") == 2


def test_long_lists_are_cut_and_say_so_unless_all_is_asked_for() -> None:
    foreign = tuple(Foreign(RRsetKey(f"f{number}.example.org.", "A"), "kept") for number in range(8))
    unmanaged = tuple(UnmanagedZone(f"u{number}.example.", f"Z{number}") for number in range(8))
    plan = Plan("1", (replace(plan_of([], []), foreign=foreign),), unmanaged)
    short, whole = render_text(document_of(plan)), render_text(document_of(plan), verbose=True)
    assert short.count("and 3 more (-v lists them)") == 2
    assert "8 record sets" in short
    assert "8 zones" in short
    assert ("f7.example.org." in whole, "u7.example. (Z7)" in whole, "more" in whole) == (True, True, False)


def test_how_long_new_names_may_be_missed_is_said_once_for_the_longest() -> None:
    wild = ["example.org. 900 SOA a. b. 1 1 1 1 300", "*.w.example.org. 86400 A 192.0.2.1"]
    new = ["a.example.org. 60 A 192.0.2.1", "a.w.example.org. 60 A 192.0.2.2"]
    text = render_text(document_of(whole_plan(plan_of(wild, [*wild, *new]))))
    assert text.count("missed by resolvers") == 1
    assert "missed by resolvers that asked before, up to 1 d\n" in text
    created = render_text(document_of(whole_plan(plan_of(None, new))))
    assert "missed by resolvers" not in created


def test_only_a_public_zone_gets_name_servers() -> None:
    public = plan_of(None, addresses(1))
    private = replace(public, private=True, view="internal", changes=())
    text = render_text(document_of(whole_plan(public, private)))
    assert (
        "example.org.  (tenant psf): new zone, its name servers are assigned on creation; 1 to create\n"
        in text
    )
    assert "example.org.@internal  (private, tenant psf): new zone; no record sets\n" in text


def test_warnings_of_files_in_sync_are_left_to_check() -> None:
    warning = Diagnostic("reserved-name", Severity.WARNING, "example.org is reserved")
    document = document_of(whole_plan(replace(plan_of([], []), findings=(warning, warning))))
    assert render_text(document) == (
        "Plan: nothing to do: 1 zone in sync.\nThe files in sync have 2 findings: psfdns check shows them.\n"
    )
    assert render_text(document, verbose=True).count("example.org is reserved [reserved-name]") == 2


@given(ANY_TEXT, ANY_TEXT)
def test_nothing_from_outside_reaches_the_terminal_raw(one: str, other: str) -> None:
    zone = plan_of(addresses(1), addresses(2))
    hostile = replace(
        zone,
        foreign=(Foreign(RRsetKey(one, "A", other), other),),
        settings=(Setting("comment", one, other),),
        findings=(Diagnostic("x", Severity.WARNING, one, Span(other, 1), one),),
    )
    refused = (Refusal(one, Diagnostic("apex", Severity.ERROR, other, Span(one), other)),)
    plan = Plan(one, (hostile,), (UnmanagedZone(one, other),), refused)
    text = render_text(document_of(plan), verbose=True)
    assert all(char.isprintable() or char in "\n \u00a0" or char.isspace() for char in text)
    assert not set(text) & set("\x1b\r\x00\x07\x08\x9b\u202e\u2066\u2028")
    assert text.count("\n") == render_text(document_of(_harmless(plan)), verbose=True).count("\n")


def _harmless(plan: Plan) -> Plan:
    """The same plan with plain words in place of text from outside (empty where that is empty)."""

    def plain(text: str | None) -> str | None:
        return text and "x"

    (zone,) = plan.zones
    (finding,) = zone.findings
    (refusal,) = plan.refused
    no = refusal.finding
    tame = replace(
        zone,
        foreign=(Foreign(RRsetKey("x", "A", "x"), "x"),),
        settings=(Setting("comment", "x", "x"),),
        findings=(replace(finding, summary="x", span=Span("x", 1), hint=plain(finding.hint)),),
    )
    calm = Refusal("x", replace(no, summary="x", span=Span("x"), hint=plain(no.hint)))
    return Plan("x", (tame,), (UnmanagedZone("x", "x"),), (calm,))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
    ],
)
def test_durations_are_read_at_a_glance(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_an_estimate_is_no_more_exact_than_it_is() -> None:
    assert [rounded(seconds) for seconds in (5, 59, 61, 95)] == [5, 59, 60, 120]
