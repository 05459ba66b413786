"""A zone, its parents, Route 53 and a registrar over time, and every resolver that there could be.

Nothing is fetched here: of each server it is kept what it had from when to when, so that afterwards every
moment is looked at, with everything that a cache may hold then. A resolver may have asked any server at any
moment, and keeps each answer for the TTL that it had.
"""

from __future__ import annotations

import datetime
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.advance import Keeping, NotDoneError, Outcome, advance
from psfdns.dnssec.procedures.begin import Request, go_back
from psfdns.dnssec.procedures.begin import begin as begin_record
from psfdns.dnssec.procedures.decide import Decision
from psfdns.dnssec.procedures.record import Action, Deed, Kind, Record
from psfdns.dnssec.procedures.seen import (
    ACTIVE,
    INACTIVE,
    NOT_SIGNING,
    SIGNING,
    Ksk,
    ParentSaid,
    Seen,
    ServerSaid,
)
from psfdns.dnssec.procedures.shapes import from_json, to_json
from psfdns.dnssec.procedures.step import Refuse
from psfdns.errors import PsfdnsError

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
Second = int
ZONE = "ours.example."


class KilledError(BaseException):
    """The process ends here, whatever it was about to do."""


class Span(NamedTuple):
    """Something that may be cached, from when to when."""

    what: frozenset[str]
    begin: Second
    end: Second


@dataclass
class Timeline:
    """What one server has, by when it began to have it; changes that are to come are in it already."""

    changes: list[tuple[Second, frozenset[str]]] = field(default_factory=lambda: [(0, frozenset())])

    def at(self, now: Second) -> frozenset[str]:
        return [what for start, what in self.changes if start <= now][-1]

    def change(self, at: Second, what: frozenset[str]) -> None:
        """A server takes in one change after the other."""
        self.changes.append((max(at, self.changes[-1][0]), what))

    def spans(self, until: Second) -> Iterator[Span]:
        ends = [start for start, _ in self.changes[1:]] + [until]
        for (start, what), end in zip(self.changes, ends, strict=True):
            if start < end:
                yield Span(what, start, end)


NEVER = 1 << 62


class TtlChange(NamedTuple):
    """A TTL, and another one after it was seen so often: what nobody ever saw, nobody can wait for."""

    first: Second
    then: Second
    looks: int = NEVER
    at: Second = NEVER

    def seen(self, now: Second) -> TtlChange:
        """Once more."""
        return self._replace(looks=self.looks - 1, at=now if self.looks == 1 else self.at)

    def now(self, now: Second) -> Second:
        return self.first if now < self.at else self.then

    def cached(self, span: Span) -> Iterator[Span]:
        """For how long it may be cached what was fetched during a span."""
        for start, end, ttl in (
            (span.begin, min(span.end, self.at), self.first),
            (max(span.begin, self.at), span.end, self.then),
        ):
            if start < end:
                yield Span(span.what, start, end + ttl)


