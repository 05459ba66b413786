"""Bins of two dimensions with an order between some of the loads: the packer of batches. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_PATIENCE = 8
"""How many bins above the least thinkable number are tried one by one before the number doubles."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may hold, inclusive (Developer Guide, "Quotas", ChangeResourceRecordSets).

    Every value is an element, an alias counts as one; characters are those of all values as sent;
    an UPSERT counts double in both.
    """

    elements: int = 1000
    characters: int = 32_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Load:
    """What is packed whole; `after` are the indices of loads whose bin may not come later than this one's."""

    elements: int
    characters: int
    after: tuple[int, ...] = ()


def pack_loads(loads: Sequence[Load], limits: Limits = LIMITS) -> list[list[int]]:
    """The indices of `loads` in bins, as few as a good heuristic finds; the same for the same input.

    Every load fits a bin of its own, and `after` points backwards only.
    """
    order = _order_of_packing(loads, limits)
    for count in _counts(loads, limits):
        for choose in (_evenly, _tightly):
            bins = [_Bin(limits) for _ in range(count)]
            if _fill(bins, loads, order, choose):
                return [found.indices for found in bins if found.indices]
    return [[index] for index in range(len(loads))]


@dataclass(slots=True)
class _Bin:
    limits: Limits
    elements: int = 0
    characters: int = 0
    indices: list[int] = field(default_factory=list)

    def takes(self, load: Load) -> bool:
        return (
            self.elements + load.elements <= self.limits.elements
            and self.characters + load.characters <= self.limits.characters
        )

    def put(self, index: int, load: Load) -> None:
        self.elements += load.elements
        self.characters += load.characters
        self.indices.append(index)

    def likeness(self, load: Load) -> float:
        """How much the load adds where the bin is full already: the dot product of both."""
        return (
            self.elements * load.elements / self.limits.elements**2
            + self.characters * load.characters / self.limits.characters**2
        )


def _counts(loads: Sequence[Load], limits: Limits) -> Iterator[int]:
    """The least thinkable number of bins and a few more, then doubling; never more than loads."""
    elements = sum(load.elements for load in loads)
    characters = sum(load.characters for load in loads)
    count = max(1, math.ceil(elements / limits.elements), math.ceil(characters / limits.characters))
    patience = count + _PATIENCE
    while count < len(loads):
        yield count
        count = count + 1 if count < patience else 2 * count


def _order_of_packing(loads: Sequence[Load], limits: Limits) -> list[int]:
    """Those that others wait for first and in their order, then the rest, the biggest first."""

    def size(index: int) -> float:
        return -max(loads[index].elements / limits.elements, loads[index].characters / limits.characters)

    awaited = {earlier for load in loads for earlier in load.after}
    rest = [index for index in range(len(loads)) if index not in awaited]
    waiting = sorted((index for index in rest if loads[index].after), key=size)
    free = sorted((index for index in rest if not loads[index].after), key=size)
    return [*sorted(awaited), *waiting, *free]


_Choice = Callable[[Sequence[_Bin], Load], _Bin]


def _evenly(bins: Sequence[_Bin], load: Load) -> _Bin:
    return min(bins, key=lambda candidate: candidate.likeness(load))


def _tightly(bins: Sequence[_Bin], load: Load) -> _Bin:
    del load
    return bins[0]


def _fill(bins: Sequence[_Bin], loads: Sequence[Load], order: Iterable[int], choose: _Choice) -> bool:
    """Put every load into a bin not before those it waits for; False where one finds none."""
    number_of = {id(found): number for number, found in enumerate(bins)}
    placed: dict[int, int] = {}
    awaited = {earlier for load in loads for earlier in load.after}
    for index in order:
        load = loads[index]
        first = max((placed[earlier] for earlier in load.after), default=0)
        candidates = [found for found in bins[first:] if found.takes(load)]
        if not candidates:
            return False
        chosen = (_tightly if index in awaited else choose)(candidates, load)
        chosen.put(index, load)
        placed[index] = number_of[id(chosen)]
    return True
