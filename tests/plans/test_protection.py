"""Which protections a plan sets and takes away, and what each zone's look costs."""

from __future__ import annotations

import pytest

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.patterns import parse_pattern
from psfdns.plans.desired import DesiredZone
from psfdns.plans.host import LiveZone, Protection
from psfdns.plans.make import plan_live_zone, plan_new_zone
from psfdns.plans.plan import Plan, Setting, ZonePlan
from psfdns.plans.protection import (
    Listed,
    protections_to_add,
    protections_to_lift,
    protections_to_remove,
    with_protections,
    zones_to_look_at,
)
from psfdns.records import Zone
from psfdns.settings import Apex, ZoneSettings
from tests.plans.samples import AUTHORITY, live, zone

FILE = zone(
    *AUTHORITY,
    "example.org. 300 MX 10 mail.example.org.",
    "example.org. 300 A 192.0.2.1",
    "www.example.org. 300 A 192.0.2.2",
    'www.example.org. 300 TXT "a"',
)
OURS = 'psfdns: protect = "www A" in zones/psf/tenant.toml'


def desired(*protect: str, file: Zone = FILE, apex: Apex = Apex.ROUTE53) -> DesiredZone:
    settings = ZoneSettings(protect=tuple(map(parse_pattern, protect)), apex=apex)
    return DesiredZone("example.org.", None, "psf", "zones/psf/example.org.zone", settings, file)


def planned(wanted: DesiredZone, there: LiveZone | None, listed: Listed) -> ZonePlan:
    assert wanted.zone is not None
    plan = plan_new_zone(wanted, wanted.zone) if there is None else plan_live_zone(wanted, wanted.zone, there)
    (zone_plan,) = with_protections(Plan("sandbox", (plan,)), [wanted], listed).zones
    return zone_plan


def same() -> LiveZone:
    return LiveZone(live().hosted, FILE, {})


def names(plan: ZonePlan) -> list[str]:
    return [setting.name for setting in plan.settings if setting.name.startswith("protection")]


@pytest.mark.parametrize(
    ("protect", "expected"),
    [
        (["www A"], ["www.example.org. A"]),
        (["www *"], ["www.example.org. A", "www.example.org. TXT"]),
        (["@ *"], ["example.org. A", "example.org. MX"]),
        (["@ NS", "@ SOA"], ["example.org. NS", "example.org. SOA"]),
        (["www MX", "nothing A", "nothing *"], []),
        (["* A", "** *", "w* A"], []),
        (["www A", "www *"], ["www.example.org. A", "www.example.org. TXT"]),
    ],
)
def test_what_a_pattern_names_exactly_and_the_file_holds_is_protected(
    protect: list[str], expected: list[str]
) -> None:
    assert names(planned(desired(*protect), same(), {"Z1": ()})) == [
        f"protection {each}" for each in expected
    ]


def test_a_comment_names_psfdns_and_the_line_of_tenant_toml_and_fits() -> None:
    plan = planned(desired("www A", "@ MX"), same(), {"Z1": ()})
    assert plan.settings[1] == Setting("protection www.example.org. A", None, OURS)

    long = "\\119" * 63
    plan = planned(
        desired(f"{long} A", file=zone(f"{'w' * 63}.example.org. 300 A 192.0.2.1")),
        LiveZone(live().hosted, FILE, {}),
        {"Z1": ()},
    )
    (added,) = protections_to_add(plan)
    assert len(added.comment or "") == 256


def test_a_new_zone_gets_its_protections_with_it() -> None:
    assert names(planned(desired("www A"), None, {})) == ["protection www.example.org. A"]


def test_what_is_protected_already_needs_nothing_whoever_did_it() -> None:
    for comment in (OURS, "psfdns: an older line", "somebody else", None):
        there = {"Z1": (Protection("www.example.org.", "A", comment),)}
        plan = planned(desired("www A"), same(), there)
        assert plan.settings == ()
        assert plan.action.value == "none"


def test_only_ours_is_taken_away_when_no_pattern_asks_for_it() -> None:
    there = (Protection("www.example.org.", "A", OURS), Protection("www.example.org.", "TXT", "theirs"))
    plan = planned(desired("@ MX"), same(), {"Z1": there})

    assert protections_to_remove(plan) == (there[0],)
    assert [each.name for each in protections_to_add(plan)] == ["example.org."]


def test_a_change_lifts_ours_and_warns_of_another_s() -> None:
    there = (Protection("www.example.org.", "A", OURS), Protection("www.example.org.", "TXT", "ask Ada"))
    old = zone("www.example.org. 300 A 192.0.2.9", 'www.example.org. 300 TXT "b"')
    plan = planned(desired("www A"), LiveZone(live().hosted, old, {}, (), there), {"Z1": there})

    assert protections_to_lift(plan, LiveZone(live().hosted, old, {}, (), there)) == (there[0],)
    (finding,) = plan.findings
    assert (finding.code, finding.severity) == ("foreign-protection", Severity.WARNING)
    assert "www.example.org. TXT" in finding.summary
    assert "ask Ada" in finding.summary


def test_what_is_taken_away_for_good_is_not_put_back() -> None:
    there = (Protection("gone.example.org.", "A", OURS),)
    current = LiveZone(live().hosted, zone("gone.example.org. 300 A 192.0.2.9"), {}, (), there)
    plan = planned(desired("gone A", "www A"), current, {"Z1": there})

    assert protections_to_remove(plan) == there
    assert protections_to_lift(plan, current) == ()


def test_protections_that_cannot_be_listed_are_said_once_they_are_wanted() -> None:
    why = Diagnostic("protections-unknown", Severity.INFO, "no")
    plan = planned(desired("www A"), same(), {"Z1": why})

    assert (plan.settings, plan.findings) == ((), (why,))
    assert planned(desired("w* A"), same(), {"Z1": why}).findings == ()


def test_a_zone_is_looked_at_only_if_a_name_is_protected_or_something_changes() -> None:
    other = LiveZone(live().hosted, zone("www.example.org. 300 A 192.0.2.9"), {})

    def looked_at(wanted: DesiredZone, there: LiveZone) -> list[str]:
        assert wanted.zone is not None
        plan = plan_live_zone(wanted, wanted.zone, there)
        return zones_to_look_at(Plan("sandbox", (plan,)), [wanted])

    assert looked_at(desired(), same()) == []
    assert looked_at(desired("** *"), same()) == []
    assert looked_at(desired("@ MX"), same()) == ["Z1"]
    assert looked_at(desired(), other) == ["Z1"]
