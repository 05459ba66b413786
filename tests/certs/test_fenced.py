"""Writing under a lease, over what was seen: a loser changes nothing, and what it would change is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from psfdns.certs.fenced import FencedObjects
from psfdns.certs.store import StoreError
from psfdns.errors import LockLostError
from tests.stores import MemoryStore


def free(objects: MemoryStore) -> FencedObjects:
    """Held by whoever asks: only the conditions are left."""

    @contextmanager
    def hold() -> Iterator[Callable[[], None]]:
        yield lambda: None

    return FencedObjects(objects, hold)


def test_a_document_that_changed_since_it_was_read_is_left_as_it_is() -> None:
    objects = MemoryStore()
    objects.put("key", b"first")
    mine = free(objects)
    with mine.held():
        assert mine.load("key") == b"first"
        objects.put("key", b"theirs")
        with pytest.raises(StoreError, match="memory://store/key: another psfdns wrote it meanwhile"):
            mine.store("key", b"mine")
        assert objects.objects["key"][0] == b"theirs"
        mine.store("key", b"mine")
        assert mine.load("key") == b"mine", "over what it has seen now"


@pytest.mark.parametrize("act", [lambda mine: mine.store("key", b"mine"), lambda mine: mine.remove("key")])
def test_one_that_came_or_went_since_is_left_too(act: Callable[[FencedObjects], None]) -> None:
    objects = MemoryStore()
    mine = free(objects)
    with mine.held():
        mine.store("key", b"first")
        objects.put("key", b"theirs")
        with pytest.raises(StoreError, match="meanwhile"):
            act(mine)
    assert objects.objects["key"][0] == b"theirs"


def test_one_that_was_not_there_is_written_only_if_that_is_so_still() -> None:
    objects = MemoryStore()
    mine = free(objects)
    with mine.held():
        assert mine.load("key") is None
        objects.put("key", b"theirs")
        with pytest.raises(StoreError, match="meanwhile"):
            mine.store("key", b"mine")
        assert not mine.add("key", b"mine")
        assert mine.add("other", b"mine")


def test_what_was_seen_before_the_lock_was_taken_is_looked_at_anew() -> None:
    objects = MemoryStore()
    mine = free(objects)
    assert mine.load("key") is None
    objects.put("key", b"theirs")
    with mine.held():
        mine.store("key", b"mine")
    assert objects.objects["key"][0] == b"mine"


def test_only_while_it_is_held_anything_is_written() -> None:
    objects = MemoryStore()
    mine = free(objects)
    with mine.held():
        mine.store("key", b"mine")
    for act in (
        lambda: mine.store("key", b"more"),
        lambda: mine.add("new", b""),
        lambda: mine.remove("key"),
        lambda: mine.move("key", "new"),
    ):
        with pytest.raises(LockLostError, match="is not held"):
            act()
    assert {key: data for key, (data, _) in objects.objects.items()} == {"key": b"mine"}


def test_a_move_that_is_killed_between_its_steps_leaves_both() -> None:
    objects = MemoryStore()
    mine = free(objects)

    def stop(action: str) -> None:
        if action == "delete":
            raise KeyboardInterrupt

    with mine.held():
        mine.store("next", b"key")
        objects.fault = stop
        with pytest.raises(KeyboardInterrupt):
            mine.move("next", "now")
        objects.fault = lambda _: None
        assert (mine.load("next"), mine.load("now")) == (b"key", b"key")
        mine.move("next", "now")
        assert (mine.load("next"), mine.load("now")) == (None, b"key")
