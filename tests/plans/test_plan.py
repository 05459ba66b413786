"""The plan's values: what can be derived is derived, what is senseless cannot be said."""

from __future__ import annotations

import pytest

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.plans.plan import Change, Setting, ZoneAction, ZonePlan
from tests.plans.samples import ORIGIN, plan_of, zone


def test_a_change_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="before or after"):
        Change(None, None)


def test_a_change_of_one_record_set_into_another_is_refused() -> None:
    (one,) = zone("a.example.org. 300 A 192.0.2.1").rrsets.values()
    (other,) = zone("b.example.org. 300 A 192.0.2.1").rrsets.values()
    with pytest.raises(ValueError, match="a delete and a create"):
        Change(one, other)


def test_what_happens_to_a_zone_follows_from_what_is_in_its_plan() -> None:
    records = ["www.example.org. 300 A 192.0.2.1"]
    error = Diagnostic("x", Severity.ERROR, "x")
    assert plan_of(records, records).action is ZoneAction.NONE
    assert plan_of([], records).action is ZoneAction.CHANGE
    assert plan_of(None, records).action is ZoneAction.CREATE
    assert plan_of(None, []).action is ZoneAction.CREATE
    named = ZonePlan(ORIGIN, None, "Z1", "psf", private=False, settings=(Setting("comment", None, "x"),))
    assert named.action is ZoneAction.CHANGE
    broken = ZonePlan(ORIGIN, None, None, "psf", private=False, findings=(error,))
    assert broken.action is ZoneAction.ERROR


def test_a_view_is_part_of_the_label() -> None:
    assert ZonePlan(ORIGIN, None, None, "psf", private=False).label == "example.org."
    assert ZonePlan(ORIGIN, "internal", None, "psf", private=True).label == "example.org.@internal"


def test_a_change_is_where_its_first_new_value_is() -> None:
    before = ["a.example.org. 60 A 192.0.2.1", "a.example.org. 60 A 192.0.2.2"]

    def line(after: list[str]) -> str:
        (change,) = plan_of(before, after).changes
        return str(change.span)

    assert line([*before, "a.example.org. 60 A 192.0.2.3"]) == "zones/psf/example.org.zone:3"
    assert (
        line(["a.example.org. 300 A 192.0.2.1", "a.example.org. 300 A 192.0.2.2"])
        == "zones/psf/example.org.zone:1"
    )
    mixed = ["a.example.org. 60 A 192.0.2.9", before[0], "a.example.org. 60 A 192.0.2.5"]
    assert line(mixed) == "zones/psf/example.org.zone:1", "the first line, not the first value"
    assert line([before[1]]) == "zones/psf/example.org.zone:1"
    assert line([]) == "None"
