"""Reminders put together: one letter for each recipient and channel, whatever it is about. Pure."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.reminder import item_of, render_body, render_page, render_subject
from psfdns.notify.message import Message, Recipient
from psfdns.reminders.due import MAIL, Due
from psfdns.reminders.ending import Ending, Kind

if TYPE_CHECKING:
    from psfdns.reminders.ending import Thing
    from psfdns.reminders.policy import Policy
    from psfdns.tenants.tenant import Tenant

Shape = dict[str, Any]

SEVERAL = "several"
"""Stands for the tenant of a letter to somebody who answers for more than one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient or channel is told in one run; `to` is an address, or the name of a channel."""

    channel: str
    to: str
    subject: str
    body: str
    dues: tuple[Due, ...]
    items: tuple[Shape, ...]

    @property
    def road(self) -> str:
        """mail, staff or page."""
        return self.channel.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Writing:
    """What letters are written with: names of channels, prices that were asked for, tenants."""

    policy: Policy
    now: datetime.datetime
    tenants: Mapping[str, Tenant]
    names: Mapping[str, str]
    priced: Mapping[Thing, Ending]

    def items(self, dues: Iterable[Due]) -> tuple[Shape, ...]:
        """The documents of what is due."""
        return tuple(item_of(self._with_price(due), self.policy, self.now) for due in dues)

    def _with_price(self, due: Due) -> Due:
        ending = self.priced.get(due.ending.thing, due.ending)
        return due if ending is due.ending else Due(due.word, ending, due.channel, due.labels)


def write_letters(
    dues: Iterable[Due], writing: Writing, *, unreached: Iterable[Thing] = ()
) -> tuple[Letter, ...]:
    """One for each channel, in the order of the first thing that is due there."""
    by_channel: dict[str, list[Due]] = {}
    for due in dues:
        by_channel.setdefault(due.channel, []).append(due)
    return tuple(_write(channel, several, writing, unreached) for channel, several in by_channel.items())


def _write(channel: str, dues: Sequence[Due], writing: Writing, unreached: Iterable[Thing]) -> Letter:
    items = writing.items(dues)
    to = channel.removeprefix(MAIL) if channel.startswith(MAIL) else writing.names[channel]
    if channel.startswith(MAIL):
        paths = sorted({item["facts"]["path"] for item in items if item["facts"].get("path")})
        why = [
            f"You are told because you are a liaison: {', '.join(paths)}." if paths else "You are a liaison."
        ]
        others = sorted({address for due in dues for address in due.ending.to} - {to})
    else:
        why, others = [f"You are told because psfdns.toml names this channel: {to}."], []
        things = {due.ending.thing for due in dues}
        lost = sorted(thing.object for thing in unreached if thing in things)
        why += [f"None of their liaisons could be told of: {', '.join(lost)}."] if lost else []
    why += _say_when(dues, writing.policy)
    body = render_body(items, why=why, others=others)
    return Letter(channel, to, render_subject(items), body, tuple(dues), items)


def _say_when(dues: Sequence[Due], policy: Policy) -> Iterator[str]:
    """When more will be heard of things of these kinds."""
    by_kind: dict[Kind, set[int]] = {}
    for due in dues:
        by_kind.setdefault(due.ending.kind, set()).update(policy.days_of(due.ending))
    for kind in (kind for kind in Kind if kind in by_kind):
        days = ", ".join(map(str, sorted(by_kind[kind], reverse=True)))
        yield _WHEN[kind].format(days=days)


_WHEN = {
    Kind.DOMAIN: "Reminders come {days} days before the end, then daily until it is renewed or gone.",
    Kind.CERTIFICATE: "Of certificates, reminders come {days} days before the end, then daily for a month.",
    Kind.KEY: "Of keys it is said once that something is wrong, and again when it comes back.",
    Kind.TOKEN: "Of tokens, reminders come {days} days before the end, and once after it.",
}


def write_pages(dues: Iterable[Due], writing: Writing) -> tuple[Letter, ...]:
    """One a thing: each is an incident of its own."""
    found = []
    for due in dues:
        (item,) = writing.items([due])
        text = render_page(item)
        found.append(Letter(due.channel, writing.names[due.channel], text, text, (due,), (item,)))
    return tuple(found)


def as_message(letter: Letter, tenants: Mapping[str, Tenant]) -> Message:
    """The letter as a mail. Sent again after a failure it is the same message, which mailboxes know."""
    slugs = sorted({due.ending.tenant for due in letter.dues if due.ending.tenant is not None})
    slug = slugs[0] if len(slugs) == 1 else SEVERAL
    name = tenants[slug].name if slug in tenants else "several tenants"
    liaisons = (one for tenant in tenants.values() for one in tenant.liaisons if one.email == letter.to)
    recipient = next((Recipient(one.name, one.email) for one in liaisons), Recipient("", letter.to))
    threads = tuple(dict.fromkeys(f"{due.ending.kind}.{due.ending.object}" for due in letter.dues))
    return Message(
        slug,
        name,
        (recipient,),
        letter.subject,
        letter.body,
        "reminder",
        unique=_digest(letter),
        threads=threads,
    )


def _digest(letter: Letter) -> str:
    said = sorted(
        [*due.ending.thing, str(due.ending.end), due.word.value, *due.labels] for due in letter.dues
    )
    return hashlib.sha256(json.dumps([letter.channel, said]).encode()).hexdigest()[:24]


def of_road(dues: Iterable[Due], road: str) -> tuple[Due, ...]:
    """Those for mail, staff's channels, or pages."""
    return tuple(due for due in dues if due.channel.startswith(road))
