"""What a CA's rate limits leave us, by our own history and by what it told us to wait for. Pure.

Waits are kept by CA and subject: the names of an order, else the account (docs/contract.md §4).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

ACCOUNT = "account"
WEEK = datetime.timedelta(days=7)
HOUR = datetime.timedelta(hours=1)


class Rule(NamedTuple):
    """So many events in so long a time."""

    most: int
    within: datetime.timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """A CA's limits (letsencrypt.org/docs/rate-limits): certificates of one set of names, failures of one."""

    same_names: Rule | None = None
    failures: Rule | None = None


LETS_ENCRYPT = Rules(Rule(5, WEEK), Rule(5, HOUR))
STAGING = Rules(Rule(30_000, WEEK), Rule(200, HOUR))
RULES: Mapping[str, Rules] = {
    "acme-v02.api.letsencrypt.org": LETS_ENCRYPT,
    "acme-staging-v02.api.letsencrypt.org": STAGING,
}
"""By the host of the directory."""


class Event(NamedTuple):
    """Something that counts: a certificate of a set of names, or a failed validation of a name."""

    ca: str
    subject: str
    at: datetime.datetime


class Wait(NamedTuple):
    """Until when a CA wants not to be asked, and its words."""

    until: datetime.datetime
    why: str


@dataclass(slots=True)
class History:
    """What was issued and what failed of late, and the waits by (CA, subject)."""

    issued: list[Event] = field(default_factory=list)
    failed: list[Event] = field(default_factory=list)
    waits: dict[tuple[str, str], Wait] = field(default_factory=dict)

    def forget_old(self, now: datetime.datetime) -> None:
        """Drop what no limit counts any more."""
        self.issued = [each for each in self.issued if each.at > now - WEEK]
        self.failed = [each for each in self.failed if each.at > now - HOUR]
        self.waits = {key: wait for key, wait in self.waits.items() if wait.until > now}


def subject_of(names: Iterable[str]) -> str:
    """A set of names as one text, whatever their order."""
    return ",".join(sorted(names))


def judge_limits(
    history: History,
    names: Sequence[str],
    *,
    ca: str,
    rules: Rules | None,
    now: datetime.datetime,
    exempt: bool,
) -> Wait | None:
    """What an order of these names has to wait for; `exempt`: it replaces a certificate as the CA advised.

    Let's Encrypt exempts such an order from all of its limits, but it still wants its waits respected.
    """
    waits = [history.waits[key] for key in ((ca, ACCOUNT), (ca, subject_of(names))) if key in history.waits]
    if rules is not None and not exempt:
        waits += _own_limits(history, names, ca, rules)
    return max((wait for wait in waits if wait.until > now), default=None)


def _own_limits(history: History, names: Sequence[str], ca: str, rules: Rules) -> Iterable[Wait]:
    if rules.same_names is not None:
        same = [each.at for each in history.issued if (each.ca, each.subject) == (ca, subject_of(names))]
        yield from _full(same, rules.same_names, "certificates of just these names")
    for name in dict.fromkeys(each.removeprefix("*.") for each in names):
        if rules.failures is not None:
            times = [each.at for each in history.failed if (each.ca, each.subject) == (ca, name)]
            yield from _full(times, rules.failures, f"failed validations of {name}")


def _full(times: list[datetime.datetime], rule: Rule, of: str) -> Iterable[Wait]:
    if len(times) >= rule.most:
        until = sorted(times)[-rule.most] + rule.within
        yield Wait(
            until, f"the CA allows {rule.most} {of} in {_words(rule.within)}, and that many there were"
        )


def _words(span: datetime.timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} h"
