"""How tenants and zone files are named on disk (docs/contract.md §1): pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from psfdns.names import NameSyntaxError, parse_name

ZONE_SUFFIX = ".zone"
TENANT_FILE = "tenant.toml"
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
"""A tenant's folder name, which is its name on the command line too."""

_VIEW = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62})")


class ZoneNameError(ValueError):
    """Not how a zone is written; `hint` gives the right spelling where there is one."""

    def __init__(self, summary: str, hint: str | None = None) -> None:
        super().__init__(summary)
        self.hint = hint


class ZoneStem(NamedTuple):
    """A zone's canonical name and its view, None for the only one."""

    origin: str
    view: str | None


def parse_zone_stem(text: str) -> ZoneStem:
    """`python.org` or `python.org@view`, as keys of tenant.toml have it."""
    name, at, view = text.partition("@")
    if at and not _VIEW.fullmatch(view):
        raise ZoneNameError("the view after @ has lower-case letters, digits, - and _")
    return ZoneStem(parse_zone_name(name), view if at else None)


def parse_zone_name(text: str) -> str:
    """The canonical name of a zone in A-labels, lower case, without its final dot."""
    if not text:
        raise ZoneNameError("no name")
    if len(text) > 1_100:
        raise ZoneNameError("too long")
    try:
        canonical = parse_name(text if text.endswith(".") else text + ".")
    except NameSyntaxError as error:
        raise ZoneNameError(str(error)) from error
    if canonical != text + ".":
        right = canonical.removesuffix(".")
        raise ZoneNameError(
            "not in lower case, A-labels, without a final dot", f"write {right}" if right else None
        )
    if canonical.startswith("*."):
        raise ZoneNameError("a wildcard is no zone")
    return canonical


def parse_file_stem(stem: str) -> str:
    """A zone file's name without `.zone` -> the key of tenant.toml: `%2F` is `/`, nothing else is escaped."""
    if "%" in stem.replace("%2F", ""):
        raise ZoneNameError("% stands only in %2F, which is /", f"write {stem.replace('%2f', '%2F')}")
    return stem.replace("%2F", "/")
