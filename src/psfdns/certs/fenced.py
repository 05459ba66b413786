"""Documents in an object store that several hosts share: written only under its lease, over what was seen.

Both halves are needed. The lease keeps runs apart, and `may_go_on` stops one that has lost it before it sends
anything. A request that was under way all the same meets another version than the one it was made for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

from psfdns.certs.store import StoreError
from psfdns.errors import LockLostError
from psfdns.objects import ObjectStore

Hold = Callable[[], AbstractContextManager[Callable[[], None]]]
"""Takes the lease; gives the function that raises LockLostError once it may not be ours."""


class FencedObjects:
    """A `Documents`; threads may share it as long as each has keys of its own. Raises OutsideError."""

    def __init__(self, objects: ObjectStore, hold: Hold) -> None:
        self._objects = objects
        self._hold = hold
        self._may_go_on = _refuse
        self._seen: dict[str, str | None] = {}

    @property
    def url(self) -> str:
        """What a person calls the store."""
        return self._objects.url

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes within the block; what was seen before is looked at anew. Raises LockedError."""
        with self._hold() as may_go_on:
            self._seen.clear()
            self._may_go_on = may_go_on
            try:
                yield
            finally:
                self._may_go_on = _refuse

    def versions(self, prefix: str) -> dict[str, str]:
        """The keys that begin so, each with its version."""
        return self._objects.versions(prefix)

    def note_seen(self, versions: Mapping[str, str | None]) -> None:
        """Objects that are known to be in these versions, or not to be there."""
        self._seen.update(versions)

    def fetch(self, key: str) -> tuple[bytes, str] | None:
        """The object and its version, None where there is none."""
        found = self._objects.get(key)
        self._seen[key] = None if found is None else found.version
        return None if found is None else (found.data, found.version)

    def load(self, key: str) -> bytes | None:
        """The object, None where there is none."""
        found = self.fetch(key)
        return None if found is None else found[0]

    def store(self, key: str, data: bytes, *, secret: bool = False) -> None:
        """Write it over the version that was seen. Raises StoreError where another is there by now."""
        del secret
        self.write(key, data)

    def write(self, key: str, data: bytes) -> str:
        """The same; the new version."""
        if key not in self._seen:
            self.fetch(key)
        self._may_go_on()
        seen = self._seen[key]
        objects = self._objects
        version = objects.put_new(key, data) if seen is None else objects.replace(key, data, seen)
        if version is None:
            raise self._overtaken(key)
        self._seen[key] = version
        return version

    def add(self, key: str, data: bytes) -> bool:
        """Write a new object; False where there is one already."""
        self._may_go_on()
        return self._objects.put_new(key, data) is not None

    def remove(self, key: str) -> None:
        """Remove the version that was seen, if there is one. Raises StoreError where another is there."""
        if key not in self._seen:
            self.fetch(key)
        self._may_go_on()
        seen = self._seen[key]
        if seen is not None and not self._objects.delete(key, seen):
            raise self._overtaken(key)
        self._seen[key] = None

    def move(self, key: str, new: str) -> None:
        """Write it under the new key, then remove the old one: a kill leaves both."""
        data = self.load(key)
        if data is not None:
            self.write(new, data)
            self.remove(key)

    def _overtaken(self, key: str) -> StoreError:
        self._seen.pop(key, None)
        return StoreError(
            f"{self.url}/{key}: another psfdns wrote it meanwhile, and that was left as it is",
            hint="run it again: what the other one did is seen then",
        )


def _refuse() -> None:
    raise LockLostError("the shared store is not held, so that nothing was written to it")
