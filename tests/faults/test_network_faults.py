"""Whatever the network does to any request of an apply, one more apply ends at what the files say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.network import Fault, FaultPlan
from tests.faults.scene import Scene, make_scene, open_sandbox, witness
from tests.route53.accounts import Time

EXPECTED = {
    "alpha.test.": [
        "comment new words",
        'tags {"psfdns:tenant": "one"}',
        '_acme-challenge.alpha.test. TXT 60 "token"',
        '_dmarc.alpha.test. TXT 300 "two"',
        "dyn.alpha.test. A 60 203.0.113.1",
        "host.dyn.alpha.test. A 60 203.0.113.2",
        "kept.alpha.test. A 300 192.0.2.1",
        "kept.alpha.test. MX 300 20 mail.example.net.",
        "new.alpha.test. A 300 192.0.2.20",
        "stays.alpha.test. A alias kept.alpha.test. $self True",
        "swap.alpha.test. A 300 192.0.2.21",
        "to.alpha.test. A alias new.alpha.test. $self False",
        "w.alpha.test. A four 1 300 192.0.2.4",
        "w.alpha.test. A one 9 300 192.0.2.1",
        "w.alpha.test. A two 1 300 192.0.2.2",
        "www.alpha.test. A 300 192.0.2.10 192.0.2.11",
        'www.alpha.test. TXT 300 "new"',
    ],
    "beta.test.": [
        "comment made from files",
        'tags {"psfdns:tenant": "one"}',
        "beta.test. MX 300 10 mail.example.net.",
        "to.beta.test. A alias www.beta.test. $self False",
        "www.beta.test. A 300 192.0.2.30",
    ],
    "byhand.test.": ["comment None", "tags {}", "www.byhand.test. A 60 203.0.113.3"],
}
"""What the files of the scene mean, and what others keep beside them: written down by hand."""

HEALED = frozenset(Fault) - {Fault.TRUNCATED, Fault.EMPTY, Fault.STRANGER}
"""Faults that are gone when the same request is sent again, which botocore does by itself."""


def listing(state: dict[str, Any]) -> dict[str, list[str]]:
    """The account's state as lines to be read."""
    return {
        zone: [
            f"comment {found['comment']}",
            f"tags {json.dumps(found['tags'])}",
            *sorted(_line(json.loads(text)) for sets in found["names"].values() for text in sets),
        ]
        for zone, found in state.items()
    }


def _line(record_set: dict[str, Any]) -> str:
    words = [record_set["Name"], record_set["Type"]]
    words += [str(record_set[field]) for field in ("SetIdentifier", "Weight") if field in record_set]
    if target := record_set.get("AliasTarget"):
        words += ["alias", target["DNSName"], target["HostedZoneId"], str(target["EvaluateTargetHealth"])]
    else:
        words += [str(record_set["TTL"]), *(value["Value"] for value in record_set["ResourceRecords"])]
    return " ".join(words)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def after(prepared: Scene) -> dict[str, Any]:
    """The account as an apply without faults leaves it, held against what was written down."""
    scene = prepared.fork()
    assert scene.apply().code == 0
    assert listing(scene.state()) == EXPECTED
    return scene.state()


@pytest.fixture(scope="module")
def requests(prepared: Scene) -> list[str]:
    """What an apply without faults sends."""
    scene = prepared.fork()
    network = scene.network()
    scene.apply(network)
    return network.attempts


def once(wanted: int, fault: Fault) -> FaultPlan:
    return lambda number, action: fault if number == wanted else None


def from_then_on(wanted: int, fault: Fault) -> FaultPlan:
    return lambda number, action: fault if number >= wanted else None


def once_then(first: Fault, later: Fault) -> Callable[[int], FaultPlan]:
    """One fault, and another one for whatever is sent after it."""

    def spread(wanted: int) -> FaultPlan:
        return lambda number, action: None if number < wanted else first if number == wanted else later

    return spread


