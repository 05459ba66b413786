"""Plans as tables: a zone before, a zone after, and the plan as it is printed, each case a folder.

Without `before.zone` the zone is still to be created; `tenant.toml` holds settings of the zone.
`python -m tests.plans.case_files` writes the expected files anew: read the difference before it is kept.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from psfdns.budget import Rates
from psfdns.cli.views.plan import render_text
from psfdns.cli.views.plan_markdown import render_markdown
from psfdns.plans.desired import DesiredZone
from psfdns.plans.document import to_document
from psfdns.plans.estimate import estimate_seconds
from psfdns.plans.guards import Policy, judge
from psfdns.plans.host import LiveZone
from psfdns.plans.make import Selection, make_plan
from psfdns.plans.match import match_zones
from psfdns.plans.plan import Plan
from psfdns.records import Zone
from psfdns.settings import Apex, ZoneSettings
from psfdns.zonefile.parse import parse_zone
from tests.plans.samples import ORIGIN, held, hosted, settings

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def plan_case(case: Path) -> Plan:
    """The judged plan of one case."""
    place = held(of=_settings(case / "tenant.toml"))
    after = _read(case / "after.zone", place.path)
    want = DesiredZone(place.origin, place.view, place.tenant, place.path, place.settings, after)
    before = case / "before.zone"
    lives = {"Z1": LiveZone(hosted(), _read(before, "live"), {})} if before.exists() else {}
    matching = match_zones([place], [live.hosted for live in lives.values()], account="sandbox")
    plan = make_plan(Selection([want], matching, lives), account="sandbox")
    return replace(plan, refused=judge(plan, held=[place], policy=Policy(("sandbox",))))


def render_case(case: Path) -> dict[str, str]:
    """What the case is expected to print, by file name."""
    plan = plan_case(case)
    document = to_document(plan, created=NOW, commit="0123abcd")
    estimate = estimate_seconds(plan, Rates())
    return {
        "expected.txt": render_text(document, estimate=estimate),
        "expected.md": render_markdown(document, estimate=estimate),
    }


def _read(path: Path, shown: str) -> Zone:
    parsed = parse_zone(path.read_bytes(), origin=ORIGIN, path=shown)
    assert parsed.findings == (), parsed.findings
    return parsed.zone


def _settings(path: Path) -> ZoneSettings:
    said = tomllib.loads(path.read_text()) if path.exists() else {}
    if "apex" in said:
        said["apex"] = Apex(said["apex"])
    return settings(**said)


if __name__ == "__main__":
    for one in CASES:
        for name, text in render_case(one).items():
            (one / name).write_text(text)
