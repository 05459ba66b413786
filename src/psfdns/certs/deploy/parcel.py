"""What is brought to a target, and what is heard from there. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from psfdns.certs.pem import CertificateSet


@dataclass(frozen=True, slots=True)
class Parcel:
    """A certificate with its chain and key; `lineage` is the folder live/<name> of the store.

    `names` are those on the certificate, `fingerprint` its SHA-256. `place` is what the target called the
    certificate at the last try, None where that is not known.
    """

    name: str
    names: tuple[str, ...]
    fingerprint: str
    lineage: Path
    set: CertificateSet
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """It is there. `place` is what the target calls it, `remark` what a program said."""

    place: str | None = None
    remark: str = ""
