"""The flow of many orders: check, order, prove, finalize, download; one that fails never stops another.

All orders of a run are opened side by side, their proofs are put in place together, and then they are
completed side by side. What fails at one CA is tried at the next. No network is in here: the CA is an
`Authority`, the proofs a `Prover`. Before a CA is asked for anything, a draft of the order with its key is on
the disk, so that the next run completes what this one could not.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from psfdns.certs.attempts import Attempt, Fault, Issued, Wish
from psfdns.certs.authority import Authority
from psfdns.certs.caa import Asking, judge_caa, look_up_caa
from psfdns.certs.completion import complete
from psfdns.certs.desk import Desk
from psfdns.certs.ledger import HeldBackError, Ledger, say_wait
from psfdns.certs.limits import Rules
from psfdns.certs.placement import place_order
from psfdns.errors import PsfdnsError
from psfdns.lookup.answer import Question
from psfdns.lookup.ask import Asked
from psfdns.proofs import Place, Proof, Prover

THREADS = 8
"""Orders under way at a time at all CAs together; Let's Encrypt takes 20 requests a second of an address."""
_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)

_DELEGATE = (
    "psfdns certs delegate {} prints the CNAMEs, with --instructions the message for whoever sets them"
)

Sayer = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Means:
    """What a run has.

    `open_authority` gives a CA by its name with its account opened, or raises CaError. `issuers` are the
    domains by which CAA names a CA, beside those of its directory. `keep` stores a certificate, on the disk
    before it returns. `rules` are the limits of a CA that are known. `find_bogus` says of places why DNSSEC
    keeps CAs from believing what is said there.
    """

    open_authority: Callable[[str], Authority]
    prover: Prover
    resolve: Callable[[Sequence[Question]], Mapping[Question, Asked]]
    desk: Desk
    keep: Callable[[Issued], None]
    now: Callable[[], datetime.datetime]
    sleep: Callable[[float], None]
    say: Sayer
    issuers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, Rules] = field(default_factory=dict)
    threads: int = THREADS
    find_bogus: Callable[[Sequence[Place]], Mapping[Place, str]] = lambda _: {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one wish: a certificate, or why not, CA by CA."""

    wish: Wish
    issued: Issued | None
    faults: tuple[Fault, ...] = ()


def issue_all(wishes: Sequence[Wish], means: Means) -> list[Outcome]:
    """Get all these certificates; the outcomes in the order of the wishes."""
    run = _Run(means)
    attempts = [Attempt(wish, means.desk.load_draft(wish.name)) for wish in wishes]
    try:
        run.run(attempts)
    finally:
        run.clean()
    return [Outcome(each.wish, each.issued, tuple(each.faults)) for each in attempts]


class _Run:
    """The rounds of one run: in each, every certificate that is still wanted is tried at its next CA."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._ledger = Ledger(means.desk, means.rules, means.now)
        self._caa: dict[Question, Asked] = {}
        self._lock = threading.Lock()

    def run(self, attempts: Sequence[Attempt]) -> None:
        """Until every certificate is there or has no CA left."""
        self._check_places(attempts)
        names = (name for each in attempts if each.is_open for name in each.wish.names)
        self._caa = look_up_caa(names, self._means.resolve)
        waiting = [each for each in attempts if each.is_open and each.go_on()]
        while waiting:
            self._round(waiting)
            waiting = [each for each in waiting if each.is_open and each.go_on()]

    def clean(self) -> None:
        """Proofs are taken away whatever happened; what cannot be is said, and left to the next run."""
        try:
            for remark in self._means.prover.clean():
                self._means.say(f"a proof was left in DNS: {remark}")
        except PsfdnsError as error:
            self._means.say(f"proofs were left in DNS: {error.summary}")

    def _check_places(self, attempts: Sequence[Attempt]) -> None:
        """What DNS cannot prove, no CA needs to be asked for."""
        places = list(dict.fromkeys(place for each in attempts for place in each.wish.places.values()))
        # Of a zone that is bogus a resolver says SERVFAIL, which alone does not tell what is wrong.
        bogus = self._means.find_bogus(places)
        faults = {**self._means.prover.check(places), **bogus}
        for each in attempts:
            found: dict[str | None, Place] = {}
            for place in each.wish.places.values():
                found.setdefault(faults[place], place)
            for fault, place in found.items():
                if fault is not None:
                    is_pointed = place.target is not None and place not in bogus
                    each.give_up(fault, hint=_DELEGATE.format(each.wish.name) if is_pointed else None)

    def _round(self, attempts: Sequence[Attempt]) -> None:
        self._ledger.begin_round(attempts)
        # Where limits leave room for some only, those have it that end first.
        for each in sorted(attempts, key=lambda each: each.wish.urgent_from or _NEVER):
            self._check_limits(each)
        self._open_authorities([each for each in attempts if each.is_trying])
        for each in attempts:
            self._check_caa(each)
        self._each(self._place, attempts)
        self._present(attempts)
        self._each(self._complete, attempts)

    def _check_limits(self, attempt: Attempt) -> None:
        wait = self._ledger.admit(attempt)
        if wait is not None:
            attempt.fail(say_wait(wait), retry_at=wait.until)

    def _open_authorities(self, attempts: Sequence[Attempt]) -> None:
        """Each CA once, whatever it says then is said of all that want it."""
        by_ca: dict[str, list[Attempt]] = {}
        for each in attempts:
            by_ca.setdefault(each.ca, []).append(each)
        for ca, several in by_ca.items():
            try:
                authority = self._means.open_authority(ca)
            except PsfdnsError as error:
                self._ledger.wait_for(error, ca)
                for each in several:
                    each.fail_with(error)
            else:
                for each in several:
                    each.authority = authority

    def _check_caa(self, attempt: Attempt) -> None:
        if not attempt.is_trying or attempt.has_order:
            return
        authority = attempt.opened
        issuers = dict.fromkeys((*authority.directory.caa, *self._means.issuers.get(attempt.ca, ())))
        asking = Asking(tuple(issuers), authority.account, self._means.prover.kind)
        verdicts = [judge_caa(name, self._caa, asking) for name in attempt.wish.names]
        attempt.remarks = list(dict.fromkeys(each.remark for each in verdicts if each.remark))
        faults = list(dict.fromkeys(each.fault for each in verdicts if each.fault))
        if faults:
            attempt.fail("; ".join(faults))

    def _each(self, act: Callable[[Attempt], None], attempts: Iterable[Attempt]) -> None:
        """Side by side; what one of them meets is its own."""
        trying = [each for each in attempts if each.is_trying]
        if not trying:
            return
        with ThreadPoolExecutor(min(self._means.threads, len(trying)), thread_name_prefix="order") as pool:
            under_way = {pool.submit(act, each): each for each in trying}
            try:
                for done in as_completed(under_way):
                    self._take_in(done.exception(), under_way[done])
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _take_in(self, error: BaseException | None, attempt: Attempt) -> None:
        if error is None:
            return
        if not isinstance(error, PsfdnsError):
            raise error
        if isinstance(error, HeldBackError):
            attempt.fail(error.why, retry_at=error.retry_at)
            return
        self._ledger.wait(error, attempt)
        attempt.fail_with(error)

    def _place(self, attempt: Attempt) -> None:
        means = self._means
        place_order(attempt, means.desk, self._ledger, means.prover.kind, now=means.now())

    def _present(self, attempts: Sequence[Attempt]) -> None:
        """The proofs of all orders at once; each order hears of its own."""
        trying = [each for each in attempts if each.is_trying]
        proofs = list(dict.fromkeys(each.proof for one in trying for each in one.asked))
        if not proofs:
            return
        names = len({proof.place.owner for proof in proofs})
        self._means.say(f"proving {names} name{'s' * (names != 1)}")
        verdicts = self._verdicts(proofs)
        for one in trying:
            faults = dict.fromkeys(verdicts[each.proof] for each in one.asked)
            for fault in faults:
                if fault is not None:
                    one.give_up(fault)

    def _verdicts(self, proofs: Sequence[Proof]) -> Mapping[Proof, str | None]:
        try:
            return self._means.prover.present(proofs)
        except PsfdnsError as error:
            return dict.fromkeys(proofs, error.summary)

    def _complete(self, attempt: Attempt) -> None:
        means = self._means
        issued = complete(attempt, now=means.now, sleep=means.sleep, ledger=self._ledger)
        with self._lock:
            means.keep(issued)
        self._ledger.keep(attempt)
        means.desk.forget_draft(attempt.wish.name)
        attempt.issued = issued


__all__ = ["Fault", "Issued", "Means", "Outcome", "Wish", "issue_all"]
