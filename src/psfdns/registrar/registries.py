"""RDAP, asked politely: a domain once a day, one question at a time to a server, and never against its word.

What was heard is kept with its age (`Memory`). The date of the next question is a day and a little later, a
little that differs by domain, so that nothing has to sleep for questions to be spread. A server that says
when to come again (Retry-After) is left alone until then; one that cannot be reached, for this run. What is
put off for longer than that was put off by a clock that was wrong, and counts for nothing.
"""

from __future__ import annotations

import datetime
import email.utils
import enum
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from psfdns.moments import write_moment
from psfdns.registrar.bootstrap import Bootstrap
from psfdns.registrar.cache import Cache
from psfdns.registrar.domains import Registration
from psfdns.registrar.https import Answered, Bounds, Reply, Request, Silence, exchange
from psfdns.registrar.rdap_answers import read_registration
from psfdns.registrar.shapes import moment_of, registration_from_json, registration_to_json
from psfdns.urls import is_loopback, read_url

FORMAT = "psfdns-rdap-cache/1"
NAME = "rdap"
DAY = datetime.timedelta(days=1)
JITTER = datetime.timedelta(hours=4)
PAUSE = datetime.timedelta(hours=1)
"""How long a server is left alone that says 429 or 503, and not until when."""
MAX_PAUSE = datetime.timedelta(days=7)
MAX_REDIRECTS = 3
MAX_SILENCES = 2
"""Questions without an answer, after which a server is asked no more in this run."""
THREADS = 4
BOUNDS = Bounds(seconds=20.0, octets=1 << 20)

_HEADERS = {"Accept": "application/rdap+json, application/json;q=0.9", "Accept-Encoding": "identity"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ENOUGH = frozenset({429, 503})
"""By which a server says that it wants to be left alone."""
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError)


class Outcome(enum.StrEnum):
    """What came of the last question."""

    FOUND = "found"
    MISSING = "missing"
    FAILED = "failed"
    NO_SERVER = "no-server"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a registry said of a domain: `registration` is the last that was good, whatever `outcome` is.

    `why`: why the last question failed. `next_at`: not asked again before.
    """

    outcome: Outcome
    registration: Registration | None = None
    why: str | None = None
    next_at: datetime.datetime | None = None


@dataclass
class Memory:
    """What was heard by domain, and until when servers want to be left alone, by host."""

    heard: dict[str, Heard] = field(default_factory=dict)
    pauses: dict[str, datetime.datetime] = field(default_factory=dict)

    def is_due(self, name: str, now: datetime.datetime) -> bool:
        """Whether a domain is to be asked for."""
        known = self.heard.get(name)
        if known is None or known.next_at is None:
            return True
        longest = MAX_PAUSE if known.outcome is Outcome.FAILED else DAY + JITTER
        return not now < known.next_at <= now + longest


@dataclass(frozen=True, slots=True)
class Registries:
    """Whom to ask: `find_bootstrap` is called only when somebody is to be asked. `sent` counts by host."""

    find_bootstrap: Callable[[], Bootstrap]
    ask: Callable[[Request, Bounds], Answered] = exchange
    sent: Counter[str] = field(default_factory=Counter)


def hear_registries(
    names: Collection[str], registries: Registries, cache: Cache, *, now: datetime.datetime
) -> dict[str, Heard]:
    """What registries say of these domains, now (a whole second) or when they were last asked.

    Raises PsfdnsError where the bootstrap's file cannot be read, or what was heard cannot be kept and nobody
    hears the cache's complaints.
    """
    memory = load_memory(cache)
    due = [name for name in names if memory.is_due(name, now)]
    if due:
        _ask_all(due, registries, memory, now)
        _store_memory(cache, memory)
    return {name: memory.heard[name] for name in names}


def next_question(name: str, now: datetime.datetime) -> datetime.datetime:
    """A day later, and up to four hours that follow from name and date."""
    spread = hashlib.sha256(f"{name} {now.date()}".encode()).digest()
    minutes = int.from_bytes(spread[:4], "big") % (JITTER // datetime.timedelta(minutes=1))
    return now + DAY + datetime.timedelta(minutes=minutes)


def _ask_all(names: Iterable[str], registries: Registries, memory: Memory, now: datetime.datetime) -> None:
    """Servers side by side, the questions of each in a row."""
    bootstrap = registries.find_bootstrap()
    by_host: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        server = bootstrap.find(name)
        if server is None:
            why = bootstrap.why or "no RDAP server is known for its names"
            outcome = Outcome.FAILED if bootstrap.why else Outcome.NO_SERVER
            memory.heard[name] = replace(_before(memory, name), outcome=outcome, why=why, next_at=None)
        else:
            by_host.setdefault(urlsplit(server).netloc, []).append((name, server))
    with ThreadPoolExecutor(THREADS, thread_name_prefix="rdap") as pool:
        under_way = [
            pool.submit(_ask_server, host, asked, registries, memory, now) for host, asked in by_host.items()
        ]
        for each in under_way:
            each.result()


def _before(memory: Memory, name: str) -> Heard:
    return memory.heard.get(name, Heard(Outcome.FAILED))


def _ask_server(
    host: str,
    asked: Iterable[tuple[str, str]],
    registries: Registries,
    memory: Memory,
    now: datetime.datetime,
) -> None:
    """All questions to one server."""
    silences: list[str] = []
    for name, server in asked:
        before = _before(memory, name)
        pause = memory.pauses.get(host)
        if pause is not None and now < pause <= now + MAX_PAUSE:
            why = f"{host} wants to be asked again from {write_moment(pause)} on"
            memory.heard[name] = replace(before, outcome=Outcome.FAILED, why=why, next_at=pause)
        elif len(silences) >= MAX_SILENCES:
            memory.heard[name] = replace(before, outcome=Outcome.FAILED, why=silences[-1], next_at=None)
        else:
            answered = _ask(f"{server}domain/{quote(name.removesuffix('.'), safe='')}", registries)
            if isinstance(answered, Silence):
                silences.append(f"{host} {answered.why}")
            elif answered.status in _ENOUGH:
                memory.pauses[host] = now + _pause(answered, now)
            memory.heard[name] = _read(name, answered, before, host=host, now=now, pauses=memory.pauses)


def _ask(url: str, registries: Registries) -> Answered:
    """The answer behind redirects, all of them to places that we may speak to."""
    for _ in range(MAX_REDIRECTS + 1):
        registries.sent[urlsplit(url).netloc] += 1
        answered = registries.ask(Request("GET", url, _HEADERS), BOUNDS)
        if not isinstance(answered, Reply) or answered.status not in _REDIRECTS:
            return answered
        before, url = url, urljoin(url, answered.headers.get("location", ""))
        if not _may_follow(before, url):
            return Silence("redirects to a place that is not https", sent=True)
    return Silence(f"redirects more than {MAX_REDIRECTS} times", sent=True)


def _may_follow(before: str, url: str) -> bool:
    """Nobody else sends us to this machine."""
    parts = read_url(url)
    return parts is not None and (
        not is_loopback(parts.hostname or "") or is_loopback(urlsplit(before).hostname or "")
    )


def _read(
    name: str,
    answered: Answered,
    before: Heard,
    *,
    host: str,
    now: datetime.datetime,
    pauses: Mapping[str, datetime.datetime],
) -> Heard:
    """What an answer means. One that says nothing of the domain leaves what was known."""
    if isinstance(answered, Silence):
        return replace(before, outcome=Outcome.FAILED, why=f"{host} {answered.why}", next_at=None)
    following = next_question(name, now)
    if answered.status == 200:
        try:
            said = read_registration(_json(answered), name, checked_at=now)
        except ValueError as error:
            why = f"{host}: what it answers cannot be used: {error}"
            return replace(before, outcome=Outcome.FAILED, why=why, next_at=following)
        return Heard(Outcome.FOUND, said, next_at=following)
    if answered.status == 404:
        return Heard(Outcome.MISSING, next_at=following)
    why = f"{host} answers {answered.status}"
    next_at = pauses[host] if answered.status in _ENOUGH else following
    return replace(before, outcome=Outcome.FAILED, why=why, next_at=next_at)


def _json(reply: Reply) -> Any:
    """Raises ValueError."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None


