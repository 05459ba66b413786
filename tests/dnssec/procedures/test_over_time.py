"""No resolver, whatever it has cached, finds the zone bogus at any moment of any procedure."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.dnssec.procedures import steps, timing
from psfdns.dnssec.procedures.enabling import ENABLE
from psfdns.dnssec.procedures.record import Kind
from psfdns.dnssec.procedures.step import Pass, Step
from tests.dnssec.procedures.simulation import KilledError, TtlChange, World, broken_moments

HOUR, DAY = 3600, 86_400
USUAL = {
    timing.ZONE: DAY,
    timing.NEGATIVE: 900,
    timing.ZONE_NS: 2 * DAY,
    timing.DNSKEY: HOUR,
    timing.DS: DAY,
    timing.PARENT_NS: 2 * DAY,
    timing.PARENT_NEGATIVE: 900,
}


def usual() -> dict[str, TtlChange]:
    return {kind: TtlChange(seconds, seconds) for kind, seconds in USUAL.items()}


def whole_life(world: World, turns: tuple[int, int, int] = (0, 0, 0)) -> None:
    """Enabled, rotated, disabled; with a turn each is first begun, left after some runs, and undone."""
    for number, (kind, turn) in enumerate(
        zip((Kind.ENABLE, Kind.ROTATE, Kind.DISABLE), turns, strict=True), 1
    ):
        if turn:
            begin_and_turn_back(world, kind, number, turn)
        if kind is Kind.ENABLE or world.signing:
            world.begin(kind, 20 + number)
            world.finish()


def begin_and_turn_back(world: World, kind: Kind, number: int, turn: int) -> None:
    world.begin(kind, number)
    world.some_runs(turn)
    record = world.record
    assert record is not None
    is_too_late = kind is Kind.ROTATE and record.old is not None and record.old.name not in world.ksks
    if record.is_open and not is_too_late:
        world.turn_back(10 + number)
    world.finish()
    assert kind is not Kind.ROTATE or len(world.ksks) == 1


def test_a_zone_is_enabled_rotated_and_disabled() -> None:
    world = World(usual())
    whole_life(world)
    assert [str(each).partition(" ")[0] for each in world.deeds] == [
        "make-kms-key",
        "create-ksk",
        "enable-signing",
        "add-ds",
        "make-kms-key",
        "create-ksk",
        "add-ds",
        "remove-ds",
        "deactivate-ksk",
        "delete-ksk",
        "remove-ds",
        "disable-signing",
        "deactivate-ksk",
        "delete-ksk",
    ]
    assert not broken_moments(world)
    assert not world.ksks


def seconds(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most) | st.sampled_from([0, 60, 300, most])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """TTLs of any length, which may change while a procedure runs; slow registrars, parents that lag."""
    ttls = {}
    for kind in timing.KINDS:
        first = draw(seconds(3 * DAY))
        # Nobody can see a TTL of a DS or key that grows just before it goes.
        longest = first if kind in {timing.DS, timing.DNSKEY} else 3 * DAY
        ttls[kind] = TtlChange(first, min(longest, draw(seconds(3 * DAY))), draw(st.integers(1, 100)))
    return World(
        ttls,
        lags=tuple(draw(st.lists(seconds(900), min_size=1, max_size=4))),
        listed_after=draw(seconds(2 * HOUR)),
        ways=tuple(draw(st.lists(seconds(20 * HOUR), min_size=1, max_size=3))),
        chance=random.Random(draw(st.integers(0, 1 << 16))),
        silent=draw(st.sampled_from([0.0, 0.0, 0.1])),
    )


@settings(max_examples=15, deadline=None)
@given(worlds())
def test_whatever_the_ttls_and_delays_are(world: World) -> None:
    whole_life(world)
    assert not broken_moments(world)


@settings(max_examples=15, deadline=None)
@given(worlds(), st.tuples(*[st.integers(0, 60)] * 3))
def test_whoever_goes_back_from_anywhere(world: World, turns: tuple[int, int, int]) -> None:
    whole_life(world, turns)
    assert not broken_moments(world)


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(1, 600), st.integers(1, 600))
def test_whatever_is_killed_or_lost(world: World, kill_at: int, lose_at: int) -> None:
    world.kill_at, world.lose_at = kill_at, lose_at
    whole_life_of_the_stubborn(world)
    assert not broken_moments(world)


def whole_life_of_the_stubborn(world: World) -> None:
    """A beginning that is killed is begun again."""
    for number, kind in enumerate((Kind.ENABLE, Kind.ROTATE, Kind.DISABLE), 1):
        try:
            world.begin(kind, number)
        except KilledError:
            world.begin(kind, number)
        world.finish()


def without(monkeypatch: pytest.MonkeyPatch, kind: Kind, name: str) -> None:
    """A wait that is left out."""
    attribute = kind.name
    whole: tuple[Step, ...] = getattr(steps, attribute)
    assert any(isinstance(step, Pass) and step.name == name for step in whole)
    spoilt = tuple(
        dataclasses.replace(step, unless=lambda _: True)
        if isinstance(step, Pass) and step.name == name
        else step
        for step in whole
    )
    monkeypatch.setattr(steps, attribute, spoilt)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.ENABLE, ["unsigned-gone"]),
        (Kind.DISABLE, ["ds-gone"]),
        (Kind.ROTATE, ["old-keys-gone"]),
        (Kind.ROTATE, ["new-ds-known", "old-ds-gone"]),
    ],
)
def test_without_its_waits_somebody_finds_it_bogus(
    kind: Kind, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the two waits for a DS either would do, as RFC 6781 §4.1.2 has them; both are kept."""
    for name in names:
        without(monkeypatch, kind, name)
    # A resolver has to outlive the procedure's other waits with the one that is left out.
    ttls = usual() | ({timing.DNSKEY: TtlChange(5 * DAY, 5 * DAY)} if "old-keys-gone" in names else {})
    world = World(ttls, ways=(0, 60))
    whole_life(world)
    assert broken_moments(world)


