"""Gauges of `status`: each name once, as Prometheus wants it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from psfdns.status.aspect import Aspect, Heard
from psfdns.status.document import Gathered
from psfdns.status.metrics import render_metrics

NOW = datetime.datetime(2026, 11, 29, tzinfo=datetime.UTC)


def zone(status: str | None, *, private: bool = False) -> dict[str, Any]:
    return {"name": "a.test.", "status": status, "private": private}


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        ([zone("ok"), zone("wrong")], ['psfdns_delegation_ok{zone="a.test."} 1.0']),
        ([zone("wrong"), zone("ok")], ['psfdns_delegation_ok{zone="a.test."} 1.0']),
        ([zone("wrong"), zone(None, private=True)], ['psfdns_delegation_ok{zone="a.test."} 0.0']),
        ([zone("unknown")], []),
        ([zone(None)], []),
    ],
)
def test_views_of_one_name_are_one_line(zones: list[dict[str, Any]], told: list[str]) -> None:
    heard = {Aspect.DELEGATION: Heard({"zones": zones})}
    text = render_metrics(Gathered((), (), heard, ()), now=NOW)
    assert [line for line in text.splitlines() if line.startswith("psfdns_delegation_ok{")] == told
