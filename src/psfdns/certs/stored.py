"""A certificate that is there, as its own fields tell it. Pure values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from psfdns.certs.certificate import KeyType


@dataclass(frozen=True, slots=True)
class Issuance:
    """How it was ordered: the CA's name in psfdns.toml, the profile that was asked for, and by whose file."""

    ca: str | None = None
    profile: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate of the store. Times are aware UTC; `serial` and `fingerprint` (SHA-256) lower-case hex.

    `names` are as the certificate has them, in lower case. `key` is None for a kind that we do not order.
    `identifier` is that of RFC 9773 §4.1, None without an authority key identifier. `issuance` is None
    where it is not known how it was ordered.
    """

    name: str
    names: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    serial: str
    issuer: str
    fingerprint: str
    key: KeyType | None
    identifier: str | None = None
    issuance: Issuance | None = None

    @property
    def lifetime(self) -> datetime.timedelta:
        """From its first to its last moment."""
        return self.not_after - self.not_before

    def ordered_for(self, tenant: str) -> str | None:
        """The other tenant whose file had it ordered, where that is known: its key is not this one's."""
        other = self.issuance.tenant if self.issuance is not None else None
        return None if other == tenant else other
