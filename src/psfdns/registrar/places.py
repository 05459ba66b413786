"""Where registrars and registries are: `[gandi]` and `[rdap]` of psfdns.toml (docs/contract.md §5). Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from psfdns.urls import read_url

GANDI_URL = "https://api.gandi.net/v5"


@dataclass(frozen=True, slots=True)
class Places:
    """Gandi's API, without a final slash; a URL or file like IANA's dns.json, None for IANA's own.

    `token_expires` is the last day of the token for Gandi, which its API does not tell.
    """

    gandi: str = GANDI_URL
    bootstrap: str | Path | None = None
    token_expires: datetime.date | None = None


def read_places(gandi: Mapping[str, Any], rdap: Mapping[str, Any], folder: Path) -> Places:
    """What the tables say; a file is relative to the folder. What `find_faults` names keeps its default."""
    url, bootstrap = gandi.get("url", GANDI_URL), rdap.get("bootstrap")
    if not isinstance(bootstrap, str) or "://" in bootstrap or not bootstrap:
        listed: str | Path | None = bootstrap if isinstance(bootstrap, str) and bootstrap else None
    else:
        listed = folder / bootstrap
    expires = gandi.get("token_expires")
    return Places(
        url.rstrip("/") if isinstance(url, str) else GANDI_URL, listed, expires if _is_day(expires) else None
    )


def _is_day(value: object) -> TypeGuard[datetime.date]:
    return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)


def find_faults(gandi: Mapping[str, Any], rdap: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to write instead; the value may hold a secret, and is not shown."""
    url = gandi.get("url", GANDI_URL)
    if not isinstance(url, str) or read_url(url) is None or "?" in url:
        yield "gandi.url must be an https URL, or one of this machine", f'"{GANDI_URL}"'
    if "token_expires" in gandi and not _is_day(gandi["token_expires"]):
        yield "gandi.token_expires must be a day, without quotes", "2027-03-01"
    bootstrap = rdap.get("bootstrap", "file")
    if (
        not isinstance(bootstrap, str)
        or not bootstrap
        or ("://" in bootstrap and read_url(bootstrap) is None)
    ):
        hint = '"https://data.iana.org/rdap/dns.json"'
        yield "rdap.bootstrap must be an https URL, one of this machine, or the path of a file", hint
