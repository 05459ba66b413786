"""What has to come of each run, from the events and the CA's own books alone, one certificate at a time.

It knows docs/certificates.md and none of the code: when a certificate is due, what stands in its way in this
run, and so which certificates are issued, which alerts are given, and the exit code.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.cli.years.books import MOST_FAILURES, MOST_OF_DOMAIN, MOST_OF_SET, WEEK, registered
from tests.cli.years.ca import DAY, HOUR, LIFETIMES, Authority, Certificate, Order, Window
from tests.cli.years.events import EXTRA, START, Run, Wanted

ALL = "*"
UNREACHABLE = ("refused", "hang", "broken", "busy")
ASK_AGAIN = 6 * HOUR
SHORT = datetime.timedelta(seconds=30)

Moment = datetime.datetime


@dataclass
class Known:
    """What psfdns has of a certificate: what it holds, what the CA said of that, its orders under way.

    `kept` is that for the names that it has, `order` that for all. `chances` are the runs since it was due in
    which it could have been had.
    """

    held: Certificate | None = None
    window: Window | None = None
    moment: Moment | None = None
    ask_at: Moment | None = None
    order: Order | None = None
    kept: Order | None = None
    delivered: int | None = None
    chances: int = 0
    is_lapsed: bool = False


@dataclass(frozen=True)
class Goal:
    """What is to be ordered for a certificate: all that is wanted, or what it has of that."""

    name: str
    names: tuple[str, ...]
    order: Order | None
    is_kept: bool = False


@dataclass
class Verdict:
    """`alerts` are (certificate, what stands in its way); `asked` identifiers of certificates.

    `kept` are issued for the names that they had, `brought` are to be where they are served.
    """

    code: int = 0
    alerts: set[tuple[str, str]] = field(default_factory=set)
    issued: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    due: set[str] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)


@dataclass
class Counted:
    """A certificate that counts for psfdns, and whether for its domain too.

    It counts from when it was issued by the machine's clock; where that was ahead, from when it is set right.
    """

    names: tuple[str, ...]
    at: Moment
    is_new: bool
    seen: Moment | None = None

    def since(self, now: Moment) -> Moment:
        if self.at <= now:
            return self.at
        self.seen = now if self.seen is None else min(self.seen, now)
        return self.seen


@dataclass
class Oracle:
    """It goes from run to run beside psfdns; `names` are what the files want in the run that is on."""

    wanted: tuple[Wanted, ...]
    ca: Authority
    known: dict[str, Known] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waits: dict[frozenset[str] | None, tuple[Moment, Moment]] = field(default_factory=dict)
    counted: dict[int, Counted] = field(default_factory=dict)
    by_names: dict[frozenset[str], list[Counted]] = field(default_factory=dict)
    now: Moment = START
    run: Run = field(default_factory=lambda: Run(0, START))

    def __post_init__(self) -> None:
        self.known = {each.name: Known() for each in self.wanted}

    def expect(self, *, has_left: bool) -> Verdict:
        """What the run has to come to; `has_left`: an earlier one has left proofs."""
        verdict = Verdict()
        has_asked = self._take_advice(verdict)
        due = [each.name for each in self.wanted if self._is_due(each.name)]
        verdict.due = set(due)
        # Without Route 53, or where what is left cannot be written down as gone, the run as a whole fails.
        is_away = self.run.has("away") and bool(due or has_left)
        is_stuck = self.run.has("disk-full") and has_left and not due and not is_away
        if self.run.has("disk-full") and (has_asked or is_stuck):
            verdict.alerts.add((ALL, "disk"))
        if is_away:
            verdict.alerts.add((ALL, "host"))
        else:
            self._judge(due, verdict)
        self._deliver(verdict, is_listed=not (is_away or is_stuck))
        verdict.code = 1 if verdict.alerts else 0
        return verdict

    def _judge(self, due: list[str], verdict: Verdict) -> None:
        """In rounds: what fails for names alone that it does not have goes on with those that it has."""
        goals = [Goal(name, self.names[name], self.usable(name)) for name in due]
        for goal in goals:
            if self._undelegated(goal.names):
                verdict.alerts.add((goal.name, "dns"))
        goals = [goal for each in goals for goal in self._without(each, self._undelegated(each.names))]
        while goals:
            bids = self._bids(goals)
            later = []
            for goal in goals:
                why, names = self._obstacle(goal, bids)
                if why is not None:
                    verdict.alerts.add((goal.name, why))
                    later += self._without(goal, names) if names else []
                else:
                    (verdict.kept if goal.is_kept else verdict.issued).add(goal.name)
            goals = later

    def _without(self, goal: Goal, names: frozenset[str]) -> list[Goal]:
        """What is tried where these names cannot be had: all, or what there is; nothing where that fails."""
        kept = self.kept_names(goal.name)
        if not names:
            return [goal]
        if goal.is_kept or not kept or names & set(kept):
            return []
        return [Goal(goal.name, kept, self.usable_kept(goal.name), is_kept=True)]

    def goals(self, name: str) -> tuple[Goal, ...]:
        """All that may be ordered for it in this run; known before what the CA advises in it."""
        found = Goal(name, self.names[name], self.usable(name))
        kept = self._common_names(name)
        return (found, Goal(name, kept, self.usable_kept(name), is_kept=True)) if kept else (found,)

    def kept_names(self, name: str) -> tuple[str, ...]:
        """The names that it has and that are wanted, where some are new and its time has come."""
        kept = self._common_names(name)
        return kept if kept and self._is_due_by_time(self.known[name]) else ()

    def _common_names(self, name: str) -> tuple[str, ...]:
        held, wanted = self.known[name].held, self.names[name]
        if held is None or set(wanted) <= set(held.names):
            return ()
        return tuple(each for each in wanted if each in held.names)

    def usable_kept(self, name: str) -> Order | None:
        """The order under way for these, be it from before there were new ones."""
        kept = frozenset(self._common_names(name))
        for order in (self.known[name].order, self.known[name].kept):
            if order is not None and kept == frozenset(order.names):
                return order if self._is_usable(name, order) else None
        return None

    def _undelegated(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(names) & {f"{EXTRA}-{each}" for each in self.run.touched("undelegated")}

    def _deliver(self, verdict: Verdict, *, is_listed: bool) -> None:
        """Whatever is new, or did not arrive before."""
        for each in self.wanted:
            known = self.known[each.name]
            is_new = each.name in verdict.issued | verdict.kept
            serial = known.held.serial if known.held is not None else None
            if not each.deploys or not (is_new or (serial is not None and known.delivered != serial)):
                continue
            if self.run.has("undeliverable", "disk-full"):
                verdict.alerts |= {(each.name, "deploy")} if is_listed else set()
            else:
                verdict.brought.add(each.name)

    def is_chance(self, name: str) -> bool:
        """Whether it could be had in this run, by the events and the CA's books."""
        names, run = self.names[name], self.run
        ills = (*UNREACHABLE, "limited", "slow", "denied", "away", "stale", "blind", "disk-full")
        if run.has(*ills) or run.kill_at is not None or self._is_bogus(names):
            return False
        goal = Goal(name, names, self.usable(name))
        if self._undelegated(names):
            return any(self._is_open(each) for each in self._without(goal, self._undelegated(names)))
        left = self._without(goal, self._unseen(goal))
        return self._is_open(goal) and any(map(self._is_open, left))

    def _is_open(self, goal: Goal) -> bool:
        """Whether nothing but names is in its way."""
        if self._waits(goal) or self._is_untimely(goal):
            return False
        return goal.order is not None or self.ca.books.refusal(goal.names, self.ca.now()) is None

    # When it is due.

    def _take_advice(self, verdict: Verdict) -> bool:
        """What the CA says in this run, where it is asked and answers; whether it was to be asked."""
        asking = [each for each in self.known.values() if each.held is not None and self._wants_advice(each)]
        answers = not self.run.has(*UNREACHABLE, "no-advice")
        for known in asking:
            assert known.held is not None
            known.ask_at = self.now + ASK_AGAIN
            if answers:
                verdict.asked.add(known.held.identifier)
                self._hear(known, self.ca.advise(known.held))
        return bool(asking)

    def _wants_advice(self, known: Known) -> bool:
        if known.ask_at is None:
            return True
        ahead = known.ask_at - self.now
        return ahead <= datetime.timedelta() or ahead > (DAY if known.window is not None else ASK_AGAIN)

    def _hear(self, known: Known, window: Window) -> None:
        if window[0] < window[1] and known.window != window:
            known.window = window
            known.moment = window[0] + self.run.fraction * (window[1] - window[0])

    def _is_due(self, name: str) -> bool:
        known = self.known[name]
        held = known.held
        if held is None or self.now >= held.not_after or set(held.names) != set(self.names[name]):
            return True
        return self._is_due_by_time(known)

    def _is_due_by_time(self, known: Known) -> bool:
        held = known.held
        assert held is not None
        if self.now >= held.not_after:
            return True
        if known.moment is not None:
            return self.now >= min(known.moment, after(held, 0.9))
        return self.now >= after(held, 1 / 2 if held.lifetime < 10 * DAY else 2 / 3)

    # What stands in its way.

    def _obstacle(self, goal: Goal, bids: Mapping[str, bool]) -> tuple[str | None, frozenset[str]]:
        """What stands in its way, and the names that this is about, if it is about names."""
        nothing: frozenset[str] = frozenset()
        if self._is_bogus(goal.names):
            return "dns", nothing
        if self._waits(goal):
            return "wait", nothing
        if goal.name not in bids:
            return "limit", nothing
        if self.run.has(*UNREACHABLE):
            return "ca", nothing
        why, names = self._obstacle_at_ca(goal)
        return ("ca", nothing) if why is None and self._is_untimely(goal) else (why, names)

    def _obstacle_at_ca(self, goal: Goal) -> tuple[str | None, frozenset[str]]:
        run, order, nothing = self.run, goal.order, frozenset[str]()
        if order is not None and order.finalized and order.certificate is None and run.has("slow"):
            return "ca", nothing
        if run.has("disk-full"):
            return "disk", nothing
        if order is None and run.has("limited"):
            return "ca", nothing
        unproved = self._unproved(goal)
        if unproved and run.has("denied"):
            return "dns", nothing
        if unproved and run.has("stale"):
            return "dns", unproved
        if self._unseen(goal):
            return "ca", self._unseen(goal)
        is_late = run.has("slow") and (order is None or order.certificate is None)
        return "ca" if is_late else None, nothing

    def _is_untimely(self, goal: Goal) -> bool:
        """By a clock by which what is held is valid, what the CA gives is not."""
        held, order = self.known[goal.name].held, goal.order
        if held is None or not held.not_before <= self.now < held.not_after:
            return False
        made = order.certificate if order is not None else None
        begin = made.not_before if made is not None else self.ca.now() - HOUR
        profile = next(each.profile for each in self.wanted if each.name == goal.name)
        end = made.not_after if made is not None else begin + LIFETIMES[profile]
        return end <= self.now or begin > self.now + HOUR

    def _unproved(self, goal: Goal) -> frozenset[str]:
        """The names that the CA wants to be proved."""
        if goal.order is not None:
            pending = (each for each in goal.order.authzs if each.status != "valid")
            return frozenset(f"*.{each.name}" if each.wildcard else each.name for each in pending)
        return frozenset(each for each in goal.names if self.ca.remembers(each) is None)

    def _unseen(self, goal: Goal) -> frozenset[str]:
        """Those of which it will not find the proof."""
        unproved = self._unproved(goal)
        extra = {f"{EXTRA}-{each}" for each in self.run.touched("unseen")}
        return unproved if self.run.has("blind") else unproved & extra

    def _is_bogus(self, names: tuple[str, ...]) -> bool:
        return bool({each.removeprefix("*.") for each in names} & self.run.touched("bogus"))

    def _waits(self, goal: Goal) -> bool:
        """No wait holds into the last tenth of what is held, but for an hour from when it was told."""
        known = self.known[goal.name]
        for subject in (None, frozenset(goal.names)):
            until, since = self.waits.get(subject, (self.now, self.now))
            if known.held is not None:
                until = min(until, max(after(known.held, 0.9), since + HOUR))
            if since <= self.now < until:
                return True
        return False

    def usable(self, name: str) -> Order | None:
        """The order under way, if it is still for what is wanted."""
        order = self.known[name].order
        is_same = order is not None and set(order.names) == set(self.names[name])
        return order if is_same and self._is_usable(name, order) else None

    def _is_usable(self, name: str, order: Order | None) -> bool:
        if order is None or order.status(self.ca.now()) == "invalid":
            return False
        made = order.certificate
        return made is None or not (made is self.known[name].held or made.not_after <= self.now)

    def _bids(self, goals: list[Goal]) -> dict[str, bool]:
        """Those whom the limits let order, and whether their names are new.

        Orders under way come first, then what ends first, and last what there was never a certificate of.
        """
        going = sorted((each for each in goals if not self._is_bogus(each.names)), key=self._end)
        bids = {each.name: self._is_new(each) for each in going if each.order is not None}
        names = {each.name: each.names for each in going}
        for goal in going:
            if goal.name in bids or self._waits(goal):
                continue
            ahead = [names[other] for other, is_new in bids.items() if is_new]
            if self._is_exempt(goal) or not any(self._full(goal, ahead)):
                bids[goal.name] = self._is_new(goal)
        return bids

    def _end(self, goal: Goal) -> Moment:
        held = self.known[goal.name].held
        return START + 100_000 * DAY if held is None else after(held, 0.9)

    def _is_new(self, goal: Goal) -> bool:
        return self.is_new(goal.name, goal.names)

    def is_new(self, name: str, wanted: tuple[str, ...]) -> bool:
        """Whether there was no certificate of just these names within the time for which the CA knows it."""
        names = set(wanted)
        held = self.known[name].held
        if held is not None and set(held.names) == names and self.now < held.not_before + 120 * DAY:
            return False
        same = self.by_names.get(frozenset(names), ())
        times = (min(each.since(self.now), each.seen or self.now) for each in same)
        return not any(each > self.now - 120 * DAY for each in times)

    def count(self, number: int, names: tuple[str, ...], at: Moment, *, is_new: bool) -> None:
        """An order was about to become a certificate, or did."""
        if number not in self.counted:
            self.counted[number] = Counted(names, at, is_new)
            self.by_names.setdefault(frozenset(names), []).append(self.counted[number])
        self.counted[number].at = at

    def _is_exempt(self, goal: Goal) -> bool:
        known = self.known[goal.name]
        held, window = known.held, known.window
        if held is None or window is None or self.run.has("replaced"):
            return False
        is_free = self.ca.successor(held) is None and bool(set(goal.names) & set(held.names))
        return is_free and window[0] <= self.now < window[1]

    def _full(self, goal: Goal, ahead: list[tuple[str, ...]]) -> Iterator[bool]:
        names, now = goal.names, self.ca.now()
        late = [each for each in self.counted.values() if each.since(self.now) > self.now - WEEK]
        yield sum(set(each.names) == set(names) for each in late) >= MOST_OF_SET
        # What seems to lie ahead, by a clock that is behind, may have been a moment ago.
        since = min(now - HOUR, self.now)
        for bare in {each.removeprefix("*.") for each in names}:
            yield sum(each > since for each in self.ca.books.failures[bare]) >= MOST_FAILURES
        if self._is_new(goal):
            for domain in {registered(each) for each in names}:
                new = [each.names for each in late if each.is_new] + ahead
                there = sum(domain in {registered(each) for each in other} for other in new)
                yield there >= MOST_OF_DOMAIN


def after(held: Certificate, fraction: float) -> Moment:
    """When so much of its life is over."""
    return held.not_before + datetime.timedelta(seconds=int(held.lifetime.total_seconds() * fraction))
