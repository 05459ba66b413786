"""What there is to say of domains. Pure; each code has its rule."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.names import canonical_order
from psfdns.registrar.compose import Known
from psfdns.registrar.domains import Domain, Phase, Source
from psfdns.registrar.registries import Outcome
from psfdns.registrar.rules import (
    BALANCE_SHORT,
    EXPIRES_FAR,
    EXPIRES_IGNORED,
    NOT_AT_GANDI,
    NOWHERE,
    UNCLAIMED,
)
from psfdns.settings import Registrar

SOON = 30
"""Days before the end at which a domain that nobody renews by itself is told."""
SOON_RENEWING = 20
"""The same where the registrar should have renewed it by then."""
LONGEST = 3660
"""Days: no registration lasts for more than ten years."""


@dataclass(frozen=True, slots=True)
class DomainFinding(Diagnostic):
    """A Diagnostic about a domain; None: about all of a registrar's."""

    domain: str | None = None


def find_all(domains: Sequence[Domain], known: Known, *, now: datetime.datetime) -> tuple[DomainFinding, ...]:
    """Everything there is to say, the worst first, then by domain."""
    found = [each for domain in domains for judge in _JUDGES for each in judge(domain, known, now)]
    found += _judge_gandi(known)
    return tuple(sorted(found, key=lambda each: (each.severity.rank, canonical_order(each.domain or "."))))


_ENDED = {
    Phase.HOLD: ("domain-on-hold", "is on hold: nobody finds it"),
    Phase.REDEMPTION: ("domain-in-redemption", "is in redemption: it can still be restored, for a fee"),
    Phase.PENDING_DELETE: ("domain-pending-delete", "is about to be deleted: then anybody can have it"),
    Phase.LAPSED: ("domain-lapsed", "has ended"),
}


def _is_recalled(domain: Domain, known: Known) -> bool:
    """Whether it is what Gandi said earlier: it may have been renewed since."""
    said = domain.registration
    return said is not None and said.source is Source.GANDI and known.holdings is None


def _judge_phase(domain: Domain, known: Known, now: datetime.datetime) -> Iterator[DomainFinding]:
    phase, is_recalled = domain.phase(now), _is_recalled(domain, known)
    if phase is Phase.ACTIVE or (is_recalled and (phase is Phase.LAPSED or domain.unknown)):
        return
    code, what = _ENDED[phase]
    ended = domain.expires is not None and domain.expires.is_over(now)
    when = f"; it ended on {domain.expires.day}" if ended and domain.expires else ""
    yield _finding(
        domain,
        code,
        Severity.ERROR,
        f"{domain.name} {what}{when}",
        hint=_HINTS_AT_GANDI[phase] if domain.registrar is Registrar.GANDI else _HINT_ELSEWHERE,
        reference="RFC 3915 §3.1" if phase in {Phase.REDEMPTION, Phase.PENDING_DELETE} else "RFC 5731 §2.3",
    )


_HINTS_AT_GANDI = {
    Phase.HOLD: "renew it: psfdns domains renew NAME; if it has not ended, Gandi's support can say why",
    Phase.REDEMPTION: "restore it in Gandi's administration, today",
    Phase.PENDING_DELETE: "nothing renews it any more: ask Gandi's support, and watch for the day it is free",
    Phase.LAPSED: "renew it: psfdns domains renew NAME",
}
_HINT_ELSEWHERE = "have its tenant renew it at their registrar at once"


def _judge_claim(domain: Domain, known: Known, _: datetime.datetime) -> Iterator[DomainFinding]:
    """Whether who holds it and who claims it fit together."""
    claim = known.claims.get(domain.name)
    at_gandi = domain.registration is not None and domain.registration.source is Source.GANDI
    if claim is None and known.holdings is None:
        return
    if claim is None:
        summary = f"{domain.name} is registered at Gandi, and no tenant has a zone of it"
        yield _finding(domain, "domain-unclaimed", Severity.WARNING, summary, hint=UNCLAIMED.mend)
    elif at_gandi and claim.registrar is not Registrar.GANDI:
        summary = f"{domain.name} is registered in our account at Gandi, and tenant.toml says otherwise"
        hint = f'[zones."{claim.zone.removesuffix(".")}"] registrar = "gandi"'
        yield _finding(domain, "registrar-differs", Severity.WARNING, summary, hint=hint, span=claim.span)
    elif domain.registered is False:
        summary = f"{domain.name} is registered nowhere: no registry or registrar knows of it"
        hint = NOWHERE.mend
        yield _finding(domain, "domain-nowhere", Severity.WARNING, summary, hint=hint, span=claim.span)
    elif claim.registrar is Registrar.GANDI and known.holdings is not None and not at_gandi:
        where = domain.registration.registrar_name if domain.registration else None
        summary = f"{domain.name} is not in our account at Gandi" + (f"; it is at {where}" if where else "")
        hint = NOT_AT_GANDI.mend
        yield _finding(domain, "not-at-gandi", Severity.WARNING, summary, hint=hint, span=claim.span)


