from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from psfdns.route53.packing import LIMITS, Limits, Load, pack_loads

SMALL = Limits(elements=10, characters=100)


@st.composite
def some_loads(draw: st.DrawFn) -> list[Load]:
    count = draw(st.integers(0, 30))
    return [
        Load(
            draw(st.integers(1, 10)),
            draw(st.integers(0, 100)),
            tuple(sorted(draw(st.sets(st.integers(0, index - 1), max_size=2)))) if index else (),
        )
        for index in range(count)
    ]


@given(some_loads())
def test_every_load_is_packed_once_within_the_limits_and_never_before_what_it_waits_for(
    loads: list[Load],
) -> None:
    bins = pack_loads(loads, SMALL)
    assert sorted(index for found in bins for index in found) == list(range(len(loads)))
    number = {index: position for position, found in enumerate(bins) for index in found}
    for found in bins:
        assert sum(loads[index].elements for index in found) <= SMALL.elements
        assert sum(loads[index].characters for index in found) <= SMALL.characters
    for index, load in enumerate(loads):
        assert all(number[earlier] <= number[index] for earlier in load.after)


@given(some_loads())
def test_the_same_loads_are_packed_the_same_way(loads: list[Load]) -> None:
    assert pack_loads(loads, SMALL) == pack_loads(list(loads), SMALL)


def test_limits_are_inclusive() -> None:
    assert len(pack_loads([Load(1, 0)] * 1000)) == 1
    assert len(pack_loads([Load(1, 0)] * 1001)) == 2
    assert len(pack_loads([Load(1, 320)] * 100)) == 1
    assert len(pack_loads([Load(1, 320)] * 101)) == 2


def test_loads_heavy_in_one_way_share_bins_with_those_heavy_in_the_other() -> None:
    heavy_in_characters = [Load(1, 640)] * 500
    heavy_in_elements = [Load(19, 0)] * 500
    assert len(pack_loads(heavy_in_characters + heavy_in_elements)) == 10


def test_big_loads_are_packed_tightly() -> None:
    assert len(pack_loads([Load(600, 0), Load(400, 0)] * 20)) == 20


def test_few_bins_are_needed_for_many_small_loads_whose_totals_nearly_fill_both_limits() -> None:
    """The totals of a zone of 10,000 record sets: 11,769 values of 375,910 characters."""
    chance = random.Random(7)
    loads = [Load(1, 20)] * 8231 + [Load(2, 44)] * 1769
    characters = 375_910 - sum(load.characters for load in loads)
    long = [Load(1, 20 + characters // 300) for _ in range(300)]
    loads = loads[300:] + long
    chance.shuffle(loads)
    least = max(
        math.ceil(sum(load.elements for load in loads) / LIMITS.elements),
        math.ceil(sum(load.characters for load in loads) / LIMITS.characters),
    )
    assert least == 12
    assert len(pack_loads(loads)) == 12


def test_a_long_row_of_loads_that_wait_for_each_other_still_fills_the_bins() -> None:
    loads = [Load(1, 10, (index - 1,) if index else ()) for index in range(2000)]
    assert len(pack_loads(loads)) == 2
