"""What a CA's server answers, as values: replies, problem documents, Retry-After. Pure, no network.

What the `acme` library loses (headers of errors, the body of 409, dates in Retry-After) is kept here.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from psfdns.errors import CaError

ERROR_PREFIX = "urn:ietf:params:acme:error:"
RETRYABLE = frozenset({"badNonce", "rateLimited", "serverInternal", "dns", "connection"})
"""Error types that may go away by themselves (RFC 8555 §6.7)."""
TOO_MANY = 429
_OF_IDENTIFIERS = frozenset({"caa", "rejectedIdentifier", "unsupportedIdentifier"})
"""Error types that are about what an order is for."""
_NAME = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")

_LONGEST = 300
"""Characters shown of what a CA says."""
_MAX_SUBPROBLEMS = 5
_MAX_WAIT = datetime.timedelta(days=30)
"""A Retry-After beyond that is a mistake; nothing of a CA's is limited for longer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. `headers` have lower-case names; `links` is relation -> URLs (RFC 8288)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    links: tuple[tuple[str, str], ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300

    @property
    def location(self) -> str | None:
        """The URL of what was made or found."""
        return self.headers.get("location")

    def related(self, relation: str) -> tuple[str, ...]:
        """The URLs of a relation, in the order of the headers."""
        return tuple(url for name, url in self.links if name == relation)

    def document(self) -> dict[str, Any] | None:
        """The JSON object in the body, or None."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


def read_retry_after(reply: Reply, *, now: datetime.datetime) -> datetime.datetime | None:
    """When to ask again: Retry-After in seconds or as a date (RFC 9110 §10.2.3); None without it."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return now + min(datetime.timedelta(seconds=int(text)), _MAX_WAIT)
    try:
        when = parsedate_to_datetime(text)
        aware = when if when.tzinfo else when.replace(tzinfo=datetime.UTC)
        return min(max(aware.astimezone(datetime.UTC), now), now + _MAX_WAIT)
    except (ValueError, OverflowError):
        return None


def problem_kind(reply: Reply) -> str | None:
    """The type of a problem document without ACME's prefix (RFC 7807 §3.1, RFC 8555 §6.7)."""
    kind = (reply.document() or {}).get("type")
    return kind.removeprefix(ERROR_PREFIX) if isinstance(kind, str) and kind.isprintable() else None


def explain_problem(reply: Reply, *, who: str, doing: str, now: datetime.datetime) -> CaError:
    """The CA's no, in its own words as far as they are short."""
    kind = problem_kind(reply)
    document = reply.document() or {}
    broken = reply.status >= 500
    return CaError(
        who,
        doing,
        describe_problem(document) or f"HTTP {reply.status}",
        retryable=broken or reply.status == TOO_MANY or kind in RETRYABLE,
        hint=_hint(kind, document, who),
        kind=kind,
        status=reply.status,
        retry_at=read_retry_after(reply, now=now),
        uncertain=broken,
        names=() if broken or reply.status == TOO_MANY else refused_names(document),
    )


def refused_names(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a problem document is about, each as a wildcard too; none where it is about more.

    Those of its subproblems (RFC 8555 §6.7.1), of which every one has to name its identifier. Without any it
    is the first name in its words: so say Boulder and Pebble of a single one.
    """
    kind, subproblems = document.get("type"), document.get("subproblems")
    if isinstance(subproblems, list) and subproblems:
        found = [_value(each) if isinstance(each, dict) else None for each in subproblems]
    else:
        is_of_names = isinstance(kind, str) and kind.removeprefix(ERROR_PREFIX) in _OF_IDENTIFIERS
        said = _NAME.search(_detail(document).lower()) if is_of_names else None
        found = [said.group() if said else None]
    if kind == f"{ERROR_PREFIX}rateLimited" or None in found:
        return ()
    names = (f"{each}".lower() for each in found)
    return tuple(dict.fromkeys(name for each in names for name in (each, f"*.{each.removeprefix('*.')}")))


def describe_problem(document: Mapping[str, Any]) -> str:
    """The detail of a problem document, those of its subproblems (RFC 8555 §6.7.1), and its type."""
    subproblems = document.get("subproblems")
    several = subproblems[:_MAX_SUBPROBLEMS] if isinstance(subproblems, list) else ()
    below = [f"{_identifier(each)}{_detail(each)}" for each in several if isinstance(each, dict)]
    details = [_detail(document), *below]
    kind = document.get("type")
    shown = _cut(kind.removeprefix(ERROR_PREFIX)) if isinstance(kind, str) else ""
    text = "; ".join(filter(None, details))
    return f"{text} ({shown})" if text and shown else text or shown


def _detail(document: Mapping[str, Any]) -> str:
    detail = document.get("detail")
    return _cut(detail) if isinstance(detail, str) else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _identifier(document: Mapping[str, Any]) -> str:
    value = _value(document)
    return f"{_cut(value)}: " if value is not None else ""


def _value(document: Mapping[str, Any]) -> str | None:
    identifier = document.get("identifier")
    value = identifier.get("value") if isinstance(identifier, dict) else None
    return value if isinstance(value, str) else None


def _hint(kind: str | None, document: Mapping[str, Any], who: str) -> str | None:
    if kind == "accountDoesNotExist" or (kind == "unauthorized" and _is_of_ended_account(document)):
        return f"psfdns certs account deactivate {who} puts it aside; the next certificate makes another one"
    if kind == "externalAccountRequired":
        return "set eab_kid and eab_key_file of the CA in psfdns.toml"
    if kind == "userActionRequired":
        instance = document.get("instance")
        where = f": {_cut(instance)}" if isinstance(instance, str) else ""
        return f"the CA's terms have changed and are to be agreed to{where}"
    return None


def _is_of_ended_account(document: Mapping[str, Any]) -> bool:
    """By the CA's words: their type tells it not from other refusals (RFC 8555 §7.3.6)."""
    detail = _detail(document).lower()
    return "account" in detail and "deactivated" in detail
