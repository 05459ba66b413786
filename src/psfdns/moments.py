"""Moments as others and our own documents write them (RFC 3339). Pure."""

from __future__ import annotations

import datetime

_LONGEST = 40


def read_moment(value: object) -> datetime.datetime | None:
    """An aware moment in UTC; None for what is none. Without an offset it is UTC, without a time midnight."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        moment = datetime.datetime.fromisoformat(value.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return aware.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def write_moment(moment: datetime.datetime) -> str:
    """`2026-11-20T18:00:00Z`, to the second."""
    # Not strftime, which writes the years before 1000 with less than four digits.
    return moment.astimezone(datetime.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
