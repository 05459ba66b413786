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
from tests.cli.years.events import START, Run, Wanted

ALL = "*"
UNREACHABLE = ("refused", "hang", "broken", "busy")
ASK_AGAIN = 6 * HOUR
SHORT = datetime.timedelta(seconds=30)

Moment = datetime.datetime


@dataclass
class Known:
    """What psfdns has of a certificate: what it holds, what the CA said of that, its order under way.

    `chances` are the runs since it was due in which it could have been had.
    """

    held: Certificate | None = None
    window: Window | None = None
    moment: Moment | None = None
    ask_at: Moment | None = None
    order: Order | None = None
    delivered: int | None = None
    chances: int = 0
    is_lapsed: bool = False


@dataclass
class Verdict:
    """`alerts` are (certificate, what stands in its way); `asked` identifiers of certificates.

    `brought` are certificates that are to be where they are served.
    """

    code: int = 0
    alerts: set[tuple[str, str]] = field(default_factory=set)
    issued: set[str] = field(default_factory=set)
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
        bids = self._bids(due)
        for name in due:
            why = self._obstacle(name, bids)
            if why is None:
                verdict.issued.add(name)
            else:
                verdict.alerts.add((name, why))

    def _deliver(self, verdict: Verdict, *, is_listed: bool) -> None:
        """Whatever is new, or did not arrive before."""
        for each in self.wanted:
            known = self.known[each.name]
            is_new = each.name in verdict.issued
            serial = known.held.serial if known.held is not None else None
            if not each.deploys or not (is_new or (serial is not None and known.delivered != serial)):
                continue
            if self.run.has("undeliverable", "disk-full"):
                verdict.alerts |= {(each.name, "deploy")} if is_listed else set()
            else:
                verdict.brought.add(each.name)

    def is_chance(self, name: str) -> bool:
        """Whether it could be had in this run, by the events and the CA's books."""
        known, names, run = self.known[name], self.names[name], self.run
        ills = (*UNREACHABLE, "limited", "slow", "denied", "away", "stale", "blind", "disk-full")
        if run.has(*ills) or run.kill_at is not None or self._is_bogus(names) or self._waits(known, names):
            return False
        order = self.usable(name)
        if self._is_untimely(name, order):
            return False
        return order is not None or self.ca.books.refusal(names, self.ca.now()) is None

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
        if known.moment is not None:
            return self.now >= min(known.moment, after(held, 0.9))
        return self.now >= after(held, 1 / 2 if held.lifetime < 10 * DAY else 2 / 3)

    # What stands in its way.

    def _obstacle(self, name: str, bids: Mapping[str, bool]) -> str | None:
        names, order = self.names[name], self.usable(name)
        if self._is_bogus(names):
            return "dns"
        if self._waits(self.known[name], names):
            return "wait"
        if name not in bids:
            return "limit"
        if self.run.has(*UNREACHABLE):
            return "ca"
        why = self._obstacle_at_ca(names, order)
        return "ca" if why is None and self._is_untimely(name, order) else why

    def _obstacle_at_ca(self, names: tuple[str, ...], order: Order | None) -> str | None:
        run = self.run
        if order is not None and order.finalized and order.certificate is None and run.has("slow"):
            return "ca"
        if run.has("disk-full"):
            return "disk"
        if order is None and run.has("limited"):
            return "ca"
        if not self._is_proved(names, order):
            if run.has("denied", "stale"):
                return "dns"
            if run.has("blind"):
                return "ca"
        return "ca" if run.has("slow") and (order is None or order.certificate is None) else None

    def _is_untimely(self, name: str, order: Order | None) -> bool:
        """By a clock by which what is held is valid, what the CA gives is not."""
        held = self.known[name].held
        if held is None or not held.not_before <= self.now < held.not_after:
            return False
        made = order.certificate if order is not None else None
        begin = made.not_before if made is not None else self.ca.now() - HOUR
        profile = next(each.profile for each in self.wanted if each.name == name)
        end = made.not_after if made is not None else begin + LIFETIMES[profile]
        return end <= self.now or begin > self.now + HOUR

    def _is_proved(self, names: tuple[str, ...], order: Order | None) -> bool:
        if order is not None:
            return all(each.status == "valid" for each in order.authzs)
        return all(self.ca.remembers(each) is not None for each in names)

    def _is_bogus(self, names: tuple[str, ...]) -> bool:
        return bool({each.removeprefix("*.") for each in names} & self.run.touched("bogus"))

    def _waits(self, known: Known, names: tuple[str, ...]) -> bool:
        """No wait holds into the last tenth of what is held, but for an hour from when it was told."""
        for subject in (None, frozenset(names)):
            until, since = self.waits.get(subject, (self.now, self.now))
            if known.held is not None:
                until = min(until, max(after(known.held, 0.9), since + HOUR))
            if since <= self.now < until:
                return True
        return False

    def usable(self, name: str) -> Order | None:
        """The order under way, if it is still for what is wanted."""
        known, names = self.known[name], self.names[name]
        order = known.order
        if order is None or set(order.names) != set(names) or order.status(self.ca.now()) == "invalid":
            return None
        made = order.certificate
        return None if made is not None and (made is known.held or made.not_after <= self.now) else order

    def _bids(self, due: list[str]) -> dict[str, bool]:
        """Those whom the limits let order, and whether their names are new.

        Orders under way come first, then what ends first, and last what there was never a certificate of.
        """
        going = sorted((each for each in due if not self._is_bogus(self.names[each])), key=self._end)
        bids = {each: self.is_new(each) for each in going if self.usable(each) is not None}
        for name in going:
            if name in bids or self._waits(self.known[name], self.names[name]):
                continue
            ahead = [self.names[other] for other, is_new in bids.items() if is_new]
            if self._is_exempt(name) or not any(self._full(name, ahead)):
                bids[name] = self.is_new(name)
        return bids

    def _end(self, name: str) -> Moment:
        held = self.known[name].held
        return START + 100_000 * DAY if held is None else after(held, 0.9)

    def is_new(self, name: str) -> bool:
        """Whether there was no certificate of just these names within the time for which the CA knows it."""
        names = set(self.names[name])
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

    def _is_exempt(self, name: str) -> bool:
        known = self.known[name]
        held, window = known.held, known.window
        if held is None or window is None or self.run.has("replaced"):
            return False
        is_free = self.ca.successor(held) is None and bool(set(self.names[name]) & set(held.names))
        return is_free and window[0] <= self.now < window[1]

    def _full(self, name: str, ahead: list[tuple[str, ...]]) -> Iterator[bool]:
        names, now = self.names[name], self.ca.now()
        late = [each for each in self.counted.values() if each.since(self.now) > self.now - WEEK]
        yield sum(set(each.names) == set(names) for each in late) >= MOST_OF_SET
        for bare in {each.removeprefix("*.") for each in names}:
            yield sum(each > now - HOUR for each in self.ca.books.failures[bare]) >= MOST_FAILURES
        if self.is_new(name):
            for domain in {registered(each) for each in names}:
                new = [each.names for each in late if each.is_new] + ahead
                there = sum(domain in {registered(each) for each in other} for other in new)
                yield there >= MOST_OF_DOMAIN


def after(held: Certificate, fraction: float) -> Moment:
    """When so much of its life is over."""
    return held.not_before + datetime.timedelta(seconds=int(held.lifetime.total_seconds() * fraction))
