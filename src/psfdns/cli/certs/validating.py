"""Whether a CA, which has to validate DNSSEC, will be able to believe what DNS says of names.

CAs must since 15 March 2026 (CA/Browser Forum Baseline Requirements §3.2.2.4), for the proof and for CAA
alike. So a zone that is bogus is found before a CA is asked. What nobody could be asked about is left to the
CA, and so is what lies in no zone that is secure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Validation:
    """Looks at the zones of places, each of them once."""

    descent: Descent

    def find_bogus(self, places: Sequence[Place]) -> dict[Place, str]:
        """By place, why a CA would refuse it; one that is not in it is well, or nothing is known of it."""
        asked = {place: questions_of(place) for place in places}
        zones = self._zones({question for questions in asked.values() for question in questions})
        by_zone: dict[str, list[Question]] = {}
        for question, cut in zones.items():
            by_zone.setdefault(cut.zone, []).append(question)
        cuts = {cut.zone: cut for cut in zones.values()}
        faults: dict[Question, str] = {}
        with ThreadPoolExecutor(THREADS, thread_name_prefix="dnssec") as pool:
            for found in pool.map(lambda zone: self._judge(cuts[zone], by_zone[zone]), by_zone):
                faults |= found
        return {
            place: next(faults[each] for each in questions if each in faults)
            for place, questions in asked.items()
            if any(each in faults for each in questions)
        }

    def _zones(self, questions: Iterable[Question]) -> dict[Question, Cut]:
        """The zone that each lies in, of those of which it could be found out."""
        found = {}
        for question in sorted(questions):
            try:
                found[question] = self.descent.means.find_cut(question.name)
            except LookupFailedError:
                continue
        return found

    def _judge(self, cut: Cut, questions: Sequence[Question]) -> Mapping[Question, str]:
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
    from psfdns.cli.wiring import now

    return Validation(Descent(open_chain_means(workspace, access), open_anchors(workspace), now()))


def questions_of(place: Place) -> tuple[Question, ...]:
    """What a CA asks about a name: where its challenge leads, what stands there, and who may issue."""
    target = (Question(place.target, "TXT"),) if place.target is not None else ()
    return (Question(f"{place.name}.", "CAA"), Question(place.owner, "CNAME"), *target)


def _words(zone: str, why: str) -> str:
    name = zone.removesuffix(".") or zone
    return f"DNSSEC of {zone} is broken, so that CAs refuse it: {why} (psfdns dnssec status {name})"
