"""An account, a journal in a folder, and operators who apply and undo by way of both."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psfdns.journal.entry import Entry, EntryZone, Kind, Who
from psfdns.journal.inverse import Undoing, blame_later, plan_undoing
from psfdns.journal.progress import ZoneEnd
from psfdns.journal.recorder import Fate
from psfdns.journal.store import Journal, Stored
from psfdns.journal.writer import Mirror, Writer
from psfdns.plans.diff import diff_zones
from psfdns.plans.host import LiveZone
from psfdns.plans.plan import Change, Plan, Setting, ZonePlan
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.route53.apply import Conditions, Outcome, apply_plan
from tests.route53.accounts import ORIGIN, Account, changed_zone, open_account

NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
ME = Who("arn:aws:iam::123456789012:user/staff", "staff", "laptop")


def entry_zone(zone: ZonePlan, live: LiveZone | None = None) -> EntryZone:
    spelled = live.spelled if live else {}
    read = {change.key: spelled[change.key] for change in zone.changes if change.key in spelled}
    return EntryZone(
        zone.origin, zone.view, zone.hosted_id, zone.tenant, zone.private, zone.changes, zone.settings, read
    )


def new_entry(journal: Journal, *zones: EntryZone, at: datetime.datetime = NOON, **known: Any) -> Entry:
    settings = {"kind": Kind.APPLY, "account": "sandbox", "commit": None, **known}
    return Entry(id=journal.new_id(at), created=at, who=ME, version="1", zones=zones, **settings)


@dataclass
class Operator:
    """Applies to one account and keeps a journal; `api` may be one that fails."""

    folder: Path
    account: Account = field(default_factory=open_account)
    mirror: Mirror | None = None
    api: Any = None

    @property
    def journal(self) -> Journal:
        return Journal(self.folder)

    def apply(
        self,
        *zones: ZonePlan,
        kind: Kind = Kind.APPLY,
        spellings: Mapping[str, Mapping[RRsetKey, Mapping[str, Any]]] | None = None,
        **known: Any,
    ) -> tuple[Writer, Outcome]:
        live = {z.hosted_id: self.account.read(z.origin) for z in zones if z.hosted_id is not None}
        meant = [entry_zone(zone, live.get(zone.hosted_id or "")) for zone in zones]
        entry = new_entry(self.journal, *meant, kind=kind, **known)
        writer = Writer(self.journal, entry, live, lambda: NOON, self.mirror)
        try:
            outcome = apply_plan(
                self.api or self.account.api,
                Plan("sandbox", zones),
                live,
                Conditions(
                    "a test",
                    self.account.budget.pause,
                    self.account.time.clock,
                    lambda _: None,
                    wait=False,
                    journal=writer,
                    spellings=spellings or {},
                ),
            )
            writer.finish({z.plan.label: ZoneEnd(not z.errors) for z in outcome.zones})
        finally:
            writer.close()
        return writer, outcome

    def change(self, *changes: Change, settings: tuple[Setting, ...] = ()) -> Stored:
        """Apply changes to the zone as it is now; the entry that keeps it."""
        writer, outcome = self.apply(changed_zone(self.account.read(), *changes, settings=settings))
        assert [zone.errors for zone in outcome.zones if zone.errors] == []
        return self.journal.load(writer.entry.id)

    def make(self, *rrsets: RRset) -> Stored:
        """Whatever the zone holds besides its own SOA and NS, now it holds these."""
        live = self.account.read()
        apex = {k: r for k, r in live.zone.rrsets.items() if k.name == ORIGIN and k.type in {"SOA", "NS"}}
        wanted = Zone(ORIGIN, apex | {rrset.key: rrset for rrset in rrsets})
        return self.change(*diff_zones(desired=wanted, live=live.zone))

    def plan_undoing(self, stored: Stored) -> Undoing:
        assert stored.entry is not None
        live = self.account.read()
        newer = [one for one in reversed(self.journal.entries()) if one.id > stored.id]
        blame = blame_later([(one.entry, one.progress) for one in newer if one.entry])
        return plan_undoing(stored.entry, stored.progress, {live.hosted.id: live}, held={}, blame=blame)

    def undo(self, stored: Stored) -> tuple[Undoing, Outcome]:
        undoing = self.plan_undoing(stored)
        outcome = self.apply(*undoing.zones, kind=Kind.ROLLBACK, spellings=undoing.spellings)[1]
        return undoing, outcome

    def raw(self) -> list[Mapping[str, Any]]:
        """What the API says of the zone, word for word."""
        live = self.account.read()
        answer = self.account.api.call("ListResourceRecordSets", "test", HostedZoneId=live.hosted.id)
        found: list[Mapping[str, Any]] = answer["ResourceRecordSets"]
        return found

    def write(self, *entries: tuple[str, Mapping[str, Any]]) -> None:
        """Somebody else writes, in words of their own."""
        changes = [{"Action": action, "ResourceRecordSet": rrset} for action, rrset in entries]
        zone = self.account.read().hosted.id
        batch = {"Changes": changes}
        self.account.api.call("ChangeResourceRecordSets", "test", HostedZoneId=zone, ChangeBatch=batch)


class Killed(BaseException):
    """The process ends here: nothing after it is done."""


@dataclass
class Dying:
    """A Recorder that dies at the n-th call; what it had been told before is kept."""

    writer: Writer
    at: int
    calls: int = 0

    def _live_on(self) -> None:
        self.calls += 1
        if self.calls >= self.at:
            raise Killed

    def start(self, batches: Mapping[str, int]) -> None:
        self._live_on()
        self.writer.start(batches)

    def begin(self, zone: str, step: str, changes: Any = ()) -> int:
        self._live_on()
        return self.writer.begin(zone, step, changes)

    def end(self, number: int, fate: Fate, details: Mapping[str, Any]) -> None:
        self._live_on()
        self.writer.end(number, fate, details)


@contextmanager
def letting_go(writer: Writer) -> Iterator[Writer]:
    try:
        yield writer
    finally:
        writer.close()
