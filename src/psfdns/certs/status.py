"""How a wanted certificate stands: what is there, whether it is due and why, what is wrong with it. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from psfdns.certs import rules
from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.faults import GRACE
from psfdns.certs.renewal import LAST_FRACTION, Kept, Reason, Renewal, decide, decide_kept
from psfdns.certs.served import covers_any
from psfdns.certs.state import State
from psfdns.certs.stored import StoredCertificate
from psfdns.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Copy:
    """What this machine has of a certificate whose store is elsewhere; `fault`: why that cannot be told."""

    stored: StoredCertificate | None
    fault: str | None = None

    def is_of(self, current: StoredCertificate) -> bool | None:
        """Whether it is the one that counts."""
        return None if self.stored is None else self.stored.fingerprint == current.fingerprint


@dataclass(frozen=True, slots=True)
class Standing:
    """One certificate; `unreadable` says why the store could not be read: then nothing is known of it.

    `remedy` is what helps then, where that is known; `damaged`: another set can take its place.
    `copy` None: this machine has none, or is the store itself.
    """

    wanted: WantedCertificate
    current: StoredCertificate | None = None
    state: State = field(default_factory=State)
    unreadable: str | None = None
    remedy: str | None = None
    damaged: bool = False
    copy: Copy | None = None

    def decide(self, now: datetime.datetime) -> Renewal | None:
        """Whether it is due; None where that is not known."""
        if self.unreadable is not None and not self.wanted.is_watched:
            return None
        return decide(self.wanted, self.current, ari=self.state.ari, is_revoked=self.is_revoked, now=now)

    def decide_kept(self, now: datetime.datetime) -> Kept | None:
        """What is renewed, and when, where names that are new cannot be had."""
        state = self.state
        return decide_kept(self.wanted, self.current, ari=state.ari, is_revoked=self.is_revoked, now=now)

    @property
    def lacks(self) -> tuple[str, ...]:
        """Names that are wanted, and that what is there is not for; none where nothing is there."""
        there = self.current.names if self.current is not None else self.wanted.names
        return tuple(name for name in self.wanted.names if not covers_any(there, name))

    @property
    def is_revoked(self) -> bool:
        """Whether what is there is known to be revoked."""
        return self.current is not None and self.current.fingerprint in self.state.revoked

    @property
    def ordered_for(self) -> str | None:
        """The other tenant whose file had what is there ordered: its key is not this tenant's."""
        return self.current.ordered_for(self.wanted.tenant) if self.current is not None else None

    @property
    def strange_names(self) -> tuple[str, ...]:
        """Names of what is there that are not wanted: another tenant may have left it under this name."""
        names = self.current.names if self.current is not None else ()
        return tuple(name for name in names if not covers_any(self.wanted.names, name))

    def is_deployed(self, target: str) -> bool:
        """Whether what is there arrived at the target."""
        last = self.state.deployment(target)
        return (
            last is not None
            and last.ok
            and self.current is not None
            and last.fingerprint == self.current.fingerprint
        )


def judge_standing(standing: Standing, *, now: datetime.datetime) -> Iterator[Diagnostic]:
    """What is wrong with it, at its place in the manifest."""
    wanted, current = standing.wanted, standing.current
    unreadable = judge_unreadable(standing)
    if unreadable is not None:
        yield unreadable
    elif current is not None:
        yield from _judge_current(standing, current, now)
        if standing.copy is not None:
            yield from _judge_copy(standing.wanted, standing.copy, current, now)
    elif not wanted.is_watched:
        yield rules.MISSING.broken(wanted, f"{wanted.name} is not in the store")


def judge_unreadable(standing: Standing) -> Diagnostic | None:
    """That the store could not be read, where that is so."""
    if standing.unreadable is None:
        return None
    wanted = standing.wanted
    summary = f"{wanted.name}: {standing.unreadable}"
    return rules.UNREADABLE.broken(wanted, summary, hint=standing.remedy)


