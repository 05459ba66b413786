"""2,500 changes in one zone: few requests, and each name moves in one step."""

from __future__ import annotations

import itertools
from pathlib import Path

from psfdns.route53.packing import LIMITS
from tests.faults.network import zone_names
from tests.faults.scene import Scene, open_sandbox
from tests.route53.accounts import Time


def make_big(root: Path) -> Scene:
    """2,000 names are live; the files change 1,000, delete 500, create 1,000 and keep 500."""
    time = Time()
    scene = Scene(root, time, open_sandbox(time), LIMITS)
    hosts = [f"h{number} A 192.0.2.1" for number in range(2000)]
    scene.write({"alpha.test": tuple(hosts)}, comment="old words")
    assert scene.apply().code == 0
    changed = [f"h{number} A 192.0.2.2" for number in range(1000)]
    new = [f"n{number} A 192.0.2.3" for number in range(1000)]
    scene.write({"alpha.test": (*changed, *hosts[1500:], *new)}, comment="old words")
    return scene


def test_2500_changes_take_four_requests_and_no_name_is_ever_between_two_states(tmp_path: Path) -> None:
    prepared = make_big(tmp_path)
    goal = prepared.fork()
    assert goal.apply().code == 0
    (zone,) = goal.sandbox.cloud.store.zones().values()
    after = zone_names(goal.sandbox, zone.id)
    scene = prepared.fork()
    before = zone_names(scene.sandbox, zone.id)
    states = [before]
    network = scene.network(
        after_request=lambda number, action: states.append(zone_names(scene.sandbox, zone.id))
    )
    assert scene.apply(network, "--verify=off").code == 0
    # An update is a DELETE and a CREATE: 1,000 x 2 + 500 + 1,000 elements of 1,000 a request.
    assert network.attempts.count("POST hostedzone/rrset") == 4
    assert states[-1] == after
    names = {*before, *after}
    assert sum(before.get(name) != after.get(name) for name in names) == 2500
    for name in names:
        seen = [state.get(name) for state in states]
        steps = [one for one, other in itertools.pairwise(seen) if one != other]
        assert len(steps) == (before.get(name) != after.get(name))
        assert set(seen) <= {before.get(name), after.get(name)}
