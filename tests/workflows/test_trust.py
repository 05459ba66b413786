"""The trust policies let in the jobs of our workflows that ask for the role, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workflows.machine import ROOT, load_workflow
from tests.workflows.test_shape import NAMES

ISSUER = "token.actions.githubusercontent.com"
POLICIES = ROOT / "docs" / "iam"
ROLES = {"trust-plan": "PSFDNS_PLAN_ROLE", "trust-apply": "PSFDNS_APPLY_ROLE"}


def conditions(policy: str) -> dict[str, Any]:
    (statement,) = json.loads((POLICIES / f"{policy}.json").read_text())["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::ACCOUNT:oidc-provider/{ISSUER}"}
    (operator,) = statement["Condition"]
    assert operator == "StringEquals", "what is like it is not enough"
    found: dict[str, Any] = statement["Condition"][operator]
    return {key.removeprefix(f"{ISSUER}:"): value for key, value in found.items()}


def jobs_with(role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in NAMES:
        for job in load_workflow(name)["jobs"].values():
            asked = [step.get("with", {}).get("role-to-assume", "") for step in job["steps"]]
            if any(f"vars.{role} " in each for each in asked):
                yield name, job


@pytest.mark.parametrize("policy", ROLES)
def test_each_job_that_asks_for_the_role_gets_it_and_no_other(policy: str) -> None:
    asking = dict(jobs_with(ROLES[policy]))
    found = conditions(policy)
    assert asking
    assert found["job_workflow_ref"] == [
        f"ORG/REPO/.github/workflows/{name}.yml@refs/heads/main" for name in sorted(asking)
    ]
    places = {job.get("environment") for job in asking.values()}
    (place,) = places
    assert found["sub"] == "repo:ORG/REPO:" + (f"environment:{place}" if place else "ref:refs/heads/main")
    assert all(job["permissions"]["id-token"] == "write" for job in asking.values())


@pytest.mark.parametrize("policy", ROLES)
def test_nothing_is_left_open(policy: str) -> None:
    found = conditions(policy)
    assert set(found) == {"aud", "sub", "job_workflow_ref"}
    assert found["aud"] == "sts.amazonaws.com"
    assert "*" not in json.dumps(found)
    assert "?" not in json.dumps(found)


def test_who_plans_cannot_become_who_applies() -> None:
    plan, apply = conditions("trust-plan"), conditions("trust-apply")
    assert plan["sub"] != apply["sub"]
    assert not set(plan["job_workflow_ref"]) & set(apply["job_workflow_ref"])
