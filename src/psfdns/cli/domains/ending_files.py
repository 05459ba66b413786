"""The files of `domains remind`, a calendar and metrics: replaced in one step, for whoever serves them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli.files import refuse_device, store_file
from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.cli.domains.reminder_run import Run

MAX_CALENDAR = 16 << 20
"""Bytes; a thousand events are below one million."""


def store_calendar(path: Path, run: Run) -> None:
    """Write it. Raises PsfdnsError, also where something stands there that psfdns did not write."""
    from psfdns.reminders.calendar import make_calendar

    try:
        calendar = make_calendar(run.endings, _read(path), now=run.now)
    except (ValueError, KeyError, IndexError) as error:
        raise PsfdnsError(
            f"{path}: what stands there is no calendar of psfdns", hint="remove it, or name another file"
        ) from error
    store_file(path, calendar.decode("utf-8"))


def _read(path: Path) -> bytes | None:
    try:
        refuse_device(path)
        with path.open("rb") as file:
            return file.read(MAX_CALENDAR)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PsfdnsError(f"{path}: cannot be read: {error.strerror or error}") from error


def store_metrics(path: Path, run: Run) -> None:
    """Write them. Raises PsfdnsError."""
    from psfdns.reminders.metrics import render_metrics

    store_file(path, render_metrics(run.endings, run.book, now=run.now, failed=len(run.troubles)))
