"""What procedures do, in the journal: each deed before it is tried and what became of it, as far as is known.

What was cut short, or whose answer was lost, is looked for by the next look at the zone, and its end told as
that sees it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from psfdns.cli.dnssec.places import open_deeds
from psfdns.cli.options import Verbosity
from psfdns.cli.views.escape import escape
from psfdns.dnssec.procedures.advance import NotDoneError
from psfdns.dnssec.procedures.deeds import (
    Decided,
    Entry,
    Event,
    State,
    Who,
    decided,
    is_told,
    last_decision,
    log_words,
    procedure_of,
    shows,
)
from psfdns.dnssec.procedures.ledger import new_id, same_id
from psfdns.dnssec.procedures.record import Deed, Record
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.cli.dnssec.observing import Site
    from psfdns.dnssec.procedures.advance import Outcome
    from psfdns.dnssec.procedures.ledger import DeedLedger
    from psfdns.dnssec.procedures.record import Action
    from psfdns.dnssec.procedures.seen import Seen
    from psfdns.registrar.ledger import Entry as Order

ALIAS = "alias/psfdns/"
SEEN_LATER = "no answer was kept; a later look shows that it was done"
NOT_SEEN_LATER = "no answer was kept; a later look shows that it was not done"
NOT_AT_GANDI = "no answer was kept, and Gandi does not show it yet"
_DS_ORDERS = frozenset({"add-ds", "remove-ds"})


def key_tags(zone: str, name: str) -> dict[str, str]:
    """By which a key in KMS is found that has no alias yet."""
    return {"psfdns:zone": zone.removesuffix("."), "psfdns:key": name}


def deciding(record: Record, before: Record | None, *, who: str, take_over: bool) -> Record:
    """The record with what a person decided in its log; what only goes on is not told."""
    what = decided(record, before, take_over=take_over)
    return record if what is None else record.told(log_words(record.kind, what), who=who, at=record.begun)


@dataclass
class Book:
    """The journal of one zone's procedures, for a process that has the zone in hand."""

    site: Site
    _entries: list[Entry] | None = field(default=None, init=False)
    _is_begun: bool = field(default=False, init=False)

    @property
    def ledger(self) -> DeedLedger:
        """Where it is kept."""
        return open_deeds(self.site.workspace)

    def own(self) -> list[Entry]:
        """This machine's entries of the zone, the newest first. Raises PsfdnsError."""
        if self._entries is None:
            self._entries = self.ledger.own(self.site.zone)
        return self._entries

    def keeping(self, keep: Callable[[Record], None]) -> Callable[[Record], None]:
        """The same, and how the procedure began once that is kept: told once, whatever was cut short."""

        def keep_and_tell(record: Record) -> None:
            keep(record)
            if not self._is_begun:
                self._tell_beginning(record)
                self._is_begun = True

        return keep_and_tell

    def _tell_beginning(self, record: Record) -> None:
        found = last_decision(record)
        if found is None or is_told(record, self.own()):
            return
        what, who = found
        user, _, host = who.rpartition("@")
        entry = self._entry(what, record, record.begun, (user, host))
        self._begin(replace(entry, id=same_id(entry), events=(Event(record.begun, State.DONE),)))

    def begin(self, action: Action, record: Record) -> Entry:
        """Keep what is about to be done. Raises NotDoneError where that cannot be written."""
        from psfdns.cli.wiring import host_name, now, who_acts

        try:
            entry = self._entry(action.deed, record, now(), (who_acts(), host_name()), of=action.of)
            self._begin(entry)
        except PsfdnsError as error:
            raise NotDoneError(error.summary, hint=error.hint) from error
        return entry

    def _entry(
        self,
        kind: Deed | Decided,
        record: Record,
        at: datetime.datetime,
        doer: tuple[str, str],
        *,
        of: str = "",
    ) -> Entry:
        from importlib.metadata import version

        identity = self.site.access.identify()
        return Entry(
            id=new_id(at, self.own()),
            kind=kind.value,
            zone=record.zone,
            zone_id=record.zone_id,
            account=record.account,
            created=at,
            who=Who(identity.arn if identity else None, *doer),
            version=version("psfdns"),
            procedure=procedure_of(record),
            of=of,
            events=(Event(at, State.SENDING),),
        )

    def _begin(self, entry: Entry) -> None:
        self.ledger.begin(entry)
        self._entries = [entry, *self.own()]

    def end(self, entry: Entry, state: State, why: str | None = None, **details: Any) -> None:
        """Keep what became of it; where that cannot be written it is said, as it is done already."""
        from psfdns.cli.wiring import now

        known = {name: value for name, value in details.items() if value}
        ended = replace(entry.now_in(state, at=now(), why=why), details={**entry.details, **known})
        try:
            is_shared = self.ledger.note(ended)
        except PsfdnsError as error:
            self._warn(f"{error.summary}: what became of {entry.kind} of {entry.zone} is not in the journal")
            return
        self._entries = [ended if each.id == entry.id else each for each in self.own()]
        if not is_shared:
            self._warn(f"the shared journal does not have yet what became of {entry.kind} of {entry.zone}")

    def end_well(self, entry: Entry, outcome: Outcome) -> None:
        """The same of what was done."""
        self.end(entry, State.DONE, change=outcome.change, kms=outcome.arn, found=outcome.was_there)

    def _warn(self, text: str) -> None:
        from psfdns.cli.wiring import talk

        talk(self.site.workspace.options, f"warning: {escape(text)}", at=Verbosity.QUIET)

    def close(self, seen: Seen) -> None:
        """Tell the end of what no answer was kept of, as far as it is seen now, and what was not shared."""
        self.ledger.resend()
        for entry in [each for each in self.own() if each.is_open]:
            if entry.zone_id != self.site.hosted.id:
                continue
            found, arn = self._look_for(entry, seen)
            if found is not None:
                state, why = (State.DONE, SEEN_LATER) if found else (State.FAILED, NOT_SEEN_LATER)
                self.end(entry, state, why, kms=arn)
        if seen.at_registrar is not None:
            self._close_orders(seen.at_registrar)

    def _look_for(self, entry: Entry, seen: Seen) -> tuple[bool | None, str]:
        if entry.kind != Deed.MAKE_KMS_KEY:
            return shows(entry, seen), ""
        kms = self.site.access.kms
        try:
            key = kms.describe_key(ALIAS + entry.of) or next(
                iter(kms.find_keys(key_tags(entry.zone, entry.of))), None
            )
        except PsfdnsError:
            return None, ""
        return key is not None, key.arn if key else ""

    def _close_orders(self, known: frozenset[str]) -> None:
        """Those of DS at Gandi: no other process of this machine can have one in hand.

        `known` are the DS that it holds, however it has digested them. What the real one was told a stand-in
        does not show, nor the other way round; and a sandbox tells nothing of the real one.
        """
        from psfdns.cli.domains.ordering import is_stand_in, open_ledger
        from psfdns.cli.wiring import now
        from psfdns.registrar.ledger import State as Placed

        workspace = self.site.workspace
        ledger, stand_in = open_ledger(workspace), is_stand_in(workspace)
        if workspace.options.sandbox and not stand_in:
            return
        told = [order for order in ledger.own(self.site.zone) if order.stand_in is stand_in]
        opened = list(_open_orders(told))
        if not opened or self.site.gandi is None:
            return
        try:
            held = frozenset(self.site.gandi.fetch_ds(self.site.zone))
            for order in opened:
                added = _ds(order, after=True) - _ds(order, after=False)
                gone = _changed(order) - added
                if added <= held | known and not gone & held:
                    ledger.note(order.now_in(Placed.DONE, at=now(), why=SEEN_LATER))
                elif order.state is Placed.SENDING:
                    ledger.note(order.now_in(Placed.UNCERTAIN, at=now(), why=NOT_AT_GANDI))
        except PsfdnsError as error:
            self._warn(f"{error.summary}: what became of orders of {self.site.zone} is not in the journal")


def _open_orders(orders: list[Order]) -> Iterator[Order]:
    """Those of DS without an end, the newest first; what a later one may have changed again says nothing."""
    from psfdns.registrar.ledger import State as Placed

    later = frozenset[str]()
    for order in orders:
        if order.kind not in _DS_ORDERS or order.state is Placed.REFUSED:
            continue
        if order.is_open and not _changed(order) & later:
            yield order
        later |= _changed(order)


def _changed(order: Order) -> frozenset[str]:
    return _ds(order, after=True) ^ _ds(order, after=False)


def _ds(order: Order, *, after: bool) -> frozenset[str]:
    found = (order.after if after else order.before).get("ds")
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()
