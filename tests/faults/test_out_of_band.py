"""What another writer does at any moment of an apply of a saved plan stands afterwards, and is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scene import Scene, make_scene

UPSERT = """<?xml version="1.0" encoding="UTF-8"?>
<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes>
<Change><Action>UPSERT</Action><ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type><TTL>77</TTL>
<ResourceRecords><ResourceRecord><Value>{value}</Value></ResourceRecord></ResourceRecords>
</ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def reviewed(prepared: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    scene = prepared.fork()
    assert scene.run(scene.network(), "-q", "plan", "--out", str(path)).code == 0
    return path


@pytest.fixture(scope="module")
def count(prepared: Scene, reviewed: Path) -> int:
    """How many requests an apply of the plan takes that nobody disturbs."""
    scene = prepared.fork()
    network = scene.network()
    assert scene.apply(network, "--plan", str(reviewed)).code == 0
    return len(network.attempts)


def write(scene: Scene, name: str, kind: str, value: str) -> None:
    (zone_id,) = (
        zone.id for zone in scene.sandbox.cloud.store.zones().values() if zone.name == "alpha.test."
    )
    body = UPSERT.format(name=name, kind=kind, value=value).encode()
    status, _, answer = scene.sandbox.handle("POST", f"/2013-04-01/hostedzone/{zone_id}/rrset/", body=body)
    assert status == 200, answer


def values(scene: Scene, name: str, kind: str) -> list[str]:
    sets = map(json.loads, scene.state()["alpha.test."]["names"][name])
    (found,) = (each for each in sets if each["Type"] == kind)
    return [value["Value"] for value in found["ResourceRecords"]]


def at(wanted: int, act: Callable[[], None]) -> Callable[[int, str], None]:
    def before_request(number: int, action: str) -> None:
        if number == wanted:
            act()

    return before_request


@pytest.mark.parametrize(
    "moved",
    [
        ("kept.alpha.test.", "MX", "99 other.example.net."),
        ("new.alpha.test.", "A", "203.0.113.99"),
    ],
)
def test_a_record_set_of_the_plan_that_moves_at_any_moment_is_kept_as_it_moved(
    prepared: Scene, reviewed: Path, count: int, moved: tuple[str, str, str]
) -> None:
    name, kind, value = moved
    for number in range(1, count + 1):
        scene = prepared.fork()
        act = at(number, lambda: write(scene, name, kind, value))  # noqa: B023 - called before the next round
        ran = scene.apply(scene.network(before_request=act), "--plan", str(reviewed))
        assert values(scene, name, kind) == [value]
        # Refused, found by planning again (1), or by asking the name servers (2).
        assert ran.code in {1, 2}
        assert f"{name} {kind}" in ran.err or "planning again finds 1 more" in ran.err


def test_a_record_set_elsewhere_that_moves_at_any_moment_is_kept_and_hinders_nothing(
    prepared: Scene, reviewed: Path, count: int
) -> None:
    for number in range(1, count + 1):
        scene = prepared.fork()
        act = at(number, lambda: write(scene, "kept.alpha.test.", "TXT", '"elsewhere"'))  # noqa: B023 - called before the next round
        ran = scene.apply(scene.network(before_request=act), "--plan", str(reviewed))
        assert ran.code == 0, ran.err
        assert values(scene, "kept.alpha.test.", "TXT") == ['"elsewhere"']


def test_a_plan_that_is_stale_forged_or_of_another_account_does_nothing(
    prepared: Scene, reviewed: Path, tmp_path: Path
) -> None:
    scene = prepared.fork()
    document = json.loads(reviewed.read_text())
    document["account"] = "123456789012"
    (foreign := tmp_path / "foreign.json").write_text(json.dumps(document))
    forged = tmp_path / "forged.json"
    forged.write_text(reviewed.read_text().replace("192.0.2.20", "203.0.113.66"))
    before = scene.state()
    for path in (foreign, forged):
        assert scene.apply(None, "--plan", str(path)).code == 1
        assert scene.state() == before
    write(scene, "new.alpha.test.", "A", "203.0.113.99")
    stale = scene.state()
    refused = scene.apply(None, "--plan", str(reviewed))
    assert refused.code == 1
    assert (
        "new.alpha.test. A: was not there when the plan was made, is 203.0.113.99 (TTL 77) now" in refused.err
    )
    assert scene.state() == stale
