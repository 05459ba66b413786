"""A saved plan does what was reviewed and stands in today's plan too, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.plans.diff import diff_zones
from psfdns.plans.host import Foreign
from psfdns.plans.plan import Plan, Setting, ZonePlan
from psfdns.plans.saved import narrow_plan
from psfdns.records import Zone
from tests.plans.samples import ORIGIN, addresses, plan_of, settings, whole_plan, zones

OLD = ["www.example.org. 300 A 192.0.2.1", "ftp.example.org. 300 A 192.0.2.9"]
NEW = ["www.example.org. 300 A 192.0.2.2", "ftp.example.org. 300 A 192.0.2.9"]


def codes(findings: Iterable[Diagnostic]) -> list[str]:
    return [finding.code for finding in findings]


def done(plan: Plan) -> list[str]:
    return [f"{change.action} {change.key}" for zone in plan.zones for change in zone.changes]


def test_an_unmoved_zone_gets_exactly_what_was_reviewed() -> None:
    saved = whole_plan(plan_of(OLD, NEW))
    narrowed = narrow_plan(saved=saved, now=saved)
    assert narrowed.plan == saved
    assert (narrowed.refused, narrowed.notes) == ((), ())


def test_a_live_change_in_a_touched_record_set_refuses_and_shows_both_values() -> None:
    elsewhere = ["www.example.org. 300 A 192.0.2.77", OLD[1]]
    narrowed = narrow_plan(saved=whole_plan(plan_of(OLD, NEW)), now=whole_plan(plan_of(elsewhere, NEW)))
    (finding,) = narrowed.refused
    assert finding.code == "live-changed"
    assert "192.0.2.1 (TTL 300)" in finding.summary
    assert "192.0.2.77 (TTL 300)" in finding.summary
    assert str(finding.span) == "zones/psf/example.org.zone:1"
    assert done(narrowed.plan) == []


def test_a_touched_record_set_that_went_away_refuses() -> None:
    narrowed = narrow_plan(saved=whole_plan(plan_of(OLD, NEW)), now=whole_plan(plan_of(OLD[1:], NEW)))
    assert codes(narrowed.refused) == ["live-changed"]
    assert "is not there now" in narrowed.refused[0].summary


def test_a_live_change_elsewhere_in_the_zone_is_told_and_left_alone() -> None:
    elsewhere = [OLD[0], "ftp.example.org. 300 A 192.0.2.50", "new.example.org. 60 A 192.0.2.60"]
    narrowed = narrow_plan(saved=whole_plan(plan_of(OLD, NEW)), now=whole_plan(plan_of(elsewhere, NEW)))
    assert narrowed.refused == ()
    assert done(narrowed.plan) == ["update www.example.org. A"]
    (note,) = narrowed.notes
    assert note.code == "moved-elsewhere"
    assert "ftp.example.org. A, new.example.org. A" in note.summary


def test_many_live_changes_elsewhere_are_counted() -> None:
    elsewhere = [*OLD, *addresses(7)]
    narrowed = narrow_plan(saved=whole_plan(plan_of(OLD, NEW)), now=whole_plan(plan_of(elsewhere, NEW)))
    assert "and 2 more" in narrowed.notes[0].summary


def test_what_is_as_wanted_already_counts_as_done() -> None:
    narrowed = narrow_plan(saved=whole_plan(plan_of(OLD, NEW)), now=whole_plan(plan_of(NEW, NEW)))
    assert narrowed.refused == ()
    assert done(narrowed.plan) == []
    assert codes(narrowed.notes) == ["done-already"]
    assert narrowed.notes[0].severity is Severity.INFO


def test_files_that_changed_since_refuse() -> None:
    other = [NEW[0], "ftp.example.org. 300 A 192.0.2.10"]
    narrowed = narrow_plan(saved=whole_plan(plan_of(OLD, NEW)), now=whole_plan(plan_of(OLD, other)))
    assert codes(narrowed.refused) == ["files-changed"]


def test_a_plan_of_another_account_refuses_whatever_it_holds() -> None:
    plan = plan_of(OLD, NEW)
    narrowed = narrow_plan(saved=whole_plan(plan, account="123456789012"), now=whole_plan(plan))
    assert codes(narrowed.refused) == ["other-account"]
    assert narrowed.plan.zones == ()
    unknown = narrow_plan(saved=whole_plan(plan, account=None), now=whole_plan(plan))
    assert "an unknown account" in unknown.refused[0].summary


def test_a_forged_change_is_never_done() -> None:
    """Who forges a plan file can compute its digest too: the change itself must stand in today's plan."""
    honest, forged = plan_of(OLD, NEW), plan_of(OLD, [*NEW, "evil.example.org. 60 A 192.0.2.66"])
    forged = replace(forged, desired_digest=honest.desired_digest)
    narrowed = narrow_plan(saved=whole_plan(forged), now=whole_plan(honest))
    assert done(narrowed.plan) == ["update www.example.org. A"]