def _judge_file(domain: Domain, known: Known, now: datetime.datetime) -> Iterator[DomainFinding]:
    claim = known.claims.get(domain.name)
    if claim is None:
        return
    if claim.expires is not None and domain.expires is not None and domain.expires.source is not Source.FILE:
        summary = (
            f"{domain.name}: expires = {claim.expires} is ignored: its end is known, {domain.expires.day}"
        )
        hint = EXPIRES_IGNORED.mend
        yield _finding(domain, "expires-ignored", Severity.WARNING, summary, hint=hint, span=claim.span)
    elif claim.expires is not None and (domain.days_left(now) or 0) > LONGEST:
        summary = f"{domain.name}: expires = {claim.expires} is further away than any registration lasts"
        hint = EXPIRES_FAR.mend
        yield _finding(domain, "expires-far", Severity.WARNING, summary, hint=hint, span=claim.span)
    elif domain.expires is None and domain.registered is not False and not _failed(domain, known):
        summary = f"{domain.name}: its registry tells nobody when it ends"
        hint = f'write it down: [zones."{claim.zone.removesuffix(".")}"] expires = YYYY-MM-DD'
        yield _finding(domain, "no-end-known", Severity.INFO, summary, hint=hint, span=claim.span)


def _failed(domain: Domain, known: Known) -> bool:
    """Whether somebody should have known, and could not be asked."""
    if domain.registration is not None and domain.registration.source is Source.GANDI:
        return known.holdings is None
    heard = known.heard.get(domain.name)
    return heard is None or heard.outcome is Outcome.FAILED


def _judge_unknown(domain: Domain, known: Known, _: datetime.datetime) -> Iterator[DomainFinding]:
    if domain.why is not None and _failed(domain, known):
        summary = f"{domain.name} could not be looked up: {domain.why}"
        yield _finding(domain, "not-asked", Severity.INFO, summary)
    fault = known.holdings.faults.get(domain.name) if known.holdings is not None else None
    if fault is not None:
        yield _finding(domain, "partly-unknown", Severity.INFO, fault)


def _judge_money(domain: Domain, known: Known, now: datetime.datetime) -> Iterator[DomainFinding]:
    is_recalled, left = _is_recalled(domain, known), domain.days_left(now)
    if is_recalled and domain.unknown:
        return
    if domain.payable is False:
        renewal = domain.renewal
        cost = f" ({renewal.price})" if renewal is not None and renewal.price is not None else ""
        summary = f"{domain.name}: the prepaid balance does not pay for its automatic renewal{cost}"
        yield _finding(domain, "balance-short", Severity.WARNING, summary, hint=BALANCE_SHORT.mend)
    renews = domain.autorenew is True and domain.payable is not False
    if domain.expires is None or left is None or domain.expires.is_over(now):
        return
    if left <= (SOON_RENEWING if renews else SOON):
        when = "today" if left == 0 else f"in {left} day{'s' if left != 1 else ''}"
        summary = f"{domain.name} ends {when}, on {domain.expires.day}"
        if is_recalled:
            summary += ", as far as was known before"
        elif renews:
            summary += "; it should have been renewed by itself by now"
        at_gandi = domain.registrar is Registrar.GANDI
        hint = "psfdns domains renew NAME" if at_gandi else "have its tenant renew it at their registrar"
        yield _finding(domain, "ends-soon", Severity.WARNING, summary, hint=hint)


_JUDGES: tuple[Callable[[Domain, Known, datetime.datetime], Iterator[DomainFinding]], ...] = (
    _judge_phase,
    _judge_claim,
    _judge_file,
    _judge_money,
    _judge_unknown,
)


def _judge_gandi(known: Known) -> Iterator[DomainFinding]:
    fault = known.holdings.faults.get("") if known.holdings is not None else None
    if fault is not None:
        summary = f"whether renewals can be paid is not known: {fault}"
        yield DomainFinding("balance-unknown", Severity.INFO, summary)


def _finding(
    domain: Domain,
    code: str,
    severity: Severity,
    summary: str,
    *,
    hint: str | None = None,
    reference: str | None = None,
    span: Span | None = None,
) -> DomainFinding:
    told = hint.replace("NAME", domain.name.removesuffix(".")) if hint else None
    return DomainFinding(code, severity, summary, span, told, reference, domain=domain.name)
