"""docs/pull-requests.md names what there is."""

from __future__ import annotations

import re

from tests.workflows.machine import ROOT, load_workflow
from tests.workflows.test_shape import NAMES

PAGE = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")


def test_every_workflow_is_explained_but_the_programs_own() -> None:
    assert all(f"**{name}.yml**" in PAGE for name in NAMES if name != "tests")


def test_every_variable_and_the_environment_are_explained() -> None:
    used = {name for workflow in NAMES for name in re.findall(r"vars\.(\w+)", str(load_workflow(workflow)))}
    assert len(used) == 2
    assert all(f"`{name}`" in PAGE for name in used)
    assert "**Environment `production`**" in PAGE


def test_the_status_that_is_set_is_the_one_to_ask_for() -> None:
    assert "context=psfdns" in str(load_workflow("plan")["jobs"]["status"])
    assert "the status `psfdns`" in PAGE


def test_the_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)", PAGE)
    assert len(targets) >= 5
    assert [each for each in targets if not (ROOT / "docs" / each).exists()] == []
