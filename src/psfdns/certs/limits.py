"""What a CA's rate limits leave us, by our own history and by what it told us to wait for. Pure.

Waits are kept by CA and subject: the names of an order, else the account (docs/contract.md §4). Let's
Encrypt counts in buckets that refill all the time: who stays below a number in every span empties none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from psfdns.suffixes import registrable_domain

ACCOUNT = "account"
WEEK = datetime.timedelta(days=7)
HOUR = datetime.timedelta(hours=1)
REMEMBERED = datetime.timedelta(days=120)
"""For so long Let's Encrypt knows which names it has issued for, and takes them again as a renewal."""
_LONGEST = datetime.timedelta(days=90)
"""No wait is as long, though a clock that is behind be added to it."""
KEPT = 500
"""Events of a kind, and waits, that are kept whatever their age: a clock that is wrong forgets nothing."""
_Key = tuple[str, str]
"""A CA and a subject."""


class Rule(NamedTuple):
    """So many events in so long a time."""

    most: int
    within: datetime.timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """A CA's limits (letsencrypt.org/docs/rate-limits).

    `same_names` certificates of one set of names, `failures` of one name, `domain` certificates of new sets
    below one registered domain, `orders` of new sets of one account.
    """

    same_names: Rule | None = None
    failures: Rule | None = None
    domain: Rule | None = None
    orders: Rule | None = None


LETS_ENCRYPT = Rules(Rule(5, WEEK), Rule(5, HOUR), Rule(50, WEEK), Rule(300, 3 * HOUR))
STAGING = Rules(Rule(30_000, WEEK), Rule(200, HOUR), Rule(30_000, WEEK), Rule(1500, 3 * HOUR))
RULES: Mapping[str, Rules] = {
    "acme-v02.api.letsencrypt.org": LETS_ENCRYPT,
    "acme-staging-v02.api.letsencrypt.org": STAGING,
}
"""By the host of the directory."""


class Event(NamedTuple):
    """Something that counts: of a set of names, a name, a domain or the account.

    `about` is the URL of what it happened to, so that it is counted once; `seen` when it was first read by a
    clock that had not come as far as `at`: one of the two clocks was wrong.
    """

    ca: str
    subject: str
    at: datetime.datetime
    about: str = ""
    seen: datetime.datetime | None = None

    def since(self, now: datetime.datetime) -> datetime.datetime:
        """From when it counts."""
        return self.at if self.at <= now else min(self.seen or now, now)


class Wait(NamedTuple):
    """Until when a CA wants not to be asked, its words, and when it said so, where that is known."""

    until: datetime.datetime
    why: str
    since: datetime.datetime | None = None


class Bid(NamedTuple):
    """An order that is to be placed.

    `exempt`: it replaces a certificate within the window that the CA suggested, and no limit is asked.
    `renewal`: the CA has issued just these names before, so that neither domain nor account count it.
    `urgent_from`: when little is left of the certificate that it is to succeed.
    """

    ca: str
    names: tuple[str, ...]
    exempt: bool = False
    renewal: bool = False
    urgent_from: datetime.datetime | None = None


@dataclass(slots=True)
class History:
    """What counts of late, kind by kind, and the waits by (CA, subject).

    `issued` by set of names, `failed` by name, `domains` by registered domain, `orders` of the account;
    `sets` are the last certificates of each set of names.
    """

    issued: list[Event] = field(default_factory=list)
    failed: list[Event] = field(default_factory=list)
    domains: list[Event] = field(default_factory=list)
    orders: list[Event] = field(default_factory=list)
    sets: list[Event] = field(default_factory=list)
    waits: dict[tuple[str, str], Wait] = field(default_factory=dict)

    def settle(self, now: datetime.datetime) -> bool:
        """Bring it to the present; whether a clock was ahead, what that has written counts from now on."""
        for events in (self.issued, self.failed, self.domains, self.orders):
            events[:] = [_see(each, now) for each in _keep(events, now - WEEK)]
        self.sets = [_see(each, now) for each in _keep(self.sets, now - REMEMBERED)]
        self.waits = _keep_waits(self.waits, now)
        return any(each.seen == now for events in (self.issued, self.domains) for each in events)

    def knows(self, ca: str, names: Iterable[str], now: datetime.datetime) -> bool:
        """Whether a CA has issued for just these names, and still knows it."""
        subject = subject_of(names)
        return any(
            (each.ca, each.subject) == (ca, subject) and min(each.at, each.seen or now) > now - REMEMBERED
            for each in self.sets
        )

    def note_order(self, bid: Bid, now: datetime.datetime) -> None:
        """The CA is about to be asked for an order."""
        if not (bid.exempt or bid.renewal):
            self.orders.append(Event(bid.ca, ACCOUNT, now))

    def note_issued(self, bid: Bid, now: datetime.datetime, *, order: str) -> None:
        """The CA is about to issue, or has; an exempt certificate counts for those after it."""
        if any(each.about == order for each in self.issued):
            self._move(order, now)
            return
        event = Event(bid.ca, subject_of(bid.names), now, order)
        self.issued.append(event)
        # What seems to lie ahead is kept beside it: one of the two clocks was wrong.
        self.sets = [each for each in self.sets if each[:2] != event[:2] or each.at > now] + [event]
        if not bid.renewal:
            self.domains += [Event(bid.ca, domain, now, order) for domain in domains_of(bid.names)]

    def _move(self, order: str, now: datetime.datetime) -> None:
        """What is known of an order happened later."""
        for events in (self.issued, self.domains, self.sets):
            events[:] = [each._replace(at=now) if each.about == order else each for each in events]

    def take_back(self, order: str) -> None:
        """The CA has not issued after all."""
        self.issued = [each for each in self.issued if each.about != order]
        self.domains = [each for each in self.domains if each.about != order]
        self.sets = [each for each in self.sets if each.about != order]

    def note_failure(self, ca: str, name: str, now: datetime.datetime, *, authorization: str) -> None:
        """A name could not be validated."""
        if not any(each.about == authorization for each in self.failed):
            self.failed.append(Event(ca, name, now, authorization))


