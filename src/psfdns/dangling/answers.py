"""What answers say of a target: there, gone, empty, in a circle, or nothing to rely on. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from psfdns.lookup.answer import Answer, Failure, Question
from psfdns.lookup.ask import Asked
from psfdns.lookup.hosts import MAX_ALIASES


class State(enum.StrEnum):
    """How it is with a target."""

    THERE = "there"
    GONE = "gone"
    """NXDOMAIN (RFC 8020): neither the name nor anything below it."""
    EMPTY = "empty"
    """The name exists, with none of the types asked for (NODATA, RFC 2308 §2.2)."""
    CIRCLE = "circle"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Heard:
    """The state of a target. `chain`: the target, and the names that its CNAMEs led on to.

    `values` are those of the type that was found, `why` says why nothing is known.
    """

    state: State
    chain: tuple[str, ...]
    values: tuple[str, ...] = ()
    why: str = ""

    @property
    def end(self) -> str:
        """The last name that was reached."""
        return self.chain[-1]


def read_target(target: str, types: Sequence[str], answers: Mapping[Question, Asked]) -> Heard:
    """What the answers say together; types are taken in order, the first that is there suffices.

    A question that was not asked yet is passed over. An SPF domain has a TXT only in one that is SPF.
    """
    heard = Heard(State.UNKNOWN, (target,), why="it was not asked for")
    unknown: Heard | None = None
    for rdtype in types:
        asked = answers.get(Question(target, rdtype))
        if asked is None:
            continue
        heard = read_answer(asked)
        if heard.state is State.UNKNOWN:
            unknown = unknown or heard
        elif heard.state is not State.EMPTY:
            return heard
    # What one type could not be asked for may be there.
    return unknown or heard


def read_answer(asked: Asked) -> Heard:
    """One answer of a resolver."""
    name = asked.question.name
    if isinstance(asked, Failure):
        who = "" if asked.server is None else f"resolver {asked.server} "
        return Heard(State.UNKNOWN, (name,), why=who + asked.words)
    chain, is_circle = _follow(asked)
    if asked.rcode not in {"NOERROR", "NXDOMAIN"}:
        return Heard(State.UNKNOWN, chain, why=f"resolver {asked.server} says {asked.rcode}")
    if is_circle:
        return Heard(State.CIRCLE, chain)
    found = asked.answered(chain[-1], asked.question.type)
    if found is not None:
        return Heard(State.THERE, chain, found.values)
    if not asked.recursion_available and (not asked.authoritative or len(chain) > 1):
        return Heard(State.UNKNOWN, chain, why=f"{asked.server} is no resolver")
    return Heard(State.GONE if asked.rcode == "NXDOMAIN" else State.EMPTY, chain)


def _follow(answer: Answer) -> tuple[tuple[str, ...], bool]:
    """The names from the question on, and whether they come back or do not end.

    The response code belongs to the last of them (RFC 6604 §3).
    """
    chain = [answer.question.name]
    while len(chain) <= MAX_ALIASES:
        alias = answer.answered(chain[-1], "CNAME")
        if alias is None or answer.question.type == "CNAME":
            return tuple(chain), False
        onward = alias.values[0]
        if onward in chain:
            return (*chain, onward), True
        chain.append(onward)
    return tuple(chain), True


def without_sender(heard: Heard) -> Heard:
    """What an SPF `include` or `redirect` finds: a TXT that is no SPF is none (RFC 7208 §5.2)."""
    is_sender = any(value[1:].lower().startswith(("v=spf1 ", 'v=spf1"')) for value in heard.values)
    return heard if heard.state is not State.THERE or is_sender else replace(heard, state=State.EMPTY)
