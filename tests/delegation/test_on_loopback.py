"""Delegations on a private root on the loopback: each that is wrong is called what it is."""

from __future__ import annotations

import pytest

from psfdns.delegation.finding import Finding
from psfdns.delegation.verdict import Status, Verdict, judge
from psfdns.delegation.wanted import Wanted
from psfdns.diagnostics import Severity
from psfdns.lookup.survey import survey_delegation
from tests.delegation.scene import (
    DS,
    ONE,
    OTHER,
    OURS,
    OWN,
    RESOLVER,
    RIGHT,
    ROOT,
    SPARE,
    STALE,
    TOP_A,
    TOP_B,
    TWO,
    ZONE,
    Scene,
    ns,
)
from tests.lab import Manner

ASSIGNED = Wanted(OURS)
INSIDE = ("ns1.child.test.", "ns2.child.test.")
INSIDE_PARENT = ns(*INSIDE)
GLUE = f"ns1.child 3600 A {ONE}\nns2.child 3600 A {TWO}\n"
INSIDE_OWN = f"@ 3600 NS ns1\n@ 3600 NS ns2\nns1 300 A {ONE}\nns2 300 A {TWO}\n"
NAMED = Wanted(OURS, INSIDE)
ELSEWHERE = ns("ns.other.example.", OURS[0])


def asked(scene: Scene, wanted: Wanted = ASSIGNED) -> Verdict:
    with scene.means() as means:
        return judge(wanted, survey_delegation(ZONE, wanted.asked, means))


def worth_a_look(verdict: Verdict) -> list[tuple[str, str]]:
    return [
        (finding.severity.value, finding.code)
        for finding in verdict.findings
        if finding.severity is not Severity.INFO
    ]


def found(verdict: Verdict, code: str) -> Finding:
    return next(finding for finding in verdict.findings if finding.code == code)


@pytest.mark.parametrize(
    ("scene", "wanted"),
    [
        (Scene(), ASSIGNED),
        (Scene(INSIDE_PARENT + GLUE, own=INSIDE_OWN), NAMED),
        (Scene(DS + RIGHT, own=OWN + "@ 300 DNSKEY 257 3 13 AwEAAQ==\n"), ASSIGNED),
        (Scene(manners={ONE: Manner.CUTS_SHORT}), ASSIGNED),
    ],
    ids=["as assigned", "with glue", "signed", "cut short"],
)
def test_a_right_delegation_is_ok_and_nothing_is_said_of_it(scene: Scene, wanted: Wanted) -> None:
    verdict = asked(scene, wanted)
    assert (verdict.status, verdict.findings) == (Status.OK, ())


