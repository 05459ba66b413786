"""check.yml: the base's program on the pull request's data, whoever sent it and whatever they call it."""

from __future__ import annotations

import pytest

from tests.workflows.scene import OWN, ZONE, Scene

TRAPS = [
    "$(touch trap)",
    "`touch trap`",
    "x; touch trap",
    "x' 'y",
    '"; touch trap; "',
    "--help",
    "-x",
    "",
    "a\nb",
]


def test_an_honest_pull_request_passes(scene: Scene) -> None:
    job = scene.open({OWN: ZONE + "www A 192.0.2.9\n"}).check()
    assert (job.result, job.printed) == ("success", "1 zone checked: no findings\n")


def test_a_mistake_is_told_at_its_line(scene: Scene) -> None:
    job = scene.open({OWN: ZONE + "www A 192.0.2.999\n"}).check()
    assert job.result == "failure"
    assert job.printed.startswith(f"::error file={OWN},line=3,title=bad-rdata::")


def test_what_is_not_theirs_is_told_with_who_has_to_approve(scene: Scene) -> None:
    job = scene.open({"zones/snakes/snakes.example.zone": ZONE + "www A 192.0.2.66\n"}).check()
    assert job.result == "failure"
    assert "title=other-tenants-file" in job.printed
    assert "approval: the staff (@psf/infra, @staffer) or snakes (@asp)" in job.printed


@pytest.mark.parametrize("author", TRAPS)
def test_an_authors_name_is_a_name_and_nothing_else(author: str, scene: Scene) -> None:
    job = scene.open({OWN: ZONE + "www A 192.0.2.9\n"}, author=author).check()
    assert job.result == "failure"
    assert "title=other-tenants-file" in job.printed
    assert not list(scene.machine.root.rglob("trap"))


def test_the_configuration_and_the_program_are_those_of_the_base(scene: Scene) -> None:
    job = scene.open(
        {
            "psfdns.toml": "this is no TOML",
            ".github/actions/psfdns/action.yml": "runs: {using: composite, steps: [{run: touch trap}]}",
            "sitecustomize.py": "open('trap', 'w')",
            "psfdns/__init__.py": "open('trap', 'w')",
        }
    ).check()
    assert job.result == "failure"
    assert job.printed.count("title=staff-file") == 4
    assert "bad-toml" not in job.printed
    assert not list(scene.machine.root.rglob("trap"))


def test_what_main_has_got_in_the_meantime_is_not_the_pull_requests(scene: Scene) -> None:
    request = scene.open({OWN: ZONE + "www A 192.0.2.9\n"})
    other = scene.open({"zones/snakes/snakes.example.zone": ZONE + "x A 192.0.2.1\n"}, author="asp")
    other.merge()
    request.push({OWN: ZONE + "www A 192.0.2.10\n"})
    known = scene.read_github()
    known["pulls"][0]["base"]["sha"] = scene.main
    scene.change_github(known)
    assert request.check().result == "success"
