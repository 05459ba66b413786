"""One run of `domains remind`: what it looked at, what it said of that, and what became of each message."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.cli.delivering import warn
from psfdns.cli.domains.letters import Letter, Writing
from psfdns.moments import write_moment
from psfdns.notify.channel import Channel
from psfdns.reminders.book import Book
from psfdns.reminders.due import Due, Roads, decide, mark
from psfdns.reminders.ending import Ending, Stage, Thing
from psfdns.reminders.memory import Memory

if TYPE_CHECKING:
    from psfdns.cli.ways_out import Channels
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.tenant import Tenant

Shape = dict[str, Any]

NO_STAFF = "[notify] staff (not set)"


@dataclass(frozen=True, slots=True)
class Told:
    """A letter and what became of it; `fault` None: accepted."""

    letter: Letter
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """Mail and channels by the names under which the book knows them."""

    channels: Channels
    by_name: Mapping[str, Channel]
    roads: Roads

    @property
    def names(self) -> dict[str, str]:
        """What each is called before people."""
        named = {name: channel.name for name, channel in self.by_name.items()}
        return {name: named.get(name, NO_STAFF) for name in (*self.roads.staff, *self.roads.page)}


@dataclass(slots=True)
class Run:
    """One look at everything that ends, and what was said of it. `sent` False: nothing is, and `why_not`."""

    workspace: Workspace
    memory: Memory
    ways: Ways
    book: Book
    endings: tuple[Ending, ...]
    tenants: Mapping[str, Tenant]
    now: datetime.datetime
    why_not: str | None
    gandi: str | None
    priced: Mapping[Thing, Ending] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    untold: tuple[Ending, ...] = ()

    @property
    def troubles(self) -> list[str]:
        """What was to be said and was not, in words."""
        failed = [f"{one.letter.to}: {one.fault}" for one in self.told if one.fault is not None]
        return failed + [f"nobody to tell of {ending.object}" for ending in self.untold]

    @property
    def is_sending(self) -> bool:
        """Whether anything leaves the house."""
        return self.why_not is None

    def writing(self) -> Writing:
        """What letters are written with."""
        policy = self.workspace.config.reminders
        return Writing(policy, self.now, self.tenants, self.ways.names, self.priced)

    def due(self, unreached: Iterable[Thing] = ()) -> tuple[Due, ...]:
        """What is to be said as the book stands."""
        policy, roads = self.workspace.config.reminders, self.ways.roads
        return decide(self.endings, self.book, roads, policy, now=self.now, unreached=frozenset(unreached))

    def keep(self, letter: Letter) -> None:
        """Keep that a letter was accepted, before the next one is sent. Raises PsfdnsError."""
        from psfdns.cli.wiring import now

        for due in letter.dues:
            mark(due, self.book, at=write_moment(now()))
        self.memory.store(self.book)


def say_troubles(run: Run) -> None:
    """On stderr, also with --quiet."""
    for one in run.told:
        if one.fault is not None:
            warn(
                run.workspace,
                f"{one.letter.to} was not told: {one.fault}",
                "it is tried again with the next run",
            )
    for ending in run.untold:
        hint = "name a liaison in its tenant.toml and a mail server, or a channel: [notify] staff"
        what = "needs action" if ending.stage is Stage.NEEDS_ACTION else f"ends on {ending.end}"
        warn(run.workspace, f"{ending.object}: there is nobody to tell that it {what}", hint)
    if run.gandi is not None:
        why = run.gandi.removeprefix("Gandi: ")
        warn(run.workspace, f"Gandi was not asked: {why}; what was last known counts")


def to_document(run: Run) -> Shape:
    """`psfdns-remind/1`."""
    messages = [
        {
            "channel": one.letter.road,
            "to": one.letter.to,
            "subject": one.letter.subject,
            "text": one.letter.body,
            "items": list(one.letter.items),
            "accepted": run.is_sending and one.fault is None,
            "fault": one.fault,
        }
        for one in run.told
    ]
    return {
        "format": "psfdns-remind/1",
        "checked_at": write_moment(run.now),
        "sent": run.is_sending,
        "why_not": run.why_not,
        "gandi": run.gandi,
        "messages": messages,
        "untold": [ending.object for ending in run.untold],
        "summary": {
            "watched": len(run.endings),
            "messages": len(messages),
            "accepted": sum(message["accepted"] for message in messages),
            "failed": sum(message["fault"] is not None for message in messages),
        },
    }
