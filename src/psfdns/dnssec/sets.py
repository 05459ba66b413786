"""The record sets of a zone, each at the servers that were asked for it: signed, denied, or lost. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.SOA import SOA

from psfdns.dnssec.algorithms import algorithm_name
from psfdns.dnssec.denial import Denial, judge_manners, lacks_expansion, read_denial
from psfdns.dnssec.finding import Problem, Seen, join
from psfdns.dnssec.keys import signing_algorithms
from psfdns.dnssec.signatures import Signature, Verifier, judge_signatures
from psfdns.lookup.answer import Question
from psfdns.lookup.hearing import DENIED_TYPE, At, ZoneHeard
from psfdns.lookup.parents import NameServer
from psfdns.lookup.signed import Reply, SignedSet
from psfdns.names import relative_to

APEX_TYPES = ("SOA", "NS", "CDS", "CDNSKEY")


@dataclass(frozen=True, slots=True)
class SetReading:
    """What one server said to one question, judged; `found`: it gave the set that was asked for.

    `is_sound`: a validator would accept it, be it a set or the proof that there is none.
    """

    at: NameServer
    question: Question
    is_sound: bool
    found: bool = False
    signatures: tuple[Signature, ...] = ()
    problems: tuple[Problem, ...] = ()
    denial: Denial | None = None


class _Judged(NamedTuple):
    """A set that was given."""

    signatures: tuple[Signature, ...]
    problems: tuple[Problem, ...]
    is_sound: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Judges answers of one zone by its keys."""

    zone: str
    keys: tuple[DNSKEY, ...]
    verifier: Verifier

    def read(self, told: At) -> SetReading | None:
        """One answer; None where there is none to judge."""
        at, heard = told
        if not isinstance(heard, Reply) or not heard.is_usable:
            return None
        if heard.answered() is None and not heard.answer:
            denial = read_denial(heard, self.zone, self.keys, self.verifier)
            return SetReading(
                at,
                heard.question,
                denial.is_sound,
                signatures=denial.signatures,
                problems=denial.problems,
                denial=denial,
            )
        return self._read_set(at, heard)

    def is_sound(self, told: At) -> bool:
        """Whether one server's word is enough, be it a set or that there is none."""
        reading = self.read(told)
        return reading is not None and reading.is_sound

    def _read_set(self, at: NameServer, reply: Reply) -> SetReading:
        heard = reply.answered()
        if heard is None:
            return SetReading(at, reply.question, is_sound=True)
        judged = self._judge(reply, heard)
        return SetReading(
            at,
            reply.question,
            judged.is_sound,
            found=True,
            signatures=judged.signatures,
            problems=judged.problems,
        )

    def _judge(self, reply: Reply, heard: SignedSet) -> _Judged:
        what = self.shown(reply.question)
        signatures = self.verifier.check(heard, self.zone, self.keys)
        problems = [*judge_signatures(heard, signatures, what, self.verifier.now)]
        problems += missing_algorithms(self.keys, signatures, what)
        valid = [each.labels for each in signatures if each.is_valid]
        if not valid:
            return _Judged(signatures, tuple(problems), is_sound=False)
        lacking = lacks_expansion(reply, min(valid), self.zone, self.keys, self.verifier)
        problems += [lacking._replace(what=what)] if lacking else []
        return _Judged(signatures, tuple(problems), is_sound=lacking is None)

    def shown(self, question: Question) -> str:
        """`www A`; at the apex the type alone."""
        if question.name == self.zone:
            return question.type
        return f"{relative_to(question.name, self.zone)} {question.type}"


def missing_algorithms(
    keys: Sequence[DNSKEY], signatures: Sequence[Signature], what: str
) -> Iterator[Problem]:
    """Algorithms of keys that do not sign, where others do."""
    missing = signing_algorithms(keys) - {each.algorithm for each in signatures}
    if signatures and missing:
        names = join(algorithm_name(number) for number in sorted(missing))
        yield Problem(
            "MISSING_RRSIG_FOR_ALG", f"{{what}} is not signed with {names}, of which there are keys", what
        )


@dataclass(frozen=True, slots=True)
class Sets:
    """Everything that was read of a zone's sets; `lost` are questions that no server answers soundly."""

    readings: tuple[SetReading, ...]
    seen: tuple[Seen, ...]
    lost: tuple[Question, ...]


def read_sets(
    heard: ZoneHeard, wanted: Mapping[Question, tuple[At, ...]], reader: Reader, *, expected: bool
) -> Sets:
    """Judge the apex, the denials and the sets of the zone file; `expected`: the zone should have these."""
    told = {question: each for question, each in heard.told.items() if question.type != "DNSKEY"}
    told |= wanted
    readings: list[SetReading] = []
    seen: list[Seen] = []
    lost: list[Question] = []
    for question, each in told.items():
        found = [reading for reading in map(reader.read, each) if reading is not None]
        readings += found
        if found and not any(reading.is_sound for reading in found):
            lost.append(question)
        if expected and question in wanted:
            seen += _judge_wanted(question, found, reader)
        seen += (Seen(problem, str(reading.at)) for reading in found for problem in reading.problems)
    denials = [(each.at, each.denial) for each in readings if each.denial is not None and _is_asked(each)]
    return Sets(tuple(readings), (*seen, *judge_manners(denials)), tuple(lost))


def _is_asked(reading: SetReading) -> bool:
    """Whether the denial was asked for, by a name or type that is not there."""
    return reading.question.type in {DENIED_TYPE, "A"}


def _judge_wanted(question: Question, found: Sequence[SetReading], reader: Reader) -> Iterator[Seen]:
    """A set of the zone file that nobody told, or that is not there."""
    what = reader.shown(question)
    if not found:
        yield Seen(Problem("SET_NOT_ASKED", "no server told whether it has {what}", what))
    elif not any(reading.found for reading in found):
        yield Seen(Problem("SET_NOT_FOUND", "not served, and in the zone file: {what}", what))


def judge_serials(heard: ZoneHeard) -> Iterator[Seen]:
    """Servers with different serials have different contents."""
    told: defaultdict[int, list[str]] = defaultdict(list)
    for at, reply in heard.of("SOA"):
        found = reply.answered() if isinstance(reply, Reply) and reply.is_usable else None
        for rdata in found.rrset if found else ():
            if isinstance(rdata, SOA):
                told[rdata.serial].append(str(at))
    if len(told) > 1:
        problem = Problem("SERIAL_MISMATCH", f"servers have serials {join(map(str, sorted(told)))}")
        newest = max(told)
        yield from (
            Seen(problem, at) for serial, servers in told.items() if serial != newest for at in servers
        )
