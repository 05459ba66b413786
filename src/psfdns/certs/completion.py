"""From an order whose proofs are in place to the certificate: answer, wait, finalize, download."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from psfdns.certs.attempts import Attempt, Issued, Wish
from psfdns.certs.pem import CertificateSet, PemError, check_set, join_set, read_certificate
from psfdns.certs.resources import Order, Status
from psfdns.errors import CaError

PATIENCE = datetime.timedelta(minutes=5)
"""For validation, and again for the certificate; the order stays for the next run."""
CLOCKS_DIFFER = datetime.timedelta(hours=1)
"""By so much ours may be slow."""
LONGEST_PAUSE = 30.0
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5)

Clock = Callable[[], datetime.datetime]
Sleep = Callable[[float], None]


class Counting(Protocol):
    """Who counts what the CA counts (`psfdns.certs.ledger`)."""

    def finalize(self, attempt: Attempt, order: Order) -> None:
        """The CA is about to be told to issue. Raises PsfdnsError."""

    def fail(self, attempt: Attempt, name: str, *, authorization: str) -> None:
        """A name could not be validated."""


def complete(attempt: Attempt, *, now: Clock, sleep: Sleep, ledger: Counting) -> Issued:
    """The certificate of an order. Raises PsfdnsError."""
    authority, draft, order = attempt.opened, attempt.draft, attempt.order
    assert draft is not None  # noqa: S101 - an order was placed
    assert order is not None  # noqa: S101 - as above
    waiting = _Waiting(attempt, now, sleep, ledger)
    if order.status is Status.PENDING:
        for asked in attempt.asked:
            if asked.challenge.status is Status.PENDING:
                authority.answer(asked.challenge, name=asked.proof.place.name)
        order = waiting.wait(order, Status.PENDING)
    if order.status is Status.READY:
        ledger.finalize(attempt, order)
        order = authority.finalize(order, draft.csr)
    if order.status is not Status.VALID:
        order = waiting.wait(order, Status.PROCESSING, Status.READY)
    chains = authority.download(order)
    try:
        found = read_issued(chains[0], draft.key_pem, attempt.wish)
        refuse_time(found, attempt.wish, now())
    except PemError as error:
        raise CaError(
            authority.who, f"download the certificate of {attempt.wish.name}", str(error)
        ) from error
    return Issued(attempt.wish, attempt.ca, found, chains[1:], draft.replaces)


def read_issued(chain: bytes, key: bytes, wish: Wish) -> CertificateSet:
    """A downloaded chain with its key; raises PemError where it is not what was ordered."""
    found = join_set(chain, key)
    check_set(found)
    if set(read_certificate(found.certificate, name=wish.name).names) != set(wish.names):
        raise PemError("the certificate is for other names")
    return found


def note_failures(attempt: Attempt, order: Order, ledger: Counting) -> dict[str, str]:
    """Which names of an order failed, and why in the CA's words. Raises CaError."""
    told = {}
    for url in order.authorizations:
        authorization = attempt.opened.fetch_authorization(url)
        if authorization.status is Status.INVALID:
            ledger.fail(attempt, authorization.name, authorization=url)
            told[authorization.full_name] = f"{authorization.name}: {authorization.error}"
    return told


def refuse_time(found: CertificateSet, wish: Wish, now: datetime.datetime) -> None:
    """Raise PemError for a certificate that nobody could use in the place of one that serves.

    Where none does by the same clock, the clock may be what is wrong, and nothing is lost by taking it.
    """
    if wish.serving is None or not wish.serving[0] <= now < wish.serving[1]:
        return
    issued = read_certificate(found.certificate, name=wish.name)
    if issued.not_after <= now:
        raise PemError(f"the certificate that it gives expired at {issued.not_after:%Y-%m-%d %H:%M} UTC")
    if issued.not_before > now + CLOCKS_DIFFER:
        raise PemError(f"the certificate is valid from {issued.not_before:%Y-%m-%d %H:%M} UTC on")


class _Waiting:
    """Asks how far an order is, at the CA's own pace where it names one."""

    def __init__(self, attempt: Attempt, now: Clock, sleep: Sleep, ledger: Counting) -> None:
        self._attempt = attempt
        self._now = now
        self._sleep = sleep
        self._ledger = ledger

    def wait(self, order: Order, *states: Status) -> Order:
        """The order once it is in none of these states. Raises CaError."""
        until = self._now() + PATIENCE
        pauses = _pauses()
        while order.status in states:
            seconds = self._pause_for(order, next(pauses))
            if self._now() + datetime.timedelta(seconds=seconds) > until:
                raise self._error(f"the order is still {order.status.value}", retryable=True)
            self._sleep(seconds)
            order = self._attempt.opened.fetch_order(order.url)
        if order.status not in {Status.READY, Status.VALID}:
            raise self._refusal(order)
        return order

    def _pause_for(self, order: Order, seconds: float) -> float:
        if order.retry_at is None:
            return seconds
        return min(max((order.retry_at - self._now()).total_seconds(), 0.0), LONGEST_PAUSE)

    def _refusal(self, order: Order) -> CaError:
        """Which names failed and why, in the CA's words."""
        told = note_failures(self._attempt, order, self._ledger)
        why = "; ".join(told.values()) or order.error or f"the order is {order.status.value}"
        return self._error(why, names=told or order.refused)

    def _error(self, why: str, *, retryable: bool = False, names: Iterable[str] = ()) -> CaError:
        authority = self._attempt.opened
        doing = f"have {self._attempt.wish.name} issued"
        return CaError(authority.who, doing, why, retryable=retryable, names=tuple(names))


def _pauses() -> Iterator[float]:
    yield from _PAUSES
    while True:
        yield _PAUSES[-1]
