"""The list of RDAP servers of today: fetched once a week, else as it was kept, else as it was bundled."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import read_file
from psfdns.moments import read_moment, write_moment
from psfdns.registrar.bootstrap import Bootstrap, bundled, read_bootstrap
from psfdns.registrar.cache import Cache
from psfdns.registrar.https import Answered, Bounds, Reply, Request, exchange

IANA = "https://data.iana.org/rdap/dns.json"
FORMAT = "psfdns-rdap-bootstrap/1"
NAME = "rdap-bootstrap"
WEEK = datetime.timedelta(days=7)
AGAIN = datetime.timedelta(hours=1)
"""After an attempt that failed."""
BOUNDS = Bounds(seconds=15.0, octets=4 << 20)


def find_bootstrap(
    wanted: str | Path | None,
    cache: Cache,
    *,
    now: datetime.datetime,
    ask: Callable[[Request, Bounds], Answered] = exchange,
) -> Bootstrap:
    """The list of `[rdap] bootstrap`, a URL or a file; without one IANA's, with what is missing from it.

    A URL that fails leaves what was kept of it, or nothing. Raises PsfdnsError where a file cannot be read.
    """
    if isinstance(wanted, Path):
        return _read_file(wanted)
    if wanted is not None:
        # Nothing stands in for it, so it is tried again by the next command.
        found = _fetch(wanted, cache, now, ask, again=datetime.timedelta(0))
        return found or Bootstrap({}, why=f"the list of RDAP servers at {wanted} cannot be had")
    return (_fetch(IANA, cache, now, ask, again=AGAIN) or bundled()).with_overrides()


def _read_file(path: Path) -> Bootstrap:
    try:
        return read_bootstrap(json.loads(read_file(path)))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = "[rdap] bootstrap names a document like https://data.iana.org/rdap/dns.json"
        raise PsfdnsError(f"{path}: cannot be used as the list of RDAP servers: {why}", hint=hint) from error


def _fetch(
    url: str,
    cache: Cache,
    now: datetime.datetime,
    ask: Callable[[Request, Bounds], Answered],
    *,
    again: datetime.timedelta,
) -> Bootstrap | None:
    kept = cache.load(NAME, FORMAT)
    if kept.get("url") != url:
        kept = {"url": url}
    if not _is_due(kept, now, again):
        return _kept(kept)
    answered = ask(Request("GET", url, {"Accept": "application/json", "Accept-Encoding": "identity"}), BOUNDS)
    if isinstance(answered, Reply) and answered.status == 200:
        try:
            found = read_bootstrap(json.loads(answered.body))
        except (ValueError, RecursionError):
            pass
        else:
            kept = {"url": url, "servers": dict(found.servers), "fetched_at": write_moment(now)}
    cache.store(NAME, FORMAT, {**kept, "tried_at": write_moment(now)})
    return _kept(kept)


def _is_due(kept: dict[str, Any], now: datetime.datetime, again: datetime.timedelta) -> bool:
    fetched, tried = read_moment(kept.get("fetched_at")), read_moment(kept.get("tried_at"))
    if fetched is not None and abs(now - fetched) < WEEK:
        return False
    return tried is None or abs(now - tried) >= again


def _kept(kept: dict[str, Any]) -> Bootstrap | None:
    servers = kept.get("servers")
    return Bootstrap(servers) if isinstance(servers, dict) and servers else None
