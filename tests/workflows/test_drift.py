"""drift.yml: fails on drift, says which zones, and nothing of what others wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.workflows.machine import Job
from tests.workflows.scene import FILES, OWN, ZONE, Scene, with_roles
from tests.workflows.test_apply import apply_by_hand


def night(scene: Scene, **more: Any) -> Job:
    facts = {"event": {}, "sha": scene.main, "ref": "refs/heads/main"} | more
    return scene.machine.play("drift", "schedule", facts)["drift"]


def test_a_night_without_drift_is_quiet(tmp_path: Path) -> None:
    """Nothing inside another zone is left, so that no parent can be asked here."""
    scene = with_roles(Scene(tmp_path, {path: text for path, text in FILES.items() if path != OWN}))
    job = night(scene)
    assert (job.result, job.printed) == (
        "success",
        "::notice title=delegation::Not every server could be asked.\n",
    )


def test_a_domain_that_leads_elsewhere_fails(live: Scene) -> None:
    job = night(live)
    assert job.result == "failure"
    assert job.printed == "::error title=delegation::fr.snakes.example. not-delegated\n"


def test_drift_fails_and_names_the_zone_alone(live: Scene) -> None:
    (live.work / OWN).write_text(ZONE + "what-somebody-wrote 300 A 192.0.2.66\n")
    apply_by_hand(live)
    job = night(live)
    assert job.result == "failure"
    assert "::error title=drift::fr.snakes.example. is drifted: 1 record sets\n" in job.printed
    assert "what-somebody-wrote" not in job.printed


def test_what_could_not_be_compared_fails_too(live: Scene) -> None:
    (live.machine.account / "sandbox").rename(live.machine.account / "elsewhere")
    (live.machine.account / "sandbox").write_text("no folder")
    assert night(live).result == "failure"


def test_without_a_role_and_on_other_branches_nothing_is_asked(live: Scene) -> None:
    assert night(live, ref="refs/heads/other").result == "skipped"
    live.machine.variables["PSFDNS_PLAN_ROLE"] = ""
    assert night(live).result == "skipped"