def _pause(reply: Reply, now: datetime.datetime) -> datetime.timedelta:
    """Retry-After, in seconds or as a date (RFC 9110 §10.2.3)."""
    text = reply.headers.get("retry-after", "").strip()
    pause = PAUSE
    if text.isascii() and text.isdigit() and len(text) < 10:
        pause = datetime.timedelta(seconds=int(text))
    elif text:
        try:
            until = email.utils.parsedate_to_datetime(text)
            pause = (until if until.tzinfo else until.replace(tzinfo=datetime.UTC)) - now
        except (ValueError, OverflowError):
            pass
    return min(max(pause, datetime.timedelta(0)), MAX_PAUSE)


def load_memory(cache: Cache) -> Memory:
    """What is kept; entries that cannot be read are forgotten."""
    document = cache.load(NAME, FORMAT)
    return Memory(_read_each(document.get("domains"), _heard), _read_each(document.get("pauses"), moment_of))


def _read_each(table: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
    found = {}
    for name, value in table.items() if isinstance(table, dict) else ():
        try:
            found[name] = read(value)
        except _DAMAGED:
            continue
    return found


def _heard(value: Any) -> Heard:
    kept, following = value["registration"], value["next_at"]
    return Heard(
        Outcome(value["outcome"]),
        None if kept is None else registration_from_json(kept),
        None if value["why"] is None else str(value["why"]),
        None if following is None else moment_of(following),
    )


def _store_memory(cache: Cache, memory: Memory) -> None:
    domains = {
        name: {
            "outcome": each.outcome.value,
            "registration": None if each.registration is None else registration_to_json(each.registration),
            "why": each.why,
            "next_at": None if each.next_at is None else write_moment(each.next_at),
        }
        for name, each in memory.heard.items()
    }
    pauses = {host: write_moment(until) for host, until in memory.pauses.items()}
    cache.store(NAME, FORMAT, {"domains": domains, "pauses": pauses})
