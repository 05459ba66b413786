"""From files and live zones to a plan: order, settings, errors, and how long old answers live."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from psfdns.diagnostics import Diagnostic, Severity, Span, Suppression
from psfdns.plans.desired import DesiredZone
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.make import Selection, make_plan, plan_live_zone, plan_new_zone, zones_to_fetch
from psfdns.plans.match import match_zones
from psfdns.plans.plan import Plan, Setting
from psfdns.records import Alias, RRset, RRsetKey, Zone
from psfdns.settings import Apex, ZoneSettings
from tests.plans.samples import (
    AUTHORITY,
    ORIGIN,
    desired,
    hosted,
    live,
    plan_of,
    settings,
    with_rrsets,
    zone,
    zones,
)


def plan_all(files: list[DesiredZone], lives: list[LiveZone], **options: str | None) -> Plan:
    rows: list[HostedZone] = [one.hosted for one in lives]
    matching = match_zones(files, rows, account="sandbox")
    selection = Selection(files, matching, {one.hosted.id: one for one in lives})
    return make_plan(selection, account="sandbox", delegation_set=options.get("delegation_set"))


def cached(before: list[str] | None, after: list[str], of: ZoneSettings | None = None) -> list[int | None]:
    return [change.cached_for for change in plan_of(before, after, of=of).changes]


def test_zones_stand_in_canonical_order_whatever_the_order_of_files() -> None:
    names = ["example.org.", "b.example.com.", "example.com."]
    plan = plan_all([desired(origin=name) for name in names], [])
    assert [one.origin for one in plan.zones] == ["example.com.", "b.example.com.", "example.org."]


def test_a_zone_to_be_created_lists_all_that_it_will_have() -> None:
    lines = [*AUTHORITY, "www.example.org. 60 A 192.0.2.1", "a.example.org. 60 A 192.0.2.1"]
    (plan,) = plan_all([desired(*lines)], []).zones
    assert [f"{change.action} {change.key}" for change in plan.changes] == [
        "create a.example.org. A",
        "create www.example.org. A",
    ]
    assert (plan.hosted_id, plan.live_digest, plan.desired_rrset_count) == (None, None, 2)
    assert plan.settings == (Setting("tags", None, "psfdns:tenant=psf"),)


def test_a_new_zone_gets_its_comment_its_delegation_set_and_its_vpcs() -> None:
    public = settings(comment="the main one", delegation_set="N1")
    private = settings(private=True)
    (one,) = plan_all([desired(of=public)], [], delegation_set="N2").zones
    (two,) = plan_all([desired()], [], delegation_set="N2").zones
    (none,) = plan_all([desired(of=settings(delegation_set="none"))], [], delegation_set="N2").zones
    (inside,) = plan_all([desired(of=private)], [], delegation_set="N2").zones
    tag = ("tags", "psfdns:tenant=psf")
    assert said(one.settings) == [("comment", "the main one"), ("delegation_set", "N1"), tag]
    assert said(two.settings) == [("delegation_set", "N2"), tag]
    assert said(none.settings) == [tag]
    assert said(inside.settings) == [("vpcs", "us-east-1:vpc-0123"), tag]


def said(found: tuple[Setting, ...]) -> list[tuple[str, str | None]]:
    assert all(setting.before is None for setting in found)
    return [(setting.name, setting.after) for setting in found]


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        (None, "by hand", ()),
        ("same", "same", ()),
        ("", None, ()),
        ("new", None, (Setting("comment", None, "new"),)),
        ("", "old", (Setting("comment", "old", None),)),
    ],
)
def test_a_comment_changes_only_where_one_is_wanted(
    wanted: str | None, there: str | None, expected: tuple[Setting, ...]
) -> None:
    want = desired(of=settings(comment=wanted))
    assert want.zone is not None
    plan = plan_live_zone(want, want.zone, live(row=hosted(comment=there)))
    assert plan.settings == expected


def test_a_file_with_errors_changes_nothing_and_stops_no_other_zone() -> None:
    fault = Diagnostic("bad-rdata", Severity.ERROR, "no address", Span("zones/psf/example.org.zone", 3, 3))
    place = desired()
    broken = DesiredZone(place.origin, None, "psf", place.path, place.settings, zone=None, findings=(fault,))
    other = desired("www.example.net. 60 A 192.0.2.1", origin="example.net.")
    rows = [hosted(), hosted("example.net.", zone_id="Z2")]
    matching = match_zones([broken, other], rows, account=None)
    assert [row.id for row in zones_to_fetch([broken, other], matching)] == ["Z2"]
    selection = Selection([broken, other], matching, {"Z2": live(row=rows[1], origin="example.net.")})
    plans = make_plan(selection, account=None).zones
    assert [(one.origin, one.action.value, len(one.changes)) for one in plans] == [
        ("example.net.", "change", 1),
        ("example.org.", "error", 0),
    ]
    assert (plans[1].findings, plans[1].hosted_id) == ((fault,), "Z1")


def test_a_zone_that_cannot_be_matched_is_neither_fetched_nor_created() -> None:
    want = desired("www.example.org. 60 A 192.0.2.1", of=settings(zone_id="Z404"))
    matching = match_zones([want], [hosted()], account=None)
    assert zones_to_fetch([want], matching) == []
    (plan,) = make_plan(Selection([want], matching), account=None).zones
    assert (plan.action.value, plan.changes) == ("error", ())


def test_a_zone_of_another_service_is_not_even_read() -> None:
    want = desired("www.example.org. 60 A 192.0.2.1")
    matching = match_zones([want], [hosted(linked_service="servicediscovery.example")], account=None)
    assert zones_to_fetch([want], matching) == []
    (plan,) = make_plan(Selection([want], matching), account=None).zones
    assert (plan.action.value, plan.hosted_id, plan.changes) == ("error", "Z1", ())


def test_a_fault_that_the_repository_found_already_is_not_said_again() -> None:
    twice = Diagnostic("zone-twice", Severity.ERROR, "said at the file")
    place = desired()
    files = [
        DesiredZone(place.origin, None, slug, place.path, place.settings, None, (twice,))
        for slug in ("a", "b")
    ]
    plans = make_plan(Selection(files, match_zones(files, [], account=None)), account=None).zones
    assert [plan.findings for plan in plans] == [(twice,), (twice,)]


def test_warnings_of_the_file_stand_in_the_plan() -> None:
    warning = Diagnostic("reserved-name", Severity.WARNING, "example.org is reserved")
    place = desired("www.example.org. 60 A 192.0.2.1")
    want = DesiredZone(place.origin, None, "psf", place.path, place.settings, place.zone, (warning,))
    (plan,) = plan_all([want], [live()]).zones
    assert (plan.action.value, plan.findings) == ("change", (warning,))


def test_what_a_new_or_changed_record_set_silences_is_told() -> None:
    place = desired("a.example.org. 60 A 192.0.2.1", "b.example.org. 60 A 192.0.2.2")
    remarks = tuple(Suppression((code,), Span(place.path, line, line)) for code, line in (("x", 1), ("y", 2)))
    want = replace(place, suppressions=remarks)
    (plan,) = plan_all([want], [live("a.example.org. 60 A 192.0.2.1")]).zones
    (new,) = plan_all([want], []).zones
    assert [(found.code, found.summary, str(found.span)) for found in plan.findings] == [
        ("new-suppression", "silences here: y", f"{place.path}:2")
    ]
    assert [found.summary for found in new.findings] == ["silences here: x", "silences here: y"]
    (same,) = plan_all([want], [live("a.example.org. 60 A 192.0.2.1", "b.example.org. 60 A 192.0.2.2")]).zones
    assert (same.findings, same.action.value) == ((), "none")


@pytest.mark.parametrize(
    ("reference", "zone_id", "adopted"),
    [("psfdns:1", None, True), ("by hand", None, False), ("by hand", "Z1", True)],
)
def test_a_zone_is_ours_by_its_reference_or_by_its_id(
    reference: str, zone_id: str | None, *, adopted: bool
) -> None:
    want = desired(of=settings(zone_id=zone_id))
    (plan,) = plan_all([want], [live(row=hosted(reference=reference))]).zones
    assert plan.adopted is adopted


def test_the_old_ttl_is_how_long_an_old_answer_lives() -> None:
    before = ["a.example.org. 86400 A 192.0.2.1", "b.example.org. 60 A 192.0.2.1"]
    assert cached(before, ["a.example.org. 60 A 192.0.2.1"]) == [86400, 60]


@pytest.mark.parametrize(
    ("soa", "negative"),
    [("900 SOA a. b. 1 1 1 1 86400", 900), ("3600 SOA a. b. 1 1 1 1 300", 300)],
)
def test_a_new_name_is_missed_for_the_negative_ttl(soa: str, negative: int) -> None:
    assert cached([f"{ORIGIN} {soa}"], ["a.example.org. 60 A 192.0.2.1"]) == [negative]


def test_in_a_new_zone_the_negative_ttl_is_that_of_its_own_soa() -> None:
    lines = [f"{ORIGIN} 300 SOA a. b. 1 1 1 1 60", f"{ORIGIN} 300 NS a.", "a.example.org. 60 A 192.0.2.1"]
    assert cached(None, lines) == [900]
    assert cached(None, lines, settings(apex=Apex.MANAGED)) == [60, 60, 60]


def test_a_wildcard_may_have_answered_for_a_new_name() -> None:
    wild = [*AUTHORITY, "*.example.org. 86400 A 192.0.2.1"]
    assert cached(wild, [*wild, "a.b.example.org. 60 A 192.0.2.1"]) == [86400]
    assert cached(wild, [*wild, 'a.b.example.org. 60 TXT "x"']) == [900]
    shadowed = [*wild, 'b.example.org. 60 TXT "x"']
    assert cached(shadowed, [*shadowed, "a.b.example.org. 60 A 192.0.2.1"]) == [900]


def test_other_members_of_a_group_answered_before_a_new_one() -> None:
    def member(identifier: str) -> RRset:
        return RRset(RRsetKey("w.example.org.", "A", identifier), 7200, ("192.0.2.1",))

    want = desired()
    before = live(*AUTHORITY)
    before = LiveZone(before.hosted, with_rrsets(before.zone, member("one")), {})
    plan = plan_live_zone(want, with_rrsets(zone(), member("one"), member("two")), before)
    assert [change.cached_for for change in plan.changes] == [7200]


def test_an_alias_lives_as_long_as_its_target_or_a_minute() -> None:
    def alias(zone_id: str, target: str = "b.example.org.") -> RRset:
        return RRset(RRsetKey("a.example.org.", "A"), None, (), Alias(target, zone_id, False))

    def lifetime(rrset: RRset) -> int | None:
        row = live("b.example.org. 7200 A 192.0.2.1")
        want = desired("b.example.org. 7200 A 192.0.2.1")
        assert want.zone is not None
        before = LiveZone(row.hosted, with_rrsets(row.zone, rrset), {})
        (change,) = plan_live_zone(want, want.zone, before).changes
        return change.cached_for

    assert lifetime(alias("$self")) == 7200
    assert lifetime(alias("Z35SXDOTRQ7X7K")) == 60
    assert lifetime(alias("$self", "a.example.org.")) == 60, "an alias to itself ends"


def test_the_parents_delegation_outlives_the_childs_own_ns() -> None:
    child = "child.example.org."
    parent = live(f"{child} 172800 NS ns-1.example.net.")
    row = hosted(child, zone_id="Z2")
    below = live(
        f"{child} 900 SOA a. b. 1 1 1 1 1", f"{child} 300 NS ns-1.example.net.", row=row, origin=child
    )
    files = [
        desired(f"{child} 172800 NS ns-1.example.net."),
        desired(
            f"{child} 900 SOA a. b. 1 1 1 1 1",
            f"{child} 300 NS ns-2.example.net.",
            origin=child,
            of=settings(apex=Apex.MANAGED),
        ),
    ]
    plan = plan_all(files, [parent, below])
    assert [(str(c.key), c.cached_for) for one in plan.zones for c in one.changes] == [
        (f"{child} NS", 172800)
    ]


def test_a_zone_that_is_there_but_was_not_read_is_never_created_again() -> None:
    want = desired("www.example.org. 60 A 192.0.2.1")
    matching = match_zones([want], [hosted()], account=None)
    with pytest.raises(KeyError):
        make_plan(Selection([want], matching), account=None)


def test_a_plan_of_a_new_zone_needs_no_host() -> None:
    want = desired("www.example.org. 60 A 192.0.2.1")
    assert want.zone is not None
    assert plan_new_zone(want, want.zone).action.value == "create"


@given(zones(), zones())
def test_what_was_planned_and_done_needs_no_further_plan(want: Zone, there: Zone) -> None:
    of = settings(ignore=["www *", "**.b A"], comment="x")
    place = desired(of=of)
    plan = plan_live_zone(place, want, LiveZone(hosted(comment="x"), there, {}))
    if plan.action.value == "error":
        assert plan.changes == ()
        return
    after = dict(there.rrsets)
    for change in plan.changes:
        assert after.pop(change.key, None) == change.before
        if change.after is not None:
            after[change.key] = change.after
    again = plan_live_zone(place, want, LiveZone(hosted(comment="x"), Zone(ORIGIN, after), {}))
    assert (again.action.value, again.foreign) == ("none", plan.foreign)
    assert all(after[foreign.key] == there.rrsets[foreign.key] for foreign in plan.foreign)