def _judge_current(
    standing: Standing, current: StoredCertificate, now: datetime.datetime
) -> Iterator[Diagnostic]:
    wanted = standing.wanted
    end = f"{current.not_after:%Y-%m-%d %H:%M} UTC"
    hint = f"psfdns certs issue {wanted.name} renews it now, or says why it cannot"
    if wanted.is_watched:
        hint = f"have {wanted.issuer} renew it, and bring the new one into the store"
    if now >= current.not_after:
        yield rules.EXPIRED.broken(wanted, f"{wanted.name} expired at {end}", hint=hint)
    elif now >= current.not_before + LAST_FRACTION * current.lifetime:
        yield rules.LATE.broken(wanted, f"{wanted.name} expires at {end} and was not renewed", hint=hint)
    for name in standing.lacks:
        summary = f"{wanted.name} is not for {name}, which its certs file wants"
        yield rules.LACKING.broken(wanted.span_of(name), summary, hint=hint)
    if standing.is_revoked:
        yield rules.REVOKED.broken(wanted, f"{wanted.name} is revoked", hint=hint)
    else:
        yield from _judge_deploys(standing)


def _judge_copy(
    wanted: WantedCertificate, copy: Copy, current: StoredCertificate, now: datetime.datetime
) -> Iterator[Diagnostic]:
    """Right after a renewal it is no fault: each host brings it in its own time."""
    if copy.stored is None:
        summary = (
            f"{wanted.name}: whether this machine's copy is of the set that counts is not known: {copy.fault}"
        )
        yield rules.COPY_OUTDATED.broken(wanted, summary, mildly=True)
    elif not copy.is_of(current):
        here, there = (f"{each.not_after:%Y-%m-%d}" for each in (copy.stored, current))
        summary = f"{wanted.name}: this machine's copy is of another set, until {here} and not {there}"
        is_new = now < current.not_before + GRACE
        yield rules.COPY_OUTDATED.broken(wanted, summary, mildly=is_new)


def _judge_deploys(standing: Standing) -> Iterator[Diagnostic]:
    wanted = standing.wanted
    for target in wanted.deploy:
        if not standing.is_deployed(target):
            last = standing.state.deployment(target)
            summary, now = f"{wanted.name} is not at {target}", f"psfdns certs deploy {wanted.name}"
            if last is None or last.fault is None:
                hint = f"the next psfdns certs renew brings it there; now: {now}"
                yield rules.NOT_DEPLOYED.broken(wanted, summary, hint=hint, mildly=True)
            else:
                said = " | ".join(last.fault.replace(":\n", ": ").split("\n"))
                summary += f", last tried {last.at:%Y-%m-%d %H:%M} UTC: {said}"
                hint = f"mend that; each psfdns certs renew tries again; now: {now}"
                yield rules.NOT_DEPLOYED.broken(wanted, summary, hint=hint)


def say_why(standing: Standing, renewal: Renewal, *, now: datetime.datetime) -> str:
    """The reason of a decision as half a sentence."""
    wanted, current = standing.wanted, standing.current
    match renewal.reason:
        case None:
            return f"not ours to renew: {wanted.issuer}"
        case Reason.MISSING:
            return "there is none yet"
        case Reason.REVOKED:
            return "it is revoked"
        case Reason.EXPIRED:
            return "it has expired"
        case Reason.ARI:
            ari = standing.state.ari
            told = f" ({ari.explanation})" if ari is not None and ari.explanation else ""
            return f"the CA suggests it{told}"
        case Reason.LIFETIME:
            return "by its age" if standing.state.ari is None else "by its age, before the CA suggests it"
        case _:
            assert current is not None  # noqa: S101 - something changes
            kept = _say_kept(standing, now) if renewal.reason is Reason.NAMES_CHANGED else ""
            return _say_change(renewal.reason, wanted, current) + kept


def _say_kept(standing: Standing, now: datetime.datetime) -> str:
    """When it goes on without what is new, where that cannot be had."""
    kept = standing.decide_kept(now)
    if kept is None:
        return ""
    at = kept.renewal.at
    since = "" if kept.renewal.due or at is None else f" from {at:%Y-%m-%d} on"
    return f"; if new ones cannot be had, the others are renewed{since}"


def _say_change(reason: Reason, wanted: WantedCertificate, current: StoredCertificate) -> str:
    if reason is Reason.NAMES_CHANGED:
        more = [f"+{name}" for name in wanted.names if name not in current.names]
        less = [f"-{name}" for name in current.names if name not in wanted.names]
        return f"its names change: {' '.join([*more, *less])}"
    if reason is Reason.KEY_CHANGED:
        return f"its key becomes {wanted.key} (is {current.key or 'of another kind'})"
    if reason is Reason.TENANT_CHANGED:
        return f"what is there was ordered for {current.issuance.tenant if current.issuance else 'another'}"
    before = current.issuance.profile if current.issuance is not None else None
    return f"its profile becomes {wanted.profile or 'the default one'} (was {before or 'the default one'})"
