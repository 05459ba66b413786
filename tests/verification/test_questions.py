from __future__ import annotations

from psfdns.lookup.answer import Question
from psfdns.plans.host import Foreign, HostedZone, LiveZone
from psfdns.plans.plan import Change, ZonePlan
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.routing import Weighted
from psfdns.verification.questions import questions_for

ORIGIN = "example.org."


def a(name: str, *values: str, identifier: str | None = None, weight: int | None = None) -> RRset:
    routing = None if weight is None else Weighted(weight)
    return RRset(RRsetKey(name, "A", identifier), 300, values or ("192.0.2.1",), routing=routing)


def ns(name: str) -> RRset:
    return RRset(RRsetKey(name, "NS"), 300, ("ns.example.net.",))


def plan(*changes: Change) -> ZonePlan:
    return ZonePlan(ORIGIN, None, "Z1", "psf", private=False, changes=changes)


def live(*rrsets: RRset, foreign: tuple[RRsetKey, ...] = ()) -> LiveZone:
    hosted = HostedZone("Z1", ORIGIN, private=False, caller_reference="", comment=None, record_set_count=0)
    reasons = tuple(Foreign(key, "made by a traffic policy") for key in foreign)
    return LiveZone(hosted, Zone(ORIGIN, {rrset.key: rrset for rrset in rrsets}), {}, reasons)


def test_each_name_and_type_is_asked_once_with_all_that_stands_there_afterwards() -> None:
    kept = a("www.example.org.", identifier="kept", weight=1)
    old = a("www.example.org.", "192.0.2.2", identifier="old", weight=1)
    new = a("www.example.org.", "192.0.2.3", identifier="new", weight=1)
    (expected,) = questions_for(plan(Change(old, None), Change(None, new)), live(kept, old))
    assert expected.question == Question("www.example.org.", "A")
    assert set(expected.sets) == {kept, new}


def test_of_an_update_the_new_values_are_expected() -> None:
    before, after = a("www.example.org."), a("www.example.org.", "192.0.2.2")
    (expected,) = questions_for(plan(Change(before, after)), live(before))
    assert expected.sets == (after,)


def test_what_is_gone_is_asked_for_and_a_wildcard_may_stand_in() -> None:
    gone, star = a("x.y.example.org."), a("*.example.org.", "192.0.2.9")
    (expected,) = questions_for(plan(Change(gone, None)), live(gone, star))
    assert (expected.sets, expected.wildcards) == ((), (star,))


def test_a_wildcard_stands_in_only_below_its_closest_encloser() -> None:
    gone, star = a("x.y.example.org."), a("*.example.org.", "192.0.2.9")
    sibling = a("z.y.example.org.")
    (expected,) = questions_for(plan(Change(gone, None)), live(gone, star, sibling))
    assert expected.wildcards == ()


def test_a_wildcard_does_not_stand_in_for_a_name_that_holds_something_else() -> None:
    gone, star = a("x.example.org."), a("*.example.org.", "192.0.2.9")
    other = RRset(RRsetKey("x.example.org.", "TXT"), 300, ('"here"',))
    (expected,) = questions_for(plan(Change(gone, None)), live(gone, star, other))
    assert expected.wildcards == ()


def test_names_at_and_below_a_delegation_are_marked() -> None:
    changes = [
        Change(None, each)
        for each in (ns("sub.example.org."), a("ns.sub.example.org."), a("www.example.org."))
    ]
    assert [each.delegated for each in questions_for(plan(*changes), live(ns(ORIGIN)))] == [True, True, False]
    removed = Change(ns("sub.example.org."), None)
    assert [each.delegated for each in questions_for(plan(removed), live(ns("sub.example.org.")))] == [False]


def test_beside_what_cannot_be_expressed_every_answer_is_right() -> None:
    key = RRsetKey("www.example.org.", "A", "policy")
    change = Change(None, a("www.example.org.", identifier="ours", weight=1))
    assert [each.anything for each in questions_for(plan(change), live(foreign=(key,)))] == [True]


def test_of_a_new_zone_it_is_asked_whether_it_is_there() -> None:
    first, second = questions_for(plan(Change(None, a("www.example.org."))), None)
    assert (first.question, first.anything) == (Question(ORIGIN, "SOA"), True)
    assert second.sets == (a("www.example.org."),)
    assert questions_for(plan(), live()) == ()
