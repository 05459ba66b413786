"""Diff by meaning: nothing where nothing differs, everything where something does, in one order."""

from __future__ import annotations

from dataclasses import replace

import dns.name
from hypothesis import given

from psfdns.diagnostics import Span
from psfdns.plans.diff import diff_zones, digest_zone
from psfdns.plans.plan import ChangeAction
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.routing import Weighted
from tests.plans.samples import ORIGIN, zone, zones


@given(zones())
def test_a_zone_does_not_differ_from_itself(some: Zone) -> None:
    assert diff_zones(desired=some, live=some) == ()


@given(zones(), zones())
def test_applying_a_diff_converges(desired: Zone, live: Zone) -> None:
    rrsets = dict(live.rrsets)
    for change in diff_zones(desired=desired, live=live):
        assert rrsets.pop(change.key, None) == change.before
        if change.after is not None:
            rrsets[change.key] = change.after
    assert rrsets == dict(desired.rrsets)


@given(zones(), zones())
def test_digests_are_equal_exactly_when_there_is_no_difference(one: Zone, other: Zone) -> None:
    assert (digest_zone(one) == digest_zone(other)) == (not diff_zones(desired=one, live=other))


@given(zones())
def test_the_order_of_record_sets_has_no_meaning(some: Zone) -> None:
    turned = Zone(some.origin, dict(reversed(list(some.rrsets.items()))))
    assert digest_zone(turned) == digest_zone(some)
    assert diff_zones(desired=turned, live=some) == ()


def test_a_place_in_a_file_has_no_meaning() -> None:
    before = zone("www.example.org. 300 A 192.0.2.1", path="a.zone")
    key = RRsetKey("www.example.org.", "A")
    moved = Zone(ORIGIN, {key: replace(before.rrsets[key], spans=(Span("b.zone", 9, 9),))})
    assert diff_zones(desired=moved, live=before) == ()
    assert digest_zone(moved) == digest_zone(before)


def test_a_ttl_or_one_of_many_values_is_an_update() -> None:
    before = zone("www.example.org. 300 A 192.0.2.1", "www.example.org. 300 A 192.0.2.2")
    (ttl,) = diff_zones(
        desired=zone("www.example.org. 60 A 192.0.2.1", "www.example.org. 60 A 192.0.2.2"), live=before
    )
    (value,) = diff_zones(desired=zone("www.example.org. 300 A 192.0.2.1"), live=before)
    assert (ttl.action, value.action) == (ChangeAction.UPDATE, ChangeAction.UPDATE)


def test_another_type_is_a_delete_and_a_create() -> None:
    changes = diff_zones(
        desired=zone("www.example.org. 300 CNAME target.example."),
        live=zone("www.example.org. 300 A 192.0.2.1"),
    )
    assert [(str(change.key), change.action.value) for change in changes] == [
        ("www.example.org. A", "delete"),
        ("www.example.org. CNAME", "create"),
    ]


def test_another_set_identifier_is_a_delete_and_a_create() -> None:
    def routed(identifier: str) -> Zone:
        rrset = RRset(RRsetKey("www.example.org.", "A", identifier), 300, ("192.0.2.1",), routing=Weighted(1))
        return Zone(ORIGIN, {rrset.key: rrset})

    changes = diff_zones(desired=routed("two"), live=routed("one"))
    assert [(change.key.set_identifier, change.action.value) for change in changes] == [
        ("one", "delete"),
        ("two", "create"),
    ]


def test_changes_stand_in_the_canonical_order_of_names_then_of_types() -> None:
    names = ["z.example.org.", "a.b.example.org.", "*.example.org.", "b.example.org.", "example.org."]
    wanted = zone(*(f"{name} 300 {rdtype} x." for name in names for rdtype in ("TXT", "A")))
    changes = diff_zones(desired=wanted, live=Zone(ORIGIN, {}))
    by_dnspython = sorted(names, key=dns.name.from_text)
    assert [change.key.name for change in changes[::2]] == by_dnspython
    assert [change.key.type for change in changes] == ["A", "TXT"] * len(names)


def test_zones_of_different_names_have_different_digests() -> None:
    assert digest_zone(Zone("example.org.", {})) != digest_zone(Zone("example.net.", {}))
