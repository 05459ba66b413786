"""A certificate that is wanted now, and how far the trying for it has come: at which CA, what went wrong."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psfdns.certs.ari import Window
from psfdns.certs.authority import Authority
from psfdns.certs.desk import Draft
from psfdns.certs.limits import Bid
from psfdns.certs.pem import CertificateSet
from psfdns.certs.resources import Challenge, Order
from psfdns.errors import CaError, PsfdnsError
from psfdns.proofs import Place, Proof


@dataclass(frozen=True, slots=True)
class Wish:
    """A certificate that is to be had now.

    `places` maps each name, of a wildcard that below which it stands, to where it is proved. `authorities`
    are names of CAs in order. `replaces` is the ARI identifier of the certificate that it replaces at the CA
    `replaces_at`, and `window` when that CA advised to do so. `reused_key` is the key in PEM that it shall
    have; `current` the fingerprint of the one that there is, `same_until` when the CA that issued it has
    forgotten that it was for the same names (None where it was not), `urgent_from` when little is left, and
    `serving` from when to when it is valid. `tenant` is whose file wants it. `kept` is what is to be had in
    its place where all that cannot be had is new: the same for names that there are, and whose time has
    come; that one `is_kept`.
    """

    name: str
    names: tuple[str, ...]
    key: str
    authorities: tuple[str, ...]
    places: Mapping[str, Place]
    profile: str | None = None
    replaces: str | None = None
    replaces_at: str | None = None
    reused_key: bytes | None = field(default=None, repr=False)
    current: str | None = None
    window: Window | None = None
    same_until: datetime.datetime | None = None
    urgent_from: datetime.datetime | None = None
    serving: tuple[datetime.datetime, datetime.datetime] | None = None
    tenant: str | None = None
    kept: Wish | None = None
    is_kept: bool = False

    @property
    def choices(self) -> tuple[Wish, ...]:
        """All that may be ordered for it."""
        return (self,) if self.kept is None else (self, self.kept)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new certificate with the chain that the CA prefers, and its other chains in PEM.

    `replaces`: the CA took it as the replacement that it advised.
    """

    wish: Wish
    ca: str
    set: CertificateSet
    others: tuple[bytes, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no certificate: the CA, None where none was asked, and when to try again, if known.

    `names` are those of the wish that it is about, none where it is about more than names.
    """

    ca: str | None
    why: str
    hint: str | None = None
    retry_at: datetime.datetime | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge that is still to be answered, with its proof."""

    challenge: Challenge
    proof: Proof


@dataclass(slots=True)
class Attempt:
    """One wish under way. `draft` is the order that an earlier run has begun, or that of this one.

    `kept` is the attempt at what is to be had in its place.
    """

    wish: Wish
    draft: Draft | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    issued: Issued | None = None
    kept: Attempt | None = None
    authority: Authority | None = None
    order: Order | None = None
    asked: list[Asked] = field(default_factory=list)
    ca: str = ""
    _left: list[str] | None = None
    _failed: bool = False
    _given_up: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still wanted and another CA may help."""
        return self.issued is None and not self._given_up

    @property
    def is_trying(self) -> bool:
        """Whether it may go on at this CA."""
        return self.is_open and not self._failed

    @property
    def opened(self) -> Authority:
        """The CA, which was opened."""
        assert self.authority is not None  # noqa: S101 - asked for only where it was
        return self.authority

    @property
    def has_order(self) -> bool:
        """Whether an earlier run has an order under way at this CA."""
        return self.draft is not None and self.draft.ca == self.ca and self.draft.order is not None

    @property
    def replaces(self) -> str | None:
        """What it replaces at this CA, by the CA's advice."""
        return self.wish.replaces if self.wish.replaces_at == self.ca else None

    def bid(self, now: datetime.datetime, *, replacing: bool) -> Bid:
        """An order at this CA as its limits see it; `replacing` where it says what it replaces."""
        wish, window = self.wish, self.wish.window
        is_advised = window is not None and window.start <= now < window.end
        is_old = self.wish.replaces_at == self.ca and wish.same_until is not None and now < wish.same_until
        exempt = replacing and is_advised and self.replaces is not None
        return Bid(self.ca, wish.names, exempt, is_old, wish.urgent_from)

    def go_on(self) -> bool:
        """Turn to the next CA; the one that has an order under way comes first. False where none is left."""
        if self._left is None:
            self._left = list(self.wish.authorities)
            if self.draft is not None and self.draft.ca in self._left:
                self._left.remove(self.draft.ca)
                self._left.insert(0, self.draft.ca)
        if not self._left:
            return False
        self.ca = self._left.pop(0)
        self.authority, self.order, self.asked, self.remarks, self._failed = None, None, [], [], False
        return True

    def fail(
        self,
        why: str,
        *,
        hint: str | None = None,
        retry_at: datetime.datetime | None = None,
        names: Iterable[str] = (),
    ) -> None:
        """Not at this CA; `names`, where these alone are why."""
        told = f"{why} ({'; '.join(self.remarks)})" if self.remarks else why
        about = frozenset(names).intersection(self.wish.names)
        self.faults.append(Fault(self.ca, told, hint, retry_at, about))
        self._failed = True

    def fail_with(self, error: PsfdnsError) -> None:
        """Not at this CA, for this reason."""
        if isinstance(error, CaError):
            self.fail(error.summary, hint=error.hint, retry_at=error.retry_at, names=error.names)
            return
        self.fail(error.summary, hint=error.hint, retry_at=getattr(error, "retry_at", None))
        self._given_up = True

    def give_up(self, why: str, *, hint: str | None = None, names: Iterable[str] = ()) -> None:
        """At no CA: what is wrong is on our side; `names`, where these alone are why."""
        self.faults.append(Fault(None, why, hint, names=frozenset(names)))
        self._given_up = True