def subject_of(names: Iterable[str]) -> str:
    """A set of names as one text, whatever their order."""
    return ",".join(sorted(names))


def domains_of(names: Iterable[str]) -> tuple[str, ...]:
    """The registered domains of names without final dots; a suffix itself counts as one."""
    plain = (name.removeprefix("*.") for name in names)
    found = ((registrable_domain(f"{name}.", unknown=True) or f"{name}.").rstrip(".") for name in plain)
    return tuple(dict.fromkeys(found))


def judge_waits(history: History, bid: Bid, now: datetime.datetime) -> Wait | None:
    """Until when the CA wants not to be asked. Raises nothing.

    A wait does not hold into the last of a certificate's lifetime, but for an hour from when it was told: one
    request an hour harms no CA, and its mistake lets no certificate expire.
    """
    keys = ((bid.ca, ACCOUNT), (bid.ca, subject_of(bid.names)))
    told = [history.waits[key] for key in keys if key in history.waits]
    waits = [_shorten(wait, bid) for wait in told if wait.since is None or wait.since <= now]
    return max((wait for wait in waits if wait.until > now), default=None, key=lambda wait: wait.until)


def judge_limits(
    history: History, bid: Bid, *, rules: Rules | None, now: datetime.datetime, others: Iterable[Bid] = ()
) -> Wait | None:
    """What an order has to wait for by our own count; `others` are about to be placed too."""
    if rules is None or bid.exempt:
        return None
    ahead = [each for each in others if each.ca == bid.ca]
    waits = [*_of_names(history, bid, rules, now, ahead)]
    if not bid.renewal:
        waits += _of_new(history, bid, rules, now, ahead)
    return max((wait for wait in waits if wait.until > now), default=None, key=lambda wait: wait.until)


def _of_names(
    history: History, bid: Bid, rules: Rules, now: datetime.datetime, ahead: list[Bid]
) -> Iterator[Wait]:
    subject = subject_of(bid.names)
    same = sum(subject_of(each.names) == subject for each in ahead)
    times = _times(history.issued, bid.ca, subject, now, same)
    yield from _full(times, rules.same_names, "certificates of just these names")
    for name in dict.fromkeys(each.removeprefix("*.") for each in bid.names):
        times = _times(history.failed, bid.ca, name, now, 0)
        yield from _full(times, rules.failures, f"failed validations of {name}")


def _of_new(
    history: History, bid: Bid, rules: Rules, now: datetime.datetime, ahead: list[Bid]
) -> Iterator[Wait]:
    new = [each for each in ahead if not each.renewal]
    for domain in domains_of(bid.names):
        there = sum(domain in domains_of(each.names) for each in new)
        times = _times(history.domains, bid.ca, domain, now, there)
        yield from _full(times, rules.domain, f"new certificates below {domain}")
    times = _times(history.orders, bid.ca, ACCOUNT, now, sum(not each.exempt for each in new))
    yield from _full(times, rules.orders, "orders of an account")


def _times(
    events: Iterable[Event], ca: str, subject: str, now: datetime.datetime, ahead: int
) -> list[datetime.datetime]:
    past = sorted(each.since(now) for each in events if (each.ca, each.subject) == (ca, subject))
    return past + [now] * ahead


def _full(times: list[datetime.datetime], rule: Rule | None, of: str) -> Iterator[Wait]:
    if rule is not None and len(times) >= rule.most:
        until = times[-rule.most] + rule.within
        yield Wait(
            until, f"the CA allows {rule.most} {of} in {_words(rule.within)}, and that many there were"
        )


def _keep(events: list[Event], since: datetime.datetime) -> list[Event]:
    old = len(events) - KEPT
    return [each for number, each in enumerate(events) if number >= old or each.at > since]


def _see(event: Event, now: datetime.datetime) -> Event:
    if event.at <= now or (event.seen is not None and event.seen <= now):
        return event
    return event._replace(seen=now)


def _keep_waits(waits: Mapping[_Key, Wait], now: datetime.datetime) -> dict[_Key, Wait]:
    """What is told of next year was told by a clock that was ahead; what is over may be so by such a one."""
    told = [(key, wait) for key, wait in waits.items() if wait.until <= now + _LONGEST]
    return dict(sorted(told, key=lambda each: each[1].until)[-KEPT:])


def _shorten(wait: Wait, bid: Bid) -> Wait:
    if bid.urgent_from is None or wait.since is None:
        return wait
    return wait._replace(until=min(wait.until, max(bid.urgent_from, wait.since + HOUR)))


def _words(span: datetime.timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} h"