def suffer(prepared: Scene, after: dict[str, Any], plan: FaultPlan) -> int:
    """An apply over a network with this plan, then one without faults; the exit code of the first."""
    scene = prepared.fork()
    watch = witness(scene, after)
    network = scene.network(plan=plan, after_request=watch.look)
    first = scene.apply(network)
    assert sum(network.injected.values()) > 0
    assert "psfdns itself failed" not in first.err
    assert first.code in {0, 1}
    if first.code == 0:
        assert scene.state() == after
    again = scene.apply(scene.network(after_request=watch.look))
    assert (again.code, scene.state() == after) == (0, True), again.err
    assert watch.violations == []
    return first.code


def test_the_apply_that_suffers_has_a_request_of_every_kind(requests: list[str]) -> None:
    assert requests.count("POST hostedzone/rrset") >= 3 + 1
    assert {"GET hostedzone", "GET hostedzone/rrset", "GET change"} <= set(requests)
    assert {"POST hostedzone", "POST tags/hostedzone"} <= set(requests)


def _numbers(requests: list[str], *, writing: bool = False) -> Iterator[int]:
    for number, action in enumerate(requests, start=1):
        if not writing or action.startswith("POST"):
            yield number


@pytest.mark.parametrize("fault", Fault)
def test_one_fault_at_any_request_is_mended_by_the_next_apply(
    prepared: Scene, after: dict[str, Any], requests: list[str], fault: Fault
) -> None:
    codes = [suffer(prepared, after, once(number, fault)) for number in _numbers(requests)]
    if fault in HEALED:
        assert set(codes) == {0}


@pytest.mark.parametrize("fault", Fault)
def test_a_network_that_stays_bad_from_any_change_on_is_mended_by_the_next_apply(
    prepared: Scene, after: dict[str, Any], requests: list[str], fault: Fault
) -> None:
    numbers = list(_numbers(requests, writing=True))
    codes = [suffer(prepared, after, from_then_on(number, fault)) for number in numbers]
    assert set(codes) == ({0} if fault is Fault.SLOW else {1})


@pytest.mark.parametrize("later", [Fault.CUT, Fault.THROTTLED, Fault.BUSY, Fault.UNAVAILABLE_503])
def test_what_was_done_is_never_journalled_as_refused(
    prepared: Scene, after: dict[str, Any], requests: list[str], later: Fault
) -> None:
    """The answer is lost, and what is sent after it meets a fault that by itself would be a clear no."""
    spread = once_then(Fault.LOST, later)
    for number in _numbers(requests, writing=True):
        assert suffer(prepared, after, spread(number)) == 1
        if requests[number - 1] != "POST hostedzone/rrset":
            continue
        scene = prepared.fork()
        scene.apply(scene.network(plan=spread(number)))
        (entry,) = json.loads(scene.run(scene.network(), "history", "--json").out)["entries"]
        assert sum(zone["unknown"] for zone in entry["zones"]) > 0


def make_private(root: Path) -> Scene:
    """Nothing is live; the files want a private zone that is seen in three VPCs."""
    scene = Scene(root, Time(), open_sandbox(Time()))
    scene.write({"inner.test": ("db A 192.0.2.50",)}, comment="")
    tenant = root / "zones" / "one" / "tenant.toml"
    vpcs = ", ".join(f'"us-east-1:vpc-000{number}"' for number in (1, 2, 3))
    text = tenant.read_text()
    tenant.write_text(text[: text.index("[zones.")] + f'[zones."inner.test"]\nprivate = [{vpcs}]\n')
    return scene


@pytest.mark.parametrize("spread", [once, from_then_on])
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.LOST, Fault.TRUNCATED, Fault.DONE_503, Fault.BUSY])
def test_a_private_zone_is_in_all_its_vpcs_after_the_next_apply(
    tmp_path: Path, fault: Fault, spread: Callable[[int, Fault], FaultPlan]
) -> None:
    prepared = make_private(tmp_path)
    scene = prepared.fork()
    network = scene.network()
    assert scene.apply(network).code == 0
    done = scene.state()
    assert listing(done) == {
        "inner.test.": ["comment None", 'tags {"psfdns:tenant": "one"}', "db.inner.test. A 300 192.0.2.50"]
    }
    assert done["inner.test."]["vpcs"] == ["vpc-0001", "vpc-0002", "vpc-0003"]
    for number in _numbers(network.attempts, writing=True):
        code = suffer(prepared, done, spread(number, fault))
        assert code == 0 or fault not in HEALED or spread is from_then_on
