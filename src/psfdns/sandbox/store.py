"""Where the sandbox's zones, account and keys are kept: what is asked of it, and one that forgets."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from psfdns.sandbox.kms_keys import KmsKey
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.zones import HostedZone


@dataclass(slots=True)
class Account:
    """What belongs to no single zone, in the API's shapes.

    `references` are the CallerReferences of zones that are gone, with their ids; `changes` the ChangeInfos
    of their deletion; `tags` those of health checks, by id.
    """

    references: dict[str, str] = field(default_factory=dict)
    changes: list[dict[str, str]] = field(default_factory=list)
    health_checks: list[dict[str, Any]] = field(default_factory=list)
    delegation_sets: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)


class Store(Protocol):
    """Zones and account; `writing` is held around everything that reads in order to write."""

    def writing(self) -> contextlib.AbstractContextManager[None]:
        """The writers' turn; may be taken again by the thread that has it."""

    def zones(self) -> Mapping[str, HostedZone]:
        """Every hosted zone by id, without its record sets."""

    def fetch_zone(self, zone_id: str) -> tuple[HostedZone, RecordSets] | None:
        """One hosted zone with its record sets, or None."""

    def store_zone(self, zone: HostedZone, record_sets: RecordSets) -> HostedZone:
        """Keep a zone; returns it with its count of record sets."""

    def delete_zone(self, zone_id: str) -> None:
        """Forget a zone."""

    def account(self) -> Account:
        """What belongs to no zone; to be changed only while writing, and stored."""

    def store_account(self, account: Account) -> None:
        """Keep it."""

    def keys(self) -> Mapping[str, KmsKey]:
        """The keys of KMS by id, in the order of their making."""

    def store_keys(self, keys: Mapping[str, KmsKey]) -> None:
        """Keep these, and no others."""


class MemoryStore:
    """A store that ends with the process."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._zones: dict[str, tuple[HostedZone, RecordSets]] = {}
        self._account = Account()
        self._keys: Mapping[str, KmsKey] = {}

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The writers' turn."""
        with self._turn:
            yield

    def zones(self) -> Mapping[str, HostedZone]:
        """Every hosted zone by id."""
        return {zone_id: zone for zone_id, (zone, _) in list(self._zones.items())}

    def fetch_zone(self, zone_id: str) -> tuple[HostedZone, RecordSets] | None:
        """One hosted zone, or None."""
        return self._zones.get(zone_id)

    def store_zone(self, zone: HostedZone, record_sets: RecordSets) -> HostedZone:
        """Keep a zone."""
        counted = zone.counting(len(record_sets))
        self._zones[zone.id] = counted, record_sets
        return counted

    def delete_zone(self, zone_id: str) -> None:
        """Forget a zone."""
        del self._zones[zone_id]

    def account(self) -> Account:
        """What belongs to no zone."""
        return self._account

    def store_account(self, account: Account) -> None:
        """Keep it."""
        self._account = account

    def keys(self) -> Mapping[str, KmsKey]:
        """The keys of KMS by id."""
        return self._keys

    def store_keys(self, keys: Mapping[str, KmsKey]) -> None:
        """Keep these, and no others."""
        self._keys = dict(keys)
