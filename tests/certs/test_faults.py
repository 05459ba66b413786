"""What is wrong with a chain that a server shows: each fault, and what nearly is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from psfdns.certs import served_rules as rules
from psfdns.certs.faults import Expected, Fault, Ours, is_by, judge_chain, say_names
from psfdns.certs.served import Chain, Link
from tests.certs.certificates import BEGIN, day, wanted

LEAF = Link(("a.example", "*.a.example"), BEGIN, day(90), "0102", "ab" * 32, ("Example Trust", "E1"))
MIDDLE = Link((), day(-100), day(3650), "01", "cd" * 32, ("Example Trust", "Root R1"))
CHAIN = Chain((LEAF, MIDDLE), leads_to_root=True, end=b"Root R1")
CURRENT = Ours("a.example")
OLD = Ours("a.example", 3, day(50))
STORE = Expected("a.example", wanted(), {LEAF.fingerprint: CURRENT}, frozenset({b"Root R1"}), is_held=True)


def said(chain: Chain = CHAIN, days: float = 60, **changes: Any) -> list[str]:
    """Code and severity of each fault."""
    return [_shown(fault) for fault in judge_chain(chain, replace(STORE, **changes), now=day(days))]


def _shown(fault: Fault) -> str:
    finding = fault.rule.broken(None, fault.text, mildly=fault.mildly)
    return f"{finding.code} {finding.severity}"


def leaf(**changes: Any) -> Chain:
    return replace(CHAIN, path=(replace(LEAF, **changes), MIDDLE))


def ours(each: Ours) -> dict[str, Any]:
    return {"ours": {LEAF.fingerprint: each}}


STRANGER: dict[str, Any] = {"ours": {}}
WATCHED = {**STRANGER, "wanted": wanted(issuer="Example Trust"), "is_held": False, "ends": frozenset()}


def test_the_stores_own_certificate_is_well() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param({**ours(OLD), "days": 52}, ["served-outdated error"], id="renewed two days ago"),
        pytest.param({**ours(OLD), "days": 50.9}, ["served-outdated warning"], id="renewed today"),
        pytest.param({**ours(OLD), "days": 51}, ["served-outdated error"], id="renewed a day ago"),
        pytest.param(
            {**ours(replace(OLD, newer_since=day(89.9))), "days": 90.2},
            ["served-outdated error", "served-expired error"],
            id="renewed today, and the old one is over",
        ),
        pytest.param(ours(Ours("other")), [], id="another certificate of the store that covers the name"),
        pytest.param(STRANGER, ["served-foreign warning"], id="a stranger's"),
        pytest.param({**STRANGER, "is_held": False}, ["served-foreign info"], id="the store has none yet"),
        pytest.param({**STRANGER, "is_unknown": True}, [], id="the store cannot be read"),
        pytest.param(ours(replace(CURRENT, is_revoked=True)), ["served-revoked error"], id="revoked"),
        pytest.param({"host": "b.example"}, ["served-wrong-host error"], id="another host's"),
        pytest.param({"host": "b.example", **STRANGER}, ["served-wrong-host error"], id="a stranger's host"),
        pytest.param({"host": "www.a.example"}, [], id="a host of its wildcard"),
        pytest.param({"host": "x.www.a.example"}, ["served-wrong-host error"], id="two labels below"),
        pytest.param({"days": -0.1}, ["served-not-yet-valid error"], id="before its first moment"),
        pytest.param({"days": 0}, [], id="at its first moment"),
        pytest.param({"days": 80.9}, [], id="before the last tenth"),
        pytest.param({"days": 81}, ["served-ending warning"], id="in the last tenth"),
        pytest.param({"days": 87}, ["served-ending error"], id="in the last thirtieth"),
        pytest.param({"days": 90}, ["served-expired error"], id="at its end"),
    ],
)
def test_what_is_shown(case: dict[str, Any], expected: list[str]) -> None:
    assert said(**case) == expected


@pytest.mark.parametrize(
    ("chain", "changes", "expected"),
    [
        pytest.param(
            Chain((LEAF,), end=b"E1"),
            {},
            ["served-without-intermediate error"],
            id="the one between is missing",
        ),
        pytest.param(Chain((LEAF, MIDDLE), end=b"Root R1"), {}, [], id="it leads as far as the store's"),
        pytest.param(Chain((LEAF,), leads_to_root=True, end=b"E1"), {}, [], id="a public root issued it"),
        pytest.param(Chain((LEAF,), end=b"E1"), {"is_unknown": True}, [], id="where it leads is not known"),
        pytest.param(
            Chain((LEAF,), end=b"E1"),
            WATCHED,
            ["served-without-intermediate warning"],
            id="perhaps a private root",
        ),
        pytest.param(
            Chain((LEAF,), leads_to_root=True, is_self_signed=True),
            STRANGER,
            ["served-self-signed error"],
            id="self-signed",
        ),
        pytest.param(
            replace(CHAIN, path=(LEAF, replace(MIDDLE, not_after=day(60)))),
            {},
            ["served-expired error"],
            id="the one between has expired",
        ),
        pytest.param(
            replace(CHAIN, path=(LEAF, replace(MIDDLE, not_after=day(60.1)))), {}, [], id="it is about to"
        ),
        pytest.param(leaf(purposes=("serverAuth", "clientAuth")), {}, [], id="for servers and clients"),
        pytest.param(
            leaf(purposes=("clientAuth",)), {}, ["served-wrong-purpose error"], id="for clients alone"
        ),
        pytest.param(
            leaf(purposes=("anyExtendedKeyUsage",)),
            STRANGER,
            ["served-foreign warning", "served-wrong-purpose error"],
            id="a stranger's, for anything",
        ),
        pytest.param(
            replace(CHAIN, path=(LEAF, replace(MIDDLE, purposes=("emailProtection",)))),
            {},
            ["served-wrong-purpose error"],
            id="by a CA for mail",
        ),
        pytest.param(
            replace(CHAIN, path=(LEAF, replace(MIDDLE, purposes=("emailProtection",), is_root=True))),
            {},
            [],
            id="by a root, of which nobody asks that",
        ),
        pytest.param(
            leaf(weaknesses=("an RSA key of 1024 bits",)), {}, ["served-weak warning"], id="a weak key"
        ),
        pytest.param(
            replace(CHAIN, path=(LEAF, replace(MIDDLE, weaknesses=("a signature with SHA1",)))),
            {},
            ["served-weak warning"],
            id="a weak signature above",
        ),
    ],
)
def test_what_the_chain_is(chain: Chain, changes: dict[str, Any], expected: list[str]) -> None:
    assert said(chain, **changes) == expected


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        pytest.param(CHAIN, [], id="the issuer to expect"),
        pytest.param(
            leaf(issuers=("Other Trust", "G2")), ["served-by-other-issuer warning"], id="another issuer"
        ),
        pytest.param(leaf(names=("b.example",)), ["served-wrong-host error"], id="another's certificate"),
        pytest.param(leaf(not_after=day(60)), ["served-expired error"], id="expired"),
        pytest.param(leaf(not_after=day(64)), ["served-ending warning"], id="about to"),
    ],
)
def test_what_is_only_watched(chain: Chain, expected: list[str]) -> None:
    assert said(chain, **WATCHED) == expected


@pytest.mark.parametrize(
    ("expected", "issuers", "verdict"),
    [
        ("GlobalSign", ("GlobalSign nv-sa", "GlobalSign Atlas R3 DV TLS CA 2026 Q4"), True),
        ("globalsign NV-SA", ("GlobalSign nv-sa",), True),
        ("Let's Encrypt", ("Let's Encrypt", "E7"), True),
        ("E7", ("Let's Encrypt", "E7"), True),
        ("E7", ("Let's Encrypt", "E77"), False),
        ("Sign", ("GlobalSign nv-sa",), False),
        ("GlobalSign E7", ("GlobalSign", "E7"), False),
        (" Let's  Encrypt ", ("Let's Encrypt",), True),
        ("R(3", ("R(3 CA",), True),
        ("GlobalSign", (), False),
    ],
)
def test_an_issuer_is_known_by_whole_words(expected: str, issuers: tuple[str, ...], verdict: bool) -> None:
    assert is_by(issuers, expected) is verdict


def test_the_words_say_which_one_it_is_and_since_when_a_newer_one_is_there() -> None:
    (fault,) = judge_chain(CHAIN, replace(STORE, **ours(OLD)), now=day(60))
    assert fault.text == (
        "it shows an older certificate, number 3 of a.example, until 2027-01-30;"
        " a newer one is there since 2026-12-21"
    )
    (fault,) = judge_chain(CHAIN, replace(STORE, host="b.example"), now=day(60))
    assert fault.text == "its certificate is for a.example, *.a.example (a.example of the store)"


def test_few_names_are_said_of_many() -> None:
    assert say_names(tuple("abcde")) == "a, b, c and 2 more"
    assert say_names(()) == "no name"


def test_the_codes_are_one_each() -> None:
    codes = [rule.code for rule in rules.VERIFY_RULES]
    assert len(set(codes)) == len(codes)
