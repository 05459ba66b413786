"""From the root of a private internet to the servers that delegate a zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from psfdns.errors import LookupFailedError
from psfdns.lookup import parents
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked, Pair, Patience, ask
from psfdns.lookup.parents import Delegation, NameServer, Walk
from psfdns.lookup.server import Server
from tests.mini_internet import LEAF, NOBODY, ROOT, TOP, MiniInternet
from tests.oracles import run


def nowhere(names: Sequence[str]) -> dict[str, tuple[Server, ...] | Failure]:
    return {name: Failure(None, Question(name, "A"), Reason.NO_ADDRESS) for name in names}


@pytest.fixture
def walk(internet: MiniInternet) -> Walk:
    return Walk(internet.roots, nowhere, Patience(0.5, 1))


def test_every_parent_server_says_what_it_delegates(walk: Walk, internet: MiniInternet) -> None:
    view = walk.find_parents("child.test.")
    assert view.parent == "test."
    assert [server for server, _ in view.heard] == [
        NameServer("ns1.nic.test.", internet.server(TOP[0])),
        NameServer("ns2.nic.test.", internet.server(TOP[1])),
    ]
    for delegation in view.delegations:
        assert (delegation.ns, delegation.ns_ttl) == (("ns1.child.test.", "ns2.child.test."), 3600)
        assert delegation.glue == (("ns1.child.test.", LEAF[0]), ("ns2.child.test.", LEAF[1]))
    assert len(view.delegations) == 2
    assert view.silent == ()


def test_the_ds_is_that_of_the_childs_key(walk: Walk, internet: MiniInternet) -> None:
    left_by_signer = (internet.anchor.parent / "dsset-child.test.").read_text().split()
    *numbers, digest = [*left_by_signer[3:6], "".join(left_by_signer[6:]).lower()]
    for delegation in walk.find_parents("child.test.").delegations:
        assert delegation.ds == (" ".join([*numbers, digest]),)
        assert delegation.ds_ttl is not None


def test_a_parent_on_the_servers_of_its_own_parent_is_found_by_going_label_by_label(
    walk: Walk, internet: MiniInternet
) -> None:
    view = walk.find_parents("deep.co.test.")
    assert view.parent == "co.test."
    assert [server.server for server, _ in view.heard] == [internet.server(address) for address in TOP]
    assert {delegation.ns for delegation in view.delegations} == {("ns1.child.test.",)}


def test_a_top_level_domain_is_asked_of_the_root(walk: Walk, internet: MiniInternet) -> None:
    view = walk.find_parents("test.")
    assert (view.parent, [server.server for server, _ in view.heard]) == (".", [internet.server(ROOT)])
    assert view.delegations[0].ns_ttl == 172_800


@pytest.mark.parametrize("zone", ["nowhere.test.", "a.b.c.child.test."])
def test_what_is_not_delegated_is_told_from_silence(walk: Walk, zone: str) -> None:
    view = walk.find_parents(zone)
    assert set(view.delegations) == {Delegation()}
    assert len(view.delegations) == 2
    assert view.silent == ()


def test_parents_that_are_silent_or_know_nothing_are_named_with_the_reason(
    walk: Walk, internet: MiniInternet
) -> None:
    view = walk.find_parents("zone.silent.test.")
    assert (view.parent, view.delegations) == ("silent.test.", ())
    assert [(name, why.server, why.reason) for name, why in view.silent] == [
        ("ns.silent.test.", internet.server(NOBODY), Reason.REFUSED),
        ("lame.silent.test.", internet.server(LEAF[0]), Reason.REFUSED),
    ]


def test_a_parent_server_without_an_address_is_named_too(walk: Walk) -> None:
    view = walk.find_parents("zone.glueless.test.")
    assert (view.heard, [name for name, _ in view.silent]) == ((), ["ns.elsewhere.invalid."])


def test_addresses_that_no_glue_gives_are_asked_for(internet: MiniInternet) -> None:
    asked: list[str] = []

    def find(names: Sequence[str]) -> dict[str, tuple[Server, ...] | Failure]:
        asked.extend(names)
        return {name: (internet.server(LEAF[0]),) for name in names}

    view = Walk(internet.roots, find, Patience(0.5, 1)).find_parents("zone.glueless.test.")
    assert asked == ["ns.elsewhere.invalid."]
    assert [(name, why.reason) for name, why in view.silent] == [("ns.elsewhere.invalid.", Reason.REFUSED)]


def test_where_the_way_down_ends_the_last_reason_is_told(walk: Walk) -> None:
    with pytest.raises(LookupFailedError, match=r"find the servers of b\.silent\.test\..*refuses"):
        walk.find_parents("a.b.silent.test.")


def test_a_parent_server_that_fails_on_one_of_the_two_questions_has_failed(
    internet: MiniInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_pairs(pairs: Sequence[Pair], **_: object) -> list[Answer]:
        return [
            Answer(server, question, "SERVFAIL" if question.type == "DS" else "NXDOMAIN", authoritative=True)
            for server, question in pairs
        ]

    monkeypatch.setattr(parents, "ask_many", ask_pairs)
    view = Walk(internet.roots, nowhere).find_parents("child.test.")
    assert (view.delegations, len(view.silent)) == ((), 2)
    assert view.silent[0][1].words == "answers, but not as an authority (SERVFAIL)"


@pytest.mark.parametrize("upward", [True, False])
def test_a_server_that_points_back_to_the_root_or_nowhere_is_lame(
    internet: MiniInternet, monkeypatch: pytest.MonkeyPatch, upward: bool
) -> None:
    roots = (HeardSet(".", "NS", 518_400, ("a.root-servers.test.",)),) if upward else ()

    def lame(server: Server, question: Question, **_: object) -> Answer:
        return Answer(server, question, "NOERROR", authoritative=False, authority=roots)

    monkeypatch.setattr(parents, "ask", lame)
    with pytest.raises(LookupFailedError, match="answers, but not as an authority"):
        Walk(internet.roots, nowhere).find_parents("child.test.")


def test_a_root_server_that_is_down_is_passed_over(internet: MiniInternet) -> None:
    roots = (internet.server(NOBODY), internet.server(NOBODY), *internet.roots)
    view = Walk(roots, nowhere, Patience(0.5, 1)).find_parents("child.test.")
    assert len(view.delegations) == 2


def test_several_silent_servers_are_waited_for_together(
    internet: MiniInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def count(pairs: Sequence[Pair], **_: object) -> list[Failure]:
        asked.append(len(pairs))
        return [Failure(*pair, Reason.TIMEOUT) for pair in pairs]

    monkeypatch.setattr(parents, "ask_many", count)
    with pytest.raises(LookupFailedError, match="does not answer"):
        Walk(tuple(internet.server(NOBODY) for _ in range(13)), nowhere).find_parents("child.test.")
    assert asked == [12]


def test_what_one_walk_learnt_on_the_way_the_next_one_knows(
    internet: MiniInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []
    real = ask

    def note(server: Server, question: Question, **words: Any) -> Asked:
        asked.append(question)
        return real(server, question, **words)

    monkeypatch.setattr(parents, "ask", note)
    walk = Walk(internet.roots, nowhere, Patience(0.5, 1))
    for zone in ("child.test.", "nowhere.test.", "deep.co.test."):
        assert walk.find_parents(zone).delegations
    assert asked == [Question("test.", "NS"), Question("co.test.", "NS")]
    for _ in range(2):
        with pytest.raises(LookupFailedError, match="refuses"):
            walk.find_parents("a.b.silent.test.")
    assert len(asked) == 4


def test_a_server_that_holds_the_zone_too_answers_from_it(walk: Walk) -> None:
    assert {each.from_child for each in walk.find_parents("co.test.").delegations} == {True}
    assert {each.from_child for each in walk.find_parents("child.test.").delegations} == {False}


def test_the_root_has_no_parent(walk: Walk) -> None:
    with pytest.raises(LookupFailedError, match="there is none"):
        walk.find_parents(".")


def test_the_private_internet_is_signed_as_bind_would_have_it(internet: MiniInternet) -> None:
    folder = internet.anchor.parent
    for zone in (".", "test.", "child.test."):
        run("dnssec-verify", "-q", "-z", "-o", zone, f"{folder}/{zone}signed", check=True)
