"""Whether a certificate is due, since or from when, and why: one pure function.

In this order: it is missing; revoked; expired; its tenant, names, kind of key or profile are not those
wanted; the CA suggests a moment (ARI); else a fraction of its lifetime. A suggestion that leaves less than a
tenth of the lifetime is overruled, and so is such a fraction: a mistake must not let a certificate expire.

Names that are added, and cannot be had, must not let it expire either: which names go on without them is the
second decision here.
"""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

from psfdns.certs.ari import Ari
from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.served import covers_any
from psfdns.certs.stored import StoredCertificate

SHORT = datetime.timedelta(days=10)
"""A lifetime below this is renewed at its half."""
USUAL_FRACTION, SHORT_FRACTION = 2 / 3, 1 / 2
LAST_FRACTION = 9 / 10
"""After this much of the lifetime it is due, whatever the CA suggests or its manifest says."""

PATIENCE_FRACTION = 1 / 10
"""So much of the lifetime renewals may fail before somebody has to look."""


class Reason(enum.StrEnum):
    """Why a certificate is due, or what will make it due."""

    ARI = "ari"
    LIFETIME = "lifetime"
    EXPIRED = "expired"
    TENANT_CHANGED = "tenant-changed"
    NAMES_CHANGED = "names-changed"
    KEY_CHANGED = "key-changed"
    PROFILE_CHANGED = "profile-changed"
    MISSING = "missing"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The decision. `at` is when it became or becomes due, None where it is due by what it is, or never."""

    due: bool
    at: datetime.datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The names that a certificate has and that are still wanted, and whether they are due without others."""

    names: tuple[str, ...]
    renewal: Renewal


NEVER = Renewal(due=False)
"""Of a certificate that somebody else renews."""


def decide(
    wanted: WantedCertificate,
    current: StoredCertificate | None,
    *,
    ari: Ari | None = None,
    is_revoked: bool = False,
    now: datetime.datetime,
) -> Renewal:
    """The decision for one certificate; `ari` counts only if it is about `current`."""
    if wanted.is_watched:
        return NEVER
    if current is None:
        return Renewal(due=True, reason=Reason.MISSING)
    by_time = decide_by_time(wanted, current, ari=ari, is_revoked=is_revoked, now=now)
    if by_time.reason in {Reason.REVOKED, Reason.EXPIRED}:
        return by_time
    changed = _find_change(wanted, current)
    return by_time if changed is None else Renewal(due=True, reason=changed)


def decide_by_time(
    wanted: WantedCertificate,
    current: StoredCertificate,
    *,
    ari: Ari | None = None,
    is_revoked: bool = False,
    now: datetime.datetime,
) -> Renewal:
    """The same as if what is there were just what is wanted."""
    if is_revoked:
        return Renewal(due=True, reason=Reason.REVOKED)
    if now >= current.not_after:
        return Renewal(due=True, at=current.not_after, reason=Reason.EXPIRED)
    at, reason = _choose_moment(wanted, current, ari)
    return Renewal(now >= at, at, reason)


def decide_kept(
    wanted: WantedCertificate,
    current: StoredCertificate | None,
    *,
    ari: Ari | None = None,
    is_revoked: bool = False,
    now: datetime.datetime,
) -> Kept | None:
    """What is renewed, and when, where all that cannot be had is new; None where nothing is new, or left.

    None, too, where what is there is another tenant's: for this one it is not there yet.
    """
    if current is None or wanted.is_watched or set(wanted.names) <= set(current.names):
        return None
    if current.ordered_for(wanted.tenant) is not None:
        return None
    names = _keep_names(wanted, current)
    if not names:
        return None
    renewal = decide_by_time(wanted, current, ari=ari, is_revoked=is_revoked, now=now)
    last = last_moment(current)
    # What a wildcard serves that is given up the others do not serve: that waits while it can.
    is_served = any(covers_any(current.names, name) and not covers_any(names, name) for name in wanted.names)
    if is_served and renewal.at is not None and renewal.at < last:
        renewal = Renewal(now >= last, last, Reason.LIFETIME)
    return Kept(names, renewal)


def _keep_names(wanted: WantedCertificate, current: StoredCertificate) -> tuple[str, ...]:
    """Those that are there and still wanted, be it by a wildcard; in the manifest's order."""
    exact = [name for name in wanted.names if name in current.names]
    # CAs refuse an order of a name beside the wildcard that covers it.
    spare = [name for name in current.names if name not in exact and not covers_any(exact, name)]
    return (*exact, *(name for name in spare if covers_any(wanted.names, name)))


def is_overdue(renewal: Renewal, current: StoredCertificate | None, *, now: datetime.datetime) -> bool:
    """Whether it should have been renewed: it is due since a tenth of its lifetime, or in its last one.

    Who has to renew it by hand is never overdue.
    """
    if current is None or not renewal.due:
        return False
    last = _at(current, LAST_FRACTION)
    patience = current.lifetime * PATIENCE_FRACTION
    return now >= (last if renewal.at is None else min(last, renewal.at + patience))


def _find_change(wanted: WantedCertificate, current: StoredCertificate) -> Reason | None:
    """What differs from the manifest; tenant and profile only where it is known what was asked for."""
    if current.ordered_for(wanted.tenant) is not None:
        return Reason.TENANT_CHANGED
    if set(wanted.names) != set(current.names):
        return Reason.NAMES_CHANGED
    if wanted.key != current.key:
        return Reason.KEY_CHANGED
    if current.issuance is not None and wanted.profile != current.issuance.profile:
        return Reason.PROFILE_CHANGED
    return None


def _choose_moment(
    wanted: WantedCertificate, current: StoredCertificate, ari: Ari | None
) -> tuple[datetime.datetime, Reason]:
    last = last_moment(current)
    if ari is None or ari.certificate != current.identifier or not ari.window.is_usable:
        return min(last, _at(current, wanted.renew_at or _usual_fraction(current))), Reason.LIFETIME
    return (ari.selected, Reason.ARI) if ari.selected <= last else (last, Reason.LIFETIME)


def last_moment(current: StoredCertificate) -> datetime.datetime:
    """From then on it is due, whatever else."""
    return _at(current, LAST_FRACTION)


def _usual_fraction(current: StoredCertificate) -> float:
    return SHORT_FRACTION if current.lifetime < SHORT else USUAL_FRACTION


def _at(current: StoredCertificate, fraction: float) -> datetime.datetime:
    """To the second, as certificates have it."""
    seconds = int(current.lifetime.total_seconds() * fraction)
    return current.not_before + datetime.timedelta(seconds=seconds)
