"""What is asked of an object store (docs/contract.md §5): small documents, written on a condition.

A version is the store's own name of what an object held (S3's ETag). A write that loses against another
writer is a value, not an error: None or False. Failures of the store itself are OutsideErrors.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as read. Both times are the store's, to the second.

    `modified`: when it was written; `read_at`: when the store answered, None where it does not say.
    """

    key: str
    data: bytes
    version: str
    modified: datetime.datetime
    read_at: datetime.datetime | None


class ObjectStore(Protocol):
    """A bucket, or the part of one below a prefix; keys are relative to it and hold "/" as they like.

    Every method may raise OutsideError. Where an answer was lost on the way and the request was sent
    again, our own success is recognised by the bytes that are there: write what nobody else would write.
    """

    @property
    def url(self) -> str:
        """What a person calls it: s3://bucket/prefix."""

    def get(self, key: str) -> StoredObject | None:
        """The object, or None where there is none."""

    def put(self, key: str, data: bytes) -> str:
        """Write it whatever is there; its version."""

    def put_new(self, key: str, data: bytes) -> str | None:
        """Write it only where there is none; its version, or None where there is one."""

    def replace(self, key: str, data: bytes, version: str) -> str | None:
        """Write it only over this version; the new version, or None where another one or none is there."""

    def delete(self, key: str, version: str | None = None) -> bool:
        """Remove it (only this version); False where another version is there. None there is success."""

    def list(self, prefix: str = "") -> list[str]:
        """The keys that begin so, in the order of their UTF-8 bytes."""

    def versions(self, prefix: str = "") -> dict[str, str]:
        """The same keys with the version that each is in; a thousand of them for one request."""
