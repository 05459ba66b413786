"""What several name servers say of one zone, put together: where they agree and where they differ. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from psfdns.lookup.answer import Answer, Failure, HeardSet, find_set
from psfdns.lookup.ask import Asked
from psfdns.lookup.parents import NameServer
from psfdns.names import is_subdomain

MAX_SETS = 20_000
"""Record sets that are kept of a zone that nobody handed over."""
MAX_CHARACTERS = 8 << 20
"""Of all values together."""
MAX_LEFT_OUT = 200
"""Reasons that are told; whoever wants to fill a screen fills one."""

Key = tuple[str, str]
"""Canonical name and type."""


class Difference(NamedTuple):
    """Name servers that do not say the same; an answer without values is "nothing there"."""

    name: str
    type: str
    answers: tuple[tuple[NameServer, int | None, tuple[str, ...]], ...]


class LeftOut(NamedTuple):
    """Something heard that is not taken, and why."""

    name: str
    type: str
    why: str


class Unanswered(NamedTuple):
    """A question that no server answered."""

    name: str
    type: str
    why: str


class Opinions:
    """Record sets by who says them."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._heard: dict[Key, dict[NameServer, HeardSet | None]] = {}
        self._failed: dict[Key, str] = {}
        self._left_out: dict[LeftOut, None] = {}
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return len(self._heard) >= MAX_SETS or self._size >= MAX_CHARACTERS

    def hear_zone(self, server: NameServer, sets: Iterable[HeardSet]) -> None:
        """A whole zone, in pieces: what it lacks is not there."""
        pieces: dict[Key, list[HeardSet]] = {}
        for piece in sets:
            if is_subdomain(piece.name, self._zone):
                pieces.setdefault((piece.name, piece.type), []).append(piece)
            else:
                self._leave_out(piece.name, piece.type, "lies outside the zone")
        missing = dict.fromkeys(self._heard)
        for key, heard in ((key, _joined(some)) for key, some in pieces.items()):
            whose = self._heard.setdefault(key, dict.fromkeys(self._speakers()))
            whose[server] = heard
            missing.pop(key, None)
        for key in missing:
            self._heard[key][server] = None

    def _speakers(self) -> list[NameServer]:
        """Who has handed over a zone so far."""
        return list(next(iter(self._heard.values()), {}))

    def hear(self, server: NameServer, asked: Asked) -> None:
        """An answer to one question, or that there was none."""
        key = asked.question.name, asked.question.type
        why = _why_unusable(asked)
        if why is not None:
            self._failed.setdefault(key, why)
            return
        assert isinstance(asked, Answer)  # noqa: S101 - it is usable
        taken = False
        for heard in self._sets_of(asked):
            if self.is_full:
                return
            self._heard.setdefault((heard.name, heard.type), {})[server] = heard
            self._size += sum(map(len, heard.values))
            taken = taken or (heard.name, heard.type) == key
        if not taken and asked.referral is None:
            self._heard.setdefault(key, {}).setdefault(server, None)

    def _sets_of(self, answer: Answer) -> Iterator[HeardSet]:
        name = answer.question.name
        referral = answer.referral
        if referral is not None:
            yield from self._sets_of_referral(answer, referral)
            return
        followed = {name}
        for heard in answer.answer:
            if heard.name == name and heard.type in {answer.question.type, "CNAME"}:
                yield heard
                followed |= set(heard.values) if heard.type == "CNAME" else set()
            elif heard.name in followed and heard.type == "CNAME":
                followed |= set(heard.values)
            elif heard.name not in followed and heard.type not in {"RRSIG", "DNAME"}:
                self._leave_out(heard.name, heard.type, "was not asked for")

    def _sets_of_referral(self, answer: Answer, referral: HeardSet) -> Iterator[HeardSet]:
        """The delegation of a part of the zone, and the addresses that only it can give."""
        if referral.name == self._zone or not is_subdomain(referral.name, self._zone):
            self._leave_out(referral.name, "NS", "a referral out of the zone")
            return
        yield referral
        ds = find_set(answer.authority, referral.name, "DS")
        if ds is not None:
            yield ds
        for heard in answer.additional:
            glue = heard.type in {"A", "AAAA"} and heard.name in referral.values
            if glue and is_subdomain(heard.name, referral.name):
                yield heard

    def _leave_out(self, name: str, rdtype: str, why: str) -> None:
        if len(self._left_out) < MAX_LEFT_OUT:
            self._left_out[LeftOut(name, rdtype, why)] = None

    def forget(self, names: Collection[str]) -> None:
        """Take out what was only a probe."""
        for key in [key for key in self._heard if key[0] in names]:
            del self._heard[key]
        for key in [key for key in self._failed if key[0] in names]:
            del self._failed[key]

    def forget_covered(self, wildcard: str, names: Collection[str]) -> None:
        """Take out names that answer just as the wildcard does: nobody can tell that they are there."""
        by_name: dict[str, dict[str, tuple[str, ...]]] = {}
        for heard in self.agreed():
            by_name.setdefault(heard.name, {})[heard.type] = heard.values
        pattern = by_name.get(wildcard)
        if not pattern:
            return
        covered = {
            name
            for name in names
            if by_name.get(name) and all(pattern.get(kind) == said for kind, said in by_name[name].items())
        }
        for key in [key for key in self._heard if key[0] in covered]:
            del self._heard[key]

    def agreed(self) -> tuple[HeardSet, ...]:
        """Each record set once: what most servers say, of equals what the first says."""
        return tuple(found for said in self._heard.values() if (found := _commonest(said)) is not None)

    def differences(self) -> tuple[Difference, ...]:
        """Where the servers do not say the same."""
        return tuple(
            Difference(name, rdtype, tuple((server, *_words(heard)) for server, heard in said.items()))
            for (name, rdtype), said in self._heard.items()
            if len({_words(heard) for heard in said.values()}) > 1
        )

    def left_out(self) -> tuple[LeftOut, ...]:
        """What was heard and not taken."""
        full = LeftOut(self._zone, "*", "more was heard than a zone holds: the rest was not asked for")
        return (*self._left_out, *([full] if self.is_full else []))

    def unanswered(self) -> tuple[Unanswered, ...]:
        """What nobody answered."""
        return tuple(
            Unanswered(name, rdtype, why)
            for (name, rdtype), why in self._failed.items()
            if (name, rdtype) not in self._heard
        )


def _why_unusable(asked: Asked) -> str | None:
    if isinstance(asked, Failure):
        return asked.words
    if asked.rcode not in {"NOERROR", "NXDOMAIN"}:
        return f"says {asked.rcode}"
    if not asked.authoritative and asked.referral is None:
        return "answers, but not as an authority"
    return None


def _joined(pieces: list[HeardSet]) -> HeardSet:
    """One record set of one TTL, the shortest (RFC 2181 §5.2)."""
    values = tuple(sorted({value for piece in pieces for value in piece.values}))
    return replace(pieces[0], ttl=min(piece.ttl for piece in pieces), values=values)


def _words(heard: HeardSet | None) -> tuple[int | None, tuple[str, ...]]:
    return (None, ()) if heard is None else (heard.ttl, heard.values)


def _commonest(said: dict[NameServer, HeardSet | None]) -> HeardSet | None:
    counts = Counter(heard for heard in said.values() if heard is not None)
    return counts.most_common(1)[0][0] if counts else None
