"""plan.yml: a comment with the plan, for the pull request that it is for and for no other."""

from __future__ import annotations

import re

import pytest

from tests.workflows.machine import Job
from tests.workflows.scene import BOT, OWN, ZONE, Scene
from tests.workflows.test_check import TRAPS

CHANGE = {OWN: ZONE + "www 300 A 192.0.2.9\n"}
MARK = r"<!-- psfdns plan ([0-9a-f]{40}) (sha256:[0-9a-f]{64}) -->\n"


def results(jobs: dict[str, Job]) -> list[str]:
    return [f"{key} {job.result}" for key, job in jobs.items()]


ALL = ["find success", "plan success", "comment success", "status success"]


def test_the_plan_is_posted_with_its_digest_and_the_status_is_set(live: Scene) -> None:
    request = live.open(CHANGE)
    assert results(request.plan()) == ALL
    (comment,) = live.comments
    assert (comment["number"], comment["user"]["login"]) == (1, BOT)
    mark = re.match(MARK, comment["body"])
    assert mark is not None
    assert mark[1] == request.about["head"]["sha"]
    assert f"Digest `{mark[2]}`" in comment["body"]
    assert "`www.fr.snakes.example. A`" in comment["body"]
    assert "embedded Route 53" not in comment["body"]
    assert live.statuses == [("psfdns", "success")]
    assert live.machine.became == ["arn:aws:iam::123456789012:role/psfdns-plan"]


def test_without_a_role_the_base_is_played_first_so_that_the_difference_shows(scene: Scene) -> None:
    assert results(scene.open(CHANGE).plan()) == ALL
    body = scene.comments[0]["body"]
    assert "> Planned on the embedded Route 53" in body
    assert "record sets: 1 to create" in body
    assert scene.machine.became == []


def test_a_later_plan_takes_the_place_of_the_earlier(live: Scene) -> None:
    request = live.open(CHANGE)
    request.plan()
    sha = request.push({OWN: ZONE + "www 300 A 192.0.2.10\n"})
    request.plan()
    (comment,) = live.comments
    assert comment["body"].startswith(f"<!-- psfdns plan {sha} sha256:")
    assert "192.0.2.10" in comment["body"]


def test_what_touches_no_zone_has_no_comment_but_its_status(live: Scene) -> None:
    request = live.open({"certs/french.toml": "# none yet\n"})
    assert results(request.plan()) == ALL
    assert (live.comments, live.statuses) == ([], [("psfdns", "success")])
    request.push(CHANGE)
    request.plan()
    request.push({OWN: ZONE})
    request.plan()
    (comment,) = live.comments
    assert "## Plan: no zones" in comment["body"] or "## Plan: nothing to do" in comment["body"]


def test_a_comment_of_somebody_else_with_our_mark_stays_theirs(live: Scene) -> None:
    request = live.open(CHANGE)
    forged = f"<!-- psfdns plan {'0' * 40} sha256:{'0' * 64} -->\n"
    live.say(1, "vipere", forged)
    live.say(1, BOT, f"something else\n{forged}")
    request.plan()
    theirs, other, ours = live.comments
    assert theirs["body"] == forged
    assert other["body"].startswith("something else")
    assert ours["user"]["login"] == BOT


def test_after_a_force_push_nothing_is_posted_for_what_was_before(scene: Scene) -> None:
    request = scene.open(CHANGE)
    checked = request.about["head"]["sha"]
    request.push({OWN: ZONE + "www 300 A 192.0.2.66\n"}, amend=True)
    jobs = request.plan(sha=checked)
    assert results(jobs) == ["find success", "plan skipped", "comment skipped", "status skipped"]
    assert (scene.comments, scene.statuses) == ([], [])


def test_a_push_while_it_was_planned_posts_nothing(live: Scene) -> None:
    """As the last moment has it: what `find` saw is not what is there when the comment is posted."""
    request = live.open(CHANGE)
    planned = request.about["head"]["sha"]
    jobs = request.plan(meanwhile={OWN: ZONE + "www 300 A 192.0.2.66\n"})
    assert results(jobs) == ALL
    assert "moved on" in jobs["comment"].printed
    assert live.comments == []
    assert [each["sha"] for each in live.read_github()["statuses"]] == [planned]
    assert request.about["head"]["sha"] != planned


@pytest.mark.parametrize("author", [*TRAPS, "x\nnumber=2"])
def test_who_cannot_be_a_login_gets_no_plan(author: str, scene: Scene) -> None:
    jobs = scene.open(CHANGE, author=author).plan()
    assert jobs["plan"].result == "skipped"
    assert not list(scene.machine.root.rglob("trap"))


