"""What comes next, one case after the other: who has to have said what before anything is taken away."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.advice import advise
from psfdns.dnssec.procedures.begin import Request, begin, go_back
from psfdns.dnssec.procedures.decide import OVERDUE, decide, is_overdue, time_line
from psfdns.dnssec.procedures.handover import write_handover
from psfdns.dnssec.procedures.naming import key_name
from psfdns.dnssec.procedures.record import Action, Deed, KeyRef, Kind, Record, Sent
from psfdns.dnssec.procedures.seen import (
    ACTIVE,
    DELETING,
    INACTIVE,
    NOT_SIGNING,
    SIGNING,
    Ksk,
    ParentSaid,
    Seen,
    ServerSaid,
    no,
)
from psfdns.dnssec.procedures.shapes import from_json, to_json
from psfdns.dnssec.procedures.step import Do, Refuse, Unheard, Wait
from psfdns.dnssec.procedures.steps import steps_of
from psfdns.errors import PlanRefusedError
from tests.dnssec.procedures.test_over_time import USUAL

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
ONE, TWO = "11111 13 2 aa", "22222 13 2 bb"
NONE: frozenset[str] = frozenset()


def ksk(name: str, ds: str, status: str = ACTIVE) -> Ksk:
    return Ksk(name, status, ds, "cHVibGlj", f"arn:{name}")


def parents(*ds: frozenset[str] | None) -> tuple[ParentSaid, ...]:
    return tuple(ParentSaid(f"p{number}", each) for number, each in enumerate(ds))


def servers(*keys: frozenset[str] | None) -> tuple[ServerSaid, ...]:
    return tuple(ServerSaid(f"s{number}", each, each or NONE) for number, each in enumerate(keys))


def signed(**changes: object) -> Seen:
    """Secure, with one key."""
    seen = Seen(
        "secure",
        parents=parents(frozenset({ONE}), frozenset({ONE})),
        servers=servers(frozenset({ONE}), frozenset({ONE})),
        ttls=USUAL,
        signing=SIGNING,
        ksks=(ksk("one", ONE),),
        at_registrar=frozenset({ONE}),
    )
    return dataclasses.replace(seen, **changes)  # type: ignore[arg-type]


def record(kind: Kind, *done: str, **changes: object) -> Record:
    """One whose first steps were done two months ago."""
    plain = Record("ours.test.", "Z1", "sandbox", kind, NOW - 60 * 24 * HOUR, by_gandi=True)
    keyed = {
        Kind.ENABLE: {"key": KeyRef("one", "arn:one", ksk("one", ONE))},
        Kind.DISABLE: {},
        Kind.ROTATE: {
            "key": KeyRef("two", "arn:two", ksk("two", TWO)),
            "old": KeyRef("one", "arn:one", ksk("one", ONE)),
        },
    }[kind]
    plain = dataclasses.replace(plain, **(keyed | changes))  # type: ignore[arg-type]
    for name in done:
        plain = plain.marked(name, at=plain.begun)
    return plain


def until(kind: Kind, name: str) -> tuple[str, ...]:
    """The steps before one."""
    names = [step.name for step in steps_of(record(kind))]
    return tuple(names[: names.index(name)])


SECURE: dict[str, object] = {
    "status": "secure",
    "parents": parents(frozenset({ONE}), frozenset({ONE})),
    "at_registrar": frozenset({ONE}),
}
GONE = {"status": "insecure", "parents": parents(NONE, NONE), "at_registrar": NONE}


@pytest.mark.parametrize("kind_and_step", [(Kind.DISABLE, "signing-off"), (Kind.DISABLE, "inactive")])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Do),
        ({"parents": parents(NONE, None)}, Unheard),
        ({"parents": ()}, Unheard),
        ({"parents": parents(NONE, frozenset({ONE})), "status": "secure"}, Wait),
        ({"parents": parents(NONE, frozenset({"9 8 1 ff"}))}, Wait),
    ],
)
def test_nothing_is_disabled_while_any_parent_server_has_a_ds_or_is_silent(
    kind_and_step: tuple[Kind, str], changes: dict[str, object], expected: type
) -> None:
    kind, step = kind_and_step
    signing = SIGNING if step == "signing-off" else NOT_SIGNING
    seen = signed(**{**GONE, "signing": signing, **changes})
    assert isinstance(decide(record(kind, *until(kind, step)), seen, NOW, "me").verdict, expected)


BOTH = {
    "ksks": (ksk("one", ONE), ksk("two", TWO)),
    "servers": servers(frozenset({ONE, TWO}), frozenset({ONE, TWO})),
    "parents": parents(frozenset({TWO}), frozenset({TWO})),
    "at_registrar": frozenset({TWO}),
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Do),
        ({"parents": parents(frozenset({TWO}), frozenset({ONE, TWO}))}, Wait),
        ({"parents": parents(frozenset({TWO}), None)}, Unheard),
        ({"parents": parents(frozenset({TWO}), NONE)}, Wait),
        ({"servers": servers(frozenset({ONE, TWO}), frozenset({ONE}))}, Wait),
        ({"servers": servers(frozenset({ONE, TWO}), None)}, Unheard),
        ({"unsound": ("www.ours.test. A at s0",)}, Wait),
        ({"status": "indeterminate"}, Unheard),
        ({"status": "insecure"}, Wait),
        ({"status": "bogus"}, Refuse),
    ],
)
def test_the_old_key_goes_only_when_nobody_needs_it(changes: dict[str, object], expected: type) -> None:
    rotating = record(Kind.ROTATE, *until(Kind.ROTATE, "old-inactive"), tried=frozenset({ONE, TWO}))
    assert isinstance(decide(rotating, signed(**{**BOTH, **changes}), NOW, "me").verdict, expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Do),
        ({"at_registrar": None}, Unheard),
        ({"servers": servers(frozenset({ONE}), NONE)}, Wait),
        ({"servers": (ServerSaid("s0", frozenset({ONE}), NONE),)}, Wait),
        ({"servers": ()}, Unheard),
        ({"unsound": ("ours.test. MX at s1",)}, Wait),
        ({"ksks": (ksk("one", ONE, "ACTION_NEEDED"),)}, Refuse),
        ({"signing": "INTERNAL_FAILURE"}, Refuse),
    ],
)
def test_a_ds_is_ordered_only_for_what_every_server_signs(changes: dict[str, object], expected: type) -> None:
    island = {"status": "insecure", "parents": parents(NONE, NONE), "at_registrar": NONE}
    enabling = record(Kind.ENABLE, *until(Kind.ENABLE, "ds"))
    assert isinstance(decide(enabling, signed(**{**island, **changes}), NOW, "me").verdict, expected)


def test_what_was_seen_and_is_gone_is_waited_for_anew() -> None:
    disabling = record(Kind.DISABLE, "ds-removed", "no-ds", tried=frozenset({ONE}))
    back = signed(parents=parents(NONE, frozenset({ONE})), at_registrar=NONE)
    decision = decide(disabling, back, NOW, "me")
    assert "no-ds" not in decision.record.done
    assert isinstance(decision.verdict, Wait)
    again = decide(decision.record, signed(**GONE), NOW + HOUR, "me")
    assert isinstance(again.verdict, Wait)
    assert again.verdict.until == NOW + HOUR + datetime.timedelta(seconds=USUAL[timing.DS]) + timing.MARGIN


def test_a_ds_that_comes_back_at_the_registrar_is_removed_again() -> None:
    disabling = record(Kind.DISABLE, "ds-removed", "no-ds")
    verdict = decide(disabling, signed(), NOW, "me").verdict
    assert verdict == Do(Action(Deed.REMOVE_DS, ONE))


@pytest.mark.parametrize(
    ("taken", "minutes", "expected"),
    [
        (False, 0, Wait),
        (False, 59, Wait),
        (False, 60, Do),
        (True, 60, Wait),
        (True, 1439, Wait),
        (True, 1440, Do),
    ],
)
def test_an_order_at_gandi_is_sent_again_after_an_hour_if_its_answer_was_lost_else_after_a_day(
    taken: bool, minutes: int, expected: type
) -> None:
    action = Action(Deed.REMOVE_DS, ONE)
    disabling = record(Kind.DISABLE, sent={action: Sent(NOW, NOW if taken else None)})
    now = NOW + datetime.timedelta(minutes=minutes)
    assert isinstance(decide(disabling, signed(), now, "me").verdict, expected)


def test_what_aws_did_not_answer_is_sent_again_at_once() -> None:
    rotating = record(Kind.ROTATE, "ready", "kms-key", sent={Action(Deed.CREATE_KSK, "two"): Sent(NOW)})
    assert decide(rotating, signed(), NOW, "me").verdict == Do(Action(Deed.CREATE_KSK, "two"))
    answered = record(
        Kind.ROTATE, "ready", "kms-key", sent={Action(Deed.CREATE_KSK, "two"): Sent(NOW, NOW, "C1")}
    )
    assert isinstance(decide(answered, signed(), NOW, "me").verdict, Wait)


def test_a_wait_for_a_ttl_that_nobody_saw_does_not_end() -> None:
    unseen = {kind: ttl for kind, ttl in USUAL.items() if kind != timing.PARENT_NEGATIVE}
    enabling = record(Kind.ENABLE, *until(Kind.ENABLE, "everybody-validates"))
    decision = decide(enabling, signed(ttls=unseen), NOW, "me")
    assert isinstance(decision.verdict, Unheard)
    assert "denials at the parent is not known" in decision.verdict.why


def test_answers_of_before_the_beginning_are_waited_out() -> None:
    until_then = NOW + 100 * HOUR
    enabling = record(Kind.ENABLE, *until(Kind.ENABLE, "unsigned-gone"), stale_until=until_then)
    seen = signed(status="insecure", parents=parents(NONE), at_registrar=NONE)
    verdict = decide(enabling, seen, NOW, "me").verdict
    assert isinstance(verdict, Wait)
    assert verdict.until == until_then


REQUEST = Request("ours.test.", "Z1", "sandbox", True, NOW, "psfdns_ours_test_1")


def test_what_is_done_already_is_not_begun() -> None:
    assert begin(Kind.ENABLE, REQUEST, signed(), None) is None
    bare = signed(**GONE, signing=NOT_SIGNING, ksks=())
    assert begin(Kind.DISABLE, REQUEST, bare, None) is None
    assert begin(Kind.DISABLE, REQUEST, signed(), None) is not None


@pytest.mark.parametrize(
    ("ksks", "name"),
    [
        ((), "psfdns_ours_test_1"),
        ((ksk("idle", TWO, INACTIVE),), "idle"),
        ((ksk("idle", TWO, INACTIVE), ksk("busy", ONE)), "busy"),
    ],
)
def test_a_key_that_is_there_is_used(ksks: tuple[Ksk, ...], name: str) -> None:
    begun = begin(Kind.ENABLE, REQUEST, signed(**GONE, ksks=ksks), None)
    assert begun is not None
    assert begun.key is not None
    assert begun.key.name == name


@pytest.mark.parametrize("status", ["insecure", "secure"])
@pytest.mark.parametrize(("arn", "is_refused"), [("arn:one", False), ("arn:other", True), ("", False)])
def test_a_key_of_kms_that_is_named_is_not_passed_over_in_silence(
    status: str, arn: str, is_refused: bool
) -> None:
    named = dataclasses.replace(REQUEST, arn=arn)
    assert ("other-key" in refusals(Kind.ENABLE, named, signed(status=status), None)) is is_refused
    assert "other-key" not in refusals(Kind.ENABLE, named, signed(**GONE, ksks=()), None)


@pytest.mark.parametrize(
    ("ksks", "code"),
    [
        ((), "no-key-to-rotate"),
        ((ksk("one", ONE, INACTIVE),), "no-key-to-rotate"),
        ((ksk("other", TWO),), "no-key-to-rotate"),
        ((ksk("one", ONE), ksk("other", TWO)), "too-many-keys"),
    ],
)
def test_a_rotation_needs_one_key_that_the_parent_knows(ksks: tuple[Ksk, ...], code: str) -> None:
    with pytest.raises(PlanRefusedError) as caught:
        begin(Kind.ROTATE, REQUEST, signed(ksks=ksks), None)
    assert [each.code for each in caught.value.diagnostics] == [code]


def test_a_ds_that_was_taken_away_by_others_before_may_be_cached_still() -> None:
    """Nobody knows since when the parent of a zone that signs has no DS."""
    disabling = begin(Kind.DISABLE, REQUEST, signed(**GONE), None)
    assert disabling is not None
    verdict = decide(disabling, signed(**GONE, ttls={timing.PARENT_NEGATIVE: 900}), NOW, "me").verdict
    assert isinstance(verdict, Wait)
    assert verdict.until == NOW + datetime.timedelta(seconds=timing.USUAL_DS_TTL) + timing.MARGIN
    idle = signed(**GONE, signing=NOT_SIGNING)
    unsigned = begin(Kind.DISABLE, REQUEST, idle, None)
    assert unsigned is not None
    assert decide(unsigned, idle, NOW, "me").verdict == Do(Action(Deed.DEACTIVATE_KSK, "one"))


def test_the_servers_that_the_parent_named_before_may_be_cached_still() -> None:
    """The zone may have moved here a minute ago: elsewhere nobody signs with our key."""
    enabling = record(Kind.ENABLE, *until(Kind.ENABLE, "signed-everywhere"))
    ttls = dict.fromkeys(USUAL, 300) | {timing.PARENT_NS: 172_800}
    seen = signed(status="insecure", parents=parents(NONE), at_registrar=NONE, ttls=ttls)
    verdict = decide(enabling, seen, NOW, "me").verdict
    assert isinstance(verdict, Wait)
    assert verdict.until == NOW + datetime.timedelta(days=2)


def test_a_ds_by_which_others_sign_is_not_taken_from_them() -> None:
    with pytest.raises(PlanRefusedError) as caught:
        begin(Kind.DISABLE, REQUEST, signed(ksks=(ksk("other", TWO),)), None)
    assert [each.code for each in caught.value.diagnostics] == ["foreign-key"]
    bogus = signed(status="bogus", ksks=(ksk("other", TWO),))
    assert begin(Kind.DISABLE, REQUEST, bogus, None) is not None, "the rescue of a bogus zone"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"at_registrar": frozenset({"9 8 2 ff"})}, "Gandi has a DS of another key: DS 9"),
        ({"parents": parents(NONE, frozenset({"9 8 2 ff"}))}, "the parent has a DS of another key: DS 9"),
        ({"ksks": (ksk("one", ONE), ksk("two", TWO, INACTIVE)), "at_registrar": frozenset({TWO})}, "Gandi"),
    ],
)
def test_nothing_is_signed_while_a_ds_of_another_key_stands_or_is_on_its_way(
    changes: dict[str, object], why: str
) -> None:
    verdict = decide(record(Kind.ENABLE), signed(**{**GONE, **changes}), NOW, "me").verdict
    assert isinstance(verdict, Wait)
    assert why in verdict.why
    two = {"ksks": (ksk("one", ONE), ksk("two", TWO)), "at_registrar": frozenset({TWO})}
    assert "ready" in decide(record(Kind.ENABLE), signed(**{**GONE, **two}), NOW, "me").record.done


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Do(Action(Deed.SIGN))),
        ({"ksks": (ksk("one", ONE, INACTIVE),)}, Do(Action(Deed.ACTIVATE_KSK, "one"))),
        ({"ksks": (ksk("one", TWO),)}, None),
        ({"parents": parents(frozenset({TWO}))}, None),
    ],
)
def test_signing_that_was_ended_while_its_ds_stood_is_begun_again(
    changes: dict[str, object], expected: Do | None
) -> None:
    lost = signed(**{"status": "bogus", "signing": NOT_SIGNING, "servers": servers(NONE), **changes})
    begun = begin(Kind.ENABLE, REQUEST, lost, None)
    assert begun is not None
    verdict = decide(begun, lost, NOW, "me").verdict
    if expected is None:
        assert isinstance(verdict, Refuse)
        assert "psfdns dnssec disable" in verdict.hint
    else:
        assert verdict == expected
        disabled = decide(record(Kind.ROTATE, "ready"), lost, NOW, "me").verdict
        assert isinstance(disabled, Refuse)
        assert "psfdns dnssec enable ours.test" in disabled.hint


@pytest.mark.parametrize(
    ("changes", "advised"),
    [
        ({}, True),
        ({"is_lost_above": True}, False),
        ({"parents": parents(NONE, NONE)}, False),
    ],
)
def test_to_remove_the_ds_is_no_advice_where_a_zone_above_is_broken(
    changes: dict[str, object], advised: bool
) -> None:
    """Nor where our clock is wrong, by which not even the root can be validated."""
    verdict = decide(record(Kind.ENABLE), signed(status="bogus", **changes), NOW, "me").verdict
    assert isinstance(verdict, Refuse)
    assert ("psfdns dnssec disable" in verdict.hint) is advised
    assert ("clock" in verdict.hint) is not advised


OURS = ksk("psfdns_ours_test_1", ONE)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({"ksks": (OURS,)}, True),
        ({"ksks": (dataclasses.replace(OURS, name="by_hand"),)}, False),
        ({"ksks": (OURS,), **SECURE}, False),
        ({"ksks": (OURS, ksk("psfdns_ours_test_2", TWO)), **SECURE}, True),
        ({"ksks": (OURS,), "status": "bogus"}, False),
        ({"ksks": (OURS,), "status": "bogus", "is_lost_above": True}, True),
    ],
)
def test_what_another_machine_may_have_in_hand_is_left_to_it(
    kind: Kind, changes: dict[str, object], is_refused: bool
) -> None:
    seen = signed(**{**GONE, **changes})
    known = dataclasses.replace(record(Kind.ENABLE), key=KeyRef(OURS.name), finished=NOW, zone_id="Z1")
    assert ("elsewhere" in refusals(kind, REQUEST, seen, None)) is is_refused
    assert "elsewhere" not in refusals(kind, dataclasses.replace(REQUEST, take_over=True), seen, None)
    if len(seen.ksks) == 1:
        assert "elsewhere" not in refusals(kind, REQUEST, seen, known)


def refusals(kind: Kind, request: Request, seen: Seen, before: Record | None) -> list[str]:
    try:
        begin(kind, request, seen, before)
    except PlanRefusedError as error:
        return [each.code for each in error.diagnostics]
    return []


@pytest.mark.parametrize(
    ("by_gandi", "days", "is_told"),
    [(True, 1, False), (True, 2, True), (False, 6, False), (False, 7, True)],
)
def test_what_does_not_come_about_is_told_after_some_time_and_again(
    by_gandi: bool, days: int, is_told: bool
) -> None:
    waiting = record(Kind.ENABLE, *until(Kind.ENABLE, "ds-everywhere"), by_gandi=by_gandi)
    waiting = waiting.marked("ds", at=NOW).intending(Action(Deed.ADD_DS, ONE), at=NOW)
    seen = signed(status="insecure", parents=parents(NONE))
    now = NOW + datetime.timedelta(days=days)
    assert is_overdue(decide(waiting, seen, now, "me"), now) is is_told
    told = waiting.told(f"{OVERDUE}: no DS", who="me", at=now)
    assert not is_overdue(decide(told, seen, now, "me"), now)
    later = now + datetime.timedelta(days=7)
    assert is_overdue(decide(told, seen, later, "me"), later)
    planned = record(Kind.ENABLE, *until(Kind.ENABLE, "everybody-validates")).marked("ds-everywhere", at=NOW)
    far = dict.fromkeys(USUAL, 30 * 86_400)
    decision = decide(planned, signed(ttls=far), now, "me")
    assert isinstance(decision.verdict, Wait)
    assert not is_overdue(decision, now)


def test_a_key_that_is_about_to_go_is_not_signed_with() -> None:
    begun = begin(Kind.ENABLE, REQUEST, signed(**GONE, ksks=(ksk("gone", ONE, DELETING),)), None)
    assert begun is not None
    assert begun.key == KeyRef(REQUEST.name)


def test_there_is_no_way_back_to_a_key_that_is_deleted() -> None:
    with pytest.raises(PlanRefusedError) as caught:
        go_back(record(Kind.ROTATE), REQUEST, signed(ksks=(ksk("two", TWO),)))
    assert [each.code for each in caught.value.diagnostics] == ["old-key-deleted"]


def test_a_delegation_that_leads_elsewhere_does_not_begin() -> None:
    seen = signed(**GONE, delegated=no("it names others"))
    verdict = decide(record(Kind.ENABLE), seen, NOW, "me").verdict
    assert verdict == Wait("it names others")


def test_the_time_line_has_every_step_and_no_time_that_it_cannot_know() -> None:
    rotating = record(Kind.ROTATE, "ready").noting(signed(), at=NOW)
    lines = {line.step.name: line for line in time_line(rotating, NOW)}
    assert lines["ready"].done
    assert lines["ds"].at == NOW + HOUR
    last = lines["old-inactive"].at
    assert last == NOW + HOUR + 2 * (24 * HOUR + timing.MARGIN)
    blind = {line.step.name: line.at for line in time_line(record(Kind.ROTATE, tried=frozenset({ONE})), NOW)}
    assert (blind["ksk"], blind["ds"]) == (NOW, None)


def test_long_ttls_are_advised_against_while_there_is_time() -> None:
    enabling = record(Kind.ENABLE).noting(signed(), at=NOW)
    assert [text.split(" ")[0] for text in advise(enabling)] == ["the", "denials"]
    assert all('apex = "managed"' in text for text in advise(enabling)), "and how that is done"
    assert not list(advise(enabling.marked("signing", at=NOW)))
    short = signed(ttls={timing.ZONE: 3600, timing.NEGATIVE: 300})
    assert not list(advise(record(Kind.ENABLE).noting(short, at=NOW)))


def test_the_text_for_a_tenant_has_ds_and_key_and_no_long_line() -> None:
    rotating = record(Kind.ROTATE)
    added = write_handover(Action(Deed.ADD_DS, TWO), rotating)
    assert all(word in added for word in ("22222", "bb", "cHVibGlj", "Leave the DS record that is there"))
    removed = write_handover(Action(Deed.REMOVE_DS, ONE), rotating)
    assert "11111" in removed
    assert "cHVibGlj" not in removed
    assert max(map(len, (added + removed).splitlines())) <= 88


@pytest.mark.parametrize(
    ("kind", "changes", "is_said"),
    [
        (Kind.DISABLE, {"unseen": NOW, "by_gandi": False}, True),
        (Kind.DISABLE, {"by_gandi": False}, False),
        (Kind.DISABLE, {"unseen": NOW, "by_gandi": True}, False),
        (Kind.ROTATE, {"unseen": NOW, "by_gandi": False}, False),
    ],
)
def test_who_was_asked_for_a_ds_that_has_not_come_is_told_to_leave_it(
    kind: Kind, changes: dict[str, object], is_said: bool
) -> None:
    text = write_handover(Action(Deed.REMOVE_DS, ONE), record(kind, **changes))
    assert ("please do not do it" in " ".join(text.split())) is is_said


@given(st.lists(st.text("ab09-_", min_size=1, max_size=63), min_size=1, max_size=4), st.integers(1, 99))
def test_a_name_of_a_key_is_one_that_route_53_takes(labels: list[str], number: int) -> None:
    name = key_name(f"{'.'.join(labels)}.", number)
    assert 3 <= len(name) <= 128
    assert name.replace("_", "").isalnum()
    assert name.isascii()


def test_a_record_is_read_as_it_was_written_and_no_other_way() -> None:
    whole = record(Kind.ROTATE, "ready", unseen=NOW, stale_until=NOW).noting(signed(), at=NOW)
    whole = whole.intending(Action(Deed.ADD_DS, TWO), at=NOW).taken(Action(Deed.ADD_DS, TWO), "C1", at=NOW)
    whole = whole.told("something", who="me", at=NOW)
    document = json.loads(json.dumps(to_json(whole)))
    assert from_json(document) == whole
    wrong: list[object] = [
        {**document, "more": 1},
        {**document, "key": {**document["key"], "more": 1}},
        {**document, "kind": "sign"},
        {**document, "ttls": {"soa": {"seconds": 1, "seen": document["begun"]}}},
        {**document, "ttls": {"ds": {"seconds": True, "seen": document["begun"]}}},
        {**document, "begun": "yesterday"},
        {**document, "back": "no"},
        {**document, "sent": [{**document["sent"][0], "deed": "forget"}]},
        [],
    ]
    for spoilt in wrong:
        with pytest.raises(ValueError, match=r"."):
            from_json(spoilt)


def test_no_moment_is_kept_earlier_than_it_was() -> None:
    late = NOW + datetime.timedelta(microseconds=1)
    assert record(Kind.ENABLE).marked("ready", at=late).done["ready"] == NOW + datetime.timedelta(seconds=1)
