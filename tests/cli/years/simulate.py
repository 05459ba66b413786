"""`psfdns certs renew` twice a day for years, in process: each run is held against what the oracle expects.

It begins without any certificate.
"""

from __future__ import annotations

import datetime
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psfdns.sandbox.sandbox import Sandbox
from tests.cli.years.ca import DAY, HOUR, Authority, Certificate, Order, Window
from tests.cli.years.doors import Clock, Doors
from tests.cli.years.events import ADVICE, START, History, Run
from tests.cli.years.machine import KILLED, Machine, read_alerts
from tests.cli.years.oracle import SHORT, Goal, Known, Oracle, Verdict

LONG_AGO = datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC)
TOO_MANY = 20
"""Violations after which a history is given up."""


@dataclass
class Report:
    """What happened; `violations` are what must not."""

    tally: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Simulation:
    """One seed's history over one store."""

    root: Path
    history: History
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self.clock = Clock(START)
        self._advice = [each for each in self.history.events if each.kind in ADVICE]
        sandbox = Sandbox(None, insync_after=0.0, clock=lambda: self.clock.true)
        self.ca = Authority(lambda: self.clock.true, self._find_txt, self.advise)
        self.doors = Doors(self.clock, self.ca, sandbox.cloud, self.root, Run(-1, START))
        self.machine = Machine(self.root, sandbox, self.doors)
        self.oracle = Oracle(self.history.wanted, self.ca)

    def go(self) -> Report:
        began = time.process_time()
        for run in self.history.runs:
            self._one(run)
            if len(self.report.violations) > TOO_MANY:
                break
        self.report.violations += [f"limit exceeded: {each}" for each in self.ca.books.exceeded]
        self.report.tally["requests"] = self.doors.requests
        self.report.tally["events"] = len(self.history.events)
        self.report.seconds = time.process_time() - began
        return self.report

    def _find_txt(self, name: str) -> frozenset[str]:
        return self.doors.find_txt(name)

    def advise(self, certificate: Certificate) -> Window:
        """The window that the CA suggests now."""
        now = self.clock.true
        life = certificate.lifetime
        middle = certificate.not_before + life * (1 / 2 if life < 10 * DAY else 2 / 3)
        window = (middle - life / 50, middle + life / 50)
        for event in self._advice:
            if not event.covers(now) or not any(f"{each}" in event.touched for each in certificate.names):
                continue
            if event.kind == "earlier":
                window = (window[0] - life / 4, window[1] - life / 4)
            elif event.kind == "past":
                window = (LONG_AGO, LONG_AGO + DAY)
            elif event.kind == "future":
                window = (window[0] + 3650 * DAY, window[1] + 3650 * DAY)
            elif event.kind == "revoked" and certificate.issued < event.begin:
                certificate.revoked_at = event.end
                window = (event.begin - HOUR, event.begin + DAY)
        return window

    def _names(self, run: Run) -> dict[str, tuple[str, ...]]:
        """What the files want: each renaming adds a name, or takes it away again."""
        changes = Counter(name for each in run.events if each.kind == "renamed" for name in each.touched)
        return {each.name: each.names_at(changes[each.name]) for each in self.history.wanted}

    # One run.

    def _one(self, run: Run) -> None:
        self.doors.begin(run)
        oracle = self.oracle
        oracle.run, oracle.now, oracle.names = run, self.clock.now(), self._names(run)
        self.machine.want(self.history.wanted, oracle.names)
        self._look_for_lapses()
        before = {name: Known(**vars(known)) for name, known in oracle.known.items()}
        goals = {name: oracle.goals(name) for name in oracle.known}
        new = {
            frozenset(goal.names): oracle.is_new(name, goal.names)
            for name, several in goals.items()
            for goal in several
        }
        chances = {name for name in oracle.known if oracle.is_chance(name)}
        under_way = {frozenset(goal.names) for several in goals.values() for goal in several if goal.order}
        orders = len(self.ca.orders)
        verdict = oracle.expect(has_left=self.machine.has_left())
        with self.machine.doors_open():
            code, out, err = self.machine.renew()
        self.report.tally["runs"] += 1
        if code == KILLED:
            self.report.tally["killed"] += 1
            oracle.known = before
            self._resume()
        else:
            self._compare(verdict, code, out, err)
            self._learn(verdict, before, orders, goals)
        for order in self.ca.orders[orders:]:
            if frozenset(order.names) in under_way:
                self._accuse(f"{order.names[0]} was ordered anew, though an order was under way")
        self._count(new)
        for name in verdict.due & chances - verdict.issued - verdict.kept:
            oracle.known[name].chances += 1
        self._look_at_disk()

    def _compare(self, verdict: Verdict, code: int, out: str, err: str) -> None:
        alerts, issued, kept = read_alerts(out, err)
        asked = set(self.ca.asked)
        found = {"code": code, "alerts": alerts, "issued": issued, "kept": kept, "asked": asked}
        wanted = {
            "code": verdict.code,
            "alerts": verdict.alerts,
            "issued": verdict.issued,
            "kept": verdict.kept,
            "asked": verdict.asked,
        }
        for what, value in found.items():
            if value != wanted[what]:
                told = f"{what} {_shown(value)}, expected {_shown(wanted[what])}"
                self._accuse(f"{told}\n{err[-600:]}{_faults(out)}")
        self.report.tally["renewals"] += len(issued | kept)
        self.report.tally["kept"] += len(kept)
        self.report.tally.update(f"alert: {kind}" for _, kind in alerts)
        self.report.tally["runs with alerts"] += bool(alerts)

    def _learn(
        self,
        verdict: Verdict,
        before: dict[str, Known],
        orders: int,
        goals: Mapping[str, Sequence[Goal]],
    ) -> None:
        """What psfdns knows now; a full disk keeps none of it."""
        oracle, run = self.oracle, self.oracle.run
        if run.has("disk-full"):
            for name, known in oracle.known.items():
                known.window, known.moment, known.ask_at = (
                    before[name].window,
                    before[name].moment,
                    before[name].ask_at,
                )
        newest = {frozenset(each.names): each for each in self.ca.orders[orders:]}
        for name in verdict.due:
            known = oracle.known[name]
            for goal in goals[name]:
                self._learn_order(known, goal, newest.get(frozenset(goal.names)), verdict)
        for name in verdict.brought:
            held = oracle.known[name].held
            oracle.known[name].delivered = held.serial if held is not None else None
            if held is not None and held.pem not in self.machine.delivered(name):
                self._accuse(f"{name}: what is served is not what the store holds")
        self._note_waits(verdict)

    def _learn_order(self, known: Known, goal: Goal, made: Order | None, verdict: Verdict) -> None:
        """What became of a goal, by an order that was made in this run or before."""
        if goal.is_kept:
            known.kept = made or known.kept
        else:
            known.order = made or known.order
        order = made or goal.order
        if goal.name in (verdict.kept if goal.is_kept else verdict.issued) and order is not None:
            # That of all names is left where it is.
            left = known.order if goal.is_kept and order is not known.order else None
            self._take(known, order.certificate)
            known.order = left

    def _note_waits(self, verdict: Verdict) -> None:
        oracle = self.oracle
        told = {each for each in self.ca.waits if each[1] - self.clock.true > SHORT}
        if oracle.run.has("disk-full") or not any(why == "ca" for _, why in verdict.alerts):
            return
        for subject, until in sorted(told, key=lambda each: each[1]):
            oracle.waits[subject] = (until, oracle.now)

    @staticmethod
    def _take(known: Known, certificate: Certificate | None) -> None:
        known.held, known.order, known.kept, known.window, known.moment, known.ask_at = (
            certificate,
            None,
            None,
            None,
            None,
            None,
        )
        known.chances, known.is_lapsed = 0, False

    def _count(self, new: Mapping[frozenset[str], bool]) -> None:
        """What psfdns counts: from when it asked for a certificate, or got it."""
        for order in self.ca.orders[-4 * len(self.history.wanted) :]:
            times = [order.finalized, order.certificate.downloaded if order.certificate else None]
            at = max((each for each in times if each is not None), default=None)
            names = frozenset(order.names)
            if at is not None and at >= self.oracle.run.at and names in new:
                local = at + self.oracle.run.offset
                self.oracle.count(order.number, order.names, local, is_new=new[names])

    def _resume(self) -> None:
        """After a kill only the disk tells how far it came; it has to be one of two states, and whole."""
        oracle = self.oracle
        for name, known in oracle.known.items():
            serial = self.machine.serial(name)
            held = next((e for e in self.ca.certificates.values() if e.serial == serial), None)
            if held is not known.held:
                if held is None or held.order.made < (known.held.issued if known.held else START):
                    self._accuse(f"{name}: after a kill the store holds serial {serial}")
                self._take(known, held)
            known.order = self._draft(f"{name}.json")
            known.kept = self._draft("kept", f"{name}.json")
            self._recall(known, self.machine.read(".psfdns", "certs", "state", f"{name}.json") or {})

    def _draft(self, *path: str) -> Order | None:
        """The order that is under way by the disk."""
        draft = self.machine.read(".psfdns", "acme", "orders", *path)
        url = draft and draft["order"]
        return self.ca.orders[int(url.rpartition("/")[2])] if url else None

    @staticmethod
    def _recall(known: Known, state: Mapping[str, Any]) -> None:
        known.window = known.moment = known.ask_at = known.delivered = None
        ari, held = state.get("ari"), known.held
        if ari is not None and held is not None and ari["certificate"] == held.identifier:
            start, end, known.moment, known.ask_at = (
                datetime.datetime.fromisoformat(ari[key])
                for key in ("start", "end", "selected", "next_check")
            )
            known.window = (start, end)
        for each in state.get("deployed", ()):
            if held is not None and each["fault"] is None and each["fingerprint"] == held.fingerprint:
                known.delivered = held.serial

    # What must hold at all times.

    def _look_for_lapses(self) -> None:
        now = self.clock.true
        for name, known in self.oracle.known.items():
            held = known.held
            if held is None or known.is_lapsed:
                continue
            if now >= min(held.not_after, held.revoked_at or held.not_after):
                known.is_lapsed = True
                self.report.tally["lapsed, could not be had"] += not known.chances
                if known.chances:
                    self._accuse(f"{name} lapsed, though it could have been had in {known.chances} runs")

    def _look_at_disk(self) -> None:
        for name, known in self.oracle.known.items():
            serial = self.machine.serial(name)
            if serial != (known.held.serial if known.held else None):
                self._accuse(f"{name}: the store holds serial {serial}")
        run = self.oracle.run
        if not self.doors.dead and not run.has("away", "denied", "disk-full") and self.machine.proofs():
            self._accuse("proofs were left in DNS")

    def _accuse(self, what: str) -> None:
        run = self.oracle.run
        kinds = ",".join(sorted({each.kind for each in run.events}))
        self.report.violations.append(
            f"run {run.number} at {self.clock.true:%Y-%m-%d %H:%M} [{kinds}] offset {run.offset}: {what}"
        )


def _shown(value: object) -> str:
    return ", ".join(map(str, sorted(value))) or "nothing" if isinstance(value, set) else str(value)


def _faults(out: str) -> str:
    rows = (json.loads(out) if out else {}).get("certificates", ())
    return "\n".join(f"{row['name']}: {fault['why']}" for row in rows for fault in row["faults"])[:1000]