@pytest.mark.parametrize(
    "branch", ["$(touch trap)", "a`touch trap`", 'a";touch${IFS}trap;"', "a&head=b", "--jq", "ä/ö"]
)
def test_a_branchs_name_is_a_name_and_nothing_else(branch: str, live: Scene) -> None:
    assert results(live.open(CHANGE, branch=branch).plan()) == ALL
    assert not list(live.machine.root.rglob("trap"))


def test_another_forks_branch_of_that_name_is_another_pull_request(live: Scene) -> None:
    live.open({OWN: ZONE + "evil A 192.0.2.66\n"}, author="stranger", fork="stranger/dns")
    request = live.open(CHANGE)
    assert results(request.plan()) == ALL
    assert [comment["number"] for comment in live.comments] == [2]


def test_of_two_forks_of_one_owner_the_one_that_was_checked_is_meant(live: Scene) -> None:
    request = live.open(CHANGE)
    live.open(CHANGE, fork="vipere/other")
    known = live.read_github()
    known["pulls"][1]["head"]["sha"] = request.about["head"]["sha"]
    live.change_github(known)
    assert results(request.plan()) == ALL
    assert [comment["number"] for comment in live.comments] == [1]


def test_a_pull_request_that_makes_its_own_check_pass_is_checked_all_the_same(scene: Scene) -> None:
    request = scene.open(
        {
            ".github/workflows/check.yml": "name: check\non: pull_request\njobs: {}\n",
            "zones/snakes/snakes.example.zone": ZONE + "www A 192.0.2.66\n",
        }
    )
    jobs = request.plan(conclusion="success")
    assert jobs["plan"].outputs["verdict"] == "failure"
    assert jobs["plan"].printed.count("title=staff-file") == 1
    assert jobs["plan"].printed.count("title=other-tenants-file") == 1
    assert scene.comments[0]["body"].splitlines()[1].startswith("## Not planned")
    assert "sha256" not in scene.comments[0]["body"]
    assert scene.statuses == [("psfdns", "failure")]
    assert scene.machine.became == []


def test_errors_take_an_earlier_digest_away(scene: Scene) -> None:
    request = scene.open(CHANGE)
    request.plan()
    request.push({OWN: ZONE + "www A oops\n"})
    request.plan(conclusion="failure")
    (comment,) = scene.comments
    assert "sha256" not in comment["body"]
    assert scene.statuses[-1] == ("psfdns", "failure")


def test_a_check_that_was_cancelled_is_not_planned(scene: Scene) -> None:
    jobs = scene.open(CHANGE).plan(conclusion="cancelled")
    assert {job.result for job in jobs.values()} == {"skipped"}


def test_what_goes_wrong_on_the_way_is_no_green_status(live: Scene) -> None:
    (live.machine.account / "sandbox").rename(live.machine.account / "elsewhere")
    (live.machine.account / "sandbox").write_text("no folder")
    jobs = live.open(CHANGE).plan()
    assert jobs["plan"].result == "failure"
    assert live.statuses == [("psfdns", "error")]
    assert live.comments == []


def test_a_plan_too_long_for_a_comment_is_cut_and_whole_in_the_run(scene: Scene) -> None:
    lines = "".join(f'h{number} 300 TXT "{"x" * 120}"\n' for number in range(500))
    jobs = scene.open({OWN: ZONE + lines}).plan()
    assert results(jobs) == ALL
    body = scene.comments[0]["body"]
    assert len(body) < 65_536
    assert "The rest is at <https://github.example/psf/dns/actions/runs/77>" in body
    (whole,) = scene.machine.root.glob("run*-artifact-paper/plan.md")
    assert "`h499.fr.snakes.example. TXT`" in whole.read_text()
    assert "`h499.fr.snakes.example. TXT`" not in body
    assert len(list(scene.machine.root.glob("run*-artifact-paper/*"))) == 2


def test_private_zones_and_the_account_leave_the_machine_nowhere(live: Scene) -> None:
    private = '\n[zones."inside.example"]\nprivate = ["us-east-1:vpc-0123"]\n'
    staff = (live.work / "zones/psf/tenant.toml").read_text() + private
    request = live.open(
        {"zones/psf/tenant.toml": staff, "zones/psf/inside.example.zone": ZONE + "secret A 192.0.2.77\n"},
        author="staffer",
    )
    jobs = request.plan()
    assert results(jobs) == ALL
    said = "".join(job.printed for job in jobs.values()) + live.comments[0]["body"]
    said += "".join(path.read_text() for path in live.machine.root.glob("run*-artifact-paper/*"))
    assert "Left out here: 1 private zone" in said
    assert "192.0.2.77" not in said
    assert "secret" not in said
    assert "account" not in live.comments[0]["body"]