def test_a_zone_that_stands_twice_in_a_forged_plan_is_done_once() -> None:
    now = whole_plan(plan_of([], addresses(2)))
    narrowed = narrow_plan(saved=replace(now, zones=now.zones * 2), now=now)
    assert narrowed.plan.zones == now.zones


def test_a_zone_that_was_made_since_is_gone_on_with() -> None:
    made = replace(plan_of(NEW[:1], NEW), hosted_id="ZNEW")
    narrowed = narrow_plan(saved=whole_plan(plan_of(None, NEW)), now=whole_plan(made))
    assert narrowed.refused == ()
    assert done(narrowed.plan) == ["create ftp.example.org. A"]


def test_a_zone_that_somebody_else_made_since_refuses() -> None:
    made = replace(plan_of([], NEW), hosted_id="ZNEW", adopted=False)
    narrowed = narrow_plan(saved=whole_plan(plan_of(None, NEW)), now=whole_plan(made))
    assert codes(narrowed.refused) == ["other-zone"]


def test_a_zone_to_be_created_gets_its_reviewed_settings_only() -> None:
    saved = plan_of(None, NEW)
    now = plan_of(None, NEW, of=settings(comment="not reviewed"))
    narrowed = narrow_plan(saved=whole_plan(saved), now=whole_plan(now))
    assert narrowed.plan.zones[0].settings == (Setting("tags", None, "psfdns:tenant=psf"),)


def test_a_comment_that_moved_refuses_and_an_unmoved_one_is_done() -> None:
    def with_comment(before: str) -> ZonePlan:
        return replace(plan_of(OLD, NEW), settings=(Setting("comment", before, "wanted"),))

    saved = whole_plan(with_comment("old"))
    assert narrow_plan(saved=saved, now=saved).plan.zones[0].settings == (
        Setting("comment", "old", "wanted"),
    )
    moved = narrow_plan(saved=saved, now=whole_plan(with_comment("other")))
    assert codes(moved.refused) == ["live-changed"]


def test_a_record_set_that_is_another_writers_now_refuses() -> None:
    saved = plan_of(OLD, NEW)
    now = replace(plan_of(OLD, OLD), desired_digest=saved.desired_digest)
    now = replace(now, foreign=(Foreign(saved.changes[0].key, "ignored"),))
    narrowed = narrow_plan(saved=whole_plan(saved), now=whole_plan(now))
    assert codes(narrowed.refused) == ["live-changed"]


def test_a_zone_in_error_or_gone_refuses() -> None:
    fine = plan_of(OLD, NEW)
    broken = replace(fine, findings=(Diagnostic("bad", Severity.ERROR, "bad"),))
    assert codes(narrow_plan(saved=whole_plan(broken), now=whole_plan(fine)).refused) == ["no-plan"]
    assert codes(narrow_plan(saved=whole_plan(fine), now=whole_plan(broken)).refused) == ["no-plan"]
    assert codes(narrow_plan(saved=whole_plan(fine), now=whole_plan()).refused) == ["zone-gone"]


@given(before=zones(), wanted=zones(), moved=zones())
def test_nothing_is_done_that_was_not_reviewed_and_nothing_overwritten_that_moved(
    before: Zone, wanted: Zone, moved: Zone
) -> None:
    def plan(live: Zone) -> Plan:
        changes = diff_zones(desired=wanted, live=live)
        return whole_plan(ZonePlan(ORIGIN, None, "Z1", "psf", False, changes, desired_digest="sha256:same"))

    saved = plan(before)
    narrowed = narrow_plan(saved=saved, now=plan(moved))
    reviewed = {(change.before, change.after) for change in saved.zones[0].changes}
    for change in (change for zone in narrowed.plan.zones for change in zone.changes):
        assert (change.before, change.after) in reviewed
        assert moved.rrsets.get(change.key) == change.before
    if not narrowed.refused:
        for change in saved.zones[0].changes:
            assert moved.rrsets.get(change.key) in (change.before, change.after)
