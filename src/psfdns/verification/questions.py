"""What to ask after an apply, and what may be answered: from the plan and what was live before. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from psfdns.lookup.answer import Question
from psfdns.names import parent_of
from psfdns.plans.host import LiveZone
from psfdns.plans.plan import ZonePlan
from psfdns.records import RRset, RRsetKey


@dataclass(frozen=True, slots=True)
class Expectation:
    """A question and what stands behind its answer.

    `sets` are all record sets of the name and type after the apply: several where they are routed, none
    where the name and type are gone; then `wildcards` may answer in their place. `delegated`: a
    delegation of the zone lies at or above the name. `anything`: of the name and type is live what psfdns
    cannot express, so that every answer is right.
    """

    question: Question
    sets: tuple[RRset, ...] = ()
    wildcards: tuple[RRset, ...] = ()
    delegated: bool = False
    anything: bool = False


def questions_for(plan: ZonePlan, live: LiveZone | None) -> tuple[Expectation, ...]:
    """One expectation for each name and type that the plan changes, and for a new zone that it is there.

    `live` is what the plan was made from, None for a zone that it creates.
    """
    after = _After(plan, live)
    changed = dict.fromkeys(Question(change.key.name, change.key.type) for change in plan.changes)
    asked = [after.expect(question) for question in changed]
    if live is None:
        asked.insert(0, Expectation(Question(plan.origin, "SOA"), anything=True))
    return tuple(asked)


class _After:
    """The zone as it is when the whole plan is applied."""

    def __init__(self, plan: ZonePlan, live: LiveZone | None) -> None:
        rrsets = dict(live.zone.rrsets) if live else {}
        foreign = [each.key for each in live.foreign] if live else []
        for change in plan.changes:
            rrsets.pop(change.key, None)
            if change.after is not None:
                rrsets[change.key] = change.after
        self.origin = plan.origin
        self.sets = _by_question(rrsets)
        self.unknown = {Question(key.name, key.type) for key in foreign}
        self.cuts = {name for name, rdtype in (*self.sets, *self.unknown) if rdtype == "NS"}
        self.names = set(self._names_between(question.name for question in (*self.sets, *self.unknown)))

    def _names_between(self, names: Iterable[str]) -> Iterator[str]:
        """The names and those above them, which exist too (RFC 4592 §2.2.2)."""
        seen = {self.origin}
        yield self.origin
        for name in names:
            above = name
            while above not in seen and above != ".":
                seen.add(above)
                yield above
                above = parent_of(above)

    def expect(self, question: Question) -> Expectation:
        """What may be answered."""
        sets = self.sets.get(question, ())
        wildcards = () if sets else self._wildcards_for(question)
        anything = question in self.unknown
        return Expectation(question, sets, wildcards, self._is_delegated(question.name), anything)

    def _wildcards_for(self, question: Question) -> tuple[RRset, ...]:
        """The record sets of the wildcard that covers a name which is not there (RFC 4592 §3.3.1)."""
        if question.name in self.names:
            return ()
        above = parent_of(question.name)
        while above not in self.names and above != ".":
            above = parent_of(above)
        return self.sets.get(Question(f"*.{above}", question.type), ())

    def _is_delegated(self, name: str) -> bool:
        if not self.cuts:
            return False
        while name not in {self.origin, "."}:
            if name in self.cuts:
                return True
            name = parent_of(name)
        return False


def _by_question(rrsets: Mapping[RRsetKey, RRset]) -> dict[Question, tuple[RRset, ...]]:
    found: defaultdict[Question, list[RRset]] = defaultdict(list)
    for key, rrset in rrsets.items():
        found[Question(key.name, key.type)].append(rrset)
    return {question: tuple(sets) for question, sets in found.items()}