@pytest.mark.parametrize(
    ("scene", "status", "expected"),
    [
        (Scene(""), Status.NONE, [("error", "not-delegated")]),
        (
            Scene(
                ns("ns.other.example.", "two.other.example."),
                zones={OTHER: ns("ns.other.example.", "two.other.example.", owner="@")},
                names=f"two.other.example. 60 A {OTHER}\n",
            ),
            Status.WRONG,
            [("error", "delegated-elsewhere"), ("error", "few-addresses")],
        ),
        (
            Scene(ns(*STALE), manners={OTHER: Manner.REFUSES, SPARE: Manner.REFUSES}, zones={SPARE: OWN}),
            Status.WRONG,
            [("error", "stale-zone"), ("error", "server-refuses"), ("error", "server-refuses")],
        ),
        (
            Scene(ns(*STALE), zones={OTHER: "".join(f"@ 60 NS {each}\n" for each in STALE), SPARE: OWN}),
            Status.WRONG,
            [("error", "stale-zone")],
        ),
        (
            Scene(ns(OURS[0])),
            Status.PARTIAL,
            [("error", "servers-missing"), ("error", "few-servers")],
        ),
        (
            Scene(RIGHT + ns("ns.other.example."), zones={OTHER: OWN + "@ 60 NS ns.other.example.\n"}),
            Status.PARTIAL,
            [("error", "extra-servers")],
        ),
        (
            Scene(RIGHT + ns(STALE[0]), manners={OTHER: Manner.REFUSES}),
            Status.PARTIAL,
            [("error", "stale-zone"), ("warning", "server-refuses")],
        ),
        (
            Scene(RIGHT, parent_b=ns(OURS[0], "ns.other.example."), zones={OTHER: OWN}),
            Status.PARTIAL,
            [("error", "extra-servers"), ("error", "servers-missing"), ("warning", "parents-disagree")],
        ),
        (
            Scene(RIGHT, parent_b=""),
            Status.PARTIAL,
            [("error", "not-delegated"), ("warning", "parents-disagree")],
        ),
        (Scene(DS + RIGHT), Status.WRONG, [("error", "ds-left")]),
        (
            Scene(RIGHT, parent_b=RIGHT + DS),
            Status.WRONG,
            [("error", "ds-left"), ("warning", "parents-disagree")],
        ),
        (
            Scene(own=OWN + "@ 3600 NS ns.other.example.\n"),
            Status.OK,
            [("warning", "child-ns-differs")],
        ),
        (
            Scene(own="@ 3600 NS ns.other.example.\n"),
            Status.PARTIAL,
            [("error", "child-ns-differs")],
        ),
    ],
    ids=[
        "not at all",
        "to others",
        "to a deleted zone",
        "to an older zone",
        "to one of two",
        "to one more",
        "to ours and an older zone's",
        "parents disagree",
        "one parent has nothing",
        "DS left",
        "DS left at one parent",
        "its own NS are more",
        "its own NS are others",
    ],
)
def test_what_the_parent_names_is_compared_with_what_was_assigned(
    scene: Scene, status: Status, expected: list[tuple[str, str]]
) -> None:
    verdict = asked(scene)
    assert verdict.status is status
    assert sorted(worth_a_look(verdict)) == sorted(expected)


@pytest.mark.parametrize(
    ("manner", "severity", "code"),
    [
        (Manner.SILENT, "warning", "server-silent"),
        (Manner.REFUSES, "warning", "server-refuses"),
        (Manner.FAILS, "warning", "server-fails"),
        (Manner.UNSURE, "warning", "not-authoritative"),
        (Manner.RESOLVER, "warning", "not-authoritative"),
        (Manner.DENIES, "warning", "not-authoritative"),
        (Manner.EMPTY, "warning", "not-authoritative"),
        (Manner.UPWARD, "warning", "upward-referral"),
        (Manner.NO_TCP, "error", "tcp-dead"),
        (Manner.NO_UDP, "error", "udp-dead"),
        (Manner.NO_EDNS, "warning", "edns-broken"),
        (Manner.DROPS_EDNS, "warning", "edns-broken"),
        (Manner.IGNORES_EDNS, "warning", "edns-broken"),
    ],
)
def test_one_server_that_misbehaves_is_named_with_its_address(
    manner: Manner, severity: str, code: str
) -> None:
    verdict = asked(Scene(manners={TWO: manner}))
    assert worth_a_look(verdict) == [(severity, code)]
    (server,) = found(verdict, code).servers
    assert server.startswith(f"{OURS[1]} ({TWO}:")
    assert verdict.status is (Status.PARTIAL if severity == "error" else Status.OK)


def test_a_server_that_is_not_there_is_silent() -> None:
    verdict = asked(Scene(down=(TWO,)))
    assert worth_a_look(verdict) == [("warning", "server-silent")]
    assert "Connection refused" in found(verdict, "server-silent").summary


def test_if_all_servers_are_lame_the_zone_is_gone() -> None:
    verdict = asked(Scene(manners={ONE: Manner.REFUSES, TWO: Manner.SILENT}))
    assert sorted(worth_a_look(verdict)) == [("error", "server-refuses"), ("error", "server-silent")]
    assert verdict.status is Status.PARTIAL


