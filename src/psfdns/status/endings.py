"""Everything that has an end, by the day, from the documents of domains and certificates. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from psfdns.moments import read_moment
from psfdns.status.aspect import Shape

TOKEN = "GANDI_PAT"  # noqa: S105 - the name of a variable, and no secret


def list_endings(
    domains: list[Mapping[str, Any]],
    certificates: list[Mapping[str, Any]],
    token_expires: datetime.date | None,
    *,
    now: datetime.datetime,
) -> list[Shape]:
    """What ends first stands first; what has no end that is known is left out."""
    found = [*_of_domains(domains), *_of_certificates(certificates)]
    if token_expires is not None:
        found.append(_ending("token", TOKEN, None, token_expires, []))
    today = now.astimezone(datetime.UTC).date()
    dated = [{**each, "days_left": (each["end"] - today).days} for each in found]
    dated.sort(key=lambda each: (each["end"], each["kind"], each["object"]))
    return [{**each, "end": each["end"].isoformat()} for each in dated]


def days_left(moment: str | None, *, now: datetime.datetime) -> int | None:
    """The difference of UTC dates."""
    at = read_moment(moment)
    return None if at is None else (at.date() - now.astimezone(datetime.UTC).date()).days


def _of_domains(domains: list[Mapping[str, Any]]) -> Iterator[Shape]:
    for each in domains:
        end = read_moment(each["expires"])
        if end is not None:
            name = each["name"].removesuffix(".")
            yield _ending("domain", name, each["tenant"], end.date(), each["zones"])


def _of_certificates(certificates: list[Mapping[str, Any]]) -> Iterator[Shape]:
    for each in certificates:
        end = read_moment(each["not_after"])
        if end is not None:
            yield _ending("certificate", each["name"], each["tenant"], end.date(), each["zones"])


def _ending(kind: str, name: str, tenant: str | None, end: datetime.date, zones: list[str]) -> Shape:
    return {
        "kind": kind,
        "object": name,
        "tenant": tenant,
        "end": end,
        "days_left": None,
        "zones": list(zones),
    }
