"""Moments as text."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.moments import read_moment, write_moment

UTC = datetime.UTC
NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime.datetime(1, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value=datetime.datetime(9999, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-28T12:00:00Z", NOW),
        ("2026-11-28T13:00:00+01:00", NOW),
        ("2026-11-28T12:00:00", NOW),
        ("2026-11-28T12:00:00.123Z", NOW.replace(microsecond=123000)),
        ("2026-11-28", NOW.replace(hour=0)),
        ("0001-01-01T00:00:00+23:00", None),
        ("soon", None),
        ("2026-13-01", None),
        ("1" * 50, None),
        (None, None),
        (20261128, None),
    ],
)
def test_moments_of_others_are_read_or_are_none(text: object, moment: datetime.datetime | None) -> None:
    assert read_moment(text) == moment


@given(MOMENTS)
def test_a_moment_survives_writing_to_the_second(moment: datetime.datetime) -> None:
    assert read_moment(write_moment(moment)) == moment.replace(microsecond=0)


def test_a_moment_of_another_time_zone_is_written_in_utc() -> None:
    east = datetime.timezone(datetime.timedelta(hours=2))
    assert write_moment(datetime.datetime(2026, 11, 28, 1, 30, tzinfo=east)) == "2026-11-27T23:30:00Z"
