"""apply.yml: the reviewed plan and no other; a digest counts only from our bot, for the merged commit."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.workflows.scene import APPLY_ROLE, BOT, CONFIG, OWN, ZONE, PullRequest, Scene, fill_account
from tests.workflows.test_plan import results

CHANGE = {OWN: ZONE + "www 300 A 192.0.2.9\n"}
APPLIED = ["find success", "apply success", "report success"]
REFUSED = ["find success", "apply failure", "report success"]
UNKNOWN = ["find failure", "apply skipped", "report skipped"]


def planned(scene: Scene) -> PullRequest:
    request = scene.open(CHANGE)
    request.plan()
    return request


def entries(scene: Scene) -> list[str]:
    """What the journal holds beside what the base was made of."""
    return sorted(path.name for path in (scene.machine.account / "journal").glob("*Z-*"))[1:]


def test_what_was_reviewed_is_applied_and_said(live: Scene) -> None:
    request = planned(live)
    jobs = request.apply(request.merge())
    assert results(jobs) == APPLIED
    assert jobs["apply"].printed == (
        "fr.snakes.example. 1 applied, on all servers: true, answers verified: true\n"
    )
    assert live.comments[-1]["body"] == "Applied, as it was reviewed."
    assert len(entries(live)) == 1
    assert live.machine.became[-1] == APPLY_ROLE


def test_what_was_changed_at_route_53_in_the_meantime_refuses_it(live: Scene) -> None:
    request = planned(live)
    (live.work / OWN).write_text(ZONE + "api 300 A 192.0.2.1\n")
    apply_by_hand(live)
    before = entries(live)
    jobs = request.apply(request.merge())
    assert results(jobs) == REFUSED
    assert "[other-digest]" in jobs["apply"].printed
    assert "not the reviewed sha256:" in jobs["apply"].printed
    assert entries(live) == before
    assert live.comments[-1]["body"].startswith("**Not applied, or not all of it.**")


def apply_by_hand(scene: Scene) -> None:
    scene.commit("by hand")
    fill_account(scene, at="HEAD")


def test_by_hand_the_digest_of_today_is_applied(live: Scene) -> None:
    request = planned(live)
    (live.work / OWN).write_text(ZONE + "api 300 A 192.0.2.1\n")
    apply_by_hand(live)
    pushed = request.merge()
    refused = request.apply(pushed)["apply"].printed
    digest = re.findall(r"has the digest (sha256:[0-9a-f]{64})", refused)[0]
    since = pushed["event"]["before"]
    jobs = live.machine.play("apply", "workflow_dispatch", dispatched(pushed), digest=digest, since=since)
    assert results(jobs) == ["find success", "apply success", "report skipped"]


def dispatched(pushed: dict[str, Any]) -> dict[str, Any]:
    return pushed | {"event": {"before": ""}}


def test_what_a_guard_refuses_is_allowed_by_hand_alone(live: Scene) -> None:
    request = live.open({"zones/psf/python.example.zone": "$TTL 300\n"}, author="staffer")
    request.plan()
    pushed = request.merge()
    jobs = request.apply(pushed)
    assert results(jobs) == REFUSED
    assert "[zone-emptied]" in jobs["apply"].printed
    digest = re.findall(r"sha256:[0-9a-f]{64}", live.comments[0]["body"])[0]
    for allow, result in (("zone-emptied=python.example many-changes", "success"), ("nonsense", "failure")):
        jobs = live.machine.play(
            "apply",
            "workflow_dispatch",
            dispatched(pushed),
            digest=digest,
            since=pushed["event"]["before"],
            allow=allow,
        )
        assert jobs["apply"].result == result


def test_a_digest_in_somebody_elses_comment_counts_for_nothing(live: Scene) -> None:
    request = live.open(CHANGE)
    head = request.about["head"]["sha"]
    for login in ("vipere", "github-actions", "github-actions[bot]x"):
        live.say(1, login, f"<!-- psfdns plan {head} sha256:{'0' * 64} -->\n")
    assert results(request.apply(request.merge())) == UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        "<!-- psfdns plan {other} {digest} -->",
        " <!-- psfdns plan {head} {digest} -->",
        "see\n<!-- psfdns plan {head} {digest} -->",
        "<!-- psfdns plan {head} -->",
        "<!-- psfdns plan {head} sha256:; touch trap -->",
    ],
)
def test_a_comment_of_the_bot_counts_for_the_merged_commit_on_its_first_line(body: str, live: Scene) -> None:
    request = live.open(CHANGE)
    head = request.about["head"]["sha"]
    live.say(1, BOT, body.format(head=head, other="1" * 40, digest="sha256:" + "0" * 64))
    jobs = request.apply(request.merge())
    assert results(jobs) == UNKNOWN
    assert "::error::No reviewed plan is known" in jobs["find"].printed
    assert not list(live.machine.root.rglob("trap"))


def test_what_was_pushed_after_the_plan_is_not_applied(live: Scene) -> None:
    request = planned(live)
    request.push({OWN: ZONE + "www 300 A 192.0.2.66\n"})
    assert results(request.apply(request.merge())) == UNKNOWN


def test_a_push_without_a_pull_request_is_not_applied(live: Scene) -> None:
    request = planned(live)
    pushed = request.merge()
    live.change_github({**live.read_github(), "pulls": []})
    assert results(request.apply(pushed)) == UNKNOWN


def test_without_a_role_nothing_is_applied(scene: Scene) -> None:
    request = planned(scene)
    jobs = request.apply(request.merge())
    assert results(jobs) == ["find success", "apply skipped", "report skipped"]


def test_without_a_shared_journal_nothing_is_applied(live: Scene) -> None:
    config = CONFIG.partition("[journal]")[0]
    request = live.open({**CHANGE, "psfdns.toml": config}, author="staffer")
    request.plan()
    jobs = request.apply(request.merge())
    assert results(jobs) == REFUSED
    assert "[journal] s3 is missing" in jobs["apply"].printed
    assert live.machine.became.count(APPLY_ROLE) == 0


@pytest.mark.parametrize("inputs", [("sha256:0", "0" * 40), ("sha256:" + "0" * 64, "HEAD"), ("", "")])
def test_by_hand_a_digest_and_a_commit_are_whole(inputs: tuple[str, str], live: Scene) -> None:
    facts = {"event": {"before": ""}, "sha": live.main}
    jobs = live.machine.play("apply", "workflow_dispatch", facts, digest=inputs[0], since=inputs[1])
    assert results(jobs) == UNKNOWN


def test_the_log_shows_nothing_of_other_writers(live: Scene) -> None:
    text = (live.work / "zones/french/tenant.toml").read_text()
    ignoring = text + '[zones."fr.snakes.example"]\nignore = ["*.hosts A"]\n'
    (live.work / OWN).write_text(ZONE + "salt.hosts 300 A 192.0.2.99\n")
    apply_by_hand(live)
    request = live.open({**CHANGE, "zones/french/tenant.toml": ignoring}, author="staffer")
    request.plan()
    jobs = request.apply(request.merge())
    assert results(jobs) == APPLIED
    said = "".join(job.printed for job in jobs.values()) + "".join(each["body"] for each in live.comments)
    assert "salt.hosts" not in said
