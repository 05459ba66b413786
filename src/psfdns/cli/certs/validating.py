"""Whether a CA, which has to validate DNSSEC, will be able to believe what DNS says of names.

CAs must since 15 March 2026 (CA/Browser Forum Baseline Requirements §3.2.2.4), for the proof and for CAA
alike. So a zone that is bogus is found before a CA is asked. What nobody could be asked about is left to the
CA, and so is what lies in no zone that is secure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.dnssec.chain import Security
from psfdns.dnssec.finding import gather, seen_at
from psfdns.dnssec.sets import Reader
from psfdns.dnssec.signatures import Verifier
from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Question
from psfdns.lookup.hearing import hear_sets

if TYPE_CHECKING:
    from psfdns.cli.descent import Descent
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.lookup.parents import Cut
    from psfdns.proofs import Place

THREADS = 8
SECONDS = 120.0
"""After these nobody new is asked: one tenant's silent servers keep no other's certificates waiting."""


@dataclass(frozen=True, slots=True)
class Validation:
    """Looks at the zones of places, each of them once; `clock` tells seconds."""

    descent: Descent
    clock: Callable[[], float]

    def find_bogus(self, places: Sequence[Place]) -> dict[Place, str]:
        """By place, why a CA would refuse it; one that is not in it is well, or nothing is known of it."""
        asked = {place: questions_of(place) for place in places}
        faults = self._find_faults(dict.fromkeys(each for questions in asked.values() for each in questions))
        return {
            place: next(faults[each] for each in questions if each in faults)
            for place, questions in asked.items()
            if any(each in faults for each in questions)
        }

    def _find_faults(self, questions: Collection[Question]) -> dict[Question, str]:
        until = self.clock() + SECONDS
        faults: dict[Question, str] = {}
        with ThreadPoolExecutor(THREADS, thread_name_prefix="dnssec") as pool:
            found = zip(questions, pool.map(lambda each: self._find_cut(each, until), questions), strict=True)
            by_zone: dict[str, list[Question]] = {}
            cuts: dict[str, Cut] = {}
            for question, cut in found:
                if cut is not None:
                    by_zone.setdefault(cut.zone, []).append(question)
                    cuts[cut.zone] = cut
            for told in pool.map(lambda zone: self._judge(cuts[zone], by_zone[zone], until), by_zone):
                faults |= told
        return faults

    def _find_cut(self, question: Question, until: float) -> Cut | None:
        """The zone that it lies in, where that can be found out in time."""
        if self.clock() >= until:
            return None
        try:
            return self.descent.means.find_cut(question.name)
        except LookupFailedError:
            return None

    def _judge(self, cut: Cut, questions: Sequence[Question], until: float) -> Mapping[Question, str]:
        if self.clock() >= until:
            return {}
        trust = self.descent.trust(cut.zone)
        if trust.security is Security.BOGUS:
            return dict.fromkeys(questions, _words(cut.zone, trust.cause))
        if not trust.is_secure:
            return {}
        reader = Reader(cut.zone, trust.keys, Verifier(self.descent.now))
        told = hear_sets(questions, cut.servers, self.descent.means.ask, reader.is_sound)
        faults = {}
        for question, heard in told.items():
            readings = [each for each in map(reader.read, heard) if each is not None]
            if readings and not any(each.is_sound for each in readings):
                found = gather(seen_at(problem for each in readings for problem in each.problems))
                what = found[0].summary if found else "nothing that its servers say of it is signed"
                faults[question] = _words(cut.zone, f"{' '.join(question)}: {what}")
        return faults


def open_validation(workspace: Workspace, access: Access) -> Validation:
    """From the trust anchors of `[resolver]` down. Raises LookupFailedError where they cannot be read."""
    from psfdns.cli.descent import Descent
    from psfdns.cli.resolving import open_anchors, open_chain_means
    from psfdns.cli.wiring import monotonic, now

    descent = Descent(open_chain_means(workspace, access), open_anchors(workspace), now())
    return Validation(descent, monotonic)


def questions_of(place: Place) -> tuple[Question, ...]:
    """What a CA asks about a name: where its challenge leads, what stands there, and who may issue."""
    target = (Question(place.target, "TXT"),) if place.target is not None else ()
    return (Question(f"{place.name}.", "CAA"), Question(place.owner, "CNAME"), *target)


def _words(zone: str, why: str) -> str:
    name = zone.removesuffix(".") or zone
    return f"DNSSEC of {zone} is broken, so that CAs refuse it: {why} (psfdns dnssec status {name})"
