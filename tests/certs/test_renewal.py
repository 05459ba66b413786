"""When a certificate is due, and why: a table of cases, and what holds for all of them."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.certs.ari import Ari, Window
from psfdns.certs.certificate import KeyType
from psfdns.certs.renewal import (
    NEVER,
    Kept,
    Reason,
    Renewal,
    decide,
    decide_kept,
    is_overdue,
    last_moment,
)
from psfdns.certs.served import covers_any
from psfdns.certs.stored import Issuance
from tests.certs.certificates import BEGIN, ID, day, stored, wanted

SECOND = datetime.timedelta(seconds=1)


def ari(start: float, end: float, *, at: float = 0.5, certificate: str = ID) -> Ari:
    window = Window(day(start), day(end))
    return Ari(certificate, window, window.at(at), day(0))


TWO_THIRDS = Renewal(due=False, at=day(60), reason=Reason.LIFETIME)
CASES: dict[str, tuple[dict[str, Any], Renewal]] = {
    "nothing is there": ({"current": None}, Renewal(due=True, reason=Reason.MISSING)),
    "nothing is there, and it is watched": ({"current": None, "wanted": wanted(issuer="X")}, NEVER),
    "expired, and it is watched": ({"wanted": wanted(issuer="X"), "now": day(100)}, NEVER),
    "young": ({}, TWO_THIRDS),
    "a second before two thirds": ({"now": day(60) - SECOND}, TWO_THIRDS),
    "at two thirds": ({"now": day(60)}, Renewal(due=True, at=day(60), reason=Reason.LIFETIME)),
    "short-lived": (
        {"current": stored(6), "now": day(1)},
        Renewal(due=False, at=day(3), reason=Reason.LIFETIME),
    ),
    "of ten days": (
        {"current": stored(10), "now": day(0)},
        Renewal(due=False, at=BEGIN + 576_000 * SECOND, reason=Reason.LIFETIME),
    ),
    "in its last second": (
        {"now": day(90) - SECOND},
        Renewal(due=True, at=day(60), reason=Reason.LIFETIME),
    ),
    "expired": ({"now": day(90)}, Renewal(due=True, at=day(90), reason=Reason.EXPIRED)),
    "expired, and the CA suggests later": (
        {"now": day(91), "ari": ari(100, 102)},
        Renewal(due=True, at=day(90), reason=Reason.EXPIRED),
    ),
    "expired, with other names": (
        {"now": day(91), "wanted": wanted(names=("b.example",))},
        Renewal(due=True, at=day(90), reason=Reason.EXPIRED),
    ),
    "revoked": ({"is_revoked": True}, Renewal(due=True, reason=Reason.REVOKED)),
    "a name more": (
        {"wanted": wanted(names=("a.example", "*.a.example", "b.example"))},
        Renewal(due=True, reason=Reason.NAMES_CHANGED),
    ),
    "a name less": ({"wanted": wanted(names=("a.example",))}, Renewal(due=True, reason=Reason.NAMES_CHANGED)),
    "names in another order": ({"wanted": wanted(names=("*.a.example", "a.example"))}, TWO_THIRDS),
    "another key": (
        {"wanted": wanted(key=KeyType.RSA_2048)},
        Renewal(due=True, reason=Reason.KEY_CHANGED),
    ),
    "a key that we do not order": (
        {"current": stored(key=None)},
        Renewal(due=True, reason=Reason.KEY_CHANGED),
    ),
    "another profile": (
        {
            "wanted": wanted(profile="tlsserver"),
            "current": stored(issuance=Issuance("letsencrypt", "classic")),
        },
        Renewal(due=True, reason=Reason.PROFILE_CHANGED),
    ),
    "no profile any more": (
        {"current": stored(issuance=Issuance("letsencrypt", "classic"))},
        Renewal(due=True, reason=Reason.PROFILE_CHANGED),
    ),
    "another tenant's": (
        {"current": stored(issuance=Issuance(None, None, "two"))},
        Renewal(due=True, reason=Reason.TENANT_CHANGED),
    ),
    "the same tenant's": ({"current": stored(issuance=Issuance(None, None, "one"))}, TWO_THIRDS),
    "the same profile": (
        {"wanted": wanted(profile="tlsserver"), "current": stored(issuance=Issuance("own", "tlsserver"))},
        TWO_THIRDS,
    ),
    "a profile, and nobody knows what was asked for": ({"wanted": wanted(profile="tlsserver")}, TWO_THIRDS),
    "another CA": (
        {"wanted": wanted(ca=("own",)), "current": stored(issuance=Issuance("letsencrypt"))},
        TWO_THIRDS,
    ),
    "the CA suggests": ({"ari": ari(20, 22)}, Renewal(due=False, at=day(21), reason=Reason.ARI)),
    "the CA suggested": (
        {"ari": ari(20, 22), "now": day(21)},
        Renewal(due=True, at=day(21), reason=Reason.ARI),
    ),
    "in the window, before the moment": (
        {"ari": ari(20, 22, at=0.9), "now": day(21)},
        Renewal(due=False, at=Window(day(20), day(22)).at(0.9), reason=Reason.ARI),
    ),
    "the CA suggests later than two thirds": (
        {"ari": ari(70, 72), "now": day(65)},
        Renewal(due=False, at=day(71), reason=Reason.ARI),
    ),
    "the CA suggests, and renew_at says otherwise": (
        {"ari": ari(70, 72), "wanted": wanted(renew_at=0.1)},
        Renewal(due=False, at=day(71), reason=Reason.ARI),
    ),
    "the CA suggests a moment before it began": (
        {"ari": ari(-2, -1)},
        Renewal(due=True, at=day(-1.5), reason=Reason.ARI),
    ),
    "the CA suggests the last moment that is good": (
        {"ari": ari(80, 82)},
        Renewal(due=False, at=day(81), reason=Reason.ARI),
    ),
    "the CA suggests too late": (
        {"ari": ari(81, 83), "now": day(80)},
        Renewal(due=False, at=day(81), reason=Reason.LIFETIME),
    ),
    "the CA suggests next year, and it is near its end": (
        {"ari": ari(400, 402), "now": day(81)},
        Renewal(due=True, at=day(81), reason=Reason.LIFETIME),
    ),
    "the CA spoke of another certificate": ({"ari": ari(20, 22, certificate="x")}, TWO_THIRDS),
    "a window that ends before it starts": ({"ari": ari(22, 20)}, TWO_THIRDS),
}


@pytest.mark.parametrize("case", CASES)
def test_decision(case: str) -> None:
    given_, expected = CASES[case]
    arguments = {"wanted": wanted(), "current": stored(), "now": day(10), **given_}
    decided = decide(arguments.pop("wanted"), arguments.pop("current"), **arguments)
    assert decided == expected


LIVES = st.floats(0.01, 400).map(lambda days: round(days, 4))
MOMENTS = st.floats(-10, 500).map(lambda number: day(round(number, 4)))
ARIS = st.none() | st.builds(
    lambda start, length, at: ari(start, start + length, at=at),
    st.floats(-500, 900),
    st.floats(-1, 90),
    st.floats(0, 1),
)
WANTED = st.sampled_from(
    [
        wanted(),
        wanted(renew_at=0.05),
        wanted(renew_at=0.99),
        wanted(names=("b.example",)),
        wanted(profile="x"),
    ]
)


@given(WANTED, LIVES, ARIS, MOMENTS, st.booleans())
def test_what_has_expired_is_due(want: Any, life: float, heard: Ari | None, now: Any, revoked: bool) -> None:
    current = stored(life)
    decision = decide(want, current, ari=heard, is_revoked=revoked, now=now)
    if now >= current.not_after:
        assert decision.due


@given(WANTED, LIVES, ARIS)
def test_what_is_in_its_last_tenth_is_due(want: Any, life: float, heard: Ari | None) -> None:
    current = stored(life)
    assert decide(want, current, ari=heard, now=last_moment(current)).due


@given(WANTED, LIVES, ARIS, MOMENTS, MOMENTS)
def test_what_is_due_stays_due(want: Any, life: float, heard: Ari | None, one: Any, other: Any) -> None:
    current = stored(life)
    earlier, later = (decide(want, current, ari=heard, now=now) for now in sorted((one, other)))
    assert later.due >= earlier.due


@given(WANTED, LIVES, ARIS, MOMENTS)
def test_the_moment_says_whether_it_is_due(want: Any, life: float, heard: Ari | None, now: Any) -> None:
    decision = decide(want, stored(life), ari=heard, now=now)
    assert decision.reason is not None
    if decision.at is not None:
        assert decision.due == (now >= decision.at)
        assert decision.at <= stored(life).not_after
    else:
        assert decision.due


@given(LIVES, ARIS, MOMENTS)
def test_a_usable_window_decides_unless_it_leaves_too_little(
    life: float, heard: Ari | None, now: Any
) -> None:
    current = stored(life)
    decision = decide(wanted(), current, ari=heard, now=now)
    if heard is None or now >= current.not_after or not heard.window.is_usable:
        assert decision.reason is not Reason.ARI
    elif decision.reason is Reason.ARI:
        assert decision.at == heard.selected
        assert heard.window.start <= heard.selected <= heard.window.end
        assert decision.at <= current.not_after - 0.0999 * current.lifetime
    else:
        assert heard.selected > current.not_after - 0.1001 * current.lifetime - SECOND


@pytest.mark.parametrize(
    ("lifetime", "due", "last"),
    [(90, 69, 60), (45, 34.5, 30), (6, 3.6, 3)],
)
def test_it_is_overdue_when_it_was_due_for_a_tenth_of_its_lifetime(
    lifetime: float, due: float, last: float
) -> None:
    current = stored(lifetime)
    for moment, expected in ((day(last), False), (day(due) - SECOND, False), (day(due), True)):
        renewal = decide(wanted(), current, now=moment)
        assert is_overdue(renewal, current, now=moment) is expected


@pytest.mark.parametrize(
    ("settings", "now", "expected"),
    [
        ({}, 30, False),
        ({"names": ("b.example",)}, 80, False),
        ({"names": ("b.example",)}, 81, True),
        ({}, 95, True),
        ({"issuer": "X"}, 95, False),
    ],
)
def test_what_is_due_for_another_reason_is_overdue_in_the_last_tenth(
    settings: dict[str, Any], now: float, expected: bool
) -> None:
    current = stored(90)
    assert is_overdue(decide(wanted(**settings), current, now=day(now)), current, now=day(now)) is expected


def test_a_suggestion_of_the_ca_is_overdue_a_tenth_of_the_lifetime_later() -> None:
    current, early = stored(90), ari(9, 11)
    for now, expected in ((18.9, False), (19, True)):
        renewal = decide(wanted(), current, ari=early, now=day(now))
        assert is_overdue(renewal, current, now=day(now)) is expected
    assert not is_overdue(decide(wanted(), None, now=day(0)), None, now=day(0))


BOTH = ("a.example", "*.a.example")
MORE = wanted(names=(*BOTH, "new.example"))
BY_AGE = Renewal(due=True, at=day(60), reason=Reason.LIFETIME)
LATER = Renewal(due=False, at=day(60), reason=Reason.LIFETIME)
IN_THE_LAST = Renewal(due=False, at=day(81), reason=Reason.LIFETIME)
KEPT: dict[str, tuple[dict[str, Any], Kept | None]] = {
    "a name more, and it is young": ({}, Kept(BOTH, LATER)),
    "a name more, at two thirds": ({"now": day(60)}, Kept(BOTH, BY_AGE)),
    "a second before": ({"now": day(60) - SECOND}, Kept(BOTH, LATER)),
    "the CA suggested it": (
        {"ari": ari(20, 22), "now": day(21)},
        Kept(BOTH, Renewal(due=True, at=day(21), reason=Reason.ARI)),
    ),
    "the CA suggests later": (
        {"ari": ari(70, 72), "now": day(65)},
        Kept(BOTH, Renewal(due=False, at=day(71), reason=Reason.ARI)),
    ),
    "expired": ({"now": day(90)}, Kept(BOTH, Renewal(due=True, at=day(90), reason=Reason.EXPIRED))),
    "revoked": ({"is_revoked": True}, Kept(BOTH, Renewal(due=True, reason=Reason.REVOKED))),
    "another key too, and it is young": (
        {"wanted": replace(MORE, key=KeyType.RSA_2048)},
        Kept(BOTH, LATER),
    ),
    "renew_at of the manifest": (
        {"wanted": replace(MORE, renew_at=0.1)},
        Kept(BOTH, Renewal(due=True, at=day(9), reason=Reason.LIFETIME)),
    ),
    "a name more and one less": (
        {"wanted": wanted(names=("new.example", "a.example")), "now": day(60)},
        Kept(("a.example",), BY_AGE),
    ),
    "no name more": ({"wanted": wanted(), "now": day(60)}, None),
    "only a name less": ({"wanted": wanted(names=("a.example",)), "now": day(60)}, None),
    "other names altogether": ({"wanted": wanted(names=("new.example",)), "now": day(60)}, None),
    "nothing is there": ({"current": None}, None),
    "what is there is another tenant's": (
        {"current": stored(issuance=Issuance(None, None, "two")), "now": day(60)},
        None,
    ),
    "it is only watched": ({"wanted": replace(MORE, issuer="X"), "now": day(60)}, None),
    "a wildcard in the place of names": (
        {
            "wanted": wanted(names=("*.a.example", "a.example")),
            "current": stored(names=("a.example", "www.a.example", "x.www.a.example")),
            "now": day(60),
        },
        Kept(("a.example", "www.a.example"), BY_AGE),
    ),
    "a wildcard in the place of a name that it covers as it does": (
        {
            "wanted": wanted(names=("*.a.example", "new.example")),
            "current": stored(names=("*.a.example", "a.a.example")),
            "now": day(60),
        },
        Kept(("*.a.example",), BY_AGE),
    ),
    "a name in the place of its wildcard, at two thirds": (
        {"wanted": wanted(names=("a.example", "www.a.example")), "now": day(60)},
        Kept(("a.example",), IN_THE_LAST),
    ),
    "a name in the place of its wildcard, in the last tenth": (
        {"wanted": wanted(names=("a.example", "www.a.example")), "now": day(81)},
        Kept(("a.example",), replace(IN_THE_LAST, due=True)),
    ),
    "a name in the place of its wildcard, revoked": (
        {"wanted": wanted(names=("a.example", "www.a.example")), "is_revoked": True},
        Kept(("a.example",), Renewal(due=True, reason=Reason.REVOKED)),
    ),
    "a name beside its wildcard's place": (
        {"wanted": wanted(names=("a.example", "x.www.a.example")), "now": day(60)},
        Kept(("a.example",), BY_AGE),
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_goes_on_without_names_that_cannot_be_had(case: str) -> None:
    given_, expected = KEPT[case]
    arguments = {"wanted": MORE, "current": stored(), "now": day(10), **given_}
    assert decide_kept(arguments.pop("wanted"), arguments.pop("current"), **arguments) == expected


NAMES = st.lists(
    st.sampled_from(["a.example", "*.a.example", "www.a.example", "x.a.example", "b.example", "*.b.example"]),
    min_size=1,
    unique=True,
).map(tuple)


@given(st.tuples(NAMES, NAMES), LIVES, ARIS, MOMENTS, st.booleans())
def test_nothing_that_is_there_and_wanted_is_dropped_and_nothing_is_invented(
    names: Any, life: float, heard: Ari | None, now: Any, revoked: bool
) -> None:
    want, there = names
    current = stored(life, names=there)
    kept = decide_kept(wanted(names=want), current, ari=heard, is_revoked=revoked, now=now)
    if set(want) <= set(there) or not any(covers_any(want, name) for name in there):
        assert kept is None
        return
    assert kept is not None
    assert set(want) & set(there) <= set(kept.names) <= set(there)
    assert all(covers_any(want, name) for name in kept.names)
    alone = decide(wanted(names=kept.names), replace(current, names=kept.names), ari=heard, now=now)
    if kept.renewal.due and not revoked:
        assert alone.due, "never before it would be due if just these were wanted"
    if revoked or now >= day(life) - 0.0999 * current.lifetime:
        assert kept.renewal.due, "whatever else is wanted, they do not lapse"
