"""Saved plans on the command line: reading one, and holding it against what would be planned now."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.errors import PlanRefusedError, PsfdnsError
from psfdns.plans.document import parse_document
from psfdns.plans.plan import Plan
from psfdns.plans.saved import narrow_plan

if TYPE_CHECKING:
    from psfdns.cli.planning import Planned
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.zone_file import ZoneFile

MAX_BYTES = 256 * 1024 * 1024
"""A plan of two hundred thousand record sets has less."""


def read_saved(path: str) -> tuple[Plan, str]:
    """A plan that `plan --out` wrote, and its digest; raises PsfdnsError."""
    place = Path(path)
    try:
        about = place.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
            raise PsfdnsError(f"--plan {path}: this is no plan file", hint="write one with psfdns plan --out")
        data = place.read_bytes()
    except OSError as error:
        raise PsfdnsError(f"--plan {path}: cannot be read: {error.strerror or error}") from error
    plan, document = parse_document(data)
    return plan, document["digest"]


def meet(saved: Plan, files: Sequence[ZoneFile], *, chosen: bool) -> tuple[Plan, tuple[ZoneFile, ...]]:
    """The zones of the plan and the files of these zones; with `chosen`, only of the files given.

    Raises PsfdnsError where the plan has none of them.
    """
    from psfdns.plans.desired import zone_label

    by_label = {zone_label(file.origin, file.view): file for file in files}
    zones = tuple(zone for zone in saved.zones if not chosen or zone.label in by_label)
    if saved.zones and not zones:
        raise PsfdnsError("the plan holds none of the zones meant", hint="name zones of the plan, or none")
    return replace(saved, zones=zones), tuple(
        by_label[zone.label] for zone in zones if zone.label in by_label
    )


def hold_digest(digest: str, plan: Plan) -> None:
    """Refuse a plan that is not the reviewed one. Raises PlanRefusedError."""
    from psfdns.diagnostics import Diagnostic, Severity
    from psfdns.plans.document import digest_plan

    now = digest_plan(plan)
    if now != digest:
        summary = f"the plan of now has the digest {now}, not the reviewed {digest}"
        hint = "look at the plan of now, and have it reviewed again: psfdns plan"
        raise PlanRefusedError((Diagnostic("other-digest", Severity.ERROR, summary, None, hint),))


def hold_against(saved: Plan, planned: Planned, workspace: Workspace) -> Planned:
    """What stands in both, judged anew; what else a person should know is said on stderr.

    Raises PlanRefusedError where the account or the files are others, or a reviewed record set moved.
    """
    from psfdns.cli.planning import judge_plan
    from psfdns.cli.views.findings import render_text
    from psfdns.cli.wiring import talk

    narrowed = narrow_plan(saved=saved, now=planned.plan)
    if narrowed.notes:
        talk(workspace.options, render_text(narrowed.notes).rstrip("\n"))
    if narrowed.refused:
        raise PlanRefusedError(narrowed.refused)
    return replace(planned, plan=judge_plan(narrowed.plan, planned.held, workspace))
