"""The flow of many orders: check, order, prove, finalize, download; one that fails never stops another.

All orders of a run are opened side by side, their proofs are put in place together, and then they are
completed side by side. What fails at one CA is tried at the next. What fails for new names alone goes on
without them, where its time has come. No network is in here: the CA is an `Authority`, the proofs a `Prover`.
Before a CA is asked for anything, a draft of the order with its key is on
the disk, so that the next run completes what this one could not.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from psfdns.certs.attempts import Attempt, Fault, Issued, Wish
from psfdns.certs.authority import Authority
from psfdns.certs.caa import Asking, judge_caa, look_up_caa
from psfdns.certs.certificate import without_wildcard
from psfdns.certs.completion import complete
from psfdns.certs.desk import Desk
from psfdns.certs.keeping import choose_authorities
from psfdns.certs.ledger import HeldBackError, Ledger, say_wait
from psfdns.certs.limits import Rules
from psfdns.certs.placement import forget_drafts, load_draft, place_order
from psfdns.errors import PsfdnsError
from psfdns.lookup.answer import Question
from psfdns.lookup.ask import Asked
from psfdns.proofs import Place, Proof, Prover, Unprovable

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
    """What became of one wish: a certificate, or why not, CA by CA.

    `kept` is what became of `wish.kept`, where that was tried.
    """

    wish: Wish
    issued: Issued | None
    faults: tuple[Fault, ...] = ()
    kept: Outcome | None = None

    @property
    def got(self) -> Issued | None:
        """The certificate that there is now: for all names, or for those that there were."""
        return self.issued if self.issued is not None or self.kept is None else self.kept.issued


def issue_all(wishes: Sequence[Wish], means: Means) -> list[Outcome]:
    """Get all these certificates; the outcomes in the order of the wishes."""
    run = _Run(means)
    attempts = [Attempt(wish, load_draft(means.desk, wish)) for wish in wishes]
    try:
        run.run(attempts)
    finally:
        run.clean()
    return list(map(_outcome, attempts))


def _outcome(attempt: Attempt) -> Outcome:
    kept = None if attempt.kept is None else _outcome(attempt.kept)
    return Outcome(attempt.wish, attempt.issued, tuple(attempt.faults), kept)


class _Run:
    """The rounds of one run: in each, every certificate that is still wanted is tried at its next CA."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._ledger = Ledger(means.desk, means.rules, means.now)
        self._caa: dict[Question, Asked] = {}
        self._faults: dict[Place, str | None] = {}
        self._bogus: Mapping[Place, str] = {}
        self._lock = threading.Lock()

    def run(self, attempts: Sequence[Attempt]) -> None:
        """Until every certificate is there or has no CA left."""
        self._look_at_places(attempts)
        for each in attempts:
            self._judge_places(each)
        waiting = self._turn(attempts)
        names = (name for each in waiting for wish in each.wish.choices for name in wish.names)
        self._caa = look_up_caa(names, self._means.resolve)
        while waiting:
            self._round(waiting)
            waiting = self._turn(waiting)

    def _turn(self, attempts: Iterable[Attempt]) -> list[Attempt]:
        """Those with a CA to turn to; in the place of one that only new names fail, what goes on without."""
        turned = []
        for each in attempts:
            one = each if each.is_open and each.go_on() else self._go_without(each)
            if one is each or (one is not None and one.is_open and one.go_on()):
                turned.append(one)
        return turned

    def _go_without(self, attempt: Attempt) -> Attempt | None:
        """What is to be had in its place, judged as far as it was looked at."""
        draft, kept = attempt.draft, attempt.wish.kept
        if attempt.issued is not None or kept is None:
            return None
        is_of_all = draft is not None and set(draft.names) == set(attempt.wish.names)
        under_way = draft.ca if draft is not None and is_of_all and draft.order is not None else None
        authorities = choose_authorities(attempt.wish, attempt.faults, under_way=under_way)
        if not authorities:
            return None
        attempt.kept = Attempt(replace(kept, authorities=authorities))
        if draft is not None and set(draft.names) == set(kept.names):
            # It was begun before there were new names.
            attempt.kept.draft = draft
        else:
            self._load_kept(attempt.kept)
        self._judge_places(attempt.kept)
        return attempt.kept

    def _load_kept(self, attempt: Attempt) -> None:
        try:
            attempt.draft = self._means.desk.load_draft(attempt.wish.name, is_kept=True)
        except PsfdnsError as error:
            attempt.give_up(error.summary, hint=error.hint)

    def clean(self) -> None:
        """Proofs are taken away whatever happened; what cannot be is said, and left to the next run."""
        try:
            for remark in self._means.prover.clean():
                self._means.say(f"a proof was left in DNS: {remark}")
        except PsfdnsError as error:
            self._means.say(f"proofs were left in DNS: {error.summary}")

    def _look_at_places(self, attempts: Iterable[Attempt]) -> None:
        wishes = (wish for each in attempts for wish in each.wish.choices)
        places = list(dict.fromkeys(place for wish in wishes for place in wish.places.values()))
        # Of a zone that is bogus a resolver says SERVFAIL, which alone does not tell what is wrong.
        self._bogus = self._means.find_bogus(places)
        self._faults = {**self._means.prover.check(places), **self._bogus}

    def _judge_places(self, attempt: Attempt) -> None:
        """What DNS cannot prove, no CA needs to be asked for."""
        found: dict[str, list[Place]] = {}
        for place in attempt.wish.places.values():
            fault = self._faults[place]
            if fault is not None:
                found.setdefault(fault, []).append(place)
        for fault, places in found.items():
            is_pointed = places[0].target is not None and places[0] not in self._bogus
            hint = _DELEGATE.format(attempt.wish.name) if is_pointed else None
            attempt.give_up(fault, hint=hint, names=_names_at(attempt.wish, places))

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
        verdicts = {name: judge_caa(name, self._caa, asking) for name in attempt.wish.names}
        attempt.remarks = list(dict.fromkeys(each.remark for each in verdicts.values() if each.remark))
        faults = {name: each.fault for name, each in verdicts.items() if each.fault}
        if faults:
            attempt.fail("; ".join(dict.fromkeys(faults.values())), names=faults)

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
            found: dict[str, list[Place]] = {}
            for each in one.asked:
                fault = verdicts[each.proof]
                if fault is not None:
                    found.setdefault(fault, []).append(each.proof.place)
            for fault, places in found.items():
                about = _names_at(one.wish, places) if isinstance(fault, Unprovable) else ()
                one.give_up(fault, names=about)

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
        attempt.issued = issued
        try:
            self._ledger.keep(attempt)
            forget_drafts(means.desk, attempt)
        except PsfdnsError as error:
            # It is there, whatever the next run finds.
            means.say(f"{attempt.wish.name}: {error.summary}")


def _names_at(wish: Wish, places: Iterable[Place]) -> list[str]:
    """The names that are proved there."""
    bare = {place.name for place in places}
    return [name for name in wish.names if without_wildcard(name) in bare]


__all__ = ["Fault", "Issued", "Means", "Outcome", "Wish", "issue_all"]