def test_one_address_of_a_server_that_is_dead_is_named_alone() -> None:
    verdict = asked(Scene(names=f"{OURS[1]} 300 A {SPARE}\n"))
    (server,) = found(verdict, "server-silent").servers
    assert f"({SPARE}:" in server
    assert (worth_a_look(verdict), verdict.status) == ([("warning", "server-silent")], Status.OK)


@pytest.mark.parametrize(
    ("glue", "own", "expected"),
    [
        ("", INSIDE_OWN, [("error", "glue-missing")] * 2),
        (f"ns1.child 60 A {ONE}\n", INSIDE_OWN, [("error", "glue-missing")]),
        (
            GLUE + f"ns2.child 60 A {SPARE}\n",
            INSIDE_OWN,
            [("warning", "glue-extra"), ("warning", "server-silent")],
        ),
        (GLUE, INSIDE_OWN + f"ns2 300 A {OTHER}\n", [("warning", "glue-missing")]),
        (
            f"ns1.child 60 A {ONE}\nns2.child 60 A {OTHER}\n",
            INSIDE_OWN,
            [("error", "glue-differs")],
        ),
        (GLUE, INSIDE_OWN.replace(f"ns2 300 A {TWO}\n", ""), [("error", "no-address")]),
        (
            GLUE,
            INSIDE_OWN.replace(f"A {TWO}", "CNAME ns1"),
            [("error", "no-address"), ("error", "ns-is-alias")],
        ),
    ],
    ids=["none", "of one only", "one address too many", "one too few", "wrong", "no address", "an alias"],
)
def test_glue_is_compared_with_what_the_zone_itself_says(
    glue: str, own: str, expected: list[tuple[str, str]]
) -> None:
    verdict = asked(Scene(INSIDE_PARENT + glue, own=own, zones={OTHER: own}), NAMED)
    assert sorted(worth_a_look(verdict)) == expected


def test_glue_of_a_neighbour_may_be_absent_and_may_not_lie() -> None:
    names = ("ns1.near.test.", "ns2.near.test.")
    known = f"ns1.near.test. 60 A {ONE}\nns2.near.test. 60 A {TWO}\n"
    own = "".join(f"@ 60 NS {name}\n" for name in names)
    assert asked(Scene(ns(*names), own=own, names=known), Wanted(names)).findings == ()
    wrong = asked(Scene(ns(*names) + f"ns1.near 60 A {SPARE}\n", own=own, names=known), Wanted(names))
    assert worth_a_look(wrong) == [("warning", "glue-differs")]


def test_a_name_that_leads_nowhere_is_told() -> None:
    names = (OURS[0], "lost.example.")
    own = "".join(f"@ 60 NS {name}\n" for name in names)
    verdict = asked(Scene(ns(*names), own=own), Wanted(names))
    assert (worth_a_look(verdict), verdict.status) == ([("error", "no-address")], Status.PARTIAL)


def test_a_name_that_is_an_alias_is_told_where_its_target_has_addresses_too() -> None:
    names = (OURS[0], "alias.example.")
    own = "".join(f"@ 60 NS {name}\n" for name in names)
    line = f"alias.example. 60 CNAME {OURS[1]}\n"
    verdict = asked(Scene(ns(*names), own=own, names=line), Wanted(names))
    assert ("error", "ns-is-alias") in worth_a_look(verdict)
    assert OURS[1] in found(verdict, "ns-is-alias").summary


def test_servers_of_ours_under_other_names_are_ours() -> None:
    names = ("white.other.example.", OURS[1])
    own = "".join(f"@ 60 NS {name}\n" for name in names)
    verdict = asked(Scene(ns(*names), own=own))
    assert (verdict.status, [each.code for each in verdict.findings]) == (Status.OK, ["renamed-servers"])
    assert worth_a_look(asked(Scene(ns(*names)))) == [("warning", "child-ns-differs")]