@dataclass
class World:
    """`lags`: what a change takes to the zone's servers; `ways`: from the registrar's list to the parents."""

    ttls: dict[str, TtlChange]
    lags: tuple[Second, ...] = (5, 40)
    listed_after: Second = 0
    ways: tuple[Second, ...] = (60, 3600)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    now: Second = 0
    parents: list[Timeline] = field(default_factory=list)
    servers: list[Timeline] = field(default_factory=list)
    registrar: Timeline = field(default_factory=Timeline)
    ksks: dict[str, Ksk] = field(default_factory=dict)
    signing: bool = False
    changes: dict[str, Second] = field(default_factory=dict)
    silent: float = 0.0
    is_begun: bool = False
    kill_at: int = -1
    lose_at: int = -1
    asked: int = 0
    deeds: list[Action] = field(default_factory=list)
    kept: str = ""

    def __post_init__(self) -> None:
        self.parents = [Timeline() for _ in self.ways]
        self.servers = [Timeline() for _ in self.lags]

    # What a procedure sees and does.

    def look(self, _: Record) -> Seen:
        self._tick()
        signed = [each.at(self.now) for each in self.servers]
        ds = [each.at(self.now) for each in self.parents]
        status = self._status(ds, signed)
        there = {timing.DS: any(ds), timing.DNSKEY: any(signed)}
        kinds = [kind for kind in self.ttls if there.get(kind, True)]
        ttls = {kind: self.ttls[kind].now(self.now) for kind in kinds}
        self.ttls |= {kind: self.ttls[kind].seen(self.now) for kind in kinds}
        return Seen(
            status,
            "as the test has it",
            parents=tuple(
                ParentSaid(f"p{number}", None if self._is_silent() else each)
                for number, each in enumerate(ds)
            ),
            servers=tuple(
                ServerSaid(f"s{number}", *((None, frozenset()) if self._is_silent() else (each, each)))
                for number, each in enumerate(signed)
            ),
            ttls=ttls,
            signing=SIGNING if self.signing else NOT_SIGNING,
            ksks=tuple(self.ksks.values()),
            at_registrar=self.registrar.at(self.now),
            in_sync=frozenset(change for change, at in self.changes.items() if at <= self.now),
        )

    def _is_silent(self) -> bool:
        return not self.is_begun and self.chance.random() < self.silent

    @staticmethod
    def _status(ds: list[frozenset[str]], signed: list[frozenset[str]]) -> str:
        claimed = frozenset[str]().union(*ds)
        if not claimed:
            return "insecure"
        return "secure" if any(keys & claimed for keys in signed) else "bogus"

    def agree(self, _: Action, __: Record) -> bool:
        return True

    def act(self, action: Action, record: Record) -> Outcome:
        self._tick()
        outcome = self._do(action, record)
        self.deeds.append(action)
        self._tick()
        if self.asked == self.lose_at:
            raise PsfdnsError("the answer was lost")
        return outcome

    def _tick(self) -> None:
        """Everything takes a second; at one of them the process may end."""
        self.now += 1
        self.asked += 1
        if self.asked == self.kill_at:
            raise KilledError

    def _do(self, action: Action, record: Record) -> Outcome:
        if action.deed is Deed.MAKE_KMS_KEY:
            return Outcome(arn=f"arn:{action.of}")
        if action.deed is Deed.ADD_DS:
            self.order(lambda listed: listed | {action.of})
            return Outcome()
        if action.deed is Deed.REMOVE_DS:
            self.order(lambda listed: listed - {action.of})
            return Outcome()
        if action.deed in {Deed.SIGN, Deed.STOP_SIGNING}:
            self.signing = action.deed is Deed.SIGN
        elif action.deed is Deed.CREATE_KSK:
            self._create(action.of, record)
        elif action.deed is Deed.DELETE_KSK:
            self._delete(action.of)
        else:
            self._set(action.of, ACTIVE if action.deed is Deed.ACTIVATE_KSK else INACTIVE)
        return Outcome(change=self._bring())

    def _create(self, name: str, record: Record) -> None:
        if name not in self.ksks and len(self.ksks) == 2:
            raise NotDoneError("TooManyKeySigningKeys")
        ds = f"{len(self.changes) + 100} 13 2 {name}"
        arn = record.key.arn if record.key else ""
        self.ksks.setdefault(name, Ksk(name, ACTIVE, ds, "key", arn))

    def _delete(self, name: str) -> None:
        if name in self.ksks and self.ksks[name].status != INACTIVE:
            raise NotDoneError("InvalidKeySigningKeyStatus")
        self.ksks.pop(name, None)

    def _set(self, name: str, status: str) -> None:
        key = self.ksks[name]
        others = [each for each in self.ksks.values() if each.status == ACTIVE and each.name != name]
        if status == INACTIVE and self.signing and not others:
            raise NotDoneError("KeySigningKeyInUse")
        self.ksks[name] = Ksk(key.name, status, key.ds, key.public_key, key.arn)

    def _bring(self) -> str:
        """To every server of the zone, to each in its time."""
        keys = (
            frozenset(key.ds for key in self.ksks.values() if key.status == ACTIVE)
            if self.signing
            else frozenset()
        )
        for server, lag in zip(self.servers, self.lags, strict=True):
            server.change(self.now + lag, keys)
        change = f"C{len(self.changes)}"
        self.changes[change] = max(server.changes[-1][0] for server in self.servers)
        return change

    def order(self, change: object) -> None:
        """To the registrar's list, and from there to each server of the parent."""
        assert callable(change)
        listed = change(self.registrar.changes[-1][1])
        self.registrar.change(self.now + self.listed_after, listed)
        for parent, way in zip(self.parents, self.ways, strict=True):
            parent.change(self.now + self.listed_after + way, listed)

    # Time.

    def clock(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self.now)

    def keep(self, record: Record) -> None:
        self._tick()
        self.kept = json.dumps(to_json(record))

    @property
    def record(self) -> Record | None:
        return from_json(json.loads(self.kept)) if self.kept else None

    def request(self, number: int = 1) -> Request:
        return Request(ZONE, "Z1", None, True, self.clock(), f"key_{number}")

    def run(self) -> Decision | None:
        """One run of `dnssec continue`; None where it was killed, or an answer was lost."""
        record = self.record
        assert record is not None
        try:
            return advance(record, self, Keeping("test", self.clock, self.keep))
        except (KilledError, PsfdnsError):
            return None

    def begin(self, kind: Kind, number: int = 1) -> None:
        self.is_begun = True
        seen = self.look(self.record)  # type: ignore[arg-type]
        self.is_begun = False
        record = begin_record(kind, self.request(number), seen, self.record)
        if record is None:
            assert self.record is None or not self.record.is_open
        else:
            self.keep(record)

    def turn_back(self, number: int = 9) -> None:
        record = self.record
        assert record is not None
        self.is_begun = True
        self.keep(go_back(record, self.request(number), self.look(record)))
        self.is_begun = False

    def finish(self, *, every: Second = 20_000, most: int = 5000) -> None:
        """Until the procedure has ended."""
        decision: Decision | None = None
        for _ in range(most):
            decision = self.run()
            assert decision is None or not isinstance(decision.verdict, Refuse), decision
            record = self.record
            assert record is not None
            if not record.is_open:
                return
            self.now += 1 + self.chance.randrange(every)
        raise AssertionError(f"it never ends: {decision}")

    def some_runs(self, number: int, *, every: Second = 20_000) -> None:
        for _ in range(number):
            self.run()
            self.now += 1 + self.chance.randrange(every)


def broken_moments(world: World) -> list[str]:
    """Every combination of what may be cached at one moment that a validator would call bogus."""
    until = world.now + 30 * 86_400
    ttls = world.ttls
    digests = [
        each
        for line in world.parents
        for span in line.spans(until)
        if span.what
        for each in ttls[timing.DS].cached(span)
    ]
    held = [span for line in world.servers for span in line.spans(until)]
    keys = [
        each for span in held for each in ttls[timing.DNSKEY if span.what else timing.NEGATIVE].cached(span)
    ]
    unsigned = [
        each
        for span in held
        if not span.what
        for kind in (timing.ZONE, timing.NEGATIVE, timing.ZONE_NS)
        for each in ttls[kind].cached(span)
    ]
    found = [
        f"{begin}: DS {sorted(one.what)}, keys {sorted(other.what)}"
        for one, other in itertools.product(digests, keys)
        if not one.what & other.what and (begin := max(one.begin, other.begin)) < min(one.end, other.end)
    ]
    return found + [
        f"{begin}: DS {sorted(one.what)} and an answer without signatures"
        for one, other in itertools.product(digests, unsigned)
        if (begin := max(one.begin, other.begin)) < min(one.end, other.end)
    ]
