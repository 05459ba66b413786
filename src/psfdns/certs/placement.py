"""Placing one order, or taking up the one that an earlier run has begun; and what it wants to be proved."""

from __future__ import annotations

import contextlib
import datetime

from psfdns.certs.attempts import Asked, Attempt, Wish
from psfdns.certs.authority import Authority
from psfdns.certs.completion import note_failures, read_issued
from psfdns.certs.desk import Desk, Draft
from psfdns.certs.keys import kind_of, make_key, make_request
from psfdns.certs.ledger import Ledger
from psfdns.certs.pem import PemError, read_certificate
from psfdns.certs.resources import Authorization, Order, Status
from psfdns.errors import CaError, OutsideError
from psfdns.proofs import Proof

_GONE = frozenset({Status.INVALID, Status.EXPIRED, Status.DEACTIVATED, Status.REVOKED})
_NO_SUCH_ORDER = frozenset({400, 401, 403, 404, 410})
"""What CAs say of an order that they have forgotten, or that is another account's."""


def load_draft(desk: Desk, wish: Wish) -> Draft | None:
    """The order under way; once added names are taken out again, the one without them is that of all."""
    draft = desk.load_draft(wish.name)
    if wish.kept is not None or (draft is not None and set(draft.names) == set(wish.names)):
        return draft
    kept = None
    with contextlib.suppress(OutsideError):
        kept = desk.load_draft(wish.name, is_kept=True)
    return kept if kept is not None and set(kept.names) == set(wish.names) else draft


def forget_drafts(desk: Desk, attempt: Attempt) -> None:
    """An attempt has its certificate: where that has all names, an order of some is of no use any more."""
    is_spent = not attempt.wish.is_kept or (attempt.draft is not None and not attempt.draft.is_kept)
    for is_kept in (False, True) if is_spent else (True,):
        desk.forget_draft(attempt.wish.name, is_kept=is_kept)


def place_order(attempt: Attempt, desk: Desk, ledger: Ledger, kind: str, *, now: datetime.datetime) -> None:
    """Have an order at the CA, and see what is to be proved by challenges of `kind`. Raises PsfdnsError."""
    order = _take_up(attempt, ledger, now)
    if order is None:
        order = _open(attempt, desk, ledger)
    attempt.order = order
    if order.status is Status.PENDING:
        attempt.asked = _find_challenges(attempt, order, kind)


def _take_up(attempt: Attempt, ledger: Ledger, now: datetime.datetime) -> Order | None:
    """The order of an earlier run, where it is for the same and still good."""
    draft, authority = attempt.draft, attempt.opened
    if draft is None or draft.order is None or not _is_for(draft, attempt, authority):
        return None
    try:
        order = authority.fetch_order(draft.order)
    except CaError as error:
        if error.status in _NO_SUCH_ORDER:
            return None
        raise
    if order.status in _GONE:
        ledger.give_back(order.url)
        # A run that was killed may not have noted them.
        note_failures(attempt, order, ledger)
        return None
    return None if order.status is Status.VALID and _is_spent(order, attempt, now) else order


def _is_for(draft: Draft, attempt: Attempt, authority: Authority) -> bool:
    """Whether a draft is what is wanted today, by the same tenant, of the same CA and account."""
    wish = attempt.wish
    if draft.tenant != wish.tenant:
        return False
    place = (draft.ca, draft.directory, draft.account)
    if place != (attempt.ca, authority.directory_url, authority.account) or draft.profile != wish.profile:
        return False
    return set(draft.names) == set(wish.names) and _has_right_key(draft, attempt)


def _has_right_key(draft: Draft, attempt: Attempt) -> bool:
    wish = attempt.wish
    # A key that must not be had again, once it was revoked or is another's, comes back by no draft either.
    if wish.reused_key != draft.key_pem if wish.reused_key is not None else draft.is_reused:
        return False
    try:
        return kind_of(draft.key_pem) == wish.key
    except ValueError:
        return False


def _is_spent(order: Order, attempt: Attempt, now: datetime.datetime) -> bool:
    """Whether the certificate of a finished order is the one that is kept already, or has expired since."""
    wish, draft = attempt.wish, attempt.draft
    if draft is None:
        return False
    try:
        found = read_issued(attempt.opened.download(order)[0], draft.key_pem, wish)
    except PemError:
        return True
    issued = read_certificate(found.certificate, name=wish.name)
    return issued.fingerprint == wish.current or issued.not_after <= now


def _open(attempt: Attempt, desk: Desk, ledger: Ledger) -> Order:
    """A new order; its key is on the disk before the CA hears of it. Raises PsfdnsError."""
    wish, authority = attempt.wish, attempt.opened
    _refuse_unknown_profile(attempt)
    key = wish.reused_key or make_key(wish.key)
    draft = Draft(
        wish.name,
        attempt.ca,
        authority.directory_url,
        authority.account,
        wish.names,
        wish.profile,
        key,
        make_request(key, wish.names),
        is_kept=wish.is_kept,
        tenant=wish.tenant,
        is_reused=wish.reused_key is not None,
    )
    desk.store_draft(draft)
    order, replaces = authority.new_order(
        wish.names,
        profile=wish.profile,
        replaces=attempt.replaces,
        before=lambda replaced: ledger.order(attempt, replacing=replaced is not None),
    )
    attempt.draft = draft.placed(order.url, replaces=replaces)
    desk.store_draft(attempt.draft)
    return order


def _refuse_unknown_profile(attempt: Attempt) -> None:
    profile, offered = attempt.wish.profile, attempt.opened.directory.profiles
    if profile is not None and profile not in (offered or {}):
        known = f"it has {', '.join(sorted(offered))}" if offered else "it has none"
        raise CaError(attempt.opened.who, f"order {attempt.wish.names[0]}", f"no profile {profile}: {known}")


def _find_challenges(attempt: Attempt, order: Order, kind: str) -> list[Asked]:
    found = []
    for url in order.authorizations:
        authorization = attempt.opened.fetch_authorization(url)
        if authorization.status is Status.PENDING:
            found.append(_challenge_of(authorization, attempt, kind))
        elif authorization.status is not Status.VALID:
            why = f"{authorization.name}: {authorization.error}"
            names = [authorization.full_name] if authorization.status is Status.INVALID else ()
            raise CaError(attempt.opened.who, f"order {order.names[0]}", why, names=names)
    return found


def _challenge_of(authorization: Authorization, attempt: Attempt, kind: str) -> Asked:
    authority = attempt.opened
    challenge = authorization.challenge(kind)
    place = attempt.wish.places.get(authorization.name)
    doing = f"order {attempt.wish.names[0]}"
    if challenge is None:
        raise CaError(authority.who, doing, f"it offers no {kind} for {authorization.name}")
    if place is None:
        raise CaError(authority.who, doing, f"it wants {authorization.name} proved, which was not asked for")
    return Asked(challenge, Proof(place, authority.dns01_value(challenge)))