@pytest.mark.parametrize(
    ("scene", "code"),
    [
        (Scene(down=(TOP_B,)), "parent-silent"),
        (Scene(manners={TOP_B: Manner.SILENT}), "parent-silent"),
        (Scene(manners={TOP_B: Manner.REFUSES}), "parent-silent"),
        (Scene(down=(TOP_A, TOP_B)), "parent-silent"),
        (Scene(down=(ROOT,)), "parent-unknown"),
        (Scene(down=(RESOLVER,)), "address-unknown"),
    ],
    ids=["one is down", "one is silent", "one refuses", "all are down", "no root", "no resolver"],
)
def test_what_could_not_be_asked_is_neither_well_nor_broken(scene: Scene, code: str) -> None:
    verdict = asked(scene)
    assert (verdict.status, worth_a_look(verdict)) == (Status.UNKNOWN, [])
    assert found(verdict, code).severity is Severity.INFO


def test_a_fault_that_one_parent_shows_counts_though_another_is_silent() -> None:
    verdict = asked(Scene("", down=(TOP_B,)))
    assert (verdict.status, worth_a_look(verdict)) == (Status.NONE, [("error", "not-delegated")])


def test_without_the_assigned_set_parent_and_child_are_compared() -> None:
    unknown = Wanted(why="no credentials")
    assert asked(Scene(), unknown).status is Status.UNKNOWN
    differing = asked(Scene(own=OWN + "@ 60 NS ns.other.example.\n"), unknown)
    assert worth_a_look(differing) == [("warning", "child-ns-differs")]
    assert "no credentials" in found(differing, "set-unknown").summary


def test_a_file_that_names_the_servers_says_what_is_wanted() -> None:
    pinned = Wanted(None, OURS, why="no credentials")
    right = asked(Scene(), pinned)
    assert (right.status, [each.code for each in right.findings]) == (Status.OK, ["assigned-unknown"])
    assert asked(Scene(ELSEWHERE, zones={OTHER: OWN}), pinned).status is Status.PARTIAL


def test_a_file_that_names_none_of_ours_is_worth_a_look() -> None:
    others = ("ns.other.example.", "two.other.example.")
    own = "".join(f"@ 60 NS {name}\n" for name in others)
    scene = Scene(
        ns(*others), own=own, zones={OTHER: own, SPARE: own}, names=f"two.other.example. 60 A {SPARE}\n"
    )
    assert worth_a_look(asked(scene, Wanted(OURS, others))) == [("warning", "file-names-others")]


def test_before_the_move_a_ds_of_the_old_servers_is_a_warning() -> None:
    scene = Scene(DS + ns("ns.other.example.", STALE[1]), zones={SPARE: OWN})
    verdict = asked(scene)
    assert found(verdict, "ds-left").severity is Severity.WARNING
    assert "600 seconds" in (found(verdict, "ds-left").hint or "")


def test_keys_of_the_old_servers_do_not_make_ours_signed() -> None:
    old = "@ 60 NS ns.other.example.\n@ 60 NS two.other.example.\n@ 60 DNSKEY 257 3 13 AwEAAQ==\n"
    names = f"two.other.example. 60 A {SPARE}\n"
    zones = {OTHER: old, SPARE: old}
    moving = asked(Scene(DS + ns("ns.other.example.", "two.other.example."), zones=zones, names=names))
    assert sorted(worth_a_look(moving)) == [("error", "delegated-elsewhere"), ("warning", "ds-left")]


def test_an_address_that_only_the_zone_itself_knows_is_asked_too() -> None:
    scene = Scene(INSIDE_PARENT + f"ns1.child 60 A {ONE}\n", own=INSIDE_OWN, manners={TWO: Manner.REFUSES})
    verdict = asked(scene, NAMED)
    assert found(verdict, "glue-missing").severity is Severity.ERROR
    refusing = [each.servers[0] for each in verdict.findings if each.code == "server-refuses"]
    assert sorted(each.partition(" ")[0] for each in refusing) == sorted([INSIDE[1], OURS[1]])


def test_a_stale_zone_of_the_account_is_named_by_its_id() -> None:
    verdict = asked(Scene(ns(*STALE), zones={SPARE: OWN}), Wanted(OURS, others={"Z0OLD": STALE}))
    assert "Z0OLD of this account" in found(verdict, "stale-zone").summary
