"""What is due at which target: decided from what is wanted, what is there, and the last tries."""

from __future__ import annotations

from typing import Any

import pytest

from psfdns.certs.deploying import Delivery, drop, find_deliveries, find_dropped, find_due, note
from psfdns.certs.settings import DeployTarget, TargetType
from psfdns.certs.state import Deployment, State, parse_state, render_state
from psfdns.certs.status import Standing
from psfdns.certs.stored import Issuance
from tests.certs.certificates import BEGIN, stored, wanted

PRINT, OLD = stored().fingerprint, "cd" * 32
TARGETS = {
    "hook": DeployTarget("hook", TargetType.EXEC, ("*",), command=("/bin/true",)),
    "lb": DeployTarget("lb", TargetType.ACM, ("one",), region="us-east-1"),
    "theirs": DeployTarget("theirs", TargetType.FASTLY, ("two",)),
}


def standing(*deployed: Deployment, deploy: tuple[str, ...] = ("hook", "lb"), **changes: Any) -> Standing:
    state = State(deployed=deployed, revoked=changes.pop("revoked", frozenset()))
    return Standing(wanted(deploy=deploy), **{"current": stored(), "state": state, **changes})


def due(*standings: Standing) -> list[str]:
    return [each.target.name for each in find_due(standings, TARGETS)]


HOOK, LB = Deployment("hook", PRINT, BEGIN), Deployment("lb", PRINT, BEGIN, place="arn:x")
CASES: dict[str, tuple[Standing, list[str]]] = {
    "never tried": (standing(), ["hook", "lb"]),
    "one holds": (standing(HOOK), ["lb"]),
    "all hold": (standing(HOOK, LB), []),
    "an older set is there": (standing(HOOK, Deployment("lb", OLD, BEGIN)), ["lb"]),
    "the last try failed": (standing(HOOK, Deployment("lb", PRINT, BEGIN, "refused")), ["lb"]),
    "an older one failed": (standing(HOOK, Deployment("lb", OLD, BEGIN, "refused")), ["lb"]),
    "there is no certificate": (standing(current=None), []),
    "it is revoked": (standing(revoked=frozenset({PRINT})), []),
    "an older one is revoked": (standing(revoked=frozenset({OLD})), ["hook", "lb"]),
    "the store cannot be read": (standing(unreadable="x", current=None), []),
    "it has another's name": (standing(current=stored(names=("a.example", "b.example"))), []),
    "another tenant had it ordered": (standing(current=stored(issuance=Issuance(tenant="two"))), []),
    "its own tenant had it ordered": (
        standing(current=stored(issuance=Issuance(tenant="one"))),
        ["hook", "lb"],
    ),
    "it has fewer names": (standing(current=stored(names=("a.example",))), ["hook", "lb"]),
    "a wildcard covers its name": (
        standing(current=stored(names=("w.a.example",))),
        ["hook", "lb"],
    ),
    "nothing is to be deployed": (standing(deploy=()), []),
    "a target that is not defined any more": (standing(deploy=("gone", "hook")), ["hook"]),
    "a target of another tenant": (standing(deploy=("theirs", "hook")), ["hook"]),
}


@pytest.mark.parametrize("case", CASES)
def test_due_is_what_is_not_there(case: str) -> None:
    found, expected = CASES[case]
    assert due(found) == expected


def test_a_delivery_knows_the_certificates_own_names_and_what_the_target_calls_it() -> None:
    (_, lb) = find_deliveries(standing(HOOK, LB), TARGETS)
    assert lb == Delivery("a.example", stored().names, PRINT, TARGETS["lb"], "arn:x")


def delivery(name: str, target: DeployTarget) -> Delivery:
    return Delivery(name, (name,), PRINT, target)


def test_what_may_mean_one_place_goes_one_after_the_other() -> None:
    hook, lb = TARGETS["hook"], TARGETS["lb"]
    same_program = DeployTarget("hook2", TargetType.EXEC, ("*",), command=("/bin/true",))
    same_region = DeployTarget("lb2", TargetType.ACM, ("*",), region="us-east-1")
    other_region = DeployTarget("lb3", TargetType.ACM, ("*",), region="us-east-2")
    assert delivery("a", hook).lane == delivery("b", same_program).lane
    assert delivery("a", lb).lane == delivery("a", same_region).lane
    assert delivery("a", lb).lane != delivery("b", lb).lane
    assert delivery("a", lb).lane != delivery("a", other_region).lane


def test_a_try_takes_the_place_of_the_one_before_at_its_target_alone() -> None:
    again = Deployment("hook", OLD, BEGIN, "no")
    assert note(State(deployed=(HOOK, LB)), again).deployed == (LB, again)
    assert note(State(), HOOK) == State(deployed=(HOOK,))


def test_what_the_manifest_does_not_name_any_more_is_dropped() -> None:
    found = standing(HOOK, LB, deploy=("lb",))
    assert find_dropped(found) == ("hook",)
    assert drop(found.state, find_dropped(found)) == State(deployed=(LB,))
    assert find_dropped(standing(HOOK, LB)) == ()


def test_the_state_keeps_what_the_target_calls_it_and_reads_what_was_written_before() -> None:
    state = State(deployed=(HOOK, LB))
    assert parse_state(render_state(state)) == state
    before = render_state(state).replace(b',\n   "place": null', b"").replace(b',\n   "place": "arn:x"', b"")
    assert b"place" not in before
    assert parse_state(before).deployed == (HOOK, Deployment("lb", PRINT, BEGIN))
