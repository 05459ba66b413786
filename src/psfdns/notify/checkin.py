"""Check-ins of scheduled runs: the URLs by which a service learns that one began and how it ended. Pure.

Sentry takes the state as a parameter, healthchecks.io and what is like it as the last part of the path. Such
a URL is a secret: whoever has it can say that all is well.
"""

from __future__ import annotations

import enum
import re
from urllib.parse import urlsplit, urlunsplit

from psfdns.urls import read_url


class Step(enum.Enum):
    """How far a run is."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"


_SENTRY = re.compile(r"/api/[^/]+/cron/[^/]+/[^/]+/?")
"""docs.sentry.io, "Crons", HTTP."""
_SENTRY_STATUS = {Step.START: "in_progress", Step.SUCCESS: "ok", Step.FAILURE: "error"}
_PATHS = {Step.START: "/start", Step.SUCCESS: "", Step.FAILURE: "/fail"}
"""healthchecks.io, "Pinging API"."""


_VARIABLE = re.compile(r"\$(?:\{\w+\}|\w+)", re.ASCII)


def may_be_url(setting: str) -> bool:
    """Whether a setting is such a URL once the environment has filled in its variables."""
    return bool(_VARIABLE.fullmatch(setting)) or read_url(_VARIABLE.sub("x", setting)) is not None


def checkin_url(url: str, step: Step) -> str:
    """Where to say it; parameters that the URL has already stay."""
    parts = urlsplit(url)
    if _SENTRY.fullmatch(parts.path):
        query = f"{parts.query}&" if parts.query else ""
        return urlunsplit(parts._replace(query=f"{query}status={_SENTRY_STATUS[step]}"))
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + _PATHS[step]))