@pytest.mark.parametrize("looks", [1, 2, 5, 10])
def test_a_ttl_that_is_lowered_shortens_no_wait(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lowered = {kind: TtlChange(seconds, min(seconds, 300), looks) for kind, seconds in USUAL.items()}
    world = World(lowered)
    whole_life(world)
    assert not broken_moments(world)

    forgetful: Callable[..., object] = lambda known, seen, now: {  # noqa: E731
        **known,
        **{kind: timing.Ttl(seconds, now) for kind, seconds in seen.items()},
    }
    monkeypatch.setattr("psfdns.dnssec.procedures.record.note_ttls", forgetful)
    world = World(lowered)
    whole_life(world)
    assert broken_moments(world)


@pytest.mark.parametrize("remembers", [True, False])
def test_a_ds_that_somebody_took_away_by_hand_is_waited_out(
    remembers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state may be lost as well: what signs may have had a DS until a moment ago."""
    if not remembers:
        monkeypatch.setattr("psfdns.dnssec.procedures.begin._may_be_cached", lambda _: frozenset())
    world = World(usual(), ways=(0, 60))
    world.begin(Kind.ENABLE)
    world.finish()
    world.order(lambda _: frozenset())
    world.now += 120
    world.kept = ""
    world.begin(Kind.DISABLE)
    world.finish()
    assert bool(broken_moments(world)) is not remembers


def test_the_keys_of_an_earlier_try_are_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enabled, undone before there was a DS, and enabled with another key while the first ones are cached."""
    long = usual() | {timing.DNSKEY: TtlChange(5 * DAY, 5 * DAY)}
    world = World(long, ways=(0, 60))
    whole_life(world, (1, 0, 0))
    assert not broken_moments(world)

    forgetful = tuple(
        dataclasses.replace(step, kinds=(timing.ZONE, timing.NEGATIVE, timing.ZONE_NS))
        if isinstance(step, Pass) and step.name == "unsigned-gone"
        else step
        for step in ENABLE
    )
    monkeypatch.setattr(steps, "ENABLE", forgetful)
    world = World(long, ways=(0, 60))
    whole_life(world, (1, 0, 0))
    assert broken_moments(world)
