"""What a new procedure is to do with which keys, by what is there already. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.dnssec.procedures.naming import PREFIX
from psfdns.dnssec.procedures.record import KeyRef, Kind, Record, inherit
from psfdns.dnssec.procedures.seen import ACTIVE, DELETING, NOT_SIGNING, SIGNING, Ksk, Seen, name_ds
from psfdns.errors import PlanRefusedError

MAX_KEYS = 2
"""Key-signing keys of a zone (Developer Guide, Quotas)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for; `name` and `arn` are of a key that may have to be made.

    `stale_until`: until then answers may be cached with TTLs that the zone does not have any more.
    `take_over`: also what another machine may have in hand.
    """

    zone: str
    zone_id: str
    account: str | None
    by_gandi: bool
    at: datetime.datetime
    name: str
    arn: str = ""
    stale_until: datetime.datetime | None = None
    take_over: bool = False


def begin(kind: Kind, request: Request, seen: Seen, before: Record | None) -> Record | None:
    """The record of a procedure that begins now; None where there is nothing to do.

    Raises PlanRefusedError.
    """
    empty = Record(
        request.zone,
        request.zone_id,
        request.account,
        kind,
        request.at,
        request.by_gandi,
        stale_until=request.stale_until,
    )
    is_open = before is not None and before.is_open
    record = inherit(empty, before).noting(seen, at=request.at)
    if not is_open:
        _refuse_elsewhere(request, seen, before)
        record = replace(record, tried=record.tried | _may_be_cached(seen))
    if kind is Kind.ENABLE:
        is_there = seen.status == "secure" and seen.signing == SIGNING
        key = _key_to_sign(request, seen)
        return None if is_there and not is_open else replace(record, key=key)
    if kind is Kind.DISABLE:
        _refuse_foreign(request, seen)
        is_over = seen.signing == NOT_SIGNING and not seen.ksks and not seen.ds_anywhere
        keys = [KeyRef(key.name, key.arn, key) for key in seen.ksks]
        known = replace(record, key=next(iter(keys), None), old=next(iter(keys[1:]), None))
        return None if is_over and not is_open else known
    old = _key_to_replace(seen)
    return replace(record, key=KeyRef(request.name, request.arn), old=KeyRef(old.name, old.arn, old))


def _may_be_cached(seen: Seen) -> frozenset[str]:
    """DS that the parent may have had until lately, whoever took them away: those of a zone that signs."""
    return frozenset[str]() if seen.signing == NOT_SIGNING else frozenset(key.ds for key in seen.ksks)


def _refuse_elsewhere(request: Request, seen: Seen, before: Record | None) -> None:
    """Keys of ours that nothing here made, with which the zone is not secure: some machine is at it.

    A zone that is bogus by itself is to be rescued, by whomever. Raises PlanRefusedError.
    """
    known = {ref.name for ref in (before.key, before.old) if ref} if before else set[str]()
    made = [key.name for key in seen.ksks if key.name.startswith(PREFIX) and key.name not in known]
    is_steady = len(seen.ksks) == 1 and seen.status == "secure"
    is_rescue = seen.status == "bogus" and not seen.is_lost_above
    if made and not is_steady and not is_rescue and not request.take_over:
        raise refusal(
            "elsewhere",
            f"{request.zone}: Route 53 has {', '.join(made)}, which no procedure that is known here made: "
            "one may be under way on another machine",
            "go on there, or bring its .psfdns/dnssec here; if that is lost, --take-over begins with what "
            "there is",
        )


def _refuse_foreign(request: Request, seen: Seen) -> None:
    """A DS that is not ours and works belongs to whoever signs the zone now. Raises PlanRefusedError."""
    if seen.status == "secure" and not seen.ds_anywhere & {key.ds for key in seen.ksks}:
        zone = request.zone.removesuffix(".")
        raise refusal(
            "foreign-key",
            f"{request.zone} is secure by a key that Route 53 does not have: {name_ds(seen.ds_anywhere)}",
            f"psfdns delegation {zone} says who answers for it; who signs it there has to end that",
        )


def go_back(before: Record, request: Request, seen: Seen) -> Record:
    """The way back from where an unfinished procedure stands. Raises PlanRefusedError."""
    if before.kind is Kind.ROTATE:
        return _rotate_back(before, request, seen)
    kind = Kind.DISABLE if before.kind is Kind.ENABLE else Kind.ENABLE
    record = begin(kind, request, seen, before)
    assert record is not None  # noqa: S101 - an unfinished procedure always has a way back
    return replace(record, back=not before.back, key=record.key or before.key)


def _rotate_back(before: Record, request: Request, seen: Seen) -> Record:
    """The same with the keys changed over."""
    assert before.old is not None  # noqa: S101 - a rotation has both keys
    if seen.ksk(before.old.name) is None:
        raise refusal(
            "old-key-deleted",
            f"{before.zone}: key {before.old.name} is deleted at Route 53, so there is no way back to it",
            "let the rotation end (psfdns dnssec continue); a new rotation then makes another key",
        )
    empty = Record(before.zone, before.zone_id, before.account, Kind.ROTATE, request.at, before.by_gandi)
    record = inherit(empty, before)
    swapped = replace(record, back=not before.back, key=before.old, old=before.key)
    return swapped.noting(seen, at=request.at)


def _key_to_sign(request: Request, seen: Seen) -> KeyRef:
    """One that is there: best of all one that the parent knows; else a new one."""

    def rank(key: Ksk) -> tuple[bool, bool]:
        return key.ds in seen.ds_anywhere, key.status == ACTIVE

    there = [key for key in seen.ksks if key.status != DELETING]
    found = max(there, key=rank, default=None)
    if found is None:
        return KeyRef(request.name, request.arn)
    key = KeyRef(found.name, found.arn, found)
    refuse_other_key(key, request)
    return key


def refuse_other_key(key: KeyRef | None, request: Request) -> None:
    """A key of KMS that a person names is not passed over in silence. Raises PlanRefusedError."""
    if request.arn and key is not None and key.arn != request.arn:
        zone = request.zone.removesuffix(".")
        raise refusal(
            "other-key",
            f"{request.zone} is signed, or about to be, with {key.name} ({key.arn or 'not in KMS yet'}), and "
            f"--kms-key names {request.arn}",
            f"leave --kms-key out; psfdns dnssec rotate {zone} --kms-key changes to it later",
        )


def _key_to_replace(seen: Seen) -> Ksk:
    known = [key for key in seen.ksks if key.status == ACTIVE and key.ds in seen.ds_anywhere]
    if not known:
        raise refusal(
            "no-key-to-rotate",
            "Route 53 has no active key-signing key of which the parent has a DS",
            "psfdns dnssec status says how the zone stands; psfdns dnssec enable makes it secure",
        )
    if len(seen.ksks) >= MAX_KEYS:
        others = ", ".join(f"{key.name} ({key.status})" for key in seen.ksks if key != known[0])
        raise refusal(
            "too-many-keys",
            f"a zone has {MAX_KEYS} key-signing keys at most, and this one has another one already: {others}",
            "delete the one that no DS is of, then rotate",
        )
    return known[0]


def refusal(code: str, summary: str, hint: str) -> PlanRefusedError:
    """No, and what to do."""
    return PlanRefusedError(
        [Diagnostic(code, Severity.ERROR, summary, hint=hint)], summary="nothing was done"
    )
